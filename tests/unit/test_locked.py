"""What is installed is what was locked: every version, with the hashes of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
PAIRS = [("requirements.txt", "requirements.lock"), ("requirements-dev.txt", "requirements-dev.lock")]


def pins(name: str) -> dict[str, str]:
    """The versions by package, its name in one spelling."""
    return {re.sub(r"[-_.]+", "-", pin[1]).lower(): pin[2] for pin in PIN.finditer((ROOT / name).read_text())}


@pytest.mark.parametrize(("asked", "locked"), PAIRS)
def test_the_lock_holds_what_is_asked_for(asked: str, locked: str) -> None:
    missing = pins(asked).items() - pins(locked).items()
    assert not missing, "make lock"


def test_tests_run_on_what_the_bot_runs_on() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("locked", [locked for _, locked in PAIRS])
def test_every_package_is_pinned_and_has_hashes(locked: str) -> None:
    text = re.sub(r"\\\n", "", (ROOT / locked).read_text())
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    assert [line for line in lines if not PIN.match(line) or "--hash=sha256:" not in line] == []
