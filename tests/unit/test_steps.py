"""When the steps of a sequence come: over changes of clocks, in any zone, around weekends and holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rules.steps import due_at, next_step, schedule_of, slot_of
from scheduler.rules.window import open_time
from scheduler.rules.working_days import is_working
from storage.records import Message, Schedule, Slot, Step, WorkingHours
from storage.records.step_forms import (
    NEW,
    SEQUENCE,
    days_of,
    hand_of,
    in_hand,
    in_order,
    made_one,
    message_forms,
    numbers_of,
    with_another,
    without,
)

A_DAY = timedelta(days=1)
ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "America/Santiago",
         "Asia/Kathmandu", "Africa/Cairo", "Pacific/Kiritimati", "Australia/Lord_Howe")  # fmt: skip
PARIS = ZoneInfo("Europe/Paris")
HOURS = WorkingHours(opens=time(9), closes=time(18), days=frozenset({0, 1, 2, 3, 4}))


def schedule(hours: WorkingHours = HOURS, length: timedelta = timedelta(hours=2)) -> Schedule:
    slot = Slot(start=datetime(2027, 1, 4, 9, tzinfo=UTC), duration=length)
    return Schedule(slot=slot, hours=hours, zone="UTC")


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    opens = draw(st.integers(0, 22))
    closes = draw(st.integers(opens + 1, 24))
    hours = WorkingHours(
        opens=time(opens),
        closes=time(closes % 24),
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        holidays=draw(st.frozensets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=20)),
    )
    return schedule(hours, draw(st.sampled_from([timedelta(minutes=1), timedelta(hours=2), timedelta(days=3)])))


INSTANTS = st.integers(0, 330 * 24 * 60).map(lambda n: datetime(2027, 1, 1, tzinfo=UTC) + n * timedelta(minutes=1))
OFFSETS = st.lists(st.integers(0, 30), min_size=1, max_size=10, unique=True).map(sorted)


@settings(max_examples=300, deadline=None)
@given(schedules(), st.sampled_from(ZONES), INSTANTS, OFFSETS)
def test_steps_come_in_working_hours_in_their_order_and_never_two_on_one_day(
    plan: Schedule, zone: str, joined_at: datetime, offsets: list[int]
) -> None:
    clock, last = ZoneInfo(zone), None
    for after in offsets:
        due = due_at(plan, zone, joined_at, after, last)
        slot = slot_of(plan, zone, due)
        assert slot is not None and slot.start == due >= joined_at
        assert open_time(Slot(start=due, duration=timedelta(milliseconds=1)), plan.hours, clock), "somebody is at work"
        assert (slot.end - timedelta(milliseconds=1)).astimezone(clock).date() == due.astimezone(clock).date()
        assert slot.duration <= plan.slot.duration
        if last is not None:
            assert due.astimezone(clock).date() > last.astimezone(clock).date()
        last = due


@settings(max_examples=300, deadline=None)
@given(schedules(), st.sampled_from(ZONES), INSTANTS, st.integers(1, 60))
def test_so_many_working_days_lie_between(plan: Schedule, zone: str, joined_at: datetime, after: int) -> None:
    clock = ZoneInfo(zone)
    joined, day = joined_at.astimezone(clock).date(), due_at(plan, zone, joined_at, after).astimezone(clock).date()
    counted = sum(is_working(plan.hours, joined + n * A_DAY) for n in range(1, (day - joined).days + 1))
    assert counted == after and is_working(plan.hours, day)


@settings(max_examples=200, deadline=None)
@given(schedules(), st.sampled_from(ZONES), INSTANTS, st.integers(0, 20), st.integers(0, 40))
def test_a_step_that_comes_late_moves_those_behind_it_and_is_never_early(
    plan: Schedule, zone: str, joined_at: datetime, after: int, late: int
) -> None:
    on_time = due_at(plan, zone, joined_at, after)
    last = joined_at + late * A_DAY
    assert due_at(plan, zone, joined_at, after, last) >= on_time


@pytest.mark.parametrize(
    ("joined", "after", "due"),
    [
        ("2027-03-22 10:00", 0, "2027-03-22 10:00"),  # at work: at once
        ("2027-03-22 17:30", 0, "2027-03-23 09:00"),  # too little is left of the day
        ("2027-03-22 03:00", 0, "2027-03-22 09:00"),
        ("2027-03-20 12:00", 0, "2027-03-22 09:00"),  # on a Saturday
        ("2027-03-26 10:00", 1, "2027-03-29 09:00"),  # over the weekend on which the clocks go forward
        ("2027-10-29 10:00", 1, "2027-11-02 09:00"),  # they go back; and All Saints' Day
        ("2027-03-20 12:00", 2, "2027-03-23 09:00"),
    ],
)
def test_nine_stays_nine(joined: str, after: int, due: str) -> None:
    plan = schedule(replace(HOURS, holidays=frozenset({date(2027, 11, 1)})))
    at, when = (datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=PARIS) for text in (joined, due))
    assert due_at(plan, "Europe/Paris", at.astimezone(UTC), after) == when.astimezone(UTC)


def test_each_on_their_own_clock() -> None:
    joined = datetime(2027, 6, 7, 12, tzinfo=UTC)
    east, west = (due_at(schedule(), zone, joined, 1) for zone in ("Asia/Tokyo", "America/New_York"))
    assert west - east == timedelta(hours=13)
    whole = schedule_of(replace(schedule(), own_zone=True), "Asia/Tokyo", Slot(start=east, duration=A_DAY))
    assert (whole.zone, whole.own_zone, whole.slot.start) == ("Asia/Tokyo", False, east)


def test_where_nobody_ever_works_days_are_counted() -> None:
    holidays = frozenset(date(2027, 1, 1) + n * A_DAY for n in range(2000))
    plan, joined = schedule(replace(HOURS, holidays=holidays)), datetime(2027, 1, 4, 12, tzinfo=UTC)
    assert due_at(plan, "UTC", joined, 3) == datetime(2027, 1, 7, tzinfo=UTC)
    assert slot_of(plan, "UTC", joined) is None


def steps(*days: int) -> list[Step]:
    return [Step(number=number, after=after, message=Message(body="")) for number, after in enumerate(days, 1)]


def test_what_somebody_has_had_is_not_made_again_and_what_is_put_before_it_is_left_out() -> None:
    plan = steps(0, 2, 5)
    assert next_step(plan, (), None) == plan[0]
    assert next_step(plan, (1,), 0) == plan[1]
    assert next_step(plan, (1, 2, 3), 5) is None
    moved = [replace(plan[1], after=3), replace(plan[0], after=4), plan[2]]
    assert next_step(moved, (1, 2), 2) == plan[2], "moved behind what came last: it has been made"
    another = [Step(number=9, after=1, message=Message(body="")), *plan]
    assert next_step(sorted(another, key=lambda step: step.after), (1, 2), 2) == plan[2]


# --- how a draft holds them -------------------------------------------------------------------


@given(st.lists(st.sampled_from(["add", "remove", "take", "order"]), max_size=30), st.randoms(use_true_random=False))
def test_whatever_is_done_to_a_draft_each_step_keeps_its_own_words(acts: list[str], rng: object) -> None:
    forms, written = {SEQUENCE: NEW, "message": {"body": "1"}, "audience": {"audience": "everyone"}}, {1}
    for act in acts:
        number = rng.choice(numbers_of(forms))  # type: ignore[attr-defined]
        if act == "add" and len(written) < 10:
            forms = dict(with_another(forms))
            forms["message"] = {"body": str(hand_of(forms))}
            forms["message.fr"] = {"body": f"fr {hand_of(forms)}"}
            written.add(hand_of(forms))
        elif act == "remove" and len(written) > 1:
            forms = dict(without(forms, number))
            written.discard(number)
        elif act == "take":
            forms = dict(in_hand(forms, number))
        elif act == "order":
            forms = dict(in_order(forms))
        assert sorted(numbers_of(forms)) == sorted(written) and len(days_of(forms)) == len(written)
        assert forms["message"]["body"] == str(hand_of(forms)) and forms["audience"] == {"audience": "everyone"}
        for one in written:
            kept = message_forms(forms, one)
            assert kept["message"]["body"] == str(one) and (one == 1 or kept["message.fr"]["body"] == f"fr {one}")
    alone = made_one(forms)
    assert alone["message"] == forms["message"] and SEQUENCE not in alone and not any("/" in name for name in alone)
