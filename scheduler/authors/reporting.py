"""Authors see how their campaigns go: live cards while they run, report cards at the end.

Each author is told on their own: a chat that hangs or refuses keeps nobody else waiting, nor any periodic job.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from scheduler.authors.choosing import asked_key
from scheduler.authors.post_once import post_once
from scheduler.copies.lock import notify_exclusively
from scheduler.ports import Announcer, Clock
from scheduler.presence_lookup import PresenceLookup
from storage.port.store import Store
from storage.records import Campaign, CampaignId, PersonId

log = logging.getLogger(__name__)

SHOWN_EVERY = 2.0  #: seconds between updates of a live card: the platform limits edits in one chat
PAUSE = 1.0  #: seconds until a report that was not posted is tried again; doubled each time ...
LONGEST = 300.0  #: ... up to this
LOOKED_EVERY = 15.0  #: seconds between looks at a campaign of which nothing was recorded here: others may be at it
SHOWN_FIRST = timedelta(minutes=1)  #: after the end, in which the report waits for the live card's last state
GIVEN_UP = timedelta(days=1)  #: after the end: a report that could not be posted by then is left until the author asks


@dataclass(slots=True)
class _Line:
    """The way to one author."""

    task: asyncio.Task[None] | None = None
    failures: int = 0
    #: no report is tried before (monotonic)
    rests_until: float = float("-inf")

    @property
    def busy(self) -> bool:
        return self.task is not None and not self.task.done()


class Reporting:
    """``show`` and ``report`` return at once; ``stop`` cuts off what is under way, and it is done again."""

    def __init__(
        self, store: Store, announcer: Announcer, clock: Clock, rng: random.Random, presence_lookup: PresenceLookup
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._clock = clock
        self._rng = rng
        self._presence_lookup = presence_lookup
        self._lines: defaultdict[PersonId, _Line] = defaultdict(_Line)
        #: what each live card shows, and since when (monotonic)
        self._shown: dict[CampaignId, tuple[object, float]] = {}
        #: until when (monotonic) campaigns are let be, and what their cards showed then but for figures
        self._rests: dict[CampaignId, tuple[object, float]] = {}

    def show(self, running: Iterable[Campaign]) -> None:
        """Bring live cards up to date, where they would look different; of a sequence's steps, only where one waits."""
        shown = (one for one in running if one.step is None or one.trouble is not None)
        for author, campaigns in _by_author(shown).items():
            self._begin(author, partial(self._show_all, campaigns))

    def look_at(self, campaigns: Collection[CampaignId]) -> None:
        """Something has become of messages of these campaigns: their cards may look different."""
        for id in campaigns:
            self._rests.pop(id, None)

    def report(self, ended: Iterable[Campaign]) -> None:
        """Post the report cards of campaigns that have ended."""
        for author, campaigns in _by_author(ended).items():
            if self._clock.monotonic() >= self._lines[author].rests_until:
                self._begin(author, partial(self._report_all, author, campaigns))

    def stop(self) -> None:
        for line in self._lines.values():
            if line.task:
                line.task.cancel()

    async def settle(self) -> None:
        tasks = [line.task for line in self._lines.values() if line.task]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, author: PersonId, work: Callable[[], Awaitable[None]]) -> None:
        if not self._lines[author].busy:
            self._lines[author].task = asyncio.create_task(self._guarded(work))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception:  # a store that is gone: the next look tries again
            log.exception("an author was not told")

    async def _tell(self, id: CampaignId, telling: Callable[[], Awaitable[bool]]) -> bool:
        return bool(await notify_exclusively(self._store, self._clock, self._rng, id, telling))

    # --- live cards ---------------------------------------------------------------------------

    async def _show_all(self, campaigns: list[Campaign]) -> None:
        for campaign in campaigns:
            known, now = self._known(campaign), self._clock.monotonic()
            same, rests_until = self._rests.get(campaign.id, (None, now))
            if same == known and now < rests_until:
                continue
            # what is recorded from here on is not in what is read now
            self._rests[campaign.id] = (known, now + LOOKED_EVERY)
            state = (known, await self._store.tally(campaign.id))
            shown, at = self._shown.get(campaign.id, (None, float("-inf")))
            if shown == state:
                continue
            # where many run in one chat, they take turns
            if now - at < SHOWN_EVERY * len(campaigns):
                self._rests.pop(campaign.id, None)
                continue
            if await self._tell(campaign.id, partial(self._announcer.progress, campaign)):
                self._shown[campaign.id] = (state, self._clock.monotonic())
            else:
                self._rests.pop(campaign.id, None)

    def _known(self, campaign: Campaign) -> tuple[object, ...]:
        """What a card shows beside its figures."""
        silent = self._presence_lookup.silent(campaign)
        return (campaign.planned_at, silent, campaign.trouble, campaign.choice)

    # --- reports ------------------------------------------------------------------------------

    async def _report_all(self, author: PersonId, campaigns: list[Campaign]) -> None:
        line, failed = self._lines[author], False
        for campaign in campaigns:
            self._shown.pop(campaign.id, None)
            self._rests.pop(campaign.id, None)
            failed = not await self._tell(campaign.id, partial(self._report, campaign.id)) or failed
        line.failures = line.failures + 1 if failed else 0
        if failed:
            rest = min(LONGEST, PAUSE * 2.0 ** min(line.failures - 1, 16))
            line.rests_until = self._clock.monotonic() + rest

    async def _report(self, id: CampaignId) -> bool:
        campaign = await self._store.campaign(id)
        if campaign is None or campaign.reported_at is not None:
            return True  # another copy was faster
        ended_at = campaign.finished_at or self._clock.now()
        if not await self._announcer.progress(campaign) and not self._is_past(ended_at, SHOWN_FIRST):
            return False
        key = f"posting/report/{id}"
        done = await post_once(self._store, key, partial(self._announcer.report, campaign))
        if done or self._is_past(ended_at, GIVEN_UP):
            await self._store.reported(id, self._clock.now())
            posted = [f"posting/{what}/{id}" for what in ("live", "stopped", "choosing", "chosen")]
            await self._store.delete_documents([key, *posted, asked_key(id)])
        return done

    def _is_past(self, ended_at: datetime, length: timedelta) -> bool:
        return self._clock.now() - ended_at > length


def _by_author(campaigns: Iterable[Campaign]) -> dict[PersonId, list[Campaign]]:
    by_author: dict[PersonId, list[Campaign]] = {}
    for campaign in campaigns:
        by_author.setdefault(campaign.author, []).append(campaign)
    return by_author
