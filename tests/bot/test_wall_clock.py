"""The wall clock is set while a campaign runs: what counts elapsed time does not notice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from unittest import mock

import pytest
from apscheduler.schedulers import base

from storage.records import DeliveryState
from tests.bot.story import draft, eventually, launch, newest, planned
from tests.bot.test_operations import ready
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person

HOUR = timedelta(hours=1)
YEARS = timedelta(days=2000)  #: runs that were missed and counted one by one would take the day
PEOPLE = 30
ALL_OF_IT = timedelta(minutes=10)  #: more than the second campaign's slot


@pytest.fixture(autouse=True)
def one_wall_clock(running_bot: RunningBot) -> Iterator[None]:
    """APScheduler reads the wall clock by itself: it is the same one, set or not.

    By a fixture that ends before the bot's virtual time does: pytest's own monkeypatch may end after it.
    """

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return running_bot.clock.now().astimezone(tz)

    with mock.patch.object(base, "datetime", Wall):
        yield


@pytest.mark.parametrize("step", [-HOUR, HOUR, YEARS], ids=["back", "forward", "years forward"])
async def test_sending_jobs_and_chat_go_on_when_the_wall_clock_is_set(
    running_bot: RunningBot, ada: Person, step: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    crowd = running_bot.organisation.crowd(PEOPLE)
    await asyncio.gather(*(person.install() for person in crowd))
    await draft(ada)
    first = await launch(ada, running_bot)
    with caplog.at_level(logging.WARNING):
        running_bot.clock.set_wrong_by(step)
        await eventually(lambda: ready(running_bot))
        await draft(ada, duration="2", unit="minutes", message={"name": "After the step"})
        await ada.press(SEND_OFF)  # the chat answers; the jobs start it
        second = await eventually(lambda: planned(running_bot))
        assert second.id != first.id
        running_bot.clock.set_wrong_by(step + timedelta(seconds=115))  # all of the slot but its end: the rest is due
        await eventually(lambda: _everybody_has(running_bot, len(crowd) + 1))
    assert "the wall clock was set" in caplog.text
    assert await ready(running_bot)
    assert max(person.chat.campaigns[second.id] for person in crowd) == 1, "nobody twice"
    running_bot.clock.forward(ALL_OF_IT)
    await ada.sees("Report: ", 30)


async def _everybody_has(running_bot: RunningBot, people: int) -> bool:
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    return tally.states.get(DeliveryState.DELIVERED, 0) == people
