"""So many working days later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.working_days import after_working_days
from storage.records import Schedule, Slot, WorkingHours

PARIS = ZoneInfo("Europe/Paris")
HOURS = WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))
FRIDAY = datetime(2026, 12, 18, 10, tzinfo=PARIS)
AT_TEN = Schedule(slot=Slot(start=FRIDAY, duration=timedelta(hours=2)), hours=HOURS, zone="Europe/Paris")


def test_weekends_and_holidays_are_none() -> None:
    closed = replace(AT_TEN, hours=replace(HOURS, holidays=frozenset({date(2026, 12, 25)})))
    found = [after_working_days(closed, FRIDAY, days).astimezone(PARIS) for days in (1, 2, 4, 5)]
    assert [f"{at:%a %d %H:%M}" for at in found] == ["Mon 21 10:00", "Tue 22 10:00", "Thu 24 10:00", "Mon 28 10:00"]


SINCE = st.dates(date(2024, 1, 1), date(2030, 1, 1)).map(lambda day: datetime.combine(day, time(12), UTC))


@given(SINCE, st.integers(1, 30), st.frozensets(st.integers(0, 6)))
def test_it_is_a_working_day_at_the_same_wall_clock(instant: datetime, days: int, working: frozenset[int]) -> None:
    schedule = replace(AT_TEN, hours=replace(HOURS, days=working))
    due = after_working_days(schedule, instant, days).astimezone(PARIS)
    assert (due.hour, due.minute) == (10, 0) and due > instant
    if working:
        first = instant.astimezone(PARIS).date()
        between = [first + timedelta(days=n) for n in range(1, (due.date() - first).days + 1)]
        assert due.weekday() in working and sum(day.weekday() in working for day in between) == days
