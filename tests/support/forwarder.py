"""A line between a client and a server on loopback, which can be cut for a while."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

CHUNK = 65_536  #: bytes passed on at a time


@dataclass(slots=True)
class Forwarder:
    """Passes TCP on to ``port`` of this machine; ``own_port`` is known once it was mended first."""

    port: int
    own_port: int = 0
    #: done by the next answer of the server's, which is held back
    _loss: asyncio.Future[None] | None = None
    _server: asyncio.Server | None = None
    _lines: set[asyncio.Task[None]] = field(default_factory=set)

    async def mend(self) -> None:
        """Accept connections, always on the same port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.own_port)
        self.own_port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection, whatever was under way, and refuse new ones."""
        if self._server is None:
            return
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def lose_an_answer(self) -> None:
        """Cut when the server has done something, and before anybody hears of it."""
        self._loss = asyncio.get_running_loop().create_future()
        await self._loss
        await self.cut()
        self._loss = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(self._pass_on(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both ways, until one side has enough of it."""
        writers = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
            writers.append(far_writer)
            ways = [
                asyncio.create_task(self._copy(reader, far_writer, answers=False)),
                asyncio.create_task(self._copy(far_reader, writer, answers=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
        except OSError:
            pass
        finally:
            for end in writers:
                end.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if answers and self._loss is not None:
                    if not self._loss.done():
                        self._loss.set_result(None)
                    return
                writer.write(chunk)
                await writer.drain()
