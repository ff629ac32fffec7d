"""The README's first command where there is no desktop: no ``xdg-open``, no browser."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.conftest import ROOT, START
from tests.support.program import free_port

pytestmark = pytest.mark.e2e
#: what npm needs to run a program, and the program itself
TOOLS = ("node", "npm", "npx", "sh", "env")
LOOKS = 20  #: at the client, a quarter of a second apart: it used to die just after its first answer


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with Node.js and a shell, and nothing else."""
    folder = tmp_path / "path"
    folder.mkdir()
    for tool in TOOLS:
        place = shutil.which(tool)
        assert place, f"{tool} is missing here"
        (folder / tool).symlink_to(place)
    assert shutil.which("xdg-open", path=str(folder)) is None
    return str(folder)


async def test_the_browser_client_lives_without_xdg_open(tmp_path: Path, bare_path: str) -> None:
    """What ``make run`` runs."""
    environment = {**os.environ, "PATH": bare_path, "PORT": str(free_port()), "STORE_URL": f"sqlite:{tmp_path}/bot.db"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "app.py", "--playground", "1"), cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    lines = []
    try:
        async with asyncio.timeout(START):
            while not (address := re.search(r"Open (http://localhost:\d+)", lines[-1] if lines else "")):
                lines.append((await process.stdout.readline()).decode())
                assert lines[-1] and "did not start" not in lines[-1], lines
        async with aiohttp.ClientSession() as http:
            for _ in range(LOOKS):
                async with http.get(address[1]) as page:
                    assert page.status == 200
                await asyncio.sleep(0.25)
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = await process.communicate()
    assert b"has ended" not in rest
