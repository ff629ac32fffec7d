"""Trouble of many: the same answer for different people is about what they have in common, and waits as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from scheduler.rules.trouble import CALM, FIRST_PROBE, LONGEST_PROBE, MANY, Watch, noticed, probed, sign_of, wait
from storage.records import About, NotReached, PersonId

DAY = 86_400.0
ADMIN = Retry(NotReached.SWITCHED_OFF, detail="403 BotDisabledByAdmin: off", about=About.ORGANISATION)


def watched(*answers: tuple[int, Outcome]) -> Watch:
    watch = CALM
    for person, outcome in answers:
        sign = sign_of(outcome)
        assert sign is not None
        watch = noticed(watch, sign, PersonId(person), 0.0)
    return watch


@pytest.mark.parametrize(
    "outcome",
    [
        Delivered("1"),
        Unreachable(NotReached.BLOCKED),
        Unreachable(NotReached.CHAT_LOST, about=About.CHAT),
        Retry(NotReached.THROTTLED, after=3600, about=About.ORGANISATION),
        Refused("ActivityNotFound", about=About.CHAT),
    ],
)
def test_what_is_about_one_person_or_the_pace_is_a_sign_of_nothing(outcome: Outcome) -> None:
    assert sign_of(outcome) is None


def test_it_takes_three_different_people() -> None:
    assert watched(*[(1, ADMIN)] * 9).trouble is None
    assert watched((1, ADMIN), (2, ADMIN), (1, ADMIN)).trouble is None
    trouble = watched((1, ADMIN), (2, ADMIN), (3, ADMIN)).trouble
    assert trouble is not None and trouble.reason is NotReached.SWITCHED_OFF


def test_it_takes_the_same_class_of_answer() -> None:
    outage = Retry(NotReached.OUTAGE, detail="503 : ")
    assert watched((1, ADMIN), (2, outage), (3, ADMIN), (4, outage)).trouble is None
    odd = [Unexplained(f"403 {code}") for code in ("A", "B", "C")]
    assert watched(*enumerate(odd)).trouble is None, "refusals are told apart by their code"
    assert watched(*enumerate([odd[0]] * 3)).trouble is not None
    refused = [Refused("BadSyntax", f"at {n}") for n in range(3)]
    assert watched(*enumerate(refused)).trouble is not None, "and not by their text"
    assert watched(*enumerate([Unconfirmed("504 : ", NotReached.GATEWAY, About.REGION)] * 3)).trouble is not None


def test_our_own_tokens_trouble_is_known_by_the_first() -> None:
    assert watched((1, Retry(NotReached.NO_TOKEN, detail="AADSTS7000222", about=About.US))).trouble is not None


def test_probes_leave_after_thirty_seconds_doubling_to_ten_minutes() -> None:
    watch, now, pauses = watched((1, ADMIN), (2, ADMIN), (3, ADMIN)), 0.0, []
    for _ in range(7):
        pauses.append(wait(watch, now, DAY))
        now += pauses[-1]
        assert wait(watch, now, DAY) == 0
        watch = probed(watch, now)
    assert pauses == [FIRST_PROBE, 60.0, 120.0, 240.0, 480.0, LONGEST_PROBE, LONGEST_PROBE]


@given(st.floats(1, 7200))
def test_no_pause_of_ours_takes_more_than_a_part_of_what_is_left_of_the_slot(left: float) -> None:
    watch, now, probes = watched((1, ADMIN), (2, ADMIN), (3, ADMIN)), 0.0, 0
    assert wait(watch, 0.0, left) <= max(1.0, left / 4)
    while now < left:
        now += max(wait(watch, now, left - now), 0.01)
        if wait(watch, now, left - now) == 0:
            watch, probes = probed(watch, now), probes + 1
    assert 0 < probes < 100


def test_nothing_is_the_matter_until_it_is() -> None:
    assert wait(CALM, 0.0, DAY) == 0
    assert wait(watched((1, ADMIN), (2, ADMIN)), 0.0, DAY) == 0
    assert MANY == 3
