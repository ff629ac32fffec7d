"""``make mutation``: each pure rule, changed in one place, has to fail its unit tests or one of 20 simulated lives.

A variant lives in a forked process. Where it is another body of a function, that is put in place of the loaded one: the
tests are collected already, and it takes milliseconds. Else the module is imported anew, in a process in which only
the libraries are loaded. What neither tests nor lives notice is a hole in the tests, or changes
nothing that anybody could see: ``equivalent.py`` names those, each with its reason. The report: ``build/mutation.txt``.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

from tests.mutation.equivalent import EQUIVALENT

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "mutation.txt"
SEEDS = 20
ENOUGH = 0.9  #: of the variants that are not equivalent have to be noticed
PROCESSOR = 20  #: seconds that the tests of one variant may take: one that never ends is noticed, too
MEMORY = 4 << 30  #: bytes
NOTICED = 1

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


def in_a_process(run: Callable[[], int], seconds: int = PROCESSOR) -> bool:
    """Whether it notices something; as it does where the process dies, of a loop that never ends."""
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
    return os.waitstatus_to_exitcode(status) != 0


class Loop:
    """A pytest plugin: runs the collected tests once for each variant, each time in a process of its own."""

    def __init__(self, variants: Sequence[Variant]) -> None:
        self._variants = variants
        #: those that no test notices, and those that are more than another body of a function
        self.unnoticed: list[Variant] = []
        self.others: list[Variant] = []

    def pytest_runtestloop(self, session: Any) -> bool:
        def fails(item: Any) -> bool:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            return bool(session.testsfailed)

        def took(item: Any) -> float:
            began = time.process_time()
            if fails(item):
                raise SystemExit(f"{item.nodeid} fails as it is")
            return time.process_time() - began

        def noticed(bodies: list[tuple[Any, CodeType]]) -> int:
            for function, body in bodies:
                function.__code__ = body
            return any(map(fails, items))

        items = sorted(session.items, key=took)  # what is soon known is asked first
        gc.freeze()
        for variant in self._variants:
            bodies = bodies_of(variant)
            if not bodies:
                self.others.append(variant)
            elif not in_a_process(partial(noticed, bodies)):
                self.unnoticed.append(variant)
        return True


def run_tests(tests: Sequence[str], *plugins: object) -> int:
    """pytest's exit code; the same examples are drawn every time, and none is made simpler."""
    import pytest
    from hypothesis import Phase, settings

    drawing = (Phase.explicit, Phase.generate)
    settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=drawing)
    settings.load_profile("mutation")
    options = (
        "-x",
        "--noconftest",
        *("-p", "no:cacheprovider"),
        *("-p", "no:xdist"),
        *("-p", "no:terminal"),
        *("-W", "ignore"),
    )
    return int(pytest.main([*options, *(f"tests/unit/test_{name}.py" for name in tests)], plugins))


def tried_in_place(tests: Sequence[str], variants: Sequence[Variant]) -> tuple[list[int], list[int]]:
    """The places of those that no unit test notices, and of those that have to be imported."""
    loop = Loop(variants)
    run_tests(tests, loop)
    return [variants.index(one) for one in loop.unnoticed], [variants.index(one) for one in loop.others]


def imported(variant: Variant, tests: Sequence[str]) -> int:
    sys.meta_path.insert(0, Changed(variant))
    return run_tests(tests) and NOTICED


def bodies_of(variant: Variant) -> list[tuple[Any, CodeType]]:
    """The loaded functions whose bodies it changes, and to what; none where it changes more than that."""
    path = str(ROOT / variant.path)
    before = compile((ROOT / variant.path).read_text(encoding="utf-8"), path, "exec", dont_inherit=True)
    bodies: list[CodeType] = []
    if not _same(before, compile(variant.source, path, "exec", dont_inherit=True), bodies):
        return []
    code_of: list[tuple[Any, CodeType]] = []
    for body in bodies:
        place: Any = sys.modules[variant.module]
        for name in body.co_qualname.split("."):
            place = vars(place)[name]
        code_of.append((getattr(place, "fget", None) or inspect.unwrap(place), body))
    return code_of


def _same(before: CodeType, after: CodeType, bodies: list[CodeType]) -> bool:
    """Whether two codes are the same but for the bodies of functions, which are added to ``bodies``."""
    alike = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_argcount")
    if any(getattr(before, name) != getattr(after, name) for name in alike):
        return False
    if len(before.co_consts) != len(after.co_consts):
        return False
    for one, other in zip(before.co_consts, after.co_consts, strict=True):
        if isinstance(one, CodeType) and isinstance(other, CodeType):
            if not _same(one, other, bodies):
                if not one.co_flags & inspect.CO_OPTIMIZED or one.co_name != other.co_name or "<" in one.co_qualname:
                    return False  # a class, or a function with another name or none
                bodies.append(other)
        elif (type(one), one) != (type(other), other):
            return False
    return True


def simulated(variant: Variant) -> int:
    sys.meta_path.insert(0, Changed(variant))
    from tests.simulation.__main__ import lives, quiet

    quiet()
    return lives(range(1, SEEDS + 1), until_broken=True) and NOTICED


def told(run: Callable[[], object]) -> Any:
    """What it gives, by way of JSON, in a process of its own: what it imports is gone afterwards."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException), os.fdopen(writing, "w") as pipe:
            pipe.write(json.dumps(run()))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer:
        raise SystemExit("the tests fail as it is, or cannot be run")
    return json.loads(answer)


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
    parser.add_argument("--every", type=int, default=1, metavar="N", help="a sample: every Nth variant")
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
        began = time.perf_counter()
        variants = [one for one in variants_of(asked.mutmut, [path]) if (path, one.was, one.now) not in reasons]
        variants = variants[:: asked.every]
        unnoticed, others = told(partial(tried_in_place, tests, variants))
        alive = [variants[place] for place in unnoticed]
        alive += [one for one in map(variants.__getitem__, others) if not in_a_process(partial(imported, one, tests))]
        of, by_tests = len(variants), len(variants) - len(alive)
        if not asked.without_lives:
            alive = [one for one in alive if not in_a_process(partial(simulated, one), 10 * PROCESSOR)]
        total, noticed = total + of, noticed + of - len(alive)
        took = time.perf_counter() - began
        report.append(f"{1 - len(alive) / of:6.1%} of {of:4} {path} ({by_tests} by its tests; {took:.0f} s)")
        report += map(str, alive)
        print(*report[-1 - len(alive) :], sep="\n", flush=True)  # noqa: T201
    report.append(f"{noticed / total:6.1%} of {total:4} in all; {len(EQUIVALENT)} are equivalent")
    print(report[-1])  # noqa: T201
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(report) + "\n", encoding="utf-8")
    return int(noticed < ENOUGH * total)


if __name__ == "__main__":
    sys.exit(main())
