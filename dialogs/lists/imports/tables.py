"""The rows of a file, whatever its encoding, its delimiter, its kind. Pure: bytes in, texts out.

Only this module imports openpyxl and charset-normalizer.
"""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Literal

COLUMNS = 60  #: of a row that are looked at
CELL = 1_000  #: characters of a cell that are kept
UNPACKED = 400_000_000  #: bytes that a workbook may take when it is unpacked
PARTS = 2_000  #: files in a workbook
SAMPLE = 100_000  #: bytes looked at to tell an encoding
FIRST = 60  #: lines looked at to tell a delimiter

WESTERN = "cp1252"  #: what Excel writes in western Europe and America
DOUBT = 0.02  #: how much messier a text may look in it than in another encoding

DELIMITERS = (";", ",", "\t", "|")
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

#: the number of a line, or of a row, from 1; its cells
Row = tuple[int, list[str]]


class NoTable(StrEnum):
    EMPTY = "empty"
    OLD_EXCEL = "old_excel"  #: .xls, of before 2007
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


def rows_of(content: bytes) -> Iterator[Row]:
    """The rows of a CSV or XLSX file, one by one. Raises CannotRead, and nothing else."""
    if not content.strip(b"\x00 \t\r\n"):
        raise CannotRead(NoTable.EMPTY)
    if content.startswith(OLD_EXCEL):
        raise CannotRead(NoTable.OLD_EXCEL)
    if content.startswith(ZIP):
        return _workbook(content)
    return _separated(_decoded(content))


# --- CSV --------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    """The text, by its byte order mark, as UTF-8, or else by what its letters look like."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _text(content.decode(encoding, "replace"))
    try:
        return _text(content.decode())
    except UnicodeDecodeError:
        return _text(content.decode(_guessed(content[:SAMPLE]), "replace"))


def _guessed(sample: bytes) -> str:
    """Which of the encodings that spreadsheets write it is; theirs in the West where nothing tells."""
    from charset_normalizer import from_bytes  # takes a while: loaded when it is first needed

    if sample.count(0) * 5 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    guess = from_bytes(sample, cp_isolation=[WESTERN, "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254"])
    best = guess.best()
    if best is None or any(WESTERN in one.could_be_from_charset and one.chaos <= best.chaos + DOUBT for one in guess):
        return WESTERN
    return best.encoding


def _text(text: str) -> str:
    """Raises CannotRead where hardly anything of it can be read: a picture, a program."""
    odd = sum(1 for sign in text[:SAMPLE] if sign == "\ufffd" or (sign < " " and sign not in "\t\r\n\f\x0b"))
    if odd * 20 > len(text[:SAMPLE]) or text.startswith("%PDF"):
        raise CannotRead(NoTable.NO_TABLE)
    return text.replace("\x00", "")


def _separated(text: str) -> Iterator[Row]:
    delimiter, skipped = _delimiter(text[:SAMPLE].splitlines())
    try:
        # a quotation mark that nothing closes is a sign like any other
        open_end = any(_has_swallowed(cell) for cells in _reader(text, delimiter) for cell in cells)
        reader = _reader(text, delimiter, quoted=not open_end)
        for cells in itertools.islice(reader, skipped, None):
            yield reader.line_num, [_cell(cell) for cell in cells[:COLUMNS]]
    except csv.Error:  # a cell without an end
        raise CannotRead(NoTable.NO_TABLE) from None


def _reader(text: str, delimiter: str, *, quoted: bool = True) -> Any:
    quoting: Literal[0, 3] = 0 if quoted else 3  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, skipinitialspace=True)


def _has_swallowed(cell: str) -> bool:
    """Whether a cell holds lines that were rows of their own."""
    return cell.count("\n") > 1 and cell.count("@") > 1


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """What separates the cells, and how many lines only say so ("sep=;", which Excel writes)."""
    first = [line for line in lines[:FIRST] if line.strip()]
    if first and first[0].lower().startswith("sep=") and len(first[0]) == 5:
        return first[0][4], 1
    return max(DELIMITERS, key=lambda delimiter: _fit(first, delimiter)), 0


def _fit(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How well a delimiter explains some lines: those alike in columns, and those with a whole address in one."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return (0, 0)
    counts = [len(row) for row in rows if len(row) > 1]
    alike = max((counts.count(count) for count in set(counts)), default=0)
    addresses = sum(any("@" in cell and " " not in cell.strip() for cell in row) for row in rows if len(row) > 1)
    return (alike, addresses)


# --- XLSX -------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Iterator[Row]:
    """The rows of the first sheet that has any. The library raises whatever a broken file brings about."""
    import openpyxl  # takes a while: loaded when it is first needed

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise CannotRead(NoTable.NO_TABLE)
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise CannotRead(NoTable.TOO_LARGE)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what a file says of its size may be wrong
            any_cell = False
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                row = [_cell(_said(value)) for value in cells[:COLUMNS]]
                any_cell = any_cell or any(row)
                yield number, row
            if any_cell:
                return
    except (CannotRead, MemoryError):
        raise
    except Exception as error:
        if "out of memory" in str(error):  # of the XML parser's own
            raise MemoryError from error
        raise CannotRead(NoTable.BROKEN) from error


def _said(value: Any) -> str:
    """A cell as it is read: whole numbers without a point, days without a time."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _cell(text: str) -> str:
    return " ".join(text[:CELL].split())
