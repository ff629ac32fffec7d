"""Tables written to files, as a program of its own: ``python -m bot.files.writer`` reads its rows from a pipe.

Writing a million rows takes a minute of computing: beside the event loop, in a thread, it would hold up
every message that is being sent. CSV, and XLSX by XlsxWriter, which keeps one row in memory. What is
cut off before its end leaves no file behind.

The first line is the ``FileSpec``, each other one is a page of rows, the last is empty.
"""

from __future__ import annotations

import csv
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import orjson

ROWS = 1_000_000  #: of one worksheet: spreadsheets take 1,048,576
WIDTH = 18  #: characters that a column shows
CELL = 32_767  #: characters that a spreadsheet takes in one cell
NICE = 5  #: so much do other programs go first
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML cannot hold
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

    def __init__(self, spec: FileSpec, tempdir: str) -> None:
        import xlsxwriter  # the bot, which knows this module too, has no need of it

        self._book = xlsxwriter.Workbook(spec.path, {"constant_memory": True, "tmpdir": tempdir})
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._spec = spec
        self._local, self._are_instants = _Local(spec.zone), spec.are_instants
        self._number = 0
        self._next_page()

    def _next_page(self) -> None:
        self._number += 1
        name, titles = self._spec.name, self._spec.titles
        self._page = self._book.add_worksheet(name if self._number == 1 else f"{name} {self._number}")
        self._page.freeze_panes(1, 0)
        self._page.set_column(0, len(titles) - 1, WIDTH)
        for column, title in enumerate(titles):
            self._page.write_string(0, column, _text(title), self._bold)
        self._row = 1

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            if self._row > ROWS:
                self._next_page()
            page, at = self._page, self._row
            for column, (cell, is_instant) in enumerate(zip(row, self._are_instants, strict=True)):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    page.write_string(at, column, _text(cell))
                elif is_instant:
                    page.write_datetime(at, column, self._local(cell), self._instant)
                else:
                    page.write_number(at, column, cell)
            self._row += 1

    def close(self) -> None:
        if self._spec.summary:
            page = self._book.add_worksheet(self._spec.summary_name)
            page.set_column(0, 1, 2 * WIDTH)
            for at, (name, value) in enumerate(self._spec.summary):
                page.write_string(at, 0, _text(name), self._bold)
                page.write_string(at, 1, _text(value))
        self._book.close()


def _text(cell: str) -> str:
    return harmless(_UNPRINTABLE.sub("", cell)[: CELL - 1])


class _Local:
    """Milliseconds since 1970 -> what a clock on the wall says, to the second."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def __call__(self, at: int) -> datetime:
        return datetime.fromtimestamp(at // 1000, UTC).astimezone(self._zone).replace(tzinfo=None)


def main() -> int:
    os.nice(NICE)
    pages = sys.stdin.buffer
    spec = FileSpec(**orjson.loads(pages.readline()))
    with tempfile.TemporaryDirectory(dir=Path(spec.path).parent) as tempdir:
        writer: Writer = XlsxFile(spec, tempdir) if spec.format == "xlsx" else CsvFile(spec)
        while (line := pages.readline()) != b"\n":
            if not line:  # the bot is gone
                Path(spec.path).unlink(missing_ok=True)
                return 1
            writer.write(orjson.loads(line))
        writer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
