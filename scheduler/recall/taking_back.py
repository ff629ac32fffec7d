"""Taking a campaign's messages back out of people's chats, or closing them: paced like sending, gone on with after any

death.

    to be taken back, from an instant on --deleted, a round at a time--> all seen to --told--> recalled (--> gone)

That it is to be done stands in the campaign, how far it has come in a document of its own (storage/shared/recalls.py):
everybody up to a PersonId, and those few that are tried again. A round is deleted before it is written down, as to
delete twice is to delete once: a death repeats a round. A lock keeps the other copies of the bot away. Where the
campaign's end says so, one line or the closed message takes a message's place, which can be repeated as well; these
can be taken back later, from an instant of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from scheduler.copies.lock import run_exclusively
from scheduler.ports import Announcer, Clock, Closer, Delivered, Outcome, Render, Retractor, Retry, Unexplained
from scheduler.rate_limit import RateLimit
from scheduler.rules.recalling import Answer, after, due, ended, hopeless, may_begin, rests
from scheduler.rules.trouble import MANY, sign_of
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.engagement import Engagements
from storage.port.operations import Documents
from storage.port.people import People
from storage.records import (
    About,
    AtEnd,
    Campaign,
    CampaignId,
    Deed,
    DeedKind,
    DeliveryState,
    EngagementKind,
    NotReached,
    NotTakenBack,
    Recall,
    Reference,
    SentMessage,
    StaleVersion,
)
from storage.shared.recalls import begin_recall, forget_recall, recall_of, recall_under_way, save_recall

log = logging.getLogger(__name__)

AT_ONCE = 8  #: campaigns in one check
LEASE = timedelta(seconds=60)  #: of one copy at one campaign; should it be too short, two do the same work
SHARE = 4  #: a turn takes no more than this part of the lease, before the other copies may have theirs
ROUND = 1.0  #: seconds in which requests leave, until they are waited for and written down
GROUP = 64  #: requests of a round at the most: what one kill does again
TICK = 0.1  #: seconds between looks at the rate limit
PATIENCE = 5.0  #: seconds for an author's chat to take the card
SHOWN = 3.0  #: seconds between updates of the card
TOLD_AGAIN = timedelta(seconds=30)  #: until the end is told again, where it could not be
GIVEN_UP = timedelta(days=1)  #: after the end: who could not be told by then is not


class _Store(Campaigns, Deliveries, Documents, Engagements, People, Protocol):
    """What is asked of the store here."""


class Recalls:
    def __init__(
        self,
        store: _Store,
        retractor: Retractor,
        closer: Closer,
        announcer: Announcer,
        clock: Clock,
        rng: random.Random,
        rate_limit: RateLimit,
        lease: timedelta = LEASE,
    ) -> None:
        self._store = store
        self._retractor = retractor
        self._closer = closer
        self._announcer = announcer
        self._clock = clock
        self._rng = rng
        self._rate_limit = rate_limit
        self._lease = lease
        #: of these campaigns it has been said that a message's end could not be written
        self._not_written: set[CampaignId] = set()

    async def go_on(self) -> None:
        """A turn for everything that is due: one that hangs or fails keeps no other waiting."""
        campaigns = await self._store.due_recalls(self._clock.now())
        self._rng.shuffle(campaigns)
        turns = (self._locked(campaign.id) for campaign in campaigns[:AT_ONCE])
        for failure in await asyncio.gather(*turns, return_exceptions=True):
            if isinstance(failure, Exception) and not isinstance(failure, StaleVersion):  # else another copy does it
                log.error("taking back paused: %s", type(failure).__name__, exc_info=failure)

    async def _locked(self, id: CampaignId) -> None:
        recall = await recall_of(self._store, id)
        if recall is None or not rests(recall, self._clock.now()):
            turn = partial(self._turn, id)
            await run_exclusively(self._store, self._clock, self._rng, f"recalling/{id}", self._lease, turn)

    async def _turn(self, id: CampaignId) -> None:
        campaign = await self._store.campaign(id)
        if campaign is None or not campaign.recalling(self._clock.now()):
            return
        if campaign.recalled_at is None:
            recall = await recall_under_way(self._store, campaign) or await self._begin(campaign)
            recall = await self._take_back(campaign, recall)
            if recall.finished_at is None:
                return
            if not await self._tell_the_end(campaign, recall):
                return
            await self._store.recalled(id, self._clock.now())
            log.info("taken back: campaign=%d messages=%d of=%d", id, recall.taken_back, recall.total)
        if campaign.recall_deletes:
            await self._delete(id)

    async def _begin(self, campaign: Campaign) -> Recall:
        states = (await self._store.tally(campaign.id)).states
        total = states.get(DeliveryState.DELIVERED, 0) + states.get(DeliveryState.UNCONFIRMED, 0)
        end, answers = campaign.as_scheduled.end, list[tuple[int, int]]()
        if campaign.recall_does is AtEnd.CLOSE and end is not None and end.shows_result:
            answers = [
                (row.button, row.people)
                for row in await self._store.engagement(campaign.id)
                if row.kind is EngagementKind.ANSWERED and row.button is not None
            ]
        recall = Recall(
            campaign=campaign.id,
            due_at=campaign.recall_at,
            began_at=self._clock.now(),
            total=total,
            answers=tuple(answers),
        )
        return await begin_recall(self._store, recall)

    async def _tell_the_end(self, campaign: Campaign, recall: Recall) -> bool:
        """Told before it is written down: a death in between tells it again, rather than never. Whether it is told,

        or need not be any more.
        """
        now, finished_at = self._clock.now(), recall.finished_at or self._clock.now()
        if await self._shown(campaign, recall) is not None or now - finished_at > GIVEN_UP:
            return True
        await save_recall(self._store, replace(recall, again_at=now + TOLD_AGAIN))
        return False

    async def _delete(self, id: CampaignId) -> None:
        """The campaign goes, as was asked for with the messages."""
        campaign = await self._store.campaign(id)
        if campaign is None:
            return
        deed = Deed(kind=DeedKind.DELETED, by=campaign.recall_by, at=self._clock.now(), client="recall")
        await forget_recall(self._store, id)
        await self._store.delete_campaign(campaign, deed=deed)

    # --- a round ------------------------------------------------------------------------------

    async def _take_back(self, campaign: Campaign, recall: Recall) -> Recall:
        """Round after round, each written down, until a turn is over or nothing can be done now."""
        ends = self._clock.monotonic() + self._lease.total_seconds() / SHARE
        shown_at = float("-inf")
        while recall.finished_at is None and self._clock.monotonic() < ends:
            answers, seen_all = await self._round(campaign, recall)
            now = self._clock.now()
            further = ended(replace(after(recall, answers, now, self._rng), seen_all=seen_all), now)
            if further == recall:
                break
            recall = await save_recall(self._store, further)
            if recall.finished_at is None and self._clock.monotonic() - shown_at >= SHOWN:
                recall, shown_at = await self._show(campaign, recall), self._clock.monotonic()
            if recall.again_at is not None:
                break
        return recall

    async def _round(self, campaign: Campaign, recall: Recall) -> tuple[list[Answer], bool]:
        """What was answered, and whether nobody is left above the cursor."""
        now, most = self._clock.now(), 1 if recall.trouble else GROUP
        messages: list[SentMessage] = []
        answers: list[Answer] = []
        for one in due(recall, now)[:most]:
            some = await self._store.sent_messages(campaign.id, one.person - 1, 1)
            if some and some[0].person == one.person:
                messages += some
            else:
                answers.append(Answer(one.person, NotTakenBack.NOT_KNOWN))
        seen_all, room = recall.seen_all, most - len(messages)
        new: list[SentMessage] = []
        if room and may_begin(recall):
            new = await self._store.sent_messages(campaign.id, recall.cursor, room)
            seen_all = not new
        render = None
        if campaign.recall_does is not AtEnd.DELETE:
            render = self._closer.closed(campaign, recall)
        asked = await self._ask_each(campaign, [*messages, *new], render)
        return [*answers, *asked], seen_all

    async def _ask_each(
        self, campaign: Campaign, messages: Sequence[SentMessage], render: Render | None
    ) -> list[Answer]:
        """As many of them, from the first on, as may leave in a round; what stays behind is the next one's.

        ``render``: what takes a message's place; None: it is deleted.
        """
        ends = self._clock.monotonic() + ROUND
        answers: list[Answer | asyncio.Task[Answer]] = []
        try:
            for message in messages:
                if (why := hopeless(message)) is not None:
                    answers.append(Answer(message.person, why))
                elif _goes_wrong(answers) or not await self._may_leave(campaign, ends):
                    break
                else:
                    answers.append(asyncio.create_task(self._ask(campaign, message, render)))
            return [answer if isinstance(answer, Answer) else await answer for answer in answers]
        finally:
            for answer in answers:
                if isinstance(answer, asyncio.Task):
                    answer.cancel()

    async def _may_leave(self, campaign: Campaign, ends: float) -> bool:
        """Wait for the organisation's rate limit, which sending shares."""
        while (now := self._clock.monotonic()) < ends:
            if self._rate_limit.of(campaign.tenant, now).take(now, 1):
                return True
            await self._clock.sleep(TICK)
        return False

    async def _ask(self, campaign: Campaign, message: SentMessage, render: Render | None) -> Answer:
        assert message.reference is not None
        activity = b""
        if render is not None:
            person = await self._store.person(message.person)
            if person is None:
                return Answer(message.person, NotTakenBack.NOT_KNOWN)
            has_columns = campaign.as_scheduled.message.columns
            known = await self._store.delivery_columns(campaign.id, [person.id]) if has_columns else {}
            columns = known.get(person.id, {})
            try:
                activity = render(person, columns)
            except Exception:  # a fault of ours, which would be so again: said once
                if campaign.id not in self._not_written:
                    self._not_written.add(campaign.id)
                    log.exception("messages cannot be closed: campaign=%d", campaign.id)
                return Answer(message.person, NotTakenBack.NOT_WRITTEN)
        outcome = await self._retract(message.reference, message.activity, activity)
        elsewhere = await self._elsewhere(message.reference, outcome)
        if elsewhere and await self._may_leave(campaign, self._clock.monotonic() + ROUND):
            outcome = await self._retract(replace(message.reference, service_url=elsewhere), message.activity, activity)
        if isinstance(outcome, Retry) and outcome.reason is NotReached.THROTTLED:
            now = self._clock.monotonic()
            self._rate_limit.of(campaign.tenant, now).throttled(now, outcome.after)
        return Answer(message.person, outcome)

    async def _retract(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        """``activity``: what takes its place; b"": it is deleted."""
        try:
            if activity:
                return await self._retractor.amend(reference, message, activity)
            return await self._retractor.retract(reference, message)
        except Exception as error:
            log.exception("a deletion broke")
            return Retry(NotReached.OUTAGE, detail=type(error).__name__)

    async def _elsewhere(self, reference: Reference, outcome: Outcome) -> str:
        """Where the region that answered is perhaps not theirs: the serviceUrl to try next, "" where none is known."""
        if not isinstance(outcome, Retry | Unexplained) or outcome.about is not About.REGION:
            return ""
        if isinstance(outcome, Retry) and outcome.reason is not NotReached.WRONG_REGION:
            return ""
        newest = await self._store.newest_service_url(reference.tenant, reference.channel)
        return next((url for url in (reference.worked_url, newest) if url not in ("", reference.service_url)), "")

    # --- what is seen of it -------------------------------------------------------------------

    async def _show(self, campaign: Campaign, recall: Recall) -> Recall:
        """Bring the card up to date; a chat that hangs is left to the next time: others are waiting."""
        card = await self._shown(campaign, recall)
        if not card or card == recall.card:
            return recall
        return await save_recall(self._store, replace(recall, card=card))

    async def _shown(self, campaign: Campaign, recall: Recall) -> str | None:
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._announcer.recalling(campaign, recall), PATIENCE)
        return None


def _goes_wrong(answers: Sequence[Answer | asyncio.Task[Answer]]) -> bool:
    """Whether what was answered so far may be a trouble of many: then nobody else is asked in this round."""
    outcomes = [answer.result().outcome for answer in answers if isinstance(answer, asyncio.Task) and answer.done()]
    signs = [outcome for outcome in outcomes if not isinstance(outcome, NotTakenBack) and sign_of(outcome)]
    return len(signs) >= MANY and not any(isinstance(outcome, Delivered) for outcome in outcomes)
