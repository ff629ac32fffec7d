"""What a saying and its words of when (``dialogs/schedule_words``) make of a schedule, beside what stood there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.sayings import Ask, Asked, Saying, Shift
from dialogs.sayings.parts.moments import moment_at
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import cut
from dialogs.schedule_words import Spoken

_DAY = frozenset(("day", "weekday", "again"))
_SIZES = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
_UNTIL = re.compile(r"(?:until|till|up to|jusqu)", re.IGNORECASE)
_WITHIN = re.compile(r"within |in the next |over the next |dans les? (?:\S+ )?prochaine?s? ", re.IGNORECASE)
FAR = timedelta(days=300)  #: ahead: a day of which no year was said may be the one that is over
_YEAR = re.compile(r"\b20\d\d\b|/\d\d\b.*/|\d\.\d{1,2}\.\d\d")
GRACE = timedelta(minutes=5)  #: a start so little ago is now


@dataclass(frozen=True, slots=True)
class Timing:
    """Fields of the schedule's form that are set, and what is asked; "" for what must be chosen."""

    values: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[Asked, ...] = ()


def timing(saying: Saying, spoken: Spoken | None, before: Mapping[str, str], now: datetime, zone: str) -> Timing:
    """``spoken``: what ``saying.when`` was read as; None where nobody could read it. ``before``: the form's values.

    A day without a clock keeps the clock that stood there, a clock without a day the day.
    """
    if not saying.when:
        return Timing()
    if spoken is None:
        return Timing(asks=(Asked(Ask.WHEN, saying.when),))
    values, asks = dict(spoken.values), list(_odd(saying, spoken))
    if spoken.repeats:
        values.pop("start", None)
        values.pop("date", None)
        if values.get("unit") == "days":  # for how long it is repeated
            del values["duration"], values["unit"]
            asks.append(Asked(Ask.NOT_UNDERSTOOD, saying.when))
    if spoken.left and _about(spoken.left) is Ask.NOT_UNDERSTOOD:  # "not on Friday"
        values = {key: value for key, value in values.items() if key not in ("start", "date", "time")}
    if not before.get("start") and values.get("duration") and "start" not in values and _WITHIN.match(saying.when):
        values["start"] = "now"
    if _UNTIL.match(saying.when) and _is_an_end(values) and before.get("start") == "at":
        values = _lasting_until(values, before, now, zone, says_day=bool(saying.speaks & _DAY))
    says_day, says_clock = bool(saying.speaks & _DAY), bool(saying.speaks & {"clock", "part"})
    at_once = values.get("start") == "now"
    if before.get("start") == "at" and not at_once and not spoken.repeats:
        values = _beside(values, before, says_day=says_day, says_clock=says_clock)
    if not at_once and says_day and values.get("date") and not values.get("time"):
        asks.append(Asked(Ask.TIME, saying.when))
    if "again" in saying.speaks and not (at_once or spoken.repeats or values.get("date") or before.get("date")):
        asks.append(Asked(Ask.WHEN, saying.when))  # "once a month": from when on?
    if not at_once and values.get("date") and values.get("time"):
        asks += _checked(saying, values, before, now, zone)
    if _is_over(values, now, zone):
        asks.append(Asked(Ask.PAST, saying.when))
        values = {key: value for key, value in values.items() if key not in ("start", "date", "time")}
    return Timing(values, tuple(asks))


def shifted(shift: Shift, before: Mapping[str, str], now: datetime, zone: str) -> Timing:
    """The start that stood there, moved on its own clock; asked about where there is none, or it would be over."""
    if before.get("start") != "at" or not before.get("date") or not before.get("time"):
        return Timing(asks=(Asked(Ask.NOT_UNDERSTOOD, shift.words),))
    stood = datetime.combine(date.fromisoformat(before["date"]), time.fromisoformat(before["time"]))
    try:
        moved = stood + shift.by
    except OverflowError:  # a day that no calendar has
        return Timing(asks=(Asked(Ask.NOT_UNDERSTOOD, shift.words),))
    values = {"start": "at", "date": moved.date().isoformat(), "time": moved.strftime("%H:%M")}
    if _is_over({**values, "zone": before.get("zone", "")}, now, zone):
        return Timing(asks=(Asked(Ask.PAST, shift.words),))
    return Timing(values)


def _is_an_end(values: Mapping[str, str]) -> bool:
    """Whether only an end was said: it is read as from now on."""
    return values.get("start") == "now" and bool(values.get("duration"))


def _lasting_until(
    values: Mapping[str, str], before: Mapping[str, str], now: datetime, zone: str, *, says_day: bool
) -> dict[str, str]:
    """The same end, from the start that stood there; of a clock without a day, on that start's day."""
    if not (before.get("date") and before.get("time")):
        return dict(values)
    there = ZoneInfo(before.get("zone") or zone)
    clock = time.fromisoformat(before["time"])
    begins = datetime.combine(date.fromisoformat(before["date"]), clock, there)
    ends = (now + int(values["duration"]) * _SIZES[values["unit"]]).astimezone(there)
    if not says_day:
        ends = datetime.combine(begins.date(), ends.time(), there)
        ends += timedelta(days=ends <= begins)
    minutes = round((ends - begins) / timedelta(minutes=1))
    if minutes <= 0:
        return {}
    unit, size = ("hours", 60) if not minutes % 60 else ("minutes", 1)
    return {"duration": str(minutes // size), "unit": unit}


def _odd(saying: Saying, spoken: Spoken) -> list[Asked]:
    asks = []
    if spoken.left:
        asks.append(Asked(_about(spoken.left), spoken.left))
    if spoken.repeats:
        asks.append(Asked(Ask.NOT_SUPPORTED, spoken.repeats))
    if spoken.distance:
        asks.append(Asked(Ask.NOT_UNDERSTOOD, spoken.distance))
    if spoken.unsure:
        asks.append(Asked(Ask.WHICH, spoken.unsure))
    if spoken.holidays:
        asks.append(Asked(Ask.WHICH, spoken.holidays))
    return asks


def _about(left: str) -> Ask:
    """Whether what was not understood is a day, a clock, or neither."""
    tokens = cut(left)
    moment = moment_at(tokens, 0, len(tokens))
    speaks = moment.speaks if moment else frozenset()
    if speaks & {"day", "weekday"}:
        return Ask.WHICH_DAY
    return Ask.TIME if "clock" in speaks else Ask.NOT_UNDERSTOOD


def _beside(values: dict[str, str], before: Mapping[str, str], *, says_day: bool, says_clock: bool) -> dict[str, str]:
    if "start" not in values:
        return values
    if says_day and not says_clock and before.get("time") and values.get("time") in ("", None, "00:00"):
        values["time"] = before["time"]
    if says_clock and not says_day and before.get("date"):
        values["date"] = before["date"]
    return values


def _checked(
    saying: Saying, values: Mapping[str, str], before: Mapping[str, str], now: datetime, zone: str
) -> list[Asked]:
    """A weekday that is today's, with the hour still to come; "tomorrow" in a text that is read on another day."""
    there = now.astimezone(ZoneInfo(values.get("zone") or zone))
    day = date.fromisoformat(values["date"])
    asks = []
    if not saying.speaks & _DAY and "length" not in saying.speaks and day != there.date() and not before:
        asks.append(Asked(Ask.CHECK, saying.when, (day.isoformat(),)))
    if (day - there.date()) > FAR and not _YEAR.search(saying.when):  # "24 November", a day after it
        asks.append(Asked(Ask.CHECK, saying.when, (day.isoformat(),)))
    if "weekday" in saying.speaks and "day" not in saying.speaks and day == there.date():
        asks.append(Asked(Ask.CHECK, f"{_weekday_in(saying.when)} = {day.isoformat()}", ("today",)))
    if day != there.date() and saying.text:
        tokens = cut(saying.text)
        relative = next((token for at, token in enumerate(tokens) if words.RELATIVE_DAYS.at(tokens, at)), None)
        if relative is not None:
            asks.append(Asked(Ask.RELATIVE_DAY, saying.text[relative.start : relative.end]))
    return asks


def _weekday_in(when: str) -> str:
    from dialogs.sayings.parts.moments import _DAYS

    tokens = cut(when)
    place = next((at for at in range(len(tokens)) if (known := _DAYS.at(tokens, at)) and known[0] == "weekday"), None)
    return when[tokens[place].start : tokens[place].end] if place is not None else when


def _is_over(values: Mapping[str, str], now: datetime, zone: str) -> bool:
    if values.get("start") != "at" or not values.get("date") or not values.get("time"):
        return False
    clock = time.fromisoformat(values["time"])
    starts = datetime.combine(date.fromisoformat(values["date"]), clock, ZoneInfo(values.get("zone") or zone))
    return starts < now - GRACE
