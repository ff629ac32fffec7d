"""A table for a file: its columns, each with its title, where its values come from, and of what kind they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from cards.kit.texts import Texts
from cards.languages import LANGUAGES
from storage.records.instants import ms

Row = TypeVar("Row")
Value = TypeVar("Value")

#: what a file holds: text, a number, milliseconds since 1970 in a column of instants, or nothing
Cell = str | int | None


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"  #: shown on the clock of the table's zone


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    title: str
    #: of a page of rows: a file has a million of them, and a call for each cell took longer than the cell
    values: Callable[[Sequence[Row]], Sequence[str | int | datetime | None]]
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Row]):
    """All of a table but its rows, in the reader's words."""

    #: of the worksheet
    name: str
    columns: Sequence[Column[Row]]
    #: IANA zone whose clock shows the instants
    zone: str
    #: of CSV, as a spreadsheet in the reader's language takes it
    delimiter: str

    def page(self, rows: Sequence[Row]) -> list[Sequence[Cell]]:
        """The cells of these rows, column by column."""
        return [_cells(column, rows) for column in self.columns]


def _cells(column: Column[Row], rows: Sequence[Row]) -> Sequence[Cell]:
    values = column.values(rows)
    if column.kind is Kind.INSTANT:
        return [ms(value) if isinstance(value, datetime) else value for value in values]
    return values  # type: ignore[return-value]  # only a column of instants gives instants


def each(value: Callable[[Row], Value]) -> Callable[[Sequence[Row]], list[Value]]:
    """The values of a column that says of each row what has nothing to do with the others."""
    return lambda rows: [value(row) for row in rows]


def delimiter_of(texts: Texts) -> str:
    return LANGUAGES[texts.language].delimiter
