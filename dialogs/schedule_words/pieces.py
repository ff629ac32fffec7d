"""What was said, cut into its pieces: days, clocks, lengths, and the words between them.

Each pattern takes what it knows out of the text, the surest first; what is left is asked of the recogniser, and what
it does not know either is kept as not understood. No piece is read twice.
"""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cards.languages import SCHEDULES
from dialogs.schedule_words import clocks, days
from dialogs.schedule_words import lexicon as words
from dialogs.schedule_words.clocks import between
from dialogs.schedule_words.cutting import Cut, Kind, Piece, Read


def zone_in(text: str) -> str | None:
    """The zone that a plain text names."""
    zones = (zone_of(match) for match in words.ZONE.finditer(text))
    return next((zone for zone in zones if zone), None)


def language_of_words(text: str, otherwise: str) -> str:
    """The language of a plain text, by its small words."""
    counts = {code: len(re.findall(rf"\b(?:{words.small})\b", text)) for code, words in SCHEDULES.items()}
    most = [code for code, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else otherwise


def cut(text: str, today: date, language: str, day_first: bool) -> list[Piece]:
    """The pieces of a plain text, in their order. ``day_first``: 3/12 is in December."""
    there = Cut(text, today, language, day_first)
    _settings(there)
    there.take(words.ISO, lambda match: days.written(match[1], match[2], match[3]))
    there.take(words.NUMERIC, lambda match: days.numeric(there, match))
    for of_a_month in words.DAYS_OF_A_MONTH:
        there.take(of_a_month, lambda match: days.days_of_a_month(there, match))
    there.take(words.OFFSET, lambda match: days.offset(there, match))
    there.take(words.LASTS, lambda match: clocks.length(match[1]))
    there.take(words.VAGUE, lambda match: (Kind.UNKNOWN, None))
    there.take(words.ALL_DAY, lambda match: (Kind.LENGTH, 24 * 60))
    for pattern in words.CLOCKS:
        there.take(pattern, clocks.clock)
    there.take(words.PART, clocks.part)
    there.take(words.NOW, lambda match: (Kind.NOW, None))
    there.take(words.BARE, lambda match: clocks.length(match[1]))
    there.take(words.AT_NUMBER, clocks.number)
    there.take(words.AT, lambda match: (Kind.NOTHING, None))
    days.odd_days(there)
    there.take(words.UNTIL, lambda match: (Kind.UNTIL, None))
    there.take(words.CONNECTIVE, _connective)
    days.recognised(there)
    there.take(words.NUMBER, clocks.number)
    there.take(re.compile(r"[^\s|,;.!?()]+"), _rest)
    return sorted(there.pieces, key=lambda piece: piece.start)


# --- what it says beside when -----------------------------------------------------------------


def _settings(there: Cut) -> None:
    there.take(words.OWN_CLOCK, lambda match: (Kind.OWN_CLOCK, None))
    there.take(words.ZONE, lambda match: (Kind.ZONE, zone) if (zone := zone_of(match)) else None)
    there.take(words.ANYTIME, lambda match: (Kind.ANYTIME, None))
    there.take(words.WORKING_HOURS, _working_hours)
    for hours in [piece for piece in there.pieces if piece.kind is Kind.HOURS]:
        if days := words.THEN_DAYS.search(there.text[hours.end :]):
            there.put(Kind.WEEK, _week(days[1], days[2]), hours.end + days.start(), hours.end + days.end())
    there.take(words.AS_USUAL, lambda match: (Kind.NOTHING, None))
    there.take(words.DAYS_FROM_TO, lambda match: (Kind.WEEK, _week(match[1], match[2])))
    there.take(words.WEEK_NAMED, lambda match: (Kind.WEEK, frozenset(words.WEEK[match[0]])))
    there.take(words.PLURALS, _plurals)


def zone_of(match: re.Match[str]) -> str | None:
    if match["zone"]:
        return words.ZONES[match["zone"]]
    if match["american"]:
        return words.AMERICAN[match["american"]]
    if match["european"]:
        return words.AFTER_A_CLOCK[match["european"]]
    if match["city"]:
        return words.CITIES[match["city"]]
    name = "/".join("_".join(part.capitalize() for part in one.split("_")) for one in match["iana"].split("/"))
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _working_hours(match: re.Match[str]) -> Read:
    opens, closes = clocks.edge(match["opens"]), clocks.edge(match["closes"])
    if opens is None or closes is None:
        return Kind.UNKNOWN, None
    return Kind.HOURS, between(opens, closes)


def _week(first: str, last: str) -> frozenset[int]:
    start, end = words.WEEKDAYS[first], words.WEEKDAYS[last]
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _plurals(match: re.Match[str]) -> Read:
    names = re.findall(r"\w+", match[1])
    return Kind.WEEK, frozenset(words.WEEKDAYS[name[:-1]] for name in names if name[:-1] in words.WEEKDAYS)


# --- between ----------------------------------------------------------------------------------


def _connective(match: re.Match[str]) -> Read:
    return (Kind.FROM if match[0] in words.FROM else Kind.TO), match[0]


def _rest(match: re.Match[str]) -> Read:
    rest_words = re.findall(r"[^\W_]+", match[0])
    harmless = all(word in words.FILLERS for word in rest_words) if rest_words else match[0] in words.SIGNS
    return (Kind.NOTHING if harmless else Kind.UNKNOWN), None
