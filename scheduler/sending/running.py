"""The campaigns that run, as one process knows them: compiled once, read again now and then."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from scheduler.planner import OpenTimes, open_time_of
from scheduler.ports import Clock, NotWritten, Render, Renderer
from scheduler.precheck import Precheck, asks
from scheduler.presence_lookup import PresenceLookup
from scheduler.rules.window import LATE, OpenTime
from scheduler.troubles import Troubles, kept
from storage.port.campaigns import Campaigns, Deliveries
from storage.records import Campaign, CampaignId, CampaignState, Claimed, Person

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A running campaign, with what is worked out once."""

    campaign: Campaign
    render: Render
    open_time: OpenTime
    times: OpenTimes
    ends: datetime
    #: where something is asked about each recipient before their message is marked
    precheck: Precheck | None
    #: kinds of faults of ours that were told of: the next recipient's would be the same
    faults: set[str] = field(default_factory=set)

    def write(self, delivery: Claimed) -> bytes | NotWritten:
        """The activity for one recipient."""
        try:
            return self.render(delivery.person, delivery.columns)
        except Exception as error:
            if (kind := type(error).__name__) not in self.faults:
                self.faults.add(kind)
                log.exception("messages cannot be written: campaign=%d delivery=%d", delivery.campaign, delivery.id)
            return NotWritten(kind)

    def may_send(self, now: datetime) -> bool:
        schedule = self.campaign.as_scheduled.schedule
        if schedule.own_zone:  # whose hours it is, is looked at one by one
            return schedule.slot.start <= now < self.ends + LATE
        return self.open_time.may_leave(now)


class _Store(Campaigns, Deliveries, Protocol):
    """What is asked of the store here."""


class RunningCampaigns:
    """``read`` them before each round; ``read_again`` where they are not as they were."""

    def __init__(
        self,
        store: _Store,
        renderer: Renderer,
        clock: Clock,
        presence_lookup: PresenceLookup,
        troubles: Troubles,
    ) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock
        self._presence_lookup = presence_lookup
        self._troubles = troubles
        self._running: dict[CampaignId, Running] = {}
        self._read_at: float | None = None

    def __contains__(self, id: CampaignId) -> bool:
        return id in self._running

    def __getitem__(self, id: CampaignId) -> Running:
        return self._running[id]

    def __len__(self) -> int:
        return len(self._running)

    @property
    def ids(self) -> Sequence[CampaignId]:
        return tuple(self._running)

    def is_paused(self, id: CampaignId) -> bool:
        """Whether nothing more of the campaign leaves, as it was last read."""
        trouble = self._running[id].campaign.trouble if id in self._running else None
        return trouble is not None and trouble.pauses

    def read_again(self) -> None:
        """The next ``read`` asks the store, however soon."""
        self._read_at = None

    async def read(self, lasts: float) -> bool:
        """Ask the store which campaigns run, unless it told less than ``lasts`` seconds ago; whether it was asked."""
        now = self._clock.monotonic()
        if self._read_at is not None and now - self._read_at < lasts:
            return False
        self._read_at = now
        campaigns = await self._store.in_state(CampaignState.RUNNING)
        before = {id: running.campaign for id, running in self._running.items()}
        self._running = {campaign.id: self._as_it_is(campaign) for campaign in campaigns}
        self._troubles.forget(set(self._running))
        for campaign in campaigns:
            await self._keep_trouble(campaign, before.get(campaign.id))
        return True

    def _as_it_is(self, campaign: Campaign) -> Running:
        known = self._running.get(campaign.id)
        if known is None or known.campaign.choice != campaign.choice:  # what goes to the rest is known from here on
            return self._compiled(campaign)
        return known if known.campaign.trouble == campaign.trouble else replace(known, campaign=campaign)

    def _compiled(self, campaign: Campaign) -> Running:
        schedule = campaign.as_scheduled.schedule
        return Running(
            campaign=campaign,
            render=self._render(campaign),
            open_time=open_time_of(schedule),
            times=OpenTimes(schedule),
            ends=schedule.slot.end,
            precheck=Precheck(campaign, self._presence_lookup, self._clock, self._store) if asks(campaign) else None,
        )

    def _render(self, campaign: Campaign) -> Render:
        """One that a fault of ours keeps from being compiled holds up no other campaign: each of its messages fails."""
        try:
            return self._renderer.compile(campaign)
        except Exception as error:
            fault = error

            def faulty(person: Person, columns: Mapping[str, str]) -> bytes:
                raise fault

            return faulty

    async def _keep_trouble(self, campaign: Campaign, before: Campaign | None) -> None:
        """What keeps a campaign waiting is kept with it: its author reads it, and a pause outlives this process."""
        known, sign = campaign.trouble, self._troubles.shared(campaign, before)
        if known is not None and known.pauses:
            return
        if sign is not None:
            if known is None or known.reason is not sign.reason:
                await self._store.keep_trouble(campaign.id, kept(sign, self._clock.now()))
                log.warning("a campaign waits: campaign=%d why=%s detail=%s", campaign.id, sign.reason, sign.code)
                self.read_again()
        elif known is not None and self._troubles.accepted_since(campaign.id, known.since):
            await self._store.keep_trouble(campaign.id, None)
            over = replace(campaign, trouble=None)  # by us: a trouble that begins now is a new one
            self._running[campaign.id] = replace(self._running[campaign.id], campaign=over)
            log.info("a campaign goes on: campaign=%d", campaign.id)
            self.read_again()
