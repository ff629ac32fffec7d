"""Days of work, counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.records import Schedule, WorkingHours

FARTHEST = 400  #: days that are looked through


def after_working_days(schedule: Schedule, since: datetime, days: int) -> datetime:
    """So many working days after the local day of an instant, at the hour at which the schedule starts.

    ``days``: 1 is the next one. On the clock of the schedule's zone; where nobody works on any day, days are counted.
    """
    zone = ZoneInfo(schedule.zone)
    day, left = since.astimezone(zone).date(), days
    for _ in range(FARTHEST):
        day += timedelta(days=1)
        left -= is_working(schedule.hours, day)
        if left <= 0:
            break
    clock = schedule.slot.start.astimezone(zone).time()
    return datetime.combine(day, clock, zone).astimezone(UTC)


def is_working(hours: WorkingHours, day: date) -> bool:
    """Whether anybody works on a local day."""
    return day.weekday() in hours.days and day not in hours.holidays
