"""The store is away for longer than a lease, while the platform accepts messages: they are recorded as delivered."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from pymongo.errors import AutoReconnect

from scheduler.jobs import Jobs
from scheduler.list_refresh import ListReader
from storage.mongo import MongoStore, engine
from storage.port.store import Store
from storage.records import DeliveryState, Schedule, Slot, StorageError, WorkingHours
from tests.contract.conftest import Database, MongoDatabase
from tests.support.cut_wire import cut_wire
from tests.support.speed import slowness
from tests.support.stopped_time import MONDAY, OFFICE, World, a_campaign, dispatching

PEOPLE = 8
MANY = 10_000  #: writes
LEASE = timedelta(seconds=60)  #: the dispatcher's own
OUTAGE = timedelta(minutes=10)
SCHEDULE = Schedule(
    slot=Slot(start=MONDAY, duration=timedelta(hours=2)),
    hours=WorkingHours(opens=OFFICE.opens, closes=OFFICE.closes, days=OFFICE.days),
    zone="Europe/Paris",
)


@dataclass
class Line:
    """The way to a store, which may be down, for all questions or for those of these names."""

    store: Store
    down: bool | set[str] = False

    def __getattr__(self, name: str) -> Any:
        if self.down is True or (self.down and name in self.down):
            raise StorageError("the store is away")
        return getattr(self.store, name)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with a_campaign(tmp_path, PEOPLE, SCHEDULE, other=database.store()) as world:
        yield world


def jobs_of(world: World, line: Line, keep_hold: Any = None) -> Jobs:
    nobody: Any = None
    reader = ListReader(cast(Store, line), None, nobody, world.clock)
    return Jobs(cast(Store, line), nobody, world.clock, random.Random(1), reader, keep_hold=keep_hold, lease=LEASE)


async def accepted_but_not_recorded(world: World, line: Line) -> None:
    """Everybody has the message, no record of it could be written, and the leases have lapsed."""
    line.down = {"record"}
    world.clock.at = world.ends - timedelta(seconds=1)  # everybody is due
    async with asyncio.timeout(60):
        while sum(world.mailbox.received.values()) < PEOPLE:  # noqa: ASYNC110 (it is another task's doing)
            await asyncio.sleep(0.01)
    line.down = True
    world.clock.at += OUTAGE


async def all_delivered(world: World) -> None:
    async with asyncio.timeout(60):
        while len(await world.store.people_in_state(world.campaign.id, DeliveryState.DELIVERED)) < PEOPLE:
            assert not await world.store.people_in_state(world.campaign.id, DeliveryState.UNCONFIRMED)
            await asyncio.sleep(0.02)
    assert set(world.mailbox.received.values()) == {1}, "nobody twice"


async def test_what_a_process_knows_wins_over_its_own_sweep(world: World) -> None:
    line = Line(world.store)
    dispatcher = dispatching(world, line)
    jobs, sending = jobs_of(world, line, dispatcher.keep_hold), asyncio.create_task(dispatcher.run())
    await accepted_but_not_recorded(world, line)
    line.down = {"record", "renew"}  # the sweep comes first, and cannot yet say what is held
    with contextlib.suppress(StorageError):
        await jobs.sweep()
    line.down = {"record"}  # it comes first again
    await jobs.sweep()
    line.down = False
    await all_delivered(world)
    dispatcher.stop()
    await sending


@dataclass
class LateClaims(Line):
    """A store that carries out a claim, and takes longer than a lease to say so."""

    claimed: asyncio.Event = field(default_factory=asyncio.Event)
    said: asyncio.Event = field(default_factory=asyncio.Event)

    async def claim_due(self, *asked: Any, **more: Any) -> Any:
        claimed = await self.store.claim_due(*asked, **more)
        if claimed:
            self.claimed.set()
            await self.said.wait()
        return claimed


async def test_a_claim_that_comes_through_late_is_not_swept_before_it_is_known(world: World) -> None:
    line = LateClaims(world.store)
    dispatcher = dispatching(world, line)
    jobs, sending = jobs_of(world, line, dispatcher.keep_hold), asyncio.create_task(dispatcher.run())
    world.clock.at = world.ends - timedelta(minutes=5)
    async with asyncio.timeout(60):
        await line.claimed.wait()
    world.clock.at += LEASE * 2
    sweep = asyncio.create_task(jobs.sweep())
    await asyncio.sleep(0.2)
    line.said.set()
    await sweep
    world.clock.at = world.ends - timedelta(seconds=1)
    await all_delivered(world)
    dispatcher.stop()
    await sending


async def test_another_copys_sweep_gives_the_living_time_to_say_what_they_know(world: World) -> None:
    ours, theirs = Line(world.store), Line(world.store)
    dispatcher = dispatching(world, ours)
    jobs, sending = jobs_of(world, theirs), asyncio.create_task(dispatcher.run())
    await accepted_but_not_recorded(world, ours)
    theirs.down = True
    with pytest.raises(StorageError):
        await jobs.begin()
    theirs.down = False
    await jobs.begin()
    world.clock.at += LEASE - timedelta(seconds=1)
    await jobs.sweep()
    ours.down = False
    await all_delivered(world)
    dispatcher.stop()
    await sending


async def test_what_a_death_left_behind_is_settled_when_that_time_is_over(world: World) -> None:
    line = Line(world.store)
    dispatcher = dispatching(world, line)
    sending = asyncio.create_task(dispatcher.run())
    await accepted_but_not_recorded(world, line)
    sending.cancel()
    theirs = Line(world.store, down=True)
    jobs = jobs_of(world, theirs)
    with pytest.raises(StorageError):
        await jobs.begin()
    theirs.down = False
    await jobs.begin()
    await jobs.sweep()
    assert not await world.store.people_in_state(world.campaign.id, DeliveryState.UNCONFIRMED)
    world.clock.at += LEASE
    await jobs.sweep()
    assert len(await world.store.people_in_state(world.campaign.id, DeliveryState.UNCONFIRMED)) == PEOPLE


async def test_a_server_that_never_answers_is_asked_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that hangs for ever would be a campaign that stands still and says nothing."""
    if not isinstance(database, MongoDatabase):
        pytest.skip("of MongoDB")
    monkeypatch.setattr(engine, "ANSWER", 0.5 * slowness())
    there = urlsplit(database.url)
    assert there.hostname is not None
    async with cut_wire(there.hostname, there.port or 27017, MANY, hangs=True) as wire:
        store = MongoStore(f"mongodb://127.0.0.1:{wire.port}{there.path}")
        await store.open()
        wire.left = 0
        with pytest.raises(AutoReconnect):
            async with asyncio.timeout(20 * slowness()):
                await store.write_documents({"key": (None, b"{}")})
        wire.left = MANY
        await store.write_documents({"key": (None, b"{}")})
        assert list(await store.read_documents(["key"])) == ["key"]
        await store.close()
