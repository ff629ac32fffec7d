"""``python app.py`` as a process of its own, to be talked to, asked for its health, and killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.support.forked import Forked
from tests.support.patience import looks

ROOT = Path(__file__).parents[2]
START = 60.0  #: seconds until it answers


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def begun(
    command: Sequence[str], environment: Mapping[str, str], output: Path, *, forked: bool = False
) -> asyncio.subprocess.Process | Forked:
    """What Python runs, as a process of its own; ``output``: the file that all it says is added to."""
    if forked:
        return await asyncio.to_thread(Forked, command, environment, ROOT, output)
    with output.open("ab") as said:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


@dataclass(slots=True)
class Program:
    """One copy of the bot. ``log`` is where its words go."""

    store_url: str
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    #: what Python runs
    command: Sequence[str] = ("app.py",)
    port: int = field(default_factory=free_port)
    #: as a fork of a process that has loaded it
    forked: bool = False
    _process: asyncio.subprocess.Process | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        own = {"HOST": "127.0.0.1", "PORT": str(self.port), "STORE_URL": self.store_url, "MicrosoftAppId": ""}
        environment = {**os.environ, **own, **self.environment}
        self._process = await begun(self.command, environment, self.log, forked=self.forked)
        await self._healthy()

    async def _healthy(self) -> None:
        assert self._process
        async with aiohttp.ClientSession() as http:
            async for _ in looks(START, 0.05):
                if self._process.returncode is not None:
                    raise AssertionError(f"the bot ended: {self.log.read_text()[-2000:]}")
                with contextlib.suppress(aiohttp.ClientError):
                    async with http.get(f"{self.url}/healthz") as response:
                        if response.status == 200:
                            return
        raise AssertionError(f"the bot does not answer: {self.log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def kill(self) -> None:
        """kill -9: nothing of it gets to say goodbye."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM, and wait; its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await self._process.wait()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None


@contextlib.asynccontextmanager
async def running(program: Program) -> AsyncIterator[Program]:
    """The program for as long as the block lasts."""
    await program.start()
    try:
        yield program
    finally:
        if program.alive:
            await program.terminate()


@contextlib.asynccontextmanager
async def connector_process(*options: str) -> AsyncIterator[str]:
    """``python -m tests.support.connector`` beside us; its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.connector",
        *options,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()
