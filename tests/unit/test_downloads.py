"""What is fetched comes from public machines only: the very address that is connected to is looked at."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.teams.send.downloads import Downloads
from dialogs.core.ports import NotFetched
from tests.support.http import Answer, Server

#: hosts that lead to this machine, or are read so by somebody; PORT is that of a server here
INSIDE = (
    "https://127.0.0.1:PORT/", "https://127.1:PORT/", "https://2130706433:PORT/", "https://0x7f.1:PORT/",
    "https://0:PORT/", "https://localhost:PORT/", "https://LOCALHOST:PORT/", "https://localhost.:PORT/",
    "https://127.0.0.1.:PORT/", "https://[::1]:PORT/", "https://[::ffff:127.0.0.1]:PORT/", "https://[::1%25lo]:PORT/",
    "https://[::127.0.0.1]:PORT/", "https://[2002:7f00:1::]:PORT/", "https://[64:ff9b::7f00:1]:PORT/",
    "https://１２７.０.０.１:PORT/", "https://127。0。0。1:PORT/", "https://①②⑦.⓪.⓪.①:PORT/", "https://ｌocalhost:PORT/",
    "https://a@127.0.0.1:PORT/", "https://example.com\\@127.0.0.1:PORT/", "https://224.0.0.1:PORT/",
    "http://127.0.0.1:PORT/", "http://１２７.０.０.１:PORT/", "file:///etc/passwd", "ftp://127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
)  # fmt: skip


@pytest.fixture
async def here() -> AsyncIterator[tuple[int, list[str]]]:
    """A server of this machine: its port, and the connections that it got."""
    connections: list[str] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], connections
    server.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(server.wait_closed(), 1)


@pytest.mark.parametrize("address", INSIDE)
async def test_with_a_registration_nothing_of_this_machine_is_fetched(
    here: tuple[int, list[str]], address: str
) -> None:
    port, connections = here
    async with Downloads(loopback_only=False) as downloads:
        with pytest.raises(NotFetched):
            await downloads.fetch(address.replace("PORT", str(port)))
    await asyncio.sleep(0)
    assert connections == []


ELSEWHERE = ("http://192.0.2.1/", "//198.51.100.1/", "https://example.com/", "file:///etc/passwd")


@pytest.mark.parametrize("location", ELSEWHERE)
async def test_without_one_no_redirect_leads_off_this_machine(location: str) -> None:
    server = Server(lambda *_: Answer(302, headers=(("Location", location),)))
    await server.start()
    async with Downloads(loopback_only=True) as downloads:
        with pytest.raises(NotFetched):
            await downloads.fetch(f"http://127.0.0.1:{server.port}/file.csv")
    await server.stop()


async def test_a_redirect_on_this_machine_is_followed() -> None:
    def answer(method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        return Answer(200, b"ada@contoso.example") if path == b"/b" else Answer(302, headers=(("Location", "/b"),))

    server = Server(answer)
    await server.start()
    async with Downloads(loopback_only=True) as downloads:
        assert await downloads.fetch(f"http://127.0.0.1:{server.port}/a") == b"ada@contoso.example"
    await server.stop()
