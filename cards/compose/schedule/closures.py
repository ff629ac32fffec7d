"""Days on which nobody works: their fields in the schedule's form, and what the review says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.elements import ChoiceInput, TextInput
from cards.kit.parts import with_error
from cards.kit.texts import Texts
from storage.records import Schedule

NO_HOLIDAYS = "none"
#: places whose public holidays can be chosen: a country, or a region that has others
PLACES = (
    "FR", "FR-57", "BE", "CH", "LU", "CA", "CA-QC", "DE", "AT", "ES", "PT", "IT", "NL", "GB-ENG", "IE", "PL", "US",
    "MA", "DZ", "TN", "SN", "CI",
)  # fmt: skip
NAMED = 4  #: days that are named


def place_name(texts: Texts, place: str) -> str:
    country, _, region = place.partition("-")
    regions = {"57": texts("Alsace-Moselle"), "QC": texts("Quebec"), "ENG": texts("England and Wales")}
    name = texts.country(country)
    return f"{name} – {regions[region]}" if region else name


def closures_fields(texts: Texts, values: Mapping[str, str], errors: Mapping[str, str]) -> list[Any]:
    own = TextInput(id="closed", label=texts("Closed on these days, too"), value=values.get("closed", ""))
    own.placeholder = texts.short_date(date(2026, 12, 24)).replace("2026", "").strip(" /.-") + "; …"
    return [*place_field(texts, values, errors), *with_error(own, errors.get("closed"))]


def place_field(texts: Texts, values: Mapping[str, str], errors: Mapping[str, str]) -> list[Any]:
    places = sorted(((place, place_name(texts, place)) for place in PLACES), key=lambda named: texts.sort_key(named[1]))
    holidays = ChoiceInput(
        id="holidays",
        label=texts("Closed on public holidays of"),
        choices=[(NO_HOLIDAYS, texts("no country")), *places],
        value=values.get("holidays") or NO_HOLIDAYS,
        style="compact",
        wrap=True,
    )
    return with_error(holidays, errors.get("holidays"))


def closed_days(schedule: Schedule) -> list[date]:
    """The days on which it would have worked, were they not holidays; on its own zone's calendar."""
    hours, zone, slot = schedule.hours, ZoneInfo(schedule.zone), schedule.slot
    skipped = []
    for day in sorted(hours.holidays):
        opens = datetime.combine(day, hours.opens, zone)
        after = day if hours.closes > hours.opens else day + timedelta(days=1)
        closes = datetime.combine(after, hours.closes, zone)
        if day.weekday() in hours.days and opens < slot.end and closes > slot.start:
            skipped.append(day)
    return skipped


def closed_text(texts: Texts, schedule: Schedule) -> str:
    """ "closed on Fri, 25 Dec 2026"; "" where no day is skipped."""
    days = closed_days(schedule)
    named = [texts.day(day) for day in days[:NAMED]]
    if more := len(days) - NAMED:
        named += [texts.many("{count} more day", "{count} more days", more)] if more > 0 else []
    return texts("closed on {days}", days=texts.enumerate(named)) if days else ""
