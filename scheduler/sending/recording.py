"""What is claimed and not yet recorded: the leases that it has, and the groups in which its outcomes are written.

One process keeps this for itself; a death leaves what stands here to the store, where the leases lapse.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from scheduler.ports import Clock
from storage.port.campaigns import Deliveries
from storage.records import DeliveryId, Settled

log = logging.getLogger(__name__)

GROUP = 512  #: deliveries marked and not yet recorded, at the most: what one kill leaves unconfirmed
LEASE = timedelta(seconds=60)  #: longer than any answer may take; renewed at every third of it
GATHER = 0.05  #: seconds for which outcomes are gathered, at the most: one flush for many
AWAY = 0.5  #: seconds after which a store is asked again that did not answer


class Recording:
    """``when_recorded`` is called with each group once it is written."""

    def __init__(
        self,
        store: Deliveries,
        clock: Clock,
        holder: int,
        when_recorded: Callable[[Collection[Settled]], None],
        group: int = GROUP,
        lease: timedelta = LEASE,
    ) -> None:
        self._store = store
        self._clock = clock
        self._holder = holder
        self._when_recorded = when_recorded
        self._group = group
        self._lease = lease
        #: held while the store claims: what it has claimed is no death's leaving, though nobody here knows it yet
        self.claiming = asyncio.Lock()
        #: there is room for as many as a claim is worth
        self.roomy = asyncio.Event()
        self.roomy.set()
        #: claimed or marked and not yet recorded, until when they are leased: then another copy may settle them
        self._outstanding: dict[int, datetime] = {}
        self._outcomes: list[Settled] = []
        self._being_written = 0
        self._some = asyncio.Event()  # outcomes to record
        self._enough = asyncio.Event()  # of them for a group
        self._fewer = asyncio.Event()  # are outstanding than before

    # --- what is held -------------------------------------------------------------------------

    def hold(self, ids: Iterable[DeliveryId], until: datetime) -> None:
        """They are leased to us until then."""
        self._outstanding.update((id, until) for id in ids)

    def let_go(self, id: DeliveryId) -> None:
        """Another copy has it: nothing of it is ours to record."""
        del self._outstanding[id]
        self._fewer.set()

    def until(self, id: DeliveryId) -> datetime:
        """When its lease ends. Raises KeyError where it is not held."""
        return self._outstanding[id]

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way, and everything is written."""
        return not (self._outstanding or self._outcomes)

    async def all_recorded(self) -> None:
        while not self.is_idle:
            self._fewer.clear()
            await self._fewer.wait()

    @property
    def room(self) -> int:
        """How many more may be marked. What is being recorded does not count: SQLite writes it before
        them or with them; with MongoDB a kill at this instant leaves it unconfirmed beside a group.
        """
        return self._group - len(self._outstanding) + self._being_written

    def make_room(self) -> None:
        """New ones are claimed when a quarter of the room is free: small groups cost a flush each, and
        later ones would find the workers idle.
        """
        if self.room >= self._group // 4:
            self.roomy.set()
        else:
            self.roomy.clear()

    # --- what came of it ----------------------------------------------------------------------

    def settle(self, settled: Settled) -> None:
        """It is written with the next group."""
        self._outcomes.append(settled)
        self._some.set()
        if len(self._outcomes) >= min(self._group // 4, len(self._outstanding)):
            self._enough.set()

    async def record_for_ever(self) -> None:
        """Write outcomes in groups: when there are many, when no other is awaited, or after a moment."""
        while True:
            await self._some.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), GATHER)
            self._some.clear()
            self._enough.clear()
            group, self._outcomes = self._outcomes, []
            self._being_written = len(group)
            self.make_room()  # a claim that follows at once can share the flush
            try:
                await self._store.record(group, self._holder)
            except Exception:
                log.exception("outcomes wait: the store did not answer")
                self._outcomes = group + self._outcomes
                self._being_written = 0
                await asyncio.sleep(AWAY)
                self._some.set()
                continue
            for row in group:
                self._outstanding.pop(row.id, None)
            self._being_written = 0
            self._fewer.set()
            self.make_room()
            self._when_recorded(group)

    # --- leases -------------------------------------------------------------------------------

    async def renew_for_ever(self) -> None:
        """A lease lasts as long as its holder lives and answers are awaited."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                await self._renew(list(self._outstanding), self._clock.now())
            except Exception:
                log.exception("leases were not renewed")

    async def keep_hold(self, now: datetime) -> None:
        """Renew leases that have run out by ``now``, as they do where the store was away or the wall clock was set.

        We live, and know what became of those messages: nobody else may settle them as left behind by a death. A claim
        that a store carries out late, as it was away, has run out when we hear of it: it is waited for.
        """
        async with self.claiming:
            pass
        await self._renew([id for id, until in self._outstanding.items() if until <= now], now)

    async def _renew(self, ids: list[int], now: datetime) -> None:
        if not ids:
            return
        until = now + self._lease
        # what another copy has taken over meanwhile keeps its old end here, and does not leave any more
        for id in await self._store.renew(ids, self._holder, until):
            if id in self._outstanding:
                self._outstanding[id] = until
