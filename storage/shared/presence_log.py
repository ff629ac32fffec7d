"""A delivery's tries, kept in a few characters each: how the recipient showed, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.records import Found, Try
from storage.records.instants import instant, ms

#: kept in the stores: never change one
LETTERS = {Found.AVAILABLE: "a", Found.AWAY: "w", Found.BUSY: "b", Found.ABSENT: "x", Found.UNKNOWN: "u"}
FOUND = {letter: found for found, letter in LETTERS.items()}


def packed(at: datetime, found: Found) -> str:
    return f"{LETTERS[found]}{ms(at)}"


def unpacked(tries: Iterable[str]) -> list[Try]:
    return [Try(instant(int(text[1:])), FOUND[text[0]]) for text in tries]
