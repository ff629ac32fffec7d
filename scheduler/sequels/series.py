"""Occurrences of series: when one is due, a campaign of its own is made for it, which starts as any other.

Nothing is kept in mind: the store says what is due, and makes one campaign for an instant, whoever asks and however
often. Where the bot was away at the hour, the slot is used for what is left of it. Where it was away for the whole
slot, none is made: the author is told, and the series goes on with the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.ports import Announcer, Clock
from scheduler.rules.occurrences import at_occurrence, end_at, next_occurrence
from storage.port.campaigns import Campaigns
from storage.port.operations import Documents
from storage.records import (
    Campaign,
    CampaignId,
    Deed,
    DeedKind,
    Forms,
    Frozen,
    Sequels,
    consideration_of,
)
from storage.records.campaign_life import occurrence
from storage.records.sequels import MISSED
from storage.shared.policy import policy_of

log = logging.getLogger(__name__)

NAME = 100  #: characters of a campaign's name
#: of the schedule's form, what an occurrence has from its series
KEPT = (
    *("zone", "duration", "unit", "opens", "closes", "days", "anytime", "own_zone"),
    *("presence", "unknown", "holidays", "closed"),
)
TELL_AGAIN = 30.0  #: seconds until an author is tried again who could not be told what was missed


class _Store(Campaigns, Documents, Protocol):
    """What is asked of the store here."""


class Series:
    def __init__(self, store: _Store, announcer: Announcer, clock: Clock) -> None:
        self._store = store
        self._announcer = announcer
        self._clock = clock
        #: monotonic: until then, authors who could not be told are let be
        self._tell_again_at = float("-inf")

    async def go_on(self, series: Campaign) -> None:
        """Make the occurrence that is due."""
        now, sequels = self._clock.now(), series.sequels
        if sequels is None or sequels.next_at is None:
            return
        if sequels.next_at + series.as_scheduled.schedule.slot.duration <= now:
            await self._go_by(series, sequels, sequels.next_at, now)
        else:
            await self._make(series, sequels, sequels.next_at)

    async def _make(self, series: Campaign, sequels: Sequels, start: datetime) -> None:
        frozen = await self._frozen_at(series, start)
        name, forms = _name(series, start), _forms(series, start)
        now = self._clock.now()

        def make(id: CampaignId) -> Campaign:
            return occurrence(series, id, now, name, frozen, forms, series.approval)

        upcoming = next_occurrence(series.as_scheduled.schedule, start)
        after = replace(sequels, last_at=start, next_at=upcoming, made=sequels.made + 1)
        deed = Deed(kind=DeedKind.SCHEDULED, by=None, at=now, details={"series": str(series.id)})
        if (made := await self._store.make_sequel(series, after, make, deed=deed)) is not None:
            log.info("a series has come: series=%d campaign=%d", series.id, made.id)

    async def _frozen_at(self, series: Campaign, start: datetime) -> Frozen:
        """What goes out at an occurrence: under the rules as they stand now, in the name that was approved."""
        frozen = series.as_scheduled
        rules = consideration_of(await policy_of(self._store, series.tenant), frozen.message, None)
        rules = replace(rules, sender=frozen.consideration.sender)
        schedule, end = at_occurrence(frozen.schedule, start), end_at(frozen, start)
        return replace(frozen, schedule=schedule, consideration=rules, end=end)

    async def _go_by(self, series: Campaign, sequels: Sequels, start: datetime, now: datetime) -> None:
        """Occurrences whose slots are over: the author is told of all of them at once, before the series moves on."""
        schedule = series.as_scheduled.schedule
        missed, upcoming = [start], next_occurrence(schedule, start)
        while upcoming is not None and upcoming + schedule.slot.duration <= now:
            missed.append(upcoming)
            upcoming = next_occurrence(schedule, upcoming)
        waits = upcoming is None or upcoming > now  # what is due now is not kept waiting by a chat
        if waits and self._clock.monotonic() < self._tell_again_at:
            return
        if not await self._announcer.missed(series, missed):
            self._tell_again_at = self._clock.monotonic() + TELL_AGAIN
            if waits:
                return
        known = (*sequels.missed, *missed)[-MISSED:]
        after = replace(sequels, last_at=missed[-1], next_at=upcoming, missed=known)
        deed = Deed(kind=DeedKind.CHANGED, by=None, at=now)
        await self._store.make_sequel(series, after, None, deed=deed)
        log.warning("a series was missed, as the bot was away: series=%d times=%d", series.id, len(missed))


def _name(series: Campaign, start: datetime) -> str:
    """The series' name and the day: its occurrences are told apart in every list."""
    day = start.astimezone(ZoneInfo(series.as_scheduled.schedule.zone)).date().isoformat()
    return f"{series.name[: NAME - len(day) - 3]} – {day}"


def _forms(series: Campaign, start: datetime) -> Forms:
    """The series' forms, for this day alone: one that waits for somebody's word can be changed as any campaign."""
    local = start.astimezone(ZoneInfo(series.as_scheduled.schedule.zone))
    typed = series.forms.get("schedule", {})
    schedule: Mapping[str, str] = {
        **{field: typed[field] for field in KEPT if field in typed},
        "start": "at",
        "date": local.date().isoformat(),
        "time": local.strftime("%H:%M"),
    }
    if (end := end_at(series.as_scheduled, start)) is not None:
        ends = end.at.astimezone(local.tzinfo)
        of_end = {field: typed[field] for field in ("ending", "end_result") if field in typed}
        schedule = {**schedule, **of_end, "end_date": ends.date().isoformat(), "end_time": ends.strftime("%H:%M")}
    return {**series.forms, "schedule": schedule}
