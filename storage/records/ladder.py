"""The ladder on which presence is asked for again (S10): its shape, and the place of a look on it.

Each round has three looks: at its beginning, ten minutes later, and at the next full hour. The first round begins at
the instant drawn for the recipient, each other one at the opening of the next working day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

PAUSE = timedelta(minutes=10)  #: between the first two looks of a round
STEPS = 3  #: looks in a round; ``scheduler.rules.ladder`` says when each is


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """How often a recipient who is absent is looked for."""

    #: one each working day, at the least 1
    rounds: int = 3

    @property
    def looks(self) -> int:
        """At the most; closing time cuts a round short."""
        return self.rounds * STEPS

    def rung(self, round: int, step: int) -> int:
        """The number that a delivery keeps, from 0; ``round`` and ``step`` count from 1."""
        return (round - 1) * STEPS + step - 1

    def round_of(self, rung: int) -> int:
        return rung // STEPS + 1

    def step_of(self, rung: int) -> int:
        return rung % STEPS + 1


LADDER = Ladder()  #: of an organisation that has set no other
FORMER_LADDER = Ladder(rounds=3)  #: of campaigns that were scheduled before they kept their own: it stays as it was
