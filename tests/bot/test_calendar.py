"""The calendar: what goes out in the coming weeks, who sees whose, and who would get more than one on a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.records import Audience, Campaign
from tests.bot.story import asked, draft, eventually, make_author, make_publisher, planned
from tests.bot.test_endings import on_friday, sent, to_the_end_card
from tests.bot.test_must_read import a_must_read, its_next
from tests.bot.test_sequences import grace_has_the_first
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, words_of
from tests.support.seeding import scheduled

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def goes_out(
    running_bot: RunningBot, author: Person, name: str, after: timedelta, people: list[Person], length: timedelta = HOUR
) -> Campaign:
    """A campaign of theirs to a list of these people."""
    store = running_bot.store
    maker = await store.person_at(TENANT, author.address)  # type: ignore[arg-type]
    known = [await store.person_at(TENANT, person.address) for person in people]  # type: ignore[arg-type]
    assert maker is not None
    role = await store.role(maker.id)
    ids = [one.id for one in known if one]
    its_list = await store.new_list(maker.tenant, maker.id, f"List of {name}", ids, deed=A_DEED)
    audience = Audience(lists=(its_list.id,))
    campaign = await scheduled(store, maker, running_bot.clock.now() + after, length, audience=audience, name=name)
    await store.give_role(maker.id, role, deed=A_DEED)
    return campaign


@pytest.fixture
async def grace(running_bot: RunningBot, ada: Person) -> Person:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    return grace


async def at_noon(running_bot: RunningBot) -> None:
    """So that an hour from now is the same day everywhere near."""
    now = running_bot.clock.now()
    running_bot.clock.forward(now.replace(hour=8, minute=0) + DAY - now)


async def test_days_campaigns_and_people_and_who_would_get_two(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await at_noon(running_bot)
    await goes_out(running_bot, ada, "Fire drill", DAY, [ada, louis])
    await goes_out(running_bot, ada, "Canteen", DAY + HOUR, [louis, grace])
    await goes_out(running_bot, ada, "Survey", 9 * DAY, [grace], 2 * DAY)
    await goes_out(running_bot, ada, "Too far", 40 * DAY, [grace])
    await ada.say("calendar")
    words = words_of(ada.card())
    assert any("**Fire drill** · " in word and "2 people" in word for word in words), words
    assert "⚠ 2 campaigns: 1 person would get two or more" in words
    assert [word for word in words if "Survey" in word and "until" in word and "1 person" in word]
    assert sum("Survey" in word for word in words) == 3 and sum("goes on" in word for word in words) == 2
    assert not any("Too far" in word for word in words)
    assert "Nothing is planned." in words


async def test_of_others_an_author_reads_numbers_only_and_in_french(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await at_noon(running_bot)
    await make_author(ada, louis)
    await goes_out(running_bot, ada, "Secret merger", DAY, [ada, grace, louis])
    await goes_out(running_bot, louis, "Cantine", DAY, [grace, ada])
    await louis.say("calendrier")
    words = words_of(louis.card())
    assert not any("merger" in word or "Lovelace" in word for word in words)
    assert any("**Cantine**" in word and "2 personnes" in word for word in words)
    assert "1 campagne d’autres auteurs · 3 personnes" in words
    assert "⚠ 2 campagnes : 2 personnes en recevraient deux ou plus" in words
    await ada.say("calendar")
    assert any("Cantine" in word and "by Louis Pasteur" in word for word in words_of(ada.card())), "the owner sees all"


async def test_a_campaign_on_its_way_counts_those_who_were_planned(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await at_noon(running_bot)
    await goes_out(running_bot, ada, "Running", timedelta(), [ada, louis], 3 * DAY)
    campaign = await eventually(lambda: planned(running_bot))
    its_list = campaign.as_scheduled.audience.lists[0]
    await running_bot.store.dismiss(its_list, await running_bot.store.planned_people(campaign.id), deed=A_DEED)
    await goes_out(running_bot, ada, "Tomorrow", DAY, [louis, grace])
    await ada.say("calendar")
    words = words_of(ada.card())
    assert any("**Running**" in word and "2 people" in word for word in words)
    assert "⚠ 2 campaigns: 1 person may get two or more" in words, "its people get it on one of its days"


async def test_the_review_says_who_would_get_another_and_names_only_what_may_be_seen(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await at_noon(running_bot)
    other = await goes_out(running_bot, ada, "Fire drill", HOUR, [ada, louis])
    cards = await draft(ada, unit="hours", duration="3")
    [overlap] = [word for word in words_of(cards["review"]) if "of its people may get" in word]
    assert "2 of its people may get “Fire drill”, too." in overlap
    await make_author(ada, louis)
    [its_list] = [one for one in await running_bot.store.lists(ada.tenant) if one.name == "List of Fire drill"]  # type: ignore[arg-type]
    await running_bot.store.share_list(its_list.id, [], all_authors=True, deed=A_DEED)
    campaign = await running_bot.store.campaign(other.id)
    assert campaign is not None
    await asked(louis, "calendrier")
    assert not any("Fire drill" in word for word in words_of(louis.card()))


async def test_nothing_is_said_of_a_day_without_others(running_bot: RunningBot, ada: Person, grace: Person) -> None:
    await at_noon(running_bot)
    await goes_out(running_bot, ada, "Next week", 7 * DAY, [ada, grace])
    await goes_out(running_bot, ada, "Nobody of these", HOUR, [])
    cards = await draft(ada, unit="hours", duration="3")
    assert not any("of its people may get" in word for word in words_of(cards["review"]))


async def test_it_shows_when_messages_end_who_is_reminded_and_the_next_steps(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await to_the_end_card(running_bot, ada)
    await ada.press("OK", ending="delete", **on_friday(running_bot))
    await ada.press("Next: review")
    await ada.press("Schedule it")
    ends = "🏁 **Autumn newsletter** · 18:00 · deleted in every chat"
    assert ends in await asked(ada, "calendar")
    await sent(running_bot)
    assert ends in await asked(ada, "calendar"), "sent, and there until Friday"
    running_bot.clock.forward(7 * DAY)
    assert ends not in await asked(ada, "calendar")

    campaign = await a_must_read(running_bot, ada)
    await its_next(running_bot, campaign)
    reminds = f"🔔 **{campaign.name}** · 09:00 · reminder 1 of 2 at most"
    assert reminds in await asked(ada, "calendar")
    assert f"🔔 **{campaign.name}** · 10:00 · relance 1 sur 2 au plus" not in await asked(louis, "calendrier")
    await make_author(ada, louis)
    assert not any("relance" in word for word in await asked(louis, "calendrier")), "another's is not told"


async def test_it_shows_the_next_steps_of_who_is_in_a_sequence(running_bot: RunningBot, ada: Person) -> None:
    await grace_has_the_first(running_bot, ada)
    assert "🔁 **Welcome** · 09:00 · step 2 of 3 · 1 person" in await asked(ada, "calendar")


async def test_le_calendrier_dit_aussi_la_fin_et_les_relances(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await to_the_end_card(running_bot, ada)
    await ada.press("OK", ending="line", **on_friday(running_bot))
    await ada.press("Remind")
    await ada.press("OK", chase="acknowledged", chase_after="1", chase_rounds="3")
    await ada.press("Next: review")
    await ada.press("Schedule it")
    campaign = await sent(running_bot)
    await its_next(running_bot, campaign)
    words = await asked(louis, "calendrier")
    assert "🏁 **Autumn newsletter** · 19:00 · une ligne à sa place" in words, words
    assert "🔔 **Autumn newsletter** · 10:00 · relance 1 sur 3 au plus" in words, words


async def test_the_calendar_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur", locale="fr-FR")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    await at_noon(running_bot)
    await goes_out(running_bot, ada, "Fire drill", DAY, [ada, louis])
    await goes_out(running_bot, ada, "Canteen", DAY, [louis])
    await ada.say("calendar")
    assert "⚠ 2 campaigns: 1 person would get two or more" in words_of(ada.card())
