"""Where a sentence says when: runs of days, clocks and lengths, found among its tokens.

What they mean is for ``dialogs/schedule_words``, which reads the run as it was typed; here is only how far it goes, and
what it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dialogs.sayings import Shift
from dialogs.sayings.words import times
from dialogs.sayings.words.lexicon import AGAIN, EVERY, PERIODS, WORKING
from dialogs.sayings.words.times import MOMENTS
from dialogs.sayings.words.tokens import Phrases, Sort, Token

_DAYS = Phrases(MOMENTS)
MONTHS, JOINS = frozenset(times.MONTHS.split()), frozenset(times.JOINS.split())
NUMBER_WORDS, UNITS = frozenset(times.NUMBER_WORDS), frozenset(times.UNITS)
#: hours that are spelt out
_HOURS = frozenset(
    ["half", "quarter", "dix", "neuf", "huit", "ten", "nine", "eight", "two", "three", "eleven", "four", "five"]
)
#: "half past two", "a quarter to ten", "twenty past nine": what says that an hour follows, and the hours
_PARTS_OF_HOURS = frozenset(["half", "quarter", "five", "ten", "twenty"])
_ALL_HOURS = _HOURS - {"half", "quarter"} | {"one", "six", "seven", "twelve"}
#: behind a clock: "9h et demie", "dix heures moins le quart"
_ADDED = (("et", "demie"), ("et", "demi"), ("et", "quart"), ("moins", "le", "quart"))
_ADDED_MINUTES = frozenset(["cinq", "dix", "vingt"])
#: joins that lead nowhere at the end of a run, or that belong to what follows
_CLOCK = re.compile(
    r"\d{1,2}h(?:\d{2})?(?:mn|min)?|\d{1,2}[:.]\d{2}(?::\d{2})?(?:am|pm|h)?|\d{1,2}(?:am|pm|hrs?|heures?)|\d{4}(?:hrs?|h)"
)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:t\d{1,2}:\d{2})?|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.\d{2,4}")
_LENGTH = re.compile(r"\d{1,3}(?:min|mins|mn|h|d|j|hrs?|days?|hours?|jours?|heures?)(?:\d{2})?")
_NTH = re.compile(r"\d{1,2}(?:st|nd|rd|th|er|e)")
_PLAIN = re.compile(r"\d{1,3}(?:[.,]\d)?")
_ZONE_LETTERS = frozenset(
    ["utc", "gmt", "cet", "cest", "bst", "est", "edt", "cst", "cdt", "pst", "pdt", "ist", "jst", "aest"]
)
_CITY_WORDS = 3  #: of a zone's name, at most: "los angeles"
_GAP = 4  #: joins in a row
_PREPOSITIONS = frozenset(["at", "a", "@", "on", "le"])
_FOR = frozenset(
    ["for", "over", "during", "pendant", "sur", "durant", "pour", "dans", "in", "within", "lasting", "pdt"]
)
_SHIFTS = frozenset(("later", "earlier", "sooner"))
_DISTANCES = frozenset(("before", "after", "avant", "apres"))  #: "ten days before Christmas"
_SHORT = re.compile(r"(?P<hours>\d{1,2})h(?P<minutes>\d{2})?")
_COUNTED = re.compile(r"(?P<number>\d{1,3}(?:[.,]\d)?)(?P<unit>[a-z]*)")
_AND_A_PART = frozenset(["and", "et", "demi", "demie", "quart", "d'"])
_OF_A_LENGTH = NUMBER_WORDS | UNITS | _AND_A_PART
_LONGEST_SHIFT = 7  #: tokens: "by two and a half hours"
_HALVES = frozenset(["am", "pm", "a.m", "p.m"])


_OF_A_MONTH = re.compile(
    r"(?:the |le |(?P<every>every |each |chaque |tous les ))?"
    r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th|(?:premier|deuxieme|second|troisieme|quatrieme|dernier)s?) "
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche)s? "
    r"(?:of|in|du|des?) (?:the )?(?P<each>every |each |chaque )?(?:month|mois)(?!\S)"
)
_LONGEST_OF_A_MONTH = 7  #: tokens


@dataclass(frozen=True, slots=True)
class Moment:
    """A run of tokens that says when."""

    #: the tokens: from, and to the one after
    start: int
    end: int
    #: of what it speaks: "day", "weekday", "clock", "length", "now", "part", "zone", "hours", "days", "again", ...
    speaks: frozenset[str]


def moment_at(tokens: Sequence[Token], place: int, end: int) -> Moment | None:
    """The run that begins here; None where none does."""
    speaks: set[str] = set()
    at, last = place, place
    while at < end:
        strong = at
        while (
            strong < end
            and strong - at < _GAP
            and _is_join(tokens[strong])
            and not (speaks and tokens[strong].text in ("que", "qui"))
            and not _strong(tokens, strong, end, speaks)
        ):
            strong += 1
        part = _strong(tokens, strong, end, speaks) if strong < end else None
        if part is None:
            break
        speaks.add(part[0])
        at = last = part[1]
    if not speaks:
        return None
    return Moment(place, last, frozenset(speaks))


def shift_at(text: str, tokens: Sequence[Token], place: int, end: int) -> tuple[Shift, int] | None:
    """ "An hour later", "deux jours plus tôt": the shift, and the place after it."""
    at = place + (tokens[place].text in ("by", "de", "d'"))
    last = at
    if at < end and tokens[at].text in _AND_A_PART:
        return None
    while last < end and last - at < _LONGEST_SHIFT and _is_of_a_length(tokens[last]):
        last += 1
    minutes = minutes_in(tokens[at:last])
    if not minutes or not _is_shift(tokens, last, end):
        return None
    after = last + 1 + (tokens[last].text == "plus")
    back = tokens[after - 1].text in ("earlier", "sooner", "tot")
    return Shift(
        text[tokens[place].start : tokens[after - 1].end], timedelta(minutes=-minutes if back else minutes)
    ), after


def minutes_in(tokens: Sequence[Token]) -> float:
    """Of "two and a half hours", "une demi-heure", "1h30"; 0 where it is no length."""
    number, unit, joined = 0.0, 0.0, False
    for token in tokens:
        if match := _SHORT.fullmatch(token.text):
            return float(match["hours"]) * 60 + float(match["minutes"] or 0)
        if token.sort is Sort.NUMBER:
            match = _COUNTED.fullmatch(token.text)
            number = float(match["number"].replace(",", ".")) if match else 0.0
            unit = times.MINUTES.get(match["unit"], unit) if match else unit
        elif token.text in ("half", "demi", "demie", "quart"):
            number = (number if joined else 0.0) + (0.25 if token.text == "quart" else 0.5)
        elif token.text in times.NUMBERS and not number:
            number = times.NUMBERS[token.text]
        unit = times.MINUTES.get(token.text, unit) if token.sort is Sort.WORD else unit
        joined = joined or token.text in ("and", "et")
    return number * unit


def _is_of_a_length(token: Token) -> bool:
    return token.sort is Sort.NUMBER or token.text in _OF_A_LENGTH


def _is_join(token: Token) -> bool:
    return token.sort in (Sort.WORD, Sort.SIGN) and token.text in JOINS


def _strong(tokens: Sequence[Token], at: int, end: int, speaks: set[str]) -> tuple[str, int] | None:
    """What stands here that says when, and the place after it."""
    known = _of_a_month(tokens, at, end) or _again(tokens, at, end) or _named(tokens, at, end)
    known = known or _zone(tokens, at, end, speaks) or _numbered(tokens, at, end, speaks)
    if known and (known[0] == "clock" or tokens[known[1] - 1].text in ("heure", "heures")):
        return known[0], _with_minutes(tokens, known[1], end)
    return known


def _with_minutes(tokens: Sequence[Token], at: int, end: int) -> int:
    """The place after "et demie", "moins le quart", "moins dix", where they stand behind a clock."""
    follows = tuple(token.text for token in tokens[at : min(end, at + 3)])
    for added in _ADDED:
        if follows[: len(added)] == added:
            return at + len(added)
    return at + 2 if follows[:1] == ("moins",) and follows[1:2] and follows[1] in _ADDED_MINUTES else at


def _of_a_month(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int] | None:
    """ "The first Tuesday of every month", "tous les derniers vendredis du mois"."""
    words = " ".join(token.text for token in tokens[at : min(end, at + _LONGEST_OF_A_MONTH)])
    match = _OF_A_MONTH.match(words)
    if match is None:
        return None
    return "again" if match["every"] or match["each"] else "day", at + match[0].count(" ") + 1


def _again(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int] | None:
    if known := AGAIN.at(tokens, at):
        return "again", _and_others(tokens, known[1], end) if tokens[known[1] - 1].text in PERIODS else known[1]
    if known := EVERY.at(tokens, at):
        place = known[1]
        if place + 2 < end and tokens[place].sort is Sort.NUMBER and tokens[place + 1].text in ("du", "of"):
            month = place + 2 + (tokens[place + 2].text in ("the", "each", "every", "chaque"))
            if month < end and tokens[month].text in ("month", "mois"):  # "tous les 15 du mois"
                return "again", month + 1
        if place < end and tokens[place].text in PERIODS and tokens[at].text not in ("un", "le"):
            place += 1 + (place + 1 < end and tokens[place].text == "working" and tokens[place + 1].text in PERIODS)
            place += place < end and tokens[place].text in WORKING
            return "again", _and_others(tokens, place, end)
    return None


def _and_others(tokens: Sequence[Token], place: int, end: int) -> int:
    """The place after "and Thursdays", "et les jeudis"."""
    while place + 1 < end and tokens[place].text in ("and", "et", ","):
        follows = place + 1 + (tokens[place + 1].text in ("les", "on", "every", "each", "chaque"))
        if follows >= end or tokens[follows].text not in PERIODS:
            break
        place = follows + 1
    return place


def _named(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int] | None:
    known = _DAYS.at(tokens, at)
    if known is None or known[1] > end:
        return None
    meaning, place = known
    if meaning == "weekday":
        if (
            len(tokens[at].text) <= 4
            and tokens[at].text in ("mon", "fri", "wed", "thu", "tue")
            and not _is_number(tokens, place, end)
        ):
            return None
        if place < end and (_PLAIN.fullmatch(tokens[place].text) or _NTH.fullmatch(tokens[place].text)):
            after = place + 1
            if after < end and tokens[after].text in MONTHS:
                return "day", _year(tokens, after + 1, end)
            if after >= end or tokens[after].text not in UNITS | _HALVES | {":"}:
                return "day", after
            if tokens[after].text == ":" and not _is_number(tokens, after + 1, end):  # "lundi 30 : …"
                return "day", after
        if place < end and tokens[place].text in ("prochain", "next", "suivant"):
            return "day", place + 1
        if at and tokens[at - 1].text in ("next", "the", "prochain") and tokens[at - 1].text == "next":
            return "day", place
    return meaning, place


def _is_number(tokens: Sequence[Token], at: int, end: int) -> bool:
    return at < end and tokens[at].sort is Sort.NUMBER


def _year(tokens: Sequence[Token], at: int, end: int) -> int:
    return at + 1 if at < end and re.fullmatch(r"20\d\d", tokens[at].text) else at


def _zone(tokens: Sequence[Token], at: int, end: int, speaks: set[str]) -> tuple[str, int] | None:
    """ "New York time" after a clock; "heure de Paris"."""
    if "clock" not in speaks:
        return None
    if tokens[at].text in _ZONE_LETTERS:
        place = at + 1
        if place + 1 < end and tokens[place].text in "+-" and tokens[place + 1].sort is Sort.NUMBER:
            place += 2
        return "zone", place
    if tokens[at].text in ("heure", "heures") and at + 2 < end and tokens[at + 1].text in ("de", "d'", "a"):
        two = at + 3 < end and f"{tokens[at + 2].text} {tokens[at + 3].text}" in (
            "new york",
            "los angeles",
            "hong kong",
        )
        return "zone", at + 3 + two
    for words in range(1, _CITY_WORDS + 1):
        if at + words < end and tokens[at + words].text == "time":
            if all(token.sort is Sort.WORD for token in tokens[at : at + words]):
                return "zone", at + words + 1
            return None
    return None


def _numbered(tokens: Sequence[Token], at: int, end: int, speaks: set[str]) -> tuple[str, int] | None:
    token = tokens[at]
    text, after = token.text, at + 1
    follows = tokens[after].text if after < end else ""
    before = tokens[at - 1].text if at else ""
    if token.sort is Sort.WORD:
        if text in NUMBER_WORDS and follows in UNITS:
            return None if _is_shift(tokens, after + 1, end) else ("length", after + 1)
        if text in MONTHS and after < end and (_PLAIN.fullmatch(follows) or _NTH.fullmatch(follows)):
            return "day", _year(tokens, after + 1, end)
        alone = before in ("at", "a", "past", "to") and follows not in UNITS and speaks & {"day", "weekday"}
        if text in _ALL_HOURS and before in ("past", "to") and at > 1 and tokens[at - 2].text in _PARTS_OF_HOURS:
            return "clock", after
        return ("clock", after) if text in _HOURS and alone else None
    if token.sort is not Sort.NUMBER:
        return None
    if _DATE.fullmatch(text):
        return "day", after
    if follows in _SHIFTS:
        return None
    if _LENGTH.fullmatch(text) and (before in (*_FOR, "d'") or not _CLOCK.fullmatch(text)):
        return "length", after
    if _CLOCK.fullmatch(text):
        place = after + (follows in _HALVES)
        return ("clock", place) if before not in (*_FOR, "d'") or "h" not in text else ("length", place)
    if _NTH.fullmatch(text):
        of = after + (follows == "of" and after + 1 < end)
        if of < end and tokens[of].text in MONTHS:
            return "day", _year(tokens, of + 1, end)
        return ("day", after) if before in ("the", "le", "on") else None
    if not _PLAIN.fullmatch(text):
        return None
    return _plain_number(tokens, at, end, speaks, before, follows)


def _is_shift(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether "later", "before", "plus tard" stands here: a distance from another moment, and no length."""
    if at < end and tokens[at].text in _SHIFTS | _DISTANCES:
        return True
    return at + 1 < end and tokens[at].text == "plus" and tokens[at + 1].text in ("tard", "tot")


def is_distance(tokens: Sequence[Token], at: int) -> bool:
    """Whether "ten days before" stands in front of this place: what follows is not the moment that is meant."""
    return at > 1 and tokens[at - 1].text in _DISTANCES and tokens[at - 2].text in UNITS


def _plain_number(
    tokens: Sequence[Token], at: int, end: int, speaks: set[str], before: str, follows: str
) -> tuple[str, int] | None:
    after = at + 1
    if follows in MONTHS:
        return "day", _year(tokens, after + 1, end)
    if before == "le" and follows in ("", "a", "at", ",", "des", "de", "pour", "matin", ".", "apres"):
        return "day", after
    if follows in _HALVES or follows in ("o'clock", "oclock"):
        return "clock", after + 1
    if follows in ("h", "heures", "heure") and before not in _FOR:
        place = after + 1
        if place < end and re.fullmatch(r"\d\d", tokens[place].text):
            place += 1
        return "clock", place
    if follows in UNITS:
        return None if _is_shift(tokens, after + 1, end) else ("length", after + 1)
    if before in ("at", "a", "@", "-", "–", "to", "and", "et", "from", "entre", "between", "de", "till", "until") and (
        speaks or before in ("at", "@", "a")
    ):
        return "clock", after
    if "hours" in speaks:
        return "hours", after
    ranges = (
        follows in ("-", "–", "to", "till", "until", "a") and after + 1 < end and tokens[after + 1].sort is Sort.NUMBER
    )
    if ranges and speaks & {"day", "weekday"}:
        return "clock", after
    if before in ("from", "between", "entre") and follows in ("to", "and", "et", "-", "–", "a"):
        return "clock", after
    return None


_THEN_HOURS = re.compile(
    r"(\d{1,2})\s?(?:h\d{0,2}|:\d\d|[ap]m)\s?,\s(?=(\d)\s?(?:h|hours?|heures?)\s?$)", re.IGNORECASE
)


#: a month's name as it is typed, by its beginning
_MONTH = r"(?:jan|feb|f[ée]v|mar|apr|avr|ma[iy]|jui?n|jui?l|aug|ao[uû]t|sep|oct|nov|d[eé]c)[a-zéû]*\.?"
#: "move it to Monday", "only between 2 and 5": of the order, not of the moment
_LEADING = re.compile(
    r"^(?:(?:to|à|a|au) (?=(?:next |this )?(?:\w+day\b|\w+di\b|dimanche|tomorrow|demain|aujourd|today|the \d|\d))"
    rf"|(?:for|pour|it) (?=(?:the |le )?\d{{1,2}}(?:st|nd|rd|th|er)? (?:of )?{_MONTH}|{_MONTH} \d"
    r"|\d{4}-|\d{1,2}[/.]\d)"
    r"|(?:for|pour|it|le|la) (?=(?:the |le )?\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m|h\b)|(?:next )?\w+day\b|\w+di\b"
    r"|tomorrow|demain|today|noon|midi|aujourd|pour )"
    r"|(?:only|just|seulement|uniquement|juste) (?=between|from|entre|de |du |at |à |for |pendant|on \w+day\b|\d))",
    re.IGNORECASE,
)


def spelt_out(when: str) -> str:
    """As ``dialogs/schedule_words`` reads it: of "lundi 9h, 3h", the short length would look like another clock."""
    when = _LEADING.sub("", _LEADING.sub("", when))
    match = _THEN_HOURS.search(when)
    if match is None or int(match[2]) >= int(match[1]):
        return when
    return f"{when[: match.end()]}pendant {when[match.end() :]}"
