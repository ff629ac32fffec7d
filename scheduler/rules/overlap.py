"""Which days a campaign goes out on, and who would get more than one message on a day: pure rules.

People are sets as numbers: bit n stands for the PersonId n.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduler.rules.window import MILLISECOND, OpenTime


def days_of(open_time: OpenTime, zone: ZoneInfo, first: date, days: int) -> list[date]:
    """The dates on this zone's clock, of ``days`` from ``first`` on, on which some of a campaign's open time lies."""
    last = first + timedelta(days=days - 1)
    dates: set[date] = set()
    for start, end in open_time.intervals:
        begins, ends = start.astimezone(zone).date(), (end - MILLISECOND).astimezone(zone).date()
        if begins > last:
            break
        day = max(begins, first)
        while day <= min(ends, last):
            dates.add(day)
            day += timedelta(days=1)
    return sorted(dates)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of several campaigns."""

    #: each once
    people: int
    #: who are in two or more
    twice: int


def crowd(audiences: Iterable[int]) -> Crowd:
    once = twice = 0
    for people in audiences:
        twice |= once & people
        once |= people
    return Crowd(once.bit_count(), twice.bit_count())


def shared(people: int, others: Sequence[int]) -> int:
    """How many of these people are in one of the others, too."""
    together = 0
    for other in others:
        together |= other
    return (people & together).bit_count()
