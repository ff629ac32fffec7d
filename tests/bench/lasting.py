"""What a million deliveries leave behind: memory of the program that sends them, its log, its file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from pathlib import Path

from storage.records import DeliveryState
from storage.sqlite import SqliteStore
from tests.bench.ground import known_to, plan_due, running_campaign, settle_people
from tests.bench.memory import resident
from tests.support.program import Program, connector_process, running

DELIVERIES = int(os.environ.get("BENCH_DELIVERIES", "1000000"))
LOOK = 1.0  #: seconds between two looks
BEGIN = 0.1  #: of the deliveries, after which memory is compared


async def lasting() -> dict[str, float]:
    """The real program on an embedded store, at the pace that it reaches."""
    async with connector_process("--discard") as url:
        await known_to(url, DELIVERIES)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lasting.db"
            store = SqliteStore(path)
            await store.open()
            await settle_people(store, url, DELIVERIES)
            await store.write(lambda db: db.execute("UPDATE reference SET conversation = 'a:person-' || (person - 1)"))
            await plan_due(store, await running_campaign(store), range(1, DELIVERIES + 1))
            await store.close()
            program = Program(f"sqlite:{path}", Path(folder) / "log", {"MESSAGES_PER_SECOND": "100000"})
            async with running(program):
                memory, log = await _watched(program.pid, path)
            return {
                "deliveries_1m_memory_ratio": max(memory) / memory[0],
                "deliveries_1m_rss_mb": max(memory),
                "deliveries_1m_log_mb": log,
                "deliveries_1m_file_over_rows": path.stat().st_size / await asyncio.to_thread(_packed, path),
            }


async def _watched(pid: int, path: Path) -> tuple[list[float], float]:
    """Megabytes of memory from a tenth of the deliveries on, and of the log at the most."""
    memory, log, sent = list[float](), 0.0, 0
    while sent < DELIVERIES:
        await asyncio.sleep(LOOK)
        sent = await asyncio.to_thread(_sent, path)
        log = max(log, path.with_name(path.name + "-wal").stat().st_size / 1e6)
        if sent >= BEGIN * DELIVERIES:
            memory.append(resident(pid))
    return memory, log


def _sent(path: Path) -> int:
    """How many have ended: on a busy machine a few of them without an answer."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        question = "SELECT coalesce(sum(count), 0) FROM tally WHERE state >= ?"
        return int(database.execute(question, (int(DeliveryState.DELIVERED),)).fetchone()[0])


def _packed(path: Path) -> int:
    """Bytes of the same rows in a file without a gap."""
    packed = path.with_name("packed.db")
    with sqlite3.connect(path) as database:
        database.execute("VACUUM INTO ?", (str(packed),))
    return packed.stat().st_size
