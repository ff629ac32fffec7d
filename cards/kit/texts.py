"""Words in a person's language: gettext catalogues, and Babel for dates, numbers and plurals.

English is the language of the source; ``locales/CODE/LC_MESSAGES/crieur.po`` holds another one. A
catalogue is compiled when it is first read, so there is no built file to go stale.
"""

from __future__ import annotations

import gettext
import re
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, lists, numbers
from babel.units import format_unit

from cards.languages import DEFAULT, LANGUAGES, unaccented
from storage.records import Person

LOCALES = Path(__file__).parents[1] / "locales"
#: languages in which a message may be written, beside those that we speak
SPOKEN = tuple(
    dict.fromkeys(
        (*LANGUAGES, "de", "es", "it", "nl", "pt", "pl", "cs", "da", "el", "fi", "hu", "no", "ro", "sv", "tr", "uk",
         "ru", "ar", "he", "hi", "ja", "ko", "zh")
    )
)  # fmt: skip


def language_of(locale: str) -> str:
    """The language we speak to somebody with this locale ("fr-CA" -> "fr"); English for others."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else DEFAULT


def language_of_person(person: Person) -> str:
    """The language that somebody reads ("fr"): the one they asked for, else their client's; "" when unknown."""
    return (person.language or person.locale).replace("_", "-").split("-")[0].lower()


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "crieur.po"
    if not path.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # not where everybody reads English
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    typeset = LANGUAGES[language].typeset
    for message in catalogue:
        text = message.string
        message.string = typeset(text) if isinstance(text, str) else tuple(map(typeset, text or ()))
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


QUARTER = 900  #: seconds
#: of a month's or a weekday's name: how the field is called in which it stands, how Babel calls it
WIDTHS: tuple[tuple[str, Literal["wide", "abbreviated"]], ...] = (("", "wide"), ("short_", "abbreviated"))


class Texts:
    """One person's words: ``texts("Hello {name}", name=...)``, and dates on their clock."""

    def __init__(self, locale: str, zone: str = "", now: datetime | None = None) -> None:
        """``now``: days of this year are said without it; None: each says its year."""
        self.language = language_of(locale)
        self.zone = ZoneInfo(zone or "UTC")
        self._catalogue = _catalogue(self.language)
        self._locale = _babel_locale(locale, self.language)
        self._year = now.astimezone(self.zone).year if now else None

    def __call__(self, message: str, /, **values: object) -> str:
        text = self._catalogue.gettext(message)
        return text.format(**values) if values else text

    def many(self, one: str, several: str, count: int, /, **values: object) -> str:
        """The form for ``count``, which the text may show as {count}."""
        return self._catalogue.ngettext(one, several, count).format(count=self.number(count), **values)

    def number(self, value: float) -> str:
        return str(numbers.format_decimal(value, locale=self._locale))

    def percent(self, part: int, whole: int) -> str:
        """A share; a dash where there is no whole. One of a thousand is not nobody, all but one not everybody."""
        if not whole:
            return "–"
        share, between = part / whole, 0 < part < whole
        sign = "<\u00a0" if between and share < 0.01 else ">\u00a0" if between and share > 0.99 else ""
        bound = min(max(share, 0.01), 0.99) if sign else share
        return sign + str(numbers.format_percent(bound, locale=self._locale))

    def moment(self, instant: datetime, zone: ZoneInfo | None = None) -> str:
        """Day and time on the person's clock (or another zone's): "Mon 23 Nov, 10:05"."""
        local = instant.astimezone(zone or self.zone)
        return f"{self.day(local.date())}, {self.clock(local.time())}"

    def between(self, first: datetime, last: datetime, zone: ZoneInfo | None = None) -> str:
        """A range of time; its day once where it is of one day: "Mon 23 Nov, between 10:00 and 12:00"."""
        texts = self
        start, end = (at.astimezone(zone or self.zone) for at in (first, last))
        if start.date() != end.date():
            return texts("between {first} and {last}", first=self.moment(first, zone), last=self.moment(last, zone))
        hours = texts("between {first} and {last}", first=self.clock(start.time()), last=self.clock(end.time()))
        return f"{self.day(start.date())}, {hours}"

    def range(self, first: datetime, last: datetime, zone: ZoneInfo | None = None) -> str:
        """From when to when, briefly: "Mon 23 Nov, 10:00 – 12:00"."""
        start, end = (at.astimezone(zone or self.zone) for at in (first, last))
        same = start.date() == end.date()
        return f"{self.moment(first, zone)} – {self.clock(end.time()) if same else self.moment(last, zone)}"

    def day(self, day: date) -> str:
        return str(dates.format_skeleton("MMMEd" if day.year == self._year else "yMMMEd", day, locale=self._locale))

    def short_day(self, day: date) -> str:
        return str(dates.format_skeleton("MMMd", day, locale=self._locale))

    def short_date(self, day: date) -> str:
        """In numbers: "24/12/2026"."""
        return str(dates.format_skeleton("yMMdd", day, locale=self._locale))

    def month(self, word: str) -> int:
        """The number of a month by its name in any of our languages, or how that begins; 0 for no month."""
        wanted = _bare(word)
        for language in LANGUAGES:
            for number, name in dates.get_month_names("wide", locale=Locale.parse(language)).items():
                if len(wanted) > 2 and _bare(name).startswith(wanted):
                    return int(number)
        return 0

    def country(self, code: str) -> str:
        return str(self._locale.territories.get(code, code))

    @staticmethod
    def sort_key(name: str) -> str:
        """By which names are sorted: "Éire" stands among the E."""
        return _bare(name)

    def clock(self, at: time) -> str:
        return str(dates.format_time(at, "short", locale=self._locale))

    @property
    def day_first(self) -> bool:
        """Whether this person writes 3/12 for a day in December."""
        pattern = str(self._locale.date_formats["short"].pattern)
        return pattern.index("d") < pattern.index("M")

    def as_in_sheets(self) -> dict[str, str | tuple[str, ...]]:
        """How this person's spreadsheets write numbers and days; no order of days where only English is known."""
        symbols = self._locale.number_symbols.get("latn") or self._locale.number_symbols
        names = {
            f"{prefix}{kind}s": tuple(str(name) for _, name in sorted(getter(width, locale=self._locale).items()))
            for prefix, width in WIDTHS
            for kind, getter in (("month", dates.get_month_names), ("weekday", dates.get_day_names))
        }
        day = re.sub("y+", "yyyy", str(self._locale.date_formats["short"].pattern).replace("M", "m"))
        known = self._locale.territory or self.language != DEFAULT
        return {
            "decimal": str(symbols["decimal"]),
            "group": str(symbols["group"]),
            "day": day if known else "yyyy-mm-dd",
            **names,
        }

    def city(self, zone: str) -> str:
        """A time zone as people call it: "Paris", "New York"."""
        return _city(self._locale, zone)

    def zone_name(self, zone: str, at: datetime) -> str:
        """With its distance from UTC at an instant: "Paris, UTC+1"."""
        return _zone_name(self._locale, zone, int(at.timestamp()) // QUARTER)

    def duration(self, length: timedelta) -> str:
        """In the largest unit that says it exactly: "2 hours", "5 days", "90 minutes"."""
        for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
            if length >= size and not length % size:
                return self._unit(length // size, unit)
        return self._unit(round(length / timedelta(minutes=1)), "minute")

    def _unit(self, count: int, unit: str) -> str:
        return str(format_unit(count, f"duration-{unit}", locale=self._locale))

    def weekday(self, day: int) -> str:
        """Monday = 0."""
        return str(dates.get_day_names("abbreviated", locale=self._locale)[day])

    def weekday_name(self, day: int) -> str:
        """In full; Monday = 0."""
        return str(dates.get_day_names("wide", locale=self._locale)[day])

    def language_name(self, code: str, *, alone: bool = True) -> str:
        """A language in words of this one ("fr" -> "French"); with a capital where it stands ``alone``."""
        name = str(self._locale.languages.get(code, code))
        return name[:1].upper() + name[1:] if alone else name

    def either(self, items: list[str]) -> str:
        """One of several: "a, b or c"."""
        return str(lists.format_list(items, style="or", locale=self._locale))

    def enumerate(self, items: list[str]) -> str:
        return str(lists.format_list(items, locale=self._locale))


def _bare(text: str) -> str:
    """Without capitals and accents."""
    return unaccented(text.casefold())


def _city(locale: Locale, zone: str) -> str:
    known = locale.time_zones.get(zone, {}).get("city")
    return str(known or zone.rpartition("/")[2].replace("_", " "))


@lru_cache(maxsize=4096)  # a form names three dozen
def _zone_name(locale: Locale, zone: str, quarter: int) -> str:
    """In a quarter of an hour since 1970: clocks are set between two of them."""
    offset = datetime.fromtimestamp(quarter * QUARTER, ZoneInfo(zone)).utcoffset() or timedelta()
    if not offset:
        return zone if zone == "UTC" else f"{_city(locale, zone)}, UTC"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "+" if offset > timedelta() else "−"
    return f"{_city(locale, zone)}, UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _babel_locale(locale: str, language: str) -> Locale:
    """The person's own regional habits where Babel knows them."""
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError, LookupError):
        parsed = Locale.parse(language)
    if parsed.language != language:
        return Locale.parse(language)
    return parsed
