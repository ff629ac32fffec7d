"""When an absent recipient is tried again (S10): a pure rule.

Three rounds of three rungs. Round 1: the precomputed instant, ten minutes later, the first full
hour after that (14:27, 14:37, 15:00; 14:55, 15:05, 16:00). Rounds 2 and 3: the opening of the
next working day, ten minutes later, the next full hour. A try that would fall outside the open
time becomes the next working day's opening, and so opens the next round.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.rules.window import OpenTime, steady
from storage.records.instants import instant, ms

ROUNDS = 3
STEPS = 3  #: tries in a round
PAUSE = timedelta(minutes=10)  #: between the first two tries of a round
HOUR = 3_600_000  #: milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One try's place on the ladder."""

    #: 0 to 8; kept with the delivery, it is all that the ladder needs to remember
    number: int
    #: when the try is planned
    at: datetime

    @property
    def round(self) -> int:
        """1 to 3."""
        return self.number // STEPS + 1

    @property
    def step(self) -> int:
        """1 to 3."""
        return self.number % STEPS + 1


def first_try(at: datetime) -> Rung:
    """The ladder's foot: the instant drawn for the recipient."""
    return Rung(number=0, at=at)


def next_try(rung: Rung, tried_at: datetime, open_time: OpenTime) -> Rung | None:
    """The rung after one that found the recipient absent; None: used up, the delivery is absent.

    ``tried_at`` is when the try was really made: it may be late, and the next one always lies
    after it.
    """
    made = max(rung.at, tried_at)
    at = made + PAUSE if rung.step == 1 else full_hour(made, open_time.zone)
    if rung.step < STEPS and open_time.contains(at):
        return Rung(number=rung.number + 1, at=at)
    opening = open_time.next_day(made)
    if opening is None or rung.round == ROUNDS:
        return None
    return Rung(number=rung.round * STEPS, at=opening)


def full_hour(after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after ``after`` at which clocks in ``zone`` show a full hour.

    Clocks may change on the way: by half an hour on Lord Howe, onto the hour in Caracas (2016).
    """
    since = ms(after) + 1
    pieces = steady(since, since + 3 * HOUR, zone)
    hours = ((-(-(start + offset) // HOUR) * HOUR - offset, end) for start, end, offset in pieces)
    return next(instant(hour) for hour, end in hours if hour < end)
