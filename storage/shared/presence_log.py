"""A delivery's looks at presence, kept in a few characters each: how the recipient showed, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.records import Look, Seen
from storage.records.instants import instant, ms

#: kept in the stores: never change one
LETTERS = {Seen.AVAILABLE: "a", Seen.AWAY: "w", Seen.BUSY: "b", Seen.ABSENT: "x", Seen.UNKNOWN: "u"}
SEEN = {letter: seen for seen, letter in LETTERS.items()}


def packed(at: datetime, seen: Seen) -> str:
    return f"{LETTERS[seen]}{ms(at)}"


def unpacked(looks: Iterable[str]) -> list[Look]:
    return [Look(instant(int(text[1:])), SEEN[text[0]]) for text in looks]
