"""From *Send now* to the first message that is accepted, for audiences of one, of many and of a million."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from app import WallClock, crieur
from bot.settings import Settings
from bot.web.connections import listening
from storage.records import DeliveryState
from storage.records.instants import ms
from storage.shared.policy import change_policy
from storage.sqlite import SqliteStore
from tests.bench.ground import PEOPLE, settle_people
from tests.bot.story import MESSAGE
from tests.support.connector import LoopbackConnector
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, Organisation, Person
from tests.support.program import free_port
from tests.support.seeding import TENANT, conversation_of, member_of

#: name -> people beside the author, minutes of the slot: as many as the rate takes, so that the first are due at once
AUDIENCES = {"1": (0, 1), "10k": (10_000, 10), "1m": (1_000_000, 1_440)}
LOOK = 0.02  #: seconds between looks at the file
PATIENCE = 60.0  #: seconds


async def send_now() -> dict[str, float]:
    """Milliseconds; of the audience of one, until it is known when its message leaves, as that is drawn."""
    figures = {}
    for name, (people, minutes) in AUDIENCES.items():
        with tempfile.TemporaryDirectory() as folder:
            figures[f"send_now_first_ms_{name}"] = await _first(Path(folder) / "start.db", people, minutes)
    return figures


async def _first(path: Path, people: int, minutes: int) -> float:
    async with _author(path, people) as ada:
        await ada.say("new campaign")
        await ada.press("Next: audience", **MESSAGE)
        await ada.press("Next: schedule", audience="everyone")
        await ada.press("Next: review", start="now", duration=str(minutes), unit="minutes", anytime="true")
        pressed_at = ms(datetime.now(UTC))
        pressing = asyncio.create_task(ada.press(SEND_OFF))
        async with asyncio.timeout(PATIENCE):
            while not (at := _accepted(path) if people else _known(path)):  # noqa: ASYNC110 (it is a file)
                await asyncio.sleep(LOOK)
        await pressing
        return at - pressed_at


def _accepted(path: Path) -> int | None:
    """When the first message was accepted, in milliseconds since 1970."""
    state = int(DeliveryState.DELIVERED)
    return _one(path, f"SELECT min(settled_at) FROM delivery WHERE campaign = 1 AND state = {state}")


def _known(path: Path) -> int | None:
    """When it was first seen that somebody has their instant, in milliseconds since 1970."""
    return ms(datetime.now(UTC)) if _one(path, "SELECT min(id) FROM delivery WHERE campaign = 1") else None


def _one(path: Path, question: str) -> int | None:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        value: int | None = database.execute(question).fetchone()[0]
        return value


@contextlib.asynccontextmanager
async def _author(path: Path, people: int) -> AsyncIterator[Person]:
    """The owner of a bot that knows so many people."""
    async with contextlib.AsyncExitStack() as stack:
        connector = LoopbackConnector(rng=random.Random(3))
        await connector.start()
        stack.push_async_callback(connector.stop)
        for number in range(PEOPLE if people else 0):
            connector.add(conversation_of(number), member_of(number))
        store, port = SqliteStore(path), free_port()
        await store.open()
        stack.push_async_callback(store.close)
        await settle_people(store, connector.url, people)
        await change_policy(store, TENANT, lambda policy: replace(policy, approve_above=None), deed=A_DEED)
        environment = {"PORT": str(port), "STORE_URL": f"sqlite:{path}"}
        settings = Settings(_env_file=None, **environment)  # type: ignore[call-arg, arg-type]
        application = await stack.enter_async_context(crieur(settings, store, WallClock()))
        await stack.enter_async_context(listening(application, "127.0.0.1", port))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        organisation = Organisation(connector, f"http://127.0.0.1:{port}/api/messages", http)
        ada = organisation.person("Ada", "Lovelace")
        await ada.install()
        await ada.sees("Hello Ada, I am Crieur.")
        yield ada
