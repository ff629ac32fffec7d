"""Who would get more than one campaign on a day: of what goes out anyhow, and of a draft beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, takewhile
from zoneinfo import ZoneInfo

from cards.kit.variables import escape_markdown
from dialogs.core.drafts import Draft
from dialogs.core.turn import Turn
from dialogs.core.visibility import Coming, coming
from scheduler.planner import open_time_of
from scheduler.rules.occurrences import at_occurrence, occurrences
from scheduler.rules.overlap import days_of, shared
from storage.records import Campaign, CampaignId, Channel, Schedule
from storage.records.step_forms import is_sequence
from storage.shared.bits import bits_of

WEEKS = 4
DAYS = 7 * WEEKS  #: looked ahead
MOST = 200  #: campaigns whose people are counted: the first to start
NAMED = 2  #: other campaigns of a day that a review names
DAYS_NAMED = 3  #: of a draft's days, of which its review tells


def days_left(turn: Turn, one: Coming, zone: ZoneInfo, first: date, days: int) -> list[date]:
    """Those on which it may still write to somebody; of a series, on which any of its occurrences may."""
    return _days_of(one.schedule, turn.now, zone, first, days)


def _days_of(schedule: Schedule, now: datetime, zone: ZoneInfo, first: date, days: int) -> list[date]:
    if schedule.repeat is None:
        return days_of(open_time_of(schedule).after(now), zone, first, days)
    end = datetime.combine(first + timedelta(days=days), time.max, zone)
    starts = chain([schedule.slot.start], occurrences(schedule, schedule.slot.start))
    each = [at_occurrence(schedule, start) for start in takewhile(lambda start: start < end, starts)]
    return sorted({day for one in each for day in days_of(open_time_of(one).after(now), zone, first, days)})


async def people_of(turn: Turn, some: Sequence[Coming]) -> dict[CampaignId, int]:
    """The people of each, as a number (scheduler/rules/overlap.py): of one that runs, who was planned for it."""
    people: dict[CampaignId, int] = {}
    for one in some:
        if one.running:
            people[one.id] = await asyncio.to_thread(bits_of, await turn.store.planned_people(one.id))
    for channel in Channel:
        waiting = [one for one in some if one.channel is channel and not one.running]
        audiences = [one.audience for one in waiting]
        if audiences:
            numbers = await turn.store.people_bits(turn.person.tenant, channel, audiences)
            people.update(zip((one.id for one in waiting), numbers, strict=True))
    return people


async def overlaps_of(turn: Turn, draft: Draft) -> list[str]:
    """What its author should know of a draft's days: who would get another campaign, too."""
    schedule, audience, campaign = draft.schedule, draft.audience, draft.campaign
    if schedule is None or audience is None or is_sequence(campaign.forms):
        return []
    zone = ZoneInfo(schedule.zone)
    first = max(turn.now, schedule.slot.start).astimezone(zone).date()
    own = _days_of(schedule, turn.now, zone, first, DAYS)
    others = [one for one in await coming(turn) if one.id not in (campaign.id, campaign.changes_of)]
    days = {one.id: set(days_left(turn, one, zone, first, DAYS)) & set(own) for one in others}
    near = [one for one in others if days[one.id]][:MOST]
    if not near:
        return []
    people = await people_of(turn, near)
    [mine] = await turn.store.people_bits(campaign.tenant, campaign.channel, [audience])
    lines = []
    for day in own:
        of_day = [one for one in near if day in days[one.id]]
        if count := await asyncio.to_thread(shared, mine, [people[one.id] for one in of_day]):
            lines.append(_overlap(turn, day, [one.campaign for one in of_day if people[one.id] & mine], count))
    if len(lines) > DAYS_NAMED:
        more = len(lines) - DAYS_NAMED
        lines = lines[:DAYS_NAMED]
        lines.append(turn.texts.many("It is so on {count} more day.", "It is so on {count} more days.", more))
    return [" ".join(lines)] if lines else []


def _overlap(turn: Turn, day: date, others: Sequence[Campaign | None], count: int) -> str:
    texts = turn.texts
    names = [texts("“{name}”", name=escape_markdown(one.name)) for one in others if one is not None]
    more = len(others) - len(names[:NAMED])
    which = names[:NAMED]
    if more:
        which.append(texts.many("{count} other campaign", "{count} other campaigns", more))
    return texts.many(
        "{day}: {count} of its people may get {others}, too.",
        "{day}: {count} of its people may get {others}, too.",
        count,
        day=texts.day(day),
        others=texts.enumerate(which),
    )
