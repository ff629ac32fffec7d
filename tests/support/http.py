"""A small HTTP/1.1 server on asyncio's protocols: fast enough not to be what is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.patience import looks

REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 412: "Precondition Failed", 413: "Payload Too Large",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
           504: "Gateway Timeout"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    #: seconds until it is sent; None: never
    delay: float | None = 0.0
    #: close the connection instead of answering
    reset: bool = False
    #: the body is sent again and again, for ever
    endless: bool = False


#: method, path (with query), head (raw), body -> answer
Handler = Callable[[bytes, bytes, bytes, bytes], Answer]


@dataclass(slots=True)
class Server:
    """``port`` is known once it has started; ``stop`` closes its connections too."""

    handler: Handler
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Transport] = field(default_factory=set)

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            for transport in list(self._connections):
                transport.abort()
            await self._server.wait_closed()
            self._server = None


class _Connection(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server._connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport:
            self._server._connections.discard(self._transport)

    def data_received(self, received: bytes) -> None:
        self._buffer += received
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _content_length(head)
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            method, path, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
            self._answer(self._server.handler(method, path, head, body))

    def _answer(self, answer: Answer) -> None:
        if answer.reset:
            self._close()
        elif answer.delay == 0.0:
            self._write(answer)
        elif answer.delay is not None:
            asyncio.get_running_loop().call_later(answer.delay, self._write, answer)

    def _close(self) -> None:
        if self._transport:
            self._transport.abort()

    def _write(self, answer: Answer) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if answer.endless:
            self._transport.write(f"HTTP/1.1 {answer.status} OK\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            self._go_on(b"%x\r\n%b\r\n" % (len(answer.body), answer.body))
            return
        headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        head = (
            f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(answer.body)}\r\n{headers}\r\n"
        )
        self._transport.write(head.encode() + answer.body)

    def _go_on(self, chunk: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(chunk * 512)
            asyncio.get_running_loop().call_later(0.001, self._go_on, chunk)


def _content_length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    end = lower.find(b"\r\n", at + 17)
    return int(lower[at + 17 : end if end >= 0 else None])


async def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something holds; AssertionError after ``seconds``, more of them on a busy machine."""
    async for _ in looks(seconds):
        if condition():
            return
    raise AssertionError("it did not happen in time")
