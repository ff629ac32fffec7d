"""The embedded store in this world: SQLite, its changes made inline, its answers slow, lost or refused.

In memory, or in a file whose power is cut in the middle of a commit: what SQLite had written of it by then is a
number of bytes drawn from the seed.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from storage.records import FINAL, StorageError
from storage.sqlite import SqliteStore
from storage.sqlite.engine import Engine, _Job, connected
from storage.sqlite.schema import migrate
from tests.simulation.history import History, Watched
from tests.simulation.loop import PROCESS

T = TypeVar("T")

ANSWER = (0.0001, 0.01)  #: seconds until a store answers
NO_LIMIT = 1_073_741_823  #: pages, SQLite's own


@dataclass
class Disk:
    """The file: it outlives the processes that open it. ``chance`` is a seeded generator."""

    chance: random.Random
    #: where the file is; None: in memory
    folder: Path | None = None
    #: the change in whose commit the power is cut, counted from 1; 0: never
    cut_at: int = 0
    #: told when it was
    on_cut: Callable[[], None] = lambda: None
    #: shares of changes and questions that go wrong
    refused: float = 0.0
    slow: float = 0.0
    #: nobody reaches it
    away: bool = False
    changes: int = 0

    def __post_init__(self) -> None:
        self._open(self.folder / "crieur.db" if self.folder else Path(":memory:"))
        migrate(self.db)

    def _open(self, path: Path) -> None:
        self.path = path
        self.db = connected(path, 8)
        self.db.execute("PRAGMA wal_autocheckpoint = 0")  # what is cut off is always the end of the log

    async def change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """As the writer's thread does it; the process may die before it, or after it and before the answer."""
        await self._way()
        before = self._log().stat().st_size if self.cut_at else 0
        job = _Job(change, asyncio.get_running_loop().create_future())
        Engine._commit(self.db, [job])
        self.changes += 1
        if self.changes == self.cut_at:
            self._cut(before)
            if PROCESS.get():
                await asyncio.Future()  # the process that asked is dead
        await asyncio.sleep(self.chance.uniform(*ANSWER))
        job.answer()
        value: T = await job.future
        return value

    async def ask(self, query: Callable[[sqlite3.Connection], T]) -> T:
        await self._way()
        return query(self.db)

    def fill(self) -> None:
        """There is no room for another page."""
        (pages,) = self.db.execute("PRAGMA page_count").fetchone()
        self.db.execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> None:
        self.db.execute(f"PRAGMA max_page_count = {NO_LIMIT}")

    def ended(self) -> list[tuple[int, int]]:
        """The deliveries that have come to an end, and how: as they stand, without a question."""
        return self.db.execute("SELECT id, state FROM delivery WHERE state >= ?", (FINAL,)).fetchall()

    async def _way(self) -> None:
        if self.slow and self.chance.random() < self.slow:
            await asyncio.sleep(self.chance.uniform(0.1, 8.0))
        await asyncio.sleep(self.chance.uniform(*ANSWER))
        if self.away or (self.refused and self.chance.random() < self.refused):
            raise StorageError("the database did not take it: disk I/O error")

    def _log(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _cut(self, before: int) -> None:
        """The power fails: of the log there are as many bytes as had been written."""
        assert self.folder is not None
        after = self.folder / "after the cut"
        after.mkdir()
        log = self._log().read_bytes()
        (after / "crieur.db").write_bytes(self.path.read_bytes())
        (after / "crieur.db-wal").write_bytes(log[: self.chance.randint(before, len(log))])
        self._open(after / "crieur.db")
        assert self.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        self.on_cut()


class SimulatedSqlite(Watched, SqliteStore):
    """One process's view of the disk."""

    def __init__(self, disk: Disk, history: History) -> None:
        super().__init__(Path(":memory:"))
        self._disk = disk
        self.history = history

    async def open(self) -> None:
        await asyncio.sleep(0)

    async def close(self) -> None:
        await asyncio.sleep(0)

    async def check(self) -> None:
        await self._disk.ask(lambda db: None)

    async def write(self, change: Callable[[sqlite3.Connection], Any]) -> Any:
        return await self._disk.change(change)

    async def read(self, query: Callable[[sqlite3.Connection], Any]) -> Any:
        return await self._disk.ask(query)
