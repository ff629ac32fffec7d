"""A/B tests: two variants of a message go to a share of the audience, and one of them to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.records.ids import PersonId


class Variant(StrEnum):
    A = "a"  #: the message itself
    B = "b"  #: the same with another title, another text, or both

    @property
    def letter(self) -> str:
        """As people are told of it, in every language."""
        return self.value.upper()


class Measure(StrEnum):
    """What people do with the better variant more often; kinds of engagement."""

    OPENED = "opened"
    CLICKED = "clicked"
    CONFIRMED = "acknowledged"


SHARES = (10, 20, 50)  #: percent of the audience that a test may go to


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWords:
    """What variant B says in one language; "" stands for what the message says."""

    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ABTest:
    """The rule of a test; it is approved with both variants, and what follows from it changes nothing of that."""

    #: by language; "": the message's own
    words: Mapping[str, OtherWords]
    #: percent of the audience that it goes to, half of them each variant
    share: int
    measure: Measure
    #: hours from the start of the slot, after which one is chosen
    after: int
    #: the better one goes to the rest by itself, where the difference is hardly chance; else the author is asked
    by_itself: bool = True


class WhyChosen(StrEnum):
    BETTER = "better"  #: by itself: the difference is hardly chance
    AUTHOR = "author"  #: somebody pressed for it
    AHEAD = "ahead"  #: nobody chose in time: the one that was ahead, A where none was


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a variant did in the test."""

    #: to how many it was delivered
    sent: int
    #: how many of them did what is measured
    did: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which variant goes to the rest; made once, and what it was made of."""

    variant: Variant
    why: WhyChosen
    #: who pressed; None: nobody did
    by: PersonId | None = None
    a: Tried
    b: Tried
