"""The program that writes tables: what is cut off leaves nothing; no text is a formula; any program reads its files."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.files import writer
from bot.files.workbook import letters_of
from bot.files.writer import DANGEROUS, FileSpec, XlsxFile, harmless
from dialogs.lists.imports.tables.opening import sheets_of
from dialogs.lists.imports.tables.records import Oddities
from tests.support.growth import assert_grows_with
from tests.support.program import ROOT


def spec(path: Path, format: str) -> FileSpec:
    return FileSpec(
        path=str(path),
        format=format,
        name="Results",
        columns=(("Name", "text"), ("At", "instant"), ("Attempts", "number")),
        zone="Europe/Paris",
        delimiter=";",
        summary_name="Report",
        summary=(("Sent", "=1"),),
    )


def written(lines: bytes) -> int:
    return subprocess.run([sys.executable, "-m", "bot.files.writer"], cwd=ROOT, input=lines, check=False).returncode


PAGE = orjson.dumps([["Ada", "\x00\x0b=\ud7ff"], [1_764_000_000_000, None], [1, 2]]) + b"\n"


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_what_is_cut_off_leaves_no_file(tmp_path: Path, format: str) -> None:
    assert written(spec(tmp_path / "file", format).line() + PAGE) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_instant_stands_on_the_campaigns_clock(tmp_path: Path) -> None:
    assert written(spec(tmp_path / "file", "csv").line() + PAGE + b"\n") == 0
    assert "Ada;2025-11-24 17:00:00;1" in (tmp_path / "file").read_text("utf-8-sig")


def test_an_excel_file_takes_any_text(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    assert written(spec(path, "xlsx").line() + PAGE + b"\n") == 0
    book = openpyxl.load_workbook(path)
    assert [[cell.value for cell in row] for row in book["Results"].iter_rows(min_row=3)] == [["'=\ud7ff", None, 2]]
    assert book["Report"]["B1"].value == "'=1"


@given(st.text())
@example(" \n")
def test_nothing_begins_like_a_formula(text: str) -> None:
    assert not harmless(text).lstrip(" \u00a0").startswith(DANGEROUS)
    assert harmless(text).removeprefix("'") in (text, text.removeprefix("'"))


def test_what_begins_with_a_letter_or_a_digit_is_no_formula_in_any_width() -> None:
    """Which is what nearly every text is told by."""
    signs = (chr(number) for number in range(sys.maxunicode + 1))
    letters = [sign for sign in signs if sign.isalnum()]
    assert [sign for sign in letters if unicodedata.normalize("NFKC", sign).startswith(DANGEROUS)] == []


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"])
def test_any_second_is_the_one_of_the_clock(tmp_path: Path, zone: str) -> None:
    """Around each change of the clocks of two years, and at any time else."""
    local, clock = writer._Local(zone), ZoneInfo(zone)
    first = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    for second in (at + near for at in range(first, first + 2 * 366 * 86_400, 1_800) for near in (-1, 0)):
        assert local(second * 1000) == datetime.fromtimestamp(second, UTC).astimezone(clock).replace(tzinfo=None)


TEXTS = [" Ada ", "a & b <c>", "_x0041_ and _x00", "line\nbreak", "0123", "Zoë 𝒜", "-1", "TRUE", "x" * 40_000]


def test_a_workbook_reads_as_it_was_written_by_others_and_by_us(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    page = [TEXTS, [1_764_000_000_000] * len(TEXTS), list(range(len(TEXTS)))]
    assert written(spec(path, "xlsx").line() + orjson.dumps(page) + b"\n\n") == 0
    expected = [harmless(text[:32_766]) for text in TEXTS]
    sheet = openpyxl.load_workbook(path)["Results"]
    # openpyxl gives the sign that is told in numbers as it stands in the file
    assert [str(cell.value).replace("_x005F_", "_") for cell in sheet["A"]] == ["Name", *expected]
    assert [cell.value for cell in sheet["B"][1:]] == [datetime(2025, 11, 24, 17, 0)] * len(TEXTS)  # noqa: DTZ001
    assert [cell.value for cell in sheet["C"][1:]] == list(range(len(TEXTS)))
    assert (sheet["A1"].font.bold, sheet["A2"].font.bold, sheet.freeze_panes) == (True, False, "A2")
    assert sheet["B2"].number_format.replace("\\", "") == "yyyy-mm-dd hh:mm:ss"
    ours = list(sheets_of(path.read_bytes())[0].rows(Oddities()))
    assert [row.cells[0] for row in ours[1:]] == [" ".join(text[:1_000].split()) for text in expected]
    assert ours[1].cells[1:] == ["2025-11-24 17:00:00", "0"]


def test_what_is_more_than_a_worksheet_holds_stands_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ROWS", 3)
    path = tmp_path / "file.xlsx"
    file = XlsxFile(spec(path, "xlsx"))
    file.write([[f"p{number}" for number in range(7)], [None] * 7, range(7)])
    file.close()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Results", "Results 2", "Results 3", "Report"]
    held = [[row[0] for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames[:3]]
    assert held == [["Name", "p0", "p1", "p2"], ["Name", "p3", "p4", "p5"], ["Name", "p6"]]


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [letters_of(column) for column in (0, 25, 26, 51, 52, 701, 702, 16_383)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


def test_a_file_says_at_its_very_beginning_what_it_is(tmp_path: Path) -> None:
    """Mail gateways tell Office's files from other archives by the first name in them (libmagic)."""
    path = tmp_path / "file.xlsx"
    assert written(spec(path, "xlsx").line() + PAGE + b"\n") == 0
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist()[0] == "_rels/.rels"


def test_the_time_to_write_a_workbook_grows_with_its_rows(tmp_path: Path) -> None:
    def write(rows: int) -> None:
        file = XlsxFile(spec(tmp_path / "file.xlsx", "xlsx"))
        for first in range(0, rows, 200):
            numbers = range(first, first + 200)
            file.write([[f"Person {n}" for n in numbers], [1_764_000_000_000 + n for n in numbers], [1] * 200])
        file.close()

    assert_grows_with(write, 5_000)
