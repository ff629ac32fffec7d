"""Pieces and the small words between them: the sides of a range, what goes together, what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from dialogs.schedule_words.clocks import WORK, later
from dialogs.schedule_words.cutting import Clock, Day, Kind, Piece
from dialogs.schedule_words.repeats import each_month, once

A_DAY = 24 * 60  #: minutes
SMALL_HOURS = 5  #: before this one, "tonight at 1" is of the night that follows
_AND = ("and", "et", "&")
#: "half a day", as it may be meant: half of a day's work, half of a day
HALF_A_DAY = {"en": ("for 4 hours", "for 12 hours"), "fr": ("pendant 4 heures", "pendant 12 heures")}
#: what leads to nothing, where words after it were taken out
_LOST = re.compile(r"^[\s,;:]+|\bon (?=at\b)|[\s,;:]+$", re.I)


def lasts_for_days(pieces: Sequence[Piece]) -> bool:
    """Whether what they say goes on for days."""
    for piece in pieces:
        if piece.kind is Kind.MONTHS or (piece.kind is Kind.LENGTH and piece.value >= A_DAY):
            return True
        if piece.kind is Kind.DAYS and piece.value.count > 1:
            return True
    sides = [one for one in pieces if one.kind in (Kind.DAYS, Kind.UNTIL) or _connects(one)]
    return any(
        (one.kind is Kind.UNTIL or (at and sides[at - 1].kind is Kind.DAYS)) and sides[at + 1].kind is Kind.DAYS
        for at, one in enumerate(sides[:-1])
        if one.kind is not Kind.DAYS
    )


def _connects(piece: Piece) -> bool:
    return piece.kind is Kind.TO and piece.value not in (*_AND, "a", "à")


def in_a_row(when: Sequence[Piece], length: Piece | None) -> list[Piece]:
    """ "Saturday and Sunday" as one piece of two days, where nothing says that it is sent on each."""
    clocks = [piece for piece in when if piece.kind in (Kind.CLOCK, Kind.NUMBER, Kind.PART)]
    if len(clocks) == 1 or (length and length.value < A_DAY):
        return [*when]
    together: list[Piece] = []
    for piece in when:
        before = together[-2:]
        connected = [one.kind for one in before] == [Kind.DAYS, Kind.TO] and before[-1].value in _AND
        if piece.kind is Kind.DAYS and connected and (both := before[0].value.then(piece.value)):
            together[-2:] = [Piece(Kind.DAYS, before[0].start, piece.end, both)]
        else:
            together.append(piece)
    return together


def rewritings(words: str, pieces: Sequence[Piece], again: Sequence[Piece], language: str) -> Iterator[str]:
    """A sentence as it may have been meant: of a repetition, one time; of half a day, so many hours; of 3/12, 12/3."""
    half = [piece for piece in pieces if piece.kind is Kind.HALF_DAY]
    for piece in pieces:
        if piece.kind is Kind.DAYS and piece.value.otherwise:
            yield f"{words[: piece.start]}{piece.value.otherwise.isoformat()}{words[piece.end :]}"
        if piece.kind is Kind.DAYS and (every := each_month(words[piece.start : piece.end])):
            yield f"{words[: piece.start]}{every}{words[piece.end :]}"
    if not again and not half:
        return
    for hours in HALF_A_DAY.get(language, HALF_A_DAY["en"]) if half else ("",):
        sentence = words
        for piece in sorted((*again, *half), key=lambda piece: piece.start, reverse=True):
            instead = hours if piece.kind is Kind.HALF_DAY else once(words[piece.start : piece.end])
            sentence = sentence[: piece.start] + instead + sentence[piece.end :]
        yield _LOST.sub("", " ".join(sentence.split()))


def length_like_a_clock(when: Sequence[Piece]) -> Piece | None:
    """The "2 heures" of "demain 10h, 2 heures" and of "2 heures demain à 10h": how long, beside a clock."""
    clocks = [piece for piece in when if piece.kind in (Kind.CLOCK, Kind.NUMBER)]
    if len(clocks) != 2:
        return None
    first, last = (when.index(clock) for clock in clocks)
    kinds = [piece.kind for piece in when[first + 1 : last]]
    if not kinds and clocks[1].value.length:
        return clocks[1]
    if kinds[:1] == [Kind.DAYS] and clocks[0].value.length and Kind.FROM not in [piece.kind for piece in when[:first]]:
        return clocks[0]
    return None


def as_connected(when: Sequence[Piece]) -> list[Piece]:
    """The pieces of when, less the words between that connect nothing: the "à" of "lundi à 10h", an "and"."""
    kept: list[Piece] = []
    opened = False  # a "between", which "and" closes
    for at, piece in enumerate(when):
        if piece.kind is Kind.FROM:
            opened = opened or piece.value in ("between", "entre")
        elif piece.kind is Kind.TO:
            if piece.value in ("and", "et") and not opened:
                continue
            if piece.value in ("à", "a") and _is_at(kept, when[at + 1 :]):
                continue
        kept.append(piece)
    while kept and kept[-1].kind in (Kind.FROM, Kind.TO):
        kept.pop()
    if not any(piece.kind in (Kind.TO, Kind.UNTIL) for piece in kept):
        kept = [piece for piece in kept if piece.kind is not Kind.FROM]  # "à partir de 10h"
    return kept


def _is_at(before: Sequence[Piece], after: Sequence[Piece]) -> bool:
    """Whether an "à" says at what time: a clock follows, and none is said yet of this side."""
    if not after or after[0].kind not in (Kind.CLOCK, Kind.NUMBER, Kind.PART):
        return False
    for piece in reversed(before):
        if piece.kind in (Kind.FROM, Kind.TO, Kind.UNTIL):
            return True
        if piece.kind in (Kind.CLOCK, Kind.NUMBER, Kind.NOW, Kind.OFFSET):
            return False
    return True


# --- a side of a range ---------------------------------------------------------------------------


class Odd(Exception):
    """These pieces make no sense together."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self.pieces = pieces


@dataclass(slots=True)
class Point:
    """A side of a range: what is said of it."""

    day: Day | None = None
    clock: Clock | None = None
    part: str = ""
    #: its clock is of the night after its day: "Friday night at 1"
    late: bool = False
    #: the start is "now", or minutes after it
    offset: float | None = None


def point_of(pieces: Sequence[Piece]) -> Point:
    """What is said of one side. Raises Odd for what is said twice."""
    point = Point()
    for piece in pieces:
        if piece.kind is Kind.DAYS and point.day is None:
            point.day = piece.value
        elif piece.kind is Kind.DAYS and point.day and (both := point.day.also(piece.value)):
            point.day = both
        elif piece.kind in (Kind.CLOCK, Kind.NUMBER) and point.clock is None:
            point.clock = piece.value
        elif piece.kind is Kind.PART and not point.part:
            point.part = piece.value[0]
        elif piece.kind is Kind.NOW and point.offset is None:
            point.offset = 0
        elif piece.kind is Kind.OFFSET and point.offset is None:
            point.offset = piece.value
        else:
            raise Odd(pieces)
    if point.offset is not None and (point.day or point.clock or point.part):
        raise Odd(pieces)
    if point.clock and point.part:
        point.clock = in_part(point.clock, point.part)
        point.late = point.part == "evening" and point.clock.hour < SMALL_HOURS
    elif point.clock and not point.clock.sure and point.clock.hour < WORK:
        point.clock = later(point.clock)
    return point


def in_part(clock: Clock, part: str) -> Clock:
    """ "Tomorrow afternoon at 3": 15:00."""
    if part == "evening" and clock.hour == 12 and not clock.half:
        return Clock(0, clock.minute)
    if part == "evening" and clock.hour < SMALL_HOURS:
        return Clock(clock.hour, clock.minute)
    return later(clock) if part != "morning" and 0 < clock.hour < (12 if part == "evening" else 8) else clock


def time_of(clock: Clock) -> time:
    return time(clock.hour % 24, clock.minute)


def written(clock: Clock) -> str:
    return time_of(clock).strftime("%H:%M")
