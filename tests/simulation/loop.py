"""An event loop with virtual time: nothing waits, nothing is threaded, and chance comes from one seed.

Time passes only when nothing is ready: it leaps to the next timer. Callbacks that are ready at the same time run in
an order drawn from the seed. Each callback belongs to the process in whose context it was made (``PROCESS``), so that
a process can be killed (its callbacks are dropped: not a line of it runs any more) or stopped and resumed (SIGSTOP).
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

#: the name of the process that a callback belongs to; "" for the world itself
PROCESS: contextvars.ContextVar[str] = contextvars.ContextVar("process", default="")

CALLBACKS = 3_000_000  #: in one life: more is a loop that never sleeps


class Stuck(Exception):
    """Nothing is ready, and no timer will make it so: what is awaited can never happen, or a thread would do it."""


class Endless(Exception):
    """Callbacks run on and on, and the life does not end."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """``rng``: the order of what is ready at once."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._now = 0.0
        self._rng = rng
        self._dead: set[str] = set()
        self._stopped: dict[str, list[asyncio.Handle]] = {}
        self._callbacks = 0
        self.network: Any = None  #: set by the world
        #: every task of a life: one of a dead process is neither ended nor tidied up
        self._tasks: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._task)
        #: what is to be called when its time has come, of the same instant in the order in which it was asked for
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        """Seconds since the life began."""
        return self._now

    def leap(self, seconds: float) -> None:
        """The machines sleep for as long: every timer that fell due meanwhile is due when they wake."""
        self._now += max(0.0, seconds)

    # --- processes ----------------------------------------------------------------------------

    def spawn(self, process: str, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run ``work`` as a process of this name: all that it starts belongs to it."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(work, context=context)

    def _task(self, loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
        self._tasks.append(task)
        return task

    def kill(self, process: str) -> None:
        """kill -9: not a line of it runs any more, not even what tidies up."""
        self._dead.add(process)
        self._stopped.pop(process, None)

    def stop_process(self, process: str) -> None:
        """SIGSTOP."""
        self._stopped.setdefault(process, [])

    def resume(self, process: str) -> None:
        """SIGCONT: what became ready meanwhile runs now."""
        self._ready.extend(self._stopped.pop(process, ()))  # type: ignore[attr-defined]

    def is_dead(self, process: str) -> bool:
        return process in self._dead

    # --- one step of the loop -----------------------------------------------------------------

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is left out when its time has come."""

    def _run_once(self) -> None:
        ready: list[asyncio.Handle] = list(self._ready)  # type: ignore[attr-defined]
        self._ready.clear()  # type: ignore[attr-defined]
        timers = self._timers
        if not ready and not self._stopping:  # type: ignore[attr-defined]
            while timers and timers[0][2].cancelled():
                heapq.heappop(timers)
            if not timers:
                raise Stuck
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            ready.append(heapq.heappop(timers)[2])
        if len(ready) > 1:
            self._rng.shuffle(ready)
        for handle in ready:
            if not handle.cancelled():
                self._run(handle)

    def _run(self, handle: asyncio.Handle) -> None:
        process = handle._context.get(PROCESS, "")  # type: ignore[attr-defined]
        if process in self._dead:
            return
        if process in self._stopped:
            self._stopped[process].append(handle)
            return
        self._callbacks += 1
        if self._callbacks > CALLBACKS:
            raise Endless
        handle._run()

    # --- what leaves the loop elsewhere -------------------------------------------------------

    def _write_to_self(self) -> None:
        """Nobody waits in a selector: there is nothing to wake."""

    def _process_events(self, event_list: object) -> None:
        """There are none."""

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        """Done at once, in this thread; the answer comes a moment later."""
        future: asyncio.Future[T] = self.create_future()
        try:
            value = func(*args)
        except Exception as error:
            self.call_later(self._rng.uniform(0.0, 0.01), _fail, future, error)
        else:
            self.call_later(self._rng.uniform(0.0, 0.01), _resolve, future, value)
        return future

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **more: Any) -> Any:
        return self.network.listen(protocol_factory, port)

    async def create_connection(
        self, protocol_factory: Any, host: Any = None, port: Any = None, *, sock: Any = None, **more: Any
    ) -> Any:
        return await self.network.connect(protocol_factory, sock or self.network.socket(port))

    async def subprocess_exec(self, *args: Any, **more: Any) -> Any:
        raise OSError("there are no programs in this world: a test that needs one is marked real_time")


def _resolve(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
