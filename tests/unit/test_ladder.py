"""When absent recipients are looked for again (S10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rules.ladder import Rung, first_look, full_hour, next_look
from scheduler.rules.window import OpenTime, open_time
from storage.records import LADDER, Ladder, Slot, WorkingHours
from tests.unit.test_window import ALWAYS, CLOCK_CHANGES, OFFICE, PARIS, situations, working

MINUTE = timedelta(minutes=1)
MILLISECOND = timedelta(milliseconds=1)
NO_DELAY = timedelta()


def paris(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of March 2026, whose 2nd is a Monday, by the clocks in Paris."""
    return datetime(2026, 3, day, hour, minute, second, tzinfo=PARIS).astimezone(UTC)


def office(days: float, start: datetime | None = None) -> OpenTime:
    return open_time(Slot(start=start or paris(2, 9), duration=timedelta(days=days)), OFFICE, PARIS)


def somewhere(window: OpenTime, share: float) -> datetime:
    """The instant with that share, below 1, of the open time before it."""
    return window.at(int(window.total // MILLISECOND * share) * MILLISECOND)


def climb(first: datetime, window: OpenTime, delays: Sequence[timedelta] = (), ladder: Ladder = LADDER) -> list[Rung]:
    """Every rung for somebody who is never there; look n is ``delays[n]`` late."""
    rung: Rung | None = first_look(first)
    rungs: list[Rung] = []
    late = iter(delays)
    while rung is not None and len(rungs) < 20:
        rungs.append(rung)
        rung = next_look(rung, rung.at + next(late, NO_DELAY), window, ladder)
    return rungs


def clock(rungs: Sequence[Rung]) -> list[str]:
    """Day of the month and wall clock in Paris."""
    return [f"{rung.at.astimezone(PARIS):%-d %H:%M}" for rung in rungs]


def places(rungs: Sequence[Rung]) -> list[tuple[int, int]]:
    """(round, step), from 1."""
    return [(LADDER.round_of(rung.number), LADDER.step_of(rung.number)) for rung in rungs]


def test_an_absent_recipient_is_looked_for_nine_times_in_three_rounds_then_no_more() -> None:
    rungs = climb(paris(2, 14, 27), office(days=5))
    assert clock(rungs) == [
        *("2 14:27", "2 14:37", "2 15:00"),
        *("3 09:00", "3 09:10", "3 10:00"),
        *("4 09:00", "4 09:10", "4 10:00"),
    ]
    assert places(rungs) == [(n, m) for n in (1, 2, 3) for m in (1, 2, 3)]


@pytest.mark.parametrize(
    ("first", "looks"),
    [
        (paris(2, 14, 27), ["2 14:27", "2 14:37", "2 15:00"]),
        (paris(2, 14, 55), ["2 14:55", "2 15:05", "2 16:00"]),
        (paris(2, 14, 50), ["2 14:50", "2 15:00", "2 16:00"]),
        (paris(2, 14, 49, 59), ["2 14:49", "2 14:59", "2 15:00"]),
    ],
)
def test_a_round_is_the_instant_ten_minutes_later_and_the_full_hour_after_that(
    first: datetime, looks: list[str]
) -> None:
    assert clock(climb(first, office(days=5)))[:4] == [*looks, "3 09:00"]


@pytest.mark.parametrize(
    ("first", "looks"),
    [
        pytest.param(paris(2, 17, 55), ["2 17:55", "3 09:00"], id="ten minutes later is too late"),
        pytest.param(paris(2, 17, 50), ["2 17:50", "3 09:00"], id="closing time is outside"),
        pytest.param(paris(2, 17, 30), ["2 17:30", "2 17:40", "3 09:00"], id="the full hour is too late"),
    ],
)
def test_a_look_outside_working_hours_moves_to_the_next_opening_and_opens_the_next_round(
    first: datetime, looks: list[str]
) -> None:
    rungs = climb(first, office(days=5))
    assert clock(rungs) == [*looks, "3 09:10", "3 10:00", "4 09:00", "4 09:10", "4 10:00"]
    assert places(rungs)[len(looks) - 1] == (2, 1)


def test_rounds_are_used_up_even_when_hours_are_too_short_for_their_looks() -> None:
    hours = WorkingHours(opens=time(9), closes=time(9, 5), days=frozenset(range(7)))
    window = open_time(Slot(start=paris(2, 0), duration=timedelta(days=20)), hours, PARIS)
    assert clock(climb(paris(2, 9, 3), window)) == ["2 09:03", "3 09:00", "4 09:00"]


def test_a_longer_ladder_opens_a_round_on_each_next_working_day() -> None:
    rungs = climb(paris(2, 14, 27), office(days=10), ladder=Ladder(rounds=5))
    assert [rung.number for rung in rungs] == list(range(15))
    assert clock(rungs)[6:] == [
        *("4 09:00", "4 09:10", "4 10:00"),
        *("5 09:00", "5 09:10", "5 10:00"),
        *("6 09:00", "6 09:10", "6 10:00"),
    ]


def test_the_next_round_waits_for_the_next_working_day() -> None:
    holiday = WorkingHours(opens=time(9), closes=time(18), days=OFFICE.days, holidays=frozenset({paris(9, 12).date()}))
    window = open_time(Slot(start=paris(2, 9), duration=timedelta(days=20)), holiday, PARIS)
    assert clock(climb(paris(6, 14, 27), window))[2:5] == ["6 15:00", "10 09:00", "10 09:10"]


def test_around_the_clock_the_next_round_still_opens_the_next_day() -> None:
    window = open_time(Slot(start=paris(2, 0), duration=timedelta(days=5)), ALWAYS, PARIS)
    assert clock(climb(paris(2, 23, 55), window)) == [
        *("2 23:55", "3 00:05", "3 01:00"),
        *("4 00:00", "4 00:10", "4 01:00"),
        *("5 00:00", "5 00:10", "5 01:00"),
    ]


@pytest.mark.parametrize(
    ("end", "looks"),
    [
        pytest.param(paris(2, 15), ["2 14:27", "2 14:37"], id="the end itself is outside"),
        pytest.param(paris(2, 14, 30), ["2 14:27"], id="no time for a second look"),
        pytest.param(paris(3, 9), ["2 14:27", "2 14:37", "2 15:00"], id="ends at the opening"),
        pytest.param(paris(3, 9, 5), ["2 14:27", "2 14:37", "2 15:00", "3 09:00"], id="ends just after"),
    ],
)
def test_no_look_is_made_after_the_slot(end: datetime, looks: list[str]) -> None:
    window = open_time(Slot(start=paris(2, 9), duration=end - paris(2, 9)), OFFICE, PARIS)
    assert clock(climb(paris(2, 14, 27), window)) == looks


def test_a_look_made_late_moves_the_ones_after_it() -> None:
    late = [timedelta(minutes=40)]
    assert clock(climb(paris(2, 14, 27), office(days=5), late))[:4] == ["2 14:27", "2 15:17", "2 16:00", "3 09:00"]


def test_a_look_made_on_a_later_day_goes_on_with_its_round_there() -> None:
    overnight = [timedelta(hours=20)]
    rungs = climb(paris(2, 14, 27), office(days=5), overnight)
    assert clock(rungs)[1:4] == ["3 10:37", "3 11:00", "4 09:00"]


def test_a_clock_set_back_does_not_bring_a_look_forward() -> None:
    rung = Rung(number=1, at=paris(2, 14, 37))
    following = next_look(rung, paris(2, 13, 10), office(days=5), LADDER)
    assert following == Rung(number=2, at=paris(2, 15))


@given(situations(), st.floats(0, 1, exclude_max=True), st.lists(st.integers(0, 3000), max_size=9))
@settings(deadline=None, max_examples=300)
def test_looks_ascend_within_slot_and_hours_at_most_three_in_each_of_three_rounds(
    situation: tuple[Slot, WorkingHours, ZoneInfo], share: float, minutes_late: list[int]
) -> None:
    slot, hours, zone = situation
    window = open_time(slot, hours, zone)
    if not window:
        return
    delays = [minutes * MINUTE for minutes in minutes_late]
    rungs = climb(somewhere(window, share), window, delays)
    instants = [rung.at + late for rung, late in zip(rungs, [*delays, *[NO_DELAY] * 9], strict=False)]
    assert len(rungs) <= 9
    assert all(slot.start <= rung.at < slot.end and working(rung.at, hours, zone) for rung in rungs)
    assert all(following.at > looked for looked, following in zip(instants, rungs[1:], strict=False))
    rounds_and_steps = places(rungs)
    assert rounds_and_steps == sorted(set(rounds_and_steps))
    assert all(1 <= number <= 3 and 1 <= step <= 3 for number, step in rounds_and_steps)
    for looked, following in zip(instants, rungs[1:], strict=False):
        local = following.at.astimezone(zone)
        match LADDER.step_of(following.number):
            case 1:
                assert local.date() > looked.astimezone(zone).date()
            case 2:
                assert following.at == looked + 10 * MINUTE
            case 3:
                assert (local.minute, local.second, local.microsecond) == (0, 0, 0)


@given(situations(), st.floats(0, 1, exclude_max=True))
@settings(deadline=None)
def test_a_later_round_opens_with_the_first_open_minute_of_the_next_working_day(
    situation: tuple[Slot, WorkingHours, ZoneInfo], share: float
) -> None:
    slot, hours, zone = situation
    window = open_time(slot, hours, zone)
    if not window:
        return
    looked = somewhere(window, share)
    following = next_look(Rung(number=2, at=looked), looked, window, LADDER)
    minutes = (slot.start + n * MINUTE for n in range(slot.duration // MINUTE))
    expected = next(
        (
            minute
            for minute in minutes
            if minute > looked
            and minute.astimezone(zone).date() > looked.astimezone(zone).date()
            and working(minute, hours, zone)
        ),
        None,
    )
    assert following == (Rung(number=3, at=expected) if expected else None)


@given(st.sampled_from(CLOCK_CHANGES), st.integers(-3 * 86_400, 3 * 86_400))
@settings(deadline=None, max_examples=300)
def test_the_full_hour_is_the_next_one_that_clocks_there_show(change: tuple[str, date], seconds: int) -> None:
    name, day = change
    zone = ZoneInfo(name)
    after = datetime.combine(day, time(12), tzinfo=UTC) + timedelta(seconds=seconds)
    minute = after.replace(second=0) + MINUTE
    while minute.astimezone(zone).minute:
        minute += MINUTE
    assert full_hour(after, zone) == minute


@pytest.mark.parametrize(
    ("local", "wait"),
    [
        pytest.param(
            datetime(2026, 10, 4, 1, 40, tzinfo=ZoneInfo("Australia/Lord_Howe")), 50, id="02:00 becomes 02:30"
        ),
        pytest.param(datetime(2026, 4, 5, 1, 40, tzinfo=ZoneInfo("Australia/Lord_Howe")), 50, id="02:00 becomes 01:30"),
        pytest.param(datetime(2016, 5, 1, 2, 10, tzinfo=ZoneInfo("America/Caracas")), 20, id="02:30 becomes 03:00"),
        pytest.param(datetime(2026, 3, 29, 1, 37, tzinfo=ZoneInfo("Europe/Paris")), 23, id="02:00 becomes 03:00"),
        pytest.param(datetime(2026, 10, 25, 2, 37, tzinfo=ZoneInfo("Europe/Paris")), 23, id="03:00 becomes 02:00"),
    ],
)
def test_the_full_hour_is_right_when_clocks_change_before_it(local: datetime, wait: int) -> None:
    zone, after = ZoneInfo(str(local.tzinfo)), local.astimezone(UTC)
    assert full_hour(after, zone) == after + wait * MINUTE
    assert full_hour(after, zone).astimezone(zone).minute == 0


def test_a_ladder_has_three_looks_in_a_round_and_three_rounds() -> None:
    assert (LADDER.rounds, LADDER.looks, Ladder(rounds=5).looks) == (3, 9, 15)
    numbers = [LADDER.rung(round, step) for round in (1, 2, 3) for step in (1, 2, 3)]
    assert numbers == list(range(9))
    assert [(LADDER.round_of(number), LADDER.step_of(number)) for number in (0, 2, 3, 8)] == [
        (1, 1),
        (1, 3),
        (2, 1),
        (3, 3),
    ]


def test_the_full_hour_lies_after_the_instant_by_a_millisecond_at_the_least() -> None:
    hour = paris(2, 15)
    assert full_hour(hour - MILLISECOND, PARIS) == hour
    assert full_hour(hour, PARIS) == hour + timedelta(hours=1)


def test_half_hour_zones_keep_their_own_full_hours() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")
    after = datetime(2026, 3, 2, 14, 37, tzinfo=kathmandu).astimezone(UTC)
    assert full_hour(after, kathmandu).astimezone(kathmandu).time() == time(15)


@pytest.mark.parametrize("number", [6, 7, 8])
def test_after_three_rounds_the_recipient_is_absent(number: int) -> None:
    last_minute = paris(4, 17, 59)
    assert next_look(Rung(number=number, at=last_minute), last_minute, office(days=10), LADDER) is None
