"""What is answered beside aiohttp is answered as aiohttp would; what else comes is aiohttp's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from bot.web import clicks, connections
from bot.web.redirects import Entrance
from bot.web.server import PASSED_ON
from dialogs.core.ports import Click
from tests.bot.story import broadcast, draft, settled
from tests.bot.test_engagement import NOT_A_VISIT, PREVIEWERS, link_in
from tests.conftest import RunningBot
from tests.support.organisation import BROWSER, Person

pytestmark = pytest.mark.real_time
DESTINATION = "https://example.org/autumn"
PROBE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"  #: aiohttp answers it, and has the connection from then on


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[Click]:
    """The clicks that count, as they come; and what is known once stays known."""
    counted = list[Click]()
    monkeypatch.setattr(clicks.Clicks, "count", lambda _, click: counted.append(click))
    monkeypatch.setattr(clicks, "KNOWN_FOR", 3_600.0)
    return counted


@pytest.fixture
async def path(running_bot: RunningBot, ada: Person, louis: Person, counting: list[Click]) -> str:
    """Of a tracked link of which the bot knows where it leads."""
    await draft(ada)
    await broadcast(ada, running_bot)
    await louis.sees("**big news**")
    await settled(running_bot)
    assert await louis.follow(link_in(louis), agent="curl/8.5.0") == (302, DESTINATION)
    return "/r/" + link_in(louis).rpartition("/")[2]


class Line:
    """A connection of a client that sends bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, sent: bytes) -> tuple[int, dict[str, str]]:
        """The status and the headers of the next answer, its body read."""
        self.writer.write(sent)
        first, *lines = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)).decode().split("\r\n")[:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        await self.reader.readexactly(int(headers.get("content-length", "0")))
        return int(first.split()[1]), headers

    async def ends(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 20) == b""


@contextlib.asynccontextmanager
async def line(running_bot: RunningBot, *, held: int = 0) -> AsyncIterator[Line]:
    """``held``: bytes that the machine holds for the client each way, where it is not for the machine to say."""
    wire = socket.socket()
    wire.setblocking(False)
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF) if held else ():
        wire.setsockopt(socket.SOL_SOCKET, buffer, held)
    await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", running_bot.port))
    reader, writer = await asyncio.open_connection(sock=wire)
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()  # whatever has not been taken


def head(path: str, *lines: str, host: str = "Host: 127.0.0.1", version: str = "1.1", method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", *([host] if host else []), *lines, "", ""]).encode("latin-1")


def heads(path: str) -> list[bytes]:
    visit = f"User-Agent: {BROWSER}"
    return [
        head(path, visit),
        head(path, visit, "Accept: text/html,*/*;q=0.8", "Accept-Language: fr", "Cookie: a=b", "DNT: 1"),
        head(path, visit, "Connection: close"),
        head(path, visit, "connection: Keep-Alive"),
        head(path, visit, "Connection: Upgrade", "Upgrade: h2c"),
        head(path, visit, version="1.0"),
        head(path, visit, host=""),
        head(path, visit, "Host: 127.0.0.1"),
        head(path, visit, host="Host: crieur.example"),
        head(path, visit, host="host:127.0.0.1"),
        head(path, visit, "Content-Length: 0"),
        head(path, visit, "Content-Length: 2") + b"ab",
        head(path, visit, "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head(path, visit, "X-Name: Zo\xeb"),
        head(path, visit, "X-Long: " + "a" * 9_000),
        head(path, visit, *(f"X-{number}: 1" for number in range(70))),
        head(path, visit, method="HEAD"),
        head(path, visit, method="POST"),
        head(path + "?a=b", visit),
        head(path[:-1] + "9", visit),
        head(path[:-4] + "xx.0", visit),
        head("/r/", visit),
        *(head(path, visit, f"{name}: somewhere") for name in (*PASSED_ON, "X-Forwarded-For", "x-forwarded-host")),
        *(head(path, f"User-Agent: {agent}") for agent in PREVIEWERS if agent),
        head(path),
        *(head(path, visit, *(f"{name}: {value}" for name, value in more.items())) for more in NOT_A_VISIT),
    ]


async def test_every_head_is_answered_as_aiohttp_answers_it(
    running_bot: RunningBot, path: str, counting: list[Click]
) -> None:
    for sent in heads(path):
        answers = []
        for first in (b"", PROBE):
            async with line(running_bot) as client:
                if first:
                    await client.ask(first)
                before = len(counting)
                if sent.startswith(b"HEAD"):
                    client.writer.write(sent)
                    status, headers = int((await client.reader.readline()).split()[1]), dict[str, str]()
                else:
                    status, headers = await client.ask(sent)
                answers.append((status, headers.get("location"), headers.get("cache-control")))
                answers[-1] += (len(counting) - before,)
                if b"Connection: close" in sent:
                    assert await client.ends()
        assert answers[0] == answers[1], sent


async def test_a_link_that_is_known_never_reaches_aiohttp(
    running_bot: RunningBot, path: str, counting: list[Click], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be for nothing, and nobody would notice."""

    def refuse(entrance: Entrance, data: bytes) -> None:
        raise AssertionError(data)

    monkeypatch.setattr(Entrance, "_hand_over", refuse)
    async with line(running_bot) as client:
        for _ in range(3):
            status, headers = await client.ask(head(path, f"User-Agent: {BROWSER}", "Sec-Fetch-Mode: navigate"))
            assert (status, headers["location"]) == (302, DESTINATION)
        assert "date" in headers
    assert len(counting) == 3


async def test_what_lies_in_a_body_is_no_request(running_bot: RunningBot, path: str, counting: list[Click]) -> None:
    """Though it comes by itself: a proxy sends many people's requests through one connection."""
    hidden = head(path, f"User-Agent: {BROWSER}")
    async with line(running_bot) as client:
        usual = ["Content-Type: application/json", f"Content-Length: {len(hidden)}"]
        client.writer.write(head("/api/messages", *usual, method="POST"))
        await client.writer.drain()
        await asyncio.sleep(0.2)
        assert (await client.ask(hidden))[0] == 400
        assert (await client.ask(PROBE))[0] == 200, "and nothing else was answered"
    assert counting == []


async def test_requests_in_one_piece_or_in_many_are_all_answered(running_bot: RunningBot, path: str) -> None:
    one = head(path, f"User-Agent: {BROWSER}")
    async with line(running_bot) as client:
        client.writer.write(one + PROBE + one)
        assert [(await client.ask(b""))[0] for _ in range(3)] == [302, 200, 302]
    async with line(running_bot) as client:
        for sign in range(0, len(one), 40):
            client.writer.write(one[sign : sign + 40])
            await client.writer.drain()
            await asyncio.sleep(0.01)
        assert (await client.ask(b""))[0] == 302
        assert (await client.ask(one))[0] == 302


async def ask_until_nothing_is_taken(client: Line, one: bytes) -> None:
    """And read no answer."""
    client.reader._transport.pause_reading()  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError):
        for _ in range(400_000):
            client.writer.write(one)
            await asyncio.wait_for(client.writer.drain(), 2)
            await asyncio.sleep(0)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ENDING", 0.2)


@pytest.mark.parametrize("more", [[], ["Content-Length: 0"]], ids=["at the entrance", "with aiohttp"])
async def test_one_who_reads_no_answer_is_read_no_further_and_does_not_hold_up_the_end(
    hasty: None, running_bot: RunningBot, path: str, more: list[str]
) -> None:
    async with line(running_bot, held=4_096) as client:
        await ask_until_nothing_is_taken(client, head(path, f"User-Agent: {BROWSER}", *more))
        await asyncio.wait_for(running_bot.stop(), 60)


@pytest.mark.parametrize("bound", ["HEAD", "IDLE"])
async def test_a_connection_is_waited_for_a_while(
    running_bot: RunningBot, path: str, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(connections, bound, 0.2)
    async with line(running_bot) as client:
        if bound == "IDLE":
            assert (await client.ask(head(path)))[0] == 302
        assert await client.ends()
