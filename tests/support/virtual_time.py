"""The whole bot in virtual time: nothing waits, a minute passes at once, and no busy machine is noticed.

The loop, the wires and the stores are those of the simulated world (decision 040), with nothing that goes wrong: HTTP
is spoken over connections in memory. Every test in tests/bot runs in it that is not marked ``real_time``: what needs
another program, a thread or a socket is (decision 059).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from storage.sqlite import SqliteStore
from storage.sqlite.engine import WRITER_CACHE, _Job, connected
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.patched import patched
from tests.support.new_database import new_store, put_new_database
from tests.support.running_bot import BEGINS, ShiftedClock

T = TypeVar("T")
MOMENT = 0.001  #: seconds until a store answers


def virtual_loop() -> asyncio.AbstractEventLoop:
    """A world of its own."""
    loop = SimulatedLoop(random.Random(3))
    loop.set_task_factory(None)  # nothing is killed here: what has ended need not be kept
    Network(loop, random.Random(4))
    return loop


class VirtualClock(ShiftedClock):
    """What the loop's time says, put forward as a test wants it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop

    def wall(self) -> float:
        """Seconds since the epoch, as the machine counts them: whatever a test puts forward."""
        return BEGINS.timestamp() + self._loop.time()

    def now(self) -> datetime:
        return BEGINS + timedelta(seconds=self._loop.time()) + self.shift + self.wrong

    def monotonic(self) -> float:
        return self._loop.time() + self.shift.total_seconds()


class InlineSqlite(SqliteStore):
    """The embedded store, without its threads: what is asked is done at once, and answered a moment later."""

    async def open(self) -> None:
        put_new_database(self._path)
        await super().open()
        self._changes = connected(self._path, WRITER_CACHE)
        self._changes.execute("PRAGMA synchronous = OFF")  # no power fails here

    async def close(self) -> None:
        await super().close()
        self._changes.close()

    async def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        job = _Job(change, asyncio.get_running_loop().create_future())
        self._commit(self._changes, [job], self._file)
        await asyncio.sleep(MOMENT)
        job.answer()
        value: T = await job.future
        return value

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        await asyncio.sleep(MOMENT)
        assert self._reader is not None
        return query(self._reader)


def embedded_store(path: Path) -> SqliteStore:
    """On a file of its own, or one that is there; as the running loop takes it."""
    if isinstance(asyncio.get_running_loop(), SimulatedLoop):
        return InlineSqlite(path)
    return new_store(path)


@contextlib.contextmanager
def in_virtual_time(loop: SimulatedLoop) -> Iterator[VirtualClock]:
    """What the libraries take from the machine is the loop's, as long as the block lasts."""
    clock = VirtualClock(loop)
    with patched(loop, random.Random(5), clock.wall):
        yield clock
