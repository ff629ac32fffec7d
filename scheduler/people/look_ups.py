"""People of whom the platform has told no name yet, or whose names are old: they are looked up, one after the other.

Who is to be looked up, and when, stands in the store: a restart forgets nobody. Those who wait longest come first.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Protocol

from scheduler.ports import Clock, NotAnswered
from storage.port.people import People
from storage.records import DirectoryUser, Reference

log = logging.getLogger(__name__)

AT_ONCE = 5  #: people in one go, every few seconds: far below what the platform allows
AGAIN = timedelta(minutes=10)  #: after which another copy asks about somebody whom a death has left
PAUSE = 30.0  #: seconds without a question after a refusal that names no time
LONGEST = 3_600.0  #: seconds: the longest pause that a refusal is granted


class Members(Protocol):
    """The person behind a chat."""

    async def find(self, reference: Reference) -> DirectoryUser | None:
        """None where nobody is known. Raises NotAnswered."""
        ...


class LookUps:
    def __init__(self, store: People, members: Members, clock: Clock) -> None:
        self._store = store
        self._members = members
        self._clock = clock
        #: until when (monotonic) nobody is asked about
        self._paused_until = float("-inf")

    async def go_on(self) -> None:
        """Look up those who are due, unless the platform has asked us to wait."""
        if self._clock.monotonic() < self._paused_until:
            return
        for _ in range(AT_ONCE):
            now = self._clock.now()
            for reference in (due := await self._store.due_look_ups(now, now + AGAIN, 1)):
                try:
                    user = await self._members.find(reference)
                except NotAnswered as error:
                    await self._wait(reference, min(error.after or PAUSE, LONGEST))
                    return
                if user is not None:
                    await self._store.know(reference.tenant, [user], now)
                await self._store.looked_up(reference.person)
            if not due:
                return

    async def _wait(self, reference: Reference, seconds: float) -> None:
        """The platform refuses: it is asked again after a pause, about the same person first."""
        self._paused_until = self._clock.monotonic() + seconds
        await self._store.look_up(reference.person, self._clock.now() + timedelta(seconds=seconds))
        log.info("people are looked up again after a pause: seconds=%d", seconds)
