"""Excel workbooks written as a stream, with what ours need: texts, numbers, instants, a title row (ECMA-376, part 1).

A page of rows is one text that is packed and forgotten: no cell is an object, nothing is kept, and nothing unpacked
lies on the disk. Why not by a library: decision 092. Texts stand in their cells, and are texts there: no formula,
number or link.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

PACKED = 3  #: of 9: cells are so alike that 6 makes a tenth less of it, in twice the time
CELL = 32_767  #: characters that a spreadsheet takes in one cell
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  #: what XML cannot hold
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  #: readers take it for a character (22.9.2.19)
DAY = 86_400  #: seconds; an instant is a number of days
UNIX = 25_569  #: the day of 1970-01-01

PLAIN, BOLD, INSTANT = 0, 1, 2  #: styles, by their places in _STYLES

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ROOT = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def printable(text: str) -> str:
    """What a cell can hold of it."""
    return (text if text.isprintable() else _UNPRINTABLE.sub("", text))[: CELL - 1]


def text_cell(text: str, style: int = PLAIN) -> str:
    """The XML of a printable text behind the place of its cell."""
    if "_x" in text:
        text = _LIKE_ESCAPED.sub("_x005F_", text)
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' s="{style}" t="inlineStr"><is><t{space}>{html.escape(text, quote=False)}</t></is></c>'


def number_cell(number: float, style: int = PLAIN) -> str:
    return f' s="{style}"><v>{number}</v></c>'


class Workbook:
    """Worksheets, one after the other. Its file is a workbook once it is closed."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKED)
        self._zip.writestr("_rels/.rels", _HEAD + _ROOT)  # first: it tells programs what the file is
        self._names: list[str] = []
        self._part: IO[bytes] | None = None
        self._letters: list[str] = []
        #: rows of the worksheet
        self.height = 0

    def close(self) -> None:
        self._end_sheet()
        for name, xml in _around(self._names).items():
            self._zip.writestr(name, _HEAD + xml)
        self._zip.close()

    def begin_sheet(self, name: str, widths: Sequence[int], *, titled: bool = False) -> None:
        """``widths``: of its columns, in characters. ``titled``: its first row stays where it is."""
        self._end_sheet()
        self._names.append(name)
        self._letters = [letters_of(column) for column in range(len(widths))]
        self.height = 0
        self._part = self._zip.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w", force_zip64=True)
        pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if titled else ""
        selected = ' tabSelected="1"' if len(self._names) == 1 else ""
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
        )
        self._pack(
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews>'
            f'<sheetView{selected} workbookViewId="0">{pane}</sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>"
        )

    def add_row(self, cells: Sequence[str | None]) -> None:
        self.add_rows([[cell] for cell in cells])

    def add_rows(self, columns: Sequence[Sequence[str | None]]) -> None:
        """The cells of some rows, column by column, which takes a third as long as row by row.

        By ``text_cell`` or ``number_cell``; None for a cell that says nothing.
        """
        first, self.height = self.height + 1, self.height + len(columns[0])
        places = [str(row) for row in range(first, self.height + 1)]
        xml = [[f'<row r="{place}">' for place in places]]
        for letters, cells in zip(self._letters, columns, strict=True):
            if any(cells):
                named = zip(places, cells, strict=True)
                xml.append([f'<c r="{letters}{place}"{cell}' if cell else "" for place, cell in named])
        self._pack("".join([f"{''.join(row)}</row>" for row in zip(*xml, strict=True)]))

    def _pack(self, xml: str) -> None:
        assert self._part is not None
        self._part.write(xml.encode())

    def _end_sheet(self) -> None:
        if self._part is not None:
            self._pack("</sheetData></worksheet>")
            self._part.close()
            self._part = None


def letters_of(column: int) -> str:
    """0: A, 26: AA."""
    before, last = divmod(column, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + last)


def _around(names: Sequence[str]) -> dict[str, str]:
    """What names the worksheets and says what they are: part -> XML."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{html.escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    styles = f'<Relationship Id="rId{len(names) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    parts = {"workbook.xml": "sheet.main", "styles.xml": "styles"} | {
        f"worksheets/sheet{n}.xml": "worksheet" for n in numbers
    }
    overrides = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in parts.items()
    )
    return {
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}{styles}'
        "</Relationships>",
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
    }
