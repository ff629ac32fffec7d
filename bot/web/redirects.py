"""Tracked links, answered beside aiohttp: a request that is one whole head, as browsers send it, for a link we know.

A connection begins here. With the first request that is anything else it is aiohttp's until it ends, with all that has
come: where a request ends and the next begins is said by one of us alone (decision 093).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web
from aiohttp.helpers import rfc822_formatted_time
from multidict import CIMultiDict, CIMultiDictProxy

from bot.web.clicks import Clicks, is_person
from bot.web.connections import HEADERS, Connections
from bot.web.links import SignedLinks

LONGEST = 8_190  #: bytes of a head: as much as aiohttp takes of one line
_HEAD = re.compile(
    rb"GET /r/([A-Za-z0-9._-]{1,200}) HTTP/1\.1\r\n((?:[A-Za-z0-9-]{1,64}: [\x20-\x7e]{1,8000}\r\n)+)\r\n"
)
_FIELD = re.compile(r"^([^:\r\n]+): (.*)\r$", re.MULTILINE)
#: what makes more of a request than its head, or anything else of the connection
_MORE = (hdrs.CONTENT_LENGTH, hdrs.TRANSFER_ENCODING, hdrs.EXPECT, hdrs.UPGRADE, hdrs.TE, hdrs.TRAILER)
_ONCE = {"keep-alive": False, "close": True}

Headers = CIMultiDictProxy[str]
#: whether a request from this address, with these headers, is answered at all
Admitted = Callable[[str, Headers], bool]


class Redirects:
    """Answers the heads that it knows."""

    def __init__(self, links: SignedLinks, clicks: Clicks, admitted: Admitted) -> None:
        self._links = links
        self._clicks = clicks
        self._admitted = admitted

    def answer(self, head: bytes, remote: str) -> tuple[bytes, bool] | None:
        """The answer, and whether the connection ends with it; None for what is not answered here."""
        match = _HEAD.fullmatch(head) if len(head) <= LONGEST else None
        if match is None:
            return None
        fields = _FIELD.findall(match[2].decode("ascii"))
        headers = CIMultiDictProxy(CIMultiDict(fields))
        ends = _ONCE.get(headers.get(hdrs.CONNECTION, "keep-alive").lower())
        if (
            ends is None
            or len(fields) > HEADERS
            or len(headers.getall(hdrs.HOST, ())) != 1
            or len(headers.getall(hdrs.CONNECTION, ())) > 1
            or any(name in headers for name in _MORE)
            or not self._admitted(remote, headers)
        ):
            return None
        click = self._links.read(match[1].decode("ascii"))
        known = self._clicks.known(click) if click else None
        if click is None or known is None:
            return None
        url, counts = known
        if not (url.isascii() and url.isprintable()):
            return None
        if counts and is_person("GET", headers):
            self._clicks.count(click)
        return _found(url, ends=ends), ends


def _found(url: str, *, ends: bool) -> bytes:
    connection = "Connection: close\r\n" if ends else ""
    return (
        f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nCache-Control: no-store\r\nContent-Length: 0\r\n"
        f"Date: {rfc822_formatted_time()}\r\n{connection}\r\n"
    ).encode()


class Entrance(asyncio.Protocol):
    """One connection, until it is aiohttp's. ``others`` makes what it is handed over to."""

    def __init__(
        self, redirects: Redirects, connections: Connections, others: Callable[[], web.RequestHandler]
    ) -> None:
        self._redirects = redirects
        self._connections = connections
        self._others = others
        self._transport: Any = None
        self._remote = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._remote = str(peer[0]) if peer else ""
        self._connections.came(self)

    def data_received(self, data: bytes) -> None:
        answer = self._redirects.answer(data, self._remote)
        if answer is None:
            self._hand_over(data)
            return
        self._connections.answered(self)
        self._transport.write(answer[0])
        if answer[1]:
            self._transport.close()

    def _hand_over(self, data: bytes) -> None:
        other = self._others()
        self._connections.became(self, other)
        self._transport.set_protocol(other)
        other.connection_made(self._transport)
        other.data_received(data)

    # an answer that is not read holds back what is asked next
    def pause_writing(self) -> None:
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.left(self)

    def force_close(self) -> None:
        self._transport.abort()
