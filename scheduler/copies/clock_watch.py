"""Notices when the wall clock of this machine is set: time that was kept by it would stand still, or leap."""

from __future__ import annotations

import logging
from collections.abc import Callable

from scheduler.ports import Clock

log = logging.getLogger(__name__)

CHECK = 1.0  #: seconds between checks
STEP = 1.0  #: seconds by which the wall clock moved against the time that passed: less is what NTP corrects


class ClockWatch:
    """``run()`` it as a task; ``when_set`` is called after each step of the wall clock, in this loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = self._wall_against_monotonic()
        self.when_set: list[Callable[[], None]] = []

    def _wall_against_monotonic(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    async def run(self) -> None:
        while True:
            await self._clock.sleep(CHECK)
            self.look()

    def look(self) -> None:
        before, self._ahead = self._ahead, self._wall_against_monotonic()
        step = self._ahead - before
        if abs(step) < STEP:
            return
        log.warning("the wall clock was set, or the machine slept: step=%+.1fs", step)
        for act in self.when_set:
            act()
