"""A wire to a MongoDB server that is cut for good after so many writes, as by a kill -9 of the client.

Or whose writes get no answer from there on, as where the server hangs: who waits is told nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HEADER = 16  #: bytes of a message's header; its first four are the message's length
COMMAND = HEADER + 4 + 1 + 4 + 1  #: where an OP_MSG names its command: flags, section kind, length, type
WRITES = {b"createIndexes", b"insert", b"update", b"delete", b"findAndModify"}


class CutWire:
    """Passes on ``writes`` write commands; the next one and all behind it, or all writes, get no answer."""

    def __init__(self, host: str, port: int, writes: int, *, hangs: bool = False) -> None:
        self._server = (host, port)
        self._hangs = hangs
        self.left = writes
        self._writers: set[asyncio.StreamWriter] = set()
        self.cut = asyncio.Event()
        self.port = 0  #: of its near end

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut.is_set():
            writer.close()
            return
        there, back = await asyncio.open_connection(*self._server)
        self._writers |= {writer, back}
        answers = asyncio.create_task(_copy(there, writer))
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not self.cut.is_set():
                header = await reader.readexactly(4)
                message = header + await reader.readexactly(int.from_bytes(header, "little") - 4)
                if self._is_last(message):
                    if not self._hangs:
                        await self.end()
                else:
                    back.write(message)
        answers.cancel()
        writer.close()
        back.close()

    def _is_last(self, message: bytes) -> bool:
        writes = message[COMMAND : message.find(b"\0", COMMAND)] in WRITES
        self.left -= writes
        return self.left < 0 and (writes or not self._hangs)

    async def end(self) -> None:
        self.cut.set()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while some := await reader.read(65536):
            writer.write(some)


@asynccontextmanager
async def cut_wire(host: str, port: int, writes: int, *, hangs: bool = False) -> AsyncIterator[CutWire]:
    wire = CutWire(host, port, writes, hangs=hangs)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        await wire.end()
        server.close()
