"""A copy of the bot that dies after so many of its writes to a server, as by a kill -9."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from pymongo.errors import PyMongoError

from storage.mongo import MongoStore
from storage.mongo.engine import Engine
from storage.port.store import Store
from storage.records import StorageError
from tests.contract.conftest import ModelDatabase, MongoDatabase
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.cut_wire import cut_wire
from tests.support.speed import slowness

T = TypeVar("T")

#: a database that a copy writes to document by document
Served = MongoDatabase | ModelDatabase

#: how often it dies in a test: a real server is slow; `make faults` lets it die at each write
ON_A_SERVER, ON_THE_MODEL = 5, 200


def served(database: object) -> Served:
    """Or none of this test: SQLite writes each change whole, and tests/faults kill the real process."""
    if not isinstance(database, Served):
        pytest.skip("SQLite writes each change whole")
    return database


def every(database: Served, writes: int) -> int:
    """After how many more writes it dies next; ``writes``: about as many there are in all."""
    deaths = ON_A_SERVER if isinstance(database, MongoDatabase) else ON_THE_MODEL
    return int(os.environ.get("EVERY_WRITE", max(1, writes // deaths)))


@contextlib.asynccontextmanager
async def emptied(like: Served) -> AsyncIterator[Served]:
    """An empty database of the same server; numbers have been given there before."""
    if isinstance(like, ModelDatabase):
        yield ModelDatabase()
        return
    database = MongoDatabase(like.server)
    database.has_history()
    yield database
    database.drop()


def at_once() -> str:
    """A driver that loses the wire gives up soon, on a busy machine a little later."""
    return f"retryWrites=false&retryReads=false&serverSelectionTimeoutMS={500 * slowness():.0f}"


async def one_life(database: Served, writes: int, live: Callable[[Store], Awaitable[None]]) -> bool:
    """Open and live until the wire is cut; whether it was. The copy says no good-bye."""
    if isinstance(database, ModelDatabase):
        server = MortalServer(database.model.chance, answers=(0, 0), db=database.model.db, left=writes)
        try:
            await _opened_and_lived(SimulatedMongo(server), live)
        except Killed:
            return True
        return False
    there = urlsplit(database.url)
    assert there.hostname is not None
    async with cut_wire(there.hostname, there.port or 27017, writes) as wire:
        store = MongoStore(f"mongodb://127.0.0.1:{wire.port}{there.path}?{at_once()}")
        life = asyncio.create_task(_opened_and_lived(store, live))
        death = asyncio.create_task(wire.cut.wait())
        await asyncio.wait({life, death}, return_when=asyncio.FIRST_COMPLETED)
        died = wire.cut.is_set()
        if died:
            life.cancel()
            with contextlib.suppress(asyncio.CancelledError, PyMongoError, StorageError):
                await life
        death.cancel()
        await wire.end()
        await Engine.close(store)
        if not died:
            life.result()
        return died


class Killed(BaseException):
    """As final as kill -9."""


@dataclass
class MortalServer(MongoServer):
    """The model; its client dies before the write that would be one too many."""

    left: int | None = None

    async def answer(self, ask: Callable[[], T], *, changes: bool = False) -> T:
        if changes and self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed
        return await super().answer(ask, changes=changes)


async def _opened_and_lived(store: Store, live: Callable[[Store], Awaitable[None]]) -> None:
    await store.open()
    await live(store)
