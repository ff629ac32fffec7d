"""Tables as text: CSV, columns copied from a sheet, in whatever encoding and with whatever delimiter. Pure.

The quoting of a well-formed text is never second-guessed: a quoted cell of several lines is one cell. Only this module
imports charset-normalizer.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence

from dialogs.forms.addresses import CLAIM, in_cell, visible
from dialogs.lists.imports.tables.records import CELL, CannotRead, NoTable, Oddities, Row, Sheet, cell

SAMPLE = 100_000  #: characters looked at to tell an encoding, a delimiter
FIRST = 60  #: records looked at to tell a delimiter
LONGEST = 2_000  #: lines of one record: what is longer has a quotation mark that nothing closes

WESTERN = "cp1252"  #: what Excel writes in western Europe and America
DOUBT = 0.02  #: how much messier a text may look in it than in another encoding

DELIMITERS = (";", ",", "\t", "|")
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PAGE = re.compile(r"(?i)<!doctype html|<html|<head|<meta|<table|<style|<body|<\?xml|mime-version:")
_NO_TABLE = re.compile(r"(?i)%PDF|\{\\rtf|BEGIN:V|\{[\r\n ]{0,20}\"")


def sheet(content: bytes) -> Sheet:
    """Raises CannotRead where hardly anything of it can be read: a picture, a program."""
    odd = Oddities()
    text = decoded(content, odd)
    return text_sheet(text, odd)


def text_sheet(text: str, odd: Oddities | None = None) -> Sheet:
    """Raises CannotRead for what is no table, though a text."""
    begins = text[:SAMPLE].lstrip()
    if _PAGE.match(begins):
        raise CannotRead(NoTable.WEB_PAGE)
    sample = text[:SAMPLE]
    strange = sum(1 for sign in sample if sign == "\ufffd" or (sign < " " and sign not in "\t\r\n\f\x0b"))
    if strange * 20 > len(sample) or _NO_TABLE.match(begins):
        raise CannotRead(NoTable.NO_TABLE)
    text = text.replace("\ufffd", "").replace("\x00", "")
    known = odd or Oddities()

    def rows(oddities: Oddities) -> Iterator[Row]:
        oddities.unreadable, oddities.mixed = known.unreadable, known.mixed
        return _rows(text, oddities)

    return Sheet(name="", rows=rows, text=text)


# --- encodings --------------------------------------------------------------------------------


def decoded(content: bytes, odd: Oddities) -> str:
    """The text, by its byte order mark, as UTF-8, or else by what its letters look like; lines of another one, too."""
    mark, encoding = next(((mark, name) for mark, name in MARKS if content.startswith(mark)), (b"", ""))
    content = content.removeprefix(mark)
    encoding = encoding or _wide(content[:SAMPLE]) or "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        pass
    if encoding != "utf-8":
        return content.decode(encoding, "replace")
    lines = content.splitlines(keepends=True)
    wrong = [number for number, line in enumerate(lines) if not line.isascii() and not _is_utf8(line)]
    right = sum(1 for line in lines if not line.isascii()) - len(wrong)
    if right < len(wrong) and not (len(wrong) == 1 and _has_utf8(lines[wrong[0]])):
        text = content.decode(_guessed(content[:SAMPLE]), "replace")
        if "\ufffd" in text:
            odd.unreadable = [number for number, line in enumerate(text.splitlines(), 1) if "\ufffd" in line]
        return text
    damaged = set(wrong)
    return "".join(
        _by_itself(line, number + 1, odd) if number in damaged else line.decode() for number, line in enumerate(lines)
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _by_itself(line: bytes, number: int, odd: Oddities) -> str:
    """One line among others in UTF-8: of another encoding altogether, or damaged."""
    if not _has_utf8(line):
        try:
            text = line.decode(WESTERN)
        except UnicodeDecodeError:
            pass
        else:
            odd.mixed.append(number)
            return text
    odd.unreadable.append(number)
    return line.decode("utf-8", "replace")


def _has_utf8(line: bytes) -> bool:
    """Whether some of its letters are in UTF-8, whatever the others are."""
    return re.search("[\x80-\ufffc]", line.decode("utf-8", "replace")) is not None


def _wide(sample: bytes) -> str:
    """UTF-16 without its mark; "" for anything else."""
    if sample.count(0) * 5 <= len(sample):
        return ""
    return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"


def _guessed(sample: bytes) -> str:
    """Which of the encodings that spreadsheets write it is; theirs in the West where nothing tells."""
    from charset_normalizer import from_bytes  # takes a while: loaded when it is first needed

    guess = from_bytes(sample, cp_isolation=[WESTERN, "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254"])
    best = guess.best()
    if best is None or any(WESTERN in one.could_be_from_charset and one.chaos <= best.chaos + DOUBT for one in guess):
        return WESTERN
    return best.encoding


# --- records ----------------------------------------------------------------------------------


def _rows(text: str, odd: Oddities) -> Iterator[Row]:
    if "|" in text and "0" in text:
        text = CLAIM.sub("", text)
    lines = io.StringIO(visible(text), newline="").readlines() if "\r" not in text else _lines(visible(text))
    delimiter, skipped = _delimiter(lines)
    for line, cells in _records(lines, delimiter, odd, skipped):
        row = [cell(one) if one else one for one in cells]
        while row and not row[-1]:
            row.pop()
        yield Row(line, row)


def _lines(text: str) -> list[str]:
    """With their ends; a lone carriage return ends a line, too."""
    return io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="").readlines()


def _records(
    lines: Sequence[str], delimiter: str, odd: Oddities | None, at: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Raises CannotRead for a cell without an end.

    A record that is not well-formed has a quotation mark that nothing closes: its first line is read alone, as it
    stands.
    """
    begin = at

    def fed() -> Iterator[str]:
        for number in range(begin, len(lines)):
            if number - at > LONGEST:
                raise csv.Error
            yield lines[number]

    while at < len(lines):
        begin = at
        reader = csv.reader(fed(), delimiter=delimiter, strict=True, skipinitialspace=True)
        try:
            for cells in reader:
                first, at = at, begin + reader.line_num
                yield first + 1, cells
        except csv.Error:
            cells = _alone(lines[at], delimiter)
            if odd is not None and '"' in lines[at]:
                odd.unclosed.append(at + 1)
            at += 1
            yield at, cells


def _alone(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE, skipinitialspace=True), [])
    except csv.Error:
        raise CannotRead(NoTable.NO_TABLE) from None


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """What separates the cells, and how many lines only say so ("sep=;", which Excel writes)."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], next(number for number, line in enumerate(lines) if line.strip()) + 1
    sample = "".join(lines[: FIRST * 5])[:SAMPLE].splitlines(keepends=True)
    return max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter)), 0


def _fit(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How well a delimiter explains some lines: those with an address in a cell of its own; those alike in cells."""
    rows = [cells for _, cells in itertools.islice(_records(lines, delimiter, None), FIRST)]
    counts = [len(cells) for cells in rows if len(cells) > 1]
    alike = max((counts.count(count) for count in set(counts)), default=0)
    addresses = sum(any(in_cell(one[:CELL].strip()) for one in cells) for cells in rows if len(cells) > 1)
    return (addresses, alike)
