"""What every form has: fields as they were typed, readings, and how long things may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from cards.compose.fields import DECLARED
from cards.compose.frame import fingerprint
from cards.kit.texts import SPOKEN, Texts
from dialogs.forms.cleaning import clean

T = TypeVar("T")
Values = Mapping[str, str]

BUTTONS = 6  #: on a message: Teams shows no more
KEPT = 60_000  #: characters of one field kept in a draft
LONGEST = 9  #: digits of a number: longer ones are none that anybody is asked for

FIELDS = {
    "message": (
        *(field.name for field in DECLARED),
        *("name", "body", "image", "language", "link_title", "link_url", "links", "ack_title", "answers"),
    ),
    "version": (
        *("spoken", "title", "body", "notification"),
        *(f"{field}{number}" for number in range(BUTTONS) for field in ("words", "url")),
    ),
    "audience": ("channel", "audience", "find", "list_name", "addresses", "except", "guests", "topic"),
    "schedule": (
        *("start", "date", "time", "zone", "duration", "unit", "opens", "closes", "days", "anytime", "own_zone"),
        *("presence", "unknown", "holidays", "closed", "words"),
    ),
    "ab": (
        *("ab_share", "ab_measure", "ab_after", "ab_itself", "ab_title", "ab_body"),
        *(f"ab_{name}_{language}" for name in ("title", "body") for language in SPOKEN),
    ),
    "repeat": ("every", "on", "which", "until", "times"),
    "sequence": ("whom", "days"),
    "chase": ("chase", "chase_after", "chase_rounds"),
    "ending": ("ending", "end_date", "end_time", "end_result"),
    "mail": ("mail", "mail_after"),
}
#: step -> of the values that a draft keeps for it, those that a card of their own asks for
ELSEWHERE = {
    "message": FIELDS["ab"],
    "schedule": (*FIELDS["repeat"], *FIELDS["chase"], *FIELDS["ending"], *FIELDS["mail"]),
}

#: fields that hold addresses of the web
ADDRESSES = {"image", "link_url", "links", *(f"url{number}" for number in range(BUTTONS))}


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """A record, or errors by field; both when the rest of the form could be read."""

    value: T | None
    errors: Mapping[str, str] = field(default_factory=dict)


def typed(step: str, form: Mapping[str, object], kept: Values | None = None) -> dict[str, str]:
    """The fields of a step as they were typed; of ``kept``, what no field of it holds."""
    values = {name: _kept(name, str(form[name])) for name in FIELDS[step] if name in form and form[name] is not None}
    elsewhere = {name: kept[name] for name in ELSEWHERE.get(step, ()) if kept and name in kept}
    own = [*(kept or {}).get("own", "").splitlines(), *clean(str(form.get("own_text") or "")).splitlines()]
    return {**values, **elsewhere, **({"own": "\n".join(dict.fromkeys(own))[:KEPT]} if own else {})}


def merge(values: Values, kept: Values, was: object) -> dict[str, str] | None:
    """What was typed into a form of an earlier version, over what the draft holds now, field by field.

    ``was``: what stood in its fields when it was drawn (``cards.compose.frame.drawn``). What was not touched is as the
    draft has it now. None where both have changed the same field, or nobody can tell.
    """
    if not isinstance(was, Mapping):
        return None
    merged = dict(values)
    for name, text in values.items():
        if name not in kept or kept[name] == text:
            continue
        if was.get(name) == fingerprint(text):
            merged[name] = kept[name]
        elif was.get(name) != fingerprint(kept[name]):
            return None
    return merged


def _kept(name: str, text: str) -> str:
    # an address without a sign that stood in it would be another address: it shows, and is refused
    return clean(text[:KEPT], "\ufffd" if name in ADDRESSES else "")


def page_of(form: Mapping[str, object]) -> int:
    """Which page a card's button asks for, from 0."""
    try:
        return min(max(0, int(str(form.get("page", 0)))), 1_000_000)
    except ValueError:
        return 0


def number_typed(
    values: Values, field: str, most: int, texts: Texts, errors: dict[str, str], usual: str = "", wrong: str = ""
) -> int:
    """From 1 to ``most``; ``usual``: where none was typed. 1 where it is none, and in ``errors`` what is ``wrong``."""
    text = values.get(field, "").strip() or usual
    if not text.isdecimal() or len(text) > LONGEST or not 1 <= int(text) <= most:
        errors[field] = wrong or texts("Please give a number from 1 to {most}.", most=most)
        return 1
    return int(text)


def moment_typed(
    day: str, clock: time | None, fields: tuple[str, str], zone: ZoneInfo | None, texts: Texts, errors: dict[str, str]
) -> datetime | None:
    """An instant by the wall clock of a zone; None where the day or the clock, whose ``fields`` these are, is none."""
    try:
        date_typed = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        errors[fields[0]] = texts("Please choose a day.")
        return None
    if clock is None:
        errors[fields[1]] = texts("Please choose a time, like 10:00.")
        return None
    if zone is None:
        return None
    # the calendar's first and last days do not exist in every zone; these are as far from now
    there = min(max(date_typed, date(1000, 1, 1)), date(9000, 1, 1))
    return datetime.combine(there, clock, zone).astimezone(UTC)
