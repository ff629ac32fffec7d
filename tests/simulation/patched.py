"""What the libraries take from the machine is taken from the world: sockets, clocks, chance."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any
from unittest import mock

import aiohappyeyeballs
import aiohttp.connector
from apscheduler.executors import base as executors
from apscheduler.schedulers import base

from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Socket


@contextlib.contextmanager
def patched(loop: SimulatedLoop, rng: random.Random, wall: Callable[[], float]) -> Iterator[None]:
    """``wall``: seconds since the epoch, of the process that asks."""

    async def start_connection(addr_infos: Any, **more: Any) -> Socket:
        return Socket(addr_infos[0][4][1])

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.fromtimestamp(wall(), tz)

    def token_bytes(count: int | None = None) -> bytes:
        return rng.randbytes(32 if count is None else count)

    random.seed(rng.getrandbits(64))
    replacements: tuple[tuple[Any, str, Any], ...] = (
        (aiohappyeyeballs, "start_connection", start_connection),
        (aiohttp.connector, "monotonic", loop.time),
        *((module, "datetime", Datetime) for module in (base, executors)),
        (time, "monotonic", loop.time),
        (time, "time", wall),
        (os, "urandom", rng.randbytes),
        (secrets, "randbits", rng.getrandbits),
        (secrets, "randbelow", rng.randrange),
        (secrets, "choice", rng.choice),
        (secrets, "token_bytes", token_bytes),
        (secrets, "token_hex", lambda count=None: token_bytes(count).hex()),
    )
    with contextlib.ExitStack() as patches:
        for place, name, instead in replacements:
            patches.enter_context(mock.patch.object(place, name, instead))
        yield
        # a patch over one of these that outlives it would put it back, into every test that follows
        left = [name for place, name, instead in replacements if getattr(place, name) is not instead]
        assert not left, f"patched by a test for longer than virtual time lasts: {left}"
