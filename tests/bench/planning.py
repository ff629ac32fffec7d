"""Planning a million recipients, against writing the same rows and nothing else."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from app import WallClock
from dialogs.wizard import ZONES
from scheduler.planner import plan
from storage.records import DeliveryState
from storage.sqlite import SqliteStore
from tests.bench.ground import running_campaign, settle_people
from tests.support.program import ROOT

PEOPLE = 1_000_000
ROUNDS = 3


async def planning() -> dict[str, float]:
    """plan_1m_over_raw_insert, and the memory of a process that plans, all of it."""
    rounds = [await asyncio.to_thread(_round) for _ in range(ROUNDS)]
    spread = await asyncio.to_thread(_round, zones=True)
    return {
        "plan_1m_zones_seconds": spread["plan"],
        "plan_1m_zones_rss_mb": spread["rss_mb"],
        "plan_1m_over_raw_insert": statistics.median(found["plan"] / found["raw"] for found in rounds),
        "plan_1m_seconds": statistics.median(found["plan"] for found in rounds),
        "plan_1m_rss_mb": statistics.median(found["rss_mb"] for found in rounds),
    }


def _round(*, zones: bool = False) -> dict[str, float]:
    """In a process of its own, so that its memory is planning's."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.planning", *(["--zones"] if zones else [])],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def _measure(folder: Path, *, zones: bool) -> dict[str, float]:
    await _people(folder / "crieur.db")
    store = SqliteStore(folder / "crieur.db")
    await store.open()
    campaign = await running_campaign(store)
    if zones:
        assert campaign.schedule is not None
        campaign = replace(campaign, schedule=replace(campaign.schedule, own_zone=True))
    began = time.perf_counter()
    await plan(campaign, store, WallClock(), random.Random(1))
    took = time.perf_counter() - began
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert (await store.tally(campaign.id)).states == {DeliveryState.PLANNED: PEOPLE}
    await store.close()
    return {"plan": took, "rss_mb": rss}


async def _people(path: Path) -> None:
    """Settled in a process of its own too: its memory is not planning's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.planning", str(path), cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0


async def _settle(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await settle_people(store, "http://127.0.0.1:1", PEOPLE)
    await store.write(_spread)
    await store.close()


def _spread(db: sqlite3.Connection) -> None:
    """Over the zones that the form offers, in no order."""
    numbers = ", ".join(f"({number}, '{zone}')" for number, zone in enumerate(ZONES))
    db.execute(
        f"WITH zones (number, name) AS (VALUES {numbers})"
        " UPDATE person SET zone = (SELECT name FROM zones WHERE number = person.id * 7919 % ?)",
        (len(ZONES),),
    )


def _raw(folder: Path) -> float:
    """One executemany of the same rows, in the same order, into the same table of an empty file."""
    planned = sqlite3.connect(folder / "crieur.db")
    schema = [
        sql
        for (sql,) in planned.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'delivery' AND sql IS NOT NULL ORDER BY type DESC"
        )
    ]
    rows = planned.execute("SELECT campaign, person, state, next_at FROM delivery ORDER BY id").fetchall()
    planned.close()
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    for sql in schema:
        raw.execute(sql)
    gc.collect()
    began = time.perf_counter()
    raw.execute("BEGIN")
    raw.executemany("INSERT INTO delivery (campaign, person, state, next_at) VALUES (?, ?, ?, ?)", rows)
    raw.execute("COMMIT")
    took = time.perf_counter() - began
    raw.close()
    return took


def main() -> None:
    zones = sys.argv[1:] == ["--zones"]
    if sys.argv[1:] and not zones:
        asyncio.run(_settle(Path(sys.argv[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measure(Path(folder), zones=zones))
        found["raw"] = _raw(Path(folder))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
