"""One time limit for many requests at once, at the cost of one timer."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

CHECK = 1.0  #: seconds between checks


class Timeouts:
    """``with timeouts:`` raises TimeoutError when the block takes longer than ``limit`` seconds, at most CHECK late.

    ``asyncio.timeout`` sets and cancels a timer each time, a twentieth of what sending a message costs; here one
    check a second serves all tasks. A task is in one such block at a time, and ``keep`` has to run.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._loop: asyncio.AbstractEventLoop | None = None  # kept, as finding the running one takes a system call
        #: when each task entered, oldest first
        self._since: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()

    async def keep(self) -> None:
        self._loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(CHECK)
            self._cancel_overdue(time.monotonic() - self._limit)

    def _cancel_overdue(self, latest: float) -> None:
        for task, since in self._since.items():
            if since > latest:
                break
            if task not in self._overdue:
                self._overdue.add(task)
                task.cancel()

    def __enter__(self) -> None:
        task = asyncio.current_task(self._loop)
        assert task is not None and task not in self._since
        self._since[task] = time.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task = asyncio.current_task(self._loop)
        assert task is not None
        del self._since[task]
        if task in self._overdue:
            self._overdue.remove(task)
            # a cancellation from elsewhere goes on; only our own becomes a TimeoutError
            if task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeoutError from error
