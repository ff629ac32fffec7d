"""Reading the forms: what an author typed -> a record, or what is wrong, field by field. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import getaddresses
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from cards.message import LIMIT, size_of
from cards.texts import Texts
from cards.variables import escape_markdown, unknown_variables
from scheduler.window import open_time
from storage.records import (
    Button,
    ButtonKind,
    Channel,
    Contact,
    IfUnknown,
    ListId,
    Message,
    PresenceChoice,
    Schedule,
    Slot,
    Style,
    WorkingHours,
)

T = TypeVar("T")
Values = Mapping[str, str]

NAME = 100  #: characters of a campaign's or a list's name
TITLE = 150  #: characters of a message's title
BUTTON = 40  #: characters on a button: clients cut longer ones
URL = 2_000  #: characters of an address that browsers agree on
LONGEST = timedelta(days=366)  #: of a campaign
KEPT = 60_000  #: characters of one field kept in a draft
GRACE = timedelta(minutes=5)  #: a start this little in the past is "now": the form took a while

FIELDS = {
    "message": ("name", "title", "style", "body", "link_title", "link_url", "ack", "ack_title"),
    "audience": ("channel", "audience", "list_name", "addresses"),
    "schedule": (
        *("start", "date", "time", "zone", "duration", "unit", "opens", "closes", "days", "anytime"),
        *("presence", "unknown"),
    ),
}


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A record, or errors by field; both when the rest of the form could be read."""

    value: T | None
    errors: Mapping[str, str] = field(default_factory=dict)


_PRIVATE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ud800-\udfff]")


def clean(text: str) -> str:
    """What was typed, less what nobody types: control characters, private ones, halves of characters."""
    return _PRIVATE.sub("", text)


def typed(step: str, form: Mapping[str, object]) -> dict[str, str]:
    """The fields of a step as they were typed."""
    return {name: clean(str(form[name]))[:KEPT] for name in FIELDS[step] if name in form and form[name] is not None}


# --- message ----------------------------------------------------------------------------------


def read_name(values: Values, texts: Texts) -> Reading[str]:
    name = " ".join(values.get("name", "").split())
    if not name:
        return Reading(None, {"name": texts("Please give the campaign a name.")})
    if len(name) > NAME:
        return Reading(None, {"name": _too_long(texts, len(name), NAME)})
    return Reading(name)


def read_message(values: Values, texts: Texts) -> Reading[Message]:
    errors: dict[str, str] = dict(read_name(values, texts).errors)
    title, body = " ".join(values.get("title", "").split()), values.get("body", "").strip()
    if len(title) > TITLE:
        errors["title"] = _too_long(texts, len(title), TITLE)
    if not body:
        errors["body"] = texts("Please write what people should read.")
    for id, text in (("title", title), ("body", body)):
        for wrong, nearest in unknown_variables(text):
            errors[id] = texts("I don't know [{wrong}]. Did you mean [{nearest}]?", wrong=wrong, nearest=nearest)
    style = values.get("style") or Style.MESSAGE
    if style not in list(Style):
        errors["style"] = texts("Please choose one of the styles.")
    buttons = _read_buttons(values, texts, errors)
    if errors:
        return Reading(None, errors)
    message = Message(title=title, body=body, style=Style(style), buttons=buttons)
    if (size := size_of(message)) > LIMIT:
        errors["body"] = texts(
            "The message is too long for Teams: {size} KB of {limit}. Please shorten it.",
            size=texts.number(round(size / 1000, 1)),
            limit=texts.number(LIMIT // 1000),
        )
        return Reading(None, errors)
    return Reading(message)


def _read_buttons(values: Values, texts: Texts, errors: dict[str, str]) -> tuple[Button, ...]:
    buttons = []
    title, url = " ".join(values.get("link_title", "").split()), values.get("link_url", "").strip()
    if title or url:
        if not title:
            errors["link_title"] = texts("Please say what stands on the button.")
        if not url:
            errors["link_url"] = texts("Please say where the button leads.")
        elif not _is_web_address(url):
            errors["link_url"] = texts("That is not a web address; it begins with https://")
        _check_button(title, "link_title", texts, errors)
        buttons.append(Button(kind=ButtonKind.LINK, title=title, url=url))
    if values.get("ack") == "true":
        title = " ".join(values.get("ack_title", "").split()) or texts("I have read it")
        _check_button(title, "ack_title", texts, errors)
        buttons.append(Button(kind=ButtonKind.ACKNOWLEDGE, title=title))
    return tuple(buttons)


def _check_button(title: str, id: str, texts: Texts, errors: dict[str, str]) -> None:
    if len(title) > BUTTON:
        errors[id] = _too_long(texts, len(title), BUTTON)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and not re.search(r"[\s<>\"\\]", url)
            and len(url) <= URL
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


def _too_long(texts: Texts, length: int, limit: int) -> str:
    return texts(
        "That is too long: {length} characters of {limit}.", length=texts.number(length), limit=texts.number(limit)
    )


# --- audience ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceChoice:
    """What the author chose; a new list has still to be made."""

    channel: Channel
    everyone: bool = False
    list: ListId | None = None
    new_name: str = ""
    contacts: tuple[Contact, ...] = ()


def read_audience(values: Values, texts: Texts) -> Reading[AudienceChoice]:
    errors: dict[str, str] = {}
    if values.get("channel", "") not in list(Channel):
        return Reading(None, {"channel": texts("Please choose a channel.")})
    channel = Channel(values["channel"])
    choice = values.get("audience", "")
    if choice == "everyone":
        return Reading(AudienceChoice(channel=channel, everyone=True))
    if choice.startswith("list:") and choice[5:].isdecimal() and len(choice) < 20:
        return Reading(AudienceChoice(channel=channel, list=ListId(int(choice[5:]))))
    if choice != "new":
        return Reading(None, {"audience": texts("Please choose who receives it.")})
    name = " ".join(values.get("list_name", "").split())
    if not name:
        errors["list_name"] = texts("Please give the list a name.")
    elif len(name) > NAME:
        errors["list_name"] = _too_long(texts, len(name), NAME)
    contacts = read_addresses(values.get("addresses", ""), texts)
    errors.update(contacts.errors)
    if errors:
        return Reading(None, errors)
    return Reading(AudienceChoice(channel=channel, new_name=name, contacts=contacts.value or ()))


_ADDRESS = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"().]{2,}")


def is_address(text: str) -> bool:
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def read_addresses(text: str, texts: Texts) -> Reading[tuple[Contact, ...]]:
    """Pasted addresses, in any of the usual forms; each person once."""
    contacts: dict[str, Contact] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        for piece in re.split(r"[;,\t]", line):
            contact = _contact(piece.strip())
            if contact:
                contacts.setdefault(contact.address, contact)
            elif piece.strip():
                wrong.append(texts("“{text}” (line {line})", text=escape_markdown(piece.strip()[:60]), line=number))
    if wrong:
        some = texts.enumerate(wrong[:5])
        return Reading(
            None,
            {
                "addresses": texts.many(
                    "This is not an address: {some}",
                    "{count} entries are not addresses: {some}",
                    len(wrong),
                    some=some + (" …" if len(wrong) > 5 else ""),
                )
            },
        )
    if not contacts:
        return Reading(None, {"addresses": texts("Please paste at least one address.")})
    return Reading(tuple(contacts.values()))


def _contact(piece: str) -> Contact | None:
    """``ada@contoso.com`` or ``Ada Lovelace <ada@contoso.com>``."""
    bare = piece.removeprefix("mailto:").strip("<>")
    if is_address(bare):
        return Contact(address=bare.lower())
    if "<" not in piece:
        return None
    [(name, address), *_] = getaddresses([piece])
    if not is_address(address):
        return None
    first, _, last = name.partition(" ")
    return Contact(address=address.lower(), given_name=first[:NAME], surname=last[:NAME])


# --- schedule ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A schedule as chosen: with ``now``, it starts when it is scheduled."""

    schedule: Schedule
    now: bool


def default_schedule(now: datetime, zone: str) -> dict[str, str]:
    """The next full hour, for two hours, in ordinary working hours."""
    start = (now.astimezone(ZoneInfo(zone)) + timedelta(hours=1)).replace(minute=0)
    return {
        "start": "now",
        "date": start.date().isoformat(),
        "time": start.strftime("%H:%M"),
        "zone": zone,
        "duration": "2",
        "unit": "hours",
        "opens": "09:00",
        "closes": "18:00",
        "days": "0,1,2,3,4",
        "anytime": "false",
        "presence": PresenceChoice.ALWAYS,
        "unknown": IfUnknown.SEND,
    }


def read_schedule(values: Values, now: datetime, texts: Texts) -> Reading[Timing]:
    errors: dict[str, str] = {}
    zone = _read_zone(values, texts, errors)
    duration = _read_duration(values, texts, errors)
    hours = _read_hours(values, texts, errors)
    presence, unknown = _read_presence(values, texts, errors)
    at_once = values.get("start") == "now"
    start = now if at_once else _read_start(values, zone, now, texts, errors)
    if zone and start and duration and start + duration <= now:
        errors["duration"] = texts("The campaign would end before it starts.")
    if errors or not (zone and start and duration and hours):
        return Reading(None, errors)
    schedule = Schedule(
        slot=Slot(start=start, duration=duration),
        hours=hours,
        zone=zone.key,
        presence=presence,
        unknown=unknown,
    )
    if not open_time(schedule.slot, hours, zone):
        errors["duration"] = texts(
            "There are no working hours in this time: it runs from {start} to {end}."
            " Make it longer, change the hours or days, or allow sending outside them.",
            start=texts.moment(schedule.slot.start, zone),
            end=texts.moment(schedule.slot.end, zone),
        )
        return Reading(None, errors)
    return Reading(Timing(schedule=schedule, now=at_once))


def _read_zone(values: Values, texts: Texts, errors: dict[str, str]) -> ZoneInfo | None:
    if values.get("zone") not in available_timezones():
        errors["zone"] = texts("Please choose a time zone.")
        return None
    return ZoneInfo(values["zone"])


def _read_start(
    values: Values, zone: ZoneInfo | None, now: datetime, texts: Texts, errors: dict[str, str]
) -> datetime | None:
    if values.get("start") != "at":
        errors["start"] = texts("Please choose when it starts.")
        return None
    try:
        day = datetime.strptime(values.get("date", ""), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        errors["date"] = texts("Please choose a day.")
        return None
    clock = _clock(values.get("time", ""))
    if clock is None:
        errors["time"] = texts("Please choose a time, like 10:00.")
        return None
    if zone is None:
        return None
    # the calendar's first and last days do not exist in every zone; these are as far from now
    day = min(max(day, date(1000, 1, 1)), date(9000, 1, 1))
    start = datetime.combine(day, clock, zone).astimezone(UTC)
    if start < now - GRACE:
        errors["date"] = texts("That is in the past.")
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
