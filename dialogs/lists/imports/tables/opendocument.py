"""LibreOffice's sheets (.ods): each cell holds the text that it shows. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.lists.imports.tables.plain_xml import CHUNK
from dialogs.lists.imports.tables.records import CELL, CannotRead, NoTable, Oddities, Parts, Row, Sheet, cell
from dialogs.lists.imports.tables.workbook import WIDEST, broken, parser, unprefixed

REPEATED = 1_000  #: times that one row with texts may stand there


def sheets(parts: Parts) -> list[Sheet]:
    """Raises CannotRead."""
    if b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise CannotRead(NoTable.LOCKED)
    names: list[tuple[str, str]] = []
    unseen: set[str] = set()
    style = ""

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal style
        if name == "table:table":
            names.append((given.get("table:name", ""), given.get("table:style-name", "")))
        elif name == "style:style":
            style = given.get("style:name", "")
        elif name == "style:table-properties" and given.get("table:display") == "false":
            unseen.add(style)

    with broken():
        reader = parser(start)
        with parts.zip.open(parts.names["content.xml"]) as file:
            while chunk := file.read(CHUNK):
                reader.Parse(chunk)
        reader.Parse(b"", True)

    def one(number: int, name: str, hidden: bool) -> Sheet:
        def rows(odd: Oddities) -> Iterator[Row]:
            with broken():
                yield from _Table(number).rows(parts)

        return Sheet(name=name, hidden=hidden, rows=rows)

    return [one(number, name, style in unseen) for number, (name, style) in enumerate(names)]


class _Table:
    """The rows of one sheet, by its number."""

    def __init__(self, number: int) -> None:
        self._before = number + 1
        self._inside = False
        self._done: list[Row] = []
        self._line = 0
        self._cells: list[str] = []
        self._hidden = False
        self._times = self._times_of_row = 1
        self._spans: dict[int, tuple[int, str]] = {}  #: column -> rows that its cell still covers, its text
        self._rows_of_cell = 1
        self._columns_of_cell = 1
        self._covered = False
        self._paragraphs: list[str] = []
        self._size = 0
        self._deep = 0  #: inside a paragraph
        self._note = 0  #: inside a comment

    def rows(self, parts: Parts) -> Iterator[Row]:
        reader = parser(self._start, self._end, self._text)
        with parts.zip.open(parts.names["content.xml"]) as file:
            while chunk := file.read(CHUNK):
                reader.Parse(chunk)
                yield from self._done
                self._done.clear()
        reader.Parse(b"", True)
        yield from self._done

    def _start(self, name: str, given: dict[str, str]) -> None:
        kind = unprefixed(name)
        if name == "table:table":
            self._before -= 1
            self._inside = self._before == 0
        elif not self._inside:
            return
        elif kind == "annotation":
            self._note += 1
        elif kind == "table-row":
            self._times_of_row = int(given.get("table:number-rows-repeated", 1))
            self._hidden = given.get("table:visibility", "visible") != "visible"
            self._cells = []
        elif kind in ("table-cell", "covered-table-cell"):
            self._times = int(given.get("table:number-columns-repeated", 1))
            self._rows_of_cell = int(given.get("table:number-rows-spanned", 1))
            self._columns_of_cell = int(given.get("table:number-columns-spanned", 1))
            self._covered = kind == "covered-table-cell"
            self._paragraphs = []
            self._size = 0
        elif kind == "p" and not self._note:
            self._deep += 1
            self._paragraphs.append("")
        elif self._deep and kind in ("s", "tab", "line-break"):
            self._text(" ")

    def _text(self, data: str) -> None:
        if self._deep and not self._note and self._size < CELL:
            self._paragraphs[-1] += data
            self._size += len(data)

    def _end(self, name: str) -> None:
        if not self._inside:
            return
        kind = unprefixed(name)
        if name == "table:table":
            self._inside = False
        elif kind == "annotation":
            self._note -= 1
        elif kind == "p" and self._deep:
            self._deep -= 1
        elif kind in ("table-cell", "covered-table-cell"):
            self._cell_over()
        elif kind == "table-row":
            self._row_over()

    def _cell_over(self) -> None:
        text = cell(" ".join(self._paragraphs))
        if self._covered and not text:
            text = ""
        if not text and self._times > WIDEST // 2:  # the empty rest of a row
            self._times = 1
        if len(self._cells) + self._times > WIDEST:
            raise CannotRead(NoTable.BROKEN)
        for _ in range(self._times):
            column = len(self._cells)
            rows, above = self._spans.get(column, (0, ""))
            if self._covered and rows > 0 and not text:
                self._cells.append(above)
                continue
            self._cells.append(text)
            if text and (self._rows_of_cell > 1 or self._columns_of_cell > 1):
                for beside in range(column, min(column + self._columns_of_cell, WIDEST)):
                    self._spans[beside] = (self._rows_of_cell, text)

    def _row_over(self) -> None:
        first = self._line + 1
        self._line += self._times_of_row
        self._spans = {at: (rows - self._times_of_row, text) for at, (rows, text) in self._spans.items() if rows > 0}
        while self._cells and not self._cells[-1]:
            self._cells.pop()
        if self._cells:
            for line in range(first, first + min(self._times_of_row, REPEATED)):
                self._done.append(Row(line, list(self._cells), self._hidden))
