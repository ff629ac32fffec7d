"""Tables written to files, as a program of its own: ``python -m bot.files.writer`` reads its rows from a pipe.

Writing a million rows takes half a minute of computing: beside the event loop, in a thread, it would hold up
every message that is being sent. What is cut off before its end leaves no file behind.

The first line is the ``FileSpec``, each other one is a page of rows, the last is empty.
"""

from __future__ import annotations

import csv
import os
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import orjson

from bot.files.workbook import BOLD, DAY, INSTANT, UNIX, Workbook, number_cell, printable, text_cell

ROWS = 1_000_000  #: of one worksheet, its titles not counted: spreadsheets take 1,048,576
WIDTH = 18  #: characters that a column shows
NICE = 5  #: so much do other programs go first
#: what makes a formula of a cell that is typed or read; in other widths too (NFKC)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\u2212")
#: what a spreadsheet may strip before it looks: blanks, controls, and what shows nothing (U+200B, U+FEFF)
BLANK = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf"))

#: text, a number, milliseconds since 1970 in a column of instants, or nothing
Cell = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """All of a file but its rows."""

    path: str
    #: "xlsx" or "csv"
    format: str
    #: of the worksheet
    name: str
    #: title and kind ("text", "number", "instant") of each
    columns: Sequence[tuple[str, str]]
    #: IANA zone on whose clock instants are shown: spreadsheets know none
    zone: str
    #: of CSV
    delimiter: str
    #: a second worksheet of two columns, of XLSX only
    summary_name: str = ""
    summary: Sequence[Sequence[str]] = ()

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.columns]

    @property
    def are_instants(self) -> list[bool]:
        """For each column, whether it holds instants."""
        return [kind == "instant" for _, kind in self.columns]

    def line(self) -> bytes:
        return orjson.dumps(asdict(self)) + b"\n"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe before it."""
    if text[:1].isalnum():  # most do
        return text
    first = next((sign for sign in text if unicodedata.category(sign) not in BLANK), "")
    begins = text.lstrip(" \u00a0").startswith(DANGEROUS) or unicodedata.normalize("NFKC", first).startswith(DANGEROUS)
    return f"'{text}" if begins else text


class Writer(Protocol):
    def write(self, rows: Sequence[Sequence[Cell]]) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """As Excel opens it by a double click: with a mark of its encoding, in the language's delimiter."""

    def __init__(self, spec: FileSpec) -> None:
        self._file = Path(spec.path).open("w", encoding="utf-8-sig", errors="replace", newline="")  # noqa: SIM115 (close)
        self._writer = csv.writer(self._file, delimiter=spec.delimiter)
        self._writer.writerow(map(harmless, spec.titles))
        self._local, self._are_instants = _Local(spec.zone), spec.are_instants

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._writer.writerows(map(self._cell, row, self._are_instants) for row in rows)

    def _cell(self, cell: Cell, is_instant: bool) -> object:
        if isinstance(cell, str):
            return harmless(cell.replace("\x00", ""))
        return self._local(cell).isoformat(" ") if is_instant and cell is not None else cell

    def close(self) -> None:
        self._file.close()


class XlsxFile:
    """Texts are written as texts: none is taken for a formula, a number or a link; and see ``harmless``."""

    def __init__(self, spec: FileSpec) -> None:
        self._book = Workbook(Path(spec.path))
        self._spec = spec
        self._local, self._are_instants = _Local(spec.zone), spec.are_instants
        self._number = 0
        self._next_page()

    def _next_page(self) -> None:
        self._number += 1
        name, titles = self._spec.name, self._spec.titles
        self._book.begin_sheet(
            name if self._number == 1 else f"{name} {self._number}", [WIDTH] * len(titles), titled=True
        )
        self._book.add_row(text_cell(harmless(printable(title)), BOLD) for title in titles)

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            if self._book.height > ROWS:
                self._next_page()
            self._book.add_row(map(self._cell, row, self._are_instants))

    def _cell(self, cell: Cell, is_instant: bool) -> str | None:
        if isinstance(cell, str):
            return _text(cell) if cell else None
        if cell is None:
            return None
        return (
            number_cell(round(self._local.seconds(cell) / DAY + UNIX, 8), INSTANT) if is_instant else number_cell(cell)
        )

    def close(self) -> None:
        if self._spec.summary:
            self._book.begin_sheet(self._spec.summary_name, [2 * WIDTH] * 2)
            for name, value in self._spec.summary:
                self._book.add_row([text_cell(harmless(printable(name)), BOLD), _text(value)])
        self._book.close()


@lru_cache(maxsize=4096)  # states, reasons and what the campaign says of itself come again and again
def _text(cell: str) -> str:
    return text_cell(harmless(printable(cell)))


class _Local:
    """Milliseconds since 1970 -> what a clock on the wall says, to the second."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._offset = lru_cache(maxsize=4096)(self._offset_of)

    def _offset_of(self, quarter: int) -> int:
        """Seconds that a quarter of an hour since 1970 is ahead of UTC: clocks are set between two of them."""
        offset = datetime.fromtimestamp(quarter * 900, UTC).astimezone(self._zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    def seconds(self, at: int) -> int:
        """Since the beginning of 1970 on that clock."""
        return at // 1000 + self._offset(at // 900_000)

    def __call__(self, at: int) -> datetime:
        return datetime.fromtimestamp(self.seconds(at), UTC).replace(tzinfo=None)


def main() -> int:
    os.nice(NICE)
    pages = sys.stdin.buffer
    spec = FileSpec(**orjson.loads(pages.readline()))
    writer: Writer = XlsxFile(spec) if spec.format == "xlsx" else CsvFile(spec)
    while (line := pages.readline()) != b"\n":
        if not line:  # the bot is gone
            Path(spec.path).unlink(missing_ok=True)
            return 1
        writer.write(orjson.loads(line))
    writer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
