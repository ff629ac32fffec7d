"""The pieces of a schedule put together: a start, how long, the hours and days of work.

A sentence is matched by the letters of its pieces (``Kind``): "tomorrow from 10am to noon" is ``DfCtC``. What fits no
sentence is not understood; nothing is guessed from half of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.schedule_words import LONGEST, Spoken
from dialogs.schedule_words.clocks import WORK, between, later
from dialogs.schedule_words.cutting import Clock, Day, Kind, Piece, plain
from dialogs.schedule_words.lexicon import PART_HOURS
from dialogs.schedule_words.pieces import cut, language_of_words, zone_in

A_DAY = 24 * 60  #: minutes
_SIDE = "[DCnPNO]"
#: whole sentences, of when; the sides of a range may each be a day, a clock, or both
_RANGE = re.compile(rf"f?({_SIDE}+)[tu]({_SIDE}+)")
_DAY_THEN_CLOCKS = re.compile(r"([DP]+)f?([Cn])[tu]([Cn])")
_DAYS_THEN_CLOCKS = re.compile(r"f?(D)[tu](D)f?([Cn])[tu]([Cn])")
_CLOCKS_THEN_DAY = re.compile(r"f?([Cn])[tu]([Cn])(D)")
_START_THEN_CLOCKS = re.compile(rf"f?({_SIDE}+)f?([Cn])[tu]([Cn])")
_START = re.compile(rf"f?({_SIDE}+)")
_END = re.compile(rf"u({_SIDE}+)")


def read_words(words: str, now: datetime, zone: str, language: str, day_first: bool) -> Spoken:
    """What words say of a schedule.

    ``now``: aware. ``zone``: in which they speak, where they name none. ``language``: of the speaker; they may use
    the other. ``day_first``: 3/12 is in December. Raises nothing for any text.
    """
    if len(words) > LONGEST:
        return Spoken(left=words)
    text = plain(words)
    named = zone_in(text)
    clock = now.astimezone(ZoneInfo(named or zone)).replace(second=0, microsecond=0)
    pieces = cut(text, clock.date(), language_of_words(text, language), day_first)
    return _Sentence(words, pieces, clock).read()


class _Odd(Exception):
    """These pieces make no sense together."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self.pieces = pieces


@dataclass(slots=True)
class _Point:
    """A side of a range: what is said of it."""

    day: Day | None = None
    clock: Clock | None = None
    part: str = ""
    #: the start is "now", or minutes after it
    offset: float | None = None


class _Sentence:
    def __init__(self, words: str, pieces: Sequence[Piece], now: datetime) -> None:
        self._words = words
        self._pieces = pieces
        self._now = now  # on the clock of its zone, to the minute
        self._values: dict[str, str] = {}
        self._odd = [piece for piece in pieces if piece.kind is Kind.UNKNOWN]

    def read(self) -> Spoken:
        length = self._only(Kind.LENGTH)
        self._set_what_is_beside()
        when = [piece for piece in self._pieces if piece.kind in _WHEN]
        if length is None and (clock_length := _length_like_a_clock(when)):
            when.remove(clock_length)
            length = replace(clock_length, kind=Kind.LENGTH, value=clock_length.value.length)
        when = _as_connected(when)
        try:
            self._read_when(when, length)
        except _Odd as odd:
            self._odd += odd.pieces
        except (OverflowError, ValueError):  # a day that no calendar has
            self._odd += when
        nothing = not self._values and not self._odd
        return Spoken(values=self._values, left=self._words.strip() if nothing else self._left())

    def _left(self) -> str:
        """The words of what is odd; what says nothing between two of them is said with them."""
        odd = {piece.start for piece in self._odd}
        runs: list[tuple[int, int]] = []
        beside = False
        for piece in self._pieces:
            if piece.start in odd:
                runs[-1:] = [(runs[-1][0], piece.end)] if beside else [*runs[-1:], (piece.start, piece.end)]
                beside = True
            elif piece.kind is not Kind.NOTHING:
                beside = False
        return " … ".join(self._words[start:end] for start, end in runs)

    # --- beside when --------------------------------------------------------------------------

    def _only(self, kind: Kind) -> Piece | None:
        """The piece of a kind; a second one is odd."""
        pieces = [piece for piece in self._pieces if piece.kind is kind]
        self._odd += [piece for piece in pieces[1:] if piece.value != pieces[0].value]
        return pieces[0] if pieces else None

    def _set_what_is_beside(self) -> None:
        if zone := self._only(Kind.ZONE):
            self._values["zone"] = zone.value
        if self._only(Kind.OWN_CLOCK):
            self._values["own_zone"] = "true"
        if self._only(Kind.ANYTIME):
            self._values["anytime"] = "true"
        if hours := self._only(Kind.HOURS):
            self._set_hours(*hours.value)
        if week := self._only(Kind.WEEK):
            self._values["days"] = ",".join(str(day) for day in sorted(week.value))

    def _set_hours(self, opens: Clock, closes: Clock) -> None:
        self._values |= {"opens": _written(opens), "closes": _written(closes)}
        self._values.setdefault("anytime", "false")

    # --- when ---------------------------------------------------------------------------------

    def _read_when(self, when: Sequence[Piece], length: Piece | None) -> None:
        letters = "".join(piece.kind for piece in when)

        def side(match: re.Match[str], group: int) -> Sequence[Piece]:
            return when[match.start(group) : match.end(group)]

        minutes = length.value if length else None
        if not when:
            self._set_length(minutes)
        elif match := _DAY_THEN_CLOCKS.fullmatch(letters):
            self._on_a_day(side(match, 1), side(match, 2)[0], side(match, 3)[0], length)
        elif (match := _DAYS_THEN_CLOCKS.fullmatch(letters)) and not length:
            self._from_to(_point(side(match, 1)), _point(side(match, 2)), when)
            self._set_hours(*between(side(match, 3)[0].value, side(match, 4)[0].value))
        elif match := _CLOCKS_THEN_DAY.fullmatch(letters):
            self._on_a_day(side(match, 3), side(match, 1)[0], side(match, 2)[0], length)
        elif (match := _START_THEN_CLOCKS.fullmatch(letters)) and minutes and minutes >= A_DAY:
            self._starting(_point(side(match, 1)), minutes)
            self._set_hours(*between(side(match, 2)[0].value, side(match, 3)[0].value))
        elif match := _RANGE.fullmatch(letters):
            start, end = _point(side(match, 1)), _point(side(match, 2))
            if start.clock and end.clock and not start.day and not end.day and end.offset is None:
                self._on_a_day([], side(match, 1)[-1], side(match, 2)[-1], length)
                return
            self._from_to(start, end, when)
            if length:
                raise _Odd([length])
        elif match := _START.fullmatch(letters):
            self._starting(_point(side(match, 1)), minutes)
        elif match := _END.fullmatch(letters):
            self._from_to(_Point(offset=0), _point(side(match, 1)), when)
        else:
            raise _Odd([*when, *([length] if length else [])])

    def _on_a_day(self, days: Sequence[Piece], first: Piece, last: Piece, length: Piece | None) -> None:
        """Two clocks: the slot, or the hours of work where it lasts for days."""
        opens, closes = between(first.value, last.value)
        point = _point(days)
        if point.part:
            opens, closes = _in_part(opens, point.part), _in_part(closes, point.part)
        several = point.day.count * A_DAY if point.day and point.day.count > 1 else 0
        lasts = length.value if length else several
        if lasts >= A_DAY:
            self._set_hours(opens, closes)
            point.clock = None if several and not length else opens
            self._starting(point, lasts)
            return
        point.clock = opens
        between_them = self._from_to(point, _Point(clock=closes), [first, last])
        if length and timedelta(minutes=length.value) != between_them:
            raise _Odd([length])

    def _starting(self, start: _Point, minutes: float | None) -> None:
        """A start, and how long from it."""
        if start.offset is not None:
            self._set_start(None if start.offset == 0 else self._now + timedelta(minutes=start.offset))
            self._set_length(minutes)
            return
        begins = self._clock_of(start, minutes)
        if start.day is None and self._odd:  # "every Monday at 9" is not today
            self._values |= {"time": begins.strftime("%H:%M")} if begins else {}
            self._set_length(minutes)
            return
        day = self._day_of(start, begins)
        if minutes is None and not start.clock:
            if start.part:
                self._from_to(start, _Point(clock=Clock(PART_HOURS[start.part][1])), [])
                return
            if start.day and start.day.count > 1:
                minutes = start.day.count * A_DAY
                begins = time(0)
        if begins is None:
            self._values |= {"start": "at", "date": day.isoformat(), "time": ""}
        elif begins == time(0) and not start.clock and day <= self._now.date():
            minutes = self._set_rest_of(day, minutes)
        else:
            self._set_start(datetime.combine(day, begins, self._now.tzinfo))
        self._set_length(minutes)

    def _set_rest_of(self, day: date, minutes: float | None) -> float | None:
        """Whole days that have begun, as "today" and "this week": they start now."""
        if day == self._now.date():
            self._set_start(None)
            return minutes
        end = datetime.combine(day, time(0), self._now.tzinfo) + timedelta(minutes=minutes or A_DAY)
        if end <= self._now:
            self._set_start(datetime.combine(day, time(0), self._now.tzinfo))
            return minutes
        self._set_start(None)
        return _minutes(end - self._now)

    def _from_to(self, start: _Point, end: _Point, pieces: Sequence[Piece]) -> timedelta:
        """A start and an end; the time between them."""
        if end.offset is not None:
            raise _Odd(pieces)
        if start.offset is not None:
            begins = self._now + timedelta(minutes=start.offset)
        else:
            clock = self._clock_of(start, A_DAY) or time(0)
            begins = datetime.combine(self._day_of(start, clock), clock, self._now.tzinfo)
            if begins.time() == time(0) and not start.clock and begins < self._now <= begins + timedelta(days=1):
                start, begins = _Point(offset=0), self._now
        ends = self._end(begins, start, end)
        length = ends.astimezone(UTC) - begins.astimezone(UTC)
        if length <= timedelta():
            raise _Odd(pieces)
        self._set_start(None if start.offset == 0 else begins)
        self._set_length(_minutes(length))
        return length

    def _end(self, begins: datetime, start: _Point, end: _Point) -> datetime:
        """The first instant after the start that it may be; a day without a clock is meant with all its hours."""
        clock = end.clock
        if clock and not clock.sure and end.day is None and start.clock:
            clock = between(start.clock, clock)[1]
        at = _time(clock) if clock else time(PART_HOURS[end.part][1]) if end.part else time(0)
        whole = 0 if clock or end.part else end.day.count if end.day else 0
        if end.day is None:
            ends = datetime.combine(begins.date(), at, begins.tzinfo)
            return ends if ends > begins else ends + timedelta(days=1)
        possible = [
            datetime.combine(day, at, begins.tzinfo) + timedelta(days=whole) for day in sorted(end.day.candidates)
        ]
        return next((ends for ends in possible if ends > begins), possible[-1])

    def _clock_of(self, start: _Point, minutes: float | None) -> time | None:
        """When on its day something begins; None where that must be asked."""
        if start.clock:
            return _time(start.clock)
        if start.part:
            return time(PART_HOURS[start.part][0])
        return time(0) if minutes and minutes >= A_DAY else None

    def _day_of(self, start: _Point, begins: time | None) -> date:
        """The first day that is not over; of days that are, the last."""
        today, clock = self._now.date(), self._now.time()
        if start.day is None:
            return today + timedelta(days=begins is not None and begins < clock and not start.part)
        last = today + timedelta(days=1) if begins and begins < clock and len(start.day.candidates) > 1 else today
        return next((day for day in start.day.candidates if day >= last), start.day.candidates[-1])

    def _set_start(self, begins: datetime | None) -> None:
        """None: as soon as it is scheduled."""
        if begins is None:
            self._values["start"] = "now"
            return
        self._values |= {"start": "at", "date": begins.date().isoformat(), "time": begins.strftime("%H:%M")}

    def _set_length(self, minutes: float | None) -> None:
        if not minutes:
            return
        for unit, size in (("days", A_DAY), ("hours", 60)):
            if not minutes % size:
                self._values |= {"duration": str(int(minutes // size)), "unit": unit}
                return
        self._values |= {"duration": str(max(1, round(minutes))), "unit": "minutes"}


_WHEN = frozenset((*map(Kind, "DCnPNOftu"),))


def _length_like_a_clock(when: Sequence[Piece]) -> Piece | None:
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


def _as_connected(when: Sequence[Piece]) -> list[Piece]:
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


def _point(pieces: Sequence[Piece]) -> _Point:
    """What is said of one side. Raises _Odd for what is said twice."""
    point = _Point()
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
            raise _Odd(pieces)
    if point.offset is not None and (point.day or point.clock or point.part):
        raise _Odd(pieces)
    if point.clock and point.part:
        point.clock = _in_part(point.clock, point.part)
    elif point.clock and not point.clock.sure and point.clock.hour < WORK:
        point.clock = later(point.clock)
    return point


def _in_part(clock: Clock, part: str) -> Clock:
    """ "Tomorrow afternoon at 3": 15:00."""
    return later(clock) if part != "morning" and 0 < clock.hour < (12 if part == "evening" else 8) else clock


def _time(clock: Clock) -> time:
    return time(clock.hour % 24, clock.minute)


def _written(clock: Clock) -> str:
    return _time(clock).strftime("%H:%M")


def _minutes(length: timedelta) -> float:
    return length / timedelta(minutes=1)
