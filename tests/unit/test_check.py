"""``app.py check``: a line for each part, with what to do, whatever is the matter; and an exit status for scripts."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest

from app import WallClock, open_store
from bot import permissions
from bot.clouds import PUBLIC
from bot.graph import Graph
from bot.graph.client import NoLogin
from bot.ops.check import AADSTS, Checks, in_words, report
from bot.settings import Settings
from bot.teams.auth.token import FreshToken
from bot.web.about import about_page
from storage.sqlite import SqliteStore
from tests.support.graph import LoopbackGraph
from tests.support.http import Answer, Server
from tests.support.mail_server import mail_server
from tests.support.program import ROOT

ID, HERE = "8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10", "1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70"
EXPIRED = (
    "Failed to get access token with error: invalid_client, error_description: AADSTS7000222: The provided client"
    " secret keys for app 'hr' are expired."
)


class Platforms:
    """Us as the world reaches us, and the platform as we reach it."""

    def __init__(self) -> None:
        self.server = Server(self.answer)
        self.open = False
        #: seconds by which its clock is ahead
        self.ahead = 0.0

    def answer(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        date = (("Date", formatdate(time.time() + self.ahead, usegmt=True)),)
        match path:
            case b"/about":
                return Answer(200, about_page().encode())
            case b"/api/messages":
                return Answer(401)
            case b"/readyz" | b"/metrics":
                return Answer(200 if self.open else 404)
        return Answer(404, headers=date)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"


@pytest.fixture
async def world() -> AsyncIterator[tuple[Platforms, LoopbackGraph]]:
    platforms, graph = Platforms(), LoopbackGraph()
    await platforms.server.start()
    await graph.start()
    yield platforms, graph
    await graph.stop()
    await platforms.server.stop()


class Granting(NoLogin):
    """A token with these permissions in it."""

    def __init__(self, *roles: str) -> None:
        self.header = f"Bearer {jwt.encode({'roles': roles}, 'k' * 32)}"

    async def current(self) -> str:
        return self.header


def a_token(past_caches: bool) -> str:
    return jwt.encode({"exp": time.time() + 3600}, "k" * 32)


def no_token(past_caches: bool) -> str:
    raise PermissionError(EXPIRED)


async def checked(
    tmp_path: Path,
    world: tuple[Platforms, LoopbackGraph],
    login: Any = a_token,
    roles: Any = permissions.GRAPH,
    **more: str,
) -> tuple[int, dict[str, list[str]]]:
    """The exit status, and the lines by their part."""
    platforms, loopback = world
    settings = Settings(
        _env_file=None, MicrosoftAppId=ID, MicrosoftAppPassword="x", MicrosoftAppTenantId=HERE, TEAMS_APP_ID=ID,
        STORE_URL=f"sqlite:{tmp_path}/crieur.db",
    )  # type: ignore[call-arg]  # fmt: skip
    settings = settings.model_copy(update={"public_url": platforms.url, **more})
    lines: list[str] = []
    async with (
        Graph(loopback.url, clock=WallClock(), rng=random.Random(1), login=lambda _: Granting(*roles)) as graph,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
    ):
        checks = Checks(
            settings=settings,
            store=open_store(settings),
            clock=WallClock(),
            platform=replace(PUBLIC, hosts=(platforms.url,)),
            authorization=FreshToken(login, WallClock(), "the tests"),
            graph=graph,
            http=http,
        )
        status = await report(checks, lines.append)
    by_part: dict[str, list[str]] = {}
    for line in lines[:-1]:
        mark, part, text = line.split(maxsplit=2)
        by_part.setdefault(part, []).append(f"{mark} {text}")
    return status, by_part


async def test_all_is_well(tmp_path: Path, world: tuple[Platforms, LoopbackGraph]) -> None:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    await store.close()
    world[1].app = ("in-catalogue", ID)
    async with mail_server() as mail:
        status, lines = await checked(tmp_path, world, smtp_url=mail.url, mail_from="news@contoso.example")
        assert not mail.taken, "none is sent"
    assert status == 0
    assert [line[:2] for part in lines.values() for line in part] == ["ok"] * sum(map(len, lines.values()))
    assert {line.rpartition(" ")[2] for line in lines["graph"]} == set(permissions.GRAPH)
    assert {"settings", "login", "graph", "package", "disk", "store", "PUBLIC_URL", "mail", "network"} == set(lines)


async def test_of_the_mail_server_it_is_said_what_to_do(tmp_path: Path, world: tuple[Platforms, LoopbackGraph]) -> None:
    async def line(**more: str) -> str:
        _, lines = await checked(tmp_path, world, **more)
        [line] = lines["mail"]
        return line

    assert await line() == "- SMTP_URL is not set: nobody is written to by e-mail"
    async with mail_server() as mail:
        named = {"smtp_url": mail.url.replace("://", "://u:secret@"), "mail_from": "News <news@contoso.example>"}
        assert "does not let us in" in (unknown := await line(**named)) and "secret" not in unknown
        mail.of_sender = "553 5.7.1 not yours"
        refused = await line(**(named | {"smtp_url": mail.url}))
        assert refused.startswith("WRONG") and refused.endswith("takes no mail from MAIL_FROM: 553 5.7.1 not yours")
    assert (await line(**named)).startswith("WRONG")


async def test_each_trouble_is_a_line_that_says_what_to_do(
    tmp_path: Path, world: tuple[Platforms, LoopbackGraph]
) -> None:
    platforms, _ = world
    status, lines = await checked(tmp_path, world, no_token, ["Presence.Read.All"])
    assert status == 1
    [login] = lines["login"]
    assert login.startswith("WRONG AADSTS7000222: the client secret has expired: make a new one")
    assert "hr" not in login.split()
    assert f"ok {HERE}: Presence.Read.All" in lines["graph"]
    assert f"- {HERE}: MailboxSettings.Read is not given: time zones come from people's own clients" in lines["graph"]
    assert "is not in the catalogue: upload the package" in lines["package"][0]
    assert "is not there yet: the bot makes it at its first start" in lines["store"][0]
    assert not (tmp_path / "crieur.db").exists()

    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    await store.backup(tmp_path / "copy.db")
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "crieur.db")) as db:
        db.execute("DROP INDEX person_look_up")
    platforms.open, platforms.ahead = True, 45.0
    _, lines = await checked(tmp_path, world)
    assert "lacks indexes: person: person_look_up" in lines["store"][0]
    assert "keep it inside" in lines["PUBLIC_URL"][0]
    assert "differs by -4" in lines["clock"][0] and "have NTP set it" in lines["clock"][0]

    (tmp_path / "copy.db").rename(tmp_path / "crieur.db")
    await platforms.server.stop()
    _, lines = await checked(tmp_path, world)
    assert "is a backup of" in lines["store"][0] and "app.py restored" in lines["store"][0]
    for part in ("PUBLIC_URL", "network"):
        assert lines[part][0].startswith("WRONG") and "is not reached" in lines[part][0]


@pytest.mark.parametrize("code", AADSTS)
def test_a_code_of_the_login_is_said_in_words(code: str) -> None:
    assert in_words(f"no token: {code}", PUBLIC) == f"{code}: {AADSTS[code]}"


def test_a_code_that_we_do_not_know_leads_to_microsofts_page() -> None:
    assert in_words("AADSTS50001", PUBLIC).endswith("https://login.microsoftonline.com/error?code=50001")
    assert "port 443" in in_words("ConnectionError", PUBLIC)


def test_the_docs_name_each_permission_that_is_asked_for() -> None:
    for page in ("deploy", "graph"):
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        assert [name for name in permissions.GRAPH if f"`{name}`" not in text] == [], page
