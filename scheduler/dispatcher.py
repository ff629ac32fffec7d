"""Claim, mark, send, record, for ever: how a planned delivery reaches its recipient.

    planned --claim and mark--> sending --send--> outcome --record--> settled

*Claim* leases what is due; *mark* writes down, before the request leaves, that it may leave; where
nothing is asked in between (precheck.py), both are one change. *Record* writes what came of it. Each is one durable
change for a whole group, so a kill -9 at any instant leaves at most one group of which nobody can tell
whether it arrived: those become *unconfirmed*, and are never sent again by themselves. Nothing here
remembers anything: after a restart the store says what is due, and whose lease has lapsed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from typing import Protocol

from scheduler.ports import Clock, NotWritten, Outcome, Renderer, Retry, Sender, Unconfirmed, Unexplained
from scheduler.precheck import Precheck, Ready, in_quiet_hours
from scheduler.presence_lookup import PresenceLookup
from scheduler.rate_limit import RateLimit
from scheduler.rules.settling import muted, not_sent, out_of_reach, settle
from scheduler.sending.recording import GROUP, LEASE, Recording
from scheduler.sending.running import Running, RunningCampaigns
from scheduler.sending.turns import Turns
from scheduler.troubles import Troubles
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.people import People
from storage.records import (
    About,
    CampaignId,
    Claimed,
    DeliveryId,
    DeliveryState,
    NotReached,
    Reference,
    Settled,
)
from storage.records.campaign_life import spared

log = logging.getLogger(__name__)

CONCURRENCY = 64  #: requests in flight
POLL = 0.5  #: seconds between looks at the clock; of a campaign that leaves, no older record is trusted
LOOK = 2.0  #: seconds between reads of the store while nothing is due: what others have changed is seen by then
APART = 0.02  #: seconds between two claims of one campaign that keeps up: what falls due meanwhile goes together
TICK = 0.1  #: seconds between rounds when the rate limit holds us back: what a bucket keeps
AHEAD = 5.0  #: seconds for which presence holds: as many are asked about as may leave within it


class _Store(Campaigns, Deliveries, People, Protocol):
    """What is asked of the store here."""


class Dispatcher:
    """Sends what is due until told to stop. Give every process its own ``holder`` number."""

    def __init__(
        self,
        *,
        store: _Store,
        sender: Sender,
        renderer: Renderer,
        clock: Clock,
        rng: random.Random,
        rate_limit: RateLimit,
        holder: int,
        presence_lookup: PresenceLookup | None = None,
        concurrency: int = CONCURRENCY,
        group: int = GROUP,
        lease: timedelta = LEASE,
        may_work: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._rng = rng
        self._rate_limit = rate_limit
        self._holder = holder
        self._concurrency = concurrency
        self._lease = lease
        self._recording = Recording(store, clock, holder, self._tell_of, group, lease)
        self._may_work = may_work
        self._troubles = Troubles()
        presence_lookup = presence_lookup or PresenceLookup({}, clock)
        self._running = RunningCampaigns(store, renderer, clock, presence_lookup, self._troubles)
        self._turns = Turns()
        #: when (monotonic) it was last looked whether something is due of campaigns that sleep
        self._looked_at = float("-inf")
        #: called with the campaigns of which something has been recorded
        self.when_recorded: list[Callable[[Collection[CampaignId]], None]] = []
        #: marked deliveries on their way to a worker
        self._ready: asyncio.Queue[tuple[Running, Ready]] = asyncio.Queue()
        #: the group being asked about, by campaign: one at a time
        self._prechecks: dict[CampaignId, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        #: there may be more to do
        self._awake = asyncio.Event()

    def stop(self) -> None:
        """Claim no more; ``run`` returns when what is in flight has been recorded."""
        self._stopping.set()
        self._awake.set()

    def wake(self) -> None:
        """More may be due than was known: the wall clock was set."""
        self._running.read_again()
        self._turns.wake()
        self._awake.set()

    def look_at(self, id: CampaignId) -> None:
        """A campaign has begun, or has more deliveries than it had."""
        if id not in self._running:
            self._running.read_again()
        self._turns.again(id)
        self._awake.set()

    async def keep_hold(self, now: datetime) -> None:
        """Renew the leases of what we know of that have run out by then."""
        await self._recording.keep_hold(now)

    async def run(self) -> None:
        helpers = [asyncio.create_task(self._work()) for _ in range(self._concurrency)]
        recording = self._recording
        helpers += [asyncio.create_task(recording.record_for_ever()), asyncio.create_task(recording.renew_for_ever())]
        try:
            while not self._stopping.is_set():
                await self._round_patiently()
            await self._recording.all_recorded()
        finally:
            helpers += self._prechecks.values()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _round_patiently(self) -> None:
        """One round; waits while the store is away."""
        try:
            pause = await self._round()
        except Exception:
            log.exception("dispatching paused: the store did not answer")
            pause = POLL
        if pause:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), pause)

    # --- claim and mark -----------------------------------------------------------------------

    async def _round(self) -> float:
        """Give the campaigns of which something is due their turns; seconds until the next round."""
        self._awake.clear()
        if not self._may_work():
            return POLL
        await self._read_running()
        await self._recording.keep_hold(self._clock.now())  # or what we hold would be claimed again, by ourselves
        await self._look_at_the_sleeping()
        pause = POLL
        for running in self._in_turn():
            await self._recording.roomy.wait()
            pause = min(pause, await self._turn_of(running))
        return min(pause, self._turns.pause(self._clock.monotonic()))

    async def _turn_of(self, running: Running) -> float:
        """Give a campaign its turn; seconds until it has another, infinite where that is kept among the turns."""
        id, pause = running.campaign.id, 0.0
        self._turns.begin(id)
        try:
            pause = await self._turn(running)
        finally:
            if pause < inf:
                self._turns.again(id)
        return pause

    async def _look_at_the_sleeping(self) -> None:
        """Another copy may have given back what is due by now, or died with it; somebody may have installed."""
        now = self._clock.monotonic()
        if now - self._looked_at < LOOK:
            return
        self._looked_at = now
        claimable = (DeliveryState.PLANNED, DeliveryState.CLAIMED)
        for id in await self._store.due_among(self._turns.asleep(now), claimable, self._clock.now()):
            self._turns.by(id, now)

    async def _read_running(self) -> None:
        """Which campaigns run: read again where something may leave, and else every LOOK seconds."""
        lasts = POLL if self._turns.now(self._running.ids, self._clock.monotonic()) else LOOK
        if await self._running.read(lasts):
            self._turns.forget(self._running.ids)

    def _in_turn(self) -> list[Running]:
        """The campaigns that have their turn, in random order: none is always the last."""
        due = self._turns.now(self._running.ids, self._clock.monotonic())
        self._rng.shuffle(due)
        return [self._running[id] for id in due]

    async def _turn(self, running: Running) -> float:
        """Claim and mark what is due in one campaign, within the rate limit of its organisation and our room.

        Seconds until there may be more to do; infinite where it is kept when that is.
        """
        now = self._clock.now()
        if not running.may_send(now):
            return self._rest(running, now)
        share = max(1, self._recording.room // max(1, min(4, len(self._running))))
        elapsed, left = self._clock.monotonic(), (running.ends - now).total_seconds()
        may_leave = self._troubles.room if running.precheck is None else self._troubles.probes
        room = may_leave(running.campaign, elapsed, left)
        if room is not None:
            if not room:
                return self._rest(running, now) if self._running.is_paused(running.campaign.id) else TICK
            share = min(share, room)
        if running.precheck is not None:
            return await self._turn_to_ask(running, running.precheck, share, now)
        bucket = self._rate_limit.of(running.campaign.tenant, self._clock.monotonic())
        granted = bucket.take(self._clock.monotonic(), share)
        if not granted:
            return APART
        claimed: list[Claimed] = []
        until = now + self._lease
        try:
            async with self._recording.claiming:
                claimed = await self._store.claim_due(running.campaign, self._holder, now, until, granted, mark=True)
        finally:
            bucket.give_back(granted - len(claimed))
        for delivery in claimed:
            if delivery.reachable and (why := spared(running.campaign, delivery.person)):
                self._recording.settle(muted(delivery, running.campaign.channel, now, why))
            elif delivery.reachable and (waits := in_quiet_hours(running.campaign, delivery, now, running.times)):
                self._recording.settle(waits)
            elif delivery.reachable:
                self._recording.hold([delivery.id], until)
                self._hand_on(running, Ready(delivery, None))
            else:
                self._recording.settle(out_of_reach(delivery, running.campaign.channel, now, running.ends))
        self._recording.make_room()
        if len(claimed) < granted:
            return await self._sleep(running, APART)
        return 0.0 if granted == share else TICK

    def _rest(self, running: Running, now: datetime) -> float:
        """Nothing of the campaign may leave: until the hours open, or for a while."""
        opens = None if running.campaign.as_scheduled.schedule.own_zone else running.open_time.next_open(now)
        seconds = LOOK if opens is None or opens <= now else min(LOOK, (opens - now).total_seconds())
        self._turns.by(running.campaign.id, self._clock.monotonic() + seconds)
        return inf

    async def _sleep(self, running: Running, least: float) -> float:
        """All that was due is claimed: until the next is due, for ``least`` seconds at the least."""
        due = await self._store.next_due(running.campaign.id)
        seconds = inf if due is None else (due - self._clock.now()).total_seconds()
        if seconds <= least:
            return least
        self._turns.sleep(running.campaign.id, self._clock.monotonic() + seconds)
        return inf

    def _hand_on(self, running: Running, item: Ready) -> None:
        self._troubles.left(running.campaign, self._clock.monotonic())
        self._ready.put_nowait((running, item))

    # --- claim, ask, mark ---------------------------------------------------------------------

    async def _turn_to_ask(self, running: Running, precheck: Precheck, share: int, now: datetime) -> float:
        """Claim what is due, unmarked, and have it asked about; as many as may leave while the answer holds."""
        if running.campaign.id in self._prechecks:
            return inf  # its end wakes us
        elapsed = self._clock.monotonic()
        limit = min(share, self._rate_limit.of(running.campaign.tenant, elapsed).soon(elapsed, AHEAD))
        if not limit:
            return TICK
        until = now + self._lease
        async with self._recording.claiming:
            claimed = await self._store.claim_due(running.campaign, self._holder, now, until, limit)
        if not claimed:
            return await self._sleep(running, POLL)
        self._recording.hold([delivery.id for delivery in claimed], until)
        self._recording.make_room()
        task = asyncio.create_task(self._precheck(running, precheck, claimed))
        self._prechecks[running.campaign.id] = task
        task.add_done_callback(lambda _: self._prechecked(running.campaign.id))
        return inf

    def _prechecked(self, id: CampaignId) -> None:
        del self._prechecks[id]
        self._turns.by(id, self._clock.monotonic())
        self._awake.set()

    async def _precheck(self, running: Running, precheck: Precheck, claimed: list[Claimed]) -> None:
        """Ask about a group, and hand on those who may be written to; whatever happens, the rest is due again."""
        left = {delivery.id: delivery for delivery in claimed}
        try:
            going, staying = await precheck.sort(claimed)
            for settled in staying:
                del left[settled.id]
                self._recording.settle(settled)
            await self._mark_within_rate(running, precheck, going, left)
        except Exception:
            log.exception("nothing of a group has left: campaign=%d", running.campaign.id)
            await asyncio.sleep(POLL)  # a store that is gone is not asked again and again
        now = self._clock.now()
        for delivery in left.values():
            self._recording.settle(not_sent(delivery, running.campaign.channel, now, now))

    async def _mark_within_rate(
        self, running: Running, precheck: Precheck, going: list[Ready], left: dict[DeliveryId, Claimed]
    ) -> None:
        """Mark as many as the rate limit allows, again and again; what is handed on or settled goes out of ``left``."""
        asked_at = self._clock.monotonic()
        while going and not self._stopping.is_set():
            now = self._clock.monotonic()
            if now - asked_at > AHEAD:
                return  # what was found does not hold any more
            bucket = self._rate_limit.of(running.campaign.tenant, now)
            room = self._troubles.room(running.campaign, now, (running.ends - self._clock.now()).total_seconds())
            granted = bucket.take(now, len(going) if room is None else min(len(going), room))
            if not granted:
                await asyncio.sleep(TICK)
                continue
            group, going = going[:granted], going[granted:]
            handed_on = await self._mark(running, precheck, group, left)
            bucket.give_back(len(group) - handed_on)

    async def _mark(
        self, running: Running, precheck: Precheck, group: list[Ready], left: dict[DeliveryId, Claimed]
    ) -> int:
        """How many of a group are on their way to the workers."""
        for late in filter(None, (precheck.too_late(item.delivery) for item in group)):
            del left[late.id]
            self._recording.settle(late)
        until = self._clock.now() + self._lease
        open_still = [item for item in group if item.delivery.id in left]
        held = await self._store.mark_sending([item.delivery for item in open_still], self._holder, until)
        for item in open_still:
            del left[item.delivery.id]
            if item.delivery.id in held:
                self._recording.hold([item.delivery.id], until)
                self._hand_on(running, item)
            else:  # another copy of the bot has it
                self._recording.let_go(item.delivery.id)
        self._recording.make_room()
        return len(held)

    # --- send -------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            running, ready = await self._ready.get()
            delivery = ready.delivery
            now = self._clock.now()
            if (wait := self._held_back(running, delivery, now)) is not None:
                self._troubles.returned(running.campaign)
                self._recording.settle(not_sent(delivery, running.campaign.channel, now, now + wait))
                continue
            outcome = await self._attempt(running, delivery)
            now = self._clock.now()
            if isinstance(outcome, Retry) and outcome.reason is NotReached.THROTTLED:
                elapsed = self._clock.monotonic()
                self._rate_limit.of(running.campaign.tenant, elapsed).throttled(elapsed, outcome.after)
            channel, ends, elsewhere = running.campaign.channel, running.ends, ""
            troubled = self._troubles.answered(running.campaign, delivery, outcome, now, self._clock.monotonic())
            if troubled != (running.campaign.trouble is not None):
                self._running.read_again()  # to be kept with it at once
            if isinstance(outcome, Retry | Unexplained) and outcome.about is About.REGION:
                elsewhere = await self._elsewhere(delivery.reference, outcome)
                if elsewhere and isinstance(outcome, Unexplained):  # it may have been answered by the wrong region
                    outcome = Retry(NotReached.WRONG_REGION, detail=f"{outcome.code}: {outcome.detail}")
            settled = settle(delivery, channel, outcome, now, ends, self._rng, ready.seen, troubled=troubled)
            self._recording.settle(replace(settled, service_url=elsewhere) if elsewhere else settled)

    def _held_back(self, running: Running, delivery: Claimed, now: datetime) -> timedelta | None:
        """How long a delivery that may not leave now has to wait."""
        if now >= self._recording.until(delivery.id) or self._running.is_paused(running.campaign.id):
            return timedelta()  # we slept past the lease, or it was stopped: if it is still ours, it is due again
        assert delivery.reference is not None
        elapsed, left = self._clock.monotonic(), (running.ends - now).total_seconds()
        chat = delivery.reference.conversation or delivery.reference.user
        wait = self._troubles.held(
            running.campaign, delivery.reference.service_url, elapsed, left
        ) or self._rate_limit.chats.wait(chat, elapsed)
        return timedelta(seconds=wait) if wait else None

    async def _elsewhere(self, reference: Reference | None, outcome: Retry | Unexplained) -> str:
        """Where the region that answered is perhaps not theirs: the serviceUrl to try next, "" where none is known."""
        if reference is None or (isinstance(outcome, Retry) and outcome.reason is not NotReached.WRONG_REGION):
            return ""
        if reference.worked_url not in ("", reference.service_url):
            return reference.worked_url
        try:
            newest = await self._store.newest_service_url(reference.tenant, reference.channel)
        except Exception:
            log.exception("the newest serviceUrl is not known: the store did not answer")
            return ""
        return newest if newest != reference.service_url else ""

    async def _attempt(self, running: Running, delivery: Claimed) -> Outcome | NotWritten:
        assert delivery.reference is not None
        activity = running.write(delivery)
        if isinstance(activity, NotWritten):
            return activity
        try:
            return await self._sender.send(delivery.reference, activity)
        except Exception as error:
            log.exception("a send broke: campaign=%d delivery=%d", delivery.campaign, delivery.id)
            return Unconfirmed(type(error).__name__)

    def _tell_of(self, group: Collection[Settled]) -> None:
        """What was given back has its turn when it is due again; who looks for what has ended may look."""
        elapsed, now = self._clock.monotonic(), self._clock.now()
        for row in group:
            if row.state is DeliveryState.PLANNED:
                self._turns.by(row.campaign, elapsed + ((row.due or row.at) - now).total_seconds())
                self._awake.set()
        for tell in self.when_recorded:
            tell({row.campaign for row in group})
