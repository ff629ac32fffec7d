"""What somebody can cost who is nobody here: a text of the worst kind, a request without a valid token."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from app import WallClock, crieur
from bot.settings import Settings
from bot.web.connections import listening
from storage.sqlite import SqliteStore
from tests.bench.memory import peak
from tests.bot.conftest import REGISTERED
from tests.bot.test_bad_tokens import BAD
from tests.support.hostile import PARSERS, hostile, seconds
from tests.support.platform import NoSecret, SigningPlatform
from tests.support.program import free_port

ROUNDS = 20  #: requests of a kind
OPEN = 1_000  #: requests at once, for the memory of one
BODIES = (b"", b"{", b"[" * 500_000, b"\xff" * 1_000_000)


async def hostile_text() -> dict[str, float]:
    """hostile_text_worst_ms: of the processor, the best of three for each text, as other programs share it."""
    worst = 0.0
    for read, size in PARSERS.values():
        for text in hostile(size):
            took = seconds(read, text)
            if took > worst:
                took = min(took, *(seconds(read, text + " " * turn) for turn in (1, 2)))
            worst = max(worst, took)
    return {"hostile_text_worst_ms": worst * 1_000}


async def unauthenticated() -> dict[str, float]:
    """unauthenticated_worst_ms, unauthenticated_worst_mb: client and server together, in one process."""
    port, platform = free_port(), SigningPlatform()
    await platform.start()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(platform.stop)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        store = SqliteStore(Path(folder) / "crieur.db")
        await store.open()
        stack.push_async_callback(store.close)
        settings = Settings(_env_file=None, PORT=str(port), **REGISTERED)  # type: ignore[call-arg, arg-type]
        bot = crieur(settings, store, WallClock(), platform=platform.platform, credentials=NoSecret())
        application = await stack.enter_async_context(bot)
        await stack.enter_async_context(listening(application, "127.0.0.1", port))
        await _ask(port, _request("", b""))
        before = peak()
        request = _request("Bearer " + "A" * 6_000, BODIES[-1])[:70_000]  # the rest would be the client's memory
        await asyncio.gather(*(_ask(port, request) for _ in range(OPEN)))
        memory = (peak() - before) / OPEN
        url = "http://127.0.0.1:1"
        worst = 0.0
        for make in BAD.values():
            for body in BODIES:
                request = _request(make(platform, url), body)
                await _ask(port, request)
                began = time.process_time()
                for _ in range(ROUNDS):
                    await _ask(port, request)
                worst = max(worst, (time.process_time() - began) / ROUNDS)
    return {"unauthenticated_worst_ms": worst * 1_000, "unauthenticated_worst_mb": memory}


def _request(authorization: str | None, body: bytes) -> bytes:
    lines = ["POST /api/messages HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [] if authorization is None else [f"Authorization: {authorization}"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def _ask(port: int, request: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    status = (await reader.readline()).split()[1]
    assert status in (b"400", b"401"), status
    writer.transport.abort()
