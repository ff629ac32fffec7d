"""What recipients wrote back is brought to the author: gathered, one card every few minutes at the most."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from functools import partial
from typing import Protocol

from scheduler.authors.post_once import post_once
from scheduler.copies.lock import notify_exclusively
from scheduler.ports import Announcer, Clock
from storage.port.campaigns import Campaigns
from storage.port.operations import Documents
from storage.records import CampaignId
from storage.shared.replies import EVERY, brought, forget_replies, gathered_of, posting_key, with_replies

log = logging.getLogger(__name__)

SHOWN = 8  #: replies on one card; the others come with the next
GIVEN_UP = timedelta(days=1)  #: what could not be brought by then is not kept any longer
AT_ONCE = 20  #: campaigns in one check


class _Store(Campaigns, Documents, Protocol):
    """What is asked of the store here."""


class Replies:
    def __init__(self, store: _Store, announcer: Announcer, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._announcer = announcer
        self._clock = clock
        self._rng = rng

    async def bring(self) -> None:
        ids = await with_replies(self._store)
        self._rng.shuffle(ids)
        for id in ids[:AT_ONCE]:
            await notify_exclusively(self._store, self._clock, self._rng, id, partial(self._of, id))

    async def _of(self, id: CampaignId) -> bool:
        now, gathered = self._clock.now(), await gathered_of(self._store, id)
        if gathered.due_at is None:
            # a posting beyond now was written before the wall clock was set back
            if gathered.posted_at is None or not timedelta() <= now - gathered.posted_at < EVERY:
                await forget_replies(self._store, gathered)
            return True
        if now < gathered.due_at <= now + EVERY:
            return True
        campaign = await self._store.campaign(id)
        if campaign is None or campaign.anonymous or now - gathered.replies[0].at > GIVEN_UP:
            await forget_replies(self._store, gathered)
            return True
        post = partial(self._announcer.replies, campaign, gathered.replies[:SHOWN], gathered.more)
        if not await post_once(self._store, posting_key(gathered), post, gives_up=True):
            return False
        await brought(self._store, gathered, SHOWN, now)
        log.info("replies brought: campaign=%d replies=%d", id, len(gathered.replies[:SHOWN]))
        return True
