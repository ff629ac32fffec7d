"""Two copies of the bot on one MongoDB: people do not notice which of them hears what they say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from storage.mongo import MongoStore
from storage.records import CampaignState, DeedKind, DeliveryState, EngagementKind, TenantId
from tests.bot.story import ANY_TIME_NOW, MESSAGE, completed, draft, eventually, launch, newest, planned
from tests.bot.test_once import press_of
from tests.conftest import RunningBot, ShiftedClock
from tests.support.connector import Faults, LoopbackConnector
from tests.support.kept import audit_of
from tests.support.mongo_servers import nx_27017
from tests.support.organisation import SEND_OFF, TENANT, Organisation, Person, words_of
from tests.support.program import free_port

pytestmark = pytest.mark.real_time

ELSEWHERE = "This draft was changed elsewhere meanwhile. Please check it and go on from here."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two copies of the bot; people speak to the first unless they go ``at_second``."""

    first: RunningBot
    second: RunningBot

    def at_second(self, person: Person) -> Person:
        return person.through(f"{self.second.url}/api/messages")


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    connector, clock = LoopbackConnector(rng=random.Random(3)), ShiftedClock()
    await connector.start()
    with nx_27017(tmp_path) as url:

        def open_house() -> RunningBot:
            environment = {"LEASE_SECONDS": "5"}  # the server may take a second for an answer
            return RunningBot(tmp_path, connector, clock, free_port(), environment, lambda: MongoStore(f"{url}crieur"))

        pair = Pair(open_house(), open_house())
        async with aiohttp.ClientSession() as http:
            for running_bot in (pair.first, pair.second):
                await running_bot.start()
                running_bot.organisation = Organisation(connector, f"{running_bot.url}/api/messages", http)
            yield pair
            for running_bot in (pair.first, pair.second):
                await running_bot.stop()
    await connector.stop()


@pytest.fixture
async def ada(pair: Pair) -> Person:
    ada = pair.first.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    return ada


@pytest.fixture
async def louis(pair: Pair, ada: Person) -> Person:
    louis = pair.first.organisation.person("Louis", "Pasteur")
    await pair.at_second(louis).install()
    return louis


def saying(person: Person, words: str) -> int:
    """How many cards of their chat say this."""
    return sum(any(words in text for text in words_of(card)) for _, card in person.cards())


async def test_a_campaign_is_built_across_two_copies(pair: Pair, ada: Person, louis: Person) -> None:
    there = pair.at_second(ada)
    await ada.say("new campaign")
    await there.press("Next: audience", **MESSAGE)
    await ada.press("Next: schedule", audience="everyone")
    await there.press("Next: review", **ANY_TIME_NOW)
    await ada.press(SEND_OFF)
    campaign = await newest(pair.second)
    assert campaign.state in (CampaignState.SCHEDULED, CampaignState.RUNNING)
    await there.say("try autumn")
    assert "To which address" in ada.texts()[-1]
    await ada.say(louis.address)
    assert f"The test is in the chat of {louis.address}." in ada.texts()
    await ada.say("try autumn")
    await there.say("nobody@contoso.example")
    assert "has not installed Crieur" in ada.texts()[-1]
    await ada.say("cancel")
    await there.say(louis.address)
    assert "I did not understand" in ada.texts()[-1], "what one copy was told to leave, the other asks no more"


async def test_a_campaign_of_two_copies_is_told_and_reported_once(pair: Pair, ada: Person, louis: Person) -> None:
    pair.first.connector.faults = Faults(latency=0.3)  # time enough for both to tell
    await draft(pair.at_second(ada))
    campaign = await launch(ada, pair.first)
    await eventually(lambda: pair.first.store.live_card(campaign.id))
    report = await completed(ada, pair.first)
    assert "100%" in words_of(report)
    assert (await pair.second.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 2}
    assert pair.first.connector.tally()["doubled"] == 0
    await asyncio.sleep(4)  # longer than a copy that has not heard of it would need to tell it again
    assert saying(ada, "Report: ") == 1
    assert saying(ada, "is done") == 1, "one live card"


async def test_messages_are_taken_back_by_two_copies_each_once(pair: Pair, ada: Person, louis: Person) -> None:
    await draft(ada)
    await launch(ada, pair.first)
    await completed(ada, pair.first)
    campaign = await newest(pair.first)
    await ada.say("delete autumn")
    question = ada.card()
    await asyncio.gather(*(some.press("Take back and delete", card=question) for some in (ada, pair.at_second(ada))))

    async def gone() -> bool:
        return await pair.second.store.campaign(campaign.id) is None

    await eventually(gone)
    assert pair.first.connector.deletes == 2
    assert sum("2 of 2 messages have been taken back" in text for text in ada.texts()) == 1
    assert saying(ada, "have been taken back") == 1
    entries = [one.deed for _, one in await audit_of(pair.first.store, TenantId(TENANT))]
    assert (entries.count(DeedKind.RECALLED), entries.count(DeedKind.DELETED)) == (1, 1)


async def at_once(pair: Pair, press: Callable[[Person], object], person: Person) -> list[object]:
    """The same press, handled on both copies at the same time."""
    return list(await asyncio.gather(press(person), press(pair.at_second(person))))  # type: ignore[call-overload]


async def test_an_install_told_to_both_copies_is_greeted_once(pair: Pair, ada: Person) -> None:
    marie = pair.first.organisation.person("Marie", "Curie")
    await at_once(pair, lambda marie: marie.install(), marie)
    assert saying(marie, "Hello Marie") == 1


async def test_a_step_pressed_on_both_copies_is_saved_or_refused_by_each(pair: Pair, ada: Person) -> None:
    await ada.say("new campaign")
    form, message = ada.card(), ada.cards()[-1][0]
    version = (await newest(pair.first)).version
    answers = await at_once(pair, lambda ada: ada.press("Next: audience", card=form, at=message, **MESSAGE), ada)
    replies = [words_of(answer["value"]) for answer in answers]
    after = await newest(pair.second)
    refused = sum(ELSEWHERE in words for words in replies)
    # a later one finds nothing that contradicts it, and is saved over the first; at the same moment, one is refused
    assert refused < 2 and after.version - version == 2 - refused
    assert after.forms["message"]["body"] == MESSAGE["body"]


async def test_a_list_typed_once_is_made_once(pair: Pair, ada: Person) -> None:
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    form, message = ada.card(), ada.cards()[-1][0]
    fields = {"audience": "", "list_name": "Team", "addresses": f"{ada.address}, marie@contoso.example"}
    await at_once(pair, lambda ada: ada.press("Next: schedule", card=form, at=message, **fields), ada)
    assert [one.name for one in await pair.first.store.lists(TENANT)] == ["Team"]


async def test_what_is_scheduled_on_both_copies_goes_out_once(pair: Pair, ada: Person, louis: Person) -> None:
    review = (await draft(ada))["review"]
    message = ada.cards()[-1][0]
    await at_once(pair, lambda ada: ada.press(SEND_OFF, card=review, at=message), ada)
    await eventually(lambda: planned(pair.first))
    await completed(ada, pair.first)
    assert pair.first.connector.tally() | {"posts": 0} == {"people": 2, "messages": 2, "doubled": 0, "posts": 0}
    assert await pair.second.store.count_campaigns(TENANT) == 1


async def test_a_confirmation_on_both_copies_is_one_person(pair: Pair, ada: Person, louis: Person) -> None:
    await draft(ada)
    campaign = await launch(ada, pair.first)
    await completed(ada, pair.first)
    card, message = louis.card(), louis.cards()[-1][0]
    await at_once(pair, lambda louis: louis.press("I have read it", card=card, at=message), louis)
    engaged = {item.button: item for item in await pair.second.store.engagement(campaign.id)}
    assert engaged[None].kind is EngagementKind.ACKNOWLEDGED
    assert (engaged[None].people, engaged[None].presses) == (1, 2)


async def test_an_activity_that_reaches_both_copies_is_done_once(pair: Pair, ada: Person) -> None:
    words, there = {"type": "message", "text": "new campaign", "id": "said-once"}, pair.at_second(ada)
    answers = await asyncio.gather(*(copy.send(dict(words)) for copy in (ada, there, ada, there)))
    assert len(set(map(str, answers))) == 1
    assert await pair.first.store.count_campaigns(TENANT) == 1
    assert saying(ada, "What do you want to say?") == 1


async def test_a_press_is_answered_by_the_other_copy_like_by_the_first(pair: Pair, ada: Person) -> None:
    await draft(ada)
    press = press_of(ada, SEND_OFF, "pressed-once")
    first, second = await asyncio.gather(ada.send(dict(press)), pair.at_second(ada).send(dict(press)))
    assert first == second == await pair.at_second(ada).send(dict(press))
    assert "elsewhere" not in str(first) and "It starts now" in str(first)
    entries = await pair.first.store.audit_from(0, 100, TENANT)
    assert sum(entry.deed == "scheduled" for _, entry in entries) == 1
