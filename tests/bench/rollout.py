"""A roll-out beside a campaign: a company is given the bot within half a minute, while it sends at its pace."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import aiohttp

from storage.records import DeliveryState, PersonId
from storage.records.instants import ms
from storage.sqlite import SqliteStore
from tests.bench.ground import PEOPLE, settle_people
from tests.support.connector import LoopbackConnector
from tests.support.organisation import Organisation, Person
from tests.support.program import Program, running
from tests.support.seeding import conversation_of, member_of, scheduled

PACE = 40  #: messages that are due a second
SLOT = timedelta(seconds=60)
AHEAD = timedelta(seconds=15)  #: until it begins: the program has to be there
BEFORE = 10.0  #: seconds of the slot before the first install
INSTALLS = 2_000
WITHIN = 25.0  #: seconds in which they come
PATIENCE = 120.0  #: seconds for which an answer is awaited


async def rollout() -> dict[str, float]:
    """The real process: the share of its pace at which it sends meanwhile, and how late 99 of 100 installs are
    answered, each told by two activities."""
    connector = LoopbackConnector(rng=random.Random(3))
    await connector.start()
    for number in range(PEOPLE):
        connector.add(conversation_of(number), member_of(number))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rollout.db"
        store = SqliteStore(path)
        await store.open()
        recipients = round(PACE * SLOT.total_seconds())
        await settle_people(store, connector.url, recipients)
        author, starts = await store.person(PersonId(1)), datetime.now(UTC) + AHEAD
        assert author
        await scheduled(store, author, starts, SLOT)
        await store.close()
        program = Program(f"sqlite:{path}", Path(folder) / "log")
        async with running(program), aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            organisation = Organisation(connector, f"{program.url}/api/messages", http)
            crowd = organisation.crowd(INSTALLS)
            await asyncio.sleep((starts - datetime.now(UTC)).total_seconds() + BEFORE)
            began = datetime.now(UTC)
            took = await asyncio.gather(
                *(_install(person, WITHIN * number / INSTALLS) for number, person in enumerate(crowd))
            )
            sent = _accepted(path, began, began + timedelta(seconds=WITHIN))
    await connector.stop()
    return {
        "rollout_sends_share": sent / (PACE * WITHIN),
        "rollout_install_p50_ms": 1000 * sorted(took)[INSTALLS // 2],
        "rollout_install_p99_ms": 1000 * quantiles(took, n=100)[98],
    }


async def _install(person: Person, after: float) -> float:
    """Seconds until both of its activities are answered."""
    await asyncio.sleep(after)
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        await person.install()
    return time.perf_counter() - began


def _accepted(path: Path, since: datetime, until: datetime) -> int:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        (count,) = database.execute(
            "SELECT COUNT(*) FROM delivery WHERE state = ? AND settled_at BETWEEN ? AND ?",
            (int(DeliveryState.DELIVERED), ms(since), ms(until)),
        ).fetchone()
    return int(count)
