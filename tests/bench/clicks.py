"""Tracked clicks, counted durably, against a bare aiohttp handler that redirects and keeps nothing."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from app import WallClock, crieur
from bot.keys import OwnKeys
from bot.settings import Settings
from bot.web.connections import listening
from bot.web.links import LINKS, SignedLinks
from storage.records import Campaign, DeliveryState, Engaged, EngagementKind, PersonId, Press
from storage.sqlite import SqliteStore
from tests.bench.ground import plan_due, running_campaign, settle_people
from tests.support.program import ROOT, free_port

CLICKS = 4_000  #: of one slice, each by somebody else
ROUNDS = 9
LANES = 32  #: connections of the client
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
DESTINATION = "https://example.org/autumn"


class Counted:
    """A store that says when so many clicks have been written; else it is the store itself."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.written = 0
        self.wanted = 0
        self.enough = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        done = await self._store.engage(presses)
        assert all(done), "every click is a recipient's"
        self.written += len(presses)
        if self.written >= self.wanted:
            self.enough.set()
        return done

    async def all_written(self, clicks: int) -> None:
        self.wanted += clicks
        self.enough.clear()
        if self.written < self.wanted:
            await self.enough.wait()


async def tracked_click() -> dict[str, float]:
    """tracked_click_over_bare: both in this process, in turns; the client is a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "crieur.db")
        await store.open()
        try:
            return await _in_turns(store)
        finally:
            await store.close()


async def _in_turns(store: SqliteStore) -> dict[str, float]:
    people = CLICKS * ROUNDS
    campaign = await _delivered(store, people)
    counted = Counted(store)
    async with _serving(counted) as tracked, _serving_bare() as bare, _client() as client:
        tokens = await _tokens(store, campaign, people)
        rounds = []
        for number in range(ROUNDS):
            paths = tokens[number * CLICKS : (number + 1) * CLICKS]
            bare_took = await client.get(bare, paths)
            began = time.perf_counter()
            await asyncio.gather(client.get(tracked, paths), counted.all_written(CLICKS))
            rounds.append((bare_took, time.perf_counter() - began))
    [total] = [
        row for row in await store.engagement(campaign.id) if row.kind is EngagementKind.CLICKED and row.button is None
    ]
    assert (total.people, total.presses) == (people, people), "every click is counted"
    return {
        "tracked_click_over_bare": statistics.median(bare / ours for bare, ours in rounds),
        "tracked_clicks_per_s": CLICKS / statistics.median(ours for _, ours in rounds),
    }


async def _delivered(store: SqliteStore, people: int) -> Campaign:
    """A running campaign that these people have in their chats."""
    await settle_people(store, "http://127.0.0.1:1", people)
    campaign = await running_campaign(store)
    await plan_due(store, campaign, range(1, people + 1))
    await store.planned(campaign.id, WallClock().now())

    def deliver(db: sqlite3.Connection) -> None:
        db.execute("UPDATE delivery SET state = ? WHERE campaign = ?", (DeliveryState.DELIVERED, campaign.id))

    await store.write(deliver)
    return campaign


async def _tokens(store: SqliteStore, campaign: Campaign, people: int) -> list[str]:
    links = SignedLinks("", await OwnKeys(store, WallClock()).of(LINKS))
    someone = await store.person(PersonId(1))
    assert someone is not None
    return [f"{links.token(campaign.id, replace(someone, id=PersonId(n)))}.0" for n in range(1, people + 1)]


@contextlib.asynccontextmanager
async def _serving(store: Any) -> AsyncIterator[int]:
    """The whole program; its port."""
    port = free_port()
    settings = Settings(_env_file=None, PORT=str(port))  # type: ignore[call-arg, arg-type]
    async with crieur(settings, store, WallClock()) as application, listening(application, "127.0.0.1", port):
        yield port


@contextlib.asynccontextmanager
async def _serving_bare() -> AsyncIterator[int]:
    async def follow(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": DESTINATION})

    application = web.Application()
    application.router.add_get("/r/{token}", follow)
    port = free_port()
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield port
    await runner.cleanup()


# --- the client -------------------------------------------------------------------------------


class Client:
    """``python -m tests.bench.clicks`` beside us: it asks for paths, and says how long that took."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def get(self, port: int, paths: Sequence[str]) -> float:
        """Seconds until all have been answered with a redirect."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{port} {' '.join(paths)}\n".encode())
        await self._process.stdin.drain()
        return float(await self._process.stdout.readline())


@contextlib.asynccontextmanager
async def _client() -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.clicks",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    try:
        yield Client(process)
    finally:
        process.stdin.close()
        await process.wait()


async def _get(port: int, paths: Sequence[str]) -> float:
    requests = [
        f"GET /r/{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\n\r\n".encode() for path in paths
    ]
    done, left, answered = asyncio.Event(), iter(requests), 0

    class Lane(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            self.next()

        def data_received(self, answer: bytes) -> None:
            nonlocal answered
            assert answer.startswith(b"HTTP/1.1 302"), answer[:200]
            answered += 1  # an answer is small: it comes in one piece
            if answered == len(requests):
                done.set()
            self.next()

        def next(self) -> None:
            if request := next(left, None):
                self.transport.write(request)

    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    lanes = [await loop.create_connection(Lane, "127.0.0.1", port) for _ in range(LANES)]
    await done.wait()
    took = time.perf_counter() - began
    for transport, _ in lanes:
        transport.close()
    return took


def main() -> None:
    for line in sys.stdin:
        port, *paths = line.split()
        sys.stdout.write(f"{asyncio.run(_get(int(port), paths))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
