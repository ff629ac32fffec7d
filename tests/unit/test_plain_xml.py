"""What the patterns of a workbook's rows and texts read is what the XML parser reads of the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogs.lists.imports.reading import Reader
from dialogs.lists.imports.tables import plain_xml, workbook
from dialogs.lists.imports.tables.opening import sheets_of
from dialogs.lists.imports.tables.records import CannotRead, NoTable, Oddities, Row
from tests.support.growth import assert_grows_with

BOOK = """<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>"""
RELATIONS = (
    '<Relationships><Relationship Id="r1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="r2" Type="t/styles" Target="styles.xml"/>'
    '<Relationship Id="r3" Type="t/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
STYLES = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/></cellXfs></styleSheet>'

#: as writers put them, and as none does
CELLS = [
    '<c r="A{n}" t="s"><v>0</v></c>',
    '<c r="B{n}" s="1" t="s"><v>1</v></c>',
    '<c r="C{n}" s="1"><v>45000.5</v></c>',
    '<c r="C{n}" s="2" t="n"><v>0.15</v></c>',
    '<c r="D{n}" t="inlineStr"><is><t>ada@contoso.example</t></is></c>',
    '<c r="D{n}" t="inlineStr"><is><t xml:space="preserve"> a\n b_x0041_ </t></is></c>',
    '<c r="E{n}" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r><rPh><t>not</t></rPh></is></c>',
    '<c r="F{n}" t="str"><f>A1&amp;"x"</f><v>made</v></c>',
    '<c r="F{n}" t="str"><f>A1</f><v>made &lt;so&gt;</v></c>',
    '<c r="F{n}"><f>A1+1</f><v></v></c>',
    '<c r="F{n}"><f>A1+1</f></c>',
    '<c r="G{n}" t="b"><v>1</v></c>',
    '<c r="G{n}" t="e"><v>#N/A</v></c>',
    '<c r="G{n}" t="d"><v>2026-11-30T10:00:00Z</v></c>',
    '<c r="H{n}" s="1"/>',
    '<c r="H{n}" s="1"></c>',
    "<c><v>7</v></c>",
    '<c t="s" r="J{n}"><v>2</v></c>',
    "<c r='K{n}'><v>&#65;</v></c>",
    '<x:c r="L{n}"><x:v>8</x:v></x:c>',
    '<c r="AAA{n}"><v>9</v></c>',
    '<c r="ZZZ{n}"><v>9</v></c>',
    '<c r="A{n}" t="s"><v>99</v></c>',
    '<c r="M{n}" t="str"><v>\r\na\tb</v></c>',
    '<c r="M{n}" t="str"><v><![CDATA[</row><row r="9"><c r="A9"><v>1</v></c></row>]]></v></c>',
    '<!-- <row r="9"><c r="A9"><v>1</v></c></row> -->',
    '<c r="N{n}" t="str"><v>\ufffe</v></c>',
    '<c r="N{n}" t="str"><v>𝒜é</v></c>',
]
ROWS = [
    '<row r="{n}">{cells}</row>',
    '<row r="{n}" spans="1:5" x14ac:dyDescent="0.25">{cells}</row>\n',
    '<row r="{n}" hidden="1">{cells}</row>',
    '<row r="{n}" hidden="false" ht="0">{cells}</row>',
    "<row>{cells}</row>",
    '<row r="{n}"/>',
    "<row r='{n}'>{cells}</row>",
    '<x:row r="{n}">{cells}</x:row>',
    "<odd><row>{cells}</row></odd>",
    '<row r="{n}">{cells}',  # cut off
]
STRINGS = [
    "<si><t>Zoë</t></si>",
    '<si><t xml:space="preserve"> louis@contoso.example </t></si>\n',
    "<si><t>a &amp; b</t></si>",
    "<si><r><t>ri</t></r><r><t>ch</t></r></si>",
    "<si><t>name</t><rPh sb='0' eb='1'><t>not</t></rPh></si>",
    "<si><t/></si>",
    "<si/>",
    "<si><t>" + "long " * 300 + "</t></si>",
    "<!-- <si><t>none</t></si> -->",
]
DECLARED = ["", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', '<?xml version="1.0" encoding="latin-1"?>']


def packed(sheet: bytes, strings: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zip:
        zip.writestr("[Content_Types].xml", "<Types/>")
        zip.writestr("xl/workbook.xml", BOOK)
        zip.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        zip.writestr("xl/styles.xml", STYLES)
        zip.writestr("xl/sharedStrings.xml", strings)
        zip.writestr("xl/worksheets/sheet1.xml", sheet)
    return file.getvalue()


def read(content: bytes) -> tuple[list[Row], list[int], NoTable | None]:
    odd, rows = Oddities(), list[Row]()
    try:
        rows += sheets_of(content)[0].rows(odd)
    except CannotRead as error:
        return [], [], error.why
    return rows, odd.unknown_results, None


def both_ways(sheet: str, strings: str) -> None:
    """The same bytes, and with a comment before them, behind which no pattern is asked."""
    by_pattern = packed(sheet.format(comment="").encode(), strings.format(comment="").encode())
    by_parser = packed(sheet.format(comment="<!-- -->").encode(), strings.format(comment="<!-- -->").encode())
    assert read(by_pattern) == read(by_parser)


@given(
    st.sampled_from(DECLARED),
    st.lists(st.tuples(st.sampled_from(ROWS), st.lists(st.sampled_from(CELLS), max_size=5)), max_size=5),
    st.lists(st.sampled_from(STRINGS), max_size=5),
    st.sampled_from([1, 7, 64, 65_536]),
    st.sampled_from([1, 100]),
)
@example("", [(ROWS[0], [CELLS[0], CELLS[2]])], STRINGS[:2], 7, 100)
@example("", [(ROWS[1], CELLS[2:5:2]), (ROWS[1], CELLS[2:5:2]), (ROWS[1], CELLS[4:5]), (ROWS[1], [])], [], 7, 1)
@example("", [(ROWS[2], CELLS[5:6]), (ROWS[2], CELLS[5:6]), (ROWS[0], CELLS[5:6])], [], 65_536, 1)
def test_a_pattern_reads_what_the_parser_reads(
    declared: str, rows: list[tuple[str, list[str]]], strings: list[str], chunk: int, unlike: int
) -> None:
    """``unlike``: of so many rows, one teaches how those behind it may look."""
    body = "".join(
        row.format(n=n, cells="".join(one.format(n=n) for one in cells)) for n, (row, cells) in enumerate(rows, 1)
    )
    sheet = f"{declared}<worksheet>{{comment}}<sheetData>{_literal(body)}</sheetData></worksheet>"
    texts = f"{declared}<sst>{{comment}}{_literal(''.join(strings))}</sst>"
    with patch.object(plain_xml, "CHUNK", chunk), patch.object(workbook, "UNLIKE", unlike):
        both_ways(sheet, texts)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def test_usual_rows_and_texts_never_reach_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the pattern would be for nothing, and nobody would notice."""
    fed, known = list[bytes](), list[str]()

    class Parser:
        def Parse(self, data: bytes, end: bool = False) -> None:
            fed.append(data)

    row = '<row r="1" spans="1:2"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c></row>'
    for head, one, tail, plain in (
        (DECLARED[1] + "<worksheet><sheetData>", row, "</sheetData></worksheet>", plain_xml.PLAIN_ROW),
        ("<sst>", "<si><t>Zoë</t></si>", "</sst>", plain_xml.PLAIN_STRING),
    ):
        fed.clear()
        known.clear()
        file = io.BytesIO((head + one * 5_000 + tail).encode())
        for _ in plain_xml.by_pattern(file, Parser(), plain, lambda match: known.append(match[0])):
            pass
        assert len(known) == 5_000
        assert b"".join(fed).decode() == head + tail


@given(st.integers(1, 3), st.lists(st.lists(st.sampled_from(CELLS[:7]), max_size=4), min_size=2, max_size=4))
def test_rows_of_a_shape_are_read_as_any_others(unlike: int, shapes: list[list[str]]) -> None:
    """A sheet's rows are alike: the same few, again and again."""
    rows = [shapes[n % len(shapes)] for n in range(40)]
    body = "".join(f'<row r="{n}">{"".join(cells)}</row>'.replace("{n}", str(n)) for n, cells in enumerate(rows, 1))
    sheet = f"<worksheet>{{comment}}<sheetData>{_literal(body)}</sheetData></worksheet>"
    with patch.object(workbook, "UNLIKE", unlike):
        both_ways(sheet, f"<sst>{{comment}}{''.join(STRINGS[:3])}</sst>")


def test_a_row_that_is_like_those_before_it_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else shapes would be for nothing, and nobody would notice."""
    unlike, learn = list[str](), workbook._Cells._learn

    def counted(cells: workbook._Cells, row: re.Match[str]) -> None:
        unlike.append(row[0])
        learn(cells, row)

    monkeypatch.setattr(workbook._Cells, "_learn", counted)
    cells = '<c r="A{n}" s="1" t="s"><v>0</v></c><c r="C{n}" t="inlineStr"><is><t>p{n}</t></is></c>'
    rows = "".join(f'<row r="{n}" spans="1:3">{cells}</row>'.replace("{n}", str(n)) for n in range(1, 1_001))
    content = packed(f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(), b"<sst><si><t>a</t></si></sst>")
    read_rows, _, _ = read(content)
    assert [row.cells for row in read_rows] == [["a", "", f"p{n}"] for n in range(1, 1_001)]
    assert len(unlike) == workbook.UNLIKE


def test_the_time_to_read_a_workbook_grows_with_its_rows() -> None:
    def content(rows: int) -> bytes:
        line = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>p{n}@contoso.example</t></is></c></row>'
        body = "".join(line.format(n=n) for n in range(1, rows + 1))
        return packed(f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode(), b"<sst/>")

    files = {rows: content(rows) for rows in (2_000, 8_000)}
    assert_grows_with(lambda rows: list(Reader().contacts(files[rows])), 2_000)
