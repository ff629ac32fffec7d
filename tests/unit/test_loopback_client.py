"""The browser client's preload: on this machine only, by its own names only, and gone with the bot."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.ops.playground import PRELOAD
from tests.support.program import free_port
from tests.support.speed import slowness

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")

SERVER = """
const server = require('http').createServer((request, answer) => answer.end('here'));
server.listen({listen}, () => console.log(JSON.stringify(server.address())));
"""
LISTENS = (
    "{port}",
    "'{port}'",
    "{port}, '0.0.0.0'",
    "{port}, '::'",
    "{{port: {port}}}",
    "{{port: {port}, host: '::'}}",
)


@asynccontextmanager
async def client(listen: str, bot: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, object]]]:
    process = await asyncio.create_subprocess_exec(
        "node", "-e", SERVER.replace("{listen}", listen),
        env={**os.environ, "NODE_OPTIONS": f"--require={PRELOAD}", "CRIEUR_PID": str(bot)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    try:
        yield process, json.loads(await asyncio.wait_for(process.stdout.readline(), 20 * slowness()))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("listen", LISTENS)
async def test_it_listens_on_this_machine_only(listen: str) -> None:
    port = free_port()
    async with client(listen.format(port=port), os.getpid()) as (_, address):
        assert (address["address"], address["port"]) == ("127.0.0.1", port)
        with socket.socket(socket.AF_INET6) as other:
            assert other.connect_ex(("::1", port)) != 0


async def test_it_answers_to_this_machines_names_only() -> None:
    port = free_port()
    async with client(str(port), os.getpid()), aiohttp.ClientSession() as http:
        statuses = {}
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", "evil.example", f"evil.example:{port}", "192.168.1.2"):
            async with http.get(f"http://127.0.0.1:{port}/", headers={"Host": host}) as response:
                statuses[host.partition(":")[0]] = response.status
    assert statuses == {"localhost": 200, "127.0.0.1": 200, "evil.example": 403, "192.168.1.2": 403}


async def test_it_ends_with_the_bot_even_where_that_is_killed() -> None:
    bot = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])  # noqa: ASYNC220
    try:
        async with client(str(free_port()), bot.pid) as (process, _):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(process.wait(), 1.5)
            bot.send_signal(signal.SIGKILL)
            bot.wait()
            assert await asyncio.wait_for(process.wait(), 10 * slowness()) == 0
    finally:
        if bot.poll() is None:
            bot.kill()
            bot.wait()


def test_the_preload_is_there() -> None:
    assert Path(json.loads(PRELOAD)).is_file()
