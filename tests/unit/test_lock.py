"""One process does a job at a time; what a dead one left is free again after its lease, whatever the wall clock did."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.copies.lock import run_exclusively
from storage.sqlite import SqliteStore
from tests.support.sample_records import NOW
from tests.support.stopped_time import StoppedClock

LEASE = timedelta(minutes=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    yield store
    await store.close()


async def done(store: SqliteStore, clock: StoppedClock) -> bool:
    async def do() -> bool:
        return True

    return bool(await run_exclusively(store, clock, random.Random(2), "job", LEASE, do))


async def left_by_a_death(store: SqliteStore, clock: StoppedClock) -> None:
    began = asyncio.Event()

    async def hang() -> None:
        began.set()
        await asyncio.Future()

    holder = asyncio.create_task(run_exclusively(store, clock, random.Random(1), "job", LEASE, hang))
    await began.wait()
    document = await store.read_documents(["job"])
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)
    await store.write_documents({"job": (None, document["job"][1])})  # the dead tidy nothing up


async def test_a_lock_ends_with_its_lease(store: SqliteStore) -> None:
    clock = StoppedClock(NOW)
    await left_by_a_death(store, clock)
    assert not await done(store, clock)
    clock.at += LEASE - timedelta(seconds=1)
    assert not await done(store, clock)
    clock.at += timedelta(seconds=1)
    assert await done(store, clock)


async def test_a_lock_from_before_the_clock_was_set_back_holds_nothing_up(store: SqliteStore) -> None:
    clock = StoppedClock(NOW)
    await left_by_a_death(store, clock)
    clock.at -= timedelta(seconds=20)  # a copy whose clock differs a little
    assert not await done(store, clock)
    clock.at -= timedelta(hours=1)
    assert await done(store, clock)
