"""The line of a segment as the fields of its card: read, and filled in again to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from cards.lists.conditions import Campaigns, acts_with, wrong_text
from dialogs.core.turn import Turn
from storage.records import Campaign, Channel
from storage.records.segments import (
    Act,
    ColumnIs,
    Condition,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    Installed,
    IsGuest,
    OnChannel,
    Part,
    ReceivedLately,
    mistakes,
)

FIELDS = ("is", "value", "campaign", "did", "days", "channel", "since", "before")


def field_of(kind: str) -> str:
    """Where an error of a line stands."""
    return {"did": "did", "lately": "days", "channel": "channel", "installed": "since"}.get(kind, "value")


def whole_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 else None


def read_line(
    turn: Turn, kind: str, values: Mapping[str, str], campaign: Campaign | None
) -> tuple[Part | None, dict[str, str]]:
    """The line that the fields say, or what is wrong with them."""
    negated = values["is"] in ("not", "has not")
    condition: Condition
    if kind == "did":
        what, button, no = (*values["did"].split(":"), "", "")[:3]
        offered = (
            {(str(act), "" if number is None else str(number)) for act, number in acts_with(campaign)}
            if campaign
            else set()
        )
        if campaign is None or (what, button) not in offered:
            return None, {"did": turn.texts("Please choose what they did.")}
        condition, negated = Did(campaign=campaign.id, act=Act(what), button=whole_number(button)), no == "not"
    elif kind == "lately":
        condition = ReceivedLately(days=whole_number(values["days"]) or 0)
    elif kind == "channel":
        if values["channel"] not in list(Channel):
            return None, {"channel": turn.texts("Please choose a channel.")}
        condition = OnChannel(channel=Channel(values["channel"]))
    elif kind == "guest":
        condition = IsGuest()
    elif kind == "installed":
        condition = Installed(since=_day(turn, values["since"]), before=_day(turn, values["before"]))
    else:
        words = tuple(dict.fromkeys(" ".join(word.split()) for word in values["value"].split(",") if word.strip()))
        contains = values["is"] in ("has", "has not")
        if kind.startswith("column:"):
            condition = ColumnIs(column=kind.removeprefix("column:"), values=words, contains=contains)
        else:
            condition = FactIs(fact=Fact(kind), values=words, contains=contains)
    if wrong := mistakes(condition):
        return None, {field_of(kind): wrong_text(turn.texts, wrong[0].why)}
    return Group(how=How.NONE, parts=(condition,)) if negated else condition, {}


def _day(turn: Turn, text: str) -> datetime | None:
    """The beginning of a day on their clock."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), ZoneInfo(turn.zone)) if 1970 <= day.year < 9000 else None
    except ValueError:
        return None


def as_typed(turn: Turn, part: Part, campaigns: Campaigns) -> tuple[str, dict[str, str]] | None:
    """(what a line is about, its fields); None of one that these fields do not say as it is."""
    negated = isinstance(part, Group) and part.how is How.NONE and len(part.parts) == 1
    condition = part.parts[0] if isinstance(part, Group) and negated else part
    campaign = campaigns.get(condition.campaign) if isinstance(condition, Did) else None
    kind, values = _fields_of(turn, condition, negated=negated)
    whole = {field: values.get(field, "") for field in FIELDS}
    return (kind, whole) if kind and read_line(turn, kind, whole, campaign)[0] == part else None


def _fields_of(turn: Turn, condition: Part, *, negated: bool) -> tuple[str, dict[str, str]]:
    compared = {"is": "not" if negated else "is"}
    match condition:
        case FactIs() | ColumnIs():
            kind = str(condition.fact) if isinstance(condition, FactIs) else f"column:{condition.column}"
            if condition.contains:
                compared = {"is": "has not" if negated else "has"}
            return kind, {**compared, "value": ", ".join(condition.values)}
        case OnChannel():
            return "channel", {**compared, "channel": str(condition.channel)}
        case IsGuest():
            return "guest", compared
        case ReceivedLately():
            return "lately", {**compared, "days": str(condition.days)}
        case Installed():
            days = {"since": condition.since, "before": condition.before}
            zone = ZoneInfo(turn.zone)
            shown = {name: f"{at.astimezone(zone).date()}" for name, at in days.items() if at is not None}
            return "installed", {**compared, **shown}
        case Did():
            button = "" if condition.button is None else str(condition.button)
            did = f"{condition.act}:{button}:{'not' if negated else ''}"
            return "did", {"campaign": str(condition.campaign), "did": did}
        case _:
            return "", {}
