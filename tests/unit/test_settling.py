"""What becomes of a delivery after an attempt: never lost, never past the slot, never for ever."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from scheduler.rules.settling import BACKOFF, DETAIL, LONGEST_BACKOFF, UNEXPLAINED_PAUSE, out_of_reach, settle, wait
from storage.records import CampaignId, Channel, Claimed, DeliveryId, DeliveryState, NotReached, Settled
from tests.unit.test_variables import person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLAIMED = Claimed(id=DeliveryId(9), campaign=CampaignId(42), person=person(), reference=None, attempts=0)

delays = st.one_of(st.none(), st.floats(0, 3600))
reasons = st.sampled_from([NotReached.THROTTLED, NotReached.OUTAGE])
attempts = st.integers(0, 10_000)
seeds = st.integers().map(random.Random)


def settled(outcome: Outcome, *, attempts: int = 0, left: timedelta = HOUR, seed: int = 0) -> Settled:
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
