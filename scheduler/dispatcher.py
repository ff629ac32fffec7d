"""Claim, mark, send, record, for ever: how a planned delivery reaches its recipient.

    planned --claim and mark--> sending --send--> outcome --record--> settled

*Claim* leases what is due; *mark* writes down, before the request leaves, that it may leave; where
nothing is asked in between, both are one change. *Record* writes what came of it. Each is one durable
change for a whole group, so a kill -9 at any instant leaves at most one group of which nobody can tell
whether it arrived: those become *unconfirmed*, and are never sent again by themselves. Nothing here
remembers anything: after a restart the store says what is due, and whose lease has lapsed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.outcomes import not_sent, out_of_reach, settle
from scheduler.pace import Pace
from scheduler.planner import open_time_of
from scheduler.ports import Clock, Outcome, Render, Renderer, Retry, Sender, Unconfirmed
from scheduler.window import OpenTime
from storage.records import Campaign, CampaignId, CampaignState, Claimed, NotReached, Settled
from storage.store import Store

log = logging.getLogger(__name__)

CONCURRENCY = 64  #: requests in flight
GROUP = 512  #: deliveries marked and not yet recorded, at the most: what one kill leaves unconfirmed
LEASE = timedelta(seconds=60)  #: longer than any answer may take; renewed at every third of it
GATHER = 0.05  #: seconds for which outcomes are gathered, at the most: one flush for many
POLL = 0.5  #: seconds between looks at the store when nothing is due
TICK = 0.1  #: seconds between looks when the pace is what holds us back: what a bucket keeps
LATE = timedelta(seconds=15)  #: past closing time, in which what fell due before it may still leave


@dataclass(frozen=True, slots=True)
class _Running:
    """A running campaign, with what is worked out once."""

    campaign: Campaign
    render: Render
    open_time: OpenTime
    ends: datetime


class Dispatcher:
    """Sends what is due until told to stop. Give every process its own ``holder`` number."""

    def __init__(
        self,
        *,
        store: Store,
        sender: Sender,
        renderer: Renderer,
        clock: Clock,
        rng: random.Random,
        pace: Pace,
        holder: int,
        concurrency: int = CONCURRENCY,
        group: int = GROUP,
        lease: timedelta = LEASE,
    ) -> None:
        self._store = store
        self._sender = sender
        self._renderer = renderer
        self._clock = clock
        self._rng = rng
        self._pace = pace
        self._holder = holder
        self._concurrency = concurrency
        self._group = group
        self._lease = lease
        self._running: dict[CampaignId, _Running] = {}
        self._looked_at: datetime | None = None
        #: marked deliveries on their way to a worker
        self._ready: asyncio.Queue[tuple[_Running, Claimed]] = asyncio.Queue()
        #: marked and not yet recorded, until when they are leased: then another copy may settle them
        self._outstanding: dict[int, datetime] = {}
        self._outcomes: list[Settled] = []
        self._recording = 0
        self._some = asyncio.Event()  # outcomes to record
        self._enough = asyncio.Event()  # of them for a group
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._recorded = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim no more; ``run`` returns when what is in flight has been recorded."""
        self._stopping.set()

    async def run(self) -> None:
        helpers = [asyncio.create_task(self._work()) for _ in range(self._concurrency)]
        helpers += [asyncio.create_task(self._record_for_ever()), asyncio.create_task(self._renew_for_ever())]
        try:
            while not self._stopping.is_set():
                await self._round_patiently()
            await self._all_recorded()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _all_recorded(self) -> None:
        while self._outstanding or self._outcomes:
            self._recorded.clear()
            await self._recorded.wait()

    async def _round_patiently(self) -> None:
        """One round; a store that is gone is waited for, never died of."""
        try:
            pause = await self._round()
        except Exception:
            log.exception("dispatching paused: the store did not answer")
            pause = POLL
        if pause:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    # --- claim and mark -----------------------------------------------------------------------

    async def _round(self) -> float:
        """Give each running campaign its turn; seconds until the next round."""
        await self._look()
        pause = POLL
        for running in self._in_turn():
            await self._roomy.wait()
            pause = min(pause, await self._turn(running))
        return pause

    async def _look(self) -> None:
        """Which campaigns run: read again every POLL seconds, compiled once."""
        now = self._clock.now()
        if self._looked_at and now - self._looked_at < timedelta(seconds=POLL):
            return
        self._looked_at = now
        campaigns = await self._store.in_state(CampaignState.RUNNING)
        self._running = {campaign.id: self._running.get(campaign.id) or self._begin(campaign) for campaign in campaigns}

    def _begin(self, campaign: Campaign) -> _Running:
        assert campaign.schedule is not None
        return _Running(
            campaign=campaign,
            render=self._renderer.compile(campaign),
            open_time=open_time_of(campaign.schedule),
            ends=campaign.schedule.slot.end,
        )

    def _in_turn(self) -> list[_Running]:
        """The campaigns in random order: none is always the last."""
        running = list(self._running.values())
        self._rng.shuffle(running)
        return running

    async def _turn(self, running: _Running) -> float:
        """Claim and mark what is due in one campaign, within the tenant's pace and our room.

        Seconds until there may be more to do.
        """
        now = self._clock.now()
        if not (running.open_time.contains(now) or running.open_time.contains(now - LATE)):
            return POLL
        share = max(1, self._room // max(1, min(4, len(self._running))))
        bucket = self._pace.of(running.campaign.tenant, now)
        granted = bucket.take(now, share)
        if not granted:
            return TICK
        claimed: list[Claimed] = []
        until = now + self._lease
        try:
            claimed = await self._store.claim_due(running.campaign, self._holder, now, until, granted, mark=True)
        finally:
            bucket.give_back(granted - len(claimed))
        for delivery in claimed:
            if delivery.reachable:
                self._outstanding[delivery.id] = until
                self._ready.put_nowait((running, delivery))
            else:
                self._settle(out_of_reach(delivery, running.campaign.channel, now, running.ends))
        self._make_room()
        if not claimed:
            return POLL
        return 0.0 if granted == share else TICK

    # --- send -------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            running, delivery = await self._ready.get()
            now = self._clock.now()
            if (wait := self._held_back(delivery, now)) is not None:
                self._settle(not_sent(delivery, running.campaign.channel, now, now + wait))
                continue
            outcome = await self._try(running, delivery)
            now = self._clock.now()
            if isinstance(outcome, Retry) and outcome.reason is NotReached.THROTTLED:
                self._pace.of(running.campaign.tenant, now).throttled(now, outcome.after)
            self._settle(settle(delivery, running.campaign.channel, outcome, now, running.ends, self._rng))

    def _held_back(self, delivery: Claimed, now: datetime) -> timedelta | None:
        """How long a delivery that may not leave now has to wait."""
        if now >= self._outstanding[delivery.id]:
            return timedelta()  # we slept past the lease: if it is still ours, it is due again
        assert delivery.reference is not None
        wait = self._pace.chats.wait(delivery.reference.conversation, now.timestamp())
        return timedelta(seconds=wait) if wait else None

    async def _try(self, running: _Running, delivery: Claimed) -> Outcome:
        assert delivery.reference is not None
        try:
            return await self._sender.send(delivery.reference, running.render(delivery.person, delivery.columns))
        except Exception as error:
            log.exception("a send broke: campaign=%d delivery=%d", delivery.campaign, delivery.id)
            return Unconfirmed(type(error).__name__)

    # --- record -------------------------------------------------------------------------------

    def _settle(self, settled: Settled) -> None:
        self._outcomes.append(settled)
        self._some.set()
        if len(self._outcomes) >= min(self._group // 4, len(self._outstanding)):
            self._enough.set()

    async def _record_for_ever(self) -> None:
        """Write outcomes in groups: when there are many, when no other is awaited, or after a moment."""
        while True:
            await self._some.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), GATHER)
            self._some.clear()
            self._enough.clear()
            group, self._outcomes = self._outcomes, []
            self._recording = len(group)
            self._make_room()  # a claim that follows at once can share the flush
            try:
                await self._store.record(group, self._holder)
            except Exception:
                log.exception("outcomes wait: the store did not answer")
                self._outcomes = group + self._outcomes
                self._recording = 0
                await asyncio.sleep(POLL)
                self._some.set()
                continue
            for row in group:
                self._outstanding.pop(row.id, None)
            self._recording = 0
            self._recorded.set()
            self._make_room()

    @property
    def _room(self) -> int:
        """How many more may be marked. What is being recorded does not count: SQLite writes it before
        them or with them; with MongoDB a kill at this instant leaves it unconfirmed beside a group.
        """
        return self._group - len(self._outstanding) + self._recording

    def _make_room(self) -> None:
        """New ones are claimed when a quarter of the room is free: small groups cost a flush each, and
        later ones would find the workers idle.
        """
        if self._room >= self._group // 4:
            self._roomy.set()
        else:
            self._roomy.clear()

    async def _renew_for_ever(self) -> None:
        """A lease lasts as long as its holder lives and answers are awaited."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            ids = list(self._outstanding)
            if not ids:
                continue
            until = self._clock.now() + self._lease
            try:
                await self._store.renew(ids, self._holder, until)
            except Exception:
                log.exception("leases were not renewed")
                continue
            self._outstanding.update((id, until) for id in ids if id in self._outstanding)
