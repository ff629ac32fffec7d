"""``python -m tests.simulation --seed 7`` lives one life again; ``--seeds 1000`` looks for one that breaks.

The order of sets differs from process to process unless ``PYTHONHASHSEED`` is set: every life is lived in a process in
which it is 0.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from tests.simulation.disk import Disk
from tests.simulation.faults import Fault, halves
from tests.simulation.loop import Endless, Stuck
from tests.simulation.parts import Parts
from tests.simulation.world import Setting, World
from tests.support.seeding import ANY_TIME

WORKERS = 2
TOLD_EVERY = 500  #: lives
FIRST_USES = (2, 3)  #: short lives, one on each store: what is loaded when it is first used need not be for each
STEPS = 40  #: last steps that are told of a life that broke


@dataclass(frozen=True, slots=True)
class Broken:
    """A life in which an invariant did not hold."""

    seed: int
    why: str
    faults: tuple[Fault, ...]
    steps: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.why}", "", f"with {len(self.faults)} faults:", *map(str, self.faults)]
        lines += ["", "the last steps:", *self.steps, "", f"again: make simulate SEED={self.seed}"]
        return "\n".join(lines)


def live(setting: Setting, faults: Sequence[Fault] | None = None, disk: Disk | None = None) -> tuple[World, str]:
    """A life, and why it broke; "" where every invariant held."""
    world = World(setting, faults, disk)
    gc.disable()  # what is dead is not tidied up in the middle of a life
    try:
        world.run()
    except AssertionError as error:
        return world, str(error) or traceback.format_exc()
    except (Stuck, Endless) as error:
        return world, f"{type(error).__name__}: {error.__doc__ or ''}"
    except Exception:
        return world, traceback.format_exc()
    finally:
        gc.enable()
    return world, ""


def shortened(setting: Setting, world: World, why: str) -> Broken:
    """The same life with as few faults as still break it."""
    faults, searching = list(world.faults), True
    while searching:
        searching = False
        for fewer in halves(faults):
            tried, reason = live(setting, fewer)
            if reason:
                faults, world, why, searching = fewer, tried, reason, True
                break
    return Broken(setting.seed, why, tuple(faults), tuple(world.trace[-STEPS:]))


def lives(seeds: Iterable[int], *, until_broken: bool = False) -> int:
    """Live them one after the other, and say what broke; how many did.

    Each in a forked process: what it leaves behind is gone with it, and need not be tidied up.
    """
    broken = 0
    for seed in FIRST_USES:
        live(Setting.of(seed))
    gc.freeze()  # what was imported is not copied because it was looked at
    sys.stdout.flush()
    for seed in seeds:
        if (child := os.fork()) == 0:
            code = 1
            try:
                code = _lived(seed, tell=not until_broken)
            finally:
                sys.stdout.flush()
                os._exit(code)
        broken += os.waitpid(child, 0)[1] != 0
        if broken and until_broken:
            break
    return broken


def _lived(seed: int, *, tell: bool) -> int:
    """One life; 1 where it broke. ``tell``: how it can be broken with fewer faults, and what it was."""
    started = time.perf_counter()
    setting = Setting.of(seed)
    world, why = live(setting)
    took = time.perf_counter() - started
    if why:
        print(shortened(setting, world, why) if tell else f"seed {seed}: {why}")  # noqa: T201
    if tell:
        print(f"life {seed} {world.digest[:16]} {len(world.arrivals)} {world.loop.time():.0f} {took:.2f}")  # noqa: T201
    return int(bool(why))


def power_cuts(first: int, every: int) -> int:
    """The same small life again and again, its power cut in another commit each time; how many broke."""
    small = replace(
        Setting.of(1),
        mongo=False,
        copies=1,
        people=3,
        slot=timedelta(seconds=4),
        hours=ANY_TIME,
        offsets=(0.0,),
        faults=(),
        parts=Parts(),
    )
    cut_at, broken, commits = 0, 0, 1
    while cut_at < commits:
        with tempfile.TemporaryDirectory() as folder:
            disk = Disk(random.Random(cut_at), Path(folder), cut_at)
            world, why = live(small, disk=disk)
            disk.db.close()
        commits = commits if cut_at else disk.changes
        if why or (cut_at and not world.was_cut):
            broken += 1
            print(f"the power is cut in commit {cut_at} of {commits}: {why}", *world.trace[-STEPS:], sep="\n")  # noqa: T201
        cut_at += every if cut_at else first
    print(f"{commits} commits, one of {every} cut, {broken} broken")  # noqa: T201
    return broken


def quiet() -> None:
    """A process that is killed leaves tasks that nobody awaits: that is no news here."""
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = lambda _: None


def main() -> int:
    parser = argparse.ArgumentParser(description="Lives of a simulated world, each from one seed")
    parser.add_argument("--seed", type=int, help="live this one, and tell every step")
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--these", type=int, nargs="+", help="live these, one after the other")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--cuts", type=int, default=0, metavar="N", help="cut the power in every Nth commit of a life")
    parser.add_argument("--until-broken", action="store_true", help="stop at the first that breaks")
    parser.add_argument("--step", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(
            sys.executable, [sys.executable, "-W", "ignore", *sys.orig_argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"}
        )
    quiet()
    if asked.seed is not None:
        world, why = live(Setting.of(asked.seed))
        print(world.setting, *world.trace, why or "every invariant held", world.digest, sep="\n")  # noqa: T201
        return bool(why)
    if asked.cuts:
        return min(1, power_cuts(asked.first, asked.cuts))
    if asked.these:
        return min(1, lives(asked.these))
    if asked.until_broken:
        return lives(range(asked.first, asked.first + asked.seeds), until_broken=True)
    if asked.step:
        return min(1, lives(range(asked.first, asked.first + asked.seeds, asked.step)))
    return _in_processes(asked)


def _in_processes(asked: argparse.Namespace) -> int:
    """What broke is printed as it breaks, and how far it is now and then: ten thousand take most of an hour."""
    started = time.perf_counter()
    lived: list[list[str]] = []

    def run(number: int) -> int:
        command = [*(sys.executable, "-u", "-W", "ignore", "-m", "tests.simulation"), "--step", str(asked.workers)]
        command += ["--first", str(asked.first + number), "--seeds", str(asked.seeds - number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            for line in process.stdout or ():
                if not line.startswith("life "):
                    print(line, end="", flush=True)  # noqa: T201
                    continue
                lived.append(line.split())
                if len(lived) % TOLD_EVERY == 0 and len(lived) < asked.seeds:
                    print(f"{len(lived)} lives in {time.perf_counter() - started:.0f} s", flush=True)  # noqa: T201
        return process.returncode

    with ThreadPoolExecutor(asked.workers) as pool:
        codes = list(pool.map(run, range(min(asked.workers, asked.seeds))))
    took = time.perf_counter() - started
    deliveries, seconds = sum(int(line[3]) for line in lived), sum(float(line[4]) for line in lived)
    print(f"{len(lived)} lives, {deliveries} messages, {seconds:.0f} simulated seconds, in {took:.0f} s")  # noqa: T201
    return max(codes) or int(len(lived) != asked.seeds)


if __name__ == "__main__":
    random.seed(0)
    asyncio.set_event_loop_policy(None)
    sys.exit(main())
