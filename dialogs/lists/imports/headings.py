"""What the columns of a table are: an address, a first name, a last name, or something of the list's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cards.kit.variables import NAMES
from cards.languages import LANGUAGES, unaccented
from dialogs.forms.fields import is_address
from dialogs.forms.pasted import bare

OWN = 20  #: columns of its own that a list keeps
LENGTH = 40  #: characters of a variable's name

#: what a column is -> how it is headed, in any language
KNOWN = {
    kind: {word for language in LANGUAGES.values() for word in language.headings.get(kind, "").split()}
    for kind in ("address", "given", "surname", "whole")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Which column is what, by its place."""

    address: int
    given: int | None = None
    surname: int | None = None
    #: first name and last name in one
    whole: int | None = None
    #: the list's own: place -> the variable's name
    own: dict[int, str]
    #: the first row says what the columns are
    named: bool


def read_headings(first: Sequence[Sequence[str]]) -> Headings | None:
    """From the first rows of a table; None when no column holds addresses."""
    rows = [row for row in first if any(row)]
    if not rows:
        return None
    named = len(rows) > 1 and not any(address_in(cell) for cell in rows[0])
    people = rows[1:] if named else rows
    words = [_bare(cell) for cell in rows[0]] if named else []
    address = _address_column(words, people)
    if address is None:
        return None
    if not named:
        return _unnamed(address, people)
    given, surname, whole = (_place(words, KNOWN[kind], address) for kind in ("given", "surname", "whole"))
    if given is None and whole is None:  # "Nom" alone is the whole of it
        whole, surname = surname, None
    elif given is not None:
        whole = None if surname is not None else whole
    taken = {place for place in (address, given, surname, whole) if place is not None}
    return Headings(address=address, given=given, surname=surname, whole=whole, own=_own(rows[0], taken), named=True)


def address_in(cell: str) -> str:
    """The address that a cell holds, alone, as "Name <address>", or behind "sip:"; "" for none."""
    word = bare(cell.partition("<")[2].partition(">")[0] if "<" in cell else cell)
    word = re.sub(r"(?i)^(sip|mailto|smtp):", "", word)
    return word.lower() if is_address(word) else ""


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]+", "", unaccented(heading).lower())


def _place(words: Sequence[str], known: set[str], but: int) -> int | None:
    return next((place for place, word in enumerate(words) if word in known and place != but), None)


def _address_column(words: Sequence[str], people: Sequence[Sequence[str]]) -> int | None:
    """The column with the most addresses; among equals, one that is called so."""
    width = max((len(row) for row in people), default=0)
    counts = [sum(bool(address_in(row[place])) for row in people if place < len(row)) for place in range(width)]
    called = [place for place, word in enumerate(words) if word in KNOWN["address"] and place < width]
    if called and (best := max(called, key=lambda place: counts[place])) is not None and counts[best]:
        return best
    if not counts or not max(counts):
        return None
    return counts.index(max(counts))


def _unnamed(address: int, people: Sequence[Sequence[str]]) -> Headings:
    """Nobody says what the columns are: last name and first name before the address, or the other way behind it."""
    width = max(len(row) for row in people)
    before, behind = list(range(address)), list(range(address + 1, width))
    given = surname = whole = None
    if len(before) >= 2:
        surname, given = before[:2]
    elif len(behind) >= 2 and not before:
        given, surname = behind[:2]
    elif before or behind:
        whole = (before or behind)[0]
    return Headings(address=address, given=given, surname=surname, whole=whole, own={}, named=False)


def _own(row: Sequence[str], taken: set[int]) -> dict[int, str]:
    own: dict[int, str] = {}
    for place, heading in enumerate(row):
        name = variable_of(heading)
        if place in taken or not name or len(own) == OWN:
            continue
        number, free = 2, name
        while free in own.values():
            free, number = f"{name[: LENGTH - 3]}_{number}", number + 1
        own[place] = free
    return own


def variable_of(heading: str) -> str:
    """The variable that a heading becomes: "Département" -> DEPARTEMENT; "" for an empty one."""
    name = re.sub(r"\W+", "_", unaccented(heading).upper()).strip("_")[:LENGTH].strip("_")
    if not name:
        return ""
    if len(name) < 3 or not name[0].isalpha() or name in NAMES:
        name = f"LIST_{name}"[:LENGTH]
    return name
