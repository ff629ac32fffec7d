"""What the parts of the schedule's form say now, a line each: of what was typed, be it right or wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cards.compose.schedule.closures import NO_HOLIDAYS, place_name
from cards.kit.presence import choice_text
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records.instants import is_zone

Values = Mapping[str, str]

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


def start_line(texts: Texts, values: Values) -> str:
    if values.get("start") == "now":
        return texts("as soon as you schedule it")
    day, clock = day_in(values), clock_in(values.get("time", ""))
    if day is None or clock is None:
        return texts("not chosen yet")
    return f"{texts.day(day)}, {texts.clock(clock)}"


def duration_line(texts: Texts, values: Values) -> str:
    try:
        length = float(values.get("duration", "").replace(",", ".")) * UNITS[values.get("unit", "")]
        return texts.duration(length) if length > timedelta() else texts("not chosen yet")
    except (ValueError, KeyError, OverflowError):
        return texts("not chosen yet")


def hours_line(texts: Texts, values: Values) -> str:
    opens, closes = clock_in(values.get("opens", "")), clock_in(values.get("closes", ""))
    if values.get("anytime") == "true":
        return texts("at any time")
    if opens is None or closes is None:
        return texts("not chosen yet")
    return texts("{opens} to {closes}", opens=texts.clock(opens), closes=texts.clock(closes))


def days_line(texts: Texts, values: Values) -> str:
    if values.get("anytime") == "true":
        return texts("every day")
    days = [int(day) for day in values.get("days", "").split(",") if day in tuple("0123456")]
    return days_text(texts, days) or texts("not chosen yet")


def days_text(texts: Texts, days: list[int]) -> str:
    """Three days and more in a row as one range: "Mon–Fri"."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    named = [
        [f"{texts.weekday(run[0])}–{texts.weekday(run[-1])}"] if len(run) > 2 else [texts.weekday(day) for day in run]
        for run in runs
    ]
    return texts.enumerate([name for names in named for name in names])


def closures_line(texts: Texts, values: Values) -> str:
    place, own = values.get("holidays") or NO_HOLIDAYS, values.get("closed", "").strip()
    parts = [place_name(texts, place)] if place != NO_HOLIDAYS else []
    return texts.enumerate([*parts, *([escape_markdown(own[:60])] if own else [])]) or texts("none left out")


def presence_line(texts: Texts, values: Values, why_not: str) -> str:
    return choice_text(texts, "" if why_not else values.get("presence", ""))


def clocks_line(texts: Texts, values: Values, at: datetime) -> str:
    if values.get("own_zone") == "true":
        return texts("each person’s own")
    zone = values.get("zone", "")
    return texts.zone_name(zone, at) if is_zone(zone) else texts("not chosen yet")


def start_in(values: Values, now: datetime) -> datetime:
    """When it starts, as far as it can be read, for distances of zones from UTC; else ``now``."""
    day, clock, zone = day_in(values), clock_in(values.get("time", "")), values.get("zone", "")
    if values.get("start") != "at" or day is None or clock is None or not is_zone(zone):
        return now
    # the calendar's first and last days do not exist in every zone
    return datetime.combine(day, clock, ZoneInfo(zone)) if 1000 < day.year < 9000 else now


def day_in(values: Values) -> date | None:
    try:
        return date.fromisoformat(values.get("date", ""))
    except ValueError:
        return None


def clock_in(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip().zfill(5)).replace(tzinfo=None)
    except ValueError:
        return None
