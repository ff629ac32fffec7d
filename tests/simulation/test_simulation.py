"""Lives of the simulated world: some in ``make test``, 500 in ``make faults``, any number by ``make simulate``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.world import Setting

ROOT = Path(__file__).parents[2]
SEEDS = int(os.environ.get("SIMULATED_LIVES", "200"))
PARTS = 4  #: tests among which they are shared out, so that workers can share them; each is a process to be loaded


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


#: lives that broke, and over what
BROKE = {
    282: "a copy died over an install",
    482: "seconds of grace after a slot that begins just before closing time",
    493: "two reports that the line lost",
    725: "rounds that wait for a moment that a clock set ahead has said",
    957: "an answer of ten seconds",
    998: "a clock set ahead for a twentieth of a second: jobs rested for as long",
    1550: "an address that is refused for good",
    1925: "somebody comes while no copy listens",
    2103: "a wish that a full disk did not take",
    2440: "a mail that went out before somebody was renamed",
    2565: "an author whose cards say help",
    3110: "a list of newcomers that another copy cleared away while it was made",
    3474: "an author who has pressed that nobody is reminded any more",
    3831: "answers about presence that a frozen process has not heard",
    3975: "a button in a preview, which nobody can press",
    6367: "somebody who comes back is welcomed again, which says help too",
    8707: "what a process recorded of a delivery that another had taken meanwhile",
}


@pytest.mark.parametrize("part", range(2))
def test_lives_that_broke_hold(part: int) -> None:
    seeds = [str(seed) for seed in BROKE][part::2]
    done = simulate("--these", *seeds)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("life ")] == seeds


def test_the_same_seed_is_the_same_life_to_the_letter_wherever_it_is_lived() -> None:
    """One on each store, one after the other and each alone; the digest is that of every step."""
    assert [Setting.of(seed).mongo for seed in (4, 5)] == [False, True]
    together = simulate("--first", "4", "--seeds", "2", "--step", "1").stdout.splitlines()
    for seed, line in zip((4, 5), together, strict=True):
        alone = simulate("--seed", str(seed))
        assert alone.returncode == 0 and "the platform takes campaign" in alone.stdout
        assert line.split()[1:3] == [str(seed), alone.stdout.splitlines()[-1][:16]]


@pytest.mark.parametrize("first", [1, 2])
def test_whatever_is_left_of_a_commit_when_the_power_fails_promises_hold(first: int) -> None:
    every = int(os.environ.get("EVERY_COMMIT", "12"))
    done = simulate("--cuts", str(every * 2), "--first", str(first * every))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" 0 broken\n")
