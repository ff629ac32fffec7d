"""The program as a newcomer starts it, with two browser clients, and Chromium on both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.e2e.client import Client
from tests.support.http import Answer, Server
from tests.support.organisation import BROWSER
from tests.support.pictures import CHROMIUM, CHROMIUM_OPTIONS
from tests.support.program import free_port

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "e2e"
START = 240.0  #: seconds: the first start fetches the client by npm


@dataclass(slots=True)
class Street:
    """Ada's and Louis's windows, the bot between them, and a page that a link can lead to."""

    ada: Client
    louis: Client
    page_url: str


@pytest.fixture
async def newsletter_page() -> AsyncIterator[str]:
    page = Server(lambda *_: Answer(200, b'"The autumn newsletter"'))
    await page.start()
    yield f"http://127.0.0.1:{page.port}/autumn"
    await page.stop()


@pytest.fixture
async def street(tmp_path: Path, newsletter_page: str) -> AsyncIterator[Street]:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        urls = await stack.enter_async_context(_program(tmp_path))
        browser = await (await stack.enter_async_context(async_playwright())).chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_OPTIONS
        )
        stack.push_async_callback(browser.close)
        clients = []
        for person, url in zip(("ada", "louis"), urls, strict=True):
            page = await browser.new_page(viewport={"width": 1000, "height": 1400}, user_agent=BROWSER)
            client = Client(page, person, PICTURES)
            await client.open(url)
            await client.sees("I am Crieur", 60_000)
            clients.append(client)
        yield Street(*clients, page_url=newsletter_page)


@contextlib.asynccontextmanager
async def _program(folder: Path) -> AsyncIterator[list[str]]:
    """``python app.py --playground 2``; the addresses that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "--playground",
        "2",
        cwd=ROOT,
        env={**os.environ, "PORT": str(free_port()), "STORE_URL": f"sqlite:{folder}/crieur.db", "BROWSER": "true"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield await asyncio.wait_for(_addresses(process), START)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _addresses(process: asyncio.subprocess.Process) -> list[str]:
    assert process.stdout
    said, urls = b"", []
    while len(urls) < 2:
        line = await process.stdout.readline()
        said += line
        assert line, f"the program ended: {said.decode()}"
        urls += re.findall(r"Open (http://localhost:\d+)", line.decode())
    return urls
