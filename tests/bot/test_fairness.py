"""Rate limit and fairness of the dispatcher: between campaigns of one organisation, and between organisations."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler import dispatcher
from scheduler.dispatcher import Dispatcher
from scheduler.ports import Delivered, Outcome, Render, Retry
from scheduler.rate_limit import CHAT_BURST, KEPT, RateLimit
from storage.records import Audience, Campaign, CampaignId, DeliveryState, NotReached, Person, Reference, TenantId
from storage.records.instants import ms
from storage.sqlite import SqliteStore
from tests.support.http import until
from tests.support.seeding import install, scheduled

pytestmark = pytest.mark.real_time

OTHERS = TenantId("0c3e9f60-1111-4000-8000-000000000002")
RATE = 45.0


@dataclass
class Clock:
    at: datetime = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Numbered:
    """Every message is its campaign's number."""

    def compile(self, campaign: Campaign) -> Render:
        return lambda person, columns: str(campaign.id).encode()


@dataclass
class Platform:
    """Takes messages, but throttles some organisations."""

    throttled: set[TenantId] = field(default_factory=set)
    received: Counter[int] = field(default_factory=Counter)

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        if reference.tenant in self.throttled:
            return Retry(NotReached.THROTTLED, after=60.0)
        self.received[int(activity)] += 1
        return Delivered("1")


class WatchedStore(SqliteStore):
    """Counts the rounds of a dispatcher: in each it looks for what others have changed."""

    rounds = 0

    async def due_among(
        self, ids: Collection[CampaignId], states: Collection[DeliveryState], now: datetime
    ) -> set[CampaignId]:
        self.rounds += 1
        return await super().due_among(ids, states, now)


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WatchedStore]:
    monkeypatch.setattr(dispatcher, "POLL", 0.005)
    monkeypatch.setattr(dispatcher, "LOOK", 0.0)
    monkeypatch.setattr(dispatcher, "TICK", 0.005)
    store = WatchedStore(tmp_path / "crieur.db")
    await store.open()
    yield store
    await store.close()


async def due(store: SqliteStore, people: list[Person], now: datetime) -> CampaignId:
    """A running campaign whose deliveries to these people are all due."""
    campaign = await scheduled(store, people[0], now - timedelta(hours=1), timedelta(hours=9), audience=Audience())
    await store.start(campaign.id, now)
    instants = [ms(now - timedelta(minutes=1))] * len(people)
    await store.plan(campaign.id, [person.id for person in people], instants, campaign.as_scheduled.schedule.slot.end)
    return campaign.id


@contextlib.asynccontextmanager
async def dispatching(store: SqliteStore, platform: Platform, clock: Clock) -> AsyncIterator[None]:
    running = Dispatcher(
        store=store,
        sender=platform,
        renderer=Numbered(),
        clock=clock,
        rng=random.Random(5),
        rate_limit=RateLimit(RATE),
        holder=1,
    )
    task = asyncio.create_task(running.run())
    yield
    running.stop()
    await task


async def pass_seconds(clock: Clock, store: WatchedStore, seconds: float, step: float = 0.1) -> None:
    """Let time pass step by step; in each, every campaign has its turns."""
    for _ in range(round(seconds / step)):
        clock.at += timedelta(seconds=step)
        seen = store.rounds
        await until(lambda seen=seen: store.rounds >= seen + 10, 10)


async def test_a_campaign_of_twenty_is_not_stuck_behind_one_of_thousands(store: WatchedStore) -> None:
    clock, platform = Clock(), Platform()
    people = await install(store, "http://127.0.0.1", 3_000)
    large, small = await due(store, people, clock.at), await due(store, people[:20], clock.at)
    async with dispatching(store, platform, clock):
        await pass_seconds(clock, store, 6)
    assert platform.received[small] == 20
    assert 0 < platform.received[large] < 400


async def test_no_organisation_is_written_to_faster_than_its_pace(store: WatchedStore) -> None:
    clock, platform = Clock(), Platform()
    people = await install(store, "http://127.0.0.1", 1_000)
    campaigns = [await due(store, people, clock.at), await due(store, people, clock.at)]
    async with dispatching(store, platform, clock):
        await pass_seconds(clock, store, 5)
    sent = sum(platform.received[campaign] for campaign in campaigns)
    assert RATE * 4 <= sent <= RATE * 5 + RATE * KEPT + 1, "five seconds, without a burst"


async def test_a_throttled_organisation_delays_no_other(store: WatchedStore) -> None:
    clock, platform = Clock(), Platform({OTHERS})
    ours = await install(store, "http://127.0.0.1", 200)
    theirs = await install(store, "http://127.0.0.1", 200, tenant=OTHERS, first=1_000)
    mine, other = await due(store, ours, clock.at), await due(store, theirs, clock.at)
    async with dispatching(store, platform, clock):
        await pass_seconds(clock, store, 8)
        assert platform.received[mine] == 200
        platform.throttled.clear()
        await pass_seconds(clock, store, 130, step=2)
    assert platform.received[other] > 0, "and it goes on when it may"


async def test_one_chat_is_not_flooded_by_many_campaigns(store: WatchedStore) -> None:
    clock, platform = Clock(), Platform()
    people = await install(store, "http://127.0.0.1", 1)
    campaigns = [await due(store, people, clock.at) for _ in range(CHAT_BURST + 3)]
    async with dispatching(store, platform, clock):
        await pass_seconds(clock, store, 2)
        assert sum(platform.received.values()) == CHAT_BURST
        await pass_seconds(clock, store, 12)
    assert platform.received == Counter(campaigns), "each of them once, the last ones a little later"
