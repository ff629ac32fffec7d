"""When an absent recipient is looked for again (S10): a pure rule.

A round has three rungs. Round 1: the precomputed instant, ten minutes later, the first full hour after that (14:27,
14:37, 15:00; 14:55, 15:05, 16:00). Each later round: the opening of the next working day, ten minutes later, the next
full hour. A look that would fall outside the open time becomes the next working day's opening, and so opens the next
round. How many rounds there are, the ``Ladder`` says.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduler.rules.window import OpenTime, steady
from storage.records.instants import instant, ms
from storage.records.ladder import PAUSE, STEPS, Ladder

HOUR = 3_600_000  #: milliseconds


class Rung(NamedTuple):
    """One look's place on the ladder."""

    #: from 0; kept with the delivery, it is all that the ladder needs to remember
    number: int
    #: when the look is due
    at: datetime


def first_look(at: datetime) -> Rung:
    """The ladder's foot: the instant drawn for the recipient."""
    return Rung(0, at)


def next_look(rung: Rung, looked_at: datetime, open_time: OpenTime, ladder: Ladder) -> Rung | None:
    """The rung after one at which the recipient was absent; None: used up, the delivery is absent.

    ``looked_at`` is when the look really was: it may be late, and the next one always lies after it.
    """
    looked = max(rung.at, looked_at)
    round, step = ladder.round_of(rung.number), ladder.step_of(rung.number)
    at = looked + PAUSE if step == 1 else full_hour(looked, open_time.zone)
    if step < STEPS and open_time.contains(at):
        return Rung(rung.number + 1, at)
    opening = open_time.next_day(looked)
    if opening is None or round >= ladder.rounds:
        return None
    return Rung(ladder.rung(round + 1, 1), opening)


def full_hour(after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after ``after`` at which clocks in ``zone`` show a full hour.

    Clocks may change on the way: by half an hour on Lord Howe, onto the hour in Caracas (2016).
    """
    since = ms(after) + 1
    pieces = steady(since, since + 3 * HOUR, zone)
    hours = ((-(-(start + offset) // HOUR) * HOUR - offset, end) for start, end, offset in pieces)
    return next(instant(hour) for hour, end in hours if hour < end)
