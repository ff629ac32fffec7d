"""What each answer to a deletion means, and what is done next."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from scheduler.rules.recalling import GIVES_UP, LATER, Answer, after, due, ended, hopeless, may_begin, rests
from storage.records import (
    About,
    CampaignId,
    Channel,
    DeliveryState,
    Later,
    NotReached,
    NotTakenBack,
    PersonId,
    Recall,
    Reference,
    SentMessage,
)

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
AWAY = Retry(NotReached.OUTAGE, detail="503: away")
OFF = Retry(NotReached.SWITCHED_OFF, detail="403 BotDisabledByAdmin", about=About.ORGANISATION)
TOKEN = Retry(NotReached.NO_TOKEN, after=30.0, about=About.US)
THROTTLED = Retry(NotReached.THROTTLED, after=7.0, about=About.ORGANISATION)
ODD = Unexplained("403 Policy")
REFERENCE = Reference(
    person=PersonId(1), channel=Channel.TEAMS, service_url="https://x", conversation="c", bot="b", user="u", tenant="t"
)


def recall(total: int = 10, **more: object) -> Recall:
    return Recall(campaign=CampaignId(1), began_at=NOW, total=total, **more)  # type: ignore[arg-type]


def round_of(before: Recall, *outcomes: Outcome | NotTakenBack, at: datetime = NOW) -> Recall:
    answers = [Answer(PersonId(number), outcome) for number, outcome in enumerate(outcomes, before.cursor + 1)]
    return after(before, answers, at, random.Random(1))


def again(before: Recall, *outcomes: Outcome, at: datetime) -> Recall:
    """Those who wait are asked once more."""
    answers = [Answer(one.person, outcome) for one, outcome in zip(due(before, at), outcomes, strict=False)]
    return after(before, answers, at, random.Random(1))


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Delivered(""), None),
        (Unreachable(NotReached.BLOCKED), NotTakenBack.BLOCKED),
        (Unreachable(NotReached.UNINSTALLED), NotTakenBack.REMOVED),
        (Unreachable(NotReached.GONE), NotTakenBack.GONE),
        (Unreachable(NotReached.CHAT_LOST, about=About.CHAT), NotTakenBack.CHAT_LOST),
        (Refused("400"), NotTakenBack.REFUSED),
        (NotTakenBack.NO_ID, NotTakenBack.NO_ID),
    ],
)
def test_what_is_certain_is_counted_at_once(outcome: Outcome | NotTakenBack, why: NotTakenBack | None) -> None:
    done = round_of(recall(), outcome)
    assert (done.taken_back, done.failed) == ((1, {}) if why is None else (0, {why: 1}))
    assert (done.cursor, done.later, done.trouble) == (1, (), None)


@pytest.mark.parametrize("outcome", [AWAY, OFF, THROTTLED, ODD, Unconfirmed("reset")])
def test_what_is_not_is_asked_again_later(outcome: Outcome) -> None:
    done = round_of(recall(), Delivered(""), outcome)
    assert (done.taken_back, done.failed, done.cursor) == (1, {}, 2)
    [waiting] = done.later
    assert waiting.due > NOW and waiting.attempts == 1
    assert due(done, NOW) == [] and due(done, waiting.due) == [waiting]
    back = again(done, Delivered(""), at=waiting.due)
    assert (back.taken_back, back.later) == (2, ())


def test_a_refusal_that_nobody_explains_is_tried_twice() -> None:
    first = round_of(recall(), Delivered(""), ODD)
    [waiting] = first.later
    assert waiting.due - NOW >= timedelta(minutes=10)
    assert again(first, ODD, at=waiting.due).failed == {NotTakenBack.REFUSED: 1}


def test_a_trouble_of_many_waits_probes_one_and_ends_with_an_acceptance() -> None:
    off = round_of(recall(), OFF, OFF, OFF)
    assert off.trouble is not None and off.trouble.reason is NotReached.SWITCHED_OFF
    assert off.again_at == NOW + timedelta(seconds=30) and off.failed == {}
    assert rests(off, NOW) and not rests(off, NOW + timedelta(seconds=30))
    assert not may_begin(off) and len(due(off, NOW)) == 1, "one probe"
    at = NOW + timedelta(seconds=30)
    probed = again(off, OFF, at=at)
    assert probed.again_at == at + timedelta(seconds=60), "less and less often"
    assert probed.trouble == off.trouble and len(probed.later) == 3
    assert all(one.attempts == 0 for one in probed.later), "it was about nobody of them"
    over = again(probed, Delivered(""), at=at)
    assert (over.trouble, over.again_at, over.taken_back) == (None, None, 1)
    assert len(due(over, at)) == 2, "the others go on at once"


def test_our_own_token_is_a_trouble_by_the_first_answer_and_throttling_is_none() -> None:
    assert round_of(recall(), TOKEN).trouble is not None
    assert round_of(recall(), THROTTLED, THROTTLED, THROTTLED).trouble is None
    assert round_of(recall(), AWAY, AWAY).trouble is None, "two may be alone"
    assert round_of(recall(), AWAY, AWAY, OFF).trouble is None, "not the same"
    assert round_of(recall(), AWAY, AWAY, AWAY, Unreachable(NotReached.BLOCKED)).trouble is None, "one was answered"


def test_what_waits_says_why_when_nothing_else_is_left() -> None:
    waiting = replace(round_of(recall(), Delivered(""), OFF), seen_all=True)
    assert waiting.waits_for is not None and waiting.waits_for.reason is NotReached.SWITCHED_OFF
    assert rests(waiting, NOW) and not rests(waiting, NOW + timedelta(hours=2))
    assert not rests(replace(waiting, later=(replace(waiting.later[0], due=NOW + timedelta(days=9)),)), NOW)


def test_it_ends_when_nothing_is_left_or_after_three_days() -> None:
    whole = replace(round_of(recall(2), Delivered(""), Delivered("")), seen_all=True)
    assert ended(whole, NOW).finished_at == NOW and ended(whole, NOW).failed == {}
    erased = replace(round_of(recall(3), Delivered(""), Delivered("")), seen_all=True)
    assert ended(erased, NOW).failed == {NotTakenBack.NOT_KNOWN: 1}
    stuck = round_of(recall(5), OFF, OFF, OFF)
    assert ended(stuck, NOW + GIVES_UP - timedelta(seconds=1)) == stuck
    given_up = ended(stuck, NOW + GIVES_UP)
    assert (given_up.failed, given_up.later, given_up.done) == ({NotTakenBack.NOT_ANSWERED: 5}, (), 5)
    assert ended(given_up, NOW + 2 * GIVES_UP) == given_up


def test_few_wait_at_a_time() -> None:
    waiting = tuple(
        Later(person=PersonId(number), due=NOW, attempts=1, why=NotReached.OUTAGE) for number in range(LATER)
    )
    assert not may_begin(recall(later=waiting)) and may_begin(recall(later=waiting[1:]))


def test_no_request_leaves_for_what_cannot_be_taken_back() -> None:
    there = SentMessage(person=PersonId(1), state=DeliveryState.DELIVERED, activity="m", reference=REFERENCE)
    assert hopeless(there) is None
    assert hopeless(replace(there, state=DeliveryState.UNCONFIRMED)) is NotTakenBack.NOT_CERTAIN
    assert hopeless(replace(there, activity="")) is NotTakenBack.NO_ID
    assert hopeless(replace(there, reference=None)) is NotTakenBack.NOT_KNOWN
    removed = replace(REFERENCE, broken=NotReached.UNINSTALLED)
    assert hopeless(replace(there, reference=removed)) is NotTakenBack.REMOVED


OUTCOMES = st.sampled_from(
    [
        Delivered(""),
        AWAY,
        OFF,
        TOKEN,
        THROTTLED,
        ODD,
        Refused("400"),
        Unreachable(NotReached.BLOCKED),
        NotTakenBack.NO_ID,
    ]
)


@given(rounds=st.lists(st.lists(OUTCOMES, max_size=6), max_size=8))
def test_nobody_is_lost_or_counted_twice_whatever_is_answered(rounds: list[list[Outcome | NotTakenBack]]) -> None:
    one, at, asked = recall(100), NOW, Counter[int]()
    for outcomes in rounds:
        at += timedelta(hours=1)
        waiting = [later.person for later in due(one, at)]
        room = len(outcomes) - len(waiting) if may_begin(one) else 0
        new = [PersonId(one.cursor + step) for step in range(1, room + 1)]
        people = [*waiting, *new][: len(outcomes)]
        asked.update(new)
        one = after(one, [Answer(who, what) for who, what in zip(people, outcomes, strict=False)], at, random.Random(1))
        assert one.done + len(one.later) == len(asked), "each is done, or waits"
        assert max(asked.values(), default=0) <= 1
        assert len({later.person for later in one.later}) == len(one.later)
        assert (one.trouble is None) is (one.again_at is None)
