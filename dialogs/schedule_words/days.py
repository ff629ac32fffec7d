"""Days, read from what their patterns have found, and by the recogniser."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from cards.languages import SCHEDULES
from dialogs.schedule_words import lexicon as words
from dialogs.schedule_words.clocks import amount_of, minutes_of
from dialogs.schedule_words.cutting import TAKEN, Cut, Day, Kind, Read
from dialogs.schedule_words.recogniser import WEEKS, days_in

UNITS = {"days": 1, "weeks": 7, "fortnights": 14}  #: days
FARTHEST = 1000  #: of any unit


def offset(there: Cut, match: re.Match[str]) -> Read:
    minutes = minutes_of(match[1] or match[2])
    if not minutes:
        return Kind.UNKNOWN, None
    days, rest = divmod(minutes, 24 * 60)
    if rest or not days:
        return Kind.OFFSET, minutes
    return Kind.DAYS, Day((there.today + timedelta(days=days),))


def shift(match: re.Match[str]) -> Read:
    number = amount_of(match["number"]) * (-1 if match["back"] else 1)
    if not number.is_integer() or abs(number) > FARTHEST:
        return Kind.UNKNOWN, None
    days = next((days for unit, days in UNITS.items() if match[unit]), 0)
    return Kind.SHIFT, (int(number), 0) if match["months"] else (0, int(number) * days)


def shifted(day: Day, months: int, days: int) -> Day:
    """Raises OverflowError for days that no calendar has."""
    return Day(tuple(after_months(one, months) + timedelta(days=days) for one in day.candidates), day.count)


def after_months(day: date, months: int) -> date:
    """The same day of a later month, or the month's last. Raises OverflowError for years that no calendar has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months(match: re.Match[str], each: int = 1) -> Read:
    number = amount_of(match["number"]) * each
    return (Kind.MONTHS, int(number)) if number.is_integer() and 0 < number <= FARTHEST else (Kind.UNKNOWN, None)


def in_months(there: Cut, match: re.Match[str]) -> Read:
    number = amount_of(match["number"] or match["later"])
    if not number.is_integer() or not 0 < number <= FARTHEST:
        return Kind.UNKNOWN, None
    return Kind.DAYS, Day((after_months(there.today, int(number)),))


def written(year: str, month: str, day: str) -> Read:
    return _any_of([_date(int(year), int(month), int(day))])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _any_of(days: Iterable[date | None]) -> Read:
    known = tuple(day for day in days if day)
    return (Kind.DAYS, Day(known)) if known else (Kind.UNKNOWN, None)


def numeric(there: Cut, match: re.Match[str]) -> Read | None:
    """3/12/2026, 3.12.26, 3/12; "10.30" is a clock, and left to it."""
    if match["sign"] == "." and not match["year"]:
        return None
    first, second = match["first"], match["second"] or match["second_"]
    year = match["year"] or match["year_"]
    day, month = (first, second) if there.day_first else (second, first)
    if int(month) > 12 >= int(day):
        day, month = month, day
    kind, value = _numbered(there, year, month, day)
    other = _numbered(there, year, day, month)[1] if day != month else None
    if kind is Kind.DAYS and other and other.candidates[0] >= there.today:
        value = replace(value, otherwise=other.candidates[0])
    return kind, value


def _numbered(there: Cut, year: str | None, month: str, day: str) -> Read:
    if year:
        return written(year if len(year) == 4 else f"20{year}", month, day)
    return _coming(there, int(month), int(day))


def _coming(there: Cut, month: int, day: int) -> Read:
    known = [_date(there.today.year + more, month, day) for more in (0, 1)]
    return _any_of([next((one for one in known if one and one >= there.today), None)])


def day_and_month(there: Cut, match: re.Match[str]) -> Read:
    """A weekday that is said beside it must be its own."""
    month, day = words.MONTH_NAMES[match["month"].rstrip(".")], int(match["day"])
    kind, value = written(match["year"], str(month), match["day"]) if match["year"] else _coming(there, month, day)
    if kind is Kind.DAYS and match["weekday"] and value.candidates[0].weekday() != words.DAY_NAMES[match["weekday"]]:
        return Kind.UNKNOWN, None
    return kind, value


def weekday_abbreviated(there: Cut, match: re.Match[str]) -> Read:
    ahead = (words.DAY_NAMES[match["weekday"]] - there.today.weekday()) % 7
    return _any_of(there.today + timedelta(days=ahead, weeks=week) for week in range(WEEKS))


def nth_of_a_month(there: Cut, match: re.Match[str]) -> Read:
    """Of the month that is said, or of the first in which it is not over yet."""
    name, nth = match["name"], words.NTH[match["nth"]]
    first = there.today.replace(day=1)
    if match["next"]:
        possible = [after_months(first, 1)]
    elif match["month"]:
        month = words.MONTH_NAMES[match["month"].rstrip(".")]
        years = [int(match["year"])] if match["year"] else [first.year, first.year + 1]
        possible = [date(year, month, 1) for year in years if year]
    else:
        possible = [first, after_months(first, 1)]
    known = [_nth_there(start, nth, name) for start in possible]
    return _any_of([next((day for day in known if day and (day >= there.today or match["year"])), None)])


def _nth_there(first: date, nth: int, name: str) -> date | None:
    """In the month that begins with a day."""
    month = [first + timedelta(days=step) for step in range(monthrange(first.year, first.month)[1])]
    if name in words.WEEKDAYS:
        month = [day for day in month if day.weekday() == words.WEEKDAYS[name]]
    elif name not in ("day", "jour"):
        month = [day for day in month if day.weekday() < 5]
    return month[nth] if nth < len(month) else None


def odd_days(there: Cut) -> None:
    """What the recogniser misreads: weekends in French, "the 15th", "mardi 1er", "lundi en huit"."""
    there.take(words.TOMORROW, lambda match: _any_of([there.today + timedelta(days=1)]))
    there.take(words.WEEKEND, lambda match: _weekend(there, match[0]))
    there.take(words.IN_EIGHT, lambda match: _in_eight(there, match))
    there.take(words.WEEKDAY_NTH, lambda match: _nth(there, int(match[2]), words.WEEKDAYS[match[1]]))
    there.take(words.THE_NTH, lambda match: _nth(there, int(match[1])) or (Kind.UNKNOWN, None))


def _weekend(there: Cut, text: str) -> Read:
    saturday = there.today + timedelta(days=5 - there.today.weekday())
    if "next" in text or "prochain" in text:
        saturday += timedelta(days=7)
    return Kind.DAYS, Day((saturday,), count=2)


def _nth(there: Cut, day: int, weekday: int | None = None) -> Read | None:
    """The next day of a month with that number, if need be on a weekday; None where there is none soon."""
    months = (divmod(there.today.year * 12 + there.today.month - 1 + step, 12) for step in range(3))
    known = [candidate for year, month in months if (candidate := _date(year, month + 1, day))]
    known = [candidate for candidate in known if candidate >= there.today and weekday in (None, candidate.weekday())]
    return _any_of(known) if known else None


def _in_eight(there: Cut, match: re.Match[str]) -> Read | None:
    """The weekday that follows the next one by a week, or two."""
    day, weeks = match[1] or match[2], 2 if match[3] == "quinze" else 1
    if day in words.NEAR:
        return _any_of([there.today + timedelta(days=words.NEAR[day], weeks=weeks)])
    weekday = words.WEEKDAYS.get(day)
    if weekday is None:
        return None
    ahead = (weekday - there.today.weekday()) % 7 or 7
    return _any_of([there.today + timedelta(days=ahead, weeks=weeks)])


def days_of_a_month(there: Cut, match: re.Match[str]) -> Read | None:
    """From one to another; None where the recogniser does not know the month."""
    numbers = [group for group in match.groups() if group != match["month"]]
    first, last = (_in_month(there, f"{number} {match['month']}") for number in numbers)
    if not first or not last:
        return None
    begins = next((day for day in first if day >= there.today), first[-1])
    ends = next((day for day in last if day >= begins), None)
    return (Kind.DAYS, Day((begins,), count=(ends - begins).days + 1)) if ends else None


def _in_month(there: Cut, text: str) -> tuple[date, ...]:
    known = (days for language in SCHEDULES for days in days_in(text, language, there.today))
    return next((days.candidates for days in known), ())


def recognised(there: Cut) -> None:
    """What the recogniser knows of each run of words, in the text's language first."""
    there.text = words.COMMA_IN_A_DAY.sub(" ", there.text)
    for language in sorted(SCHEDULES, key=lambda code: code != there.language):
        for run in re.finditer(r"[^|,;]*[a-zà-ÿ][^|,;]*", there.text):
            for days in days_in(words.FIRST.sub(words.FIRST_AS_NUMBER, run[0]), language, there.today):
                start, end = run.start() + days.start, run.start() + days.end
                if TAKEN not in there.text[start:end]:
                    there.put(*_checked(there, Day(days.candidates, days.in_a_row), there.text[start:end]), start, end)


def _checked(there: Cut, day: Day, text: str) -> Read:
    """A weekday that is said beside a date must be its own; "this Friday" is none that is over."""
    named = words.WEEKDAY.search(text)
    if named is None or day.count > 1:
        return Kind.DAYS, day
    weekday = words.WEEKDAYS[named[0]]
    if text.startswith("this") and day.candidates[0] < there.today:
        return _any_of([day.candidates[0] + timedelta(days=7)])
    possible = day.candidates
    if len({candidate.weekday() for candidate in possible}) > 1:  # of some year: the next one is meant, or it is none
        possible = tuple(candidate for candidate in possible if candidate >= there.today)[:1]
    return _any_of(candidate for candidate in possible if candidate.weekday() == weekday)
