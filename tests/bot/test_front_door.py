"""Before anybody is known: what comes in from outside is refused cheaply, waits for nobody, and keeps nobody out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import pytest

from bot.web import bodies, connections
from bot.web.server import PASSED_ON
from tests.conftest import RunningBot
from tests.support.organisation import Person
from tests.support.platform import SigningPlatform

pytestmark = pytest.mark.real_time
ACTIVITY = b'{"type": "message", "text": "help"}'
#: decoders of Python's that a client could name: slow ones, odd ones, and one that there is not
CHARSETS = (
    "punycode", "idna", "utf-7", "utf-16", "latin-1", "unicode_escape", "rot13", "zip", "x-none", "utf-8; charset=idna",
)  # fmt: skip


async def posted(running_bot: RunningBot, body: bytes, **headers: str) -> int:
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    http = running_bot.organisation.http
    async with http.post(f"{running_bot.url}/api/messages", data=body, headers=headers) as response:
        return response.status


@contextlib.asynccontextmanager
async def connection(running_bot: RunningBot, first: bytes) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", running_bot.port)
    writer.write(first)
    try:
        yield reader
    finally:
        writer.close()


def head(length: int, *lines: str) -> bytes:
    usual = ["POST /api/messages HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    return "\r\n".join([*usual, f"Content-Length: {length}", *lines, "", ""]).encode()


async def status_of(reader: asyncio.StreamReader, seconds: float = 5.0) -> int:
    return int((await asyncio.wait_for(reader.readline(), seconds)).split()[1])


# --- the client chooses no decoder ------------------------------------------------------------


@pytest.mark.parametrize("charset", CHARSETS)
async def test_the_client_never_chooses_a_decoder(running_bot: RunningBot, charset: str) -> None:
    hostile = b"a-" + b"9" * 200_000
    began = time.process_time()
    assert await posted(running_bot, hostile, Content_Type=f"application/json; charset={charset}") == 415
    assert time.process_time() - began < 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-none"])
async def test_nor_a_decompressor(running_bot: RunningBot, encoding: str) -> None:
    assert await posted(running_bot, b"\x1f\x8b" + b"\x00" * 1_000, Content_Encoding=encoding) == 415


async def test_utf_8_is_taken_however_it_is_named(running_bot: RunningBot, ada: Person) -> None:
    for kind in ("application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'):
        running_bot.organisation.headers = {"Content-Type": kind}
        assert (await ada.send({"type": "message", "text": "help"}))[0] == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"type": "message", "text": "\xff"}',
        json.dumps({"type": "message"}).encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"type": "message", "id": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: str(body[:20]),
)
async def test_what_is_no_activity_in_utf_8_is_a_clear_refusal(running_bot: RunningBot, body: bytes) -> None:
    assert await posted(running_bot, body) == 400


async def test_lists_without_an_end_cost_no_more_than_their_beginning(running_bot: RunningBot, ada: Person) -> None:
    for name in ("entities", "attachments", "membersAdded", "reactionsAdded"):
        began = time.process_time()
        await ada.send({"type": "conversationUpdate", name: [{}] * 200_000})
        assert time.process_time() - began < 2, name


# --- no body is read for a stranger -----------------------------------------------------------


@pytest.mark.parametrize("authorization", ["", "Authorization: Bearer crieur", "Authorization: Basic YTpi"])
async def test_with_a_registration_no_byte_of_a_strangers_body_is_waited_for(
    registered: RunningBot, authorization: str
) -> None:
    async with connection(registered, head(1_000_000, *filter(None, [authorization]))) as reader:
        assert await status_of(reader) == 401


async def test_nor_of_a_forged_token(registered: RunningBot, platform: SigningPlatform) -> None:
    forged = platform.token(registered.connector.url, aud="another")
    async with connection(registered, head(1_000_000, f"Authorization: Bearer {forged}")) as reader:
        assert await status_of(reader) == 401


async def test_a_token_speaks_for_its_own_service_and_channels_only(
    registered: RunningBot, platform: SigningPlatform
) -> None:
    url = registered.connector.url
    token = platform.token(url)
    for activity, status in (
        ({"type": "event", "channelId": "msteams", "serviceUrl": url + "/"}, 401),
        ({"type": "event", "channelId": "msteams"}, 401),
        ({"type": "event", "channelId": "directline", "serviceUrl": url}, 401),
        ({"type": "event", "channelId": ["msteams"], "serviceUrl": url}, 401),
        ({"type": "event", "serviceUrl": url}, 401),
        ({"type": "event", "channelId": "msteams", "serviceUrl": url}, 201),
    ):
        assert await posted(registered, json.dumps(activity).encode(), Authorization=f"Bearer {token}") == status


# --- without a registration -------------------------------------------------------------------


@pytest.mark.parametrize("header", [*PASSED_ON, "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto"])
async def test_without_a_registration_nothing_is_served_through_a_proxy(running_bot: RunningBot, header: str) -> None:
    assert await posted(running_bot, ACTIVITY, **{header: "203.0.113.7"}) == 403
    for path in ("/about", "/r/1.1.x.0", "/metrics", "/healthz"):
        async with running_bot.organisation.http.get(running_bot.url + path, headers={header: "x"}) as response:
            assert response.status == 403, path


@pytest.mark.parametrize(
    "host", ["crieur.example", "127.0.0.1.example", "127.0.0.1@evil.example", "evil.example\\@127.0.0.1", ""]
)
async def test_nor_under_another_name(running_bot: RunningBot, host: str) -> None:
    assert await posted(running_bot, ACTIVITY, Host=host) in (400, 403)


async def test_with_a_registration_the_figures_are_never_shown_without_the_token(registered: RunningBot) -> None:
    async with registered.organisation.http.get(f"{registered.url}/metrics") as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "odd",
    [
        "http://HOST\\@127.0.0.1/",
        "http://evil.example\\@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT\\@evil.example/",
        "http://user@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT /",
        "http://127.0.0.1:PORT\x00/",
        "http://１２７.０.０.１:PORT/",
        "//127.0.0.1:PORT/",
        "file:///etc/passwd",
    ],
)
async def test_an_address_that_parsers_read_differently_is_answered_by_nobody(
    running_bot: RunningBot, odd: str
) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    running_bot.connector.add(ada.conversation, ada.member())
    url = odd.replace("PORT", str(running_bot.connector.url.rpartition(":")[2]))
    await ada.send({"type": "message", "text": "help", "serviceUrl": url})
    assert not ada.chat.messages
    assert await running_bot.store.person_at(ada.tenant, ada.address) is None


# --- anybody may write ------------------------------------------------------------------------

#: what somebody's client could call formatting: each cost seconds once, at the size of a message
MARKUP = (
    " ",
    "&nbsp;",
    "<at>",
    "<at>x",
    "<a ",
    "<b>",
    "<!--",
    "<",
    "<p>",
    '<a href="',
    "[a](",
    "</p>",
    "<table><tr><td>",
)


@pytest.mark.parametrize("unit", MARKUP)
async def test_a_formatted_message_of_anybody_holds_nobody_up(
    running_bot: RunningBot, ada: Person, louis: Person, unit: str
) -> None:
    html = unit * (27_000 // len(unit))
    for person in (louis, ada):
        began = time.process_time()
        status, _ = await person.send(
            {
                "type": "message",
                "text": html,
                "attachments": [{"contentType": "text/html", "content": html}],
            }
        )
        assert status == 201
        assert time.process_time() - began < 2


# --- slow and hostile connections -------------------------------------------------------------

SLOW = 1_000
#: what each sends before it says no more
BEGINNINGS = (b"", b"POST /api/mess", head(1_000)[:-2], head(1_000) + b"{", head(1_000, "Transfer-Encoding: x"))


#: what people and probes ask for -> its status (the scheduler may not have begun yet)
ASKED = {"/healthz": (200,), "/readyz": (200, 503), "/about": (200,), "/r/1.1.x.0": (404,), "/export/x": (404,)}


async def longest_wait(running_bot: RunningBot, ada: Person) -> float:
    """Seconds for the slowest of all that is asked for, a word in the chat among it."""
    waits = []
    for path, statuses in ASKED.items():
        began = time.monotonic()
        async with running_bot.organisation.http.get(running_bot.url + path) as response:
            assert response.status in statuses, path
        waits.append(time.monotonic() - began)
    began = time.monotonic()
    assert (await ada.send({"type": "message", "text": "help"}))[0] == 201
    return max(*waits, time.monotonic() - began)


async def test_a_thousand_slow_connections_keep_nobody_out(running_bot: RunningBot, ada: Person) -> None:
    usually = await longest_wait(running_bot, ada)
    async with contextlib.AsyncExitStack() as held:
        for number in range(SLOW):
            await held.enter_async_context(connection(running_bot, BEGINNINGS[number % len(BEGINNINGS)]))
        await asyncio.sleep(0.5)
        assert await longest_wait(running_bot, ada) < max(1.0, 5 * usually)


@pytest.mark.parametrize("beginning", BEGINNINGS[:3], ids=["nothing", "half a line", "half a head"])
async def test_a_head_that_does_not_end_is_waited_for_a_while(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD", 0.2)
    async with connection(running_bot, beginning) as reader:
        assert await asyncio.wait_for(reader.read(), 10) == b""


async def test_a_body_that_does_not_flow_is_waited_for_a_while(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    async with connection(running_bot, head(1_000) + b"{") as reader:
        assert await status_of(reader, 10) == 408
        await asyncio.wait_for(reader.read(), 10)  # and the connection ends


async def test_a_body_that_trickles_is_waited_for_no_longer(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", running_bot.port)
    writer.write(head(1_000))

    async def trickle() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert await status_of(reader, 10) == 408
    trickling.cancel()
    writer.close()


async def test_a_large_body_is_refused_before_it_is_read(running_bot: RunningBot) -> None:
    async with connection(running_bot, head(2_000_000)) as reader:
        assert await status_of(reader) == 413
    lengthless = head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    async with connection(running_bot, lengthless + b"110000\r\n" + b" " * 0x110000) as reader:
        assert await status_of(reader) == 413


async def test_of_too_many_connections_those_end_that_have_waited_longest(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 20)
    await running_bot.restart()  # a bot that listens has counted its files already
    async with contextlib.AsyncExitStack() as held:
        first = await held.enter_async_context(connection(running_bot, b""))
        await asyncio.sleep(0.1)
        for _ in range(60):
            await held.enter_async_context(connection(running_bot, b"POST"))
        assert await asyncio.wait_for(first.read(), 10) == b""
        async with running_bot.organisation.http.get(f"{running_bot.url}/healthz") as response:
            assert response.status == 200
