"""A wire to a MongoDB server that is cut for good after so many writes, as by a kill -9 of the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HEADER = 16  #: bytes of a message's header; its first four are the message's length
COMMAND = HEADER + 4 + 1 + 4 + 1  #: where an OP_MSG names its command: flags, section kind, length, type
WRITES = {b"createIndexes", b"insert", b"update", b"delete", b"findAndModify"}


class CutWire:
    """Passes on ``writes`` write commands; the next one and everything after it get no answer."""

    def __init__(self, host: str, port: int, writes: int) -> None:
        self._server = (host, port)
        self._left = writes
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
                    await self.end()
                else:
                    back.write(message)
        answers.cancel()
        writer.close()
        back.close()

    def _is_last(self, message: bytes) -> bool:
        if message[COMMAND : message.find(b"\0", COMMAND)] in WRITES:
            self._left -= 1
        return self._left < 0

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
async def cut_wire(host: str, port: int, writes: int) -> AsyncIterator[CutWire]:
    wire = CutWire(host, port, writes)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        await wire.end()
        server.close()
