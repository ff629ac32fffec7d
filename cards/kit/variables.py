"""Variables in an author's text: ``[FIRSTNAME]``, ``[LASTNAME|dear reader]`` (S4).

A list's own columns are variables too: ``[DEPARTMENT]`` where a list of the audience says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import quote

from cards.kit.names import given_name, split_name
from cards.languages import LANGUAGES, unaccented
from storage.records import Columns, Person

OWN = ("FIRSTNAME", "LASTNAME", "EMAIL")
#: what an author may write -> what it stands for
NAMES = {name: name for name in OWN} | {
    alias: name for language in LANGUAGES.values() for name, alias in language.variables.items()
}

# capitals in brackets, perhaps a fallback; not a Markdown link, not behind a backslash
VARIABLE = re.compile(r"(?<!\\)\[([^\W\d_a-zß-öø-ÿ][^\Wa-zß-öø-ÿ]{2,39})(?:\|([^\[\]]*))?\](?!\()")


@dataclass(frozen=True, slots=True)
class Variable:
    #: FIRSTNAME, LASTNAME, EMAIL, or a list's column
    name: str
    #: what is said where the person has no value
    fallback: str


def written(name: str, language: str) -> str:
    """How an author of this language writes a variable."""
    return LANGUAGES[language].variables.get(name, name)


def variable_named(written: str, columns: Collection[str] = ()) -> str:
    """What a name in brackets stands for, written with or without accents; "" for nothing we know."""
    bare = unaccented(written)
    return NAMES.get(bare) or (bare if bare in columns else "")


def replace_variables(text: str, put: Callable[[Variable], str], columns: Collection[str] = ()) -> str:
    """``text`` with every known variable replaced by what ``put`` says; ``columns`` are known beside our own."""

    def one(match: re.Match[str]) -> str:
        name = variable_named(match[1], columns)
        return put(Variable(name, match[2] or "")) if name else match[0]

    return VARIABLE.sub(one, text)


def columns_in(text: str, columns: Collection[str] | None) -> set[str]:
    """The columns of lists that a text asks for; None: whatever is no variable of ours is a column."""
    asked = {unaccented(match[1]) for match in VARIABLE.finditer(text)} - NAMES.keys()
    return asked if columns is None else asked & set(columns)


def value_of(person: Person, name: str, columns: Columns) -> str:
    """A person's value; a name that the directory did not split is split as names are written. "" for none."""
    match name:
        case "FIRSTNAME":
            return plain(given_name(person.given_name)) or plain(split_name(person.name)[0])
        case "LASTNAME":
            return plain(person.surname) or plain(split_name(person.name)[1])
        case "EMAIL":
            return plain(person.address)
        case _:
            return plain(columns.get(name, ""))


_MARKDOWN = re.compile(r"([\\`*_\[\]()#<>~|!]|&(?=#?\w+;))")
_LIST_OR_RULE = re.compile(r"^(\d*)(?=[-+.](?:\s|$)|[-=]+$)")
_LINKABLE = re.compile(r"(?i)(https?:|www\.|mailto:)")
_BLANKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")  # half a surrogate pair cannot be sent


# most names: letters, with digits, apostrophes, hyphens and blanks between them
_HARMLESS = re.compile(r"[^\W\d_](?:[^\W_]|[' -][^\W_])*")


def escape_markdown(value: str) -> str:
    """A value that shows as itself inside Markdown: no emphasis, no link, no list, no line of its own."""
    if _HARMLESS.fullmatch(value):
        return value
    # a word joiner keeps an address in a name from becoming a link
    bare = _MARKDOWN.sub(r"\\\1", _LINKABLE.sub(lambda match: match[0] + "\u2060", plain(value)))
    return _LIST_OR_RULE.sub(r"\1\\", bare)


def escape_skype(value: str) -> str:
    """The same where a small XML is read beside Markdown: no tag, no entity."""
    if _HARMLESS.fullmatch(value):
        return value
    named = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    bare = _LINKABLE.sub(lambda match: match[0] + "\u2060", plain(value))
    return _LIST_OR_RULE.sub(r"\1\\", re.sub(r"[\\`*_\[\]()#~|!<>&]", lambda m: named.get(m[0]) or f"\\{m[0]}", bare))


def escape_address(value: str) -> str:
    """A value as a part of a web address: percent-encoded, with no sign that Markdown knows."""
    return quote(plain(value), safe="").replace("_", "%5F").replace("~", "%7E")


def plain(value: str) -> str:
    """A value for a line of plain text."""
    if value.isprintable():
        return value.strip()
    return _BLANKS.sub(" ", value).strip()
