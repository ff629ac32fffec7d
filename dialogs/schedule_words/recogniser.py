"""The room of Microsoft's recognizers-text: days said in words, in the languages that it knows.

It reads "the day after tomorrow" or "premier lundi de décembre" well, and whole sentences badly; ``pieces`` therefore
gives it one day at a time. Its first question in French costs 44 MB and a second of computing: only the program
beside the bot asks it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from recognizers_date_time import recognize_datetime

from cards.languages import SCHEDULES

_WEEKDAY = re.compile(r"XXXX-WXX-([1-7])")  # its sign for "a Monday", whichever
_WEEK = re.compile(r"\d{4}-W\d\d")
WEEKS = 3  #: of them that "a Monday" may be in


class Days(NamedTuple):
    """A day, or several in a row, that a text speaks of."""

    #: of the text: from, and to the character after it
    start: int
    end: int
    #: what the day, or the first, may be, earliest first: a Monday is the next one, or one after it
    candidates: tuple[date, ...]
    in_a_row: int = 1


def days_in(text: str, language: str, today: date) -> list[Days]:
    """The days that a text in lower case speaks of; none where the recogniser breaks, as it does on huge numbers."""
    try:
        entities = recognize_datetime(text, SCHEDULES[language].culture, reference=datetime.combine(today, time()))
        return [days for entity in entities if (days := _days(entity, today))]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return []


def _days(entity: Any, today: date) -> Days | None:
    values = (entity.resolution or {}).get("values") or []
    if not values or any("Mod" in value for value in values):
        return None
    timex, kind = str(values[0].get("timex", "")), values[0].get("type")
    if kind == "date":
        if weekday := _WEEKDAY.fullmatch(timex):
            first = today + timedelta(days=(int(weekday[1]) - 1 - today.weekday()) % 7)
            candidates = [first + timedelta(weeks=week) for week in range(WEEKS)]
        else:
            candidates = sorted({date.fromisoformat(value["value"]) for value in values})
        return Days(entity.start, entity.end + 1, tuple(candidates))
    if kind == "daterange" and _WEEK.match(timex):
        first, last = (date.fromisoformat(values[0][edge]) for edge in ("start", "end"))
        return Days(entity.start, entity.end + 1, (first,), (last - first).days)
    return None
