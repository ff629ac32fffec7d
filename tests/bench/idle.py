"""What the program costs while nothing happens: memory, processor, and the time until it answers."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

from tests.bench.memory import resident
from tests.support.program import Program, running

SETTLE = 3.0  #: seconds after the start that are not counted
WATCHED = 30.0  #: seconds in which its processor time is
TICK = os.sysconf("SC_CLK_TCK")  #: of /proc, a second


async def idle() -> dict[str, float]:
    """The real process on an embedded store, with nobody there."""
    with tempfile.TemporaryDirectory() as folder:
        program = Program(f"sqlite:{folder}/idle.db", Path(folder) / "log")
        began = time.perf_counter()
        async with running(program):
            started = time.perf_counter() - began
            await asyncio.sleep(SETTLE)
            before = processor(program.pid)
            await asyncio.sleep(WATCHED)
            used = processor(program.pid) - before
            return {
                "idle_rss_mb": resident(program.pid),
                "idle_cpu_percent": 100 * used / WATCHED,
                "start_seconds": started,
            }


def processor(pid: int) -> float:
    """Seconds of processor time, its threads' included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
