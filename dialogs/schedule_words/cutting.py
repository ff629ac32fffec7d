"""A text, and the pieces that are taken out of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

TAKEN = "|"  #: stands where something was taken out

#: a kind of piece and its value; None: it is none
Read = tuple["Kind", Any]


class Kind(StrEnum):
    """What a piece is; its letter is what ``reading`` matches whole sentences by."""

    DAYS = "D"  #: Day
    CLOCK = "C"  #: Clock
    NUMBER = "n"  #: Clock: a number alone, which is a clock where one is due
    NOW = "N"
    OFFSET = "O"  #: minutes from now
    PART = "P"  #: "morning", "afternoon", "evening"
    FROM = "f"
    TO = "t"
    UNTIL = "u"
    LENGTH = "L"  #: minutes
    HOURS = "H"  #: (Clock, Clock)
    WEEK = "W"  #: days of the week, Monday = 0
    EACH = "E"  #: the same, which may be a repetition
    AGAIN = "R"  #: a repetition
    SHIFT = "S"  #: (months, days) from the day that follows
    MONTHS = "M"  #: how many of them it lasts
    HALF_DAY = "d"
    HOLIDAYS = "h"
    ANYTIME = "A"
    OWN_CLOCK = "Z"
    ZONE = "z"  #: its name
    DISTANCE = "+"  #: timedelta from UTC
    NOTHING = "-"  #: it says nothing that matters
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Clock:
    hour: int
    minute: int = 0
    #: "am" and "pm" were said, or the hour can be but one of the day's 24
    sure: bool = True
    #: "am" or "pm" was said
    half: bool = False
    #: minutes, where the same words may say how long: "2 heures"
    length: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the first of several in a row."""

    #: what it may be, earliest first: a Monday is the next one, or one after it
    candidates: tuple[date, ...]
    count: int = 1
    #: what its numbers may mean as well: 3/12 as 12 March
    otherwise: date | None = None

    def also(self, other: Day) -> Day | None:
        """Both said of one day, as "Monday 30/11"; None where they are none."""
        one, many = (self, other) if len(self.candidates) < len(other.candidates) else (other, self)
        weekdays = {day.weekday() for day in many.candidates}
        known = tuple(day for day in one.candidates if {day.weekday()} == weekdays)
        return Day(known) if known and self.count == other.count == 1 else None

    def then(self, other: Day) -> Day | None:
        """Both in a row, as "Saturday and Sunday"; None where the other is not the day after."""
        for first in self.candidates:
            if any(day - first == timedelta(days=self.count) for day in other.candidates):  # after 9999 there is none
                return Day((first,), self.count + other.count)
        return None


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    #: of the text: from, and to the character after it
    start: int
    end: int
    value: Any = None


@dataclass(slots=True)
class Cut:
    """A text from which pieces are taken: as ``plain`` gives it; ``today`` is that of the clock that it speaks of."""

    text: str
    today: date
    language: str
    day_first: bool
    #: as it was typed: capitals tell "ET" from "et"
    words: str = ""
    pieces: list[Piece] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], Read | None]) -> None:
        for match in pattern.finditer(self.text):
            if (piece := read(match)) is not None:
                self.put(*piece, match.start(), match.end())

    def put(self, kind: Kind, value: Any, start: int, end: int) -> None:
        self.pieces.append(Piece(kind, start, end, value))
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]


_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-", "−": "-", "‑": "-", "：": ":", TAKEN: "/"})


def plain(text: str) -> str:
    """In lower case, with plain spaces, quotes and dashes; of the same length, so that places stay."""
    same = text.translate(_SAME)
    return "".join(" " if char.isspace() else low if len(low := char.lower()) == 1 else char for char in same)
