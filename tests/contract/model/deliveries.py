"""Deliveries, what recipients did with the messages, what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import (
    COUNTED,
    CROWD,
    MAY_HAVE_ARRIVED,
    Campaign,
    CampaignId,
    Channel,
    Claimed,
    Columns,
    Counts,
    DeliveryId,
    DeliveryState,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Left,
    Look,
    NotReached,
    Person,
    PersonId,
    Press,
    Profile,
    ProfileFigures,
    Received,
    Recipient,
    Result,
    SentMessage,
    Settled,
    Tally,
    Who,
    engaged,
)
from storage.records.campaign_life import spared
from storage.records.deliveries import lapsed
from storage.records.instants import instant
from storage.shared.lessons import lessons_of
from tests.contract.model.kept import DeliveryRow
from tests.contract.model.people import ModelOfPeople

WAITING, PLANNED, CLAIMED, SENDING = list(DeliveryState)[:4]
UNCONFIRMED = DeliveryState.UNCONFIRMED
_KINDS = list(EngagementKind)


class ModelOfDeliveries(ModelOfPeople):
    def _rows(self, id: CampaignId) -> list[DeliveryRow]:
        return sorted((row for row in self.deliveries if row.campaign == id), key=lambda row: row.person)

    def _row(self, id: CampaignId, person: int) -> DeliveryRow | None:
        return next((row for row in self._rows(id) if row.person == person), None)

    def _held(self, id: int, holder: int, states: Sequence[DeliveryState]) -> DeliveryRow | None:
        """The delivery of this DeliveryId, where the holder still has it."""
        rows = (row for row in self.deliveries if row.id == id and row.holder == holder)
        return next((row for row in rows if row.state in states), None)

    def _planned(self, id: CampaignId, person: int, state: DeliveryState, at: datetime) -> DeliveryRow | None:
        if self._row(id, person):
            return None
        self.deliveries.append(DeliveryRow(id, person, state, at))
        return self.deliveries[-1]

    def plan(
        self,
        id: CampaignId,
        people: Sequence[int],
        due: Sequence[int] | None,
        until: datetime,
        columns: Mapping[int, Columns] | None = None,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        new = 0
        for place, person in enumerate(people):
            state, at = (WAITING, until) if due is None else (PLANNED, instant(due[place]))
            if row := self._planned(id, person, state, at):
                row.columns = (columns or {}).get(person, {})
                row.profile = profiles[place] if profiles else 0
                new += 1
        return new

    def plan_ended(
        self,
        id: CampaignId,
        people: Sequence[int],
        state: DeliveryState,
        reason: NotReached,
        at: datetime,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        new = 0
        for place, person in enumerate(people):
            if row := self._planned(id, person, state, at):
                row.reason, row.settled_at = reason, at
                row.profile = profiles[place] if profiles else 0
                new += 1
        return new

    def keep_profiles(self, id: CampaignId, profiles: Collection[Profile]) -> None:
        self.profiles.update({(id, one.number): one for one in profiles})

    def profile_figures(self, id: CampaignId) -> list[ProfileFigures]:
        """Counted anew each time."""
        kept = {number: one for (campaign, number), one in self.profiles.items() if campaign == id}
        if id in self.sealed or id not in self.campaigns_:
            return []
        figures = []
        for number in sorted(kept):
            rows = [row for row in self._rows(id) if row.profile == number]
            records = [self.records.get((id, row.person), Engaged()) for row in rows]
            did = {str(kind): sum(record.has(kind) for record in records) for kind in COUNTED}
            sent = sum(row.state is DeliveryState.DELIVERED for row in rows)
            if rows:
                figures.append(ProfileFigures(profile=kept[number], recipients=len(rows), sent=sent, **did))
        return figures

    def delivery_columns(self, id: CampaignId, people: Sequence[int]) -> dict[int, Columns]:
        return {row.person: row.columns for row in self._rows(id) if row.person in people and row.columns}

    def planned_people(self, id: CampaignId) -> Sequence[int]:
        return [row.person for row in self._rows(id)]

    def people_in_state(self, id: CampaignId, state: DeliveryState) -> Sequence[int]:
        return [row.person for row in self._rows(id) if row.state is state]

    def delivery_state(self, id: CampaignId, person: PersonId) -> int | None:
        row = self._row(id, person)
        return row.state if row else None

    # --- on its way ---------------------------------------------------------------------------

    def due(self, id: CampaignId, now: datetime) -> list[DeliveryRow]:
        """What may be claimed, earliest first; which of those due at one instant is the store's choice."""
        rows = [row for row in self._rows(id) if row.state in (PLANNED, CLAIMED) and row.next_at <= now]
        return sorted(rows, key=lambda row: row.next_at)

    def claim(
        self, campaign: Campaign, people: Sequence[int], holder: int, lease_until: datetime, *, mark: bool
    ) -> list[Claimed]:
        """What the store gives of the deliveries of these people, which it chose to claim; their ids are told."""
        claimed = []
        for person, given in zip(people, self.given, strict=True):
            row, known = self._row(campaign.id, person), self.people[person]
            assert row is not None and row.id in (None, given)
            row.id = given
            one = Claimed(
                id=DeliveryId(given),
                campaign=campaign.id,
                person=known.person,
                reference=known.references.get(campaign.channel),
                attempts=row.attempts,
                columns=row.columns,
                rung=row.rung,
                profile=row.profile,
                unexplained_at=row.settled_at if row.reason is NotReached.UNEXPLAINED else None,
            )
            leaves = mark and one.reachable and not spared(campaign, known.person)
            row.state, row.holder, row.next_at = SENDING if leaves else CLAIMED, holder, lease_until
            claimed.append(one)
        return claimed

    def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        rows = [row for one in claimed if (row := self._held(one.id, holder, [CLAIMED]))]
        for row in rows:
            row.state, row.next_at = SENDING, lease_until
        return {row.id for row in rows if row.id}

    def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> set[int]:
        rows = [row for id in ids if (row := self._held(id, holder, [CLAIMED, SENDING]))]
        for row in rows:
            row.next_at = lease_until
        return {row.id for row in rows if row.id}

    def record(self, settled: Sequence[Settled], holder: int) -> None:
        kept = []
        for one in settled:
            row = self._held(one.id, holder, [CLAIMED, SENDING])
            if row is None:  # what has left has its answer, whoever holds it by now
                kept += [one] if one.attempted else []
                continue
            kept.append(one)
            back = one.state is WAITING and self.people[row.person].works(one.channel)
            row.holder, row.state, row.next_at = None, one.state, one.due or one.at
            if back:
                row.state, row.next_at = PLANNED, one.at
            row.attempts += one.attempted
            row.reason, row.detail, row.activity, row.settled_at = one.reason, one.detail, one.activity, one.at
            if one.seen:
                row.looks.append(Look(one.at, one.seen))
                row.delivered_on = (row.rung, one.seen) if one.state is DeliveryState.DELIVERED else None
            row.rung = row.rung if one.rung is None else one.rung
        for one, lesson in lessons_of(kept):
            self.learn(one.person, one.channel, lesson)
        for one in kept:
            if one.service_url and one.channel in self.people[one.person].references:
                self._refer(one.person, one.channel, service_url=one.service_url)
            if one.state.final and one.state not in MAY_HAVE_ARRIVED:
                self.received_in = {key for key in self.received_in if (key[0], key[2]) != (one.person, one.campaign)}

    def reap(
        self, id: CampaignId, now: datetime, slot_end: datetime, why: NotReached = NotReached.SLOT_OVER
    ) -> Mapping[DeliveryState, int]:
        over, reaped = now >= slot_end, Counter[DeliveryState]()
        for row in self._rows(id):
            past = row.next_at <= now
            if (row.state is SENDING and past) or (
                over and (row.state in (WAITING, PLANNED) or (row.state is CLAIMED and past))
            ):
                reference = self.people[row.person].references.get(self.campaigns_[id].channel)
                row.state, row.reason = lapsed(row.state, row.reason, reference.broken if reference else None, why)
                row.settled_at, row.holder = now, None
                reaped[row.state] += 1
        return reaped

    def doubt(self, id: CampaignId, now: datetime) -> int:
        rows = [
            row for row in self._rows(id) if not row.state.final and (row.state is not PLANNED or row.next_at <= now)
        ]
        for row in rows:
            row.state, row.reason, row.settled_at, row.holder = UNCONFIRMED, NotReached.RESTORED, now, None
        return len(rows)

    def tally(self, id: CampaignId) -> Tally:
        if id in self.sealed:
            return self.sealed[id][0]
        rows = self._rows(id)
        return Tally(
            states=Counter(row.state for row in rows),
            reasons=Counter(row.reason for row in rows if row.reason and row.state > DeliveryState.DELIVERED),
            rungs=Counter(row.delivered_on for row in rows if row.delivered_on),
        )

    def next_due(self, id: CampaignId) -> datetime | None:
        return min((row.next_at for row in self._rows(id) if row.state is PLANNED), default=None)

    def due_among(
        self, ids: Collection[CampaignId], states: Collection[DeliveryState], now: datetime
    ) -> set[CampaignId]:
        return {id for id in ids for row in self._rows(id) if row.state in states and row.next_at <= now}

    def last_due(self, id: CampaignId, before: datetime) -> datetime | None:
        planned = (row.next_at for row in self._rows(id) if row.state is PLANNED)
        return max((at for at in planned if at < before), default=None)

    # --- so many a week -----------------------------------------------------------------------

    def admit(self, id: CampaignId, people: Sequence[int], week: int, limit: int) -> set[int]:
        for person in people:
            others = {key for key in self.received_in if key[:2] == (person, week) and key[2] != id}
            if len(others) < limit:
                self.received_in.add((person, week, id))
        return {person for person in people if (person, week, id) in self.received_in}

    def had_enough(self, week: int, limit: int) -> list[int]:
        counts = Counter(person for person, of_week, _ in self.received_in if of_week == week)
        return sorted(person for person, count in counts.items() if count >= limit)

    def forget_weeks(self, before: int) -> None:
        self.received_in = {key for key in self.received_in if key[1] >= before}

    # --- engagement ---------------------------------------------------------------------------

    def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        counted = [press.who <= CROWD or self._may_have(press.campaign, press.who) for press in presses]
        for press, counts in zip(presses, counted, strict=True):
            if counts:
                key = (press.campaign, press.who)
                after = engaged(self.records.get(key, Engaged()), press)
                if after != Engaged():
                    self.records[key] = after
        return [
            self.records.get((press.campaign, press.who), Engaged()) if counts else None
            for press, counts in zip(presses, counted, strict=True)
        ]

    def _may_have(self, campaign: CampaignId, who: int) -> bool:
        row = self._row(campaign, who)
        return row is not None and row.state in MAY_HAVE_ARRIVED

    def _counts(self, id: CampaignId) -> Counts:
        counts = Counts()
        for (campaign, who), record in self.records.items():
            if campaign == id:
                counts.add(record, Who(who))
        return counts

    def engagement(self, id: CampaignId) -> list[Engagement]:
        if id in self.sealed:
            return self.sealed[id][1]
        counts = self._counts(id)
        totals = [
            Engagement(
                kind=key[0],
                button=key[1],
                people=counts.people.get(key, 0),
                presses=counts.presses.get(key, 0),
                last_at=instant(counts.latest[key]),
            )
            for key in counts.presses.keys() | counts.people.keys()
        ]
        return sorted(totals, key=lambda one: (_KINDS.index(one.kind), -1 if one.button is None else one.button))

    def engagement_by_hour(self, id: CampaignId) -> list[EngagedInHour]:
        if id in self.sealed:
            return self.sealed[id][2]
        hours = [
            EngagedInHour(kind=kind, hour=instant(hour * 3_600_000), people=people)
            for (kind, hour), people in self._counts(id).hours.items()
        ]
        return sorted(hours, key=lambda one: (_KINDS.index(one.kind), one.hour))

    def received(self, person: Person, channel: Channel, now: datetime) -> list[Received]:
        messages = []
        for row in self.deliveries:
            campaign = self.campaigns_[row.campaign]
            counts = campaign.engages(now) and not campaign.sealed_at
            if row.person != person.id or row.state not in MAY_HAVE_ARRIVED or not counts:
                continue
            if (campaign.tenant, campaign.channel) == (person.tenant, channel):
                record = self.records.get((row.campaign, person.id), Engaged())
                messages.append(
                    Received(
                        campaign=campaign.id,
                        person=person.id,
                        activity=row.activity,
                        arrived=row.state is not SENDING,
                        at=row.settled_at or row.next_at,
                        anonymous=campaign.anonymous,
                        opened=record.has(EngagementKind.OPENED),
                    )
                )
        return sorted(messages, key=lambda one: (one.at, one.campaign), reverse=True)

    # --- results ------------------------------------------------------------------------------

    def results(self, id: CampaignId, after: int, limit: int, left: Left | None = None) -> list[Result]:
        rows = [row for row in self._rows(id) if row.person > after]
        if left is not None and left.kind is None:
            rows = [row for row in rows if row.state is not DeliveryState.DELIVERED]
        elif left is not None and left.kind is not None:
            without = set(self.people_without(id, left.kind))
            rows = [row for row in rows if row.person in without]
        return [
            Result(
                person=Recipient.of(self.people[row.person].person),
                state=row.state,
                reason=row.reason,
                detail=row.detail,
                attempts=row.attempts,
                settled_at=row.settled_at,
                looks=tuple(row.looks),
                engaged=self.records.get((id, row.person), Engaged()),
            )
            for row in rows
        ][:limit]

    def sent_messages(self, id: CampaignId, after: int, limit: int) -> list[SentMessage]:
        rows = [row for row in self._rows(id) if row.person > after]
        return [
            SentMessage(
                person=row.person,
                state=row.state,
                activity=row.activity,
                reference=self.people[row.person].references.get(self.campaigns_[id].channel),
            )
            for row in rows
            if row.state in (DeliveryState.DELIVERED, UNCONFIRMED)
        ][:limit]

    def people_without(self, id: CampaignId, kind: EngagementKind) -> Sequence[int]:
        rows = (row for row in self._rows(id) if row.state is DeliveryState.DELIVERED)
        return [row.person for row in rows if not self.records.get((id, row.person), Engaged()).has(kind)]

    def erased_from_deliveries(self, people: set[int]) -> None:
        for row in self.deliveries:
            if row.person in people:
                row.activity, row.columns, row.detail = "", {}, ""

    def skip_versions(self, by: int) -> None:
        for id, campaign in self.campaigns_.items():
            if campaign.state.changeable:
                self.campaigns_[id] = replace(campaign, version=campaign.version + by)
