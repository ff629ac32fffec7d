"""One suite for every Store."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.sqlite import SqliteStore
from storage.store import Store


@dataclass
class Database:
    """An empty database, and as many stores on it as a test wants."""

    path: Path

    def store(self) -> Store:
        """Another one, not yet open."""
        return SqliteStore(self.path)

    def come_from_the_future(self) -> None:
        """As if a newer Crieur had been here."""
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.execute("PRAGMA user_version = 1000")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "crieur.db")


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = database.store()
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def other(database: Database, store: Store) -> AsyncIterator[Store]:
    """A second copy of the bot on the same database."""
    other = database.store()
    await other.open()
    yield other
    await other.close()
