"""The program that writes tables: what is cut off leaves nothing; no text is a formula."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.files.writer import DANGEROUS, FileSpec, harmless
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


PAGE = orjson.dumps([["Ada", 1_764_000_000_000, 1], ["\x00\x0b=\ud7ff", None, 2]]) + b"\n"


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
