"""Open time, the instants drawn in it, and what an author is told beforehand (S7, S8, S22)."""

from __future__ import annotations

import math
import random
import tracemalloc
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.rules.window import (
    DAY,
    LATE,
    LONGEST,
    Draw,
    Drawn,
    Forecast,
    OpenTime,
    Pool,
    busiest,
    draw_instants,
    draw_sorted,
    forecast,
    open_time,
    peak_per_minute,
    steady,
    without_quiet,
)
from storage.records import Quiet, Slot, WorkingHours, is_quiet
from storage.records.instants import instant as instant_at
from storage.records.instants import ms

MINUTE = timedelta(minutes=1)
MILLISECOND = timedelta(milliseconds=1)
PARIS = ZoneInfo("Europe/Paris")
WEEK = frozenset(range(7))
OFFICE = WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))
ALWAYS = WorkingHours(opens=time(0), closes=time(0), days=WEEK)

#: zones, each with local dates on which its clocks did something
CLOCK_CHANGES = [
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Casablanca", date(2026, 2, 15)),  # back for Ramadan
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight did not exist
    ("America/St_Johns", date(2010, 11, 7)),  # 00:01 became 23:01 of the day before
    ("America/Caracas", date(2016, 5, 1)),  # half an hour, for good
    ("Asia/Pyongyang", date(2018, 5, 4)),  # 23:30 became 00:00
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that did not exist
    ("Asia/Kathmandu", date(2026, 6, 1)),  # nothing: a quarter of an hour off
    ("UTC", date(2026, 6, 1)),
]

minutes_of_day = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))


@st.composite
def hours_around(draw: st.DrawFn, day: date) -> WorkingHours:
    """Any working hours, holidays among the days around ``day``."""
    opens, closes = sorted((draw(minutes_of_day), draw(minutes_of_day)))
    return WorkingHours(
        opens=opens,
        closes=time(0) if opens == closes else closes,
        days=draw(st.frozensets(st.integers(0, 6))),
        holidays=draw(st.frozensets(st.integers(-3, 7).map(lambda n: day + timedelta(days=n)), max_size=3)),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Slot, WorkingHours, ZoneInfo]:
    """A slot of up to six days near a change of clocks, hours, and the zone."""
    name, day = draw(st.sampled_from(CLOCK_CHANGES))
    near = datetime.combine(day, time(0), tzinfo=UTC)
    start = near + draw(st.integers(-3 * 1440, 2 * 1440)) * MINUTE
    slot = Slot(start=start, duration=draw(st.integers(1, 6 * 1440)) * MINUTE)
    return slot, draw(hours_around(day)), ZoneInfo(name)


def working(instant: datetime, hours: WorkingHours, zone: ZoneInfo) -> bool:
    """What somebody sees who looks at a clock and a calendar there."""
    local = instant.astimezone(zone)
    if local.weekday() not in hours.days or local.date() in hours.holidays:
        return False
    return hours.opens <= local.time() and (hours.closes == time(0) or local.time() < hours.closes)


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def slot_from(start: datetime, **duration: float) -> Slot:
    return Slot(start=start, duration=timedelta(**duration))


# --- to the letter ----------------------------------------------------------------------------

#: Monday from 16:30 and Tuesday until 10:15, nine to six
EVE = open_time(slot_from(paris(2026, 3, 2, 16, 30), hours=17, minutes=45), OFFICE, PARIS)
MONDAY = (paris(2026, 3, 2, 16, 30), paris(2026, 3, 2, 18))
TUESDAY = (paris(2026, 3, 3, 9), paris(2026, 3, 3, 10, 15))


def test_open_time_is_told_by_its_beginnings_and_ends() -> None:
    assert EVE.intervals == (MONDAY, TUESDAY)
    assert (EVE.first, EVE.end, EVE.last) == (MONDAY[0], TUESDAY[1], TUESDAY[1] - MILLISECOND)
    assert EVE.total == timedelta(hours=2, minutes=45)
    assert (EVE.hours, EVE.zone) == (OFFICE, PARIS)
    assert [EVE.contains(at) for at in (*MONDAY, *TUESDAY)] == [True, False, True, False]
    assert not EVE.contains(MONDAY[0] - MILLISECOND) and EVE.contains(MONDAY[1] - MILLISECOND)
    assert open_time(slot_from(paris(2026, 3, 2, 16, 30), hours=17, minutes=45), OFFICE, PARIS) == EVE
    assert "_before" not in repr(EVE)


def test_what_fell_due_in_time_may_leave_for_fifteen_seconds_more() -> None:
    assert timedelta(seconds=15) == LATE
    for opens, closes in (MONDAY, TUESDAY):
        assert EVE.may_leave(opens) and EVE.may_leave(closes) and EVE.may_leave(closes + LATE - MILLISECOND)
        assert not EVE.may_leave(opens - MILLISECOND) and not EVE.may_leave(closes + LATE)


@pytest.mark.parametrize("open_for", [1, 5, 14, 15, 16, 30])
def test_fifteen_seconds_more_follow_a_short_opening_without_a_gap(open_for: int) -> None:
    """A slot that begins seconds before closing time; found by a simulated life (seed 482)."""
    closes = MONDAY[1]
    begins = closes - timedelta(seconds=open_for)
    short = open_time(slot_from(begins, hours=1), OFFICE, PARIS)
    seconds = [begins + timedelta(seconds=number) for number in range(-3, open_for + 20)]
    assert [short.may_leave(at) for at in seconds] == [begins <= at < closes + LATE for at in seconds]


@pytest.mark.parametrize(
    ("instant", "opening", "day"),
    [
        (MONDAY[0] - MINUTE, MONDAY[0], TUESDAY[0]),
        (MONDAY[0], MONDAY[0], TUESDAY[0]),
        (MONDAY[0] + MINUTE, MONDAY[0] + MINUTE, TUESDAY[0]),
        (MONDAY[1], TUESDAY[0], TUESDAY[0]),
        (TUESDAY[0] - MINUTE, TUESDAY[0], None),
        (TUESDAY[0], TUESDAY[0], None),
        (TUESDAY[1] - MILLISECOND, TUESDAY[1] - MILLISECOND, None),
        (TUESDAY[1], None, None),
    ],
)
def test_the_next_opening_and_the_next_day(instant: datetime, opening: datetime | None, day: datetime | None) -> None:
    assert EVE.next_open(instant.astimezone(PARIS)) == opening
    assert EVE.next_day(instant) == day
    rest = EVE.after(instant)
    assert (rest.first if rest else None) == opening
    assert (rest.hours, rest.zone) == (OFFICE, PARIS)


def test_an_offset_of_open_time_is_an_instant_to_the_microsecond() -> None:
    half = timedelta(microseconds=500)
    assert EVE.at(half) == MONDAY[0] + half
    assert EVE.at(timedelta(minutes=90) - half) == MONDAY[1] - half
    assert EVE.at(timedelta(minutes=90)) == TUESDAY[0]
    assert EVE.at(timedelta(minutes=91) + half) == TUESDAY[0] + MINUTE + half
    for outside in (EVE.total, -half):
        with pytest.raises(ValueError, match="no open instant"):
            EVE.at(outside)


def test_hours_are_read_to_the_millisecond() -> None:
    hours = WorkingHours(opens=time(9, 30, 15, 250_000), closes=time(17, 45, 30, 750_999), days=OFFICE.days)
    window = open_time(slot_from(paris(2026, 3, 2), days=1), hours, PARIS)
    assert window.first == paris(2026, 3, 2, 9, 30) + timedelta(seconds=15, milliseconds=250)
    assert window.end == paris(2026, 3, 2, 17, 45) + timedelta(seconds=30, milliseconds=750)


def test_time_is_cut_where_clocks_change() -> None:
    start, end, hour = ms(paris(2026, 3, 28)), ms(paris(2026, 3, 31)), 3_600_000
    change = ms(datetime(2026, 3, 29, 1, tzinfo=UTC))
    assert [*steady(start, end, PARIS)] == [(start, change, hour), (change, end, 2 * hour)]
    assert [*steady(start, change, PARIS)] == [(start, change, hour)]
    assert [*steady(change, change + DAY, PARIS)] == [(change, change + DAY, 2 * hour)]
    assert [*steady(change - 1, change + 1, PARIS)] == [(change - 1, change, hour), (change, change + 1, 2 * hour)]
    assert [*steady(start, start, PARIS)] == []


@pytest.mark.parametrize(
    ("mean", "minutes", "most"),
    [(0.5, 60, 3), (10, 100, 18), (3.0, 1, 3), (3.0, 1.5, 3), (3.2, 0.5, 2), (1.0, 0.25, 1), (100, 2700, 135)],
)
def test_the_busiest_minute_to_expect(mean: float, minutes: float, most: int) -> None:
    assert busiest(mean, timedelta(minutes=minutes)) == most


@pytest.mark.parametrize(
    ("count", "last", "peak", "fits"),
    [
        (1, timedelta(hours=1), 1, True),
        (2, timedelta(minutes=80), 1, True),
        (119, timedelta(minutes=119), 4, True),
        (7_200 * 45, timedelta(hours=2) - MILLISECOND, 2_700, True),
        (7_200 * 45 + 9, timedelta(hours=2, seconds=0.2), 2_700, False),
    ],
)
def test_a_forecast_to_the_letter(count: int, last: timedelta, peak: int, fits: bool) -> None:
    window = open_time(slot_from(paris(2026, 3, 2, 10), hours=2), OFFICE, PARIS)
    first, needed = paris(2026, 3, 2, 10), timedelta(seconds=count / 45)
    seen = forecast(window, count, 45.0)
    assert seen.last_expected is not None and abs(seen.last_expected - first - last) < MILLISECOND
    assert seen == Forecast(
        first=first,
        last_expected=seen.last_expected,
        per_minute=count / 120,
        peak=peak,
        fits=fits,
        needed=needed,
    )


def test_a_forecast_looks_a_year_ahead() -> None:
    assert timedelta(days=366) == LONGEST
    window = open_time(slot_from(paris(2026, 3, 2, 9), hours=1), OFFICE, PARIS)
    year = open_time(Slot(start=window.first, duration=LONGEST), OFFICE, PARIS).total
    hours = int(year / timedelta(hours=1))
    last = forecast(window, hours - 1, 1 / 3600).last_expected
    assert last is not None and window.first + timedelta(days=364) < last < window.first + LONGEST
    assert forecast(window, hours, 1 / 3600).last_expected is None


def test_what_does_not_fit_goes_on_in_the_hours_of_its_own_zone() -> None:
    zone = ZoneInfo("America/New_York")
    friday = datetime(2026, 3, 6, 17, tzinfo=zone).astimezone(UTC)
    seen = forecast(open_time(slot_from(friday, hours=1), OFFICE, zone), 7_200, 1.0)
    assert seen.last_expected == datetime(2026, 3, 9, 10, tzinfo=zone).astimezone(UTC)


def test_a_forecast_of_less_than_a_minute_names_the_pace_of_a_whole_one() -> None:
    window = open_time(slot_from(paris(2026, 3, 2, 10), seconds=30), OFFICE, PARIS)
    assert forecast(window, 10, 45.0).per_minute == 10


# --- open time --------------------------------------------------------------------------------


@given(situations())
@settings(deadline=None, max_examples=80)
@example((slot_from(paris(2026, 10, 25), hours=9), WorkingHours(opens=time(2, 30), closes=time(4), days=WEEK), PARIS))
@example(
    (slot_from(paris(2026, 3, 29), hours=9), WorkingHours(opens=time(2, 10), closes=time(2, 50), days=WEEK), PARIS)
)
def test_open_time_is_exactly_the_minutes_of_the_slot_whose_wall_clock_is_in_the_hours(
    situation: tuple[Slot, WorkingHours, ZoneInfo],
) -> None:
    slot, hours, zone = situation
    window = open_time(slot, hours, zone)
    minutes = [slot.start + n * MINUTE for n in range(slot.duration // MINUTE)]
    expected = [minute for minute in minutes if working(minute, hours, zone)]
    assert [minute for minute in minutes if window.contains(minute)] == expected
    assert window.total == len(expected) * MINUTE
    assert bool(window) == bool(expected)


@given(situations())
@settings(deadline=None)
def test_intervals_are_disjoint_ascending_and_never_leave_the_slot(
    situation: tuple[Slot, WorkingHours, ZoneInfo],
) -> None:
    slot, hours, zone = situation
    edges = [edge for interval in open_time(slot, hours, zone).intervals for edge in interval]
    assert edges == sorted(edges)
    assert all(start < end for start, end in zip(edges[::2], edges[1::2], strict=True))
    assert not edges or (slot.start <= edges[0] and edges[-1] <= slot.end)


@pytest.mark.parametrize(
    ("day", "open_hours"),
    [
        pytest.param(paris(2026, 3, 29), 23, id="spring forward"),
        pytest.param(paris(2026, 10, 25), 25, id="fall back"),
        pytest.param(paris(2026, 6, 1), 24, id="an ordinary day"),
    ],
)
def test_all_day_is_as_long_as_the_clocks_make_it(day: datetime, open_hours: int) -> None:
    assert open_time(slot_from(day, days=5), ALWAYS, PARIS).total == timedelta(days=5)
    following = (day.astimezone(PARIS) + timedelta(days=1)).astimezone(UTC)
    only = open_time(Slot(start=day, duration=following - day), ALWAYS, PARIS)
    assert only.total == timedelta(hours=open_hours)


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_nine_to_six_is_nine_hours_at_the_wall_clock_on_the_day_clocks_change(sunday: date) -> None:
    start = paris(sunday.year, sunday.month, sunday.day)
    window = open_time(slot_from(start, hours=23), WorkingHours(opens=time(9), closes=time(18), days=WEEK), PARIS)
    assert window.total == timedelta(hours=9)
    assert window.first.astimezone(PARIS).time() == time(9)
    assert window.end.astimezone(PARIS).time() == time(18)


def test_hours_inside_the_gap_of_a_spring_night_give_no_open_time() -> None:
    hours = WorkingHours(opens=time(2), closes=time(3), days=WEEK)
    assert not open_time(slot_from(paris(2026, 3, 29), hours=23), hours, PARIS)


def test_hours_inside_the_fold_of_an_autumn_night_count_both_times_the_clock_shows_them() -> None:
    hours = WorkingHours(opens=time(2), closes=time(2, 20), days=WEEK)
    window = open_time(slot_from(paris(2026, 10, 25), hours=25), hours, PARIS)
    assert [(start.hour, start.minute) for start, _ in window.intervals] == [(0, 0), (1, 0)]
    assert window.total == timedelta(minutes=40)


def test_a_message_planned_outside_working_hours_goes_out_on_the_next_working_day() -> None:
    saturday = paris(2026, 3, 7, 10)
    window = open_time(slot_from(saturday, days=3), OFFICE, PARIS)
    assert window.next_open(saturday) == window.first == paris(2026, 3, 9, 9)


def test_nobody_is_written_to_on_a_weekend_or_a_holiday() -> None:
    easter_monday = date(2026, 4, 6)
    hours = WorkingHours(opens=time(9), closes=time(18), days=OFFICE.days, holidays=frozenset({easter_monday}))
    window = open_time(slot_from(paris(2026, 4, 3, 17), days=5), hours, PARIS)
    days = {start.astimezone(PARIS).date() for start, _ in window.intervals}
    assert days == {date(2026, 4, 3), date(2026, 4, 7), date(2026, 4, 8)}


@pytest.mark.parametrize(
    ("slot", "hours"),
    [
        pytest.param(slot_from(paris(2026, 3, 7, 9), hours=30), OFFICE, id="a weekend"),
        pytest.param(slot_from(paris(2026, 3, 2, 18), hours=15), OFFICE, id="a night, edge to edge"),
        pytest.param(slot_from(paris(2026, 3, 2, 10), hours=0), OFFICE, id="no duration"),
        pytest.param(
            slot_from(paris(2026, 3, 2, 10), days=9),
            WorkingHours(opens=time(9), closes=time(18), days=frozenset()),
            id="no working day",
        ),
    ],
)
def test_a_slot_without_working_hours_has_no_open_time_and_nothing_can_be_drawn(
    slot: Slot, hours: WorkingHours
) -> None:
    window = open_time(slot, hours, PARIS)
    assert not window
    assert window.total == timedelta()
    assert window.next_open(slot.start) is None
    assert not window.contains(slot.start)
    with pytest.raises(ValueError, match="no open time"):
        next(draw_sorted(window, 1, random.Random(1)))
    with pytest.raises(ValueError, match="empty range"):
        next(draw_instants(window, 1, random.Random(1)))
    assert not list(draw_sorted(window, 0, random.Random(1)))


@pytest.mark.parametrize("name", sorted({name for name, _ in CLOCK_CHANGES}))
def test_a_year_long_slot_opens_and_closes_on_time_on_every_working_day(name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime(2026, 1, 1, tzinfo=zone).astimezone(UTC)
    window = open_time(slot_from(start, days=366), OFFICE, zone)
    local = [(opens.astimezone(zone), closes.astimezone(zone)) for opens, closes in window.intervals]
    assert {(opens.time(), closes.time()) for opens, closes in local} == {(time(9), time(18))}
    first = date(2026, 1, 1)
    every_day = (first + timedelta(days=n) for n in range(366))
    assert [opens.date() for opens, _ in local] == [day for day in every_day if day.weekday() < 5]


def test_a_slot_between_two_milliseconds_is_rounded_inwards() -> None:
    start = paris(2026, 3, 2, 10) + timedelta(microseconds=500)
    window = open_time(Slot(start=start, duration=timedelta(seconds=1)), OFFICE, PARIS)
    assert start < window.first < start + MILLISECOND
    assert start + timedelta(seconds=1) - MILLISECOND < window.end < start + timedelta(seconds=1)


@given(situations(), st.floats(0, 1, exclude_max=True))
@settings(deadline=None)
def test_at_is_the_instant_with_that_much_open_time_before_it(
    situation: tuple[Slot, WorkingHours, ZoneInfo], share: float
) -> None:
    window = open_time(*situation)
    if not window:
        return
    offset = int(window.total // MILLISECOND * share) * MILLISECOND
    at = window.at(offset)
    assert window.contains(at)
    assert window.total - window.after(at).total == offset
    assert window.after(at).first == at
    assert window.at(timedelta()) == window.first
    assert window.at(window.total - MILLISECOND) == window.last
    for outside in (window.total, -MILLISECOND):
        with pytest.raises(ValueError, match="no open instant"):
            window.at(outside)


@given(situations(), st.integers(-600, 7 * 1440))
@settings(deadline=None)
def test_next_open_is_the_first_open_minute_from_there_on(
    situation: tuple[Slot, WorkingHours, ZoneInfo], minute: int
) -> None:
    slot, hours, zone = situation
    window = open_time(slot, hours, zone)
    since = slot.start + minute * MINUTE
    ahead = (slot.start + n * MINUTE for n in range(max(minute, 0), slot.duration // MINUTE))
    expected = next((at for at in ahead if working(at, hours, zone)), None)
    assert window.next_open(since) == expected
    assert (window.after(since).first if window.after(since) else None) == expected


def test_instants_of_the_repeated_hour_are_told_apart_in_any_zone() -> None:
    window = open_time(slot_from(paris(2026, 10, 25, 2, 30), minutes=30), ALWAYS, PARIS)
    local = datetime(2026, 10, 25, 2, 40, tzinfo=PARIS)
    assert window.contains(local)
    assert window.next_open(local) == local.astimezone(UTC)
    assert not window.contains(local.replace(fold=1))


# --- draws ------------------------------------------------------------------------------------

Instants = Callable[[OpenTime, int, random.Random], Iterable[datetime]]


def sorted_instants(window: OpenTime, count: int, rng: random.Random) -> list[datetime]:
    return [instant_at(milliseconds) for milliseconds in draw_sorted(window, count, rng)]


both_draws = pytest.mark.parametrize("draw", [draw_instants, sorted_instants])

#: Monday 2 March 2026, 14:00 in Paris, for a week: five stretches of work
BUSY_WEEK = open_time(slot_from(paris(2026, 3, 2, 14), days=7), OFFICE, PARIS)


def share_of_busy_week(instant: datetime) -> float:
    """The share of BUSY_WEEK's open time that lies before an instant, from the wall clock alone."""
    local = instant.astimezone(PARIS)
    day = [2, 3, 4, 5, 6, 9].index(local.day)
    worked = datetime.combine(date.min, local.time()) - datetime.combine(date.min, time(9))
    return (day * timedelta(hours=9) + worked - timedelta(hours=5)) / timedelta(hours=45)


def looks_uniform(instants: Iterable[datetime]) -> bool:
    """Whether these could be independent uniform draws over BUSY_WEEK's open time.

    Kolmogorov and Smirnov's distance (2.2 is passed once in 8,000 times), and a chi-square over
    100 cells within five deviations on *both* sides: too even is not random either.
    """
    shares = sorted(share_of_busy_week(instant) for instant in instants)
    count = len(shares)
    distance = max(max((n + 1) / count - share, share - n / count) for n, share in enumerate(shares))
    cells = Counter(int(share * 100) for share in shares)
    chi_square = sum((cells[cell] - count / 100) ** 2 for cell in range(100)) / (count / 100)
    return distance * math.sqrt(count) < 2.2 and abs(chi_square - 99) < 5 * math.sqrt(2 * 99)


@given(situations(), st.integers(0, 50), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_every_instant_drawn_is_a_whole_millisecond_inside_slot_and_working_hours(
    situation: tuple[Slot, WorkingHours, ZoneInfo], count: int, seed: int
) -> None:
    slot, hours, zone = situation
    window = open_time(slot, hours, zone)
    if not window:
        return
    for draw in (draw_instants, sorted_instants):
        instants = list(draw(window, count, random.Random(seed)))
        assert len(instants) == count
        for instant in instants:
            assert slot.start <= instant < slot.end
            assert working(instant, hours, zone)
            assert window.contains(instant)
            assert instant.microsecond % 1000 == 0


@both_draws
@pytest.mark.parametrize("seed", range(5))
def test_instants_are_uniform_over_the_open_time(draw: Instants, seed: int) -> None:
    assert looks_uniform(draw(BUSY_WEEK, 10_000, random.Random(seed)))


def pushed_to_the_next_opening(rng: random.Random) -> datetime:
    """The tempting wrong way: draw over calendar time, and move what falls outside the hours."""
    drawn = BUSY_WEEK.first + rng.random() * timedelta(days=7)
    return BUSY_WEEK.next_open(drawn) or BUSY_WEEK.last


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda n, rng: BUSY_WEEK.at(BUSY_WEEK.total * (n / 10_000)), id="evenly spaced"),
        pytest.param(lambda n, rng: BUSY_WEEK.at(BUSY_WEEK.total * rng.betavariate(1.2, 1)), id="late"),
        pytest.param(lambda n, rng: BUSY_WEEK.at(BUSY_WEEK.total * rng.betavariate(1.2, 1.2)), id="clumped"),
        pytest.param(lambda n, rng: BUSY_WEEK.at(BUSY_WEEK.total * (rng.random() * 0.95)), id="stops early"),
        pytest.param(lambda n, rng: pushed_to_the_next_opening(rng), id="pushed to the next opening"),
    ],
)
def test_the_uniformity_check_catches_wrong_distributions(wrong: Callable[[int, random.Random], datetime]) -> None:
    rng = random.Random(1)
    assert not looks_uniform([wrong(n, rng) for n in range(10_000)])


@both_draws
def test_every_millisecond_is_equally_likely_even_in_the_shortest_open_time(draw: Instants) -> None:
    hours = WorkingHours(opens=time(0), closes=time(0), days=WEEK)
    midnight = paris(2026, 3, 3)
    window = open_time(Slot(start=midnight - MILLISECOND, duration=3 * MILLISECOND), hours, PARIS)
    assert len(window.spans) == 2
    counts = Counter(draw(window, 30_000, random.Random(1)))
    assert set(counts) == {midnight + n * MILLISECOND for n in (-1, 0, 1)}
    assert all(abs(count - 10_000) < 5 * math.sqrt(30_000 * 2 / 9) for count in counts.values())


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_sorted_instants_ascend_and_come_again_with_the_same_seed_only(count: int) -> None:
    instants = list(draw_sorted(BUSY_WEEK, count, random.Random(1)))
    assert instants == sorted(instants)
    assert len(instants) == count
    assert instants == list(draw_sorted(BUSY_WEEK, count, random.Random(1)))
    assert instants != list(draw_sorted(BUSY_WEEK, count, random.Random(2)))


def test_one_sorted_instant_alone_is_uniform_too() -> None:
    rng = random.Random(1)
    assert looks_uniform(instant_at(next(draw_sorted(BUSY_WEEK, 1, rng))) for _ in range(10_000))


def test_drawing_holds_no_instants_however_many_there_are() -> None:
    count = 50_000
    tracemalloc.start()
    try:
        drawn = sum(1 for _ in draw_sorted(BUSY_WEEK, count, random.Random(1)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert drawn == count
    assert peak < count


def test_two_hours_from_ten_reach_people_between_ten_and_twelve_never_all_at_once() -> None:
    window = open_time(slot_from(paris(2026, 3, 2, 10), hours=2), OFFICE, PARIS)
    instants = sorted_instants(window, 1_000, random.Random(1))
    assert paris(2026, 3, 2, 10) <= instants[0] < instants[-1] < paris(2026, 3, 2, 12)
    per_minute = Counter(ms(instant) // 60_000 for instant in instants)
    assert len(per_minute) > 100
    assert max(per_minute.values()) < 30


# --- who is next ------------------------------------------------------------------------------

THAT_TUESDAY = open_time(slot_from(paris(2026, 3, 3, 9), days=1), OFFICE, PARIS)


def drawn_of(seed: int, pages: Sequence[int], *pools: tuple[Iterable[int], OpenTime]) -> list[Drawn]:
    """The pages of a draw of these people, each in the open time of their pool."""
    rng = random.Random(seed)
    made = [(array("q", people), window) for people, window in pools]
    draw = Draw([Pool(people, draw_sorted(window, len(people), rng)) for people, window in made], rng)
    return [draw.next(most) for most in pages]


def test_everybody_of_every_pool_is_drawn_once_within_its_open_time_the_earliest_first() -> None:
    first, second, third = range(100), range(100, 130), range(130, 131)
    pages = drawn_of(1, [7, 50, 60, 50, 50], (first, BUSY_WEEK), (second, THAT_TUESDAY), (third, BUSY_WEEK))
    assert [len(page.people) for page in pages] == [7, 50, 60, 14, 0]
    people = [person for page in pages for person in page.people]
    due = [at for page in pages for at in page.due]
    assert sorted(people) == list(range(131)) and due == sorted(due)
    assert all(
        THAT_TUESDAY.contains(instant_at(at)) for person, at in zip(people, due, strict=True) if person in second
    )


@pytest.mark.parametrize("others", [(), ((range(1_000, 1_100), THAT_TUESDAY),)])
def test_each_persons_own_instant_is_uniform_whoever_is_drawn_with_them(others: tuple[Any, ...]) -> None:
    """Of the first, one in the middle and the last of twenty, some of whom are in the first page."""
    own: dict[int, list[datetime]] = {0: [], 11: [], 19: []}
    for seed in range(3_000):
        pages = drawn_of(seed, [3, 1_000], (range(20), BUSY_WEEK), *others)
        rows = {person: at for page in pages for person, at in zip(page.people, page.due, strict=True)}
        for person, instants in own.items():
            instants.append(instant_at(rows[person]))
    assert all(looks_uniform(instants) for instants in own.values())


def test_two_peoples_instants_have_nothing_to_do_with_each_other() -> None:
    """Neighbours are both in the first half of the time once in four times."""
    half = ms(BUSY_WEEK.at(BUSY_WEEK.total / 2))
    both = 0
    for seed in range(3_000):
        (page,) = drawn_of(seed, [20], (range(20), BUSY_WEEK))
        rows = dict(zip(page.people, page.due, strict=True))
        both += rows[4] < half and rows[5] < half
    assert abs(both - 750) < 5 * math.sqrt(3_000 * 3 / 16)


def test_a_draw_comes_again_with_the_same_seed_only() -> None:
    pools = ((range(40), BUSY_WEEK), (range(40, 60), THAT_TUESDAY))
    assert drawn_of(1, [30, 30], *pools) == drawn_of(1, [30, 30], *pools) != drawn_of(2, [30, 30], *pools)


def test_nobody_is_drawn_of_no_pools() -> None:
    assert not drawn_of(1, [5])[0].people


# --- forecasts --------------------------------------------------------------------------------


def test_a_forecast_of_what_fits_says_first_last_and_pace() -> None:
    window = open_time(slot_from(paris(2026, 3, 2, 10), hours=2), OFFICE, PARIS)
    expected = forecast(window, 1_199, 45.0)
    assert expected.fits
    assert expected.first == paris(2026, 3, 2, 10)
    assert expected.last_expected is not None
    assert abs(expected.last_expected - (paris(2026, 3, 2, 12) - timedelta(seconds=6))) < timedelta(milliseconds=2)
    assert expected.per_minute == pytest.approx(1_199 / 120)
    assert 15 <= expected.peak <= 30


def test_a_forecast_of_too_many_messages_says_when_the_last_would_go_within_the_hours() -> None:
    window = open_time(slot_from(paris(2026, 3, 6, 17), hours=1), OFFICE, PARIS)
    expected = forecast(window, 2 * 60 * 60 * 10, 10.0)
    assert not expected.fits
    assert expected.needed == timedelta(hours=2)
    assert expected.last_expected == paris(2026, 3, 9, 10)  # one hour on Friday, one on Monday
    assert expected.peak == 600  # the rate allows no more


def test_what_would_take_more_than_a_year_has_no_last_instant() -> None:
    window = open_time(slot_from(paris(2026, 3, 6, 17), hours=1), OFFICE, PARIS)
    assert forecast(window, 10_000_000, 1.0).last_expected is None


def test_a_forecast_without_open_time_fits_nobody() -> None:
    expected = forecast(open_time(slot_from(paris(2026, 3, 7), hours=24), OFFICE, PARIS), 10, 45.0)
    assert not expected.fits
    assert (expected.first, expected.last_expected, expected.per_minute, expected.peak) == (None, None, 0.0, 0)


def test_a_forecast_for_nobody_fits() -> None:
    expected = forecast(BUSY_WEEK, 0, 45.0)
    assert expected.fits
    assert (expected.last_expected, expected.peak) == (None, 0)


@given(situations(), st.integers(1, 2_000_000))
@settings(deadline=None)
def test_a_forecast_says_fits_exactly_when_the_rate_allows_it_and_then_ends_in_the_slot(
    situation: tuple[Slot, WorkingHours, ZoneInfo], count: int
) -> None:
    window = open_time(*situation)
    expected = forecast(window, count, 45.0)
    assert expected.fits == (bool(window) and count / 45 <= window.total.total_seconds())
    if expected.fits:
        assert expected.last_expected is not None
        assert window.contains(expected.last_expected)
    elif expected.last_expected is not None:
        assert expected.last_expected >= window.end
        assert working(expected.last_expected, situation[1], situation[2])


@pytest.mark.parametrize(("count", "weeks"), [(50, 20), (2_000, 20), (50_000, 4)])
def test_the_peak_foretold_is_the_busiest_minute_that_comes(count: int, weeks: int) -> None:
    busiest = [
        max(Counter(at // 60_000 for at in draw_sorted(BUSY_WEEK, count, random.Random(seed))).values())
        for seed in range(weeks)
    ]
    usual = sum(busiest) / len(busiest)
    assert abs(peak_per_minute(BUSY_WEEK, count) - usual) < max(1.5, usual / 10)


def test_messages_of_less_than_a_minute_all_count_in_its_peak() -> None:
    window = open_time(slot_from(paris(2026, 3, 2, 10), seconds=30), OFFICE, PARIS)
    assert peak_per_minute(window, 400) == 400


# --- quiet hours ------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    change=st.sampled_from(CLOCK_CHANGES),
    lives_in=st.sampled_from(CLOCK_CHANGES),
    begins=minutes_of_day,
    ends=minutes_of_day,
    start=st.integers(-48 * 60, 24 * 60),
    lasts=st.integers(1, 96 * 60),
    data=st.data(),
)
def test_what_is_left_beside_quiet_hours_is_what_the_wall_clock_there_says(
    change: tuple[str, date],
    lives_in: tuple[str, date],
    begins: time,
    ends: time,
    start: int,
    lasts: int,
    data: st.DataObject,
) -> None:
    """Around changes of clocks, in the campaign's zone and in the person's own: as its clock shows."""
    zone, own = ZoneInfo(change[0]), lives_in[0]
    since = datetime.combine(data.draw(st.sampled_from([change[1], lives_in[1]])), time(0), UTC)
    slot = Slot(start=since + start * MINUTE, duration=lasts * MINUTE)
    whole = open_time(slot, data.draw(hours_around(change[1])), zone)
    quiet = Quiet(begins=begins, ends=ends)
    left = without_quiet(whole, quiet, ZoneInfo(own))
    for minute in range(0, lasts, 7):
        at = slot.start + minute * MINUTE
        hushed = begins == ends or is_quiet(quiet, own, at)
        assert left.contains(at) == (whole.contains(at) and not hushed), at
    spans = left.spans
    assert all(first < last for first, last in spans), "none is empty"
    assert all(before[1] <= after[0] for before, after in pairwise(spans)), "ascending, disjoint"
    assert left.total <= whole.total


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [(time(20), time(8), 9), (time(12), time(13), 8), (time(8), time(19), 0), (time(0), time(9, 30), 8.5)],
)
def test_a_working_day_beside_quiet_hours(begins: time, ends: time, hours: float) -> None:
    day = Slot(start=datetime(2026, 11, 24, tzinfo=PARIS).astimezone(UTC), duration=timedelta(days=1))
    left = without_quiet(open_time(day, OFFICE, PARIS), Quiet(begins=begins, ends=ends), PARIS)
    assert left.total == timedelta(hours=hours)
