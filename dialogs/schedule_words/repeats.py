"""Words for "again and again": a campaign goes out once, so they are named, and never taken for one send."""

from __future__ import annotations

import re

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
    rf"|(?:on )?(?:{_ENGLISH_DAY} |weekday |weekend )?(?:mornings|afternoons|evenings|nights|lunchtimes|weekends)"
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
