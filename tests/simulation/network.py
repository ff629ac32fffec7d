"""The wires: connections in memory, with latency from the seed, and what goes wrong on the way.

A server is whatever listens on a port; a connection is two transports, one at each end, and each end's callbacks run
in the process that opened or accepted it. A process that is killed closes its connections, as the kernel would.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.loop import PROCESS, SimulatedLoop

LATENCY = (0.0002, 0.02)  #: seconds that a piece of bytes is on its way
FIRST_PORT = 20_000


@dataclass(slots=True)
class Socket:
    """What a client has before it is connected: an address."""

    port: int

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)


@dataclass(slots=True)
class Listener:
    """A server on a port; as much of ``asyncio.Server`` as is asked for."""

    network: Network
    port: int
    factory: Callable[[], asyncio.Protocol]
    context: contextvars.Context

    @property
    def sockets(self) -> list[Socket]:
        return [Socket(self.port)]

    def close(self) -> None:
        if self.network.listeners.get(self.port) is self:
            del self.network.listeners[self.port]

    async def wait_closed(self) -> None:
        """There is nothing to wait for."""

    def is_serving(self) -> bool:
        return self.network.listeners.get(self.port) is self


class Wire(asyncio.Transport):
    """One end of a connection. What it writes arrives at the other end in order, or not at all."""

    def __init__(self, network: Network, protocol: asyncio.Protocol, context: contextvars.Context, port: int) -> None:
        super().__init__({"peername": ("127.0.0.1", port), "sockname": ("127.0.0.1", port), "socket": None})
        self.network = network
        self.context = context
        self.process = context.get(PROCESS, "")
        self.protocol = protocol
        self.other: Wire | None = None
        self.port = port
        self._closed = False
        self._lost = False
        self._arrives = 0.0
        self._paused = False
        #: what is on its way here, in the order of its writing; ``None``: the end
        self._inbox: deque[bytes | None] = deque()
        #: how much of it has arrived, and waits for somebody who reads
        self._waiting = 0

    # --- writing ------------------------------------------------------------------------------

    def write(self, data: Any) -> None:
        if not self._closed and data:
            self._carry(bytes(data))

    def writelines(self, pieces: Any) -> None:
        self.write(b"".join(pieces))

    def _carry(self, data: bytes | None) -> None:
        """``None``: the end of what this end writes."""
        other = self.other
        if other is None:
            return
        loop = self.network.loop
        other._inbox.append(data)  # whichever callback runs first takes the piece that was written first
        self._arrives = max(self._arrives, loop.time() + self.network.latency(self.port))
        loop.call_at(self._arrives, other._arrive, context=other.context)

    def _arrive(self) -> None:
        self._waiting += 1
        self._read()

    def _read(self) -> None:
        while self._waiting and not self._paused and not self._lost:
            self._waiting -= 1
            data = self._inbox.popleft()
            if data is None:
                self._end(None)
            elif not self._closed:
                self.protocol.data_received(data)

    # --- the rest of a transport --------------------------------------------------------------

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._carry(None)
        self.network.loop.call_soon(self._end, None, context=self.context)

    def abort(self) -> None:
        if self._lost:
            return
        self._closed = True
        self._carry(None)
        self.network.loop.call_soon(self._end, ConnectionResetError("reset"), context=self.context)

    def _end(self, error: Exception | None) -> None:
        if self._lost:
            return
        self._closed = self._lost = True
        self.network.wires.discard(self)
        self.protocol.connection_lost(error)

    def is_closing(self) -> bool:
        return self._closed

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_protocol(self) -> Any:
        return self.protocol

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        if self._waiting:
            self.network.loop.call_soon(self._read, context=self.context)

    def is_reading(self) -> bool:
        return not self._paused

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: Any = None, low: Any = None) -> None:
        """Nothing is buffered."""

    def can_write_eof(self) -> bool:
        return False


@dataclass
class Network:
    loop: SimulatedLoop
    rng: random.Random
    listeners: dict[int, Listener] = field(default_factory=dict)
    #: open ends, in the order of their opening
    wires: _Ends = field(default_factory=lambda: _Ends())
    #: ports behind which nobody answers at the moment: "refused", or "lost": packets vanish
    trouble: dict[int, str] = field(default_factory=dict)
    #: port -> seconds by which each piece may be later than it is else: what is sent first may come last
    late: dict[int, float] = field(default_factory=dict)
    _ports: int = FIRST_PORT

    def __post_init__(self) -> None:
        self.loop.network = self
        self.wires = _Ends()

    def latency(self, port: int) -> float:
        late = self.late.get(port, 0.0)
        return self.rng.uniform(*LATENCY) + (self.rng.uniform(0.0, late) if late else 0.0)

    def socket(self, port: int) -> Socket:
        return Socket(port)

    def listen(self, factory: Callable[[], asyncio.Protocol], port: int | None) -> Listener:
        if not port:
            self._ports += 1
            port = self._ports
        listener = Listener(self, port, factory, contextvars.copy_context())
        self.listeners[port] = listener
        return listener

    async def connect(self, factory: Callable[[], asyncio.Protocol], socket: Socket) -> tuple[Wire, Any]:
        await asyncio.sleep(self.latency(socket.port))
        listener = self.listeners.get(socket.port)
        if self.trouble.get(socket.port) == "lost":
            await asyncio.Future()
        if listener is None or self.trouble.get(socket.port) == "refused":
            raise ConnectionRefusedError(f"nobody listens on port {socket.port}")
        here = Wire(self, factory(), contextvars.copy_context(), socket.port)
        there = Wire(self, listener.context.run(listener.factory), listener.context, socket.port)
        here.other, there.other = there, here
        for end in (here, there):
            self.wires.add(end)
        here.protocol.connection_made(here)
        self.loop.call_soon(there.protocol.connection_made, there, context=there.context)
        return here, here.protocol

    def cut(self, process: str) -> None:
        """The kernel closes what a dead process had open; others learn of it a moment later."""
        for port in [port for port, listener in self.listeners.items() if listener.context.get(PROCESS) == process]:
            del self.listeners[port]
        for wire in [wire for wire in self.wires if wire.process == process]:
            wire._closed = wire._lost = True
            wire._carry(None)
            self.wires.discard(wire)


class _Ends(dict[Wire, None]):
    """An ordered set: what is cut is cut in the same order in every run."""

    def add(self, wire: Wire) -> None:
        self[wire] = None

    def discard(self, wire: Wire) -> None:
        self.pop(wire, None)
