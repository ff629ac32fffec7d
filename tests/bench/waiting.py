"""What campaigns cost that run while nothing of them is due, and how late a message leaves that is."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from pymongo import monitoring

from app import WallClock, crieur
from bot.settings import Settings
from storage.mongo import MongoStore
from storage.port.store import Store
from storage.records import Audience, CampaignId, DeliveryState, PersonId
from storage.records.instants import ms
from storage.sqlite import SqliteStore
from tests.bench import copies
from tests.bench.ground import known_to, settle_people
from tests.bench.idle import processor
from tests.support.deeds import A_DEED
from tests.support.program import Program, connector_process, running
from tests.support.seeding import TENANT, scheduled

FORTY = 40
PEOPLE = 2_000  #: who get a message in the minute in which lateness is measured: 33 a second of 45 allowed
SMALL, EACH = 10, 30  #: campaigns beside a large one, and the people of each
SLOT = timedelta(seconds=60)
AHEAD = timedelta(seconds=15)  #: until it begins: the program has to be there
SETTLE = 15.0  #: seconds after the start that are not counted
WATCHED = 60.0  #: seconds that are: two rounds of the sweep
LATER = timedelta(days=30)  #: until something is due of those that wait


class Wire(monitoring.CommandListener):
    """Counts the questions that go over the wire."""

    def __init__(self) -> None:
        self.asked = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.asked += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


async def forty_wait(store: Store) -> None:
    """Forty campaigns that run, with two recipients each, who are due in a month."""
    author, now = await store.person(PersonId(1)), datetime.now(UTC)
    assert author
    for _ in range(FORTY):
        campaign = await scheduled(store, author, now, 2 * LATER)
        await store.start(campaign.id, now)
        await store.plan(campaign.id, [1, 2], [ms(now + LATER)] * 2, now + 2 * LATER)
        await store.planned(campaign.id, now)


async def mongo_idle() -> dict[str, float]:
    """The bot on MongoDB over the wire (nx-27017, or BENCH_MONGODB_URL)."""
    wire = Wire()
    monitoring.register(wire)
    async with connector_process() as url:
        await known_to(url)  # or the author's live cards are tried again and again
        with tempfile.TemporaryDirectory() as folder, copies.server(Path(folder)) as server:
            store = MongoStore(server)
            await store.open()
            await copies.settle_people(store, url, 2)
            await forty_wait(store)
            environment = {"STORE_URL": server, "BASE_URL": "http://127.0.0.1:9"}
            settings = Settings(_env_file=None, **environment)  # type: ignore[call-arg, arg-type]
            async with crieur(settings, store, WallClock()):
                await asyncio.sleep(SETTLE)
                before = wire.asked
                await asyncio.sleep(WATCHED)
                asked = wire.asked - before
            await store.close()
    return {"mongo_idle_questions_per_s": asked / WATCHED}


async def sqlite_idle() -> dict[str, float]:
    """The real process on an embedded store."""
    async with connector_process() as url:
        await known_to(url)  # or the author's live cards are tried again and again
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder) / "idle.db")
            await store.open()
            await settle_people(store, url, 2)
            await forty_wait(store)
            await store.close()
            program = Program(f"sqlite:{folder}/idle.db", Path(folder) / "log")
            async with running(program):
                await asyncio.sleep(SETTLE)
                before = processor(program.pid)
                await asyncio.sleep(WATCHED)
                return {"idle_cpu_40_running_percent": 100 * (processor(program.pid) - before) / WATCHED}


async def lateness() -> dict[str, float]:
    """The real process, its own pace: one large campaign beside ten small ones, from due to recorded as accepted."""
    async with connector_process() as url:
        await known_to(url)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "late.db"
            store = SqliteStore(path)
            await store.open()
            await settle_people(store, url, PEOPLE)
            starts = datetime.now(UTC) + AHEAD
            campaigns = await _campaigns(store, starts)
            await store.close()
            async with running(Program(f"sqlite:{path}", Path(folder) / "log")):
                await asyncio.sleep((starts - datetime.now(UTC)).total_seconds() + 3)
                now = datetime.now(UTC).timestamp()
                due = {id: at for id, at in _instants(path, "next_at", DeliveryState.PLANNED).items() if at > now}
                await asyncio.sleep((starts + SLOT - datetime.now(UTC)).total_seconds() + 3)
                accepted = _instants(path, "settled_at", DeliveryState.DELIVERED)
    assert len(campaigns) == 1 + SMALL
    late = [1000 * (accepted[id] - at) for id, at in due.items() if id in accepted]
    assert len(late) > 0.99 * len(due)
    most = quantiles(late, n=100)[98]
    return {"lateness_p50_ms": median(late), "lateness_p99_ms": most, "lateness_max_ms": max(late)}


async def _campaigns(store: Store, starts: datetime) -> list[CampaignId]:
    author = await store.person(PersonId(1))
    assert author
    everybody = [PersonId(number) for number in range(1, PEOPLE + 1)]
    parts = [everybody[SMALL * EACH :], *(everybody[at * EACH : (at + 1) * EACH] for at in range(SMALL))]
    campaigns = []
    for number, people in enumerate(parts):
        one = await store.new_list(TENANT, author.id, f"Part {number}", people, deed=A_DEED)
        campaign = await scheduled(store, author, starts, SLOT, audience=Audience(lists=(one.id,)))
        campaigns.append(campaign.id)
    return campaigns


def _instants(path: Path, column: str, state: DeliveryState) -> dict[int, float]:
    """By the number of a delivery, seconds since 1970."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(f"SELECT id, {column} FROM delivery WHERE state = ?", (int(state),)).fetchall()
    return {id: at / 1000 for id, at in rows}
