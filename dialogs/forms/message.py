"""The message, as its form says it."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from cards.message import LIMIT, size_of
from cards.texts import Texts
from cards.variables import columns_in, unknown_variables
from dialogs.forms.fields import NAME, Reading, Values, too_long
from storage.records import (
    Button,
    ButtonKind,
    Message,
    Style,
    Tracking,
)

TITLE = 150  #: characters of a message's title
BUTTON = 40  #: characters on a button: clients cut longer ones
URL = 2_000  #: characters of an address that browsers agree on


def read_name(values: Values, texts: Texts) -> Reading[str]:
    name = " ".join(values.get("name", "").split())
    if not name:
        return Reading(None, {"name": texts("Please give the campaign a name.")})
    if len(name) > NAME:
        return Reading(None, {"name": too_long(texts, len(name), NAME)})
    return Reading(name)


def asks_for_columns(values: Values) -> bool:
    """Whether a variable is none of ours: it may be a column of a list."""
    return bool(columns_in("\n".join((values.get("title", ""), values.get("body", ""))), None))


def read_message(values: Values, texts: Texts, columns: Collection[str] | None = ()) -> Reading[Message]:
    """``columns``: those of lists, which are variables too; None: whatever is no variable of ours is one."""
    errors: dict[str, str] = dict(read_name(values, texts).errors)
    title, body = " ".join(values.get("title", "").split()), values.get("body", "").strip()
    if len(title) > TITLE:
        errors["title"] = too_long(texts, len(title), TITLE)
    if not body:
        errors["body"] = texts("Please write what people should read.")
    asked: set[str] = set()
    for id, text in (("title", title), ("body", body)):
        asked |= columns_in(text, columns)
        for wrong, nearest in unknown_variables(text, asked if columns is None else columns):
            errors[id] = texts("I don't know [{wrong}]. Did you mean [{nearest}]?", wrong=wrong, nearest=nearest)
    style = values.get("style") or Style.MESSAGE
    if style not in list(Style):
        errors["style"] = texts("Please choose one of the styles.")
    buttons = _read_buttons(values, texts, errors)
    if errors:
        return Reading(None, errors)
    message = Message(title=title, body=body, style=Style(style), buttons=buttons, columns=tuple(sorted(asked)))
    if (size := size_of(message)) > LIMIT:
        errors["body"] = texts(
            "The message is too long for Teams: {size} KB of {limit}. Please shorten it.",
            size=texts.number(round(size / 1000, 1)),
            limit=texts.number(LIMIT // 1000),
        )
        return Reading(None, errors)
    return Reading(message)


def read_tracking(values: Values, *, possible: bool) -> Tracking:
    """What is noted of what people do; ``possible``: links can lead through us."""
    return Tracking(links=possible and values.get("track") != "false", anonymous=values.get("anonymous") == "true")


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
        errors[id] = too_long(texts, len(title), BUTTON)


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
