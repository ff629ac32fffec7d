"""Excel's workbooks (.xlsx, .xlsm; transitional and strict): their sheets as they show. Pure.

Read as a stream by the XML parser of Python itself, without entities; namespaces are not looked at, as the two kinds
of OOXML differ in them only. Rows and texts as all writers put them are read by a pattern (``plain_xml``). Why not by a
library: decision 052.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, NamedTuple
from xml.parsers import expat

from dialogs.lists.imports.tables.formats import BUILT_IN, Shown, plain, shown_as
from dialogs.lists.imports.tables.plain_xml import (
    ATTRIBUTE,
    CHUNK,
    PLAIN_CELL,
    PLAIN_ROW,
    PLAIN_STRING,
    by_pattern,
    shape_of,
)
from dialogs.lists.imports.tables.records import CELL, CannotRead, Habits, NoTable, Oddities, Parts, Row, Sheet, cell

MERGED = 100_000  #: cells that may be filled because they are merged
WIDEST = 16_384  #: columns of a sheet
UNLIKE = 100  #: rows of no shape that is known, of which the last one's is learned
SHAPES = 4  #: that are learned of a sheet
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's clock has no zone

Start = Callable[[str, dict[str, str]], None]
_Match = Callable[[str, int], re.Match[str] | None]


def sheets(parts: Parts, habits: Habits) -> list[Sheet]:
    """Raises CannotRead."""
    with broken():
        targets = _relations(parts)
        book = _Book(parts, habits, targets)
        return [
            Sheet(name=name, hidden=hidden, rows=book.rows_of(targets[id]))
            for name, id, hidden in book.listed
            if id in targets and posixpath.basename(posixpath.dirname(targets[id])) != "chartsheets"
        ]


class broken:
    """Whatever a damaged file brings about is CannotRead."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, expat.ExpatError) and error.code == 1:  # out of memory
            raise MemoryError from error
        errors = (expat.ExpatError, KeyError, ValueError, IndexError, zipfile.BadZipFile, zlib.error, EOFError, OSError,
                  NotImplementedError, RuntimeError, UnicodeError, OverflowError)  # fmt: skip
        if isinstance(error, errors):
            raise CannotRead(NoTable.BROKEN) from error


def unprefixed(name: str) -> str:
    return name.rpartition(":")[2]


def parser(start: Start, end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None) -> Any:
    """Of one document; one with a DOCTYPE is refused, as entities may unpack without an end."""
    reader = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise CannotRead(NoTable.BROKEN)

    reader.StartDoctypeDeclHandler = refuse
    reader.StartElementHandler = start
    if end:
        reader.EndElementHandler = end
    if text:
        reader.CharacterDataHandler = text
        reader.buffer_text = True
    return reader


def _relations(parts: Parts) -> dict[str, str]:
    """The workbook's: id -> the part; "styles" and "sharedStrings" under these names."""
    targets: dict[str, str] = {}

    def start(name: str, given: dict[str, str]) -> None:
        if unprefixed(name) == "Relationship" and given.get("TargetMode") != "External":
            target = given["Target"]
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            targets[given["Id"]] = path
            kind = given.get("Type", "").rpartition("/")[2]
            if kind in ("styles", "sharedStrings"):
                targets[kind] = path

    parser(start).Parse(parts.read("xl/_rels/workbook.xml.rels"), True)
    return targets


class _Book:
    def __init__(self, parts: Parts, habits: Habits, targets: Mapping[str, str]) -> None:
        self._parts = parts
        self._habits = habits
        self._mac = False
        #: name, id of its relation, hidden
        self.listed: list[tuple[str, str, bool]] = []
        parser(self._book).Parse(parts.read("xl/workbook.xml"), True)
        self._formats = self._styles(parts.read(targets.get("styles", "")))
        self._shared_part = targets.get("sharedStrings", "")
        self._shared: list[str] | None = None

    def _book(self, name: str, given: dict[str, str]) -> None:
        local = unprefixed(name)
        if local == "workbookPr":
            self._mac = given.get("date1904") in ("1", "true", "on")
        elif local == "sheet":
            id = next((value for key, value in given.items() if unprefixed(key) == "id"), "")
            self.listed.append((given.get("name", ""), id, given.get("state", "visible") != "visible"))

    def _styles(self, xml: bytes) -> list[Shown | None]:
        """How each style shows numbers; None: as they are."""
        codes = dict(BUILT_IN)
        shown: list[Shown | None] = []
        inside = [False]

        def start(name: str, given: dict[str, str]) -> None:
            local = unprefixed(name)
            if local == "numFmt":
                codes[int(given["numFmtId"])] = given.get("formatCode", "General")
            elif local == "cellXfs":
                inside[0] = True
            elif local == "xf" and inside[0]:
                code = codes.get(int(given.get("numFmtId", 0)), "General")
                shown.append(None if code in ("General", "@") else shown_as(code, self._habits, self._mac))

        def end(name: str) -> None:
            if unprefixed(name) == "cellXfs":
                inside[0] = False

        if xml:
            parser(start, end).Parse(xml, True)
        return shown

    def rows_of(self, part: str) -> Callable[[Oddities], Iterator[Row]]:
        def rows(odd: Oddities) -> Iterator[Row]:
            with broken():
                if self._shared is None:
                    self._shared = self._strings()
                merged = self._merged(part)
                with self._open(part) as file:
                    yield from _filled(_Cells(self, odd).rows(file), merged)

        return rows

    def _open(self, part: str) -> IO[bytes]:
        return self._parts.zip.open(self._parts.names[part])

    def _strings(self) -> list[str]:
        """The texts that the cells of all sheets share."""
        strings: list[str] = []
        if self._shared_part not in self._parts.names:
            return strings
        pieces: list[str] = []
        size, phonetic, inside = 0, False, False

        def start(name: str, given: dict[str, str]) -> None:
            nonlocal size, phonetic, inside
            local = unprefixed(name)
            if local == "si":
                pieces.clear()
                size = 0
            elif local == "rPh":
                phonetic = True
            elif local == "t":
                inside = not phonetic

        def end(name: str) -> None:
            nonlocal phonetic, inside
            local = unprefixed(name)
            if local == "si":
                strings.append(text_of("".join(pieces)))
            elif local == "rPh":
                phonetic = False
            elif local == "t":
                inside = False

        def text(data: str) -> None:
            nonlocal size
            if inside and size < CELL:
                pieces.append(data[:CELL])
                size += len(data)

        def plain(known: re.Match[str]) -> None:
            strings.append(text_of(known[1]))

        with self._open(self._shared_part) as file:
            for _ in by_pattern(file, parser(start, end, text), PLAIN_STRING, plain):
                pass
        return strings

    def _merged(self, part: str) -> list[Region]:
        """They stand behind the rows: what comes after these is looked through first."""
        tail, over = b"", False
        with self._open(part) as file:
            while chunk := file.read(CHUNK):
                tail += chunk
                if not over and b"sheetData" in tail and (end := _END.search(tail)):
                    over, tail = True, tail[end.end() :]
                elif not over:
                    tail = tail[-100:]
        regions, left = [], MERGED
        for match in _MERGE.finditer(tail):
            region = Region(int(match[2]), int(match[4]), column_of(match[1].decode()), column_of(match[3].decode()))
            left -= region.size
            if left > 0 and region.size > 1:
                regions.append(region)
        return sorted(regions)

    def shared(self, number: int) -> str:
        assert self._shared is not None
        return self._shared[number]

    def number(self, written: str, style: int) -> str:
        """As its style shows it."""
        try:
            value = float(written)
        except ValueError:
            return written
        shown = self._formats[style] if 0 <= style < len(self._formats) else None
        if value != value or value in (float("inf"), float("-inf")):
            return written
        return shown(value) if shown else plain(value, self._habits)


class Region(NamedTuple):
    """Cells that are merged: rows from 1, columns from 0, both ends included."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> int:
        return max(0, self.bottom - self.top + 1) * max(0, self.right - self.left + 1)


@lru_cache(maxsize=WIDEST)
def column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _place(letters: str, before: int) -> int:
    """The column of a cell: as it says, or behind the one before. Raises CannotRead for one that no sheet has."""
    column = column_of(letters) if letters else before + 1
    if not 0 <= column < WIDEST:
        raise CannotRead(NoTable.BROKEN)
    return column


def _put(cells: list[str], column: int, shown: str) -> None:
    if len(cells) == column:
        cells.append(shown)
    else:
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = shown


def text_of(raw: str) -> str:
    if "_x" in raw:
        raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
        raw = raw.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return " ".join(raw[:CELL].split())


def _is_hidden(row: Mapping[str, str]) -> bool:
    return row.get("hidden") in ("1", "true", "on") or row.get("ht") == "0"


class _Cells:
    """The rows of one sheet, as the parser comes upon them."""

    def __init__(self, book: _Book, odd: Oddities) -> None:
        self._book = book
        self._odd = odd
        self._done: list[Row] = []
        self._line = 0
        self._cells: list[str] = []
        self._hidden = False
        self._column = -1
        self._kind = "n"
        self._style = 0
        self._pieces: list[str] = []
        self._size = 0
        self._taken = False  #: what is read now is the value of the cell
        self._phonetic = False
        self._formula = False
        self._locals: dict[str, str] = {}
        self._unlike = 0
        #: what knows a row of it, whether such a row is hidden, each cell's column and what reads it
        self._shapes: list[tuple[_Match, bool, list[tuple[int, Callable[[str], str]]]]] = []

    def rows(self, file: IO[bytes]) -> Iterator[Row]:
        reader = parser(self._start, self._end, self._text)
        for _ in by_pattern(file, reader, PLAIN_ROW, self._plain, self._alike):
            yield from self._done
            self._done.clear()

    def _alike(self, text: str, at: int) -> int:
        """Where a row ends that was like others before it, and has been read; 0 for any other."""
        for match, hidden, readers in self._shapes:
            if row := match(text, at):
                number, *values = row.groups()
                self._line = int(number)
                cells = [""] * (readers[-1][0] + 1 if readers else 0)
                for (column, read), value in zip(readers, values, strict=True):
                    if value:
                        cells[column] = read(value)
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    self._done.append(Row(self._line, cells, hidden))
                return row.end()
        return 0

    def _learn(self, row: re.Match[str]) -> None:
        """Of a row that none before it was like: those behind it may be."""
        self._unlike += 1
        if self._unlike % UNLIKE == 0 and len(self._shapes) < SHAPES and (shape := shape_of(row)):
            readers = [(_place(letters, -1), self._reader(kind, style)) for letters, kind, style in shape.cells]
            self._shapes.append((shape.pattern.match, _is_hidden(shape.attributes), readers))

    def _reader(self, kind: str, style: int) -> Callable[[str], str]:
        """What makes of a raw value what ``_value`` does."""
        return text_of if kind in ("inlineStr", "str") else lambda raw: self._value(raw, kind, style)

    def _plain(self, row: re.Match[str]) -> None:
        """A row that the pattern knows: what the parser's calls below would make of it."""
        self._learn(row)
        self._begin(dict(ATTRIBUTE.findall(row[1])))
        cells, column, value_of = self._cells, -1, self._value
        for letters, style, kind, value, inline in PLAIN_CELL.findall(row[2] or ""):
            column = _place(letters, column)
            if (value or inline) and (shown := value_of(value or inline, kind or "n", int(style or 0))):
                _put(cells, column, shown)
        self._finish()

    def _begin(self, given: Mapping[str, str]) -> None:
        number = given.get("r")
        self._line = int(number) if number else self._line + 1
        self._hidden = _is_hidden(given)
        self._cells = []
        self._column = -1

    def _finish(self) -> None:
        if self._cells:
            self._done.append(Row(self._line, self._cells, self._hidden))

    def _start(self, name: str, given: dict[str, str]) -> None:
        if name != "c" and name != "v":
            name = self._local(name)
        if name == "c":
            self._column = _place(given.get("r", "").rstrip("0123456789"), self._column)
            self._kind = given.get("t", "n")
            self._style = int(given.get("s", 0))
            self._formula = False
            self._size = 0
            self._pieces.clear()
        elif name in ("v", "t"):
            self._taken = not self._phonetic
        elif name == "row":
            self._begin(given)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True

    def _text(self, data: str) -> None:
        if self._taken and self._size < CELL:
            self._pieces.append(data)
            self._size += len(data)

    def _end(self, name: str) -> None:
        if name != "c" and name != "v":
            name = self._local(name)
        if name in ("v", "t"):
            self._taken = False
        elif name == "c":
            if self._pieces:
                if shown := self._value("".join(self._pieces), self._kind, self._style):
                    _put(self._cells, self._column, shown)
            elif self._formula and self._kind != "str":
                self._odd.unknown_results.append(self._line)
        elif name == "row":
            self._finish()
        elif name == "rPh":
            self._phonetic = False

    def _local(self, name: str) -> str:
        """Its name without a prefix; the same few come again and again."""
        known = self._locals.get(name)
        if known is None:
            known = self._locals[name] = unprefixed(name)
        return known

    def _value(self, raw: str, kind: str, style: int) -> str:
        match kind:
            case "s":
                return self._book.shared(int(raw))
            case "n":
                return self._book.number(raw, style)
            case "b":
                return "TRUE" if raw.strip() in ("1", "true") else "FALSE"
            case "d":
                try:
                    moment = datetime.fromisoformat(raw.strip().rstrip("Z"))
                except ValueError:
                    return cell(raw)
                return self._book.number(str((moment - _ZERO).total_seconds() / 86_400), style)
            case _:  # a formula's text, an inline text, an error
                return text_of(raw)


def _filled(rows: Iterator[Row], regions: list[Region]) -> Iterator[Row]:
    """Each of merged cells says what the first of them says."""
    waiting, open_regions = iter(regions), list[tuple[Region, str]]()
    coming = next(waiting, None)
    for row in rows:
        while coming is not None and coming.top <= row.line:
            if coming.top == row.line and coming.left < len(row.cells):
                open_regions.append((coming, row.cells[coming.left]))
            coming = next(waiting, None)
        if open_regions:
            open_regions = [one for one in open_regions if one[0].bottom >= row.line]
            for region, value in open_regions:
                if len(row.cells) <= region.right:
                    row.cells.extend([""] * (region.right + 1 - len(row.cells)))
                for column in range(region.left, region.right + 1):
                    row.cells[column] = row.cells[column] or value
        yield row
