"""The periodic jobs: campaigns start, are swept, report, end, and are forgotten. APScheduler lives here only.

The jobs keep nothing in mind: each asks the store what is due, does it, and can be killed at any
point and repeated by any copy of the bot.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from scheduler.authors.choosing import Choices
from scheduler.authors.replies import Replies
from scheduler.authors.reporting import Reporting
from scheduler.authors.stopped import tell_of_stopped
from scheduler.copies.watch import STEP
from scheduler.installs import Installations
from scheduler.list_refresh import ListReader
from scheduler.mailing.sending import Mailings
from scheduler.people.look_ups import LookUps
from scheduler.ports import Announcer, Clock, Roles
from scheduler.presence_lookup import PresenceLookup
from scheduler.recall.taking_back import Recalls
from scheduler.retention import Retention
from scheduler.rules.window import LATE
from scheduler.sending.sweep import Sweep
from scheduler.sequels.follow_ups import FollowUps
from scheduler.sequels.sequences import Sequences
from scheduler.sequels.series import Series
from scheduler.start import Starts
from storage.port.store import Store
from storage.records import Campaign, CampaignId, CampaignState, DeliveryState, NotReached

log = logging.getLogger(__name__)

START_EVERY = 1.0  #: seconds between checks for campaigns that start
SWEEP_EVERY = 1.0  #: seconds between settlings of what time has decided
PROGRESS_EVERY = 3.0  #: seconds between looks at live cards: the platform limits edits in one chat
STOPPED_EVERY = 10.0  #: seconds between looks for authors who have to hear that an operator stopped a campaign
LOG_EVERY = 60.0  #: seconds between two lines in the log on how a running campaign goes
REST = 5.0  #: seconds between sweeps while nothing runs: what another copy left behind waits no longer
HUNG = 5.0  #: seconds: a store that took longer to answer was away
FORGET_EVERY = 2.0  #: seconds between looks at the clock: whether it is time to look for what is to be erased
INSTALL_EVERY = 3.0  #: seconds between checks for people for whom the bot is to be installed
REPLIES_EVERY = 5.0  #: seconds between looks for replies that are to be brought to authors
CHOOSE_EVERY = 1.0  #: seconds between looks for A/B tests of which a variant is to be chosen
RECALL_EVERY = 1.0  #: seconds between looks for messages that are to be taken back
MAIL_EVERY = 3.0  #: seconds between looks for mails that are due
LOOK_UP_EVERY = 3.0  #: seconds between looks for people whose names are to be read

Job = Callable[[], Coroutine[Any, Any, None]]


class _Every(BaseTrigger):  # type: ignore[misc]
    """So many ``seconds`` apart; for all that was missed while the machine slept there is one run.

    The library's own interval works out every single run that was missed before it leaves out all but one: after a
    week that is seven million, and nothing else is done meanwhile.
    """

    __slots__ = ("_apart",)

    def __init__(self, seconds: float) -> None:
        self._apart = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        if previous_fire_time is None:
            return now + self._apart
        missed = max(0, (now - previous_fire_time) // self._apart)
        return previous_fire_time + self._apart * (missed + 1)


class Jobs:
    """``start()`` them once; ``stop()`` cuts them off, and what was cut off is done again; ``settle()`` waits
    until they have let go of what they held, so that the next copy need not wait for it.
    """

    def __init__(
        self,
        store: Store,
        announcer: Announcer,
        clock: Clock,
        rng: random.Random,
        reader: ListReader,
        presence_lookup: PresenceLookup | None = None,
        installations: Installations | None = None,
        look_ups: LookUps | None = None,
        recalls: Recalls | None = None,
        mailings: Mailings | None = None,
        keep_hold: Callable[[datetime], Awaitable[None]] | None = None,
        lease: timedelta = timedelta(seconds=60),
        may_work: Callable[[], bool] = lambda: True,
        roles: Roles | None = None,
        planned: Callable[[CampaignId], None] = lambda id: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        #: its jobs, and how many seconds apart each runs
        self._intervals: list[tuple[Any, float]] = []
        self._installations = installations
        self._look_ups = look_ups
        self._recalls = recalls
        self._mailings = mailings
        self._keep_hold = keep_hold
        self._lease = lease
        self._may_work = may_work
        self._announcer = announcer
        self._planned = planned
        #: held while campaigns are started
        self._beginning = asyncio.Lock()
        self._series = Series(store, announcer, clock)
        self._follow_ups = FollowUps(store, clock, rng)
        self._sequences = Sequences(store, reader, clock)
        self._starts = Starts(store, reader, announcer, clock, rng, roles, self._has_deliveries)
        self._reporting = Reporting(store, announcer, clock, rng, presence_lookup or PresenceLookup({}, clock))
        self._choices = Choices(store, announcer, clock)
        self._replies = Replies(store, announcer, clock, rng)
        self._retention = Retention(store, clock, rng)
        #: campaigns whose lists are being read: that may take minutes, and holds up no other
        self._starting: dict[CampaignId, asyncio.Task[None]] = {}
        self._swept = Sweep(store, clock)
        #: when (monotonic) it was last seen what is due; None before the first time
        self.looked_at: float | None = None
        #: when (monotonic) the store last failed to answer
        self._store_failed_at = float("-inf")
        #: whether a campaign ran when it was last looked
        self._running = True
        self._swept_at: float | None = None
        self._stopped = False
        self._at_work: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        for job, seconds in (
            (self._make_sequels, START_EVERY),
            (self.begin, START_EVERY),
            (self.sweep, SWEEP_EVERY),
            (self.progress, PROGRESS_EVERY),
            (self._tell_of_stopped, STOPPED_EVERY),
            (self._log_progress, LOG_EVERY),
            (self._forget, FORGET_EVERY),
            (self._bring_replies, REPLIES_EVERY),
            (self._choose, CHOOSE_EVERY),
            *([(self._installations.go_on, INSTALL_EVERY)] if self._installations else []),
            *([(self._look_ups.go_on, LOOK_UP_EVERY)] if self._look_ups else []),
            *([(self._take_back, RECALL_EVERY)] if self._recalls else []),
            *([(self._mail, MAIL_EVERY)] if self._mailings else []),
        ):
            # one run at a time, however late: a run does all that is due
            added = self._scheduler.add_job(
                self._noted(_guarded(job)),
                _Every(seconds),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
            self._intervals.append((added, seconds))
        self._scheduler.start()

    def catch_up(self) -> None:
        """Run every job now. To be called when the wall clock was set: APScheduler counts intervals by it,

        and would rest for as long as it went back.
        """
        for job, _ in self._intervals:
            job.modify(next_run_time=self._clock.now())

    def keep_up(self) -> None:
        """The same for those that rest longer than they should. To be called every second or so: a clock that was set

        ahead, and back before anybody looked, has told the jobs of that moment to rest until it is as late as that.
        """
        now = self._clock.now()
        for job, seconds in self._intervals:
            if job.next_run_time and (job.next_run_time - now).total_seconds() > seconds + STEP:
                log.warning("a job would have rested too long: the wall clock was set ahead for a moment")
                job.modify(next_run_time=now)

    def stop(self) -> None:
        self._stopped = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in (*self._starting.values(), *self._at_work):
            task.cancel()
        self._reporting.stop()

    async def settle(self) -> None:
        await asyncio.gather(*self._starting.values(), *self._at_work, return_exceptions=True)
        await self._reporting.settle()

    def _noted(self, job: Job) -> Job:
        async def run() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._at_work.add(task)
            try:
                await job()
            except asyncio.CancelledError:
                if not self._stopped:
                    raise  # else APScheduler would write down an error where all is in order
            finally:
                self._at_work.discard(task)

        return run

    async def _make_sequels(self) -> None:
        for one in await self._store.due_sequels(self._clock.now()) if self._may_work() else ():
            if one.is_sequence:
                await self._sequences.go_on(one)
            else:
                await (self._series.go_on(one) if one.is_series else self._follow_ups.go_on(one))

    async def begin(self) -> None:
        """Start campaigns whose slot has begun; finish the planning of those that a crash cut off."""
        if not self._may_work():
            return
        async with self._beginning:
            running = await self._start_what_is_due()
            self._running = bool(running)
            for campaign in running:
                if campaign.planned_at is None and campaign.id not in self._starting:
                    await self._give_deliveries(campaign)
            self.looked_at = self._clock.monotonic()

    def begin_soon(self) -> None:
        """A campaign was scheduled that may start now: nobody waits until it is looked for."""
        task = asyncio.create_task(self._noted(_guarded(self.begin))())
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    def _has_deliveries(self, id: CampaignId) -> None:
        """Some more, or all: what is due of them can leave."""
        self.look_at({id})
        self._planned(id)

    async def _start_what_is_due(self) -> list[Campaign]:
        """The campaigns that run. Notes when the store did not answer."""
        asked_at = self._clock.monotonic()
        try:
            for campaign in await self._store.due_to_start(self._clock.now()):
                if await self._starts.held_back(campaign):
                    continue
                if await self._store.start(campaign.id, self._clock.now()):
                    log.info("campaign started: campaign=%d", campaign.id)
            running = await self._store.in_state(CampaignState.RUNNING)
        except Exception:
            self._store_failed_at = self._clock.monotonic()
            raise
        if self._clock.monotonic() - asked_at > HUNG:
            self._store_failed_at = self._clock.monotonic()
        return running

    async def _give_deliveries(self, campaign: Campaign) -> None:
        giving = self._starts.give_everybody_a_delivery
        if not await self._starts.needs_reading(campaign):
            await giving(campaign)
            return
        task: asyncio.Task[None] = asyncio.create_task(_guarded(partial(giving, campaign))())
        self._starting[campaign.id] = task
        task.add_done_callback(lambda _: self._starting.pop(campaign.id, None))

    def look_at(self, campaigns: Collection[CampaignId]) -> None:
        """Something has become of messages of these campaigns: what was let be is looked at again."""
        self._swept.look_at(campaigns)
        self._reporting.look_at(campaigns)

    async def sweep(self) -> None:
        """Settle what time has decided, end what is complete, and have what has ended reported; waits for no chat."""
        if not self._may_work():
            return
        now = self._clock.monotonic()
        if not self._running and self._swept_at is not None and now - self._swept_at < REST:
            return
        self._swept_at = now
        # while the store was away nobody could renew a lease: copies that live get the time to do so
        if now - self._store_failed_at >= self._lease.total_seconds():
            for campaign in await self._swept.of(await self._store.in_state(CampaignState.RUNNING)):
                while await self._reap(campaign):
                    self._reporting.look_at({campaign.id})
                if await self._swept.may_finish(campaign) and await self._store.finish(campaign.id, self._clock.now()):
                    log.info("campaign done: campaign=%d", campaign.id)
        await self._starts.tell_held()
        self._reporting.report(await self._store.unreported())

    async def _forget(self) -> None:
        if self._may_work():
            await self._retention.forget()

    async def _bring_replies(self) -> None:
        if self._may_work():
            await self._replies.bring()

    async def _choose(self) -> None:
        if self._running and self._may_work():
            await self._choices.go_on(await self._store.in_state(CampaignState.RUNNING))

    async def _take_back(self) -> None:
        if self._recalls and self._may_work():
            await self._recalls.go_on()

    async def _mail(self) -> None:
        if self._mailings and self._may_work():
            await self._mailings.go_on()

    async def _reap(self, campaign: Campaign) -> Mapping[DeliveryState, int]:
        now = self._clock.now()
        if self._keep_hold:  # what we hold ourselves is no death's leaving, however long its lease has lapsed
            await self._keep_hold(now)
        why = campaign.trouble.reason if campaign.trouble else NotReached.SLOT_OVER
        return await self._store.reap(campaign.id, now, campaign.as_scheduled.schedule.slot.end + LATE, why)

    async def progress(self) -> None:
        """Bring the live cards of running campaigns up to date."""
        if self._running and self._may_work():
            self._reporting.show(await self._store.in_state(CampaignState.RUNNING))

    async def _tell_of_stopped(self) -> None:
        await tell_of_stopped(self._store, self._announcer, self._clock)

    async def _log_progress(self) -> None:
        if not (self._running and self._may_work()):
            return
        for campaign in await self._store.in_state(CampaignState.RUNNING):
            tally = await self._store.tally(campaign.id)
            log.info(
                "campaign under way: campaign=%d delivered=%d open=%d of=%d",
                campaign.id,
                tally.delivered,
                tally.open,
                tally.total,
            )


def _guarded(job: Job) -> Job:
    """One failure (a store or a platform that is gone) never ends a periodic job."""

    async def run() -> None:
        try:
            await job()
        except Exception:
            log.exception("a periodic job failed: job=%s", getattr(job, "__name__", "?"))

    return run
