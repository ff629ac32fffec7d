"""How a sentence is taken apart into its instructions and the text between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dialogs.sayings.parts.part import OPERATIVE, Part, What

PATIENCE = 30  #: words that are not understood, after which it is no instruction


class Begins(StrEnum):
    """How a text is set off from the instructions before it."""

    AS_IT_STANDS = "as it stands"  #: after a colon, or an empty line
    QUOTED = "quoted"
    THAT = "that"
    WHETHER = "whether"
    TO = "to"


@dataclass(frozen=True, slots=True)
class Beginning:
    how: Begins
    #: the first token of the text
    at: int
    empty_line: bool = False
    language: str = "en"


@dataclass(slots=True)
class Whole:
    """A campaign as its sentence has been taken apart."""

    parts: list[Part]
    text: str = ""
    #: the language of the text, where others are said too
    text_in: str = ""
    #: words that may be the text
    loose: str = ""
    #: sentences beside the text that may belong to it
    doubtful: list[str] = field(default_factory=list)
    #: orders of their own, beside this one
    others: list[str] = field(default_factory=list)
    #: the tokens that the text is made of: from, and to the one after
    covered: list[tuple[int, int]] = field(default_factory=list)
    #: how it was said is changed in a way that its author should look at
    changed: bool = False
    begins: Beginning | None = None
    answers: tuple[str, ...] = ()
    #: a part of what follows the text is when it is sent, which might be its own
    when_after: bool = False

    def has(self, *whats: What) -> bool:
        return any(part.what in whats for part in self.parts)

    def lost(self, start: int, end: int) -> list[tuple[int, int]]:
        """Runs of tokens that have become neither a part nor the text."""
        spans = sorted([*((part.start, part.end) for part in self.parts), *self.covered])
        runs, at = [], start
        for first, last in spans:
            if first > at:
                runs.append((at, min(first, end)))
            at = max(at, last)
        return [*runs, (at, end)] if at < end else runs

    @property
    def order(self) -> str:
        orders = [str(part.value) for part in self.parts if part.what is What.ORDER]
        if "poll" in orders and orders[0] in ("send", "make"):  # "send Sales a poll"
            return "poll"
        return orders[0] if orders else ""


def instructs(parts: Sequence[Part]) -> bool:
    """Whether there is an order, or somebody to send to, or when."""
    known = {What.ORDER, What.LIST, What.PERSON, What.WHEN, What.STYLE, What.OUT, What.UNKNOWN, What.UNKNOWN_OUT}
    if not any(part.what in known for part in parts):
        return False
    left = sum(1 for part in parts if part.what is What.LEFT)
    return left == 0 or (any(part.what in (What.ORDER, What.LIST, What.PERSON) for part in parts) and left < PATIENCE)


def is_instruction(parts: Sequence[Part]) -> bool:
    """Whether all of it is understood, and it says something."""
    if any(part.what in (What.LEFT, What.UNKNOWN, What.ME) for part in parts):
        return False
    return any(part.what in OPERATIVE | {What.NOT_SUPPORTED, What.UNKNOWN_OUT, What.DEADLINE} for part in parts)
