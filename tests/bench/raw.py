"""A client without a library: prepared bytes over a few connections, as fast as Python's loop goes."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from tests.bench.ground import PEOPLE
from tests.support.seeding import conversation_of


class RawClient:
    def __init__(self, url: str, body: bytes, connections: int) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._connections = connections
        self._requests = [
            f"POST /v3/conversations/{conversation_of(number)}/activities HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
            for number in range(PEOPLE)
        ]

    async def send(self, messages: int) -> float:
        """Seconds a message."""
        left = messages
        done = asyncio.Event()
        requests = self._requests

        class Lane(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                self.transport = transport
                self.next()

            def data_received(self, answer: bytes) -> None:
                self.next()  # the answer is small: it comes in one piece

            def next(self) -> None:
                nonlocal left
                if left <= 0:
                    done.set()
                    return
                left -= 1
                self.transport.write(requests[left % PEOPLE])

        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        lanes = [await loop.create_connection(Lane, self._host, self._port) for _ in range(self._connections)]
        await done.wait()
        took = time.perf_counter() - began
        for transport, _ in lanes:
            transport.close()
        return took / messages
