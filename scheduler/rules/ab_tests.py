"""An A/B test's times, and whether one variant is better than the other. Pure.

start ---- the test is sent ---- half of the hours ---- the choice ---- the last part ---- the slot's end
                                                          |  the rest is sent: once a variant is chosen
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.rules.window import OpenTime, open_time
from storage.records import ABTest, Measure, ProfileFigures, Schedule, Slot, Tried, Variant

CHANCE = 0.05  #: a difference that would come so seldom by chance, or more seldom, is taken for one
LEAST = 5  #: people who did it, and who did not, on each side: with fewer the test says nothing


@dataclass(frozen=True, slots=True)
class TestTimes:
    """When what of a test is sent; open time of the schedule's zone."""

    __test__ = False  # pytest

    #: the test group has its instants here
    test: OpenTime
    #: from here on one is chosen
    choice: datetime
    #: the rest has its instants here
    rest: OpenTime
    #: the last part of it: if nobody has chosen by its beginning, the one that is ahead goes
    last: OpenTime


def times_of(schedule: Schedule, test: ABTest) -> TestTimes:
    """Everybody in the test has half of the hours, at least, to do what is measured.

    Where the first half has no open time, the test may go on until the choice.
    """
    slot, choice = schedule.slot, schedule.slot.start + timedelta(hours=test.after)
    first = _between(schedule, slot.start, slot.start + timedelta(hours=test.after) / 2)
    rest = _between(schedule, choice, slot.end)
    last = rest.after(rest.at(rest.total / 2)) if rest else rest
    return TestTimes(first or _between(schedule, slot.start, choice), choice, rest, last)


def _between(schedule: Schedule, start: datetime, end: datetime) -> OpenTime:
    length = max(timedelta(), min(end, schedule.slot.end) - start)
    return open_time(Slot(start=start, duration=length), schedule.hours, ZoneInfo(schedule.zone))


def ahead(a: Tried, b: Tried) -> Variant:
    """The one of which a larger share did it; A where neither is ahead."""
    return Variant.B if b.did * max(1, a.sent) > a.did * max(1, b.sent) else Variant.A


def by_chance(a: Tried, b: Tried) -> float | None:
    """How often a difference of this size, or a larger one, would come if both were alike: from 0 to 1.

    The two-proportion z-test, pooled and two-sided. None where too few people are in it for that.
    """
    did, sent = a.did + b.did, a.sent + b.sent
    if not a.sent or not b.sent or not 0 < did < sent:
        return None
    pooled = did / sent
    if min(a.sent, b.sent) * min(pooled, 1 - pooled) < LEAST:
        return None
    error = math.sqrt(pooled * (1 - pooled) * (1 / a.sent + 1 / b.sent))
    z = (a.did / a.sent - b.did / b.sent) / error
    return math.erfc(abs(z) / math.sqrt(2))


def better(a: Tried, b: Tried) -> Variant | None:
    """The variant that is better beyond chance; None where nobody can tell."""
    chance = by_chance(a, b)
    return ahead(a, b) if chance is not None and chance <= CHANCE else None


def put_off_until(times: TestTimes, place: float, now: datetime) -> datetime | None:
    """When somebody of the rest is due again who cannot be sent anything yet; ``place``: their own, in [0, 1).

    Before the choice, within the time of the rest; after it, within its last part. None where that is over.
    """
    open_part = times.rest if now < times.choice else times.last.after(now)
    if not open_part:
        return None
    return open_part.at(open_part.total * place * (1 - 1e-9))


def tried(figures: Sequence[ProfileFigures], measure: Measure) -> tuple[Tried, Tried]:
    """How A and B do in the test, of counters: nobody of the rest is among them."""
    a, b = (_tried([one for one in figures if one.profile.variant == variant], measure) for variant in Variant)
    return a, b


def _tried(figures: Sequence[ProfileFigures], measure: Measure) -> Tried:
    did = sum(int(getattr(one, measure.value)) for one in figures)
    # somebody of whom nobody knows whether they have it may have done something with it
    return Tried(sent=max(did, sum(one.sent for one in figures)), did=did)
