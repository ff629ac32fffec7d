"""Where a sentence says when: runs of days, clocks and lengths, found among its tokens.

What they mean is for ``dialogs/schedule_words``, which reads the run as it was typed; here is only how far it goes, and
what it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.sayings.words.lexicon import AGAIN, EVERY, PERIODS
from dialogs.sayings.words.times import MOMENTS
from dialogs.sayings.words.tokens import Phrases, Sort, Token

_DAYS = Phrases(MOMENTS)
_MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
        "janv",
        "fev",
        "fevr",
        "avr",
        "juil",
    ]
)
_NUMBER_WORDS = frozenset(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "fifteen",
        "twenty",
        "thirty",
        "forty",
        "fortyfive",
        "ninety",
        "un",
        "une",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "sept",
        "huit",
        "neuf",
        "dix",
        "onze",
        "douze",
        "quinze",
        "vingt",
        "trente",
        "quarante",
        "a",
        "an",
        "half",
    ]
)
#: hours that are spelt out
_HOURS = frozenset(
    ["half", "quarter", "dix", "neuf", "huit", "ten", "nine", "eight", "two", "three", "eleven", "four", "five"]
)
_UNITS = frozenset(
    [
        "minute",
        "minutes",
        "min",
        "mins",
        "mn",
        "hour",
        "hours",
        "hr",
        "hrs",
        "h",
        "heure",
        "heures",
        "day",
        "days",
        "jour",
        "jours",
        "journee",
        "journees",
        "week",
        "weeks",
        "semaine",
        "semaines",
        "month",
        "months",
        "mois",
        "fortnight",
        "fortnights",
        "quinzaine",
        "d",
        "j",
    ]
)
#: what stands between two parts of a moment, or before the first
_JOINS = frozenset(
    [
        "at",
        "on",
        "in",
        "from",
        "to",
        "until",
        "till",
        "for",
        "during",
        "over",
        "within",
        "between",
        "and",
        "the",
        "next",
        "this",
        "of",
        "a",
        "le",
        "la",
        "l'",
        "du",
        "au",
        "de",
        "d'",
        "des",
        "dans",
        "pendant",
        "durant",
        "sur",
        "pour",
        "jusqu'",
        "jusque",
        "des",
        "entre",
        "et",
        "ce",
        "cet",
        "cette",
        "prochain",
        "prochaine",
        "partir",
        "starting",
        "beginning",
        "-",
        "–",
        "—",
        ",",
        "→",
        "@",
        "(",
        ")",
        "about",
        "around",
        "vers",
        "environ",
        "only",
        "que",
        "compter",
        "pdt",
        "coming",
        "lasting",
        "through",
        "les",
        "en",
        "uniquement",
        "seulement",
        "not",
        "pas",
        "sharp",
        "pile",
        "precises",
        "tapantes",
        "suivant",
        "qui",
        "vient",
        "half",
        "past",
        "quarter",
        "last",
        "derniere",
        "dernier",
        "up",
        "thru",
        "duree",
        "duration",
    ]
)
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


def _is_join(token: Token) -> bool:
    return token.sort in (Sort.WORD, Sort.SIGN) and token.text in _JOINS


def _strong(tokens: Sequence[Token], at: int, end: int, speaks: set[str]) -> tuple[str, int] | None:
    """What stands here that says when, and the place after it."""
    known = _of_a_month(tokens, at, end) or _again(tokens, at, end) or _named(tokens, at, end)
    known = known or _zone(tokens, at, end, speaks)
    return known or _numbered(tokens, at, end, speaks)


def _of_a_month(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int] | None:
    """ "The first Tuesday of every month", "tous les derniers vendredis du mois"."""
    words = " ".join(token.text for token in tokens[at : min(end, at + _LONGEST_OF_A_MONTH)])
    match = _OF_A_MONTH.match(words)
    if match is None:
        return None
    return "again" if match["every"] or match["each"] else "day", at + match[0].count(" ") + 1


def _again(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int] | None:
    if known := AGAIN.at(tokens, at):
        return "again", known[1]
    if known := EVERY.at(tokens, at):
        place = known[1]
        if place < end and tokens[place].text in PERIODS and tokens[at].text not in ("un", "le"):
            place += 1
            while place + 1 < end and tokens[place].text in ("and", "et", ",") and tokens[place + 1].text in PERIODS:
                place += 2
            return "again", place
    return None


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
            if after < end and tokens[after].text in _MONTHS:
                return "day", _year(tokens, after + 1, end)
            if after >= end or tokens[after].text not in _UNITS | _HALVES | {":"}:
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
        if text in _NUMBER_WORDS and follows in _UNITS:
            return None if _is_shift(tokens, after + 1, end) else ("length", after + 1)
        if text in _MONTHS and after < end and (_PLAIN.fullmatch(follows) or _NTH.fullmatch(follows)):
            return "day", _year(tokens, after + 1, end)
        alone = before in ("at", "a", "past", "to") and follows not in _UNITS and speaks & {"day", "weekday"}
        return ("clock", after) if text in _HOURS and alone else None
    if token.sort is not Sort.NUMBER:
        return None
    if _DATE.fullmatch(text):
        return "day", after
    if follows in _SHIFTS:
        return None
    if _LENGTH.fullmatch(text) and (before in _FOR or not _CLOCK.fullmatch(text)):
        return "length", after
    if _CLOCK.fullmatch(text):
        place = after + (follows in _HALVES)
        return ("clock", place) if before not in _FOR or "h" not in text else ("length", place)
    if _NTH.fullmatch(text):
        if follows in _MONTHS:
            return "day", _year(tokens, after + 1, end)
        return ("day", after) if before in ("the", "le", "on") else None
    if not _PLAIN.fullmatch(text):
        return None
    return _plain_number(tokens, at, end, speaks, before, follows)


def _is_shift(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether "later", "plus tard" stands here: a distance from another moment, and no length."""
    if at < end and tokens[at].text in _SHIFTS:
        return True
    return at + 1 < end and tokens[at].text == "plus" and tokens[at + 1].text in ("tard", "tot")


def _plain_number(
    tokens: Sequence[Token], at: int, end: int, speaks: set[str], before: str, follows: str
) -> tuple[str, int] | None:
    after = at + 1
    if follows in _MONTHS:
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
    if follows in _UNITS:
        return None if _is_shift(tokens, after + 1, end) else ("length", after + 1)
    if before in ("at", "a", "@", "-", "–", "to", "and", "et", "from", "entre", "between", "de", "till", "until") and (
        speaks or before in ("at", "@", "a")
    ):
        return "clock", after
    if "hours" in speaks:
        return "hours", after
    ranges = follows in ("-", "–") and after + 1 < end and tokens[after + 1].sort is Sort.NUMBER
    if ranges and speaks & {"day", "weekday"}:
        return "clock", after
    if before in ("from", "between", "entre") and follows in ("to", "and", "et", "-", "–", "a"):
        return "clock", after
    return None


_THEN_HOURS = re.compile(
    r"(\d{1,2})\s?(?:h\d{0,2}|:\d\d|[ap]m)\s?,\s(?=(\d)\s?(?:h|hours?|heures?)\s?$)", re.IGNORECASE
)


#: "move it to Monday", "only between 2 and 5": of the order, not of the moment
_LEADING = re.compile(
    r"^(?:(?:to|à|a|au) (?=(?:next |this )?(?:\w+day\b|\w+di\b|dimanche|tomorrow|demain|aujourd|today|the \d|\d))"
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
