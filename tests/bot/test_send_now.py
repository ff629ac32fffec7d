"""Between *Send now* and the first message nobody waits for a look at the clock, nor for the last page of a plan."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from scheduler import planner
from storage.records import DeliveryState
from tests.bot.story import draft, eventually, newest, settled
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person

A_MINUTE = {"start": "now", "duration": "1", "unit": "minutes", "anytime": "true"}
AT_ONCE = 0.3  #: seconds; the periodic look comes once a second


@pytest.mark.parametrize("wait", [0.0, 0.25, 0.5, 0.75])
async def test_a_campaign_that_is_sent_now_starts_at_once(running_bot: RunningBot, ada: Person, wait: float) -> None:
    await draft(ada, **A_MINUTE)
    await asyncio.sleep(wait)  # whenever it is looked for campaigns that start
    pressed_at = running_bot.clock.now()
    await ada.press(SEND_OFF)

    async def planned_at() -> Any:
        return (await newest(running_bot)).planned_at

    assert ((await eventually(planned_at)) - pressed_at).total_seconds() < AT_ONCE


async def test_the_first_messages_leave_while_the_rest_of_the_audience_is_planned(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the campaign does not end before all of them have been."""
    crowd = running_bot.organisation.crowd(40)
    await asyncio.gather(*(person.install() for person in crowd))
    monkeypatch.setattr(planner, "PAGE", 20)
    ask, goes_on = planner._Profiles.ask, asyncio.Event()
    pages = 0

    async def slowly(*asked: Any) -> None:
        nonlocal pages
        pages += 1
        if pages == 2:
            await goes_on.wait()
        await ask(*asked)

    monkeypatch.setattr(planner._Profiles, "ask", slowly)
    await draft(ada, **A_MINUTE)
    await ada.press(SEND_OFF)

    async def delivered(count: int) -> bool:
        campaign = await newest(running_bot)
        states = (await running_bot.store.tally(campaign.id)).states
        return states.get(DeliveryState.DELIVERED, 0) >= count

    await eventually(lambda: delivered(20), 70)
    campaign = await newest(running_bot)
    assert campaign.planned_at is None
    await asyncio.sleep(10)
    assert (await newest(running_bot)).finished_at is None, "the others have no delivery yet"
    goes_on.set()
    await eventually(lambda: delivered(41), 70)
    await settled(running_bot)
    assert max(person.chat.campaigns[campaign.id] for person in crowd) == 1
