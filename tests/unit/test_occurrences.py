"""When a series comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.occurrences import (
    HORIZON,
    at_occurrence,
    end_at,
    first_occurrence,
    next_occurrence,
    occurrences,
    overlaps,
)
from storage.records import AtEnd, Audience, End, Every, Frozen, Message, Repeat, Schedule, Sequels, Slot, WorkingHours

PARIS = "Europe/Paris"
MONDAY = date(2026, 12, 7)
HOURS = WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))
ALWAYS = WorkingHours(opens=time(0), closes=time(0), days=frozenset(range(7)))
ZONES = (PARIS, "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kolkata")


def series(hours: WorkingHours = HOURS, zone: str = PARIS, hour: int = 9, lasts: int = 2, **rule: object) -> Schedule:
    """Two hours at nine, from a Monday."""
    repeat = Repeat(**({"every": Every.WEEK, "first": MONDAY, "at": time(hour)} | rule))
    start = datetime.combine(repeat.first, repeat.at, ZoneInfo(zone)).astimezone(UTC)
    slot = Slot(start=start, duration=timedelta(hours=lasts))
    return Schedule(slot=slot, hours=hours, zone=zone, repeat=repeat)


def days(schedule: Schedule, count: int = 5) -> list[str]:
    local = (start.astimezone(ZoneInfo(schedule.zone)) for start in islice(occurrences(schedule), count))
    return [f"{start:%a %d %b %H:%M}" for start in local]


def test_every_week_on_chosen_days() -> None:
    assert days(series()) == [
        "Mon 07 Dec 09:00", "Mon 14 Dec 09:00", "Mon 21 Dec 09:00", "Mon 28 Dec 09:00", "Mon 04 Jan 09:00",
    ]  # fmt: skip
    assert days(series(days=frozenset({1, 4})), 3) == ["Tue 08 Dec 09:00", "Fri 11 Dec 09:00", "Tue 15 Dec 09:00"]


def test_every_fortnight_is_counted_from_the_first() -> None:
    assert days(series(every=Every.FORTNIGHT), 3) == ["Mon 07 Dec 09:00", "Mon 21 Dec 09:00", "Mon 04 Jan 09:00"]


def test_every_day_leaves_out_days_on_which_nobody_works() -> None:
    assert days(series(every=Every.DAY), 6)[3:] == ["Thu 10 Dec 09:00", "Fri 11 Dec 09:00", "Mon 14 Dec 09:00"]
    assert days(series(ALWAYS, every=Every.DAY), 6)[5:] == ["Sat 12 Dec 09:00"]
    christmas = WorkingHours(opens=time(9), closes=time(18), days=HOURS.days, holidays=frozenset({date(2026, 12, 21)}))
    assert days(series(christmas), 3) == ["Mon 07 Dec 09:00", "Mon 14 Dec 09:00", "Mon 28 Dec 09:00"]


def test_months_by_weekday_and_by_day() -> None:
    first_tuesday = series(every=Every.MONTH, which=1, days=frozenset({1}))
    assert days(first_tuesday, 3) == ["Tue 05 Jan 09:00", "Tue 02 Feb 09:00", "Tue 02 Mar 09:00"]
    last_friday = series(every=Every.MONTH, which=-1, days=frozenset({4}))
    assert days(last_friday, 2) == ["Fri 25 Dec 09:00", "Fri 29 Jan 09:00"]


def test_a_month_without_its_day_has_it_on_its_last() -> None:
    monthly = series(ALWAYS, every=Every.MONTH, first=date(2027, 1, 31))
    assert days(monthly, 4) == ["Sun 31 Jan 09:00", "Sun 28 Feb 09:00", "Wed 31 Mar 09:00", "Fri 30 Apr 09:00"]
    assert days(series(ALWAYS, every=Every.MONTH, first=date(2027, 1, 5)), 2) == [
        "Tue 05 Jan 09:00",
        "Fri 05 Feb 09:00",
    ]


def test_until_a_day_and_so_many_times() -> None:
    assert len(list(occurrences(series(until=date(2026, 12, 21))))) == 3
    assert len(list(occurrences(series(every=Every.DAY, times=7)))) == 7
    after_four = next_occurrence(series(times=4), datetime(2026, 12, 21, 12, tzinfo=UTC))
    assert after_four is not None and f"{after_four:%d %b}" == "28 Dec"
    assert next_occurrence(series(times=4), after_four) is None


def test_what_never_comes() -> None:
    assert list(occurrences(series(days=frozenset({6})))) == []
    assert list(occurrences(series(until=date(2026, 12, 6)))) == []
    assert list(occurrences(series(hour=20))) == []


def test_one_that_was_made_is_never_made_again() -> None:
    start = datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert first_occurrence(series(), start, None) == start
    assert first_occurrence(series(), start, Sequels(last_at=start)) == start + timedelta(days=7)
    assert first_occurrence(series(), start - timedelta(days=7), Sequels(last_at=start)) == start + timedelta(days=7)


def test_an_occurrence_is_an_ordinary_schedule() -> None:
    holidays = frozenset({date(2026, 12, 7), date(2026, 12, 25)})
    hours = WorkingHours(opens=time(9), closes=time(18), days=HOURS.days, holidays=holidays)
    start = datetime(2026, 12, 24, 8, tzinfo=UTC)
    once = at_occurrence(series(hours), start)
    assert once.repeat is None and once.slot == Slot(start=start, duration=timedelta(hours=2))
    assert once.hours.holidays == {date(2026, 12, 25)}


@pytest.mark.parametrize(("lasts", "each"), [(2, False), (7 * 24, False), (7 * 24 + 1, True)])
def test_whether_one_begins_before_the_last_ends(lasts: int, each: bool) -> None:
    assert overlaps(series(lasts=lasts)) is each


rules = st.builds(
    Repeat,
    every=st.sampled_from(Every),
    days=st.frozensets(st.integers(0, 6), max_size=3),
    which=st.sampled_from([0, 0, 1, 2, 3, 4, -1]),
    first=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    at=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    times=st.none() | st.integers(1, 60),
)


@given(rules, st.sampled_from(ZONES), st.integers(0, 400))
def test_wall_clock_time_stays_whatever_the_clocks_do(repeat: Repeat, zone: str, later: int) -> None:
    there = ZoneInfo(zone)
    slot = Slot(start=datetime(2024, 1, 1, tzinfo=UTC), duration=timedelta(hours=1))
    schedule = Schedule(slot=slot, hours=ALWAYS, zone=zone, repeat=repeat)
    some = list(islice(occurrences(schedule), 80))
    assert some and some == sorted(set(some)) and some[-1] - some[0] <= HORIZON + timedelta(days=1)
    for start in some:
        local = start.astimezone(there)
        # in the hour that the clocks skip there is no such time: as much later as they leap
        skipped = local.replace(tzinfo=None) - datetime.combine(local.date(), repeat.at)
        if skipped:
            before, after = (start - timedelta(hours=3)).astimezone(there), local
            leap = after.utcoffset() - before.utcoffset()
            assert skipped == leap > timedelta(0) or local.date() != (start - leap).astimezone(there).date()
        assert local.date() >= repeat.first
        if repeat.every in (Every.WEEK, Every.FORTNIGHT) and not skipped:
            assert local.weekday() in (repeat.days or {repeat.first.weekday()})
    # asked anew after any of them, it goes on with the next: nothing is lost, and nothing comes again
    since = some[0] + timedelta(days=later)
    assert next_occurrence(schedule, since) == next((start for start in occurrences(schedule) if start > since), None)


@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    lasts=st.integers(1, 48),
    after=st.integers(0, 10 * 24),
    weeks=st.integers(0, 100),
)
def test_each_time_ends_as_long_after_its_start_on_the_wall_clock_and_never_while_it_is_sent(
    zone: str, hour: int, lasts: int, after: int, weeks: int
) -> None:
    schedule = series(ALWAYS, zone=zone, hour=hour, lasts=lasts)
    known = ZoneInfo(zone)
    end = End(at=schedule.slot.end + timedelta(hours=after), does=AtEnd.DELETE)
    frozen = Frozen(message=Message(body="x"), audience=Audience(everyone=True), schedule=schedule, end=end)
    start = next(islice(occurrences(schedule), weeks, None))
    moved = end_at(frozen, start)
    assert moved is not None and moved.does is end.does
    slot = at_occurrence(schedule, start).slot
    assert moved.at >= slot.end
    clock, wanted = moved.at.astimezone(known), end.at.astimezone(known)
    is_clamped, there = moved.at == slot.end, wanted.replace(tzinfo=None)
    first, later = (at.astimezone(known).replace(tzinfo=None) for at in (schedule.slot.start, start))
    wall = there + (later - first)
    skipped = wall.replace(tzinfo=known).astimezone(UTC).astimezone(known).replace(tzinfo=None) != wall
    assert is_clamped or skipped or clock.replace(tzinfo=None) == wall
