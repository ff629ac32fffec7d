"""Who would get more than one message on a day, and on which days a campaign goes out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.overlap import Crowd, crowd, days_of, shared
from scheduler.rules.window import open_time
from storage.records import Slot, WorkingHours
from storage.shared.bits import bits_of

PARIS = ZoneInfo("Europe/Paris")
EVERY_DAY = frozenset(range(7))
people = st.sets(st.integers(1, 200))


@given(st.lists(people))
def test_a_crowd_counts_each_once_and_who_is_in_two(audiences: list[set[int]]) -> None:
    counts = Counter(person for audience in audiences for person in audience)
    seen = crowd(bits_of(sorted(audience)) for audience in audiences)
    assert seen == Crowd(len(counts), sum(1 for count in counts.values() if count > 1))


@given(people, st.lists(people))
def test_shared_are_those_of_any_other(mine: set[int], others: list[set[int]]) -> None:
    assert shared(bits_of([*mine]), [bits_of([*other]) for other in others]) == len(mine & set().union(*others))


@given(people)
def test_bit_n_stands_for_person_n(some: set[int]) -> None:
    bits = bits_of([*some])
    assert {person for person in range(300) if bits >> person & 1} == some


@given(
    st.integers(0, 21 * 24),
    st.integers(1, 10 * 24),
    st.sets(st.integers(0, 6), min_size=1),
    st.booleans(),
)
def test_a_campaign_is_on_the_days_of_its_open_hours(after: int, hours: int, days: set[int], at_night: bool) -> None:
    """Summer time ends in between."""
    opens, closes = (time(20), time(6)) if at_night else (time(9), time(18))
    slot = Slot(start=datetime(2026, 10, 20, tzinfo=UTC) + timedelta(hours=after), duration=timedelta(hours=hours))
    opened = open_time(slot, WorkingHours(opens=opens, closes=closes, days=frozenset(days)), PARIS)
    first = date(2026, 10, 25)
    minutes = {
        at.astimezone(PARIS).date()
        for start, end in opened.intervals
        for at in (start + timedelta(minutes=n) for n in range(int((end - start) / timedelta(minutes=1)) + 1))
        if at < end
    }
    expected = sorted(day for day in minutes if first <= day < first + timedelta(days=7))
    assert days_of(opened, PARIS, first, 7) == expected


def test_a_slot_that_ends_at_midnight_is_not_on_the_next_day() -> None:
    slot = Slot(start=datetime(2026, 11, 2, 20, tzinfo=UTC), duration=timedelta(hours=4))
    opened = open_time(slot, WorkingHours(opens=time(0), closes=time(0), days=EVERY_DAY), ZoneInfo("UTC"))
    assert days_of(opened, ZoneInfo("UTC"), date(2026, 11, 1), 28) == [date(2026, 11, 2)]
    assert days_of(opened, PARIS, date(2026, 11, 1), 28) == [date(2026, 11, 2), date(2026, 11, 3)]
