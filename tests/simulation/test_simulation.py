"""Lives of the simulated world: some in ``make test``, 500 in ``make faults``, any number by ``make simulate``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = int(os.environ.get("SIMULATED_LIVES", "200"))
PARTS = 8  #: tests among which they are shared out, so that workers can share them


def simulate(*asked: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Each part is a process of its own, in which the order of sets is the same every time."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.simulation", *asked],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_nobody_receives_twice_nobody_is_lost_and_everything_ends(part: int) -> None:
    done = simulate("--step", str(PARTS), "--first", str(part + 1), "--seeds", str(SEEDS - part))
    assert done.returncode == 0, done.stdout + done.stderr
    lived = [line for line in done.stdout.splitlines() if line.startswith("life ")]
    assert len(lived) == len(range(part, SEEDS, PARTS))


@pytest.mark.parametrize("seed", [5, 12])
def test_the_same_seed_is_the_same_life_to_the_letter(seed: int) -> None:
    first, second = simulate("--seed", str(seed)), simulate("--seed", str(seed))
    assert first.stdout == second.stdout
    assert first.returncode == 0 and "the platform takes campaign" in first.stdout


@pytest.mark.parametrize("first", [1, 2])
def test_whatever_is_left_of_a_commit_when_the_power_fails_promises_hold(first: int) -> None:
    every = int(os.environ.get("EVERY_COMMIT", "12"))
    done = simulate("--cuts", str(every * 2), "--first", str(first * every))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" 0 broken\n")
