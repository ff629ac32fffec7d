"""Clocks and lengths, read from what their patterns have found."""

from __future__ import annotations

import re
from typing import Any

from dialogs.schedule_words import lexicon as words
from dialogs.schedule_words.cutting import Clock, Kind, Read

WORK = 7  #: before this hour, "at 3" is in the afternoon
FARTHEST = 1_000_000  #: minutes of a length that is read: two years

# --- lengths ----------------------------------------------------------------------------------


def minutes_of(text: str) -> float | None:
    """Of "2 hours and 30 minutes", "1h30", "deux heures et demie"; None when it is more than anybody means."""
    if short := words.AMOUNT_SHORT.fullmatch(text):
        total = int(short[1]) * 60.0 + int(short[2])
    else:
        total, unit = 0.0, 0
        for number, name in words.AMOUNT_PART.findall(text):
            unit = words.MINUTES[name]
            total += amount_of(number) * unit
        if fraction := words.FRACTION.search(text):
            total += words.FRACTIONS[fraction[1]] * unit
    return total if 0 < total <= FARTHEST else None


def amount_of(number: str) -> float:
    return float(words.NUMBERS[number]) if number in words.NUMBERS else float(number.replace(",", "."))


def length(amount: str) -> Read:
    minutes = minutes_of(amount)
    return (Kind.LENGTH, minutes) if minutes else (Kind.UNKNOWN, None)


# --- clocks -----------------------------------------------------------------------------------


def clock(match: re.Match[str]) -> Read:
    parts = match.groupdict()
    if parts.get("noon"):
        return _moved(words.NOON[parts["noon"]], parts, half=True)
    if parts.get("hour_"):
        parts |= {"hour": parts["hour_"], "minute": parts["minute_"]}
    hour = _hour(parts["hour"])
    half = "am" if parts.get("am") else "pm" if parts.get("pm") else ""
    if half and not 1 <= hour <= 12:
        if hour > 23:
            return Kind.UNKNOWN, None
        half = ""  # 14h de l'après-midi
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _moved(hour, parts, half=bool(half), sure=bool(half) or _written_in_24_hours(match, hour))


def _moved(hour: int, parts: dict[str, Any], *, sure: bool = True, half: bool = False) -> Read:
    minute = int(parts.get("minute") or 0)
    shift = words.MORE[parts["more"]] if parts.get("more") else 0
    if parts.get("side"):
        part = words.PAST[parts["part"]] if parts["part"] else int(parts["minutes"])
        shift = part if parts["side"] == "past" else -part
    total = hour * 60 + minute + shift
    if minute > 59 or abs(shift) > 59 or not -60 < total < 24 * 60 + (hour == 24):
        return Kind.UNKNOWN, None
    length = hour * 60 if parts.get("heures") and not parts.get("more") and not half else 0
    return Kind.CLOCK, Clock(*divmod(total % (24 * 60), 60), sure=sure, half=half, length=length)


def _hour(word: str) -> int:
    return words.HOURS[word] if word in words.HOURS else int(word)


def _written_in_24_hours(match: re.Match[str], hour: int) -> bool:
    """Whether "3:00" can be but the morning's: 03:00, 3h, 15:00 can."""
    return hour == 0 or hour > 12 or match[0].startswith("0") or re.search(r"\dh|\sh|heure", match[0]) is not None


def number(match: re.Match[str]) -> Read:
    hour = _hour(match["hour"])
    return (Kind.NUMBER, Clock(hour % 24, sure=hour > 12 or hour == 0)) if hour <= 24 else (Kind.UNKNOWN, None)


def part(match: re.Match[str]) -> Read:
    if match["today"]:
        return Kind.PART, (words.TODAY[match["today"]], True)
    return Kind.PART, (words.PARTS[match["part"]], False)


def edge(text: str) -> Clock | None:
    for pattern in (*words.CLOCKS, words.NUMBER):
        if match := pattern.fullmatch(text.strip()):
            kind, value = number(match) if pattern is words.NUMBER else clock(match)
            return value if kind is not Kind.UNKNOWN else None
    return None


def between(start: Clock, end: Clock) -> tuple[Clock, Clock]:
    """The two edges of a range on one day, where "am" or "pm" may be said of one: 2 to 4pm, 9 to 5."""
    if end.half and not start.half:
        if start.hour < 12 and (start.hour + 12, start.minute) < (end.hour, end.minute):
            start = later(start)
    elif not start.sure and start.hour < WORK and not (end.sure and end.hour < start.hour + 12):
        start = later(start)
    if not end.sure and end.hour < 12 and (end.hour, end.minute) <= (start.hour, start.minute):
        end = later(end)
    return start, end


def later(clock: Clock) -> Clock:
    """The same of the afternoon."""
    return Clock(clock.hour + 12, clock.minute)
