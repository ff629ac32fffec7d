"""What was said, cut into its pieces: days, clocks, lengths, and the words between them.

Each pattern takes what it knows out of the text, the surest first; what is left is asked of the recogniser, and what
it does not know either is kept as not understood. No piece is read twice.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from cards.languages import SCHEDULES
from dialogs.schedule_words import clocks, days
from dialogs.schedule_words import lexicon as words
from dialogs.schedule_words.clocks import between
from dialogs.schedule_words.cutting import Cut, Kind, Piece, Read
from dialogs.schedule_words.repeats import AGAIN
from dialogs.schedule_words.zones import zones_in


def zone_in(text: str, typed: str) -> str | None:
    """The zone that a plain text names; ``typed``: with its capitals."""
    return next((zone.name for zone in zones_in(text, typed) if zone.name), None)


def language_of_words(text: str, otherwise: str) -> str:
    """The language of a plain text, by its small words."""
    counts = {code: len(re.findall(rf"\b(?:{words.small})\b", text)) for code, words in SCHEDULES.items()}
    most = [code for code, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else otherwise


def cut(text: str, today: date, language: str, day_first: bool, typed: str) -> list[Piece]:
    """The pieces of a plain text, in their order. ``day_first``: 3/12 is in December. ``typed``: with its capitals.

    Raises OverflowError for days that no calendar has.
    """
    there = Cut(text, today, language, day_first, typed)
    _settings(there)
    there.take(words.ISO, lambda match: days.written(match[1], match[3], match[4]))
    there.take(words.NUMERIC, lambda match: days.numeric(there, match))
    for of_a_month in words.DAYS_OF_A_MONTH:
        there.take(of_a_month, lambda match: days.days_of_a_month(there, match))
    there.take(words.NTH_OF_A_MONTH, lambda match: days.nth_of_a_month(there, match))
    there.take(words.ABOUT_A_TIME, lambda match: (Kind.UNKNOWN, None))
    there.take(words.DAY_AND_MONTH, lambda match: days.day_and_month(there, match))
    there.take(words.HALF_DAY, lambda match: (Kind.HALF_DAY, None))
    there.take(words.SHIFT, days.shift)
    there.take(words.IN_MONTHS, lambda match: days.in_months(there, match))
    there.take(words.OFFSET, lambda match: days.offset(there, match))
    there.take(words.LASTS, lambda match: clocks.length(match[1]))
    there.take(words.MONTHS, days.months)
    there.take(words.YEARS, lambda match: days.months(match, each=12))
    there.take(words.ALL_DAY, lambda match: (Kind.LENGTH, 24 * 60))
    for pattern in words.CLOCKS:
        there.take(pattern, clocks.clock)
    there.take(words.PART, clocks.part)
    there.take(words.NOW, lambda match: (Kind.NOW, None))
    there.take(words.BARE, lambda match: clocks.length(match[1]))
    there.take(words.AT_NUMBER, clocks.number)
    there.take(words.AT, lambda match: (Kind.NOTHING, None))
    days.odd_days(there)
    there.take(words.WEEKDAY_ABBREVIATED, lambda match: days.weekday_abbreviated(there, match))
    there.take(words.UNTIL, lambda match: (Kind.UNTIL, None))
    there.take(words.CONNECTIVE, _connective)
    days.recognised(there)
    there.take(words.NUMBER, clocks.number)
    there.take(re.compile(r"[^\s|,;.!?()]+"), _rest)
    return _with_shifts(sorted(there.pieces, key=lambda piece: piece.start))


def _with_shifts(pieces: list[Piece]) -> list[Piece]:
    """ "A week from Friday" is one day; a distance from none is not understood."""
    for at in reversed([at for at, piece in enumerate(pieces) if piece.kind is Kind.SHIFT]):
        shift = pieces[at]
        then = next((place for place in range(at + 1, len(pieces)) if pieces[place].kind is not Kind.NOTHING), None)
        if then is None or pieces[then].kind is not Kind.DAYS:
            pieces[at] = replace(shift, kind=Kind.UNKNOWN)
        else:
            day = days.shifted(pieces[then].value, *shift.value)
            pieces[at : then + 1] = [Piece(Kind.DAYS, shift.start, pieces[then].end, day)]
    return pieces


# --- what it says beside when -----------------------------------------------------------------


def _settings(there: Cut) -> None:
    there.take(words.OWN_CLOCK, lambda match: (Kind.OWN_CLOCK, None))
    for zone in zones_in(there.text, there.words):
        kind, value = (Kind.ZONE, zone.name) if zone.name else (Kind.DISTANCE, zone.distance)
        there.put(kind, value, zone.start, zone.end)
    there.take(words.EXCEPT_HOLIDAYS, lambda match: (Kind.HOLIDAYS, None))
    there.take(AGAIN, lambda match: (Kind.AGAIN, None))
    there.take(words.ANYTIME, lambda match: (Kind.ANYTIME, None))
    there.take(words.WORKING_HOURS, _working_hours)
    for hours in [piece for piece in there.pieces if piece.kind is Kind.HOURS]:
        if then := words.THEN_DAYS.search(there.text[hours.end :]):
            there.put(Kind.WEEK, _week(then[1], then[2]), hours.end + then.start(), hours.end + then.end())
    there.take(words.AS_USUAL, lambda match: (Kind.NOTHING, None))
    there.take(words.DAYS_FROM_TO, lambda match: (Kind.WEEK, _week(match[1], match[2])))
    there.take(words.WEEK_NAMED, lambda match: (Kind.WEEK, frozenset(words.WEEK[match[0]])))
    there.take(words.EACH_NAMED, lambda match: (Kind.EACH, frozenset(words.EACH[match[0]])))
    there.take(words.PLURALS, _plurals)


def _working_hours(match: re.Match[str]) -> Read:
    opens, closes = clocks.edge(match["opens"]), clocks.edge(match["closes"])
    if opens is None or closes is None:
        return Kind.UNKNOWN, None
    return Kind.HOURS, between(opens, closes)


def _week(first: str, last: str) -> frozenset[int]:
    start, end = words.WEEKDAYS[first], words.WEEKDAYS[last]
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _plurals(match: re.Match[str]) -> Read:
    names = re.findall(r"\w+", match["days"])
    kind = Kind.WEEK if match["only"] or match["only_then"] else Kind.EACH
    return kind, frozenset(words.WEEKDAYS[name[:-1]] for name in names if name[:-1] in words.WEEKDAYS)


# --- between ----------------------------------------------------------------------------------


def _connective(match: re.Match[str]) -> Read:
    return (Kind.FROM if match[0] in words.FROM else Kind.TO), match[0]


def _rest(match: re.Match[str]) -> Read:
    rest_words = re.findall(r"[^\W_]+", match[0])
    harmless = all(word in words.FILLERS for word in rest_words) if rest_words else match[0] in words.SIGNS
    return (Kind.NOTHING if harmless else Kind.UNKNOWN), None
