"""What is kept of single recipients goes when the organisation's rules say so; the figures stay.

A campaign is sealed first: from then on nobody asks for its recipients, and its figures do not change any more.
Then it is emptied in small steps. A death leaves it sealed, and the next check of any copy goes on; two copies
at once would do no harm, only the same work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from scheduler.copies.lock import run_exclusively
from scheduler.ports import Clock
from scheduler.precheck import week_of
from storage.port import operations as port
from storage.port.activities import Activities
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.mails import Mails
from storage.port.people import Lists
from storage.records import Campaign, CampaignState, Deed, DeedKind, ListInUse, StaleVersion, forgets_before
from storage.records.campaign_life import is_empty
from storage.shared.mails import keep_mail_figures
from storage.shared.policy import policy_of
from storage.shared.recalls import forget_left_behind
from storage.shared.segments import segments_about
from storage.shared.vanished import note_vanished

log = logging.getLogger(__name__)

EVERY = 600.0  #: seconds between two checks
LENGTH = timedelta(minutes=10)  #: for which other copies leave a campaign to the one that erases it
CAMPAIGNS = 20  #: of one organisation, in one check
LEFT_EMPTY = timedelta(days=1)  #: after which a draft in which nothing was written goes
ROWS = 1_000  #: removed at a time: some milliseconds of the store
REPEATED = timedelta(days=1)  #: the platform repeats an activity within minutes
PAUSE = 0.02  #: seconds between: what is being sent goes first


class _Store(Activities, port.Audit, Campaigns, Deliveries, port.Documents, Lists, Mails, port.Retention, Protocol):
    """What is asked of the store here."""


class Retention:
    def __init__(self, store: _Store, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._rng = rng
        self._looked_at: float | None = None
        self._week = 0

    async def forget(self) -> None:
        """Erase what is due; little is asked when nothing is."""
        elapsed, now = self._clock.monotonic(), self._clock.now()
        if self._looked_at is not None and elapsed - self._looked_at < EVERY:
            return
        self._looked_at = elapsed
        if (week := week_of(now)) != self._week:  # the last one stays: copies' clocks differ
            await self._store.forget_weeks(week - 1)
            self._week = week
        await self._store.collect_deeds()
        while await self._store.forget_activities(now - REPEATED, ROWS):  # noqa: ASYNC110 (step by step)
            await asyncio.sleep(PAUSE)
        await self._forget_empty_drafts(now)
        for tenant in await self._store.organisations_keeping(now):
            policy = await policy_of(self._store, tenant)
            for campaign in await self._store.kept(tenant, forgets_before(policy, now), CAMPAIGNS):
                if campaign.recall_due is not None and campaign.recalled_at is None:  # at its end, and within days
                    continue
                erase = partial(self._erase, campaign, policy.keep_days)
                await run_exclusively(self._store, self._clock, self._rng, f"erasing/{campaign.id}", LENGTH, erase)

    async def _is_asked_about(self, campaign: Campaign) -> bool:
        """Whether a campaign that has not ended goes to, or leaves out, people by what they did with this one."""
        asking = segments_about(campaign.id, await self._store.lists(campaign.tenant))
        if not asking:
            return False
        using = [
            *await self._store.in_state(CampaignState.SCHEDULED),
            *await self._store.in_state(CampaignState.RUNNING),
        ]
        return any(asking & set(one.as_scheduled.audience.named) for one in using)

    async def _forget_empty_drafts(self, now: datetime) -> None:
        """Drafts in which nothing was ever written: begun, and left."""
        for draft in await self._store.in_state(CampaignState.DRAFT):
            if is_empty(draft) and now - (draft.edited_at or draft.created_at) > LEFT_EMPTY:
                deed = Deed(kind=DeedKind.DELETED, by=None, at=now, details={"why": "empty"}, client="retention")
                with contextlib.suppress(StaleVersion):  # something is being written in it after all
                    await note_vanished(self._store, draft.id)  # before: its form still begins another
                    await self._store.delete_campaign(draft, deed=deed)

    async def _erase(self, campaign: Campaign, days: int | None) -> None:
        if campaign.keeps_people and await self._is_asked_about(campaign):  # by one that ends some day: looked at again
            return
        id, details = campaign.id, {"keep_days": str(days or "")}
        deed = Deed(kind=DeedKind.ERASED, by=None, at=self._clock.now(), details=details, client="retention")
        await keep_mail_figures(self._store, campaign)
        await self._store.seal(id, self._clock.now())
        await forget_left_behind(self._store, id)
        while await self._store.forget_recipients(id, ROWS):  # noqa: ASYNC110 (step by step)
            await asyncio.sleep(PAUSE)
        for list_id in await self._store.result_lists(id):
            try:
                await self._store.delete_list(list_id, deed=deed)
            except ListInUse:  # by a campaign that ends some day: looked at again
                return
        await self._store.forgotten(id, self._clock.now(), deed=deed)
        log.info("recipients erased: campaign=%d", id)
