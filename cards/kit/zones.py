"""Time zones in forms: which are offered, which is meant by what was typed, which begin like it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from babel.core import get_global

from cards.kit.cities import CITIES
from cards.kit.texts import Texts
from cards.languages import unaccented
from storage.records.instants import is_zone

#: offered in a form, beside the author's own: the client asks for the others as somebody types
OFFERED = (
    "Pacific/Honolulu", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York",
    "America/Toronto", "America/Halifax", "America/Sao_Paulo", "UTC", "Europe/London", "Europe/Lisbon",
    "Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Berlin", "Europe/Madrid", "Europe/Rome",
    "Africa/Casablanca", "Africa/Tunis", "Africa/Dakar", "Europe/Athens", "Africa/Cairo", "Africa/Johannesburg",
    "Europe/Istanbul", "Asia/Dubai", "Indian/Reunion", "Asia/Kolkata", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Noumea", "Pacific/Auckland", "Pacific/Tahiti",
)  # fmt: skip
MOST = 15  #: answers to what was typed: a client shows no more
LONGEST = 100  #: characters of a zone's name that are looked at


def offered_zones(texts: Texts, at: datetime, *first: str) -> list[tuple[str, str]]:
    """(zone, its name with its distance from UTC); ``first``: the author's own, and the chosen one."""
    names = dict.fromkeys(name for name in (*first, *OFFERED) if is_zone(name))
    return [(name, texts.zone_name(name, at)) for name in names]


def zone_named(texts: Texts, text: str) -> str:
    """The zone that was typed or chosen: by its own name, by its city, with its distance behind it or not; "" for none.

    A client sends the name of what was chosen where it knows no more of it.
    """
    text = text.strip()[:LONGEST]
    if not text or is_zone(text):
        return text
    city = _bare(text.partition(",")[0])
    return _by_city(texts).get(city) or CITIES.get(city, "")


def zones_like(texts: Texts, text: str, at: datetime) -> list[tuple[str, str]]:
    """Those whose city has a word that begins like what was typed, or whose own name has it: for a typeahead."""
    wanted = _bare(text[:LONGEST].partition(",")[0])
    if not wanted:
        return offered_zones(texts, at)[:MOST]
    cities = _by_city(texts)
    named = [zone for city, zone in CITIES.items() if _bare(city).startswith(wanted)]
    begin = [zone for city, zone in cities.items() if any(part.startswith(wanted) for part in (city, *city.split()))]
    within = [zone for zone in cities.values() if wanted in _bare(zone)]
    some = list(dict.fromkeys([*sorted(begin, key=lambda zone: zone not in OFFERED), *named, *within]))[:MOST]
    return [(zone, texts.zone_name(zone, at)) for zone in some]


def _by_city(texts: Texts) -> dict[str, str]:
    return _cities(texts.language)


@lru_cache(maxsize=8)
def _cities(language: str) -> dict[str, str]:
    """Every zone of the world, by its city's name in a language."""
    texts = Texts(language)
    names = sorted(((_bare(texts.city(zone)), zone) for zone in _all()), key=lambda one: (one[0], one[1]))
    return {**dict(names), **{_bare(texts.city(zone)): zone for zone in OFFERED}}


def _all() -> Iterator[str]:
    """Those that are somewhere: without the historical names, and the distances that are called zones."""
    return (
        zone for zone in get_global("zone_territories") if "/" in zone and not zone.startswith("Etc/") and is_zone(zone)
    )


def _bare(text: str) -> str:
    return unaccented(text.casefold()).strip()
