"""Rows, sheets, and why a file has none."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

SMALL = 20_000_000  #: bytes of a part that is read whole: a workbook's styles, its list of sheets
CELL = 1_000  #: characters of a cell that are kept
PAGE = 5_000  #: contacts that are handed on at a time


class Row(NamedTuple):
    """Of a sheet or a text; cells behind the last that says something are left out."""

    line: int  #: of the file, or of the sheet, from 1
    cells: list[str]
    hidden: bool = False


class NoTable(StrEnum):
    EMPTY = "empty"
    LOCKED = "locked"  #: behind a password or a sensitivity label
    BINARY = "binary"  #: .xlsb
    WEB_PAGE = "web_page"  #: HTML, or XML of 2003, whatever it is called
    NO_TABLE = "no_table"  #: something else altogether
    BROKEN = "broken"  #: begins like a workbook, and is none
    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"  #: takes more memory or computing than a file may
    NO_ADDRESSES = "no_addresses"  #: a table, and no column of addresses in it


class CannotRead(Exception):
    """A file that is no table; why."""

    def __init__(self, why: NoTable) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the author's spreadsheets write what a file keeps as a number: by their locale."""

    decimal: str = "."
    group: str = ","
    #: of a day in numbers, as a format says it ("dd/mm/yyyy"); ISO where nobody knows
    day: str = "yyyy-mm-dd"
    months: tuple[str, ...] = ()
    short_months: tuple[str, ...] = ()
    #: from Monday
    weekdays: tuple[str, ...] = ()
    short_weekdays: tuple[str, ...] = ()


PLAIN = Habits()


@dataclass(slots=True)
class Oddities:
    """What of a file could not be taken as it stands, by line; grows while its rows are read."""

    #: no text in any encoding: those signs are left out
    unreadable: list[int] = field(default_factory=list)
    #: in another encoding than the others
    mixed: list[int] = field(default_factory=list)
    #: a quotation mark that nothing closes
    unclosed: list[int] = field(default_factory=list)
    #: a formula of which the file does not hold the result
    unknown_results: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    #: "" for a text
    name: str
    rows: Callable[[Oddities], Iterator[Row]]
    hidden: bool = False
    #: of a text, all of it: its lines may name people without being a table
    text: str = ""


class Parts(NamedTuple):
    """A packed file."""

    zip: zipfile.ZipFile
    names: Mapping[str, str]  #: as others call them -> as they are called here

    def read(self, name: str) -> bytes:
        """A small part, whole; b"" where there is none. Raises CannotRead for a large one."""
        if name not in self.names:
            return b""
        if self.zip.getinfo(self.names[name]).file_size > SMALL:
            raise CannotRead(NoTable.TOO_MUCH)
        return self.zip.read(self.names[name])


def cell(text: str) -> str:
    """A cell's text on one line."""
    return " ".join(text[:CELL].split())
