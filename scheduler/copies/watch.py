"""What may change under a copy of the bot while it runs: the wall clock is set, the store is replaced.

A copy whose clock differs much from the store's, which all copies share, would end campaigns of which others still
send; one whose store is not the one it opened would send again what it cannot read. Both do nothing until it is mended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from scheduler.ports import Clock
from storage.records import StoreLost

log = logging.getLogger(__name__)

LOOK = 1.0  #: seconds between looks at the wall clock
STEP = 1.0  #: seconds by which it moved against the time that passed: less is what NTP corrects
ASK = 10.0  #: seconds between questions to the store
SURE = 1.0  #: seconds: a question that took longer tells too little of the store's clock
WARN = 2.0  #: seconds of difference between the clocks: said in the log
REFUSE = 30.0  #: seconds of difference with which nothing is sent, and nothing is settled


class CheckedStore(Protocol):
    """The part of the Store that is asked here."""

    async def check(self) -> None: ...

    async def server_time(self) -> datetime | None: ...


class Watch:
    """``ask()`` before the first message leaves, then ``run()`` as a task.

    ``when_set`` is called after each step of the wall clock, ``when_looked`` at each look, in this loop.
    """

    def __init__(self, clock: Clock, store: CheckedStore) -> None:
        self._clock = clock
        self._store = store
        self._ahead = self._wall_against_monotonic()
        #: the store's clock, against the time that passes here; None where it has none of its own
        self._server: float | None = None
        #: why the store is not the one that was opened; that stays so, whatever is put in its place
        self._lost = ""
        self._warned = False
        self.when_set: list[Callable[[], None]] = []
        self.when_looked: list[Callable[[], None]] = []

    @property
    def skew(self) -> float:
        """Seconds by which this machine's clock is ahead of the store's, at this very moment."""
        return 0.0 if self._server is None else self._wall_against_monotonic() - self._server

    def may_work(self) -> bool:
        """Whether messages may be sent and campaigns settled."""
        return not self._lost and abs(self.skew) < REFUSE

    def troubles(self) -> dict[str, str]:
        """What keeps this copy from its work, in words for an operator."""
        troubles = {}
        if self._lost:
            troubles["store"] = self._lost
        if abs(self.skew) >= REFUSE:
            troubles["clock"] = f"differs by {self.skew:+.0f} s from the store's: nothing is sent until NTP has set it"
        return troubles

    def _wall_against_monotonic(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    async def run(self) -> None:
        asked_at = self._clock.monotonic()
        while True:
            await self._clock.sleep(LOOK)
            for act in self.when_looked:
                act()
            if self._was_set() or self._clock.monotonic() - asked_at >= ASK:
                asked_at = self._clock.monotonic()
                await self.ask()

    def _was_set(self) -> bool:
        before, self._ahead = self._ahead, self._wall_against_monotonic()
        step = self._ahead - before
        if abs(step) < STEP:
            return False
        log.warning("the wall clock was set, or the machine slept: step=%+.1fs", step)
        for act in self.when_set:
            act()
        return True

    async def ask(self) -> None:
        """Whether the store is still ours, and what time it is there; a store that is away tells nothing."""
        try:
            await self._store.check()
            began = self._clock.monotonic()
            shown = await self._store.server_time()
            took = self._clock.monotonic() - began
        except StoreLost as lost:
            log.error("nothing is sent any more: %s", lost)  # again and again, until somebody reads it
            self._lost = str(lost)
            return
        except Exception as error:
            log.warning("the store was not to be asked: why=%s", type(error).__name__)
            return
        if shown is not None and took <= SURE:
            self._server = shown.timestamp() - (began + took / 2)
            self._compare()

    def _compare(self) -> None:
        skew = abs(self.skew)
        if skew >= REFUSE:
            log.error("nothing is sent: this clock differs by %+.1fs from the store's. Set it by NTP", self.skew)
        elif skew >= WARN and not self._warned:
            log.warning("this clock differs by %+.1fs from the store's: have it set by NTP", self.skew)
        self._warned = skew >= WARN
