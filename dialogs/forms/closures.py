"""Days on which nobody works: public holidays of a place, and dates of the author's own.

The ``holidays`` package knows the first; only this file uses it, and loads it at the first question: a bot
that is never asked does without its 10 MB.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from cards.compose.schedule.closures import NO_HOLIDAYS, PLACES
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from dialogs.forms.fields import Values

MOST = 100  #: dates of the author's own
NAMED = 3  #: wrong ones that are named
FAR = 8  #: years until a day of that number comes again: 29 February


def read_closures(
    values: Values, start: datetime, end: datetime, texts: Texts, errors: dict[str, str]
) -> frozenset[date]:
    """Those that matter between two instants, wherever on earth; what is wrong goes into ``errors``."""
    first, last = (start - timedelta(days=1)).date(), (end + timedelta(days=1)).date()
    place = values.get("holidays") or NO_HOLIDAYS
    if place not in (NO_HOLIDAYS, *PLACES):
        errors["holidays"] = texts("Please choose one of these.")
        return frozenset()
    own = _read_dates(values.get("closed", ""), first, texts, errors)
    public: set[date] = set()
    if place != NO_HOLIDAYS:
        public.update(*(_public(place, year) for year in range(first.year, last.year + 1)))
    return frozenset(day for day in public | own if first <= day <= last)


@lru_cache(maxsize=64)
def _public(place: str, year: int) -> frozenset[date]:
    import holidays  # here, as few ask for it

    country, _, region = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))


async def ready_for(values: Values) -> None:
    """To be awaited before a reading: to load the package takes a tenth of a second, in which others are served."""
    if values.get("holidays") in PLACES and "holidays" not in sys.modules:
        await asyncio.to_thread(_public, values["holidays"], 2000)


# --- the author's own -------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
_WORDS = re.compile(r"(?:the |le )?(\d{1,2})(?:st|nd|rd|th|er)?(?: of)? ([^\W\d]+)\.?(?:,? (\d{4}))?")
_WORDS_FIRST = re.compile(r"([^\W\d]+)\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")


def _read_dates(text: str, first: date, texts: Texts, errors: dict[str, str]) -> set[date]:
    """Dates as people write them, with commas, semicolons or lines between them; without a year, the next one."""
    entries = [entry.strip() for entry in re.split(r"[;\n]|,(?! ?\d{4}\b)", text) if entry.strip()]
    if len(entries) > MOST:
        errors["closed"] = texts("That is too many: at most {count} dates.", count=MOST)
        return set()
    read = [(entry, _date(entry.casefold(), first, texts)) for entry in entries]
    if wrong := [entry for entry, day in read if day is None]:
        some = texts.enumerate([texts("“{name}”", name=escape_markdown(entry[:30])) for entry in wrong[:NAMED]])
        error = texts.many(
            "This is not a date: {some}.", "{count} entries are not dates: {some}.", len(wrong), some=some
        )
        example = texts.short_date(date(first.year, 12, 24))
        errors["closed"] = f"{error} " + texts("Write them like {example}.", example=example)
    return {day for _, day in read if day is not None}


def _date(text: str, first: date, texts: Texts) -> date | None:
    if match := _ISO.fullmatch(text):
        return _valid(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(text):
        day, month = (int(match[1]), int(match[2])) if texts.day_first else (int(match[2]), int(match[1]))
        year = match[3] and (match[3] if len(match[3]) == 4 else f"20{match[3]}")
    elif match := _WORDS.fullmatch(text):
        day, month, year = int(match[1]), texts.month(match[2]), match[3]
    elif match := _WORDS_FIRST.fullmatch(text):
        day, month, year = int(match[2]), texts.month(match[1]), match[3]
    else:
        return None
    if year:
        return _valid(int(year), month, day)
    return next(_coming(month, day, first), None)


def _coming(month: int, day: int, first: date) -> Iterator[date]:
    for year in range(first.year, first.year + FAR + 1):
        day_there = _valid(year, month, day)
        if day_there and day_there >= first:
            yield day_there


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
