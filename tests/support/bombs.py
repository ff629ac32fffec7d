"""Files of some kilobytes that unpack, or compute, without an end."""

from __future__ import annotations

import io
import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NAMES = f'xmlns="{_MAIN}" xmlns:r="{_OFFICE}"'
_ROW = b'<row><c t="inlineStr"><is><t>a@b.example</t></is></c></row>'
MB = 1_000_000


def _book(
    sheet: bytes = _ROW, *, shared: bytes = b"", styles: bytes = b"", names: bytes = b"", doctype: bytes = b""
) -> bytes:
    parts = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet"}
    parts |= {"sharedStrings": "sharedStrings"} if shared else {}
    parts |= {"styles": "styles"} if styles else {}
    kinds = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_SHEETS}.{kind}+xml"/>' for name, kind in parts.items()
    )
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"

    def related(*kinds: tuple[str, str]) -> str:
        all_ = "".join(
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(kinds, 1)
        )
        return f'<Relationships xmlns="{relations}">{all_}</Relationships>'

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        package = "application/vnd.openxmlformats-package.relationships+xml"
        default = f'<Default Extension="rels" ContentType="{package}"/>'
        packed.writestr("[Content_Types].xml", f'<Types xmlns="{types}">{default}{kinds}</Types>')
        packed.writestr("_rels/.rels", related(("officeDocument", "xl/workbook.xml")))
        sheets = b'<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
        packed.writestr("xl/workbook.xml", f"<workbook {_NAMES}>".encode() + sheets + names + b"</workbook>")
        others = [(name, f"{name}.xml") for name in ("sharedStrings", "styles") if name in parts]
        packed.writestr("xl/_rels/workbook.xml.rels", related(("worksheet", "worksheets/sheet1.xml"), *others))
        whole = doctype + f"<worksheet {_NAMES}><sheetData>".encode() + sheet + b"</sheetData></worksheet>"
        packed.writestr("xl/worksheets/sheet1.xml", whole)
        if shared:
            packed.writestr("xl/sharedStrings.xml", f"<sst {_NAMES}>".encode() + shared + b"</sst>")
        if styles:
            packed.writestr("xl/styles.xml", f"<styleSheet {_NAMES}>".encode() + styles + b"</styleSheet>")
    return content.getvalue()


def _many(piece: bytes, size: int = 390) -> bytes:
    """So many that they make ``size`` MB."""
    return piece * (size * MB // len(piece))


def _entities() -> bytes:
    nested = b"".join(b'<!ENTITY %c "%s">' % (98 + level, (b"&%c;" % (97 + level)) * 10) for level in range(9))
    return b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + nested + b"]>"


#: what fills a cell from an entity of the document's own
_CELL = b'<row><c t="inlineStr"><is><t>&%s;</t></is></c></row>'

#: kind -> the file, made when it is asked for: some take a second
BOMBS = {
    "distinct shared strings": lambda: _book(shared=b"".join(b"<si><t>%07d</t></si>" % n for n in range(15 * MB))),
    "shared runs": lambda: _book(shared=b"<si>" + _many(b"<r><t>x</t></r>") + b"</si>"),
    "one shared string": lambda: _book(shared=b"<si><t>" + _many(b"x") + b"</t></si>"),
    "styles": lambda: _book(styles=b"<cellXfs>" + _many(b"<xf/>", 25) + b"</cellXfs>"),
    "formats": lambda: _book(styles=b"<numFmts>" + _many(b'<numFmt numFmtId="9" formatCode="0"/>', 25) + b"</numFmts>"),
    "names": lambda: _book(
        names=b"<definedNames>" + _many(b'<definedName name="a">x</definedName>', 25) + b"</definedNames>"
    ),
    "wide": lambda: _book(b'<row><c r="XFD1"/></row>' * 240_000),
    "wide cells": lambda: _book(_many(b"<row>" + b"<c/>" * 16_384 + b"</row>")),
    "blank rows": lambda: _book(_many(b"<row/>")),
    "a gap": lambda: _book(b'<row r="2000000000"><c/></row>'),
    "one cell": lambda: _book(b'<row><c t="inlineStr"><is><t>' + _many(b"a") + b"</t></is></c></row>"),
    "runs": lambda: _book(b'<row><c t="inlineStr"><is>' + _many(b"<r><t>a</t></r>") + b"</is></c></row>"),
    "entities": lambda: _book(_CELL % b"j", doctype=_entities()),
    "a file of ours": lambda: _book(_CELL % b"e", doctype=b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "wide text": lambda: b",a" * 7_900_000,
    "quotation marks": lambda: b'"a@b.example\n' * 1_200_000,
    "signs of addresses": lambda: b"@," * 8_000_000,
    "unknown letters": lambda: b"a@b.example;\xe9\n" * 1_000_000,
    "a long line": lambda: b"a@b.example," + b"x" * 15_900_000,
    "angled": lambda: b"\n".join([b"<" * 1_000 + b"@"] * 15_000),
    "dots": lambda: b"\n".join([b"a@" + b"b." * 120 + b"@"] * 60_000),
}
