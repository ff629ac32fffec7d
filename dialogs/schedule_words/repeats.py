"""Words for "again and again": the rule that they say, or that they are no rule that can be kept.

What is no rule ("twice a week") is named, and never taken for one send.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dialogs.schedule_words.lexicon import EACH, NTH, NUMBERS, WEEKDAYS, one_of

_ENGLISH_DAY = one_of(name for name in WEEKDAYS if name.endswith("day") or len(name) < 6)
_FRENCH_DAY = one_of(name for name in WEEKDAYS if name.endswith(("di", "dimanche")))
_NTH = one_of(NTH)
_COUNT = rf"(?:\d{{1,3}}|{one_of(NUMBERS)})"
_PERIOD = (
    r"(?:days?|weekdays?|weeks?|months?|years?|fortnights?|quarters?|hours?|minutes?|mornings?|afternoons?|evenings?"
    rf"|nights?|weekends?|week-ends?|lunchtimes?|noons?|{_ENGLISH_DAY}s?|(?:working|business|work) ?days?)"
)
_FRENCH_PERIOD = (
    r"(?:jours?|semaines?|mois|ans?|années?|trimestres?|heures?|minutes?|matins?|après-midis?|soirs?|nuits?|midis?"
    rf"|week-ends?|quinzaines?|{_FRENCH_DAY}s?)"
)
_EACH = rf"(?!{one_of(EACH)}(?!\w)(?! of\b| de\b))"  # left to what knows whether the sentence lasts for days
AGAIN = re.compile(
    rf"\b(?:"
    rf"(?:(?:every|each) month|monthly),? on the {_NTH} {_ENGLISH_DAY}"
    rf"|(?:chaque|tous les) mois,? le {_NTH} {_FRENCH_DAY}|"
    # every first Tuesday of the month
    rf"(?:every|each) {_NTH} {_ENGLISH_DAY}s? (?:of|in) (?:the|every|each) month|"
    rf"(?:chaque|tous les) {_NTH}s? {_FRENCH_DAY}s? (?:du|de chaque|des) mois|"
    # the first Monday of every month; every other week; each Monday and Thursday
    rf"(?:the )?(?:{_NTH} (?:{_ENGLISH_DAY}|(?:working |business )?day)? ?of )?{_EACH}(?:every|each)"
    rf" (?:single )?(?:(?:other|second|third|fourth|{_COUNT}|\d{{1,2}}(?:st|nd|rd|th)) )?{_PERIOD}"
    rf"(?:(?:\s*,\s*|\s+(?:and|or)\s+)(?:(?:every|each) )?{_ENGLISH_DAY}s?\b)*"
    r"|(?:on an? )?(?:daily|weekly|monthly|yearly|annually|hourly|quarterly|fortnightly|nightly|bi-?weekly|bi-?monthly)"
    r"(?: basis)?"
    rf"|(?:once|twice|thrice|several times|{_COUNT} times)(?:,? (?:a|per|every|each) {_PERIOD})?"
    rf"|(?:per|par) (?:{_PERIOD}|{_FRENCH_PERIOD})"
    rf"|(?:repeat(?:s|ed|edly|ing)?|recurring|recurrent|recurs?)(?: {_EACH}(?:every|each) {_PERIOD})?|again and again"
    # Monday mornings, weekends, evenings
    rf"|(?:on )?(?:{_ENGLISH_DAY} |weekday |weekend )?(?:mornings|afternoons|evenings|nights|lunchtimes"
    r"|weekends(?! too| included))"
    # le premier lundi de chaque mois; tous les lundis et jeudis; toutes les deux semaines
    rf"|(?:le )?(?:{_NTH} (?:{_FRENCH_DAY}|jour(?: ouvr[ée]+(?:able)?)?)? ?de )?{_EACH}chaque {_FRENCH_PERIOD}"
    rf"(?:(?:\s*,\s*|\s+(?:et|ou)\s+)(?:chaque )?{_FRENCH_DAY}\b)*"
    rf"|{_EACH}tou(?:te)?s les (?:{_COUNT} )?(?:premiers? |derniers? )?{_FRENCH_PERIOD}"
    rf"(?:(?:\s*,\s*|\s+(?:et|ou)\s+)(?:les )?{_FRENCH_DAY}s\b)*"
    r"|tous les \d{1,2}(?:er)? du mois|tous les premiers du mois"
    # un lundi sur deux, une semaine sur deux, deux fois par jour
    rf"|une? {_FRENCH_PERIOD} sur {_COUNT}"
    rf"|(?:{_COUNT}|plusieurs) fois(?: (?:par|chaque) {_FRENCH_PERIOD})?"
    r"|quotidien(?:ne)?(?:ment)?|hebdomadaire(?:ment)?|mensuel(?:le)?(?:ment)?|bimensuel(?:le)?(?:ment)?"
    r"|trimestriel(?:le)?(?:ment)?|annuel(?:le)?(?:ment)?|récurrente?|récurrence|répét(?:er|ée?|itions?|ition)"
    # les matins, le week-end; le lundi, which is no certain one
    r"|les (?:matins|après-midis|soirs|nuits|week-ends|fins de semaine)|le week-end(?! prochain| suivant| du \d)"
    rf"|(?<!jusque )le {_FRENCH_DAY}(?!s)(?: (?:matin|après-midi|soir))?"
    r"(?!\w|,? (?:le )?\d|,? (?:le )?1er| premier| prochain| suivant| en (?:huit|quinze)| qui (?:vient|suit)| d'après)"
    r")(?!\w)"
)
_ONE_DAY = re.compile(rf"{_ENGLISH_DAY}|{_FRENCH_DAY}")


def once(text: str) -> str:
    """The one weekday that a repetition names: "Monday" of "every other Monday"; "" where it names none, or several."""
    names = [name for name in re.findall(r"[^\W\d_]+", text) if _ONE_DAY.fullmatch(name.lower().removesuffix("s"))]
    return names[0].removesuffix("s") if len(names) == 1 else ""


_OF_THE_MONTH = re.compile(
    rf"(?P<nth>{_NTH}) (?P<day>{_ENGLISH_DAY}|{_FRENCH_DAY}) (?P<of>(?:of|in) the month|du mois)", re.I
)


def each_month(text: str) -> str:
    """ "The first Tuesday of the month", as it may be meant: of every month. "" where it cannot be."""
    match = _OF_THE_MONTH.fullmatch(text)
    if match is None:
        return ""
    return f"{match['nth']} {match['day']} {'de chaque mois' if match['of'].lower() == 'du mois' else 'of every month'}"


# --- the rule that they say -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """How often, as the form says it."""

    #: "day", "week", "fortnight" or "month"; "" where only how many times is said
    every: str = ""
    days: frozenset[int] = frozenset()
    #: of a month: the first (1) to fourth (4), last (-1) of its weekday; 0: the day
    which: int = 0
    #: of a month
    day: int = 0
    times: int = 0

    @property
    def names_a_day(self) -> bool:
        return bool(self.days or self.day) or self.every == "day"

    @property
    def values(self) -> dict[str, str]:
        """Fields of the form."""
        fields = {"every": self.every} if self.every else {}
        if self.every in ("week", "fortnight", "month"):
            fields |= {"on": ",".join(map(str, sorted(self.days))), "which": str(self.which)}
        return fields | ({"times": str(self.times)} if self.times else {})

    def comes_on(self, day: date) -> bool:
        if self.day:
            return day.day == self.day
        if self.which and day.weekday() in self.days:
            nth = (day.day - 1) // 7 + 1
            return (day + timedelta(days=7)).month != day.month if self.which < 0 else nth == self.which
        return not self.which and day.weekday() in (self.days or range(7))


_WORKING = frozenset(range(5))
_SINGLE = rf"(?P<day>{_ENGLISH_DAY}|{_FRENCH_DAY})s?"
_LIST = re.compile(rf"(?:{_ENGLISH_DAY}|{_FRENCH_DAY})s?(?!\w)")
_OTHER = r"(?:other|second|2|2nd|two)"
_DEUX = r"(?:deux|2)"
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"(?:every|each) (?:single )?day|(?:on a )?daily(?: basis)?|once (?:a|per|every|each) day|tous les jours"
         r"|chaque jour|quotidien(?:ne)?(?:ment)?|une fois par jour|(?:per|par) (?:day|jour)", Rule("day")),
        (r"(?:on )?weekdays|(?:every|each) (?:weekday|(?:working|business|work) ?day)|en semaine"
         r"|les jours de semaine|tous les jours (?:ouvr.+|de la semaine)|chaque jour ouvr.+",
         Rule("week", _WORKING)),
        (r"(?:every|each) (?:single )?week|(?:on a )?weekly(?: basis)?|once (?:a|per|every|each) week|chaque semaine"
         r"|toutes les semaines|hebdomadaire(?:ment)?|une fois (?:par|chaque) semaine|repeats? every week",
         Rule("week")),
        (rf"every {_OTHER} weeks?|(?:every|each) fortnight|(?:on a )?fortnightly(?: basis)?"
         rf"|toutes les {_DEUX} semaines|une semaine sur {_DEUX}|(?:chaque|toutes les) quinzaines?"
         r"|tous les (?:15|quinze) jours|once (?:a|per|every|each) fortnight", Rule("fortnight")),
        (r"(?:every|each) (?:single )?month|(?:on a )?monthly(?: basis)?|once (?:a|per|every|each) month|chaque mois"
         r"|tous les mois|mensuel(?:le)?(?:ment)?|une fois (?:par|chaque) mois|repeats? every month", Rule("month")),
    )
)  # fmt: skip
_EVERY_SECOND = re.compile(rf"every {_OTHER} {_SINGLE}|une? {_SINGLE.replace('day>', 'jour>')} sur {_DEUX}")
_NTH_WEEKDAY = re.compile(
    rf"(?:on )?(?:the |every |each |le |chaque |tous les )?(?P<nth>{_NTH})s? {_SINGLE} (?:of|in|du|des?) ?"
    r"(?:(?:the|every|each|chaque) )?"
    r"(?:months?|mois)"
)
_MONTHLY_ON = re.compile(rf".*(?:month|monthly|mois),? (?:on the|le) (?P<nth>{_NTH}) {_SINGLE}")
_NTH_DAY = re.compile(
    r"(?:on )?(?:the |le )?(?P<nth>first|1st|premier) (?:of|de) (?:every|each|chaque) (?:month|mois)"
    r"|tous les (?:(?P<number>\d{1,2})(?:er)?|premiers) du mois"
)
_WEEKLY = re.compile(
    rf"(?:on )?(?:every|each|chaque|tous les|les)? ?{_LIST.pattern}"
    rf"(?:(?:\s*,\s*|\s+(?:and|et)\s+)(?:(?:every|each|chaque|les) )?{_LIST.pattern})*"
)
_TIMES = re.compile(rf"(?P<count>{_COUNT}) (?:times|fois)")
_ONE = re.compile(rf"{_ENGLISH_DAY}|{_FRENCH_DAY}")


def rule_of(repetitions: Iterable[str]) -> Rule | None:
    """The one rule that these words say together; None where they say none that can be kept, or several.

    "Le lundi" may as well be one Monday, and "biweekly" twice a week: they say none.
    """
    whole = Rule()
    for text in repetitions:
        rule = _rule(" ".join(text.lower().split()))
        if rule is None and whole.every in ("week", "fortnight") and not whole.days and (day := _days(text)):
            whole = replace(whole, days=day)  # "toutes les deux semaines, le mardi"
            continue
        if rule is None or (rule.every and whole.every) or (rule.times and whole.times):
            return None
        whole = replace(whole, times=rule.times) if rule.times else replace(rule, times=whole.times)
    return whole if whole.every else None


def _rule(text: str) -> Rule | None:
    if (known := next((rule for pattern, rule in _RULES if pattern.fullmatch(text)), None)) is not None:
        return known
    if match := _EVERY_SECOND.fullmatch(text):
        return Rule("fortnight", _days(match["day"] or match["jour"]))
    if (match := _NTH_WEEKDAY.fullmatch(text) or _MONTHLY_ON.fullmatch(text)) and (nth := NTH[match["nth"]]) < 4:
        return Rule("month", _days(match["day"]), which=nth + 1 if nth >= 0 else -1)
    if match := _NTH_DAY.fullmatch(text):
        day = int(match["number"] or 1)
        return Rule("month", day=day) if 1 <= day <= 31 else None
    if match := _TIMES.fullmatch(text):
        count = float(match["count"]) if match["count"].isdecimal() else NUMBERS[match["count"]]
        return Rule(times=int(count)) if count == int(count) and count > 1 else None
    if _WEEKLY.fullmatch(text) and (not _ONE.fullmatch(text)):
        return Rule("week", _days(text))
    return None


def _days(text: str) -> frozenset[int]:
    names = (word if word in WEEKDAYS else word.removesuffix("s") for word in re.findall(r"\w+", text.lower()))
    return frozenset(WEEKDAYS[name] for name in names if name in WEEKDAYS)


def first_day(rule: Rule, since: date) -> date:
    """The first one from a day on; raises OverflowError at the calendar's end."""
    return next(day for day in (since + timedelta(days=number) for number in range(63)) if rule.comes_on(day))
