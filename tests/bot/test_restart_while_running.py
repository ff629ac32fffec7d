"""A bot that is stopped again and again in the middle of a campaign: nobody twice, nobody lost, one report."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storage.records import CampaignState, DeliveryState
from tests.bot.story import ALMOST_ALL, LAST, completed, draft, eventually, in_state, launch, newest, planned
from tests.conftest import RunningBot
from tests.support.connector import Faults
from tests.support.organisation import SEND_OFF, Person, words_of

PEOPLE = 60
RESTARTS = 5


@pytest.fixture
async def crowd(running_bot: RunningBot, ada: Person) -> list[Person]:
    people = running_bot.organisation.crowd(PEOPLE)
    await asyncio.gather(*(person.install() for person in people))
    return people


def posted(person: Person, words: str) -> list[dict[str, Any]]:
    """The messages in their chat, as the platform keeps them, whose card says these words."""
    return [
        message
        for message in person.chat.messages
        for attachment in message["activity"].get("attachments") or []
        if any(words in word for word in words_of(attachment["content"]))
    ]


async def downtime(running_bot: RunningBot, restarts: int) -> None:
    """The bot is away for a part of the slot, comes back, sends some of what fell due, and goes again."""
    for _ in range(restarts):
        await running_bot.stop()
        running_bot.clock.forward(ALMOST_ALL / (restarts + 1))
        before = running_bot.connector.tally()["messages"]
        await running_bot.start()
        await eventually(lambda before=before: _more_than(running_bot, before))


async def _more_than(running_bot: RunningBot, messages: int) -> bool:
    return running_bot.connector.tally()["messages"] > messages


@pytest.mark.real_time
@pytest.mark.parametrize("throttle", [0.0, 0.2])
async def test_nobody_twice_and_nobody_lost(
    running_bot: RunningBot, ada: Person, crowd: list[Person], throttle: float
) -> None:
    await draft(ada)
    await launch(ada, running_bot)
    live = await ada.sees("is on its way")
    running_bot.connector.faults = Faults(throttle=throttle, retry_after=0.1)
    await downtime(running_bot, RESTARTS)
    running_bot.connector.faults = Faults()
    running_bot.clock.forward(ALMOST_ALL / (RESTARTS + 1))
    report = await completed(ada, running_bot)
    tally = running_bot.connector.tally()
    assert (tally["people"], tally["messages"], tally["doubled"]) == (PEOPLE + 1, PEOPLE + 1, 0)
    assert all(person.chat.campaigns for person in crowd)
    campaign = await newest(running_bot)
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: PEOPLE + 1}
    assert {"100%", str(PEOPLE + 1)} <= {*words_of(report)}

    [card] = [
        message for message in ada.chat.messages if message["id"] == await running_bot.store.live_card(campaign.id)
    ]
    assert card["updates"] > 0 and words_of(live) != words_of(card["activity"])
    await eventually(lambda: _says(card, "🏁 “Autumn newsletter” is done"))
    assert posted(ada, "is on its way") == [], "the live card was updated in place, never posted again"
    await running_bot.restart()
    await in_state(running_bot, CampaignState.DONE)
    assert len(posted(ada, "Report: Autumn newsletter")) == 1


async def _says(message: dict[str, Any], words: str) -> bool:
    return words in words_of(message["activity"])


async def test_a_campaign_starts_though_the_bot_was_away_at_its_start(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    later = running_bot.clock.now() + ALMOST_ALL / 2
    await draft(ada, start="at", date=later.date().isoformat(), time=f"{later:%H:%M}", zone="UTC")
    await ada.press(SEND_OFF)
    await running_bot.stop()
    running_bot.clock.forward(ALMOST_ALL)
    await running_bot.start()
    campaign = await in_state(running_bot, CampaignState.RUNNING)
    await eventually(lambda: planned(running_bot))
    running_bot.clock.forward(campaign.as_scheduled.schedule.slot.end - running_bot.clock.now() - LAST)
    await louis.sees("Hello Louis, **big news** for you.")
    await completed(ada, running_bot)
    assert running_bot.connector.tally()["doubled"] == 0


async def test_a_slot_that_passed_while_the_bot_was_away_ends_with_the_reason(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    await launch(ada, running_bot)
    await running_bot.stop()
    running_bot.clock.forward(ALMOST_ALL * 2)
    await running_bot.start()
    report = await ada.sees("Report: ")
    words = words_of(report)
    sent = running_bot.connector.tally()["messages"]
    assert words[words.index("The time of the campaign was over first.") + 1] == str(2 - sent)
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    assert tally.open == 0 and tally.total == 2
