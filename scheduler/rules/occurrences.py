"""When a series comes: local wall-clock time, whatever the clocks do in spring and autumn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.rules.window import open_time
from storage.records import End, Every, Frozen, Repeat, Schedule, Sequels, Slot

HORIZON = timedelta(days=5 * 366)  #: how long a series lasts at the most
IN_VAIN = 500  #: days in a row that may be left out: a rule that has none open among them never comes
A_DAY = timedelta(days=1)


def occurrences(schedule: Schedule, after: datetime | None = None) -> Iterator[datetime]:
    """The instants at which a series starts, ascending; with ``after``, those later than that.

    ``schedule.repeat`` must be set. A day on which nobody works in the slot is left out, and counts for nothing.
    """
    repeat = schedule.repeat
    if repeat is None:
        return
    zone = ZoneInfo(schedule.zone)
    count, in_vain = 0, 0
    # one that is counted is gone through from its first day on
    since = after.astimezone(zone).replace(tzinfo=None) - A_DAY if after and repeat.times is None else None
    for local in _days(repeat, since):
        start = local.replace(tzinfo=zone).astimezone(UTC)
        if not _is_open(schedule, start, zone):
            in_vain += 1
            if in_vain >= IN_VAIN:
                return
            continue
        in_vain = 0
        count += 1
        if repeat.times is not None and count > repeat.times:
            return
        if after is None or start > after:
            yield start


def next_occurrence(schedule: Schedule, after: datetime) -> datetime | None:
    """The first one later than an instant; None where none comes any more."""
    return next(occurrences(schedule, after), None)


def first_occurrence(schedule: Schedule, since: datetime, sequels: Sequels | None) -> datetime | None:
    """The next one of a series that is scheduled now: at ``since`` or later, and never one that was made before."""
    last = sequels.last_at if sequels else None
    before = since - timedelta(microseconds=1)
    return next_occurrence(schedule, max(before, last) if last else before)


def overlaps(schedule: Schedule) -> bool:
    """Whether one would begin before the one before it ends; told by the first ones."""
    some = list(islice(occurrences(schedule), 13))
    return any(later - start < schedule.slot.duration for start, later in pairwise(some))


def at_occurrence(schedule: Schedule, start: datetime) -> Schedule:
    """The schedule of one occurrence: a campaign's, as any other."""
    slot = replace(schedule.slot, start=start)
    near = frozenset(
        day for day in schedule.hours.holidays if (slot.start - A_DAY).date() <= day <= (slot.end + A_DAY).date()
    )
    return replace(schedule, slot=slot, repeat=None, hours=replace(schedule.hours, holidays=near))


def end_at(frozen: Frozen, start: datetime) -> End | None:
    """The end of one occurrence: as long after its start as the first one's, on the wall clock."""
    return moved_end(frozen.end, frozen.schedule.slot, start, ZoneInfo(frozen.schedule.zone))


def moved_end(end: End | None, before: Slot, start: datetime, zone: ZoneInfo) -> End | None:
    """The end of a campaign that starts at ``start``, of one in the slot ``before``: on the wall clock, so that what

    ends on Fridays at six does so in a week in which the clocks change, too. Never before all of it is sent.
    """
    if end is None or start == before.start:
        return end
    lasts = _local(end.at, zone) - _local(before.start, zone)
    at = (_local(start, zone) + lasts).replace(tzinfo=zone).astimezone(UTC)
    return replace(end, at=max(at, start + before.duration))


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _is_open(schedule: Schedule, start: datetime, zone: ZoneInfo) -> bool:
    return bool(open_time(Slot(start=start, duration=schedule.slot.duration), schedule.hours, zone))


def _days(repeat: Repeat, since: datetime | None) -> Iterator[datetime]:
    """Local wall-clock starts, naive and ascending, from ``since`` on; public holidays and working days apart."""
    from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule  # here, as few ask for it: 2 MB

    begins = datetime.combine(repeat.first, repeat.at)
    ends = begins + HORIZON
    if repeat.until is not None:
        ends = min(ends, datetime.combine(repeat.until, time.max))
    rule: dict[str, Any] = {"dtstart": begins, "until": ends}
    if repeat.every is Every.DAY:
        rule |= {"freq": DAILY}
    elif repeat.every in (Every.WEEK, Every.FORTNIGHT):
        weekdays = sorted(repeat.days) or [repeat.first.weekday()]
        rule |= {"freq": WEEKLY, "interval": 1 if repeat.every is Every.WEEK else 2, "byweekday": weekdays}
    elif repeat.which:
        rule |= {"freq": MONTHLY, "byweekday": sorted(repeat.days) or [repeat.first.weekday()]}
        rule |= {"bysetpos": repeat.which}
    else:  # a shorter month has it on its last day
        rule |= {"freq": MONTHLY, "bymonthday": sorted({min(28, repeat.first.day), *range(28, repeat.first.day + 1)})}
        rule |= {"bysetpos": -1}
    days: Iterator[datetime] = iter(rrule(**rule) if since is None else rrule(**rule).xafter(since, inc=True))
    return days
