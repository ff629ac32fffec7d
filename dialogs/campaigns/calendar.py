"""The coming four weeks: which campaigns go out on which day, to how many, and who would get more than one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cards.campaigns.calendar import CalendarDay, CalendarEntry, Milestone, calendar_card
from dialogs.campaigns.milestones import milestones_of
from dialogs.compose.overlaps import DAYS, MOST, WEEKS, days_left, people_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import Coming, coming, followed, makers
from scheduler.rules.overlap import crowd
from storage.records import CampaignId

router = Router()

A_DAY = timedelta(days=1)


@router.command("calendar", alone=True)
async def calendar_typed(turn: Turn, rest: str) -> Answer:
    return await calendar_of(turn)


@router.form("calendar.open")
async def calendar_pressed(turn: Turn, form: Form) -> Answer:
    return await calendar_of(turn)


async def calendar_of(turn: Turn) -> Answer:
    zone = turn.texts.zone
    today = turn.now.astimezone(zone).date()
    planned = await coming(turn)
    days = {one.id: days_left(turn, one, zone, today, DAYS) for one in planned}
    there = [one for one in planned if days[one.id]]
    counted = there[:MOST]
    people = await people_of(turn, counted)
    authors = await makers(turn, [one.campaign for one in counted if one.campaign])
    milestones = await _milestones(turn, today, zone)
    shown = []
    for day in sorted({day for one in counted for day in days[one.id]} | milestones.keys()):
        of_day = [one for one in counted if day in days[one.id]]
        together = await asyncio.to_thread(crowd, [people[one.id] for one in of_day])
        others = [people[one.id] for one in of_day if one.campaign is None]
        shown.append(
            CalendarDay(
                day=day,
                entries=[
                    _entry(one, [day] if one.schedule.repeat else days[one.id], people[one.id], authors)
                    for one in of_day
                    if one.campaign
                ],
                campaigns=len(of_day),
                people=together.people,
                twice=together.twice,
                certain=all(_is_of_one_day(one, days[one.id]) for one in of_day),
                others=len(others),
                others_people=crowd(others).people,
                milestones=milestones.get(day, []),
            )
        )
    card = calendar_card(turn.texts, today, WEEKS, shown, left_out=len(there) - len(counted))
    return Answer(card=card, summary=turn.texts("Calendar"))


async def _milestones(turn: Turn, today: date, zone: ZoneInfo) -> dict[date, list[Milestone]]:
    """By the reader's days."""
    before = datetime.combine(today + DAYS * A_DAY, time(), zone)
    found = [
        one for campaign in await followed(turn, before) for one in milestones_of(campaign, turn.now, before, zone)
    ]
    by_day = defaultdict[date, list[Milestone]](list)
    for one in sorted(found, key=lambda one: (one.at, one.campaign.id)):
        by_day[one.at.astimezone(zone).date()].append(one)
    return dict(by_day)


def _is_of_one_day(one: Coming, days: Sequence[date]) -> bool:
    """Whether everybody gets it on this day; a series counts by its occurrences."""
    return len(days) == 1 or (one.schedule.repeat is not None and one.schedule.slot.duration <= A_DAY)


def _starts(one: Coming, day: date) -> datetime:
    repeat = one.schedule.repeat
    return datetime.combine(day, repeat.at, ZoneInfo(one.schedule.zone)) if repeat else one.schedule.slot.start


def _entry(one: Coming, days: Sequence[date], people: int, authors: dict[CampaignId, str]) -> CalendarEntry:
    assert one.campaign is not None
    return CalendarEntry(
        campaign=one.campaign,
        starts=_starts(one, days[0]),
        first=days[0],
        last=days[-1],
        people=people.bit_count(),
        author=authors.get(one.id, ""),
    )
