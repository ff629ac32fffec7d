"""Two copies of the bot on one database: topics, quiet hours and ends hold, whichever of them hears, sends or ends."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage.records import AtEnd, Campaign, DeliveryState, EngagementKind, NotReached
from storage.shared.recalls import recall_of
from tests.bot.story import MESSAGE, newest
from tests.bot.test_consideration import became
from tests.bot.test_endings import its_end, on_friday, to_the_end_card
from tests.bot.test_quiet import its_end as sent
from tests.bot.test_quiet import reason, settled_at, starts, topics
from tests.bot.test_recall import has_it
from tests.bot.test_series import monday_at_nine
from tests.bot.test_two_copies_chat import Pair, saying
from tests.conftest import RunningBot
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.organisation import Person
from tests.support.program import free_port


@pytest.fixture
async def pair(running_bot: RunningBot, tmp_path: Path) -> AsyncIterator[Pair]:
    clock = running_bot.clock
    server = MongoServer(random.Random(1), now=clock.at_the_machine)
    running_bot.make_store = lambda: SimulatedMongo(server)
    running_bot.environment["LEASE_SECONDS"] = "90"
    await running_bot.restart()
    environment = dict(running_bot.environment)
    other = RunningBot(tmp_path, running_bot.connector, clock, free_port(), environment, running_bot.make_store)
    await other.start()
    yield Pair(running_bot, other)
    await other.stop()


@pytest.fixture
async def everybody(pair: Pair, ada: Person, louis: Person) -> dict[str, Person]:
    """With two more, who speak to the other copy."""
    more = {name: pair.first.organisation.person(name.title(), "Hopper") for name in ("grace", "marie")}
    for person in more.values():
        await pair.at_second(person).install()
    return {"ada": ada, "louis": louis, **more}


async def of_the_topic(pair: Pair, author: Person) -> Campaign:
    """Scheduled for everyone on Monday from nine on, for ten hours; begun at one copy, and sent off at the other."""
    await author.say("new campaign")
    await author.press("Next: audience", **MESSAGE)
    await author.press("Next: schedule", audience="everyone", topic="1")
    schedule = {**monday_at_nine(pair.first), "duration": "10", "anytime": "true"}
    await pair.at_second(author).press("Next: review", **schedule)
    await pair.at_second(author).press("Schedule it")
    return await newest(pair.first)


async def test_what_people_wish_at_one_copy_both_keep_to(pair: Pair, everybody: dict[str, Person]) -> None:
    ada, louis, grace, marie = everybody.values()
    await topics(ada, Canteen=False)
    there = pair.at_second(louis)
    await there.say("thèmes")
    await there.press("Quitter Canteen")
    await grace.say("settings")
    await pair.at_second(grace).press("Keep these hours quiet", quiet_begins="8:00", quiet_ends="16:00")
    campaign = await of_the_topic(pair, ada)
    await starts(pair.first, campaign)
    await pair.at_second(marie).say("topics")
    await marie.press("Leave Canteen")  # it runs, and her message is planned
    await sent(pair.second, campaign)
    for person in (louis, marie):
        assert await became(pair.first, campaign, person) is DeliveryState.MUTED
        assert await reason(pair.second, campaign, person) is NotReached.LEFT_TOPIC
        assert not has_it(person, campaign)
    zone = ZoneInfo(campaign.as_scheduled.schedule.zone)
    assert (await settled_at(pair.first, campaign, grace)).astimezone(zone).time() >= time(16), "not before"
    assert has_it(ada, campaign) and has_it(grace, campaign)
    assert pair.first.connector.tally() | {"posts": 0} == {"people": 2, "messages": 2, "doubled": 0, "posts": 0}
    assert saying(ada, "Report: ") == 1


@pytest.mark.parametrize("does", [AtEnd.DELETE, AtEnd.LINE])
async def test_an_end_comes_once_by_two_copies(pair: Pair, everybody: dict[str, Person], does: AtEnd) -> None:
    ada, louis, grace, _ = everybody.values()
    await to_the_end_card(pair.first, ada)
    for press, fields in (("OK", {"ending": does, **on_friday(pair.first)}), ("Next: review", {}), ("Schedule it", {})):
        await pair.at_second(ada).press(press, **fields)
    campaign = await newest(pair.first)
    await starts(pair.first, campaign)
    campaign = await sent(pair.second, campaign)
    old = louis.card()
    await pair.at_second(grace).press("I have read it")
    await its_end(pair.second, campaign)
    answer = await pair.at_second(louis).press("I have read it", card=old)
    assert "Cette campagne est terminée" in str(answer)
    recall = await recall_of(pair.first.store, campaign.id)
    assert recall is not None and (recall.total, recall.taken_back, recall.failed) == (4, 4, {})
    texts = [str(message) for person in everybody.values() for message in person.chat.messages]
    left = [text for text in texts if f"'crieur': {{'campaign': {campaign.id}," in text]
    assert not any("big news" in text for text in left)
    if does is AtEnd.DELETE:
        assert not left and pair.first.connector.deletes == 4, "each once"
    pair.first.clock.forward(timedelta(minutes=1))
    confirmed = [
        row.people
        for row in await pair.second.store.engagement(campaign.id)
        if row.kind is EngagementKind.ACKNOWLEDGED and row.button is None
    ]
    assert confirmed == [1], "from the end on, none counts"
    assert saying(ada, "have been taken back") <= 1
