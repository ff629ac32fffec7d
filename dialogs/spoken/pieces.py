"""What was said, cut into its pieces: days, clocks, lengths, and the words between them.

Each pattern takes what it knows out of the text, the surest first; what is left is asked of the recogniser, and what
it does not know either is kept as not understood. No piece is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialogs.spoken import lexicon as words
from dialogs.spoken.recogniser import days_in

TAKEN = "|"  #: stands where something was taken out
FARTHEST = 1_000_000  #: minutes of a length that is read: two years


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
    ANYTIME = "A"
    OWN_CLOCK = "Z"
    ZONE = "z"  #: its name
    NOTHING = "-"  #: it says nothing that matters
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Clock:
    hour: int
    minute: int = 0
    #: "am" and "pm" were said, or the hour can be but one of the day's 24
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the first of several in a row."""

    #: what it may be, earliest first: a Monday is the next one, or one after it
    candidates: tuple[date, ...]
    count: int = 1


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
    pieces: list[Piece] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], tuple[Kind, Any] | None]) -> None:
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


def zone_in(text: str) -> str | None:
    """The zone that a plain text names."""
    found = (zone_of(match) for match in words.ZONE.finditer(text))
    return next((zone for zone in found if zone), None)


def language_of_words(text: str, otherwise: str) -> str:
    """The language of a plain text, by its small words."""
    french = len(
        re.findall(r"\b(?:à|de|du|le|la|les|pendant|durant|pour|dans|et|au|demain|midi|heures?|jours?)\b", text)
    )
    english = len(re.findall(r"\b(?:at|from|to|the|for|in|and|on|next|tomorrow|noon|hours?|days?|am|pm)\b", text))
    return otherwise if french == english else "fr" if french > english else "en"


def cut(text: str, today: date, language: str, day_first: bool) -> list[Piece]:
    """The pieces of a plain text, in their order. ``day_first``: 3/12 is in December."""
    there = Cut(text, today, language, day_first)
    _settings(there)
    there.take(words.ISO, lambda found: _written(found[1], found[2], found[3]))
    there.take(words.NUMERIC, lambda found: _numeric(there, found))
    there.take(words.OFFSET, lambda found: _offset(there, found))
    there.take(words.LASTS, lambda found: _length(found[1]))
    there.take(words.VAGUE, lambda found: (Kind.UNKNOWN, None))
    there.take(words.ALL_DAY, lambda found: (Kind.LENGTH, 24 * 60))
    for pattern in words.CLOCKS:
        there.take(pattern, _clock)
    there.take(words.PART, _part)
    there.take(words.NOW, lambda found: (Kind.NOW, None))
    there.take(words.BARE, lambda found: _length(found[1]))
    there.take(words.AT_NUMBER, _number)
    there.take(words.AT, lambda found: (Kind.NOTHING, None))
    _odd_days(there)
    there.take(words.UNTIL, lambda found: (Kind.UNTIL, None))
    there.take(words.CONNECTIVE, _connective)
    _recognised(there)
    there.take(words.NUMBER, _number)
    there.take(re.compile(r"[^\s|,;.!?()]+"), _rest)
    return sorted(there.pieces, key=lambda piece: piece.start)


# --- what it says beside when -----------------------------------------------------------------


def _settings(there: Cut) -> None:
    there.take(words.OWN_CLOCK, lambda found: (Kind.OWN_CLOCK, None))
    there.take(words.ZONE, lambda found: (Kind.ZONE, zone) if (zone := zone_of(found)) else None)
    there.take(words.ANYTIME, lambda found: (Kind.ANYTIME, None))
    there.take(words.WORKING_HOURS, _working_hours)
    for hours in [piece for piece in there.pieces if piece.kind is Kind.HOURS]:
        if days := words.THEN_DAYS.search(there.text[hours.end :]):
            there.put(Kind.WEEK, _week(days[1], days[2]), hours.end + days.start(), hours.end + days.end())
    there.take(words.AS_USUAL, lambda found: (Kind.NOTHING, None))
    there.take(words.DAYS_FROM_TO, lambda found: (Kind.WEEK, _week(found[1], found[2])))
    there.take(words.WEEK_NAMED, lambda found: (Kind.WEEK, frozenset(words.WEEK[found[0]])))
    there.take(words.PLURALS, _plurals)


def zone_of(found: re.Match[str]) -> str | None:
    if found["zone"]:
        return words.ZONES[found["zone"]]
    if found["american"]:
        return words.AMERICAN[found["american"]]
    if found["city"]:
        return words.CITIES[found["city"]]
    name = "/".join("_".join(part.capitalize() for part in one.split("_")) for one in found["iana"].split("/"))
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _working_hours(found: re.Match[str]) -> tuple[Kind, Any]:
    opens, closes = _edge(found["opens"]), _edge(found["closes"])
    if opens is None or closes is None:
        return Kind.UNKNOWN, None
    return Kind.HOURS, between(opens, closes)


def _edge(text: str) -> Clock | None:
    for pattern in (*words.CLOCKS, words.NUMBER):
        if found := pattern.fullmatch(text.strip()):
            kind, clock = _number(found) if pattern is words.NUMBER else _clock(found)
            return clock if kind is not Kind.UNKNOWN else None
    return None


def between(start: Clock, end: Clock) -> tuple[Clock, Clock]:
    """The two edges of a range on one day, where "am" or "pm" may be said of one: 2 to 4pm, 9 to 5."""
    if not start.sure and end.sure and start.hour + 12 <= end.hour < 24:
        later = Clock(start.hour + 12, start.minute)
        if start.hour < 7 or ((start.hour + 12, start.minute) < (end.hour, end.minute) and start.hour in range(1, 7)):
            start = later
    if not end.sure and (end.hour, end.minute) <= (start.hour, start.minute) and end.hour < 12:
        end = Clock(end.hour + 12, end.minute)
    return start, end


def _week(first: str, last: str) -> frozenset[int]:
    start, end = words.WEEKDAYS[first], words.WEEKDAYS[last]
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _plurals(found: re.Match[str]) -> tuple[Kind, Any]:
    names = re.findall(r"\w+", found[1])
    return Kind.WEEK, frozenset(words.WEEKDAYS[name[:-1]] for name in names if name[:-1] in words.WEEKDAYS)


# --- lengths ----------------------------------------------------------------------------------


def minutes_of(text: str) -> float | None:
    """Of "2 hours and 30 minutes", "1h30", "deux heures et demie"; None when it is more than anybody means."""
    if short := words.AMOUNT_SHORT.fullmatch(text):
        total = int(short[1]) * 60.0 + int(short[2])
    else:
        total, unit = 0.0, 0
        for number, name in words.AMOUNT_PART.findall(text):
            unit = words.MINUTES[name]
            total += _value(number) * unit
        if fraction := words.FRACTION.search(text):
            total += words.FRACTIONS[fraction[1]] * unit
    return total if 0 < total <= FARTHEST else None


def _value(number: str) -> float:
    return float(words.NUMBERS[number]) if number in words.NUMBERS else float(number.replace(",", "."))


def _length(amount: str) -> tuple[Kind, Any]:
    minutes = minutes_of(amount)
    return (Kind.LENGTH, minutes) if minutes else (Kind.UNKNOWN, None)


def _offset(there: Cut, found: re.Match[str]) -> tuple[Kind, Any]:
    minutes = minutes_of(found[1] or found[2])
    if not minutes:
        return Kind.UNKNOWN, None
    days, rest = divmod(minutes, 24 * 60)
    if rest or not days:
        return Kind.OFFSET, minutes
    return Kind.DAYS, Day((there.today + timedelta(days=days),))


# --- clocks -----------------------------------------------------------------------------------


def _clock(found: re.Match[str]) -> tuple[Kind, Any]:
    said = found.groupdict()
    if said.get("noon"):
        return _moved(words.NOON[said["noon"]], said)
    hour = _hour(said["hour"])
    half = "am" if said.get("am") else "pm" if said.get("pm") else ""
    if half and not 1 <= hour <= 12:
        if hour > 23:
            return Kind.UNKNOWN, None
        half = ""  # 14h de l'après-midi
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _moved(hour, said, sure=bool(half) or _written_in_24_hours(found, hour))


def _moved(hour: int, said: dict[str, Any], *, sure: bool = True) -> tuple[Kind, Any]:
    minute = int(said.get("minute") or 0)
    shift = words.MORE[said["more"]] if said.get("more") else 0
    if said.get("side"):
        part = words.PAST[said["part"]] if said["part"] else int(said["minutes"])
        shift = part if said["side"] == "past" else -part
    total = hour * 60 + minute + shift
    if minute > 59 or abs(shift) > 59 or not -60 < total < 24 * 60 + (hour == 24):
        return Kind.UNKNOWN, None
    return Kind.CLOCK, Clock(*divmod(total % (24 * 60), 60), sure=sure)


def _hour(said: str) -> int:
    return words.HOURS[said] if said in words.HOURS else int(said)


def _written_in_24_hours(found: re.Match[str], hour: int) -> bool:
    """Whether "3:00" can be but the morning's: 03:00, 3h, 15:00 can."""
    return hour == 0 or hour > 12 or found[0].startswith("0") or re.search(r"\dh|\sh|heure", found[0]) is not None


def _number(found: re.Match[str]) -> tuple[Kind, Any]:
    hour = _hour(found["hour"])
    return (Kind.NUMBER, Clock(hour % 24, sure=hour > 12 or hour == 0)) if hour <= 24 else (Kind.UNKNOWN, None)


def _part(found: re.Match[str]) -> tuple[Kind, Any]:
    if found["today"]:
        return Kind.PART, (words.TODAY[found["today"]], True)
    return Kind.PART, (words.PARTS[found["part"]], False)


# --- days -------------------------------------------------------------------------------------


def _written(year: str, month: str, day: str) -> tuple[Kind, Any]:
    return _any_of([_date(int(year), int(month), int(day))])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _any_of(days: Iterable[date | None]) -> tuple[Kind, Any]:
    known = tuple(day for day in days if day)
    return (Kind.DAYS, Day(known)) if known else (Kind.UNKNOWN, None)


def _numeric(there: Cut, found: re.Match[str]) -> tuple[Kind, Any] | None:
    """3/12/2026, 3.12.26, 3/12; "10.30" is a clock, and left to it."""
    if found[2] == "." and not found[4]:
        return None
    day, month = (found[1], found[3]) if there.day_first else (found[3], found[1])
    if int(month) > 12 >= int(day):
        day, month = month, day
    if found[4]:
        return _written(found[4] if len(found[4]) == 4 else f"20{found[4]}", month, day)
    return _any_of(_date(there.today.year + more, int(month), int(day)) for more in (0, 1))


def _odd_days(there: Cut) -> None:
    """What the recogniser misreads: weekends in French, "the 15th", "mardi 1er", "lundi en huit"."""
    there.take(words.WEEKEND, lambda found: _weekend(there, found[0]))
    there.take(words.IN_EIGHT, lambda found: _in_eight(there, found))
    there.take(words.WEEKDAY_NTH, lambda found: _nth(there, int(found[2]), words.WEEKDAYS[found[1]]))
    there.take(words.THE_NTH, lambda found: _nth(there, int(found[1])) or (Kind.UNKNOWN, None))


def _weekend(there: Cut, said: str) -> tuple[Kind, Any]:
    saturday = there.today + timedelta(days=5 - there.today.weekday())
    if "next" in said or "prochain" in said:
        saturday += timedelta(days=7)
    return Kind.DAYS, Day((saturday,), count=2)


def _nth(there: Cut, day: int, weekday: int | None = None) -> tuple[Kind, Any] | None:
    """The next day of a month with that number, if need be on a weekday; None where there is none soon."""
    months = (divmod(there.today.year * 12 + there.today.month - 1 + step, 12) for step in range(3))
    known = [found for year, month in months if (found := _date(year, month + 1, day))]
    known = [found for found in known if found >= there.today and weekday in (None, found.weekday())]
    return _any_of(known) if known else None


def _in_eight(there: Cut, found: re.Match[str]) -> tuple[Kind, Any] | None:
    """The weekday that follows the next one by a week, or two."""
    weekday = words.WEEKDAYS.get(found[1] or found[2])
    if weekday is None:
        return None
    ahead = (weekday - there.today.weekday()) % 7 or 7
    return _any_of([there.today + timedelta(days=ahead, weeks=2 if found[3] == "quinze" else 1)])


def _recognised(there: Cut) -> None:
    """What the recogniser knows of each run of words, in the text's language first."""
    for language in (there.language, "fr" if there.language == "en" else "en"):
        for run in re.finditer(r"[^|,;]*[a-zà-ÿ][^|,;]*", there.text):
            for days in days_in(words.FIRST.sub(words.FIRST_AS_NUMBER, run[0]), language, there.today):
                start, end = run.start() + days.start, run.start() + days.end
                if TAKEN not in there.text[start:end]:
                    there.put(*_checked(there, Day(days.candidates, days.in_a_row), there.text[start:end]), start, end)


def _checked(there: Cut, day: Day, said: str) -> tuple[Kind, Any]:
    """A weekday that is said beside a date must be its own; "this Friday" is none that is over."""
    named = words.WEEKDAY.search(said)
    if named is None or day.count > 1:
        return Kind.DAYS, day
    weekday = words.WEEKDAYS[named[0]]
    if said.startswith("this") and day.candidates[0] < there.today:
        return _any_of([day.candidates[0] + timedelta(days=7)])
    possible = (
        [found for found in day.candidates if found >= there.today] if len(day.candidates) > 1 else day.candidates
    )
    return _any_of(found for found in possible if found.weekday() == weekday)


# --- between ----------------------------------------------------------------------------------


def _connective(found: re.Match[str]) -> tuple[Kind, Any]:
    return (Kind.FROM if found[0] in words.FROM else Kind.TO), found[0]


def _rest(found: re.Match[str]) -> tuple[Kind, Any]:
    said = re.findall(r"[^\W_]+", found[0])
    harmless = all(word in words.FILLERS for word in said) if said else found[0] in words.SIGNS
    return (Kind.NOTHING if harmless else Kind.UNKNOWN), None
