"""``make mutation``: each pure rule, changed in one place, has to fail its unit tests or one of 20 simulated lives.

A variant lives in a process forked from one in which every library is loaded; its tests, and then the lives, run in it
with the changed source in place of the module's. What neither notices is a hole in the tests, or changes nothing that
anybody could see: ``equivalent.py`` names those, each with its reason. The report is ``build/mutation.txt``.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from tests.mutation.equivalent import EQUIVALENT

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "mutation.txt"
SEEDS = 20
ENOUGH = 0.9  #: of the variants that are not equivalent have to be noticed
PROCESSOR = 60  #: seconds that the tests of one variant may take: one that never ends is noticed, too
MEMORY = 4 << 30  #: bytes
NOTICED, UNNOTICED = 1, 0

#: the pure rules, and the unit tests that hold each
RULES = {
    "storage/records/deliveries.py": ("deliveries",),
    "scheduler/rate_limit.py": ("rate_limit",),
    "storage/records/campaign_life.py": ("campaign_life",),
    "scheduler/rules/settling.py": ("settling",),
    "storage/records/ladder.py": ("ladder",),
    "scheduler/rules/ladder.py": ("ladder",),
    "scheduler/rules/window.py": ("window",),
}


@dataclass(frozen=True, slots=True)
class Variant:
    path: str
    line: int
    #: the lines that differ, before and after
    was: str
    now: str
    source: str

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")

    def __str__(self) -> str:
        return f"{self.path}:{self.line}\n    - " + f"\n    + {self.now}".join([self.was.replace("\n", "\n    - "), ""])


class Changed(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives the variant where its module is imported."""

    def __init__(self, variant: Variant) -> None:
        self._variant = variant

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._variant.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(ROOT / self._variant.path))

    def get_source(self, name: str) -> str:
        return self._variant.source

    def get_code(self, name: str) -> CodeType:
        return compile(self._variant.source, str(ROOT / self._variant.path), "exec", dont_inherit=True)


def variants_of(python: str, paths: Sequence[str]) -> list[Variant]:
    script = str(Path(__file__).with_name("variants.py"))
    done = subprocess.run([python, script, *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    return [Variant(**json.loads(line)) for line in done.stdout.splitlines()]


# --- in a process of its own ------------------------------------------------------------------


def in_a_process(run: Callable[[], int], seconds: int = PROCESSOR) -> int:
    """What it gives; NOTICED where the process dies, as of a loop that never ends."""
    child = os.fork()
    if child == 0:
        code = NOTICED
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            code = run()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return NOTICED if os.waitstatus_to_exitcode(status) else UNNOTICED


class TablesFirst:
    """What tries a few values comes before what draws a hundred."""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: hasattr(item.obj, "hypothesis"))


def tested(variant: Variant | None, tests: Sequence[str]) -> int:
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutation", derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutation")
    import pytest

    if variant:
        sys.meta_path.insert(0, Changed(variant))
    files = [f"tests/unit/test_{name}.py" for name in tests]
    options = ("-x", "-q", "--noconftest", *("-p", "no:cacheprovider"), *("-p", "no:xdist"), *("-W", "ignore"))
    return int(pytest.main([*options, *files], [TablesFirst()])) and NOTICED


def simulated(variant: Variant) -> int:
    sys.meta_path.insert(0, Changed(variant))
    from tests.simulation.__main__ import lives, quiet

    quiet()
    return lives(range(1, SEEDS + 1), until_broken=True) and NOTICED


def load_libraries() -> None:
    """Everything that is imported but what stands in this tree: it is what a variant may have changed."""
    import hypothesis  # noqa: F401
    import pytest  # noqa: F401
    import pytest_asyncio  # noqa: F401

    import tests.conftest
    import tests.simulation.world  # noqa: F401

    ours = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]


# --- all of them ------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description="How much of the pure rules the tests hold")
    parser.add_argument("--mutmut", required=True, help="the Python that has mutmut")
    parser.add_argument("--only", default="", help="paths that hold this")
    parser.add_argument("--without-lives", action="store_true", help="the unit tests alone")
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [*(sys.executable, *sys.orig_argv[1:])], {**os.environ, "PYTHONHASHSEED": "0"})
    os.chdir(ROOT)
    load_libraries()
    reasons = {(path, was, now) for path, was, now, _ in EQUIVALENT}
    report, total, noticed = [], 0, 0
    for path, tests in RULES.items():
        if asked.only not in path:
            continue
        if in_a_process(lambda tests=tests: tested(None, tests)) == NOTICED:  # type: ignore[misc]
            raise SystemExit(f"{path}: its tests fail as it is")
        began, alive, of, by_tests = time.perf_counter(), [], 0, 0
        for variant in variants_of(asked.mutmut, [path]):
            if (path, variant.was, variant.now) in reasons:
                continue
            of += 1
            if in_a_process(lambda: tested(variant, tests)) == NOTICED:  # noqa: B023
                by_tests += 1
            elif asked.without_lives or in_a_process(lambda: simulated(variant), 3 * PROCESSOR) == UNNOTICED:  # noqa: B023
                alive.append(variant)
                print(f"ALIVE {variant}", flush=True)  # noqa: T201
        total, noticed = total + of, noticed + of - len(alive)
        took = time.perf_counter() - began
        line = f"{(of - len(alive)) / of:6.1%} of {of:4} {path} ({by_tests} by its tests; {took:.0f} s)"
        print(line, flush=True)  # noqa: T201
        report += [line, *map(str, alive)]
    report.append(f"{noticed / total:6.1%} of {total:4} in all; {len(EQUIVALENT)} are equivalent")
    print(report[-1])  # noqa: T201
    REPORT.write_text("\n".join(report) + "\n", encoding="utf-8")
    return int(noticed < ENOUGH * total)


if __name__ == "__main__":
    sys.exit(main())
