"""Workbooks of before 2007 (.xls). Only this module imports xlrd."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from dialogs.lists.imports.tables.formats import BUILT_IN, plain, shown_as
from dialogs.lists.imports.tables.records import CannotRead, Habits, NoTable, Oddities, Row, Sheet, cell

MERGED = 10_000  #: cells that are filled because they are merged
CUSTOM = 164  #: the first number of a format that a workbook defines itself


def sheets(content: bytes, habits: Habits) -> list[Sheet]:
    """Raises CannotRead. The library raises whatever a broken file brings about."""
    import xlrd  # loaded when it is first needed

    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, on_demand=True, logfile=io.StringIO(), ragged_rows=True
        )
        return [_sheet(book, number, habits) for number in range(book.nsheets)]
    except MemoryError:
        raise
    except Exception as error:
        locked = isinstance(error, xlrd.XLRDError) and "encrypted" in str(error)
        raise CannotRead(NoTable.LOCKED if locked else NoTable.BROKEN) from error


def _sheet(book: Any, number: int, habits: Habits) -> Sheet:
    def rows(odd: Oddities) -> Iterator[Row]:
        try:
            yield from _rows(book, book.sheet_by_index(number), habits)
        except (CannotRead, MemoryError):
            raise
        except Exception as error:
            raise CannotRead(NoTable.BROKEN) from error

    hidden = book._sheet_visibility[number] != 0  # told nowhere else before the sheet is read
    return Sheet(name=book.sheet_names()[number], hidden=hidden, rows=rows)


def _rows(book: Any, sheet: Any, habits: Habits) -> Iterator[Row]:
    above: dict[int, dict[int, tuple[int, int]]] = {}
    for top, bottom, left, right in sheet.merged_cells:
        if (bottom - top) * (right - left) < MERGED:
            for row in range(top, bottom):
                above.setdefault(row, {}).update(dict.fromkeys(range(left, right), (top, left)))
    for row in range(sheet.nrows):
        merged = above.get(row, {})
        width = max([sheet.row_len(row), *(column + 1 for column in merged)])
        places = [merged.get(column, (row, column)) for column in range(width)]
        cells = [_text(book, sheet, *place, habits) for place in places]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            info = sheet.rowinfo_map.get(row)
            yield Row(row + 1, cells, bool(info and info.hidden))


def _text(book: Any, sheet: Any, row: int, column: int, habits: Habits) -> str:
    import xlrd

    if column >= sheet.row_len(row):
        return ""
    one = sheet.cell(row, column)
    match one.ctype:
        case xlrd.XL_CELL_TEXT:
            return cell(one.value)
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            key = book.xf_list[one.xf_index].format_key
            code = BUILT_IN.get(key, "") if key < CUSTOM else book.format_map[key].format_str
            if code in ("", "General", "@"):
                return plain(one.value, habits)
            return shown_as(code, habits, book.datemode == 1)(one.value)
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if one.value else "FALSE"
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(one.value, "#N/A"))
        case _:
            return ""
