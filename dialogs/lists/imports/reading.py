"""A file becomes contacts, page by page, with every line that is none named and the reason. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from dialogs.forms.fields import NAME, clean
from dialogs.forms.pasted import read_pasted
from dialogs.lists.imports.headings import Headings, address_in, read_headings
from dialogs.lists.imports.tables import CannotRead, NoTable, Row, rows_of
from storage.records import Contact

ROWS = 250_000  #: of a file at the most
PAGE = 5_000  #: contacts given at a time
LOOKED_AT = 200  #: rows that tell what the columns are
NAMED = 100  #: lines that are no contacts, named one by one
VALUE = 200  #: characters of a value of the list's own
SHOWN = 40  #: characters of a cell in a mistake


class Mistake(StrEnum):
    NO_ADDRESS = "no_address"  #: the cell is empty
    WRONG_ADDRESS = "wrong_address"


@dataclass(frozen=True, slots=True)
class WrongLine:
    line: int
    why: Mistake
    #: what stands in place of an address
    text: str


@dataclass(slots=True)
class Counts:
    """What was found so far; grows while the pages are read."""

    people: int = 0
    #: lines that name somebody again
    doubles: int = 0
    wrong: int = 0
    #: the first of them
    wrong_lines: list[WrongLine] = field(default_factory=list)
    columns: tuple[str, ...] = ()


def contacts_of(content: bytes, counts: Counts, size: int = PAGE) -> Iterator[list[Contact]]:
    """The contacts of a file, each address once, ``size`` at a time. Raises CannotRead, at the first page or later."""
    rows = rows_of(content)
    first = list(itertools.islice(rows, LOOKED_AT))
    headings = read_headings([cells for _, cells in first])
    if headings is None:
        raise CannotRead(NoTable.NO_ADDRESSES if any(any(cells) for _, cells in first) else NoTable.EMPTY)
    counts.columns = tuple(headings.own.values())
    known: set[str] = set()
    page: list[Contact] = []
    for number, (line, cells) in enumerate(itertools.chain(_people(first, headings), rows)):
        if number >= ROWS:
            raise CannotRead(NoTable.TOO_LARGE)
        if not any(cells):
            continue
        contact = _contact(line, cells, headings, counts)
        if contact is None:
            continue
        if contact.address in known:
            counts.doubles += 1
            continue
        known.add(contact.address)
        counts.people += 1
        page.append(contact)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


def pasted_contacts(text: str, counts: Counts) -> Iterator[list[Contact]]:
    """The same of addresses that were pasted."""
    pasted = read_pasted(text)
    counts.people, counts.doubles, counts.wrong = len(pasted.contacts), pasted.doubles, len(pasted.wrong)
    counts.wrong_lines = [
        WrongLine(wrong.line, Mistake.WRONG_ADDRESS, wrong.text[:SHOWN]) for wrong in pasted.wrong[:NAMED]
    ]
    if pasted.contacts:
        yield list(pasted.contacts)


def _people(first: list[Row], headings: Headings) -> list[Row]:
    """The first rows without the one that names the columns."""
    if not headings.named:
        return first
    named = next(place for place, (_, cells) in enumerate(first) if any(cells))
    return first[named + 1 :]


def _contact(line: int, cells: list[str], headings: Headings, counts: Counts) -> Contact | None:
    def cell(place: int | None) -> str:
        return clean(cells[place]) if place is not None and place < len(cells) else ""

    address_cell = cell(headings.address)
    address = address_in(address_cell)
    if not address:
        counts.wrong += 1
        if len(counts.wrong_lines) < NAMED:
            why = Mistake.WRONG_ADDRESS if address_cell else Mistake.NO_ADDRESS
            counts.wrong_lines.append(WrongLine(line, why, address_cell[:SHOWN]))
        return None
    given, surname = cell(headings.given), cell(headings.surname)
    if headings.whole is not None:
        given, _, surname = cell(headings.whole).partition(" ")
    if "<" in address_cell and not (given or surname):
        given, _, surname = address_cell.partition("<")[0].strip(' "').partition(" ")
    own = {name: cell(place)[:VALUE] for place, name in headings.own.items()}
    return Contact(
        address=address,
        given_name=given[:NAME],
        surname=surname[:NAME],
        columns={name: value for name, value in own.items() if value},
    )
