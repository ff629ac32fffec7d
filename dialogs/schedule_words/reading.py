"""The pieces of a schedule put together: a start, how long, the hours and days of work.

A sentence is matched by the letters of its pieces (``Kind``): "tomorrow from 10am to noon" is ``DfCtC``. What fits no
sentence is not understood; nothing is guessed from half of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.schedule_words import LONGEST, Spoken
from dialogs.schedule_words.clocks import between
from dialogs.schedule_words.connecting import (
    A_DAY,
    Odd,
    Point,
    as_connected,
    in_a_row,
    in_part,
    lasts_for_days,
    length_like_a_clock,
    point_of,
    rewritings,
    time_of,
    written,
)
from dialogs.schedule_words.cutting import Clock, Kind, Piece, plain
from dialogs.schedule_words.days import after_months
from dialogs.schedule_words.lexicon import PART_HOURS
from dialogs.schedule_words.pieces import cut, language_of_words, zone_in
from dialogs.schedule_words.repeats import first_day, rule_of

A_MONTH = 30 * A_DAY  #: until the calendar tells
#: "every day at 9", and its last day; "every day from 9 until 5" lasts
_AT_A_CLOCK = re.compile(
    f"[{Kind.FROM}{Kind.TO}]?[{Kind.CLOCK}{Kind.NUMBER}](?!{Kind.TO}|{Kind.UNTIL}(?!{Kind.DAYS}$))"
)
_SIDE = "[DCnPNO]"
#: whole sentences, of when; the sides of a range may each be a day, a clock, or both
_RANGE = re.compile(rf"f?({_SIDE}+)[tu]({_SIDE}+)")
_DAY_THEN_CLOCKS = re.compile(r"([DP]+)f?([Cn])[tu]([Cn])")
_DAYS_THEN_CLOCKS = re.compile(r"f?(D)[tu](D)f?([Cn])[tu]([Cn])")
_DAYS_THEN_A_CLOCK = re.compile(r"f?(D)[tu](D)[Cn]")
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
    named = zone_in(text, words)
    clock = now.astimezone(ZoneInfo(named or zone)).replace(second=0, microsecond=0)
    spoken_language = language_of_words(text, language)
    try:
        pieces = cut(text, clock.date(), spoken_language, day_first, words)
    except OverflowError:  # a day that no calendar has
        return Spoken(left=words.strip())
    sentence = _Sentence(words, pieces, clock)
    spoken = sentence.read()
    if spoken.left or spoken.distance:
        return spoken
    again = [] if sentence.rule else sentence.again
    possible = dict.fromkeys(rewritings(words, pieces, again, spoken_language))
    meant = [rewritten for rewritten in possible if _is_plain(read_words(rewritten, now, zone, language, day_first))]
    return replace(spoken, choices=tuple(meant))


def _is_plain(spoken: Spoken) -> bool:
    """Whether it says a start, and nothing odd."""
    return not spoken.odd and "start" in spoken.values and bool(spoken.values.get("time", "now"))


class _Sentence:
    def __init__(self, words: str, pieces: Sequence[Piece], now: datetime) -> None:
        self._words = words
        self._pieces = pieces
        self._now = now  # on the clock of its zone, to the minute
        self._values: dict[str, str] = {}
        self._odd = [piece for piece in pieces if piece.kind is Kind.UNKNOWN]
        #: those that say how often
        self.again = [piece for piece in pieces if piece.kind is Kind.AGAIN or self._is_a_repetition(piece)]
        #: how often, where they say one thing
        self.rule = rule_of(words[piece.start : piece.end] for piece in self.again) if self.again else None

    def _is_a_repetition(self, piece: Piece) -> bool:
        """Whether "every day" and the like say how often; of what lasts for days, they are the days of work."""
        if piece.kind is not Kind.EACH:
            return False
        others = [one for one in self._pieces if one.kind is not Kind.NOTHING]
        at = others.index(piece)
        if any(one.kind is Kind.HOURS for one in others[max(0, at - 1) : at + 2]):
            return False
        after = "".join(one.kind for one in others[at + 1 :])
        return _AT_A_CLOCK.match(after) is not None or not lasts_for_days(others)

    def read(self) -> Spoken:
        length, months = self._only(Kind.LENGTH), self._only(Kind.MONTHS)
        if months:
            self._odd += [length] if length else []
            length = replace(months, value=months.value * A_MONTH)
        self._set_what_is_beside()
        when = in_a_row([piece for piece in self._pieces if piece.kind in _WHEN], length)
        if length is None and (clock_length := length_like_a_clock(when)):
            when.remove(clock_length)
            length = replace(clock_length, kind=Kind.LENGTH, value=clock_length.value.length)
        lasts = None
        if self.rule:
            when = self._without_its_end(when)
            if length and length.value >= A_DAY and not length.value % A_DAY:
                length, lasts = None, length
        when = as_connected(when)
        try:
            self._read_when(when, length)
        except Odd as odd:
            self._odd += odd.pieces
        except (OverflowError, ValueError):  # a day that no calendar has
            self._odd += when
        if months:
            self._set_months(months)
        says_day = any(piece.kind is Kind.DAYS for piece in when)
        if says_day and any(piece.kind in (Kind.TO, Kind.UNTIL) for piece in when):
            self.rule = None  # "every day from Monday to Friday": one that lasts, or five
        if self.rule:
            self._set_rule(says_day)
            if lasts:
                self._set_last_day(lasts)
        elif self.again:
            self._values |= {"start": "at", "date": ""}
        distance = [piece for piece in self._pieces if piece.kind is Kind.DISTANCE and not self._is_ours(piece)]
        unsure = [piece for piece in self._pieces if piece.kind is Kind.HALF_DAY]
        holidays = [piece for piece in self._pieces if piece.kind is Kind.HOLIDAYS]
        nothing = not (self._values or self._odd or self.again or distance or unsure or holidays)
        return Spoken(
            values=self._values,
            left=self._words.strip() if nothing else self._said(self._odd),
            repeats="" if self.rule else self._said(self.again),
            distance=self._said(distance),
            unsure=self._said(unsure),
            holidays=self._said(holidays),
        )

    def _without_its_end(self, when: list[Piece]) -> list[Piece]:
        """ "Until 31 March", said of a repetition, is its last day."""
        if [piece.kind for piece in when[-2:]] != [Kind.UNTIL, Kind.DAYS]:
            return when
        days = when[-1].value.candidates
        last = next((day for day in days if day >= self._now.date()), days[-1])
        self._values["until"] = last.isoformat()
        return when[:-2]

    def _set_rule(self, says_day: bool) -> None:
        """How often it goes out, and the day on which that begins: the one that is said, else the first that fits."""
        rule = self.rule
        assert rule is not None
        self._values |= rule.values
        clock = self._values.get("time")
        if says_day:
            return
        if not rule.names_a_day:  # "every week": on the day that stood there, where no clock is said
            self._values = {field: text for field, text in self._values.items() if field not in ("start", "date")}
            self._values |= {"start": "at"} if clock else {}
            return
        today = self._now.date()
        is_over = bool(clock) and time.fromisoformat(clock or "") <= self._now.time()
        since = today + timedelta(days=1) if is_over else today
        self._values |= {"start": "at", "date": first_day(rule, since).isoformat()}

    def _set_last_day(self, lasts: Piece) -> None:
        """ "Every day at 8 for two weeks": the last of these days, where the first is known."""
        if "until" in self._values or not self._values.get("date"):
            self._odd.append(lasts)
            return
        days = timedelta(minutes=lasts.value) - timedelta(days=1)
        self._values["until"] = (date.fromisoformat(self._values["date"]) + days).isoformat()

    def _is_ours(self, piece: Piece) -> bool:
        """Whether a distance from UTC is that of the zone, when it starts; UTC itself becomes the zone."""
        if not piece.value and not any(one.kind is Kind.ZONE for one in self._pieces):
            self._values["zone"] = "UTC"
            return True
        begins = self._now
        if self._values.get("date"):
            begins = datetime.combine(date.fromisoformat(self._values["date"]), time(12), self._now.tzinfo)
        return bool(begins.utcoffset() == piece.value)

    def _set_months(self, months: Piece) -> None:
        """As many days as the calendar says, from the day on which it starts."""
        if self._values.get("start") == "now":
            begins = self._now.date()
        elif self._values.get("date"):
            begins = date.fromisoformat(self._values["date"])
        else:
            self._values = {key: value for key, value in self._values.items() if key not in ("duration", "unit")}
            self._odd += [months] if months not in self._odd else []
            return
        if "duration" in self._values:
            self._set_length((after_months(begins, months.value) - begins).days * A_DAY)

    def _said(self, pieces: Sequence[Piece]) -> str:
        """The words of what is odd; what says nothing between two of them is said with them."""
        odd = {piece.start for piece in pieces}
        runs: list[tuple[int, int]] = []
        beside = False
        for piece in self._pieces:
            if piece.start in odd:
                runs[-1:] = [(runs[-1][0], piece.end)] if beside else [*runs[-1:], (piece.start, piece.end)]
                beside = True
            elif piece.kind is not Kind.NOTHING:
                beside = False
        return " … ".join(self._words[start:end].strip() for start, end in runs)

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
        weeks = [replace(piece, kind=Kind.WEEK) for piece in self._pieces if piece.kind in (Kind.WEEK, Kind.EACH)]
        again = {piece.start for piece in self.again}
        weeks = [piece for piece in weeks if piece.start not in again]
        if weeks:
            self._odd += [piece for piece in weeks[1:] if piece.value != weeks[0].value]
            self._values["days"] = ",".join(str(day) for day in sorted(weeks[0].value))

    def _set_hours(self, opens: Clock, closes: Clock) -> None:
        self._values |= {"opens": written(opens), "closes": written(closes)}
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
        elif (match := _DAYS_THEN_A_CLOCK.fullmatch(letters)) and not length and self._is_said_of_both(when[-1]):
            self._until_the_end_of(point_of(side(match, 2)), point_of([*side(match, 1), when[-1]]), when)
        elif (match := _DAYS_THEN_CLOCKS.fullmatch(letters)) and not length:
            self._from_to(point_of(side(match, 1)), point_of(side(match, 2)), when)
            self._set_hours(*between(side(match, 3)[0].value, side(match, 4)[0].value))
        elif match := _CLOCKS_THEN_DAY.fullmatch(letters):
            self._on_a_day(side(match, 3), side(match, 1)[0], side(match, 2)[0], length)
        elif (match := _START_THEN_CLOCKS.fullmatch(letters)) and minutes and minutes >= A_DAY:
            self._starting(point_of(side(match, 1)), minutes)
            self._set_hours(*between(side(match, 2)[0].value, side(match, 3)[0].value))
        elif match := _RANGE.fullmatch(letters):
            start, end = point_of(side(match, 1)), point_of(side(match, 2))
            alone = not (start.day or end.day or start.part or end.part)  # clocks without a day, or a part of one
            if start.clock and end.clock and alone and end.offset is None:
                self._on_a_day([], side(match, 1)[-1], side(match, 2)[-1], length)
                return
            self._from_to(start, end, when)
            if length:
                raise Odd([length])
        elif match := _START.fullmatch(letters):
            self._starting(point_of(side(match, 1)), minutes)
        elif match := _END.fullmatch(letters):
            self._from_to(Point(offset=0), point_of(side(match, 1)), when)
        else:
            raise Odd([*when, *([length] if length else [])])

    def _on_a_day(self, days: Sequence[Piece], first: Piece, last: Piece, length: Piece | None) -> None:
        """Two clocks: the slot, or the hours of work where it lasts for days."""
        opens, closes = between(first.value, last.value)
        point = point_of(days)
        if point.part:
            clocks = (first.value, last.value) if point.part == "evening" else (opens, closes)
            opens, closes = (in_part(clock, point.part) for clock in clocks)
        several = point.day.count * A_DAY if point.day and point.day.count > 1 else 0
        lasts = length.value if length else several
        if lasts >= A_DAY:
            self._set_hours(opens, closes)
            point.clock = None if several and not length else opens
            self._starting(point, lasts)
            return
        point.clock = opens
        between_them = self._from_to(point, Point(clock=closes), [first, last])
        if length and timedelta(minutes=length.value) != between_them:
            raise Odd([length])

    def _starting(self, start: Point, minutes: float | None) -> None:
        """A start, and how long from it."""
        if start.offset is not None:
            self._set_start(None if start.offset == 0 else self._now + timedelta(minutes=start.offset))
            self._set_length(minutes)
            return
        begins = self._clock_of(start, minutes)
        if start.day is None and (self._odd or self.again):  # "every Monday at 9" is not today
            self._values |= {"time": begins.strftime("%H:%M")} if begins else {}
            self._set_length(minutes)
            return
        day = self._day_of(start, begins)
        if minutes is None and start.clock and start.day and start.day.count > 1:  # its end is that of its last day
            self._until_the_end_of(start, start, [])
            return
        if minutes is None and not start.clock:
            if start.part:
                self._from_to(start, Point(clock=Clock(PART_HOURS[start.part][1])), [])
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

    def _is_said_of_both(self, clock: Piece) -> bool:
        """Whether "at" is said before it: "from Monday to Wednesday at 9" starts at 9."""
        before = self._words[: clock.start].rstrip().lower()
        return before.endswith((" at", " à", " a", "@"))

    def _until_the_end_of(self, last: Point, start: Point, pieces: Sequence[Piece]) -> None:
        """From a clock on a day, to the end of the last day."""
        self._from_to(start, Point(day=last.day), pieces)

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

    def _from_to(self, start: Point, end: Point, pieces: Sequence[Piece]) -> timedelta:
        """A start and an end; the time between them."""
        if end.offset is not None:
            raise Odd(pieces)
        if start.offset is not None:
            begins = self._now + timedelta(minutes=start.offset)
        else:
            clock = self._clock_of(start, A_DAY) or time(0)
            begins = datetime.combine(self._day_of(start, clock), clock, self._now.tzinfo)
            if begins.time() == time(0) and not start.clock and begins < self._now <= begins + timedelta(days=1):
                start, begins = Point(offset=0), self._now
        ends = self._end(begins, start, end)
        length = ends.astimezone(UTC) - begins.astimezone(UTC)
        if length <= timedelta():
            raise Odd(pieces)
        self._set_start(None if start.offset == 0 else begins)
        self._set_length(_minutes(length))
        return length

    def _end(self, begins: datetime, start: Point, end: Point) -> datetime:
        """The first instant after the start that it may be; a day without a clock is meant with all its hours."""
        clock = end.clock
        if clock and not clock.sure and end.day is None and start.clock:
            clock = between(start.clock, clock)[1]
        at = time_of(clock) if clock else time(PART_HOURS[end.part][1]) if end.part else time(0)
        whole = 0 if clock or end.part else end.day.count if end.day else 0
        if end.day is None:
            ends = datetime.combine(begins.date(), at, begins.tzinfo)
            return ends if ends > begins else ends + timedelta(days=1)
        days = (day + timedelta(days=end.late) for day in sorted(end.day.candidates))
        possible = [datetime.combine(day, at, begins.tzinfo) + timedelta(days=whole) for day in days]
        return next((ends for ends in possible if ends > begins), possible[-1])

    def _clock_of(self, start: Point, minutes: float | None) -> time | None:
        """When on its day something begins; None where that must be asked."""
        if start.clock:
            return time_of(start.clock)
        if start.part:
            return time(PART_HOURS[start.part][0])
        return time(0) if minutes and minutes >= A_DAY else None

    def _day_of(self, start: Point, begins: time | None) -> date:
        """The first day that is not over; of days that are, the last."""
        today, clock = self._now.date(), self._now.time()
        if start.day is None:
            return today + timedelta(days=start.late or (begins is not None and begins < clock and not start.part))
        last = today + timedelta(days=1) if begins and begins < clock and len(start.day.candidates) > 1 else today
        day = next((day for day in start.day.candidates if day >= last), start.day.candidates[-1])
        return day + timedelta(days=start.late)

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


def _minutes(length: timedelta) -> float:
    return length / timedelta(minutes=1)
