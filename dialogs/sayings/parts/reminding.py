"""Who is reminded, and how often: "and remind those who have not confirmed after two days, twice at most"."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Token
from storage.records import FollowUp, Until

DAYS, ROUNDS = 30, 5  #: at the most, as in the form
WEEK = 5  #: working days
_UNTILS = {"opened": Until.OPENED, "confirmed": Until.CONFIRMED, "answered": Until.ANSWERED}
_NUMBERS = {
    name: number
    for number, names in enumerate(("a an un une one", "two deux", "three trois", "four quatre", "five cinq", "six"), 1)
    for name in names.split()
} | {"ten": 10, "dix": 10}


def reminder_at(tokens: Sequence[Token], at: int, end: int) -> FollowUp | None:
    """What all the words from here to ``end`` say of reminders; None where any of them says something else.

    How long is counted in working days, as in the form. "Every day" goes on as often as can be; without a number,
    "after two days" is once.
    """
    until: Until | None = None
    after = rounds = 0
    often = False
    while at < end:
        if known := words.REMINDERS.at(tokens, at):
            at = known[1]
        elif (read := _until(tokens, at, end)) and until is None:
            until, at, lasts = read
            often = often or lasts
        elif (spell := words.DAILY.at(tokens, at)) and not after:
            after, at, often = int(spell[0]), spell[1], True
        elif (distance := _distance(tokens, at, end)) and not after:
            after, at, repeats = distance
            often = often or repeats
        elif (times := _times(tokens, at, end)) and not rounds:
            rounds, at = times
        elif tokens[at].text in words.REMINDER_FILLERS:
            at += 1
        else:
            return None
    rounds = rounds or (ROUNDS if often else 1)
    if until is None or not after or after > DAYS or rounds > ROUNDS:
        return None
    return FollowUp(until=until, after=after, rounds=rounds)


def _until(tokens: Sequence[Token], at: int, end: int) -> tuple[Until, int, bool] | None:
    """What they are to have done, the place after it, and whether it goes on until then."""
    begins = words.UNTIL.at(tokens, at)
    if begins is None:
        return None
    place, negated = begins[1], False
    while place < end and tokens[place].text in words.HAVING | words.NOT:
        negated = negated or tokens[place].text in words.NOT
        place += 1
    act = words.ACTS_DONE.at(tokens, place)
    if act is None or act[1] > end or negated is not (begins[0] != "until"):
        return None
    return _UNTILS[act[0]], act[1], begins[0] != "who"


def _distance(tokens: Sequence[Token], at: int, end: int) -> tuple[int, int, bool] | None:
    """ "After two working days", "every 3 days": how many, the place after it, and whether it goes on."""
    begins = words.DISTANCES.at(tokens, at)
    place = begins[1] if begins else at
    number = _number(tokens, place, end)
    if number is None:
        return None
    place += 1
    if place < end and tokens[place].text in words.WORKING:
        place += 1
    unit = words.DAY_UNITS.at(tokens, place)
    if unit is None or unit[1] > end:
        return None
    place = unit[1]
    if place < end and tokens[place].text in words.WORKING:
        place += 1
    if begins is None:
        later = words.LATER.at(tokens, place)
        if later is None:
            return None
        place = later[1]
    return number * (WEEK if unit[0] == "week" else 1), place, begins is not None and begins[0] == "every"


def _times(tokens: Sequence[Token], at: int, end: int) -> tuple[int, int] | None:
    if known := words.OFTEN.at(tokens, at):
        return int(known[0]), known[1]
    number = _number(tokens, at, end)
    if number and at + 1 < end and tokens[at + 1].text in ("times", "time", "fois", "reminders", "relances", "rappels"):
        return number, at + 2
    return None


def _number(tokens: Sequence[Token], at: int, end: int) -> int | None:
    if at >= end:
        return None
    text = tokens[at].text
    return int(text) if text.isdecimal() and len(text) < 4 else _NUMBERS.get(text)
