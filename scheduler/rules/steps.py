"""When the steps of a sequence come: so many working days after somebody joined, on their own clock. Pure.

Each is due when work begins on its day, the step of the day itself at once. Nobody gets two on one day: one that is
late moves those behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.rules.window import open_time
from scheduler.rules.working_days import is_working
from storage.records import Schedule, Slot, Step, WorkingHours

A_DAY = timedelta(days=1)
NEAR = timedelta(days=8)  #: in which mostly somebody works
FARTHEST = 800  #: days that are looked through
ROOM = timedelta(hours=1)  #: of working time that is left of a day for a step to begin on it, where the day has more


def next_step(steps: Sequence[Step], done: Collection[int], reached: int | None) -> Step | None:
    """The first that has not been made, and that comes later than the last one that was; None: they are through.

    A step that has been made is not made again where it was moved, and one that was put before it is left out.
    """
    later = (step for step in steps if reached is None or step.after > reached)
    return next((step for step in later if step.number not in done), None)


def due_at(schedule: Schedule, zone: str, joined_at: datetime, after: int, last_at: datetime | None = None) -> datetime:
    """When somebody who joined then gets what comes so many working days ``after``; never on the day of ``last_at``.

    ``zone``: IANA, in which hours and days are read. Where nobody works on any day, days are counted.
    """
    clock = ZoneInfo(zone)
    joined = joined_at.astimezone(clock).date()
    earliest = joined_at if after == 0 else _midnight(_working_day(schedule.hours, joined, after), clock)
    if last_at is not None:
        earliest = max(earliest, _midnight(last_at.astimezone(clock).date() + A_DAY, clock))
    return first_open(schedule, zone, earliest)


def first_open(schedule: Schedule, zone: str, earliest: datetime) -> datetime:
    """The first instant from which a step has room on its day (``slot_of``); ``earliest`` where there is none."""
    clock = ZoneInfo(zone)
    for length in (NEAR, FARTHEST * A_DAY):
        times = open_time(Slot(start=earliest, duration=length), schedule.hours, clock)
        for start, _ in times.intervals:
            if slot_of(schedule, zone, start) is not None:
                return start
    return earliest


def slot_of(schedule: Schedule, zone: str, now: datetime) -> Slot | None:
    """In which a step goes out that is made now: for as long as the schedule says, and never into the next day.

    None where too little of the day's working hours is left.
    """
    clock = ZoneInfo(zone)
    day = now.astimezone(clock).date()
    begins, ends = _midnight(day, clock), _midnight(day + A_DAY, clock)
    slot = Slot(start=now, duration=min(schedule.slot.duration, ends - now))
    whole = open_time(Slot(start=begins, duration=ends - begins), schedule.hours, clock)
    left = open_time(slot, schedule.hours, clock)
    return slot if left and left.total >= min(ROOM, whole.total / 2, schedule.slot.duration / 2) else None


def schedule_of(schedule: Schedule, zone: str, slot: Slot) -> Schedule:
    """Of the campaign that a step is for those who are due: everybody's clock is the one of ``zone``."""
    near = frozenset(day for day in schedule.hours.holidays if abs(day - slot.start.date()) <= 2 * A_DAY)
    hours = replace(schedule.hours, holidays=near)
    return replace(schedule, slot=slot, zone=zone, own_zone=False, hours=hours)


def _working_day(hours: WorkingHours, joined: date, after: int) -> date:
    day, left = joined, after
    for _ in range(FARTHEST):
        day += A_DAY
        left -= is_working(hours, day)
        if left <= 0:
            return day
    return joined + after * A_DAY


def _midnight(day: date, clock: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), clock).astimezone(UTC)
