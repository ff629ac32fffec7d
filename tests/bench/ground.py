"""What the benches stand on: a store with people, a connector apart, a durable sender to be timed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from app import MessageRenderer, WallClock
from bot.teams.send.connector import Connector
from bot.web.links import SignedLinks
from scheduler.dispatcher import Dispatcher
from scheduler.rate_limit import RateLimit
from storage.port.store import Store
from storage.records import Campaign, CampaignState, PersonId, Settled
from storage.records.instants import ms
from storage.sqlite import SqliteStore
from tests.support.seeding import TENANT, conversation_of, member_of, scheduled

PEOPLE = 500  #: chats that messages go to, in turn
UNLIMITED = 1e9  #: messages a second: the rate limit is not what is measured


async def known_to(url: str, people: int = PEOPLE) -> None:
    """Tell a connector process of these people's chats."""
    chats = [{"conversation": conversation_of(number), "member": member_of(number)} for number in range(people)]
    async with aiohttp.ClientSession() as http, http.post(f"{url}/_control/chats", json=chats) as answer:
        assert answer.status == 200


class Counted:
    """A store that says when so many outcomes have been recorded; else it is the store itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.recorded = 0
        self.wanted = 0
        self.enough = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        await self._store.record(settled, holder)
        self.recorded += len(settled)
        if self.recorded >= self.wanted:
            self.enough.set()


@dataclass
class DurableSender:
    """The product's own way: claimed, marked, sent, recorded. One slice at a time."""

    store: Store
    connector: Connector
    campaign: Campaign
    links: SignedLinks
    concurrency: int = 64
    holder: int = 1
    #: seconds of this process's processor for each message, slice by slice; what a server beside it takes is not in it
    processor: list[float] = field(default_factory=list)

    async def send(self, messages: int) -> float:
        """Send at least so many that are due, and end what has begun; seconds for each that was recorded."""
        counted = Counted(self.store)
        counted.wanted = messages
        began, used = time.perf_counter(), time.process_time()
        async with self._sending(counted):
            await counted.enough.wait()
        self.processor.append((time.process_time() - used) / counted.recorded)
        return (time.perf_counter() - began) / counted.recorded

    async def send_for(self, seconds: float, warm_up: float) -> float:
        """Send all that is due for a while; messages a second, those of the warm-up left out."""
        counted = Counted(self.store)
        async with self._sending(counted):
            await asyncio.sleep(warm_up)
            began, before = time.perf_counter(), counted.recorded
            await asyncio.sleep(seconds)
            return (counted.recorded - before) / (time.perf_counter() - began)

    @contextlib.asynccontextmanager
    async def _sending(self, counted: Any) -> AsyncIterator[None]:
        dispatcher = Dispatcher(
            store=counted,
            sender=self.connector,
            renderer=MessageRenderer(self.links),
            clock=WallClock(),
            rng=random.Random(1),
            rate_limit=RateLimit(UNLIMITED, chat_interval=0.0),
            holder=self.holder,
            concurrency=self.concurrency,
        )
        running = asyncio.create_task(dispatcher.run())
        try:
            yield
        finally:
            dispatcher.stop()
            await running


async def settle_people(store: SqliteStore, url: str, count: int) -> None:
    """So many people, ids 1 and on, who share PEOPLE chats: written at once, as installing takes its time."""

    def write(db: sqlite3.Connection) -> None:
        numbers = range(1, count + 1)
        db.executemany(
            "INSERT INTO person (id, tenant, directory_id, given_name, surname, name) VALUES (?, ?, ?, ?, ?, ?)",
            ((n, TENANT, f"person-{n}", f"Person{n}", "O'Neil", f"Person{n} O'Neil") for n in numbers),
        )
        db.executemany(
            "INSERT INTO reference (person, channel, tenant, service_url, conversation, bot, user, seen_at)"
            " VALUES (?, 'msteams', ?, ?, ?, '28:crieur', ?, 0)",
            ((n, TENANT, url, conversation_of(n % PEOPLE), f"29:person-{n}") for n in numbers),
        )

    await store.write(write)


async def running_campaign(store: Store) -> Campaign:
    """A campaign of a day that has begun, without deliveries yet."""
    now = datetime.now(UTC)
    author = await store.person(PersonId(1))
    assert author
    campaign = await scheduled(store, author, now - timedelta(hours=2), timedelta(days=1))
    await store.start(campaign.id, now)
    return replace(campaign, state=CampaignState.RUNNING)


async def plan_due(store: Store, campaign: Campaign, people: range) -> None:
    """A delivery for each of these people, due a while ago, a millisecond apart."""
    first = datetime.now(UTC) - timedelta(hours=1)
    for start in range(people.start, people.stop, 20_000):
        page = range(start, min(start + 20_000, people.stop))
        await store.plan(campaign.id, page, [ms(first) + n for n in page], campaign.as_scheduled.schedule.slot.end)


def links_for(url: str) -> SignedLinks:
    return SignedLinks.with_secret(url, b"x" * 32)
