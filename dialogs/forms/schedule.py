"""The schedule, as its form says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cards.compose.fields import too_long
from cards.compose.schedule.closures import NO_HOLIDAYS, PLACES, closed_text
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from dialogs.forms.closures import read_closures
from dialogs.forms.fields import Parsed, Values, moment_typed
from dialogs.forms.sequels.by_mail import read_by_mail
from dialogs.forms.sequels.ending import read_end
from dialogs.forms.sequels.follow_up import read_follow_up
from dialogs.forms.sequels.repeat import as_series, read_repeat, repeats, years_of
from dialogs.forms.sequels.steps import OF_SEQUENCE
from dialogs.schedule_words import LONGEST as LONGEST_WORDS
from dialogs.schedule_words import too_much
from scheduler.rules.occurrences import HORIZON, moved_end
from scheduler.rules.window import open_time
from storage.records import (
    HOUSE,
    ByMail,
    End,
    FollowUp,
    HouseDefaults,
    IfUnknown,
    PresenceChoice,
    Schedule,
    Slot,
    WorkingHours,
)
from storage.records.instants import is_zone

LONGEST = timedelta(days=366)  #: of a campaign
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: what an author has used last is offered again
REMEMBERED = (
    *("zone", "duration", "unit", "opens", "closes", "days", "anytime", "own_zone", "presence", "unknown", "holidays"),
)
SOON = timedelta(days=14)  #: within which there is a working day, where there is one at all
GRACE = timedelta(minutes=5)  #: a start this little in the past is "now": the form took a while
#: what a draft keeps of a schedule in words: as they stand in the field, as they were read, what is odd in them (as
#: ``Spoken`` names it), the sentences that may be meant (a line each), and the fields that they have filled in
WORDS = ("words", "said", "left", "repeats", "distance", "unsure", "no_holidays", "choices", "filled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A schedule as chosen: with ``now``, it starts when it is scheduled."""

    schedule: Schedule
    now: bool
    follow_up: FollowUp | None = None
    end: End | None = None
    by_mail: ByMail | None = None


def default_schedule(now: datetime, zone: str, house: HouseDefaults = HOUSE) -> dict[str, str]:
    """The next full hour, for as long and in the hours that the organisation has set. ``zone``: the author's own."""
    zone = house.zone or zone
    start = (now.astimezone(ZoneInfo(zone)) + timedelta(hours=1)).replace(minute=0)
    return {
        "start": "now",
        "date": start.date().isoformat(),
        "time": start.strftime("%H:%M"),
        **values_of_house(house),
        "zone": zone,
        "anytime": "false",
        "own_zone": "false",
        "presence": PresenceChoice.ALWAYS,
        "unknown": IfUnknown.SEND,
        "closed": "",
    }


def begun_when_open(values: Values, now: datetime, texts: Texts) -> Values:
    """The same; where nobody works in a time that begins now, it is offered to begin with the next working day."""
    if read_schedule(values, now, texts).value is not None:
        return values
    today = now.astimezone(ZoneInfo(values["zone"])).date()
    for days in range(SOON.days):
        later = {**values, "start": "at", "date": str(today + days * DAY), "time": values["opens"]}
        if read_schedule(later, now, texts).value is not None:
            return later
    return values


def values_of_house(house: HouseDefaults) -> dict[str, str]:
    """As they stand in a form."""
    unit, size = next(
        (unit, size)
        for unit, size in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE))
        if not house.duration % size
    )
    return {
        "zone": house.zone,
        "duration": str(house.duration // size),
        "unit": unit,
        "opens": house.opens.strftime("%H:%M"),
        "closes": house.closes.strftime("%H:%M"),
        "days": ",".join(map(str, house.days)),
        "holidays": house.holidays or NO_HOLIDAYS,
    }


def read_house(values: Values, now: datetime, texts: Texts) -> Parsed[HouseDefaults]:
    """What an owner has set; a zone is not asked for."""
    errors: dict[str, str] = {}
    zone = _read_zone(values, texts, errors) if values.get("zone") else None
    duration = _read_duration(values, texts, errors)
    hours = _read_hours(values, texts, errors)
    place = values.get("holidays") or NO_HOLIDAYS
    if place not in (NO_HOLIDAYS, *PLACES):
        errors["holidays"] = texts("Please choose one of these.")
    if errors or duration is None or hours is None:
        return Parsed(None, errors)
    return Parsed(
        HouseDefaults(
            zone=zone.key if zone else "",
            duration=duration,
            opens=hours.opens,
            closes=hours.closes,
            days=tuple(sorted(hours.days)),
            holidays="" if place == NO_HOLIDAYS else place,
            set_at=now,
        )
    )


def read_schedule(values: Values, now: datetime, texts: Texts) -> Parsed[Timing]:
    errors: dict[str, str] = {}
    _read_words(values, texts, errors)
    zone = _read_zone(values, texts, errors)
    duration = _read_duration(values, texts, errors)
    hours = _read_hours(values, texts, errors)
    presence, unknown = _read_presence(values, texts, errors)
    at_once = values.get("start") == "now"
    series, steps = repeats(values), values.get(OF_SEQUENCE) == "true"
    earliest = now - (HORIZON if series or steps else GRACE)
    start = now if at_once else _read_start(values, zone, earliest, now, texts, errors)
    if series and at_once:
        errors["every"] = texts("A series needs a day and an hour to begin at: please choose them.")
    elif zone and start and duration and start + duration <= now and not (series or steps):
        errors["duration"] = texts("The campaign would end before it starts.")
    # of any other time, only whether it can be read
    begins, lasts = start or now, duration or timedelta()
    closed = read_closures(values, begins, years_of(values, begins, begins + lasts), texts, errors)
    follow_up, by_mail = read_follow_up(values, texts, errors), read_by_mail(values, texts, errors)
    end = (
        read_end(values, Slot(start=start, duration=duration), zone, texts, errors)
        if zone and start and duration
        else None
    )
    repeat = read_repeat(values, start, zone, texts, errors) if series and start and zone else None
    if errors or not (zone and start and duration and hours):
        return Parsed(None, errors)
    hours = replace(hours, holidays=closed)
    schedule = Schedule(
        slot=Slot(start=start, duration=duration),
        hours=hours,
        zone=zone.key,
        own_zone=values.get("own_zone") == "true",
        presence=presence,
        unknown=unknown,
        repeat=repeat,
    )
    if repeat is not None:
        whole = as_series(schedule, now - GRACE, texts, errors)
        if whole is None:
            return Parsed(None, errors)
        end = moved_end(end, schedule.slot, whole.slot.start, zone)
        return Parsed(Timing(schedule=whole, now=False, follow_up=follow_up, end=end, by_mail=by_mail))
    # the recipients, whose own hours count, are not known yet: the review tells how many it would not reach
    if not schedule.own_zone and not steps and not open_time(schedule.slot, hours, zone):
        if closed_days := closed_text(texts, schedule):
            errors["holidays"] = texts("There is no working day in this time: {closed}.", closed=closed_days)
            return Parsed(None, errors)
        errors["duration"] = texts(
            "There are no working hours in this time: it runs from {start} to {end}."
            " Make it longer, change the hours or days, or allow sending outside them.",
            start=texts.moment(schedule.slot.start, zone),
            end=texts.moment(schedule.slot.end, zone),
        )
        return Parsed(None, errors)
    return Parsed(Timing(schedule=schedule, now=at_once, follow_up=follow_up, end=end, by_mail=by_mail))


def without_words(values: Values) -> dict[str, str]:
    """For another time: what was said holds no more."""
    return {field: value for field, value in values.items() if field not in WORDS}


def _read_words(values: Values, texts: Texts, errors: dict[str, str]) -> None:
    words = values.get("words", "")
    if too_much(words):
        errors["words"] = too_long(texts, len(words), LONGEST_WORDS)
    elif words != values.get("said", ""):
        errors["words"] = texts("I could not read this just now. Please try again, or empty it and fill in the rest.")
    elif odd := odd_words(values, texts):
        errors["words"] = odd
    if (free := values.get("no_holidays")) and (values.get("holidays") or NO_HOLIDAYS) == NO_HOLIDAYS:
        errors["holidays"] = texts("You said “{words}”: of which country?", words=escape_markdown(free))


def odd_words(values: Values, texts: Texts) -> str:
    """What of the words that were read cannot be done, or must be chosen; "" where nothing is odd."""
    repeats, distance, unsure, left = (
        escape_markdown(values.get(field, "")) for field in ("repeats", "distance", "unsure", "left")
    )
    sentences = [
        repeats
        and texts(
            "“{words}” means again and again, in a way that I cannot keep."
            " Please say it as in “every Monday at 9”, or say one day.",
            words=repeats,
        ),
        distance
        and texts(
            "“{words}” is not the time zone below, which stays as it was."
            " Please name a place, as in “9:00 Paris time”.",
            words=distance,
        ),
        unsure
        and texts("“{words}” may mean several things. Please choose one below, or say how many hours.", words=unsure),
        left
        and texts(
            "I did not understand “{words}”. Please say it differently, or empty this and fill in the rest.",
            words=left,
        ),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _read_zone(values: Values, texts: Texts, errors: dict[str, str]) -> ZoneInfo | None:
    if not is_zone(values.get("zone")):
        errors["zone"] = texts("Please choose a time zone.")
        return None
    return ZoneInfo(values["zone"])


def _read_start(
    values: Values, zone: ZoneInfo | None, earliest: datetime, now: datetime, texts: Texts, errors: dict[str, str]
) -> datetime | None:
    if values.get("start") != "at":
        errors["start"] = texts("Please choose when it starts.")
        return None
    day, clock = values.get("date", ""), _clock(values.get("time", ""))
    start = moment_typed(day, clock, ("date", "time"), zone, texts, errors)
    if start is None:
        return None
    if start < earliest:
        errors["date"] = texts("That is in the past. Please choose a later day or time.")
        return None
    if start > now + timedelta(days=3 * 366):
        errors["date"] = texts("That is too far away: at most three years.")
        return None
    return start


def _read_duration(values: Values, texts: Texts, errors: dict[str, str]) -> timedelta | None:
    unit = {"minutes": 1, "hours": 60, "days": 1440}.get(values.get("unit", ""))
    try:
        amount = float(values.get("duration", "").replace(",", ".").strip())
    except ValueError:
        amount = float("nan")
    if unit is None or not amount > 0:
        errors["duration"] = texts("Please say how long, with a number above zero.")
        return None
    minutes = amount * unit
    if minutes > LONGEST / timedelta(minutes=1):
        errors["duration"] = texts("That is too long: at most a year.")
        return None
    if minutes < 1:
        errors["duration"] = texts("That is too short: at least a minute.")
        return None
    return timedelta(minutes=round(minutes))


def _read_hours(values: Values, texts: Texts, errors: dict[str, str]) -> WorkingHours | None:
    if values.get("anytime") == "true":
        return WorkingHours(opens=time(0), closes=time(0), days=frozenset(range(7)))
    opens, closes = _clock(values.get("opens", "")), _clock(values.get("closes", ""))
    if opens is None:
        errors["opens"] = texts("Please choose a time, like 9:00.")
    if closes is None:
        errors["closes"] = texts("Please choose a time, like 18:00.")
    elif opens is not None and closes <= opens and closes != time(0):
        errors["closes"] = texts("Work must end after it begins.")
    days = frozenset(int(day) for day in values.get("days", "").split(",") if day in tuple("0123456"))
    if not days:
        errors["days"] = texts("Please choose at least one day.")
    if opens is None or closes is None or errors.keys() & {"opens", "closes", "days"}:
        return None
    return WorkingHours(opens=opens, closes=closes, days=days)


def _read_presence(values: Values, texts: Texts, errors: dict[str, str]) -> tuple[PresenceChoice, IfUnknown]:
    """A form that could not ask for it, because nobody tells who is there, says "always"."""
    presence = values.get("presence") or PresenceChoice.ALWAYS
    unknown = values.get("unknown") or IfUnknown.SEND
    if presence not in list(PresenceChoice):
        errors["presence"] = texts("Please choose one of these.")
    if unknown not in list(IfUnknown):
        errors["unknown"] = texts("Please choose one of these.")
    if errors.keys() & {"presence", "unknown"}:
        return PresenceChoice.ALWAYS, IfUnknown.SEND
    return PresenceChoice(presence), IfUnknown(unknown)


def _clock(text: str) -> time | None:
    match = re.fullmatch(r"\s*(\d{1,2})[:hH](\d{2})(?::\d{2})?\s*", text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return time(int(match[1]), int(match[2]))
