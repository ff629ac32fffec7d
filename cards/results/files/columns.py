"""A table for a file: its columns, each with its title, where its value comes from, and what kind of value that is."""

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

#: what a file holds: text, a number, milliseconds since 1970 in a column of instants, or nothing
Cell = str | int | None


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"  #: shown on the clock of the table's zone


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    title: str
    value: Callable[[Row], str | int | datetime | None]
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

    def rows(self, records: Sequence[Row]) -> list[tuple[Cell, ...]]:
        """A row for each record: made column by column, which takes half as long."""
        return list(zip(*(_cells(column, records) for column in self.columns), strict=True))


def _cells(column: Column[Row], records: Sequence[Row]) -> list[Cell]:
    values = map(column.value, records)
    if column.kind is Kind.INSTANT:
        return [ms(value) if isinstance(value, datetime) else value for value in values]
    return list(values)  # type: ignore[arg-type]  # only a column of instants gives instants


def delimiter_of(texts: Texts) -> str:
    return LANGUAGES[texts.language].delimiter
