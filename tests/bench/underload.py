"""How long an author waits for the next card while a campaign of 100,000 is sent at full pace, by an idle bot."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from storage.sqlite import SqliteStore
from tests.bench.chatting import SCHEDULE
from tests.bench.ground import PEOPLE, plan_due, running_campaign, settle_people
from tests.bot.story import MESSAGE
from tests.support.connector import LoopbackConnector
from tests.support.organisation import Organisation, Person
from tests.support.program import Program, running
from tests.support.seeding import conversation_of, member_of

RECIPIENTS = 100_000
ROUNDS = 45  #: of four presses each, at either bot: one chat may not say much more at once


async def chat_under_load() -> dict[str, float]:
    """Two real programs and one connector; a press at either in turn, so that other load weighs on both alike."""
    idle, loaded = list[float](), list[float]()
    async with _chats() as (ada, eve, connector):
        for person in (ada, eve):
            await person.say("new campaign")
        before, began = connector.posts, time.perf_counter()
        for number in range(ROUNDS + 1):
            for chat, took in ((ada, idle), (eve, loaded)):
                steps = await _steps(chat)
                took += steps if number else []  # the first warms up
        pace = (connector.posts - before) / (time.perf_counter() - began)
    return {
        "chat_under_load_p99_ratio": _p99(loaded) / _p99(idle),
        "chat_under_load_p50_ratio": median(loaded) / median(idle),
        "chat_under_load_p99_ms": 1000 * _p99(loaded),
        "chat_under_load_sent_per_s": pace,
    }


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[98]


async def _steps(person: Person) -> list[float]:
    """Seconds of each step of the wizard, and of the way back to its beginning."""
    took = []
    for button, form in (
        ("Next: audience", MESSAGE),
        ("Next: schedule", {"audience": "everyone"}),
        ("Next: review", SCHEDULE),
        ("Change the message", {}),
    ):
        began = time.perf_counter()
        await person.press(button, **form)
        took.append(time.perf_counter() - began)
    return took


@contextlib.asynccontextmanager
async def _chats() -> AsyncIterator[tuple[Person, Person, LoopbackConnector]]:
    """An author at a bot that has nothing to do; one at a bot that sends to 100,000 people, and its connector."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ada, _, _ = await _author(stack, folder / "idle.db")
        eve, connector, store = await _author(stack, folder / "loaded.db")
        await plan_due(store, await running_campaign(store), range(1, RECIPIENTS + 1))
        yield ada, eve, connector


async def _author(stack: contextlib.AsyncExitStack, path: Path) -> tuple[Person, LoopbackConnector, SqliteStore]:
    """Who owns a bot of their own, which knows so many people."""
    connector = LoopbackConnector(rng=random.Random(3))
    await connector.start()
    stack.push_async_callback(connector.stop)
    for number in range(PEOPLE):
        connector.add(conversation_of(number), member_of(number))
    store = SqliteStore(path)
    await store.open()
    stack.push_async_callback(store.close)
    await settle_people(store, connector.url, RECIPIENTS)
    program = await stack.enter_async_context(running(Program(f"sqlite:{path}", path.with_suffix(".log"))))
    http = await stack.enter_async_context(aiohttp.ClientSession())
    person = Organisation(connector, f"{program.url}/api/messages", http).person("Ada", "Lovelace")
    await person.install()
    await person.sees("Hello")
    return person, connector, store
