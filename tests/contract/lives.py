"""A copy of the bot that dies after so many of its writes to a server, as by a kill -9."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from pymongo.errors import PyMongoError

from storage.mongo import MongoStore
from storage.mongo.engine import Engine
from storage.port.store import Store
from storage.records import StorageError
from tests.contract.conftest import MongoDatabase
from tests.support.cut_wire import cut_wire
from tests.support.speed import slowness

#: it dies after every so many writes: of each kind some in `make test`, each one in `make faults`
EVERY = int(os.environ.get("EVERY_WRITE", "8"))


def at_once() -> str:
    """A driver that loses the wire gives up soon, on a busy machine a little later."""
    return f"retryWrites=false&retryReads=false&serverSelectionTimeoutMS={500 * slowness():.0f}"


async def one_life(database: MongoDatabase, writes: int, live: Callable[[Store], Awaitable[None]]) -> bool:
    """Open and live until the wire is cut; whether it was. The copy says no good-bye."""
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


async def _opened_and_lived(store: Store, live: Callable[[Store], Awaitable[None]]) -> None:
    await store.open()
    await live(store)
