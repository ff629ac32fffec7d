"""Rounds of must-reads: whoever has not opened, confirmed or answered gets the message again, a few working days later.

Each round is a campaign of its own, to a list of exactly those who are left, within working hours, and held by mute and
by the weekly limit as any other. What is due stands in the store; a round is made once, whatever dies on the way.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.ports import Clock
from scheduler.rules.window import open_time
from scheduler.rules.working_days import after_working_days
from storage.port.activities import Activities
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.engagement import Results
from storage.port.operations import Documents
from storage.port.people import Lists
from storage.records import (
    Approval,
    Arrival,
    Audience,
    Campaign,
    CampaignId,
    Deed,
    DeedKind,
    DeliveryState,
    EngagementKind,
    FollowUp,
    Forms,
    Frozen,
    Left,
    ListId,
    PersonId,
    Schedule,
    Sequels,
    Slot,
    as_variant,
    consideration_of,
)
from storage.records.campaign_life import occurrence
from storage.shared.policy import policy_of

log = logging.getLogger(__name__)

PAGE = 1_000  #: recipients read at a time
NAME = 100  #: characters of a campaign's name
LEASE = timedelta(seconds=10)  #: of the making of a list, should it die


class _Results(Deliveries, Results, Campaigns, Protocol):
    """What is asked of the store for who is left."""


class _Store(_Results, Activities, Documents, Lists, Protocol):
    """What is asked of the store here."""


async def people_left(store: _Results, campaign: Campaign, follow_up: FollowUp) -> Sequence[int]:
    """Who has received a must-read and has not done it, neither with its message nor with that of any round."""
    kind = EngagementKind(follow_up.until.value)
    left = set(await store.people_without(campaign.id, kind))
    for one in await store.sequels(campaign.id, follow_up.rounds):
        received = await store.people_in_state(one.id, DeliveryState.DELIVERED)
        left -= set(received) - set(await store.people_without(one.id, kind))
        left -= await _did_it_unconfirmed(store, one, kind)
    return sorted(left)


async def _did_it_unconfirmed(store: _Results, round: Campaign, kind: EngagementKind) -> set[int]:
    """Of whom nobody knows whether they have received a round, and who has done it with its message: they have."""
    did, after = set[int](), 0
    if not await store.people_in_state(round.id, DeliveryState.UNCONFIRMED):
        return did
    while page := await store.results(round.id, after, PAGE, Left.REACHED):
        did |= {result.person.id for result in page if result.engaged.has(kind)}
        after = page[-1].person.id
    return did


class FollowUps:
    def __init__(self, store: _Store, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._rng = rng

    async def go_on(self, campaign: Campaign) -> None:
        """A must-read that is due: found out when its next round is, or that round made."""
        frozen, sequels = campaign.as_scheduled, campaign.sequels
        if frozen.follow_up is None or sequels is None or sequels.next_at is None:
            return
        now, schedule = self._clock.now(), frozen.schedule
        if campaign.over(now):  # the bot was away until its end
            await self._later(campaign, sequels, None)
        elif sequels.last_at is None:  # it has just ended
            await self._later(campaign, sequels, after_working_days(schedule, now, frozen.follow_up.after))
        elif not open_time(_slot(frozen, now), schedule.hours, ZoneInfo(schedule.zone)):
            await self._later(campaign, sequels, after_working_days(schedule, now, 1))  # the bot was away at the hour
        else:
            await self._make(campaign, sequels, frozen.follow_up, now)

    async def _later(self, campaign: Campaign, sequels: Sequels, due: datetime | None) -> None:
        after = replace(sequels, last_at=sequels.next_at, next_at=due)
        deed = Deed(kind=DeedKind.CHANGED, by=None, at=self._clock.now())
        await self._store.make_sequel(campaign, after, None, deed=deed)

    async def _make(self, campaign: Campaign, sequels: Sequels, follow_up: FollowUp, now: datetime) -> None:
        left = await people_left(self._store, campaign, follow_up)
        number = sequels.made + 1
        if not left or number > follow_up.rounds:
            await self._later(campaign, sequels, None)
            return
        name = f"{campaign.name[: NAME - 10]} – {number}/{follow_up.rounds}"
        id = await self._list_of(campaign, left, name, number, now)
        frozen = await self._frozen(campaign, id, now)
        forms = _forms(campaign, id)
        approval = Approval(people=len(left)) if campaign.approval else None

        def make(number: CampaignId) -> Campaign:
            return occurrence(campaign, number, now, name, frozen, forms, approval)

        due = after_working_days(campaign.as_scheduled.schedule, frozen.schedule.slot.end, follow_up.after)
        after = replace(
            sequels, last_at=sequels.next_at, made=number, next_at=due if number < follow_up.rounds else None
        )
        deed = Deed(kind=DeedKind.SCHEDULED, by=None, at=now, details={"round_of": str(campaign.id)})
        if (made := await self._store.make_sequel(campaign, after, make, deed=deed)) is not None:
            log.info("a must-read follows up: campaign=%d round=%d people=%d", made.id, number, len(left))

    async def _list_of(self, campaign: Campaign, left: Sequence[int], name: str, number: int, now: datetime) -> ListId:
        """Made once for a round: a repetition after a death finds it by the key of the round."""
        key = f"round {campaign.id} {number}"
        arrival = Arrival(key=key, sender="", told_at=now)
        await self._store.begin_activity(arrival, self._rng.getrandbits(53), now, now + LEASE)
        deed = Deed(kind=DeedKind.CREATED, by=None, at=now, details={"result_of": str(campaign.id)}, cause=key)
        people = [PersonId(person) for person in left]
        columns = await self._store.delivery_columns(campaign.id, left)  # their message says what it said
        made = await self._store.new_list(
            campaign.tenant, campaign.author, name, people, columns=columns, result_of=campaign.id, deed=deed
        )
        return made.id

    async def _frozen(self, campaign: Campaign, id: ListId, now: datetime) -> Frozen:
        """The same message, to those who are left, from now on for as long as it was; under the rules as they stand."""
        frozen = campaign.as_scheduled
        rules = consideration_of(await policy_of(self._store, campaign.tenant), frozen.message, None)
        schedule: Schedule = replace(frozen.schedule, slot=_slot(frozen, now))
        return replace(
            frozen,
            audience=Audience(lists=(id,), guests=frozen.audience.guests),
            schedule=schedule,
            consideration=replace(rules, sender=frozen.consideration.sender),
            follow_up=None,
            message=as_variant(frozen, campaign.choice.variant if campaign.choice else None),
            ab_test=None,
            by_mail=None,  # once is enough
        )


def _slot(frozen: Frozen, now: datetime) -> Slot:
    """From now on for as long as the first one, and not past the campaign's end."""
    lasts = frozen.schedule.slot.duration
    return Slot(start=now, duration=min(lasts, frozen.end.at - now) if frozen.end else lasts)


def _forms(campaign: Campaign, id: ListId) -> Forms:
    """As of a draft to these people: one that waits for somebody's word can be changed as any campaign."""
    schedule = {
        field: text
        for field, text in campaign.forms.get("schedule", {}).items()
        if not field.startswith(("chase", "mail")) and field not in ("date", "time", "words", "said", "filled")
    }
    audience = {"channel": str(campaign.channel), "audience": f"list:{id}"}
    return {**campaign.forms, "audience": audience, "schedule": {**schedule, "start": "now"}}
