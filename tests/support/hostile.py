"""Texts that somebody could type to hold the bot up, and every parser and pattern that reads what somebody typed."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import bot
import cards
import dialogs
import manifest
import scheduler
import storage
from bot.ops.logs import one_line
from bot.teams.members import NAME
from bot.teams.skype import address_in
from bot.web.bodies import json_object
from bot.web.clicks import is_program
from cards.kit.addresses import is_loopback, is_web_address
from cards.kit.names import split_name
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown, escape_skype, plain
from cards.message.compile import bold_headings, filled, size_of, summary_of
from cards.message.links import links_of, with_links
from cards.message.markdown import own_links
from cards.message.skype import read_line, skype_text, without_tags
from dialogs.core.card_values import as_name, number_in
from dialogs.forms.addresses import in_cell, is_address
from dialogs.forms.audience import read_addresses, read_audience
from dialogs.forms.cleaning import clean
from dialogs.forms.closures import read_closures
from dialogs.forms.fields import KEPT, typed
from dialogs.forms.formatting.markup import LARGEST, markdown_of
from dialogs.forms.message import asks_for_columns, read_message, read_version
from dialogs.forms.schedule import read_schedule
from dialogs.lists.imports.headings import meaning, variable_of
from dialogs.lists.imports.layout import layout_of
from dialogs.lists.imports.tables.records import CELL, Row
from dialogs.sayings import LONGEST as SAID
from dialogs.sayings import OpenDraft
from dialogs.sayings.reading import read as read_saying
from dialogs.sayings.words.names import Names
from dialogs.schedule_words import may_be_a_schedule
from storage.records import Message
from tests.support.growth import processor_time
from tests.support.program import ROOT
from tests.unit.test_message import ADA

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
EN, FR = Texts("en"), Texts("fr")
LISTS, OPEN_DRAFT = Names(["Sales", "Paris office"]), OpenDraft(text="Hello", audience=("Sales",))
BODY = 21_000  #: characters of a message's text: what is longer is refused unread

#: what is repeated, with or without an end that fits nothing
UNITS = (
    "[a](", "[", "[[]", "![", "![](", "](", "]", "[a](<b", '[a](b "', "[a][", "[a](b)", "<", "<a ", "<at>", "</at>",
    "<b>x</b>", "<a href='", '<a "', "<!--", "<p>", "<ul><li>", "<table><tr><td>", "<pre>\n", "<i>x",
    '<at id="0">x</at>', "<http:", "&", "&#9", "&nbsp;", "&a", "*", "**a", "_a", "`", "~", "#", "# a ", "\\", " ",
    "\t", "\n", "\n\n", "\r\n", " \n", "a", "é", "😀", "a ", "a.", "a@", "a@b.", "@", "@,", "b.", "sip:a@", "https://",
    "https://a.b ", "https://a.b/(", "//", "://", "%", "%41", "-", "--", "- ", "1", "1.", "1 ", "1/1/", "9:", "1h",
    "24 december, ", "1,", ",", ", ", ";", "|", ":", '"', "'", "(", "()", "{", "{}", "[A", "[ABC", "[ABC|", "[ABC|x]",
    "[FIRSTNAME]", "[FIRSTNAM] ", "=", "x=", "list:1,", "tomorrow ", "next monday and ", "demain à 10h ", "\u0000",
    "\u2028",
)  # fmt: skip
#: what stands around: nothing, or what makes sense of it and no sense of the end
AROUND = (("", ""), ("[a](b) <", "\x00 >)"))


def _form(step: str, field: str, read: Callable[[dict[str, str]], object], **values: str) -> Callable[[str], object]:
    """A form with a hostile text in one of its fields, as it is read when it comes."""
    return lambda text: read({**values, **typed(step, {field: text})})


def _message(values: dict[str, str]) -> object:
    return asks_for_columns(values), read_message(values, EN, ())


def _body(read: Callable[[Message], object]) -> Callable[[str], object]:
    return lambda text: read(Message(body=text))


def _json(text: str) -> object:
    try:
        return json_object(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _closures(values: dict[str, str]) -> object:
    return read_closures(values, NOW, NOW, FR, {})


#: name -> (what reads it, characters that it takes at the most)
PARSERS: dict[str, tuple[Callable[[str], Any], int]] = {
    **{
        f"message.{field}": (_form("message", field, _message, name="n", body="b"), KEPT)
        for field in (
            "name",
            "title",
            "body",
            "notification",
            "image",
            "image_alt",
            "link_title",
            "link_url",
            "links",
            "answers",
        )
    },
    **{
        f"version.{field}": (_form("version", field, lambda values: read_version(values, Message(body="b"), FR)), KEPT)
        for field in ("title", "body", "notification")
    },
    **{
        f"audience.{field}": (
            _form("audience", field, lambda values: read_audience(values, EN), channel="msteams", list_name="n"),
            KEPT,
        )
        for field in ("audience", "addresses", "except", "list_name")
    },
    **{
        f"schedule.{field}": (_form("schedule", field, lambda values: read_schedule(values, NOW, EN), start="at"), KEPT)
        for field in ("date", "time", "zone", "duration", "opens", "days")
    },
    "schedule.closed": (_form("schedule", "closed", _closures), KEPT),
    "addresses": (lambda text: read_addresses(text, EN), KEPT - 1),
    "words of a schedule": (may_be_a_schedule, KEPT),
    "said": (lambda text: read_saying(text, LISTS), SAID),
    "told": (lambda text: read_saying(f"tell Sales that {text}", LISTS), SAID - 20),
    "sent after a colon": (lambda text: read_saying(f"send to Sales: {text}", LISTS), SAID - 20),
    "an edit": (lambda text: read_saying(text, LISTS, OPEN_DRAFT), SAID),
    "formatted": (markdown_of, LARGEST),
    "sent": (own_links, BODY),
    "tracked": (lambda text: with_links(text, lambda number, _: f"https://x.org/{number}"), BODY),
    "links": (_body(links_of), BODY),
    "notification": (_body(summary_of), BODY),
    "filled": (_body(lambda message: filled(message, ADA, {})), BODY),
    "size": (_body(size_of), BODY),
    "on Skype": (_body(skype_text), BODY),
    "tags": (without_tags, BODY),
    "headings": (bold_headings, BODY),
    "a person's name": (lambda text: (escape_markdown(text), escape_skype(text), plain(text)), NAME),
    "an address of the web": (lambda text: (is_web_address(text), is_loopback(f"http://{text}")), KEPT),
    "an address": (is_address, KEPT),
    "a person's id": (address_in, KEPT),
    "a pressed line": (read_line, KEPT),
    "a log line": (one_line, 8_000),
    "a browser's name": (is_program, 8_000),
    "clean": (clean, KEPT),
    "JSON": (_json, KEPT),
    "a name": (lambda text: (as_name(text), number_in({"a": text}, "a")), KEPT),
    "a heading": (lambda text: (variable_of(text), meaning(text)), CELL),
    "a cell": (in_cell, CELL),
    "a whole name": (split_name, CELL),
    "first rows": (lambda text: layout_of([Row(line, [text[:CELL]] * 60) for line in range(1, 6)]), CELL),
}


def hostile(size: int) -> Iterator[str]:
    for unit in UNITS:
        for before, behind in AROUND:
            yield before + (unit * (size // len(unit) + 1))[: size - len(before) - len(behind)] + behind


def seconds(read: Callable[[str], object], text: str) -> float:
    """Of the processor."""
    with processor_time() as took:
        read(text)
    return took[0]


# --- patterns ---------------------------------------------------------------------------------


def modules() -> Iterator[Any]:
    for package in (bot, cards, dialogs, manifest, scheduler, storage):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", "recogniser")):
                yield importlib.import_module(module.name)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern of the product: those with a name, and those that stand in a call."""
    places: dict[str, str] = {}
    for module in modules():
        for name, value in vars(module).items():
            if getattr(value, "__annotations__", {}).get("return") == "re.Pattern[str]":
                value = value()  # one that is made when it is first asked for
            for one in value if isinstance(value, tuple | list) else (value,):
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    places.setdefault(one.pattern, f"{module.__name__}.{name}")
        for pattern in _in_calls(module.__file__):
            places.setdefault(pattern, module.__name__)
    return {f"{name} {pattern[:30]}": re.compile(pattern) for pattern, name in places.items()}


def _in_calls(path: str) -> Iterator[str]:
    source = (ROOT / path).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)) if "import re\n" in source else ():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr != "escape"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.args[0].value
