"""How often a campaign goes out, as its form says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cards.compose.sequels.repeat_form import ONCE
from cards.kit.texts import Texts
from dialogs.forms.fields import Values, number_typed
from dialogs.forms.sequels.follow_up import follows_up
from dialogs.forms.sequels.steps import OF_SEQUENCE
from scheduler.rules.occurrences import HORIZON, first_occurrence, next_occurrence, overlaps
from storage.records import Every, Repeat, Schedule

MOST = 500  #: times
ROUNDS = timedelta(days=366)  #: after a campaign's end, in which its rounds come
WHICH = ("0", "1", "2", "3", "4", "-1")


def repeats(values: Values) -> bool:
    return values.get("every", "") not in ("", ONCE)


def read_repeat(values: Values, start: datetime, zone: ZoneInfo, texts: Texts, errors: dict[str, str]) -> Repeat | None:
    """``start``: the first day and hour, as they were typed; they may be over. What is wrong goes into ``errors``."""
    if values.get("every") not in list(Every):
        errors["every"] = texts("Please choose one of these.")
    days = frozenset(int(day) for day in values.get("on", "").split(",") if day in tuple("0123456"))
    which = values.get("which") or "0"
    if which not in WHICH:
        errors["which"] = texts("Please choose one of these.")
    first = start.astimezone(zone)
    until = _read_until(values, first.date(), texts, errors)
    times = _read_times(values, texts, errors)
    if errors.keys() & {"every", "which", "until", "times"}:
        return None
    clock = first.time().replace(second=0, microsecond=0)
    every = Every(values["every"])
    return Repeat(
        every=every,
        days=days if every in (Every.WEEK, Every.FORTNIGHT) or (every is Every.MONTH and which != "0") else frozenset(),
        which=int(which) if every is Every.MONTH else 0,
        first=first.date(),
        at=clock,
        until=until,
        times=times,
    )


def as_series(schedule: Schedule, now: datetime, texts: Texts, errors: dict[str, str]) -> Schedule | None:
    """The schedule from its first occurrence that is not over; None with what is wrong in ``errors``."""
    repeat = schedule.repeat
    assert repeat is not None
    start = first_occurrence(schedule, now, None)
    if start is None and next_occurrence(schedule, datetime(1000, 1, 1, tzinfo=UTC)) is not None:
        field = "times" if repeat.times is not None else "until"
        errors[field] = texts("It has come for the last time. Choose a later end, or let it begin anew.")
    elif start is None and repeat.until is not None:
        errors["until"] = texts("It would never come: by then there is no such day on which somebody works.")
    elif start is None:
        errors["every"] = texts("It would never come: there is no such day with working hours from this time on.")
    elif overlaps(schedule):
        errors["duration"] = texts("The next one would begin before this one ends. Make it shorter, or rarer.")
    if start is None or "duration" in errors:
        return None
    return replace(schedule, slot=replace(schedule.slot, start=start))


def _read_until(values: Values, first: date, texts: Texts, errors: dict[str, str]) -> date | None:
    text = values.get("until", "").strip()
    if not text:
        return None
    try:
        until = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        errors["until"] = texts("Please choose a day.")
        return None
    if until < first:
        errors["until"] = texts("It would end before it starts (on {day}).", day=texts.day(first))
    elif until > first + HORIZON:
        errors["until"] = texts("That is too far away: a series lasts five years at most.")
    return until


def _read_times(values: Values, texts: Texts, errors: dict[str, str]) -> int | None:
    if not values.get("times", "").strip():
        return None
    wrong = texts("Please say how often, from 1 to {most}.", most=MOST)
    times = number_typed(values, "times", MOST, texts, errors, wrong=wrong)
    return None if "times" in errors else times


def years_of(values: Values, start: datetime, end: datetime) -> datetime:
    """Until when days on which nobody works matter: those of every occurrence of a series, and between rounds."""
    if repeats(values) or values.get(OF_SEQUENCE) == "true":
        return max(end, start + HORIZON + timedelta(days=1))
    return end + ROUNDS if follows_up(values) else end
