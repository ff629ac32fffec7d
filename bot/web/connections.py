"""Listening, with a bound on every wait: for a request's head, for the next one, and on how many may wait at once.

aiohttp bounds none of them: a client that sends a byte a minute would keep a connection for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

from aiohttp import web

log = logging.getLogger(__name__)

HEAD = 10.0  #: seconds from a connection to the end of its first request's head
IDLE = 75.0  #: seconds to the end of the next one's: longer than reverse proxies keep theirs (nginx: 60)
LONGEST = 600.0  #: seconds for a request and its answer: an export over a slow line
ENDING = 2.0  #: seconds for an answer that is being given when the bot is told to stop, and as many once it is cut off
LINGERING = 1.0  #: seconds in which the rest of a refused request is read away, so that its sender sees the answer
HEADERS = 64  #: of a request, at most 8 KB each
MOST = 4_000  #: connections; of more, those are closed that have been waiting for the longest time
CHECK = 0.5  #: seconds between checks
FILES = 16_384  #: files and connections that the process asks to be allowed
OTHER_FILES = 40  #: of them for the store, the platform, and what runs beside us, where there are very few
FEWEST = 8  #: connections, however few files there are
OUT_OF_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
SAID_EVERY = 60.0  #: seconds between two lines that say so


class Connection(Protocol):
    def force_close(self) -> None: ...


class Connections:
    """Knows since when each connection has been waiting, and closes what waits for too long."""

    def __init__(self) -> None:
        #: how many there may be: each is a file
        self.most = MOST
        #: a connection found no file
        self.starved = False
        #: connection -> the instant (monotonic) at which it was seen first, or its last request came or ended
        self._since: dict[Connection, float] = {}
        #: those that have made a request
        self._heard: set[Connection] = set()
        #: those whose request is being answered
        self._at_work: set[Connection] = set()
        #: those that are not aiohttp's yet (``bot.web.redirects``)
        self._at_the_entrance: set[Connection] = set()

    @contextlib.contextmanager
    def answering(self, request: web.Request) -> Iterator[None]:
        """Around the answer to a request whose head has come."""
        connection, now = request.protocol, asyncio.get_running_loop().time
        self._heard.add(connection)
        self._at_work.add(connection)
        self._since[connection] = now()
        try:
            yield
        finally:
            self._at_work.discard(connection)
            self._since[connection] = now()

    # --- of those that are not aiohttp's yet ---------------------------------------------------

    def came(self, connection: Connection) -> None:
        self._at_the_entrance.add(connection)
        self._since[connection] = asyncio.get_running_loop().time()

    def answered(self, connection: Connection) -> None:
        self._heard.add(connection)
        self._since[connection] = asyncio.get_running_loop().time()

    def became(self, connection: Connection, other: Connection) -> None:
        """It is aiohttp's from here on, and has been waiting for as long."""
        self._since[other] = self._since[connection]
        self.left(connection)

    def left(self, connection: Connection) -> None:
        self._at_the_entrance.discard(connection)

    # --- keeping ------------------------------------------------------------------------------

    async def keep(self, server: web.Server) -> None:
        """Look again and again, for ever."""
        while True:
            await asyncio.sleep(CHECK)
            self._look([*server.connections, *self._at_the_entrance], asyncio.get_running_loop().time())

    def _look(self, connections: list[Connection], now: float) -> None:
        self._since = {one: self._since.get(one, now) for one in connections}
        self._heard &= self._since.keys()
        # in the order in which they came, where they were seen first by the same check
        waiting = sorted((one for one in self._since if one not in self._at_work), key=self._since.__getitem__)
        most, self.starved = len(connections) // 2 if self.starved else self.most, False
        for one in waiting[: max(0, len(connections) - most)]:
            one.force_close()
        for one, since in self._since.items():
            # aiohttp itself ends those that make no other request
            heard = IDLE if one in self._at_the_entrance else LONGEST
            if now - since > (heard if one in self._heard else HEAD):
                one.force_close()

    def close_entrance(self) -> None:
        for one in self._at_the_entrance:
            one.force_close()


CONNECTIONS = web.AppKey("connections", Connections)
#: makes what meets a connection, of what makes aiohttp's part of it
ENTRANCE: web.AppKey[Callable[[web.Server], asyncio.Protocol]] = web.AppKey("entrance")


@contextlib.asynccontextmanager
async def listening(application: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Serve the application for as long as the block lasts."""
    connections = application[CONNECTIONS]
    connections.most = max(FEWEST, min(MOST, _allow_many_files() - OTHER_FILES))
    asyncio.get_running_loop().set_exception_handler(_Starvation(connections))
    runner = web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=IDLE,
        lingering_time=LINGERING,
        shutdown_timeout=ENDING,  # else one who reads no answer holds up the end of all others for two minutes
        max_headers=HEADERS,
        auto_decompress=False,
    )
    await runner.setup()
    server = runner.server
    assert server is not None
    keeping = asyncio.create_task(connections.keep(server))
    try:
        entrance = application[ENTRANCE]
        listener = await asyncio.get_running_loop().create_server(lambda: entrance(server), host, port, backlog=1024)
        try:
            yield
        finally:
            listener.close()
            connections.close_entrance()
    finally:
        keeping.cancel()
        await runner.cleanup()


class _Starvation:
    """The loop's handler of errors. Where no file is left for a connection, asyncio calls it a thousand times a second
    (as often as connections may wait), and tries again.

    That is said once in a while, and room is made: those that have been waiting for the longest time are closed.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._said_at = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, ValueError) and "_start_serving" in context["message"]:
            return  # it would have tried again, and the listener has been closed
        if not (isinstance(error, OSError) and error.errno in OUT_OF_FILES):
            loop.default_exception_handler(context)
            return
        self._connections.starved = True
        if loop.time() - self._said_at >= SAID_EVERY:
            self._said_at = loop.time()
            log.error("no file is left for another connection: raise the limit (ulimit -n, LimitNOFILE=)")


def _allow_many_files() -> int:
    """A connection is a file: the usual limit of 1,024 is less than what may be open at once. How many may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return FILES if soft == resource.RLIM_INFINITY else soft
