"""What is said to be equivalent is said of rules that still stand there; `make mutation` tries all the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.equivalent import EQUIVALENT

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("path", "was", "now", "why"), EQUIVALENT)
def test_what_an_equivalent_variant_changes_stands_in_its_file(path: str, was: str, now: str, why: str) -> None:
    lines = {line.strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()}
    assert {*was.splitlines()} <= lines
    assert now != was and why
