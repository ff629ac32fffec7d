"""Days, read from what their patterns have found, and by the recogniser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from cards.languages import SCHEDULES
from dialogs.schedule_words import lexicon as words
from dialogs.schedule_words.clocks import minutes_of
from dialogs.schedule_words.cutting import TAKEN, Cut, Day, Kind, Read
from dialogs.schedule_words.recogniser import days_in


def offset(there: Cut, found: re.Match[str]) -> Read:
    minutes = minutes_of(found[1] or found[2])
    if not minutes:
        return Kind.UNKNOWN, None
    days, rest = divmod(minutes, 24 * 60)
    if rest or not days:
        return Kind.OFFSET, minutes
    return Kind.DAYS, Day((there.today + timedelta(days=days),))


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


def numeric(there: Cut, found: re.Match[str]) -> Read | None:
    """3/12/2026, 3.12.26, 3/12; "10.30" is a clock, and left to it."""
    if found[2] == "." and not found[4]:
        return None
    day, month = (found[1], found[3]) if there.day_first else (found[3], found[1])
    if int(month) > 12 >= int(day):
        day, month = month, day
    if found[4]:
        return written(found[4] if len(found[4]) == 4 else f"20{found[4]}", month, day)
    known = [_date(there.today.year + more, int(month), int(day)) for more in (0, 1)]
    return _any_of([next((one for one in known if one and one >= there.today), None)])


def odd_days(there: Cut) -> None:
    """What the recogniser misreads: weekends in French, "the 15th", "mardi 1er", "lundi en huit"."""
    there.take(words.TOMORROW, lambda found: _any_of([there.today + timedelta(days=1)]))
    there.take(words.WEEKEND, lambda found: _weekend(there, found[0]))
    there.take(words.IN_EIGHT, lambda found: _in_eight(there, found))
    there.take(words.WEEKDAY_NTH, lambda found: _nth(there, int(found[2]), words.WEEKDAYS[found[1]]))
    there.take(words.THE_NTH, lambda found: _nth(there, int(found[1])) or (Kind.UNKNOWN, None))


def _weekend(there: Cut, said: str) -> Read:
    saturday = there.today + timedelta(days=5 - there.today.weekday())
    if "next" in said or "prochain" in said:
        saturday += timedelta(days=7)
    return Kind.DAYS, Day((saturday,), count=2)


def _nth(there: Cut, day: int, weekday: int | None = None) -> Read | None:
    """The next day of a month with that number, if need be on a weekday; None where there is none soon."""
    months = (divmod(there.today.year * 12 + there.today.month - 1 + step, 12) for step in range(3))
    known = [found for year, month in months if (found := _date(year, month + 1, day))]
    known = [found for found in known if found >= there.today and weekday in (None, found.weekday())]
    return _any_of(known) if known else None


def _in_eight(there: Cut, found: re.Match[str]) -> Read | None:
    """The weekday that follows the next one by a week, or two."""
    weekday = words.WEEKDAYS.get(found[1] or found[2])
    if weekday is None:
        return None
    ahead = (weekday - there.today.weekday()) % 7 or 7
    return _any_of([there.today + timedelta(days=ahead, weeks=2 if found[3] == "quinze" else 1)])


def days_of_a_month(there: Cut, found: re.Match[str]) -> Read | None:
    """From one to another; None where the recogniser does not know the month."""
    numbers = [group for group in found.groups() if group != found["month"]]
    first, last = (_in_month(there, f"{number} {found['month']}") for number in numbers)
    if not first or not last:
        return None
    begins = next((day for day in first if day >= there.today), first[-1])
    ends = next((day for day in last if day >= begins), None)
    return (Kind.DAYS, Day((begins,), count=(ends - begins).days + 1)) if ends else None


def _in_month(there: Cut, said: str) -> tuple[date, ...]:
    known = (days for language in SCHEDULES for days in days_in(said, language, there.today))
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


def _checked(there: Cut, day: Day, said: str) -> Read:
    """A weekday that is said beside a date must be its own; "this Friday" is none that is over."""
    named = words.WEEKDAY.search(said)
    if named is None or day.count > 1:
        return Kind.DAYS, day
    weekday = words.WEEKDAYS[named[0]]
    if said.startswith("this") and day.candidates[0] < there.today:
        return _any_of([day.candidates[0] + timedelta(days=7)])
    possible = day.candidates
    if len({found.weekday() for found in possible}) > 1:  # of some year: the next one is meant, or it is none
        possible = tuple(found for found in possible if found >= there.today)[:1]
    return _any_of(found for found in possible if found.weekday() == weekday)
