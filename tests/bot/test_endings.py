"""The end of a campaign: at its instant the message goes, becomes one line, or can be answered no more; over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cards.results.ending import closed
from storage.records import AtEnd, Campaign, CampaignState, DeliveryState, EngagementKind
from storage.shared.recalls import recall_of
from tests.bot.story import MESSAGE, Card, error_beside, eventually, fields_of, make_publisher
from tests.bot.test_must_read import a_must_read, ended, its_next, round_of
from tests.bot.test_recall import has_it
from tests.bot.test_series import goes_out, monday_at_nine, the_series, until
from tests.conftest import RunningBot
from tests.support.http import Answer
from tests.support.http import until as looked
from tests.support.organisation import TENANT, Person, words_of

POLL = {**MESSAGE, "ack": "false", "ack_title": "", "answers": "Pizza\nSoup", "link_title": "", "link_url": ""}
AWAY = Answer(503, b'{"error":{"code":"ServiceError"}}')


def on_friday(running_bot: RunningBot, **end: str) -> dict[str, str]:
    """At six on the Friday after the Monday on which it goes out."""
    monday = datetime.fromisoformat(monday_at_nine(running_bot)["date"])
    return {"end_date": (monday + timedelta(days=4)).date().isoformat(), "end_time": "18:00", **end}


async def to_the_end_card(running_bot: RunningBot, author: Person, message: dict[str, str] | None = None) -> Card:
    """On Monday at nine to everyone, with the card that asks for its end."""
    await author.say("new campaign")
    await author.press("Next: audience", **(message or MESSAGE))
    await author.press("Next: schedule", audience="everyone")
    card: Card = (await author.press("Set an end", **monday_at_nine(running_bot)))["value"]
    return card


async def a_campaign(
    running_bot: RunningBot, author: Person, does: AtEnd, message: dict[str, str] | None = None, **end: str
) -> Campaign:
    """Sent to its last recipient."""
    await to_the_end_card(running_bot, author, message)
    await author.press("OK", ending=does, **on_friday(running_bot, **end))
    await author.press("Next: review")
    await author.press("Schedule it")
    return await sent(running_bot)


async def sent(running_bot: RunningBot) -> Campaign:
    [campaign] = await running_bot.store.campaigns(TENANT, 1)
    await until(running_bot, campaign.as_scheduled.schedule.slot.start + timedelta(seconds=1))
    return await ended(running_bot, campaign)


async def its_end(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    """The hour strikes, and all of it has come about."""
    end = campaign.as_scheduled.end
    assert end is not None
    await until(running_bot, max(end.at, running_bot.clock.now()) + timedelta(seconds=1))

    async def over() -> Campaign | None:
        running_bot.clock.forward(timedelta(seconds=1))
        current = await running_bot.store.campaign(campaign.id)
        return current if current and current.recalled_at else None

    return await eventually(over, 60)


async def test_it_is_deleted_in_every_chat_at_its_hour_and_not_before(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    card = await to_the_end_card(running_bot, ada)
    assert "Does it have an end?" in words_of(card)
    schedule = (await ada.press("OK", ending="delete", **on_friday(running_bot)))["value"]
    assert any(word.startswith("**End**: deleted in every chat, Fri") for word in words_of(schedule))
    review = (await ada.press("Next: review"))["value"]
    assert any("18:00: deleted in every chat" in word or "6:00" in word for word in words_of(review)), words_of(review)
    await ada.press("Schedule it")
    campaign = await sent(running_bot)
    end = campaign.as_scheduled.end
    assert end is not None and campaign.recall_at == end.at
    assert has_it(louis, campaign)
    await ada.sees("deleted in every chat")  # on the report
    await until(running_bot, end.at - timedelta(minutes=1))
    await running_bot.restart()
    assert has_it(louis, campaign) and running_bot.connector.deletes == 0
    await its_end(running_bot, campaign)
    assert not has_it(louis, campaign) and not has_it(ada, campaign)
    await ada.sees("have been taken back")
    await ada.say(f"report {campaign.name}")
    assert ada.reads("2 of 2")
    assert await running_bot.store.campaign(campaign.id), "its report stays"


async def test_one_line_takes_its_place_and_those_it_could_not_reach_are_named(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    campaign = await a_campaign(running_bot, ada, AtEnd.LINE)
    grace.chat.broken = "blocked"
    await its_end(running_bot, campaign)
    lines = [word for _, card in louis.cards() for word in words_of(card) if "Terminé depuis" in word]
    assert len(lines) == 1 and lines[0].endswith(" : Our autumn"), lines
    assert not any("big news" in str(card) for _, card in louis.cards()), "the message is gone"
    assert any("big news" in str(card) for _, card in grace.cards())
    await ada.sees("has ended")
    shown = str([card for _, card in ada.cards()])
    assert "They have blocked Crieur." in shown and "Grace Hopper" in shown
    await ada.say(f"report {campaign.name}")
    assert ada.reads("Grace Hopper")


async def test_a_line_that_cannot_be_written_is_named_and_keeps_nobody_else_waiting(
    running_bot: RunningBot,
    ada: Person,
    louis: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fault of ours, put in here for those who speak French."""
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    campaign = await a_campaign(running_bot, ada, AtEnd.LINE)
    written = closed._one_line

    def faulty(*message: Any) -> Any:
        render = written(*message)

        def one(person: Any, columns: Any) -> bytes:
            if person.locale.startswith("fr"):
                raise ValueError(person.name)
            return render(person, columns)

        return one

    monkeypatch.setattr(closed, "_one_line", faulty)
    await its_end(running_bot, campaign)
    assert not any("big news" in str(card) for _, card in grace.cards())
    assert any("big news" in str(card) for _, card in louis.cards())
    await ada.say(f"report {campaign.name}")
    words = words_of(ada.card())
    fault = "Crieur could not write it: a fault of its own, which its log names."
    assert any(fault in word and "Louis Pasteur" in word for word in words), words
    said = [record for record in caplog.records if "cannot be closed" in record.getMessage()]
    assert len(said) == 1 and "Louis" not in said[0].getMessage()


@pytest.mark.parametrize("shows", ["true", "false"])
async def test_a_closed_poll_counts_no_more_presses_and_shows_its_result(
    running_bot: RunningBot, ada: Person, louis: Person, shows: str
) -> None:
    people = running_bot.organisation.crowd(6)
    for person in people:
        await person.install()
    campaign = await a_campaign(running_bot, ada, AtEnd.CLOSE, POLL, end_result=shows)
    for person in people[:4]:
        await person.press("Pizza")
    await people[4].press("Soup")
    await running_bot.restart()  # it waits for what is being counted
    old = louis.card()
    await its_end(running_bot, campaign)
    answer = await louis.press("Pizza", card=old)
    assert "Cette campagne est terminée : les réponses ne sont plus comptées." in str(answer)
    await running_bot.restart()
    rows = await running_bot.store.engagement(campaign.id)
    answered = {row.button: row.people for row in rows if row.kind is EngagementKind.ANSWERED}
    assert answered == {None: 5, 0: 4, 1: 1}
    words = words_of(louis.card())
    assert any(word.startswith("Clos le ") for word in words), words
    assert any("big news" in word for word in words), "the message stays"
    assert ("Pizza : 4 · Soup : 1" in words) is (shows == "true")
    assert not louis.card().get("actions")


async def test_en_francais_le_sondage_se_clot(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Repas")
    await louis.press("Suite : destinataires", **{**POLL, "name": "Repas", "title": "Le repas"})
    await louis.press("Suite : diffusion", audience="everyone")
    card = (await louis.press("Fixer une fin", **monday_at_nine(running_bot)))["value"]
    assert "A-t-elle une fin ?" in words_of(card)
    early = {"end_date": monday_at_nine(running_bot)["date"], "end_time": "10:00"}
    wrong = (await louis.press("OK", ending="close", **early))["value"]
    assert error_beside(wrong, "end_date").startswith("L’envoi dure jusqu’au ")
    assert fields_of(wrong)["end_time"] == "10:00", "nothing is lost"
    schedule = (await louis.press("OK", **on_friday(running_bot, end_result="true")))["value"]
    assert any(word.startswith("**Fin**") and "plus de réponses" in word for word in words_of(schedule))
    await louis.press("Suite : relecture")
    assert louis.reads("plus de réponses, le résultat est montré")
    await louis.press("Programmer")
    campaign = await sent(running_bot)
    await its_end(running_bot, campaign)
    words = words_of(louis.card()) + [word for _, one in louis.cards() for word in words_of(one)]
    assert any(word.startswith("Clos le ") for word in words)
    assert any("Trop peu de personnes ont répondu" in word for word in words)


async def test_what_cannot_be_is_said_and_nothing_is_lost(running_bot: RunningBot, ada: Person) -> None:
    await to_the_end_card(running_bot, ada, {**POLL, "answers": ""})
    wrong = (await ada.press("OK", ending="delete", end_date="", end_time="18:00"))["value"]
    assert error_beside(wrong, "end_date") == "Please choose a day."
    wrong = (await ada.press("OK", end_date="2199-01-01"))["value"]
    assert error_beside(wrong, "end_date").startswith("That is too far away")
    assert fields_of(wrong)["ending"] == "delete"
    await ada.press("OK", ending="close", **on_friday(running_bot))
    review = (await ada.press("Next: review"))["value"]
    assert any("there is nothing to close" in word for word in words_of(review))
    await ada.press("Change the schedule")
    await ada.press("Set an end")
    await ada.press("OK", ending="stays")
    review = (await ada.press("Next: review"))["value"]
    assert not any("nothing to close" in word or word == "End" for word in words_of(review))


async def test_a_restart_in_the_middle_goes_on_where_it_was(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    for person in running_bot.organisation.crowd(2):
        await person.install()
    campaign = await a_campaign(running_bot, ada, AtEnd.DELETE)
    running_bot.connector.deletion_trouble = [AWAY] * 10_000
    await until(running_bot, campaign.as_scheduled.end.at + timedelta(seconds=1))  # type: ignore[union-attr]
    await ada.sees("Teams does not answer at the moment.")
    await running_bot.restart()
    running_bot.connector.deletion_trouble.clear()
    await its_end(running_bot, campaign)
    recall = await recall_of(running_bot.store, campaign.id)
    assert recall is not None and (recall.taken_back, recall.failed) == (4, {})
    assert not has_it(louis, campaign)


async def test_its_author_may_take_it_back_earlier_and_change_nothing_else(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await a_campaign(running_bot, ada, AtEnd.LINE)
    await ada.say(f"delete {campaign.name}")
    await ada.press("Take back and delete")

    async def gone() -> bool:
        running_bot.clock.forward(timedelta(seconds=1))
        return await running_bot.store.campaign(campaign.id) is None

    await eventually(gone, 60)
    assert not has_it(louis, campaign)
    assert not any("Terminé depuis" in str(card) for _, card in louis.cards()), "deleted, as it was asked for"


# --- what follows from it ---------------------------------------------------------------------


@pytest.mark.parametrize("does", [AtEnd.CLOSE, AtEnd.LINE])
async def test_what_its_end_has_changed_can_be_taken_back_later(
    running_bot: RunningBot, ada: Person, louis: Person, does: AtEnd
) -> None:
    people = running_bot.organisation.crowd(3)
    for person in people:
        await person.install()
    campaign = await a_campaign(running_bot, ada, does, POLL)
    await its_end(running_bot, campaign)
    assert has_it(louis, campaign), "changed, and in the chat still"
    before = len(ada.cards())
    await ada.say(f"delete {campaign.name}")
    assert ada.reads("5 people may have the message in their chats.")
    question = ada.card()
    running_bot.connector.deletion_trouble = [AWAY] * 10_000
    await ada.press("Take back and delete", card=question)
    await ada.press("Take back and delete", card=question)
    await ada.sees("Teams does not answer at the moment.")
    assert len(ada.cards()) > before, "a card of its own"
    await running_bot.restart()
    assert await running_bot.store.campaign(campaign.id), "it stays until they are gone"
    running_bot.connector.deletion_trouble.clear()

    async def gone() -> bool:
        running_bot.clock.forward(timedelta(seconds=1))
        return await running_bot.store.campaign(campaign.id) is None

    await eventually(gone, 60)
    assert not any(has_it(person, campaign) for person in (ada, louis, *people))
    await looked(lambda: any("5 of 5 messages have been taken back" in text for text in ada.texts()), 10)


async def test_ce_qui_est_clos_peut_etre_repris(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    campaign = await a_campaign(running_bot, ada, AtEnd.CLOSE, POLL)
    await its_end(running_bot, campaign)
    await ada.say("parle français")
    await ada.say(f"supprimer {campaign.name}")
    await ada.press("Retirer et supprimer")

    async def gone() -> bool:
        running_bot.clock.forward(timedelta(seconds=1))
        return await running_bot.store.campaign(campaign.id) is None

    await eventually(gone, 60)
    assert not has_it(louis, campaign)


async def test_rounds_of_a_must_read_stop_with_its_end(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    """The first round comes on Wednesday; the second one would come on Friday at nine, and it ends on Thursday."""
    monday = datetime.fromisoformat(monday_at_nine(running_bot)["date"])
    thursday = (monday + timedelta(days=3)).date().isoformat()
    await to_the_end_card(running_bot, ada)
    await ada.press("OK", ending="line", end_date=thursday, end_time="18:00")
    await ada.press("Remind", days="0,1,2,3,4")
    await ada.press("OK", chase="acknowledged", chase_after="2", chase_rounds="3")
    await ada.press("Next: review")
    await ada.press("Schedule it")
    campaign = await sent(running_bot)
    first = await round_of(running_bot, campaign, 1)
    assert first.as_scheduled.end == campaign.as_scheduled.end, "a round ends with what it reminds of"
    await its_end(running_bot, campaign)
    await its_end(running_bot, first)
    await until(running_bot, running_bot.clock.now() + timedelta(days=20))
    await running_bot.restart()
    assert len(await running_bot.store.sequels(campaign.id, 5)) == 1
    assert not any("big news" in str(card) for _, card in louis.cards()), "neither of both messages is left"
    assert sum("Terminé depuis" in str(card) for _, card in louis.cards()) == 2
    await ada.say(f"report {campaign.name}")
    assert not any("The next ones go out" in word for word in words_of(ada.card()))


async def test_taking_it_back_stops_its_rounds(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    for person in running_bot.organisation.crowd(2):
        await person.install()
    campaign = await a_must_read(running_bot, ada)
    await its_next(running_bot, campaign)
    await ada.say(f"report {campaign.name}")
    assert any("The next ones go out" in word for word in words_of(ada.card()))
    running_bot.connector.deletion_trouble = [AWAY] * 10_000
    await ada.say(f"delete {campaign.name}")
    await ada.press("Take back and delete")
    await ada.sees("Teams does not answer at the moment.")
    await until(running_bot, running_bot.clock.now() + timedelta(days=2, hours=3))
    await running_bot.restart()
    await ada.say("campaigns")
    assert await running_bot.store.sequels(campaign.id, 5) == [], "none while its messages are being taken back"
    running_bot.connector.deletion_trouble.clear()

    async def gone() -> bool:
        running_bot.clock.forward(timedelta(seconds=30))
        return await running_bot.store.campaign(campaign.id) is None

    await eventually(gone, 60)
    assert [one.id for one in await running_bot.store.campaigns(TENANT, 5)] == [], "and none after that"


async def test_each_time_of_a_series_has_its_own_end(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await to_the_end_card(running_bot, ada)
    await ada.press("OK", ending="delete", **on_friday(running_bot))
    await ada.press("How often?")
    await ada.press("OK", every="week")
    await ada.press("Next: review")
    await ada.press("Schedule it")
    series = await the_series(running_bot)
    first = await goes_out(running_bot, series, 1)
    assert has_it(louis, first)
    await its_end(running_bot, first)
    assert not has_it(louis, first)
    second = await goes_out(running_bot, series, 2)
    ends = [one.as_scheduled.end for one in (first, second)]
    assert ends[0] and ends[1] and ends[1].at - ends[0].at == timedelta(days=7)
    assert has_it(louis, second)
    assert (await running_bot.store.campaign(series.id)).state is CampaignState.SCHEDULED  # type: ignore[union-attr]


@pytest.mark.real_time
async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    campaign = await a_campaign(running_bot, ada, AtEnd.LINE)
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 1}
    await running_bot.restart()
    await its_end(running_bot, campaign)
    assert sum("Over since" in str(card) for _, card in ada.cards()) == 1
