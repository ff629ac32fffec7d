"""The program as a newcomer starts it, with two browser clients, and Chromium on both."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import async_playwright

from tests.e2e.client import Client
from tests.support.http import Answer, Server
from tests.support.organisation import BROWSER
from tests.support.pictures import CHROMIUM, CHROMIUM_OPTIONS
from tests.support.program import free_port

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "e2e"
#: somebody's chat, and the last message in it
LAST = """SELECT r.service_url, r.conversation, r.bot, r.user, r.tenant, d.activity
    FROM person p JOIN reference r ON r.person = p.id JOIN delivery d ON d.person = p.id
    WHERE p.address = ? ORDER BY d.id DESC LIMIT 1"""
START = 240.0  #: seconds: the first start fetches the client by npm


@dataclass(slots=True)
class Street:
    """Ada's and Louis's windows, the bot between them, and a page that a link can lead to."""

    ada: Client
    louis: Client
    page_url: str
    bot_url: str
    #: the bot's own memory, to learn what the client calls its chats
    store: Path

    async def tells(self, address: str, **activity: Any) -> None:
        """Send the bot what Teams would, and this client has no button for, of somebody with this address.

        ``{message}`` in it stands for the id of the last message that they got.
        """
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as db:
            service_url, conversation, bot, user, tenant, message = db.execute(LAST, (address,)).fetchone()
        whole = {
            "id": "e2e",
            "timestamp": datetime.now(UTC).isoformat(),
            "channelId": "msteams",
            "serviceUrl": service_url,
            "from": {"id": user, "aadObjectId": user},
            "recipient": {"id": bot},
            "conversation": {"id": conversation, "conversationType": "personal", "tenantId": tenant},
            "channelData": {"tenant": {"id": tenant}},
            **json.loads(json.dumps(activity).replace("{message}", message)),
        }
        async with aiohttp.ClientSession() as http, http.post(f"{self.bot_url}/api/messages", json=whole) as answer:
            assert answer.status < 300, await answer.text()


@pytest.fixture
async def newsletter_page() -> AsyncIterator[str]:
    page = Server(lambda *_: Answer(200, b'"The autumn newsletter"'))
    await page.start()
    yield f"http://127.0.0.1:{page.port}/autumn"
    await page.stop()


@pytest.fixture
async def street(tmp_path: Path, newsletter_page: str, request: pytest.FixtureRequest) -> AsyncIterator[Street]:
    pictures = PICTURES / request.node.name.removeprefix("test_")
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        port = free_port()
        urls = await stack.enter_async_context(_program(tmp_path, port))
        browser = await (await stack.enter_async_context(async_playwright())).chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_OPTIONS
        )
        stack.push_async_callback(browser.close)
        clients = []
        for person, url in zip(("ada", "louis"), urls, strict=True):
            page = await browser.new_page(viewport={"width": 1000, "height": 1800}, user_agent=BROWSER)
            client = Client(page, person, pictures)
            await client.open(url)
            await client.sees("I am Crieur", 60_000)
            clients.append(client)
        yield Street(
            *clients,
            page_url=newsletter_page,
            bot_url=f"http://127.0.0.1:{port}",
            store=tmp_path / "crieur.db",
        )


@contextlib.asynccontextmanager
async def _program(folder: Path, port: int) -> AsyncIterator[list[str]]:
    """``python app.py --playground 2``; the addresses that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "--playground",
        "2",
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "STORE_URL": f"sqlite:{folder}/crieur.db", "BROWSER": "true"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield await asyncio.wait_for(_addresses(process), START)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _addresses(process: asyncio.subprocess.Process) -> list[str]:
    assert process.stdout
    output, urls = b"", []
    while len(urls) < 2:
        line = await process.stdout.readline()
        output += line
        assert line, f"the program ended: {output.decode()}"
        urls += re.findall(r"Open (http://localhost:\d+)", line.decode())
    return urls
