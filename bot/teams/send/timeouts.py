"""A time limit for many tasks at once."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

LOOK = 1.0  #: seconds between looks


class Timeouts:
    """``with watch:`` raises TimeoutError where the block takes longer than ``limit``, and a look more, in seconds.

    ``asyncio.timeout`` sets and cancels a timer each time, a twentieth of what sending a message costs; here
    one look a second serves them all. A task enters it once at a time, and ``keep`` has to run.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._loop: asyncio.AbstractEventLoop | None = None  # named, as to find the running one takes a system call
        #: in the order in which they came in
        self._since: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()

    async def keep(self) -> None:
        self._loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK)
            self._look(time.monotonic() - self._limit)

    def _look(self, latest: float) -> None:
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
            # somebody else may have cancelled it too: then it ends
            if task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeoutError from error
