"""Trouble of many: when one thing keeps a whole organisation from its messages, and when it is over. Pure rules.

One answer may be about anything. The same class of answer for MANY different people, with no acceptance between, is
about what they have in common: their organisation, the region that serves them, the message, or us. What they have in
common then waits; one message now and then probes whether it is over, and the first acceptance ends it (decision 034).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scheduler.ports import Delivered, NotWritten, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from storage.records import About, NotReached, PersonId

MANY = 3  #: different people of whom the same is answered
FIRST_PROBE = 30.0  #: seconds until the first probe; doubled each time
LONGEST_PROBE = 600.0  #: seconds
SHORTEST_PROBE = 1.0  #: seconds: near the end of a slot the pauses are shorter, or they would cost people their time
SHARE = 4  #: a pause takes no more than this part of what is left of the slot
UNPROVEN = 3  #: messages of a campaign that are on their way together before the first of them was accepted


@dataclass(frozen=True, slots=True)
class Sign:
    """What one answer may be a sign of."""

    about: About
    reason: NotReached
    #: what the platform said, its code first
    detail: str

    @property
    def code(self) -> str:
        """What may stand in a log: the code, never the text."""
        return self.detail.partition(":")[0][:60]

    @property
    def kind(self) -> tuple[NotReached, str]:
        """Answers of one class have the same; the code tells refusals apart."""
        told_apart = self.reason in (NotReached.MESSAGE_REFUSED, NotReached.UNEXPLAINED)
        return self.reason, self.code if told_apart else ""


def sign_of(outcome: Outcome | NotWritten) -> Sign | None:
    """None for what is about one person, and for throttling, which has a rule of its own."""
    match outcome:
        case Delivered() | Unreachable():
            return None
        case Refused(code, text, About.MESSAGE):
            return Sign(About.MESSAGE, NotReached.MESSAGE_REFUSED, f"{code}: {text}")
        case Refused():
            return None
        case NotWritten(detail):
            return Sign(About.MESSAGE, NotReached.NOT_WRITTEN, detail)
        case Unexplained(code, text, about):
            return Sign(about, NotReached.UNEXPLAINED, f"{code}: {text}")
        case Unconfirmed(detail, _, about):
            return Sign(about, NotReached.OUTAGE, detail)
        case Retry(reason, _, detail, about):
            return None if reason is NotReached.THROTTLED else Sign(about, reason, detail)


@dataclass(frozen=True, slots=True)
class Watch:
    """What was answered to those who have one thing in common, since the last acceptance among them."""

    #: the people by the class of the answer, as many as it takes
    people: Mapping[tuple[NotReached, str], frozenset[PersonId]] = field(default_factory=dict)
    #: what is the matter, once it is known to be a trouble of many
    trouble: Sign | None = None
    #: seconds on a monotonic clock: when it began, or was last probed; and the pause until the next probe
    probed_at: float = 0.0
    pause: float = FIRST_PROBE


CALM = Watch()  #: all is well, as far as is known: what an acceptance leaves


def noticed(watch: Watch, sign: Sign, person: PersonId, now: float) -> Watch:
    """After one more answer. Our own token's trouble is known by the first."""
    needed = 1 if sign.about is About.US else MANY
    before = watch.people.get(sign.kind, frozenset())
    people = before if len(before) >= needed else before | {person}
    after = replace(watch, people={**watch.people, sign.kind: people})
    if len(people) < needed or watch.trouble is not None:
        return after
    return replace(after, trouble=sign, probed_at=now, pause=FIRST_PROBE)


def wait(watch: Watch, now: float, left: float) -> float:
    """Seconds until the next probe may leave; 0 where nothing is the matter. ``left``: seconds of the slot."""
    if watch.trouble is None:
        return 0.0
    pause = min(watch.pause, max(SHORTEST_PROBE, left / SHARE))
    return max(0.0, watch.probed_at + pause - now)


def probed(watch: Watch, now: float) -> Watch:
    """A probe has left."""
    return replace(watch, probed_at=now, pause=min(2 * watch.pause, LONGEST_PROBE))
