"""Planning a million recipients, against writing the same rows and nothing else."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from app import WallClock
from cards.kit.zones import OFFERED
from scheduler.planner import plan
from storage.records import DeliveryState
from storage.sqlite import SqliteStore
from storage.sqlite.engine import WRITER_CACHE, connected
from tests.bench.ground import running_campaign, settle_people
from tests.bench.memory import peak
from tests.support.program import ROOT
from tests.support.sample_records import refrozen

PEOPLE = 1_000_000
ROUNDS = 3


async def planning() -> dict[str, float]:
    """The time by the raw way's, and the memory of a process that plans, all of it."""
    rounds = await _rounds(ROUNDS)
    return {
        "plan_1m_over_raw_insert": statistics.median(figures["plan"] / figures["raw"] for figures in rounds),
        "plan_1m_seconds": statistics.median(figures["plan"] for figures in rounds),
        "plan_1m_rss_mb": statistics.median(figures["rss_mb"] for figures in rounds),
    }


async def planning_zones() -> dict[str, float]:
    """The same for people each on their own clock."""
    (figures,) = await _rounds(1, "--zones")
    return {"plan_1m_zones_seconds": figures["plan"], "plan_1m_zones_rss_mb": figures["rss_mb"]}


async def _rounds(count: int, *options: str) -> list[dict[str, float]]:
    """Each round on a copy of the same people, in a process of its own, so that its memory is planning's."""
    with tempfile.TemporaryDirectory() as folder:
        await _process("--settle", folder)
        return [json.loads(await _process("--plan", folder, *options)) for _ in range(count)]


async def _process(*arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.planning", *arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output


async def _measure(path: Path, *, zones: bool) -> dict[str, float]:
    store = SqliteStore(path)
    await store.open()
    campaign = await running_campaign(store)
    if zones:
        campaign = refrozen(campaign, schedule=replace(campaign.as_scheduled.schedule, own_zone=True))
    began = time.perf_counter()
    await plan(campaign, store, WallClock(), random.Random(1))
    took = time.perf_counter() - began
    rss = peak()
    assert (await store.tally(campaign.id)).states == {DeliveryState.PLANNED: PEOPLE}
    await store.close()
    return {"plan": took, "rss_mb": rss}


async def _settle(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await settle_people(store, "http://127.0.0.1:1", PEOPLE)
    await store.write(_spread)
    await store.close()


def _spread(db: sqlite3.Connection) -> None:
    """Over the zones that the form offers, in no order."""
    numbers = ", ".join(f"({number}, '{zone}')" for number, zone in enumerate(OFFERED))
    db.execute(
        f"WITH zones (number, name) AS (VALUES {numbers})"
        " UPDATE person SET zone = (SELECT name FROM zones WHERE number = person.id * 7919 % ?)",
        (len(OFFERED),),
    )


def _raw(planned: Path, path: Path) -> float:
    """One executemany of the same rows, in the same order and with the same settings, into the same table alone."""
    database = sqlite3.connect(planned)
    schema = [
        sql
        for (sql,) in database.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'delivery' AND sql IS NOT NULL ORDER BY type DESC"
        )
    ]
    rows = database.execute("SELECT campaign, person, state, next_at FROM delivery ORDER BY id").fetchall()
    database.close()
    raw = connected(path, WRITER_CACHE)
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


def _plan(people: Path, *, zones: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(people, folder)
        figures = asyncio.run(_measure(Path(path), zones=zones))
        return figures if zones else figures | {"raw": _raw(Path(path), Path(folder, "raw.db"))}


def main() -> None:
    parser = argparse.ArgumentParser(description="One process of this bench")
    parser.add_argument("--settle", type=Path)
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--zones", action="store_true")
    arguments = parser.parse_args()
    if arguments.settle:
        asyncio.run(_settle(arguments.settle / "crieur.db"))
    else:
        sys.stdout.write(json.dumps(_plan(arguments.plan / "crieur.db", zones=arguments.zones)))


if __name__ == "__main__":
    main()
