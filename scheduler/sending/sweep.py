"""Of which running campaigns time may have decided something, so that the others are let be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol

from scheduler.ports import Clock
from scheduler.rules.window import LATE
from storage.port.campaigns import Campaigns, Deliveries
from storage.records import Campaign, CampaignId, DeliveryState

REST = 5.0  #: seconds until a campaign is looked at again of which nothing is planned: what others did is seen by then
LONGEST = 30.0  #: the same, of one whose next delivery is due later


class _Store(Campaigns, Deliveries, Protocol):
    """What is asked of the store here."""


class Sweep:
    """A campaign is looked at when something of it has been recorded here, when a lease on a message that left has

    lapsed, when its next delivery is due, when it is over, and every few seconds.
    """

    def __init__(self, store: _Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        #: until when (monotonic) campaigns are let be
        self._rests: dict[CampaignId, float] = {}

    def look_at(self, campaigns: Collection[CampaignId]) -> None:
        """Something has become of these: they may have ended with it."""
        for id in campaigns:
            self._rests.pop(id, None)

    async def of(self, running: Sequence[Campaign]) -> list[Campaign]:
        """Of these campaigns, those that are to be looked at now."""
        ids, now, elapsed = {campaign.id for campaign in running}, self._clock.now(), self._clock.monotonic()
        self._rests = {id: until for id, until in self._rests.items() if id in ids}
        lapsed = await self._store.due_among(ids, (DeliveryState.SENDING,), now)
        return [
            campaign
            for campaign in running
            if campaign.id in lapsed
            or elapsed >= self._rests.get(campaign.id, elapsed)
            or now >= campaign.as_scheduled.schedule.slot.end + LATE
        ]

    async def may_finish(self, campaign: Campaign) -> bool:
        """Whether nothing of it is planned any more; it is let be until something is, or for a while."""
        due, now = await self._store.next_due(campaign.id), self._clock.now()
        ahead = timedelta(seconds=REST) if due is None else max(timedelta(seconds=REST), due - now)
        self._rests[campaign.id] = self._clock.monotonic() + min(LONGEST, ahead.total_seconds())
        return due is None
