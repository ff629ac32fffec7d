"""What a card's button, or a typed word, names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

LARGEST = 2**53  #: numbers from here on, some clients change


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def number_in(form: Mapping[str, object], field: str) -> int:
    """The number of a record that a card names; 0, which none has, for whatever is no number."""
    try:
        number = int(form.get(field, 0))  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 0 < number < LARGEST else 0


def as_name(typed: str) -> str:
    """What was typed to name something, as names are compared."""
    return typed.strip(" «»\"“”'").casefold()


def best_named(wanted: str, things: Sequence[N]) -> N | None:
    """The one whose name is, or else begins with, or else contains what was typed (``as_name``); the first of those."""
    matches = [thing for thing in things if wanted in thing.name.casefold()] if wanted else []
    return min(matches, key=lambda thing: _distance(wanted, thing.name.casefold()), default=None)


def _distance(wanted: str, name: str) -> tuple[bool, bool]:
    return name != wanted, not name.startswith(wanted)
