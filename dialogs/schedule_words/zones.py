"""Time zones, as people say them: by a city, by letters after a clock ("9:00 ET"), by a distance from UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cards.kit.cities import CITIES
from dialogs.schedule_words.lexicon import AMOUNT, one_of

NAMES = {
    **{"utc": "UTC", "gmt": "UTC", "jst": "Asia/Tokyo"},
    **{"eastern time": "America/New_York", "central time": "America/Chicago", "mountain time": "America/Denver"},
    **{"pacific time": "America/Los_Angeles", "uk time": "Europe/London", "french time": "Europe/Paris"},
    **{"heure française": "Europe/Paris", "heure de l'est": "America/Toronto"},
    **{"heure normale de l'est": "America/Toronto", "heure avancée de l'est": "America/Toronto"},
}
#: right after a clock only
LETTERS = {
    **dict.fromkeys(("est", "edt", "et"), "America/New_York"),
    **dict.fromkeys(("cst", "cdt", "ct"), "America/Chicago"),
    **dict.fromkeys(("mst", "mdt", "mt"), "America/Denver"),
    **dict.fromkeys(("pst", "pdt", "pt"), "America/Los_Angeles"),
    **dict.fromkeys(("ast", "adt", "hna", "haa"), "America/Halifax"),
    **dict.fromkeys(("nst", "ndt", "hnt", "hat"), "America/St_Johns"),
    **dict.fromkeys(("hne", "hae"), "America/Toronto"),
    **dict.fromkeys(("hnc", "hac"), "America/Winnipeg"),
    **dict.fromkeys(("hnr", "har"), "America/Edmonton"),
    **dict.fromkeys(("hnp", "hap"), "America/Vancouver"),
    **dict.fromkeys(("cet", "cest"), "Europe/Paris"),
    **{"bst": "Europe/London", "wet": "Europe/Lisbon", "west": "Europe/Lisbon", "eet": "Europe/Athens"},
    **{"eest": "Europe/Athens", "msk": "Europe/Moscow", "sgt": "Asia/Singapore", "hkt": "Asia/Hong_Kong"},
    **{"aest": "Australia/Sydney", "aedt": "Australia/Sydney", "z": "UTC"},
}
#: of them, those that are words of French or English, too
WORDS = frozenset(("est", "et", "pdt", "cet", "west", "wet", "hat"))

_DISTANCE = re.compile(
    r"\b(?:utc|gmt|tu)\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?(?![\d:.]|\s?(?:[ap]\.?m|h)\b)"
    r"|(?:(?<=\d:\d\d)(?P<sign_>\+)|(?<=t\d\d:\d\d)-|(?<=t\d\d:\d\d:\d\d)-)(?P<hours_>\d{2}):?(?P<minutes_>\d{2})\b"
)
_NAME = re.compile(
    rf"\b(?P<name>{one_of(NAMES)})\b"
    rf"|\b(?:(?:à )?(?:l')?heure (?:de |d'|à )|time in |in )?(?P<city>{one_of(CITIES)})(?:'s)?(?: time)?\b"
    r"|\b(?P<iana>[a-z]+/[a-z_]+(?:/[a-z_]+)?)\b"
)
_LETTERS = re.compile(
    r"(?:(?<=[ap]m)|(?<=[ap]\.m\.)|(?<=\d)|(?<=\dh)|(?<=\d h)|(?<=hrs)|(?<=heure)|(?<=heures)|(?<=hours)"
    rf"|(?<=noon)|(?<=midi)|(?<=midnight)|(?<=minuit)|(?<=o'clock))\s?\(?(?P<letters>{one_of(LETTERS)})\b"
)
_HALF_OF_THE_DAY = re.compile(r"[ap]\.?m\.?\s?\(?$")
#: after "et" and the like in small letters, where they are a zone
_ENDS = re.compile(r"\s*(?:$|[,.;)]|(?:for|on|tomorrow|today|until|till|over)\b)")
#: after "ET" in capitals, where it is the French word in a shout
_GOES_ON = re.compile(rf"\s++(?:\d{{1,2}}\s?[h:]|\d{{1,2}}\s?[ap]m\b|quart\b|demie?\b|{AMOUNT})|\s++apr")


@dataclass(frozen=True, slots=True)
class Said:
    """A zone that a text names: by its IANA name, or as a distance from UTC."""

    #: of the text: from, and to the character after it
    start: int
    end: int
    name: str = ""
    distance: timedelta | None = None


def zones_in(text: str, words: str) -> list[Said]:
    """Those that a plain text names; ``words``: as they were typed, of the same length."""
    zones: list[Said] = []
    for zone in (*_distances(text), *_letters(text, words), *_names(text)):
        if all(zone.end <= other.start or zone.start >= other.end for other in zones):
            zones.append(zone)
    return sorted(zones, key=lambda zone: zone.start)


def _distances(text: str) -> Iterator[Said]:
    for match in _DISTANCE.finditer(text):
        parts = match.groupdict()
        hours, minutes = (parts[name] or parts[f"{name}_"] or 0 for name in ("hours", "minutes"))
        distance = timedelta(hours=int(hours), minutes=int(minutes))
        yield Said(match.start(), match.end(), "", distance if "+" in (parts["sign"], parts["sign_"]) else -distance)


def _letters(text: str, words: str) -> Iterator[Said]:
    for match in _LETTERS.finditer(text):
        letters, (start, end) = match["letters"], match.span("letters")
        if letters not in WORDS or _is_a_zone(text, words, start, end):
            yield Said(start, end, LETTERS[letters])


def _is_a_zone(text: str, words: str, start: int, end: int) -> bool:
    """Whether "et", "est" and the like are a zone here; capitals say so, but in a text that has no others."""
    if _GOES_ON.match(text, end):
        return False
    if _HALF_OF_THE_DAY.search(text, 0, start):
        return True
    shouted = not any(letter.islower() for letter in words)
    if words[start:end].isupper() and not shouted:
        return True
    return _ENDS.match(text, end) is not None


def _names(text: str) -> Iterator[Said]:
    for match in _NAME.finditer(text):
        name = NAMES.get(match["name"] or "") or CITIES.get(match["city"] or "") or _iana(match["iana"] or "")
        if name:
            yield Said(match.start(), match.end(), name)


def _iana(text: str) -> str:
    if not text:
        return ""
    name = "/".join("_".join(part.capitalize() for part in one.split("_")) for one in text.split("/"))
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
