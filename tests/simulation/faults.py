"""What goes wrong, drawn from the seed as a list that can be read, shortened and replayed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 16  #: faults in one life


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that goes wrong from ``at`` on, for ``length`` seconds."""

    at: float
    kind: str
    length: float
    #: whom it happens to: a number that is taken modulo how many there are
    where: int
    #: how bad it is: 0 to 1
    share: float

    def __str__(self) -> str:
        return f"{self.at:7.2f} s  {self.kind}, {self.length:.1f} s, no. {self.where}, {self.share:.0%}"


#: kind -> how often it is drawn. Of the platform's faults "taken, then a quick 5xx" is missing: product.md promises no
#: "once" for it; a test of its own shows what the report says
KINDS = {
    "kill": 6,
    "kill at a mark": 2,
    "kill at a report": 1,
    "freeze": 3,
    "freeze at a mark": 2,
    "clock step": 2,
    "store away": 2,
    "store unwell": 3,
    "disk full": 1,
    "platform throttles": 2,
    "platform breaks": 2,
    "platform resets": 2,
    "platform resets after taking": 2,
    "platform hangs": 1,
    "platform away": 1,
    "platform answers oddly": 2,
    "presence away": 2,
    "somebody blocks": 2,
    "somebody uninstalls": 1,
    "somebody installs": 2,
    "somebody presses": 4,
    "somebody mutes": 1,
    "somebody is renamed": 1,
    "somebody moves": 1,
    "a stranger installs": 2,
    "the author presses": 4,
    "an activity twice": 2,
    "a late removal": 2,
    "activities out of order": 2,
}


#: kinds that are people's doing: nothing is broken
PEOPLES = ("somebody", "the author", "a stranger", "an activity", "a late removal", "activities out of order")


def draw(rng: random.Random, until: float) -> list[Fault]:
    """Faults in the order of time, before ``until`` seconds."""
    only = PEOPLES if rng.random() < 0.2 else ("",)  # in some lives nothing breaks: people are trouble enough
    kinds = [kind for kind in KINDS if kind.startswith(only)]
    weights = [KINDS[kind] for kind in kinds]
    faults = [
        Fault(
            at=round(rng.uniform(0.0, until), 3),
            kind=rng.choices(kinds, weights)[0],
            length=round(rng.choice((0.05, 0.5, 2.0, 6.0)) * rng.uniform(0.5, 1.5), 3),
            where=rng.randrange(1_000),
            share=round(rng.choice((0.05, 0.3, 1.0)) * rng.uniform(0.5, 1.0), 3),
        )
        for _ in range(rng.randint(0, MOST))
    ]
    return sorted(faults)


def halves(faults: Sequence[Fault]) -> list[list[Fault]]:
    """Shorter lists to try: without one half, then without each single one."""
    middle = len(faults) // 2
    shorter = [list(faults[:middle]), list(faults[middle:])] if len(faults) > 2 else []
    return shorter + [[*faults[:place], *faults[place + 1 :]] for place in range(len(faults))]
