"""The embedded store in this world: SQLite in memory, its changes made inline, its answers slow, lost or refused."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from storage.records import StorageError
from storage.sqlite import SqliteStore
from storage.sqlite.engine import connected
from storage.sqlite.schema import migrate
from tests.simulation.history import History, Watched

T = TypeVar("T")

ANSWER = (0.0001, 0.01)  #: seconds until a store answers


@dataclass
class Disk:
    """The file: it outlives the processes that open it."""

    rng: random.Random
    #: shares of changes and questions that go wrong
    refused: float = 0.0
    slow: float = 0.0
    #: nobody reaches it
    away: bool = False
    changes: int = 0

    def __post_init__(self) -> None:
        self.db = connected(Path(":memory:"), 8)
        migrate(self.db)

    async def change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """As the writer's thread does it; the process may die before it, or after it and before the answer."""
        await self._way()
        value = self._committed(change)
        self.changes += 1
        await asyncio.sleep(self.rng.uniform(*ANSWER))
        return value

    async def ask(self, query: Callable[[sqlite3.Connection], T]) -> T:
        await self._way()
        return query(self.db)

    async def _way(self) -> None:
        if self.slow and self.rng.random() < self.slow:
            await asyncio.sleep(self.rng.uniform(0.1, 8.0))
        await asyncio.sleep(self.rng.uniform(*ANSWER))
        if self.away or (self.refused and self.rng.random() < self.refused):
            raise StorageError("the database did not take it: disk I/O error")

    def _committed(self, change: Callable[[sqlite3.Connection], T]) -> T:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            value = change(self.db)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return value


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

    async def write(self, change: Callable[[sqlite3.Connection], Any]) -> Any:
        return await self._disk.change(change)

    async def read(self, query: Callable[[sqlite3.Connection], Any]) -> Any:
        return await self._disk.ask(query)
