"""What becomes of a delivery after an attempt: never lost, never past the slot, never for ever."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.ports import Delivered, NotWritten, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from scheduler.rules.settling import (
    BACKOFF,
    DETAIL,
    LONGEST_BACKOFF,
    PAST,
    REMEMBERED,
    UNEXPLAINED_PAUSE,
    capped,
    closed,
    muted,
    news_of,
    not_known,
    not_sent,
    not_there,
    out_of_reach,
    settle,
    wait,
)
from scheduler.rules.window import open_time
from storage.records import (
    LADDER,
    CampaignId,
    Channel,
    Claimed,
    DeliveryId,
    DeliveryState,
    NotReached,
    Reference,
    Seen,
    Settled,
    Slot,
    WorkingHours,
)
from tests.unit.test_variables import person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLAIMED = Claimed(id=DeliveryId(9), campaign=CampaignId(42), person=person(), reference=None, attempts=0)

delays = st.one_of(st.none(), st.floats(0, 3600))
reasons = st.sampled_from([NotReached.THROTTLED, NotReached.OUTAGE])
attempts = st.integers(0, 10_000)
seeds = st.integers().map(random.Random)


def settled(outcome: Outcome | NotWritten, *, attempts: int = 0, left: timedelta = HOUR, seed: int = 0) -> Settled:
    """After an attempt with that much of the slot left."""
    rng = random.Random(seed)
    return settle(replace(CLAIMED, attempts=attempts), Channel.TEAMS, outcome, NOW, NOW + left, rng)


@pytest.mark.parametrize(
    ("outcome", "state", "reason", "detail"),
    [
        (Delivered("17"), DeliveryState.DELIVERED, None, ""),
        (Delivered("", "a:chat"), DeliveryState.DELIVERED, None, ""),
        (Unreachable(NotReached.BLOCKED, "403"), DeliveryState.UNREACHABLE, NotReached.BLOCKED, "403"),
        (Unreachable(NotReached.GONE), DeliveryState.UNREACHABLE, NotReached.GONE, ""),
        (Refused("BadSyntax", "why"), DeliveryState.FAILED, NotReached.REFUSED, "BadSyntax: why"),
        (Unconfirmed("reset"), DeliveryState.UNCONFIRMED, NotReached.CONNECTION_BROKE, "reset"),
        (Unconfirmed("504", NotReached.GATEWAY), DeliveryState.UNCONFIRMED, NotReached.GATEWAY, "504"),
        (Unexplained("403", "why"), DeliveryState.PLANNED, NotReached.UNEXPLAINED, "403: why"),
        (Retry(NotReached.THROTTLED, detail="429"), DeliveryState.PLANNED, NotReached.THROTTLED, "429"),
        (Retry(NotReached.OUTAGE, detail="503"), DeliveryState.PLANNED, NotReached.OUTAGE, "503"),
    ],
)
def test_every_outcome_has_its_state_and_reason(
    outcome: Outcome, state: DeliveryState, reason: NotReached | None, detail: str
) -> None:
    after = settled(outcome)
    assert (after.state, after.reason, after.detail) == (state, reason, detail)
    assert (after.id, after.campaign, after.person, after.channel, after.at, after.attempted) == (
        CLAIMED.id,
        CLAIMED.campaign,
        CLAIMED.person.id,
        Channel.TEAMS,
        NOW,
        True,
    )
    assert (after.due is None) == (state is not DeliveryState.PLANNED)


def test_what_could_not_be_written_was_no_attempt() -> None:
    after = settled(NotWritten("KeyError"))
    assert (after.state, after.reason, after.detail) == (DeliveryState.FAILED, NotReached.NOT_WRITTEN, "KeyError")
    assert not after.attempted and after.due is None


def test_the_message_id_and_a_chat_that_was_opened_again_are_kept() -> None:
    after = settled(Delivered("17", "a:chat"))
    assert (after.activity, after.conversation) == ("17", "a:chat")


def test_what_may_have_arrived_is_never_sent_again_by_itself() -> None:
    assert all(settled(Unconfirmed("reset"), attempts=n).state.final for n in range(20))


def test_only_the_beginning_of_what_the_platform_said_is_kept() -> None:
    for outcome in (Refused("x", "y" * 5000), Unconfirmed("y" * 5000), Unreachable(NotReached.BLOCKED, "y" * 5000)):
        assert len(settled(outcome).detail) == DETAIL


# --- retries ----------------------------------------------------------------------------------


@given(reasons, delays, attempts, st.integers(-60, 7200), st.integers())
def test_what_was_not_taken_waits_for_the_end_of_the_slot_and_no_number_of_tries_ends_it(
    reason: NotReached, after: float | None, attempts: int, seconds_left: int, seed: int
) -> None:
    row = settled(Retry(reason, after=after), attempts=attempts, left=timedelta(seconds=seconds_left), seed=seed)
    assert (row.state, row.reason) == (DeliveryState.PLANNED, reason)
    assert row.due is not None and row.due > NOW


@given(reasons, st.floats(0, 3600), attempts, seeds)
def test_the_wait_that_the_platform_asked_for_is_obeyed_and_spread_a_little(
    reason: NotReached, after: float, attempts: int, rng: random.Random
) -> None:
    assert after <= wait(Retry(reason, after=after), attempts, rng) <= after * 1.1 + 1


@given(reasons, attempts, seeds)
def test_without_one_the_wait_grows_with_full_jitter_up_to_a_bound(
    reason: NotReached, attempts: int, rng: random.Random
) -> None:
    bound = LONGEST_BACKOFF if attempts > 16 else min(LONGEST_BACKOFF, BACKOFF * 2**attempts)
    assert 0 < wait(Retry(reason), attempts, rng) <= bound


@given(reasons, attempts, st.integers(1, 7200), st.integers())
def test_nobody_is_given_up_by_our_own_wait_while_there_is_time(
    reason: NotReached, attempts: int, seconds_left: int, seed: int
) -> None:
    left = timedelta(seconds=seconds_left)
    row = settled(Retry(reason), attempts=attempts, left=left, seed=seed)
    assert row.due is not None and row.due <= NOW + left


def test_those_who_were_refused_together_do_not_come_back_together() -> None:
    for after in (None, 30.0):
        rng = random.Random(5)
        waits = [wait(Retry(NotReached.THROTTLED, after=after), 3, rng) for _ in range(200)]
        assert len({round(seconds, 3) for seconds in waits}) > 150
        assert max(waits) - min(waits) > 3


# --- refused without a reason -----------------------------------------------------------------

ODD = Unexplained("403", "no reason")


def again(first: Settled, at: datetime, slot_end: datetime) -> Settled:
    """The second attempt, made at that instant."""
    assert first.state is DeliveryState.PLANNED and first.reason is NotReached.UNEXPLAINED
    return settle(
        replace(CLAIMED, attempts=1, unexplained_at=first.at), Channel.TEAMS, ODD, at, slot_end, random.Random()
    )


def test_who_is_refused_without_a_reason_is_tried_twice_ten_minutes_apart() -> None:
    first = settled(ODD)
    assert first.due == NOW + UNEXPLAINED_PAUSE
    second = again(first, first.due, NOW + HOUR)
    assert (second.state, second.reason, second.detail) == (
        DeliveryState.FAILED,
        NotReached.UNEXPLAINED,
        "403: no reason",
    )


@given(st.integers(1, 600))
def test_in_a_short_slot_the_second_attempt_comes_in_time_and_decides_nothing(seconds_left: int) -> None:
    ends = NOW + timedelta(seconds=seconds_left)
    first = settled(ODD, left=ends - NOW)
    assert first.due is not None and NOW < first.due < ends
    second = again(first, first.due, ends)
    assert second.state is DeliveryState.PLANNED
    assert second.due is not None and second.due > ends, "the end of the slot settles it"


@given(st.integers())
def test_the_attempts_in_one_slot_are_bounded(seed: int) -> None:
    """Throttled without a word on how long: two hours see tens of attempts, not thousands."""
    rng, now, count = random.Random(seed), NOW, 0
    while True:
        delivery = replace(CLAIMED, attempts=count)
        row = settle(delivery, Channel.TEAMS, Retry(NotReached.THROTTLED), now, NOW + 2 * HOUR, rng)
        count += 1
        assert row.due is not None
        if row.due >= NOW + 2 * HOUR:
            break
        now = row.due
    assert count < 150


def test_who_uninstalled_after_planning_waits_until_the_slot_ends() -> None:
    row = out_of_reach(CLAIMED, Channel.TEAMS, NOW, NOW + HOUR)
    assert (row.state, row.due, row.attempted) == (DeliveryState.WAITING, NOW + HOUR, False)


# --- what becomes of it, to the letter --------------------------------------------------------


class Highest(random.Random):
    """Draws the most that may be drawn, and ``Lowest`` the least."""

    def uniform(self, a: float, b: float) -> float:
        return b


class Lowest(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return a


@pytest.mark.parametrize(
    ("after", "attempts", "left", "least", "most"),
    [
        (None, 0, 3600.0, 0.1, 2.0),
        (None, 1, 3600.0, 0.1, 4.0),
        (None, 7, 3600.0, 0.1, 256.0),
        (None, 8, 3600.0, 0.1, 300.0),
        (None, 10_000, 3600.0, 0.1, 300.0),
        (None, 3, 7.0, 0.1, 7.0),
        (None, 3, -5.0, 0.1, 0.1),
        (0.0, 3, 0.5, 0.0, 1.0),
        (30.0, 3, 7.0, 30.0, 34.0),
    ],
)
def test_a_wait_lies_between_what_is_said_and_nothing_else(
    after: float | None, attempts: int, left: float, least: float, most: float
) -> None:
    retry = Retry(NotReached.THROTTLED, after=after)
    assert wait(retry, attempts, Lowest(), left) == pytest.approx(least)
    assert wait(retry, attempts, Highest(), left) == pytest.approx(most)


def test_without_a_word_on_what_is_left_a_wait_is_not_cut() -> None:
    assert wait(Retry(NotReached.OUTAGE), 20, Highest()) == LONGEST_BACKOFF == 300.0


def test_trouble_of_many_is_not_waited_for_one_by_one() -> None:
    for outcome in (Retry(NotReached.OUTAGE, after=60.0), Unexplained("403", "no reason")):
        row = settle(CLAIMED, Channel.TEAMS, outcome, NOW, NOW + HOUR, Highest(), Seen.AWAY, troubled=True)
        assert (row.state, row.due, row.seen) == (DeliveryState.PLANNED, NOW, None)


def test_a_wait_of_ours_ends_with_the_slot() -> None:
    row = settle(replace(CLAIMED, attempts=9), Channel.TEAMS, Retry(NotReached.OUTAGE), NOW, NOW + HOUR / 60, Highest())
    assert row.due == NOW + HOUR / 60


def test_how_somebody_showed_is_kept_with_what_ends_the_delivery() -> None:
    for outcome in (Delivered("1"), Refused("x", "y"), Unconfirmed("reset")):
        assert settle(CLAIMED, Channel.TEAMS, outcome, NOW, NOW + HOUR, Highest(), Seen.AWAY).seen is Seen.AWAY
    assert settle(CLAIMED, Channel.TEAMS, Delivered("1"), NOW, NOW + HOUR, Highest()).seen is None


@pytest.mark.parametrize(
    ("first", "now", "left", "due"),
    [
        (0, 0, 3600, 600),  # ten minutes later
        (0, 599, 3600, 600),  # the first attempt was the one that counts
        (0, 600, 3600, None),  # this was the second
        (0, 601, 3600, None),
        (0, 0, 601, 600),
        (0, 0, 600, 540),  # where the slot ends first: a tenth of what was left before its end
        (0, 0, 100, 90),
        (0, 89, 100, 90),
        (0, 90, 100, 100 + 3600),  # the last attempt decides nothing: the slot's end does
    ],
)
def test_a_refusal_without_a_reason_gets_one_more_attempt(first: int, now: int, left: int, due: int | None) -> None:
    at, ends = NOW + timedelta(seconds=now), NOW + timedelta(seconds=left)
    delivery = replace(CLAIMED, unexplained_at=NOW + timedelta(seconds=first) if now else None)
    row = settle(delivery, Channel.TEAMS, ODD, at, ends, random.Random())
    assert row.due == (None if due is None else NOW + timedelta(seconds=due))
    assert row.state is (DeliveryState.FAILED if due is None else DeliveryState.PLANNED)


# --- a reference that works -------------------------------------------------------------------

HERE, THERE = "https://smba.example/emea", "https://smba.example/amer"
KNOWN = Reference(
    person=person().id,
    channel=Channel.TEAMS,
    service_url=HERE,
    conversation="a:1",
    bot="28:crieur",
    user="29:ada",
    tenant=person().tenant,
    worked_at=NOW - REMEMBERED + timedelta(seconds=1),
    worked_url=HERE,
)


@pytest.mark.parametrize(
    ("reference", "news"),
    [
        (None, ""),
        (KNOWN, ""),
        (replace(KNOWN, worked_at=NOW - REMEMBERED), HERE),
        (replace(KNOWN, worked_at=None), HERE),
        (replace(KNOWN, failed=NotReached.BLOCKED), HERE),
        (replace(KNOWN, service_url=THERE), THERE),
    ],
)
def test_that_a_reference_works_is_written_down_where_it_is_news(reference: Reference | None, news: str) -> None:
    assert news_of(reference, NOW) == news
    row = settle(replace(CLAIMED, reference=reference), Channel.TEAMS, Delivered("1"), NOW, NOW + HOUR, Highest())
    assert row.worked_url == news
    odd = settle(replace(CLAIMED, reference=reference), Channel.TEAMS, Unconfirmed("x"), NOW, NOW + HOUR, Highest())
    assert odd.worked_url == ""


# --- what was not sent ------------------------------------------------------------------------

OFFICE = WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))
#: Tuesday and Wednesday, nine to six
DAYS = open_time(Slot(start=NOW, duration=timedelta(days=1, hours=9)), OFFICE, ZoneInfo("UTC"))
ENDS = NOW + timedelta(days=1, hours=9)
MORROW = NOW + timedelta(days=1)
EVENING = NOW + timedelta(hours=10)
FRIDAY = NOW + timedelta(days=3)
ROW = Settled(
    id=CLAIMED.id,
    campaign=CLAIMED.campaign,
    person=CLAIMED.person.id,
    channel=Channel.SKYPE,
    state=DeliveryState.PLANNED,
    at=NOW,
    attempted=False,
)


@pytest.mark.parametrize(
    ("settled", "after"),
    [
        (
            lambda: out_of_reach(CLAIMED, Channel.SKYPE, NOW, ENDS),
            {"state": DeliveryState.WAITING, "due": ENDS, "reason": NotReached.UNINSTALLED},
        ),
        (lambda: muted(CLAIMED, Channel.SKYPE, NOW), {"state": DeliveryState.MUTED, "reason": NotReached.MUTED}),
        (lambda: capped(CLAIMED, Channel.SKYPE, NOW), {"state": DeliveryState.CAPPED, "reason": NotReached.CAPPED}),
        (lambda: not_sent(CLAIMED, Channel.SKYPE, NOW, MORROW), {"due": MORROW}),
        (lambda: closed(CLAIMED, Channel.SKYPE, NOW, DAYS, ENDS), {"due": NOW}),
        (lambda: closed(CLAIMED, Channel.SKYPE, EVENING, DAYS, ENDS), {"at": EVENING, "due": MORROW}),
        (lambda: closed(CLAIMED, Channel.SKYPE, FRIDAY, DAYS, ENDS), {"at": FRIDAY, "due": ENDS + PAST}),
        (
            lambda: not_known(CLAIMED, Channel.SKYPE, NOW, NOW + HOUR, DAYS, ENDS),
            {"due": NOW + HOUR, "reason": NotReached.PRESENCE_UNKNOWN},
        ),
        (
            lambda: not_known(CLAIMED, Channel.SKYPE, NOW, EVENING, DAYS, ENDS),
            {"due": MORROW, "reason": NotReached.PRESENCE_UNKNOWN},
        ),
        (
            lambda: not_known(CLAIMED, Channel.SKYPE, NOW, FRIDAY, DAYS, ENDS),
            {"due": ENDS + PAST, "reason": NotReached.PRESENCE_UNKNOWN},
        ),
        (
            lambda: not_there(CLAIMED, Channel.SKYPE, NOW, DAYS, Seen.AWAY, LADDER),
            {"due": NOW + timedelta(minutes=10), "rung": 1, "seen": Seen.AWAY},
        ),
        (
            lambda: not_there(replace(CLAIMED, rung=2), Channel.SKYPE, NOW, DAYS, Seen.ABSENT, LADDER),
            {"due": MORROW, "rung": 3, "seen": Seen.ABSENT},
        ),
        (
            lambda: not_there(replace(CLAIMED, rung=8), Channel.SKYPE, NOW, DAYS, Seen.BUSY, LADDER),
            {"state": DeliveryState.ABSENT, "reason": NotReached.ABSENT, "seen": Seen.BUSY},
        ),
    ],
)
def test_what_was_not_sent_is_no_attempt_and_says_why_or_when_again(
    settled: Callable[[], Settled], after: dict[str, object]
) -> None:
    assert settled() == replace(ROW, **after)  # type: ignore[arg-type]


def test_the_pauses_are_those_of_the_documentation() -> None:
    assert (BACKOFF, LONGEST_BACKOFF, DETAIL) == (2.0, 300.0, 300)
    assert (timedelta(minutes=10), timedelta(days=7), timedelta(hours=1)) == (UNEXPLAINED_PAUSE, REMEMBERED, PAST)
