"""Sequences: who joins an audience gets its steps one by one, each so many working days later, on their own clock.

Whoever is found to have joined is put in a list that nobody sees, and belongs to a cohort from there on. When a step is
due for a cohort, a campaign is made: to the sequence's own audience, as it is then, of whom only those who stand in the
cohort's lists receive it. From there on nothing knows that it came of a sequence.

Nothing is kept in mind. Every change is one of the sequence's record, by compare-and-set (``make_sequel``): who joins,
or a campaign together with how far its cohort has come. What is prepared before (a list) is seen by nobody until then.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.list_refresh import ListReader
from scheduler.ports import Clock
from scheduler.rules.steps import due_at, first_open, next_step, schedule_of, slot_of
from storage.port.campaigns import Campaigns
from storage.port.operations import Documents
from storage.port.people import Lists
from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    Cohort,
    Deed,
    DeedKind,
    Forms,
    Frozen,
    ListId,
    PersonId,
    Sequels,
    Slot,
    StaleVersion,
    Step,
    StepSequence,
    consideration_of,
)
from storage.records.campaign_life import A_MOMENT, occurrence
from storage.records.instants import is_zone
from storage.records.step_forms import message_forms
from storage.shared.json import to_json
from storage.shared.policy import policy_of
from storage.shared.segments import lists_behind_all

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=10)  #: between two looks for people who have joined
THROUGH = timedelta(days=2)  #: after its last step, a cohort is let go
MANY = 20  #: lists of people who are through, before they become one
LAST = 100  #: campaigns made of a sequence are looked at for those that are not planned
PAGE = 50_000  #: people put in a list by one change
NAME = 100  #: characters of a campaign's name
NOBODY = PersonId(0)  #: whose the lists are that nobody sees: they stay where an author is erased


class _Store(Campaigns, Documents, Lists, Protocol):
    """What is asked of the store here."""


class Sequences:
    def __init__(self, store: _Store, reader: ListReader, clock: Clock) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock

    async def go_on(self, sequence: Campaign) -> None:
        """The one thing that is due first; to be called again for the next."""
        plan, sequels = sequence.as_scheduled.sequence, sequence.sequels
        if plan is None or sequels is None or sequels.next_at is None:
            return
        now = self._clock.now()
        if sequels.audience != sequence.as_scheduled.audience:
            await self._begin(sequence, plan, sequels)
        elif sequels.plan != _digest(sequence.as_scheduled):
            await self._move(sequence, _planned_anew(sequence.as_scheduled, plan, sequels))
        elif due := await self._due(sequence, plan, sequels, now):
            await self._make_step(sequence, plan, sequels, due, now)
        elif sequels.looks_at is None or sequels.looks_at <= now:
            await self._let_in(sequence, plan, sequels, now)

    # --- who is in it -------------------------------------------------------------------------

    async def _begin(self, sequence: Campaign, plan: StepSequence, sequels: Sequels) -> None:
        """The audience is looked at for the first time: where only newcomers join, those who are in it do not."""
        frozen, past = sequence.as_scheduled, sequels.past
        if not await self._is_read(sequence, whole=True):
            return  # nobody would be known to have been there before
        if plan.newcomers:
            known = replace(frozen.audience, beyond=sequels.hidden)
            reachable, others = await self._store.recipients(sequence.tenant, known, sequence.channel)
            if reachable or others:
                past = (*past, *await self._hidden_lists(sequence, [[*reachable, *others]]))
        begun = replace(sequels, past=past, audience=frozen.audience)
        await self._move(sequence, _planned_anew(frozen, plan, begun), new=past[len(sequels.past) :])
        log.info("a sequence begins: sequence=%d before=%d", sequence.id, len(past))

    async def _let_in(self, sequence: Campaign, plan: StepSequence, sequels: Sequels, now: datetime) -> None:
        """Who stands in the audience, can be reached, and has not been in the sequence before; by their clocks."""
        frozen = sequence.as_scheduled
        await self._is_read(sequence)
        after = replace(sequels, looks_at=now + LOOK_EVERY)
        joining = replace(frozen.audience, beyond=sequels.hidden)
        people, _ = await self._store.recipients(sequence.tenant, joining, sequence.channel)
        by_zone = await self._store.by_zone(people) if people else {}
        lists = await self._hidden_lists(sequence, by_zone.values()) if people else []
        cohorts = [
            Cohort(
                lists=(id,),
                people=len(by_zone[zone]),
                zone=zone if is_zone(zone) else frozen.schedule.zone,
                joined_at=now,
                due_at=now,
            )
            for zone, id in zip(by_zone, lists, strict=True)
        ]
        joined = tuple(_on_time(frozen, plan, cohort) for cohort in cohorts)
        after = replace(after, cohorts=(*sequels.cohorts, *joined), made=sequels.made + len(people))
        await self._move(sequence, after, new=lists)
        if people:
            log.info("people join a sequence: sequence=%d people=%d", sequence.id, len(people))

    async def _is_read(self, sequence: Campaign, *, whole: bool = False) -> bool:
        """Have what comes from groups and teams read anew; whether all of it has been, at least once (``whole``)."""
        known = await lists_behind_all(self._store, sequence.as_scheduled.audience)
        shown = [await self._reader.look(one) for one in known.values() if one.source is not None]
        return not whole or all(one.read_at is not None for one, _ in shown)

    async def _hidden_lists(self, sequence: Campaign, groups: Iterable[Sequence[int]]) -> list[ListId]:
        """Lists that nobody sees, of these people each; remembered, so that none is left where a copy dies over it."""
        made = list[ListId]()
        for people in groups:
            made.append(await self._store.blank_list(sequence.tenant, NOBODY))
            await self._remember(sequence.id, lambda known: {*known, made[-1]})
            for start in range(0, len(people), PAGE):
                page = [PersonId(person) for person in people[start : start + PAGE]]
                await self._store.fill_blank(made[-1], page)
        return made

    async def _remembered(self, sequence: CampaignId) -> tuple[str, set[ListId]]:
        """The lists that copies are making for it, or died over; and the etag of that."""
        etag, text = (await self._store.read_documents([_key(sequence)])).get(_key(sequence), ("", b"[]"))
        return etag, {ListId(id) for id in json.loads(text)}

    async def _remember(self, sequence: CampaignId, change: Callable[[set[ListId]], set[ListId]]) -> None:
        """Whatever other copies remember at the same moment."""
        while True:
            etag, known = await self._remembered(sequence)
            wanted = change(known)
            if wanted == known:
                return
            try:
                await self._store.write_documents({_key(sequence): (etag, json.dumps(sorted(wanted)).encode())})
                return
            except StaleVersion:
                continue

    async def _clear_away(self, sequence: CampaignId, new: Sequence[ListId], before: set[ListId]) -> None:
        """Those of the lists made for it that it does not have; of other copies only where ours were taken.

        Whoever made one of ``before`` then went by a version of the sequence that is over, and can have it kept no
        more: before that, another copy's might have been taken from under the people who are to join by it.
        """
        now = await self._store.campaign(sequence)
        kept = now.sequels.hidden if now is not None and now.sequels else ()
        over = {*new, *before} if set(new) <= set(kept) else set(new)
        for id in over - set(kept):
            await self._store.drop_blank(id)
        await self._remember(sequence, lambda known: known - over)

    # --- steps --------------------------------------------------------------------------------

    async def _due(self, sequence: Campaign, plan: StepSequence, sequels: Sequels, now: datetime) -> list[Cohort]:
        """Cohorts on one clock for which the same step is due; none of which people still wait for the one before."""
        due = sorted((one for one in sequels.cohorts if one.due_at <= now), key=lambda one: one.due_at)
        if not due:
            return []
        busy = await self._unplanned(sequence)
        free = [one for one in due if not busy & set(one.lists)]
        return [one for one in free if _next_of(plan, one) == _next_of(plan, free[0]) and one.zone == free[0].zone]

    async def _unplanned(self, sequence: Campaign) -> set[ListId]:
        """The lists of people who have not all got their deliveries of a step that has been made."""
        busy = set[ListId]()
        for one in await self._store.sequels(sequence.id, LAST):
            frozen = one.frozen or (one.held.frozen if one.held else None)
            if frozen is not None and one.planned_at is None and one.state is not CampaignState.DONE:
                busy |= set(frozen.audience.among)
        return busy

    async def _make_step(
        self, sequence: Campaign, plan: StepSequence, sequels: Sequels, due: Sequence[Cohort], now: datetime
    ) -> None:
        frozen, zone = sequence.as_scheduled, due[0].zone
        others = tuple(one for one in sequels.cohorts if one not in due)
        lists = tuple(id for one in due for id in one.lists)
        if (step := _next_of(plan, due[0])) is None:  # they are through
            await self._move(sequence, replace(sequels, cohorts=others, past=(*sequels.past, *lists)))
        elif (slot := slot_of(frozen.schedule, zone, now)) is None:  # the bot was away until the evening
            later = first_open(frozen.schedule, zone, now)
            waiting = tuple(replace(one, due_at=later) for one in due)
            await self._move(sequence, replace(sequels, cohorts=(*others, *waiting)))
        else:
            further = tuple(_had(frozen, plan, one, step, now) for one in due)
            after = replace(sequels, cohorts=_together((*others, *further)))
            await self._move(sequence, after, await self._campaign_of(sequence, step, lists, zone, slot))

    async def _campaign_of(
        self, sequence: Campaign, step: Step, lists: tuple[ListId, ...], zone: str, slot: Slot
    ) -> Callable[[CampaignId], Campaign]:
        """The step for these people: as it was scheduled and approved, under the rules as they stand."""
        frozen = sequence.as_scheduled
        rules = consideration_of(await policy_of(self._store, sequence.tenant), step.message, None)
        whole = replace(
            frozen,
            message=step.message,
            tracking=step.tracking,
            audience=replace(frozen.audience, among=lists),
            schedule=schedule_of(frozen.schedule, zone, slot),
            consideration=replace(rules, sender=frozen.consideration.sender),
            sequence=None,
        )
        forms: Forms = {
            **{name: kept for name, kept in sequence.forms.items() if name in ("audience", "schedule")},
            **message_forms(sequence.forms, step.number),
        }
        name, now = _name(sequence, step, slot, zone), self._clock.now()

        def make(id: CampaignId) -> Campaign:
            made = occurrence(sequence, id, now, name, whole, forms, sequence.approval)
            return replace(made, step=step.number, reported_at=now)  # its figures are with the sequence's

        return make

    # --- the record ---------------------------------------------------------------------------

    async def _move(
        self,
        sequence: Campaign,
        after: Sequels,
        make: Callable[[CampaignId], Campaign] | None = None,
        new: Sequence[ListId] = (),
    ) -> None:
        """The sequence as it is from here on, unless it has changed. ``new``: lists that were made for it."""
        before = sequence.sequels.next_at if sequence.sequels else None
        assert before is not None
        due = [one.due_at for one in after.cohorts]
        wanted = min([after.looks_at or before, *due])
        # an instant of its own for each: what was made for one is known by it
        after = replace(after, last_at=before, next_at=max(wanted, before + A_MOMENT))
        deed = Deed(kind=DeedKind.SCHEDULED, by=None, at=self._clock.now(), details={"sequence": str(sequence.id)})
        _, others = await self._remembered(sequence.id) if new else ("", set[ListId]())
        made = await self._store.make_sequel(sequence, after, make, deed=deed)
        if made is not None:
            log.info("a step has come: sequence=%d step=%s campaign=%d", sequence.id, made.step, made.id)
        if new:
            await self._clear_away(sequence.id, new, others)
        elif len(after.past) > MANY and (current := await self._store.campaign(sequence.id)):
            await self._gather(current)

    async def _gather(self, sequence: Campaign) -> None:
        """Of many lists of people who are through, one."""
        sequels = sequence.sequels
        if sequels is None or not sequence.goes_on or sequels.paused or len(sequels.past) <= MANY:
            return
        one, *others = sequels.past
        await self._store.absorb_blanks(one, others)
        await self._move(sequence, replace(sequels, past=(one,)))


def _key(sequence: CampaignId) -> str:
    return f"joining/{sequence}"


def _digest(frozen: Frozen) -> str:
    """Tells what the days of steps go by from what they went by before."""
    steps = [(step.number, step.after) for step in frozen.sequence.steps] if frozen.sequence else []
    text = f"{to_json(frozen.schedule.hours)} {frozen.schedule.zone} {frozen.schedule.slot.duration} {steps}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _next_of(plan: StepSequence, cohort: Cohort) -> Step | None:
    return next_step(plan.steps, cohort.done, cohort.reached)


def _on_time(frozen: Frozen, plan: StepSequence, cohort: Cohort) -> Cohort:
    """With the instant at which its next step is due, or it is let go."""
    step = _next_of(plan, cohort)
    if step is None:
        return replace(cohort, due_at=(cohort.last_at or cohort.joined_at) + THROUGH)
    at = due_at(frozen.schedule, cohort.zone, cohort.joined_at, step.after, cohort.last_at)
    return replace(cohort, due_at=at)


def _had(frozen: Frozen, plan: StepSequence, cohort: Cohort, step: Step, now: datetime) -> Cohort:
    had = replace(cohort, done=(*cohort.done, step.number), reached=step.after, last_at=now)
    return _on_time(frozen, plan, had)


def _planned_anew(frozen: Frozen, plan: StepSequence, sequels: Sequels) -> Sequels:
    cohorts = tuple(_on_time(frozen, plan, one) for one in sequels.cohorts)
    return replace(sequels, cohorts=cohorts, plan=_digest(frozen))


def _together(cohorts: Sequence[Cohort]) -> tuple[Cohort, ...]:
    """Those who joined on one day, and have come as far, are one cohort from there on."""
    by_what: dict[object, Cohort] = {}
    for one in cohorts:
        joined = one.joined_at.astimezone(ZoneInfo(one.zone)).date()
        key = (one.zone, joined, one.done, one.reached, one.last_at and one.last_at.date(), one.due_at)
        if (other := by_what.get(key)) is not None and one.done:
            one = replace(other, lists=(*other.lists, *one.lists), people=other.people + one.people)
        by_what[key if one.done else (key, one.lists)] = one
    return tuple(by_what.values())


def _name(sequence: Campaign, step: Step, slot: Slot, zone: str) -> str:
    """The sequence's name, which step, and the day: they are told apart in approvals and reports."""
    steps = sequence.as_scheduled.sequence.steps if sequence.as_scheduled.sequence else ()
    place = 1 + next((place for place, one in enumerate(steps) if one.number == step.number), 0)
    rest = f" – {place}/{len(steps)} – {slot.start.astimezone(ZoneInfo(zone)).date().isoformat()}"
    return f"{sequence.name[: NAME - len(rest)]}{rest}"
