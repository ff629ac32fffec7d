"""What a file is by its first bytes, and its sheets. Pure."""

from __future__ import annotations

import io
import zipfile

from dialogs.lists.imports.tables import delimited, old_workbook, opendocument, workbook
from dialogs.lists.imports.tables.records import PLAIN, CannotRead, Habits, NoTable, Parts, Sheet

UNPACKED = 400_000_000  #: bytes that a workbook may take when it is unpacked
PARTS = 2_000  #: files in a workbook
SHEETS = 100  #: of a workbook, that are looked at

ZIP, CONTAINER = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PROTECTED, OLD_BOOKS = "EncryptedPackage".encode("utf-16-le"), ["Workbook".encode("utf-16-le"), b"B\0o\0o\0k\0\0\0"]


def sheets_of(content: bytes, habits: Habits = PLAIN) -> list[Sheet]:
    """The sheets of a file, those that are shown first. Raises CannotRead, as reading their rows may do later."""
    if not content.strip(b"\x00 \t\r\n"):
        raise CannotRead(NoTable.EMPTY)
    if content.startswith(CONTAINER):
        if PROTECTED in content:
            raise CannotRead(NoTable.LOCKED)
        if not any(name in content for name in OLD_BOOKS):
            raise CannotRead(NoTable.NO_TABLE)
        sheets = old_workbook.sheets(content, habits)
    elif content.startswith(ZIP):
        parts = unpacked(content)
        if "xl/workbook.xml" in parts.names:
            sheets = workbook.sheets(parts, habits)
        elif "content.xml" in parts.names and b"spreadsheet" in parts.read("mimetype"):
            sheets = opendocument.sheets(parts)
        else:
            raise CannotRead(NoTable.BINARY if "xl/workbook.bin" in parts.names else NoTable.NO_TABLE)
    else:
        return [delimited.sheet(content)]
    return sorted(sheets[:SHEETS], key=lambda sheet: sheet.hidden)


def unpacked(content: bytes) -> Parts:
    """Raises CannotRead for what is too large, or no zip."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise CannotRead(NoTable.BROKEN) from error
    parts = packed.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise CannotRead(NoTable.TOO_LARGE)
    return Parts(packed, {part.filename.replace("\\", "/").lstrip("/"): part.filename for part in parts})
