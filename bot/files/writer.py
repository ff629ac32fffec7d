"""Tables written to files, as a program of its own: ``python -m bot.files.writer`` reads its rows from a pipe.

Writing a million rows takes half a minute of computing: beside the event loop, in a thread, it would hold up
every message that is being sent. What is cut off before its end leaves no file behind.

The first line is the ``FileSpec``, each other one is a page of rows (``Page``), the last is empty.
"""

from __future__ import annotations

import csv
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import orjson

from bot.files.workbook import BOLD, DAY, INSTANT, PLAIN, UNIX, Workbook, number_cell, printable, text_cell

ROWS = 1_000_000  #: of one worksheet, its titles not counted: spreadsheets take 1,048,576
WIDTH = 18  #: characters that a column shows
NICE = 5  #: so much do other programs go first
#: what makes a formula of a cell that is typed or read; in other widths too (NFKC)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\u2212")
#: what a spreadsheet may strip before it looks: blanks, controls, and what shows nothing (U+200B, U+FEFF)
BLANK = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf"))

#: text, a number, milliseconds since 1970 in a column of instants, or nothing
Cell = str | int | None
#: the cells of some rows, column by column
Page = Sequence[Sequence[Cell]]

Made = TypeVar("Made")


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


def each_once(make: Callable[[Cell], Made], cells: Sequence[Cell]) -> list[Made]:
    """What is made of each cell of a column: most are states, reasons and the like, which come again and again."""
    made = {cell: make(cell) for cell in set(cells)}
    return [made[cell] for cell in cells]


class Writer(Protocol):
    def write(self, page: Page) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """As Excel opens it by a double click: with a mark of its encoding, in the language's delimiter."""

    def __init__(self, spec: FileSpec) -> None:
        self._file = Path(spec.path).open("w", encoding="utf-8-sig", errors="replace", newline="")  # noqa: SIM115 (close)
        self._writer = csv.writer(self._file, delimiter=spec.delimiter)
        self._writer.writerow(map(harmless, spec.titles))
        local = _Local(spec.zone)

        def instant(cell: Cell) -> Cell:
            return local(cell).isoformat(" ") if isinstance(cell, int) else cell

        self._makers = [instant if is_instant else _value for is_instant in spec.are_instants]

    def write(self, page: Page) -> None:
        self._writer.writerows(zip(*map(each_once, self._makers, page), strict=True))

    def close(self) -> None:
        self._file.close()


def _value(cell: Cell) -> Cell:
    return harmless(cell.replace("\x00", "")) if isinstance(cell, str) else cell


class XlsxFile:
    """Texts are written as texts: none is taken for a formula, a number or a link; and see ``harmless``."""

    def __init__(self, spec: FileSpec) -> None:
        self._book = Workbook(Path(spec.path))
        self._spec = spec
        local = _Local(spec.zone)

        def instant(cell: Cell) -> str | None:
            if not isinstance(cell, int):
                return None
            return number_cell(round(local.seconds(cell) / DAY + UNIX, 8), INSTANT)

        self._makers = [instant if is_instant else _cell for is_instant in spec.are_instants]
        self._number = 0
        self._next_page()

    def _next_page(self) -> None:
        self._number += 1
        name, titles = self._spec.name, self._spec.titles
        self._book.begin_sheet(
            name if self._number == 1 else f"{name} {self._number}", [WIDTH] * len(titles), titled=True
        )
        self._book.add_row([_text(title, BOLD) for title in titles])

    def write(self, page: Page) -> None:
        while page[0]:
            if self._book.height > ROWS:
                self._next_page()
            room = ROWS + 1 - self._book.height
            here, page = [cells[:room] for cells in page], [cells[room:] for cells in page]
            self._book.add_rows(list(map(each_once, self._makers, here)))

    def close(self) -> None:
        if self._spec.summary:
            self._book.begin_sheet(self._spec.summary_name, [2 * WIDTH] * 2)
            for name, value in self._spec.summary:
                self._book.add_row([_text(name, BOLD), _text(value)])
        self._book.close()


def _cell(cell: Cell) -> str | None:
    if isinstance(cell, str):
        return _text(cell) if cell else None
    return None if cell is None else number_cell(cell)


def _text(text: str, style: int = PLAIN) -> str:
    return text_cell(harmless(printable(text)), style)


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
