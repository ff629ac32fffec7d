"""Taking messages back: what each answer means, and what is done next. Pure rules.

To delete a message twice is to delete it once, and one that is gone is taken back. So whatever was not answered is
asked again: there is no "unconfirmed" here. What an answer is about is read as for sends (rules/trouble.py).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from scheduler.rules.trouble import FIRST_PROBE, LONGEST_PROBE, MANY, sign_of
from storage.records import (
    NAMED,
    About,
    DeliveryState,
    Later,
    LeftBehind,
    NotReached,
    NotTakenBack,
    PersonId,
    Recall,
    SentMessage,
    Trouble,
)

GIVES_UP = timedelta(days=3)  #: after its begin: what the platform has not taken by then stays where it is
UNEXPLAINED_AGAIN = 600.0  #: seconds until a refusal that nobody can explain is tried once more
ATTEMPTS = 2  #: of such a refusal
DETAIL = 300  #: characters kept of what the platform said
FARTHEST = timedelta(minutes=75)  #: the longest rest: the platform may ask for an hour
LATER = 500  #: messages that are tried again, at the most: until some of them are done, no new ones are begun

#: why somebody's chat is out of reach -> why their message stays in it
_OUT_OF_REACH = {
    NotReached.BLOCKED: NotTakenBack.BLOCKED,
    NotReached.UNINSTALLED: NotTakenBack.REMOVED,
    NotReached.GONE: NotTakenBack.GONE,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message; NotTakenBack where no request was worth while."""

    person: PersonId
    outcome: Outcome | NotTakenBack


def hopeless(message: SentMessage) -> NotTakenBack | None:
    """Why no request would help; None where it may be taken back."""
    if message.state is not DeliveryState.DELIVERED:
        return NotTakenBack.NOT_CERTAIN
    if not message.activity:
        return NotTakenBack.NO_ID
    if message.reference is None:
        return NotTakenBack.NOT_KNOWN
    return NotTakenBack.REMOVED if message.reference.broken is NotReached.UNINSTALLED else None


def rests(recall: Recall, now: datetime) -> bool:
    """Whether nothing is to be done now. A rest beyond the farthest was written before the wall clock was set back."""
    wakes = recall.again_at
    if wakes is None and recall.seen_all:
        wakes = min((one.due for one in recall.later), default=None)
    return wakes is not None and timedelta() < wakes - now <= FARTHEST


def due(recall: Recall, now: datetime) -> list[Later]:
    """Those that are tried again now, those who wait longest first; while all of it waits, one of them."""
    waiting = sorted((one for one in recall.later), key=lambda one: (one.due, one.person))
    if recall.trouble is not None:
        return waiting[:1]
    return [one for one in waiting if one.due <= now]


def may_begin(recall: Recall) -> bool:
    """Whether messages may be tried that were not tried before."""
    return not recall.seen_all and len(recall.later) < LATER and not (recall.trouble and recall.later)


def after(recall: Recall, answers: Sequence[Answer], now: datetime, rng: random.Random) -> Recall:
    """After one round of requests."""
    if not answers:
        return recall
    taken_back, failed, left = recall.taken_back, Counter(recall.failed), [*recall.left]
    later = {one.person: one for one in recall.later}
    trouble = _trouble(recall, answers, now)
    for answer in answers:
        before = later.pop(answer.person, None)
        attempts = before.attempts if before else 0
        if isinstance(answer.outcome, Delivered):
            taken_back += 1
        elif (why := _why_left(answer.outcome, attempts, troubled=trouble is not None)) is not None:
            failed[why] += 1
            left.append(LeftBehind(person=answer.person, why=why))
        else:
            assert not isinstance(answer.outcome, NotTakenBack)
            later[answer.person] = _again(answer, attempts, now, rng, counts=trouble is None)
    waiting = tuple(later.values())
    if trouble is None and recall.trouble is not None:  # it is over: nobody rests any longer
        waiting = tuple(replace(one, due=min(one.due, now)) for one in waiting)
    pause = min(FIRST_PROBE * 2.0 ** min(recall.probes, 16), LONGEST_PROBE)
    return replace(
        recall,
        cursor=max([recall.cursor, *(answer.person for answer in answers)]),
        taken_back=taken_back,
        failed=dict(failed),
        left=tuple(left[:NAMED]),
        later=waiting,
        trouble=trouble,
        probes=recall.probes + 1 if trouble else 0,
        again_at=now + timedelta(seconds=pause) if trouble else None,
    )


def ended(recall: Recall, now: datetime) -> Recall:
    """It ends where nothing is left to be tried, or it has been tried for long enough."""
    over = now - recall.began_at >= GIVES_UP
    if recall.finished_at is not None or not (over or (recall.seen_all and not recall.later)):
        return recall
    failed, left = Counter(recall.failed), [*recall.left]
    if over:
        failed[NotTakenBack.NOT_ANSWERED] += max(0, recall.total - recall.done)
        left += [LeftBehind(person=one.person, why=NotTakenBack.NOT_ANSWERED) for one in recall.later]
    else:
        failed[NotTakenBack.NOT_KNOWN] += max(0, recall.total - recall.done)
    return replace(recall, failed=dict(+failed), left=tuple(left[:NAMED]), later=(), again_at=None, finished_at=now)


def _trouble(recall: Recall, answers: Sequence[Answer], now: datetime) -> Trouble | None:
    """What keeps all of it waiting: the same answer for everybody who was asked, none of them about themselves."""
    outcomes = [answer.outcome for answer in answers if not isinstance(answer.outcome, NotTakenBack)]
    if not outcomes:
        return recall.trouble
    signs = [sign for outcome in outcomes if (sign := sign_of(outcome)) is not None]
    if len(signs) < len(outcomes) or len({sign.kind for sign in signs}) > 1 or signs[0].about is About.MESSAGE:
        return None
    sign = signs[0]
    if recall.trouble is None and len(signs) < MANY and sign.about is not About.US:
        return None
    known = recall.trouble if recall.trouble and recall.trouble.reason is sign.reason else None
    return known or Trouble(reason=sign.reason, detail=sign.detail[:DETAIL], since=now)


def _why_left(outcome: Outcome | NotTakenBack, attempts: int, *, troubled: bool) -> NotTakenBack | None:
    """Why a message stays where it is; None where it is tried again."""
    match outcome:
        case NotTakenBack():
            return outcome
        case Unreachable(reason):
            return _OUT_OF_REACH.get(reason, NotTakenBack.CHAT_LOST)
        case Refused():
            return NotTakenBack.REFUSED
        case Unexplained() if attempts + 1 >= ATTEMPTS and not troubled:
            return NotTakenBack.REFUSED
    return None


def _again(answer: Answer, attempts: int, now: datetime, rng: random.Random, *, counts: bool) -> Later:
    pause = min(FIRST_PROBE * 2.0 ** min(attempts, 16), LONGEST_PROBE)
    reason, detail = NotReached.OUTAGE, ""
    match answer.outcome:
        case Retry(reason, asked, detail):
            pause = asked if asked is not None else pause
        case Unexplained(code, text):
            reason, detail, pause = NotReached.UNEXPLAINED, f"{code}: {text}", UNEXPLAINED_AGAIN
        case Unconfirmed(detail):
            pass
    due_at = now + timedelta(seconds=pause * rng.uniform(1.0, 1.2))
    return Later(person=answer.person, due=due_at, attempts=attempts + counts, why=reason, detail=str(detail)[:DETAIL])
