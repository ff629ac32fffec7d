"""The whole bot on a loopback Bot Connector, with a clock that can be put forward."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from app import crieur
from bot.settings import Settings
from bot.web.connections import listening
from scheduler.ports import Presence
from storage.port.store import Store
from storage.records import Channel
from tests.support.connector import LoopbackConnector
from tests.support.new_database import new_store
from tests.support.organisation import Organisation
from tests.support.program import free_port
from tests.support.speed import slowness

#: when a test begins, by its clocks: on a working day, so that nothing comes out otherwise at midnight, on a Sunday
#: or when summer time begins. `make days` runs the bot's tests on such days.
BEGINS = datetime.fromisoformat(os.environ.get("TESTS_BEGIN", "2027-01-12T10:12:14+00:00"))


@dataclass
class ShiftedClock:
    """Time that a test can put forward, and a wall clock that it can set without."""

    shift: timedelta = timedelta()
    #: by which the wall clock is wrong
    wrong: timedelta = timedelta()
    #: between the machine's day and the test's
    ahead: timedelta = field(default_factory=lambda: BEGINS - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead + self.shift + self.wrong

    def at_the_machine(self) -> datetime:
        """What a server shows beside us, to which no time is put forward and no day is another."""
        return self.now() - self.ahead - self.shift

    def monotonic(self) -> float:
        return time.monotonic() + self.shift.total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def forward(self, length: timedelta) -> None:
        self.shift += length

    def set_wrong_by(self, length: timedelta) -> None:
        """Only the wall clock jumps: no time passes."""
        self.wrong = length


@dataclass
class RunningBot:
    """A running bot and the people around it; ``restart`` ends it like a crash, and starts another."""

    path: Path
    connector: LoopbackConnector
    clock: ShiftedClock
    port: int
    #: more settings, by their variables
    environment: dict[str, str] = field(default_factory=dict)
    #: another store than the file at ``path``
    make_store: Callable[[], Store] | None = None
    #: who tells who is there
    presence: dict[Channel, Presence] = field(default_factory=dict)
    #: another platform and other credentials than those of the settings
    signing: dict[str, Any] = field(default_factory=dict)
    store: Store = field(init=False)
    organisation: Organisation = field(init=False)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        own = {"PORT": str(self.port), "STORE_URL": f"sqlite:{self.path}", "LEASE_SECONDS": f"{2 * slowness():g}"}
        settings = Settings(_env_file=None, **{**own, **self.environment})  # type: ignore[call-arg, arg-type]
        self.store = self.make_store() if self.make_store else new_store(self.path)
        self._server_in_our_time()
        await self.store.open()
        self._stack.push_async_callback(self.store.close)
        application = await self._stack.enter_async_context(
            crieur(settings, self.store, self.clock, self.presence, **self.signing)
        )
        await self._stack.enter_async_context(listening(application, "127.0.0.1", self.port))

    def _server_in_our_time(self) -> None:
        """Time that is put forward passes for the store's server, too."""
        server_time = self.store.server_time

        async def shifted() -> datetime | None:
            shown = await server_time()
            return shown and shown + self.clock.ahead + self.clock.shift

        self.store.server_time = shifted  # type: ignore[method-assign]

    async def stop(self) -> None:
        await self._stack.aclose()

    async def restart(self) -> None:
        await self.stop()
        await self.start()


@contextlib.asynccontextmanager
async def running(
    path: Path, clock: ShiftedClock, make_store: Callable[[], Store] | None = None
) -> AsyncIterator[RunningBot]:
    """The bot, the connector that it writes to, and the organisation whose people talk to it."""
    connector = LoopbackConnector(rng=random.Random(3))
    await connector.start()
    running_bot = RunningBot(path, connector, clock, free_port(), make_store=make_store)
    await running_bot.start()
    try:
        async with aiohttp.ClientSession() as http:
            running_bot.organisation = Organisation(connector, f"{running_bot.url}/api/messages", http, now=clock.now)
            yield running_bot
    finally:
        await running_bot.stop()
        await connector.stop()
