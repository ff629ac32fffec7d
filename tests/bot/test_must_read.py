"""A must-read: whoever has not confirmed gets it again by itself, in rounds, until they have; over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.records import Campaign, CampaignState, DeliveryState, DistributionList
from tests.bot.story import MESSAGE, eventually, fields_of, make_publisher
from tests.bot.test_series import goes_out, monday_at_nine, the_series, until
from tests.conftest import RunningBot
from tests.support.connector import Faults
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, words_of

WORKING_DAYS = {"days": "0,1,2,3,4"}


async def a_must_read(
    running_bot: RunningBot, author: Person, audience: str = "everyone", body: str = MESSAGE["body"], **chase: str
) -> Campaign:
    """On Monday at nine, confirmed or reminded two working days later, twice at most; sent to its end."""
    await author.say("new campaign")
    await author.press("Next: audience", **{**MESSAGE, "body": body})
    await author.press("Next: schedule", audience=audience)
    await author.press("Remind", **monday_at_nine(running_bot), **WORKING_DAYS)
    await author.press("OK", **{"chase": "acknowledged", "chase_after": "2", "chase_rounds": "2", **chase})
    card = (await author.press("Next: review"))["value"]
    assert any(word.startswith("who has not confirmed it, after 2 working days") for word in words_of(card))
    await author.press("Schedule it")
    [campaign] = await running_bot.store.campaigns(TENANT, 1)
    await until(running_bot, campaign.as_scheduled.schedule.slot.start + timedelta(seconds=1))
    return await ended(running_bot, campaign)


async def ended(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    """All of it is sent, and its slot is over."""

    async def planned() -> bool:
        current = await running_bot.store.campaign(campaign.id)
        return bool(current and current.planned_at)

    await eventually(planned)
    end = campaign.as_scheduled.schedule.slot.end
    while (due := await running_bot.store.next_due(campaign.id)) and due < end:
        await until(running_bot, due)

        async def gone(before: object = due) -> bool:
            return await running_bot.store.next_due(campaign.id) != before

        await eventually(gone)
    await until(running_bot, end + timedelta(minutes=1))

    async def done() -> Campaign | None:
        current = await running_bot.store.campaign(campaign.id)
        return current if current and current.state is CampaignState.DONE and current.reported_at else None

    return await eventually(done)


async def its_next(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    """The must-read, once it is known when its next round is."""

    async def known() -> Campaign | None:
        current = await running_bot.store.campaign(campaign.id)
        return current if current and current.sequels and current.sequels.last_at else None

    return await eventually(known)


async def round_of(running_bot: RunningBot, campaign: Campaign, count: int) -> Campaign:
    current = await its_next(running_bot, campaign)
    assert current.sequels and current.sequels.next_at
    await until(running_bot, current.sequels.next_at + timedelta(seconds=1))

    async def made() -> Campaign | None:
        rounds = await running_bot.store.sequels(campaign.id, 5)
        return rounds[0] if len(rounds) == count else None

    return await ended(running_bot, await eventually(made))


async def confirms(running_bot: RunningBot, person: Person) -> None:
    await person.press("I have read it")
    await running_bot.restart()  # it waits for what is being counted


def copies(person: Person) -> int:
    return sum("Our autumn" in words_of(card) for _, card in person.cards())


async def test_only_those_who_have_not_confirmed_are_reminded_until_nobody_is_left(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    campaign = await a_must_read(running_bot, ada)
    assert [copies(person) for person in (louis, grace)] == [1, 1]
    await confirms(running_bot, louis)
    planned = await its_next(running_bot, campaign)
    assert planned.sequels and planned.sequels.next_at
    start = campaign.as_scheduled.schedule.slot.start
    assert planned.sequels.next_at == start + timedelta(days=2), "Monday's on Wednesday, at the same hour"
    first = await round_of(running_bot, campaign, 1)
    assert first.name == f"{campaign.name} – 1/2" and first.sequel_of == campaign.id
    assert (await running_bot.store.tally(first.id)).states == {DeliveryState.DELIVERED: 2}
    assert [copies(person) for person in (louis, grace)] == [1, 2]
    await running_bot.restart()
    assert len(await running_bot.store.sequels(campaign.id, 5)) == 1, "a restart makes no other"
    await confirms(running_bot, grace)
    await ada.say(f"report {campaign.name}")
    words = words_of(ada.card())
    assert "Reminders" in words and "**1** person is left." in words, words
    assert any("2 of 2 sent" in word for word in words)
    second = await round_of(running_bot, campaign, 2)
    assert (await running_bot.store.tally(second.id)).total == 1, "the author has not confirmed either"
    assert [copies(person) for person in (louis, grace)] == [1, 2], "and nobody else is written to"
    last = await running_bot.store.campaign(campaign.id)
    assert last and last.sequels and last.sequels.next_at is None, "twice at most"
    assert running_bot.connector.tally()["doubled"] == 0


async def test_who_confirms_a_round_that_nobody_knows_to_have_arrived_is_let_be(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await a_must_read(running_bot, ada)
    running_bot.connector.faults = Faults(answer="504 taken")
    first = await round_of(running_bot, campaign, 1)
    running_bot.connector.faults = Faults()
    assert (await running_bot.store.tally(first.id)).states == {DeliveryState.UNCONFIRMED: 2}
    await confirms(running_bot, louis)
    second = await round_of(running_bot, campaign, 2)
    assert (await running_bot.store.tally(second.id)).total == 1, "the author, who has not confirmed"
    assert copies(louis) == 2


async def test_nobody_is_left_before_the_rounds_are_used_up(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await a_must_read(running_bot, ada, chase_rounds="5")
    await confirms(running_bot, louis)
    await confirms(running_bot, ada)
    current = await its_next(running_bot, campaign)
    assert current.sequels and current.sequels.next_at
    await until(running_bot, current.sequels.next_at + timedelta(seconds=1))

    async def over() -> bool:
        now = await running_bot.store.campaign(campaign.id)
        return bool(now and now.sequels and now.sequels.next_at is None)

    await eventually(over)
    assert await running_bot.store.sequels(campaign.id, 5) == []
    await ada.say(f"report {campaign.name}")
    assert "Nobody is left." in words_of(ada.card())


async def test_its_author_ends_the_reminders_and_the_audit_has_it(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await a_must_read(running_bot, ada)
    await its_next(running_bot, campaign)
    await ada.say(f"report {campaign.name}")
    answer = await ada.press("Remind no more")
    assert "I remind nobody any more." in words_of(answer["value"])
    await until(running_bot, running_bot.clock.now() + timedelta(days=10))
    await running_bot.restart()
    assert await running_bot.store.sequels(campaign.id, 5) == []
    entries = [entry for _, entry in await running_bot.store.audit_from(0, 100)]
    assert any(entry.details.get("reminders") == "ended" for entry in entries)


async def test_en_francais_ce_qui_ne_va_pas_est_dit(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Sécurité")
    await louis.press("Suite : destinataires", name="Sécurité", body="Bonjour.")
    await louis.press("Suite : diffusion", audience="everyone")
    card = (await louis.press("Relancer", **monday_at_nine(running_bot)))["value"]
    assert "Tout le monde doit-il la lire ?" in words_of(card)
    wrong = (await louis.press("OK", chase="acknowledged", chase_after="99"))["value"]
    assert "⚠ Donnez un nombre de 1 à 30." in words_of(wrong) and fields_of(wrong)["chase"] == "acknowledged"
    schedule = (await louis.press("OK", chase_after="3"))["value"]
    assert any("qui ne l’a pas confirmée" in word for word in words_of(schedule))
    review = (await louis.press("Suite : relecture"))["value"]
    assert any("Personne ne peut la confirmer" in word for word in words_of(review)), "no button asks for it"
    await louis.press("Changer la diffusion")
    await louis.press("Relancer")
    await louis.press("OK", chase="opened")
    review = (await louis.press("Suite : relecture"))["value"]
    shown = [word for word in words_of(review) if word.startswith("qui ne l’a pas ouverte")]
    assert shown == ["qui ne l’a pas ouverte, après 3 jours ouvrés, 2 fois au plus"]


async def a_list_with_sites(running_bot: RunningBot, owner: Person, **sites: str) -> DistributionList:
    """(the name before the @ of an address)=(what its column SITE says)."""
    store = running_bot.store
    people = [await store.person_at(TENANT, f"{name.replace('_', '.')}@contoso.example") for name in sites]
    author = await store.person_at(TENANT, owner.address)
    assert author is not None and all(people)
    blank = await store.blank_list(TENANT, author.id)
    await store.fill_blank(blank, [one.id for one in people if one], [{"SITE": site} for site in sites.values()])
    team = await store.publish_list(blank, "Team", ["SITE"], deed=A_DEED)
    assert team is not None
    return team


async def a_round_says_what_the_list_said(running_bot: RunningBot, author: Person, louis: Person) -> None:
    team = await a_list_with_sites(running_bot, author, louis_pasteur="Lyon", ada_lovelace="London")
    body = "You meet in [SITE|your office]."
    campaign = await a_must_read(running_bot, author, audience=f"list:{team.id}", body=body)
    kept = await running_bot.store.person_at(TENANT, louis.address)
    assert kept is not None
    await running_bot.store.dismiss(team.id, [kept.id], deed=A_DEED)
    first = await round_of(running_bot, campaign, 1)
    assert (await running_bot.store.tally(first.id)).states == {DeliveryState.DELIVERED: 2}, "nobody is forgotten"
    for person, site in ((louis, "Lyon"), (author, "London")):
        said = [word for _, card in person.cards() for word in words_of(card) if word.startswith("You meet in")]
        assert said[-2:] == [f"You meet in {site}."] * 2, said
    [segments] = [
        one for one in await running_bot.store.lists(TENANT) if one.id == first.as_scheduled.audience.lists[0]
    ]
    assert segments.columns == ("SITE",)


async def test_a_round_says_what_the_first_one_said_whatever_has_become_of_its_list(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await a_round_says_what_the_list_said(running_bot, ada, louis)
    await ada.say("report Autumn newsletter")
    await ada.press("Who has not…")
    await ada.press("Write to them")
    assert any("You meet in" in word and "your office" not in word for word in words_of(ada.card())), "a preview"


@pytest.mark.real_time
async def test_a_round_says_what_the_first_one_said_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur", zone="Europe/Paris")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    await a_round_says_what_the_list_said(running_bot, ada, louis)


async def test_each_occurrence_of_a_series_reminds(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Remind", **monday_at_nine(running_bot), **WORKING_DAYS)
    await ada.press("OK", chase="acknowledged")
    await ada.press("How often?")
    await ada.press("OK", every="week")
    await ada.press("Next: review")
    await ada.press("Schedule it")
    series = await the_series(running_bot)
    first = await goes_out(running_bot, series, 1)
    await round_of(running_bot, first, 1)
    assert copies(louis) == 2


@pytest.mark.real_time
async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    campaign = await a_must_read(running_bot, ada)
    await running_bot.restart()
    first = await round_of(running_bot, campaign, 1)
    assert (await running_bot.store.tally(first.id)).states == {DeliveryState.DELIVERED: 1}
    assert len(await running_bot.store.sequels(campaign.id, 5)) == 1
    assert running_bot.connector.tally()["doubled"] == 0
