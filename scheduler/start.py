"""From a campaign's start to the instant at which every recipient has a delivery.

The lists of the audience that are read from elsewhere are read now, not a minute earlier (S24). One that
cannot be read is tried again for as long as the slot lasts, and the author is told; the people of the
others receive the campaign meanwhile. A list that leaves people out holds everybody back: nobody is
written to who may have to be left out. When a group is gone, or the slot is over first, the people of its
last reading end with that reason, and nobody is forgotten.

What was tried stands in a document: a restart neither asks earlier than it was asked to, nor tells twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from scheduler.list_refresh import ListReader, NotRead
from scheduler.planner import end_unplanned, open_time_of, plan, plan_some
from scheduler.ports import Announcer, Clock, Roles
from scheduler.rules.admission import held_back, newcomers
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.operations import Documents
from storage.port.people import Lists, People
from storage.records import (
    Audience,
    Campaign,
    CampaignId,
    CampaignState,
    Deed,
    DeedKind,
    DeliveryState,
    DistributionList,
    ListId,
    NotReached,
    StaleVersion,
    Unread,
)
from storage.records.campaign_life import hold
from storage.shared.approved import approved_people
from storage.shared.policy import policy_of
from storage.shared.segments import held_by, lists_behind_all

log = logging.getLogger(__name__)

AGAIN = 10.0  #: seconds until a list that could not be read is tried again; doubled each time
FARTHEST = 3600.0  #: seconds: the longest wait that a source may ask for
TELL_AGAIN = 30.0  #: seconds until those are tried again who could not be told that a campaign waits for them
LONGEST = 300.0  #: seconds: no longer, where its source asks for no more


class _Store(Campaigns, Deliveries, Documents, Lists, People, Protocol):
    """What is asked of the store here."""


@dataclass(frozen=True, slots=True)
class _Unread:
    """What is known of a campaign whose lists could not all be read."""

    attempts: int = 0
    #: seconds since the epoch
    again_at: float = 0.0
    #: what the author has been told: "list why"
    notified: tuple[str, ...] = ()


class Starts:
    def __init__(
        self,
        store: _Store,
        reader: ListReader,
        announcer: Announcer,
        clock: Clock,
        rng: random.Random,
        roles: Roles | None = None,
        planned: Callable[[CampaignId], None] = lambda id: None,
    ) -> None:
        """``planned``: told of each page of deliveries that a campaign has been given."""
        self._roles = roles
        self._planned = planned
        self._store = store
        self._reader = reader
        self._announcer = announcer
        self._clock = clock
        self._rng = rng
        #: campaigns that wait within their slot, at a version of which everybody has been told
        self._told: set[tuple[CampaignId, int]] = set()
        #: monotonic: until then, those who could not be told are let be
        self._tell_again_at = float("-inf")

    async def give_everybody_a_delivery(self, campaign: Campaign) -> None:
        """As far as it can be done now; to be called again until the campaign is planned."""
        read_from_elsewhere = await self._read_from_elsewhere(campaign)
        if not read_from_elsewhere:
            await self._plan(campaign)
            return
        key, etag, waiting = await self._waiting(campaign)
        wait = waiting.again_at - self._clock.now().timestamp()
        # a wait beyond the longest was written before the wall clock was set back
        if 0 < wait <= FARTHEST and not self._is_over(campaign):
            return
        failed = await self._read(campaign, read_from_elsewhere)
        if not failed:
            await self._plan(campaign)
            await self._say_that_it_worked(campaign, key, waiting)
            return
        await self._plan_the_others(campaign, failed)
        await self._tell(campaign, failed, key, etag, waiting)
        if self._is_over(campaign) or all(problem.problem.why is Unread.GONE for problem in failed):
            await self._give_up(campaign, failed)
            await self._store.delete_documents([key])

    async def held_back(self, campaign: Campaign) -> bool:
        """Whether a scheduled campaign waits within its slot for somebody's word; who can give it has been told.

        An audience that was approved is read before it is compared. One whose slot is over starts, and expires.
        """
        if self._clock.now() >= campaign.as_scheduled.schedule.slot.end:
            return False
        author_may = self._roles is None or await self._roles.may_author(campaign.author)
        above = (await policy_of(self._store, campaign.tenant)).approve_above
        if campaign.step is not None and campaign.approval is not None:
            above = None  # approved as a sequence, whoever joins: no number applies
        total = new = 0
        if above is not None:
            total, new = await self._compared(campaign, above)
        held = held_back(campaign, author_may=author_may, approve_above=above, total=total, newcomers=new)
        if held is None:
            return False
        deed = Deed(kind=DeedKind.SUBMITTED, by=None, at=self._clock.now(), details={"why": held.why})
        try:
            waiting = await self._store.save(hold(campaign, held), deed=deed)
        except StaleVersion:
            return True  # it has changed, or another copy was faster: the next look decides
        log.info("a campaign waits for somebody's word: campaign=%d why=%s", campaign.id, held.why)
        await self._tell_held(waiting)
        return True

    async def tell_held(self) -> None:
        """Who can decide on what waits within its slot is told, where a death or an outage has kept them from it."""
        if self._clock.monotonic() < self._tell_again_at:
            return
        for campaign in await self._store.in_state(CampaignState.SUBMITTED):
            is_news = campaign.held is not None and (campaign.id, campaign.version) not in self._told
            if is_news and campaign.held and self._clock.now() < campaign.held.frozen.schedule.slot.end:
                await self._tell_held(campaign)

    async def _tell_held(self, campaign: Campaign) -> None:
        if await self._announcer.held(campaign):
            self._told.add((campaign.id, campaign.version))
        else:
            self._tell_again_at = self._clock.monotonic() + TELL_AGAIN

    async def _compared(self, campaign: Campaign, above: int) -> tuple[int, int]:
        """(people of the audience now, those of them that were not approved one by one)."""
        audience, approval = campaign.as_scheduled.audience, campaign.approval
        if approval is not None:
            lists = await self._read_from_elsewhere(campaign)
            await asyncio.gather(*(self._reader.look(each, fresh=True) for each in lists))
        total = (await self._store.reach(campaign.tenant, audience, campaign.channel)).total
        if total <= above or approval is None or not approval.digest:
            return total, 0
        reachable, others = await self._store.recipients(campaign.tenant, audience, campaign.channel)
        approved = await approved_people(self._store, campaign)
        if approved is None:  # nobody knows any more: all of them are asked about
            return total, total
        return total, await asyncio.to_thread(newcomers, [*reachable, *others], approved)

    async def needs_reading(self, campaign: Campaign) -> bool:
        return bool(await self._read_from_elsewhere(campaign))

    async def _read_from_elsewhere(self, campaign: Campaign) -> list[DistributionList]:
        known = await lists_behind_all(self._store, campaign.as_scheduled.audience)
        return [item for item in known.values() if item.source is not None]

    def _is_over(self, campaign: Campaign) -> bool:
        schedule, now = campaign.as_scheduled.schedule, self._clock.now()
        if schedule.own_zone:  # somebody's clock may still allow it
            return now >= schedule.slot.end
        return not open_time_of(schedule).after(now)

    async def _plan(self, campaign: Campaign) -> None:
        await plan(campaign, self._store, self._clock, self._rng, self._planned)
        log.info("campaign planned: campaign=%d", campaign.id)

    # --- reading ------------------------------------------------------------------------------

    async def _read(self, campaign: Campaign, lists: Sequence[DistributionList]) -> list[NotRead]:
        """Those that could not be read since the start."""
        since = campaign.started_at or self._clock.now()
        readings = await asyncio.gather(*(self._reader.read(item, since) for item in lists), return_exceptions=True)
        failed = [reading for reading in readings if isinstance(reading, NotRead)]
        for reading in readings:
            if isinstance(reading, BaseException) and not isinstance(reading, NotRead):
                raise reading
        return failed

    async def _plan_the_others(self, campaign: Campaign, failed: Sequence[NotRead]) -> None:
        """The people of the lists that were read have their deliveries while the rest is waited for."""
        audience, unread = campaign.as_scheduled.audience, await self._held(campaign, failed)
        if not await self._holds_back(campaign, failed):
            lists = tuple(id for id in audience.lists if id not in unread)
            some = replace(audience, lists=lists)
            await plan_some(campaign, some, self._store, self._clock, self._rng, self._planned)

    async def _held(self, campaign: Campaign, failed: Sequence[NotRead]) -> set[ListId]:
        """What of an audience's lists was not read: these, and its segments that are made of one of them."""
        audience, held = campaign.as_scheduled.audience, set[ListId]()
        known = (await lists_behind_all(self._store, audience)).values()
        for problem in failed:
            held |= held_by(problem.problem.list.id, known)
        return held

    async def _holds_back(self, campaign: Campaign, failed: Sequence[NotRead]) -> bool:
        """Whether the people to leave out are not known; a group that is gone was read before, which will do."""
        unknown = [
            problem
            for problem in failed
            if problem.problem.why is not Unread.GONE or problem.problem.list.read_at is None
        ]
        return bool(await self._held(campaign, unknown) & set(campaign.as_scheduled.audience.except_lists))

    async def _give_up(self, campaign: Campaign, failed: Sequence[NotRead]) -> None:
        """The deliveries of everybody in those lists end with the reason."""
        audience = campaign.as_scheduled.audience
        late = await self._held(campaign, [problem for problem in failed if problem.problem.why is not Unread.GONE])
        gone = await self._held(campaign, [problem for problem in failed if problem.problem.why is Unread.GONE]) - late
        holds_back = await self._holds_back(campaign, failed)
        not_read = [id for id in audience.lists if holds_back or id in late]
        expired = _only(audience, not_read, everyone=holds_back)
        state, reason = DeliveryState.EXPIRED, NotReached.LIST_NOT_READ
        await end_unplanned(campaign, expired, state, reason, self._store, self._clock.now())
        state, reason = DeliveryState.FAILED, NotReached.LIST_GONE
        now = self._clock.now()
        people_of_gone = _only(audience, [id for id in audience.lists if id in gone])
        await end_unplanned(campaign, people_of_gone, state, reason, self._store, now)
        await self._store.planned(campaign.id, now)
        log.warning("campaign planned without some lists: campaign=%d lists=%d", campaign.id, len(failed))

    # --- what the author hears, and the next attempt ------------------------------------------

    async def _waiting(self, campaign: Campaign) -> tuple[str, str, _Unread]:
        key = f"reading/{campaign.id}"
        document = (await self._store.read_documents([key])).get(key)
        if document is None:
            return key, "", _Unread()
        fields = json.loads(document[1])
        return key, document[0], _Unread(fields["tries"], fields["again_at"], tuple(fields["told"]))

    async def _tell(self, campaign: Campaign, failed: Sequence[NotRead], key: str, etag: str, waiting: _Unread) -> None:
        """Notify the author of what is new; written down before, so that copies do not post it twice."""
        words = {f"{problem.problem.list.id} {problem.problem.why}": problem.problem for problem in failed}
        news = [problem for word, problem in words.items() if word not in waiting.notified]
        notified = tuple(dict.fromkeys((*waiting.notified, *words)))
        after = replace(
            waiting, attempts=waiting.attempts + 1, again_at=self._again_at(waiting, failed), notified=notified
        )
        document = json.dumps({"tries": after.attempts, "again_at": after.again_at, "told": after.notified}).encode()
        try:
            await self._store.write_documents({key: (etag, document)})
        except StaleVersion:
            return  # another copy does it
        if news and not await self._announcer.unread(campaign, news):
            log.warning("an author was not told of an unread list: campaign=%d", campaign.id)

    def _again_at(self, waiting: _Unread, failed: Sequence[NotRead]) -> float:
        pause = min(LONGEST, AGAIN * 2.0 ** min(waiting.attempts, 16))
        asked = max((problem.after or 0.0 for problem in failed), default=0.0)
        return (self._clock.now() + timedelta(seconds=max(pause, asked))).timestamp()

    async def _say_that_it_worked(self, campaign: Campaign, key: str, waiting: _Unread) -> None:
        if waiting.notified:
            tally = await self._store.tally(campaign.id)
            await self._announcer.read_after_all(campaign, tally.total)
            await self._store.delete_documents([key])


def _only(audience: Audience, lists: Sequence[ListId], *, everyone: bool = False) -> Audience:
    """The part of an audience that stands in these lists; what it leaves out stays out."""
    return replace(audience, everyone=everyone and audience.everyone, lists=tuple(lists))
