"""One timer for all: a block that takes too long gets a TimeoutError, and no other notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.teams.send import timeouts
from bot.teams.send.timeouts import Timeouts


@pytest.fixture
async def kept(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Timeouts]:
    """A limit of 50 ms."""
    monkeypatch.setattr(timeouts, "CHECK", 0.01)
    kept = Timeouts(0.05)
    keeping = asyncio.create_task(kept.keep())
    yield kept
    keeping.cancel()


async def within(kept: Timeouts, seconds: float) -> str:
    try:
        with kept:
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "late"
    await asyncio.sleep(0.1)  # after the block no limit holds
    return "in time"


async def test_who_takes_too_long_is_told_and_the_others_are_left_alone(kept: Timeouts) -> None:
    assert await asyncio.gather(*(within(kept, seconds) for seconds in (0, 10, 0.02, 10))) == [
        "in time",
        "late",
        "in time",
        "late",
    ]


async def test_the_limit_counts_from_the_last_entry(kept: Timeouts) -> None:
    assert [await within(kept, 0.03) for _ in range(4)] == ["in time"] * 4
    assert [await within(kept, 10), await within(kept, 0)] == ["late", "in time"]


async def test_an_error_in_the_block_stays_what_it_was(kept: Timeouts) -> None:
    with pytest.raises(LookupError), kept:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            raise LookupError from None
    current = asyncio.current_task()
    assert current and current.cancelling() == 0


async def test_who_is_cancelled_ends_even_where_it_was_overdue_as_well(kept: Timeouts) -> None:
    task = asyncio.create_task(within(kept, 10))
    await asyncio.sleep(0)
    kept._cancel_overdue(latest=float("inf"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
