"""The calendar of an organisation that sends a lot: 50 campaigns of 50,000 people each, of 200,000."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from app import WallClock
from cards.kit.texts import Texts
from dialogs.campaigns.calendar import calendar_of
from dialogs.core.turn import Services, Turn
from storage.records import Audience, Channel, ListId, PersonId, Role
from storage.sqlite import SqliteStore
from tests.bench.ground import settle_people
from tests.bench.memory import peak, resident
from tests.support.seeding import TENANT, scheduled

PEOPLE = 200_000
CAMPAIGNS = 50
EACH = 50_000
ROUNDS = 5


async def overlaps() -> dict[str, float]:
    """The quickest of some rounds, how it grows from a fifth of the campaigns, and what memory takes in them."""
    few, _ = await _rounds(CAMPAIGNS // 5)
    many, grown = await _rounds(CAMPAIGNS)
    return {"calendar_50_of_50k_ms": 1000 * many, "calendar_50_over_10": many / few, "calendar_50_of_50k_rss_mb": grown}


async def _rounds(campaigns: int) -> tuple[float, float]:
    """(seconds of the processor, megabytes)."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "crieur.db")
        await store.open()
        await planned(store, PEOPLE, campaigns, EACH)
        before, seconds = resident("self"), []
        for _ in range(ROUNDS):
            began = time.process_time()  # reading is nearly all of it, and one thread reads
            await calendar_of(turn_of(store, await store.person(PersonId(1))))
            seconds.append(time.process_time() - began)
        grown = peak() - before
        await store.close()
    return min(seconds), grown


async def planned(store: SqliteStore, people: int, campaigns: int, each: int) -> None:
    """Each campaign on a day of its own or with others, to a list of its own."""
    await settle_people(store, "http://127.0.0.1:1", people)
    rng, now = random.Random(1), datetime.now(UTC)

    def fill(db: sqlite3.Connection) -> None:
        for number in range(1, campaigns + 1):
            db.execute(
                "INSERT INTO list (id, tenant, owner, name, size) VALUES (?, ?, 1, ?, ?)",
                (number, TENANT, f"List {number}", each),
            )
            some = sorted(rng.sample(range(1, people + 1), each))
            db.executemany("INSERT INTO list_member (list, person) VALUES (?, ?)", ((number, one) for one in some))

    await store.write(fill)
    author = await store.person(PersonId(1))
    assert author is not None
    for number in range(1, campaigns + 1):
        audience = Audience(lists=(ListId(number),))
        start = now + timedelta(days=number % 25, hours=1)
        await scheduled(store, author, start, timedelta(hours=2), audience=audience, name=f"Campaign {number}")


def turn_of(store: SqliteStore, person: Any) -> Turn:
    """As much of a conversation as the calendar asks for."""
    services = cast(Services, SimpleNamespace(store=store, clock=WallClock()))
    return Turn(services=services, person=person, role=Role.OWNER, channel=Channel.TEAMS, texts=Texts("en"))
