"""The house: imports run one way, each ageing library stays behind one module, and no folder becomes a heap."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.port.store import Store

ROOT = Path(__file__).parents[2]
#: what each floor may import besides itself: app -> bot -> dialogs -> cards, scheduler -> storage
FLOORS = {
    "storage": set[str](),
    "cards": {"storage"},
    "scheduler": {"storage"},
    "dialogs": {"cards", "scheduler", "storage"},
    "bot": {"dialogs", "cards", "scheduler", "storage"},
    "manifest": {"bot", "cards"},
    "app": {"bot", "dialogs", "cards", "scheduler", "storage"},
}
#: library -> the modules, or the folder, that import it: what is replaced with it
AGEING = {
    "adaptivecards": ("cards/kit/elements.py",),
    "apscheduler": ("scheduler/jobs.py",),
    "motor": ("storage/mongo/",),
    "pymongo": ("storage/mongo/",),
    "recognizers_date_time": ("dialogs/schedule_words/recogniser.py",),
    "recognizers_text": ("dialogs/schedule_words/recogniser.py",),
    "openpyxl": (),
    "xlrd": ("dialogs/lists/imports/tables/old_workbook.py",),
    "jsonpickle": (),
    "botbuilder": ("bot/",),
    "botframework": ("bot/", "app.py"),
    "msrest": ("bot/",),
}
#: what an idle bot on SQLite does without
LATER = {"pymongo", "motor", "bson", "recognizers_text", "openpyxl", "xlrd", "holidays", "aiosmtplib"} | {
    "babel.messages.pofile",  # before the first card in French
    "dialogs.lists.imports.reading",  # before the first file, or the first people that are pasted
}
#: modules at a folder's top, without __init__.py
MOST = 12


def modules(*folders: str) -> list[Path]:
    """As paths from the root of the project."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


MODULES = [Path("app.py"), *modules(*(FLOORS.keys() - {"app"}))]


def imports_of(source: str) -> Iterator[str]:
    """Dotted names, those inside functions and those for the type checker only among them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@functools.cache
def imports() -> list[tuple[Path, str]]:
    return [
        (module, imported) for module in MODULES for imported in imports_of((ROOT / module).read_text(encoding="utf-8"))
    ]


def test_the_whole_product_is_looked_at() -> None:
    assert len(MODULES) > 150 and len(imports()) > 1_000
    assert list(imports_of("def f():\n    from bot import keys\n    import cards.kit\n    from . import x")) == [
        "bot",
        "cards.kit",
        ".",
    ]


def test_no_import_runs_upwards() -> None:
    """Cards and scheduler do not know each other; nothing of the product imports tests."""
    upwards = []
    for module, imported in imports():
        floor, target = module.parts[0].removesuffix(".py"), imported.partition(".")[0]
        if target in {*FLOORS, "tests"} - {floor} - FLOORS[floor] or imported.startswith("."):
            upwards.append(f"{module} imports {imported}")
    assert upwards == []


@pytest.mark.parametrize("library", AGEING)
def test_an_ageing_library_stays_behind_its_module(library: str) -> None:
    at_home = AGEING[library]
    users = {module.as_posix() for module, imported in imports() if imported.partition(".")[0] == library}
    assert {user for user in users if not user.startswith(at_home)} == set()


def test_no_folder_becomes_a_heap() -> None:
    tops: dict[str, int] = {}
    for module in modules("bot", "dialogs", "cards", "scheduler"):
        if module.name != "__init__.py":
            tops[module.parent.as_posix()] = tops.get(module.parent.as_posix(), 0) + 1
    assert len(tops) > 20
    assert {folder: count for folder, count in tops.items() if count > MOST} == {}


def test_no_module_of_the_product_is_named_like_a_test() -> None:
    """pytest would collect it, and a reader would look for it in tests/."""
    assert [str(path) for path in MODULES if re.fullmatch(r"test_.*|.*_test", path.stem)] == []


def test_every_method_of_the_store_is_asked_for_by_the_product() -> None:
    askers = [path for path in MODULES if path.parts[:2] not in (("storage", "sqlite"), ("storage", "mongo"))]
    asked = {name for path in askers for name in re.findall(r"store\.(\w+)\(", (ROOT / path).read_text("utf-8"))}
    methods = {name for name in dir(Store) if inspect.isfunction(getattr(Store, name)) and not name.startswith("_")}
    assert methods - asked - {"open", "close"} == set()


LOADS = re.compile(
    r"store\.(campaign|campaigns|count_campaigns|last_done|distribution_list|lists|template|templates|count_templates)\("
)


def test_a_conversation_gets_records_from_one_module_only() -> None:
    """It asks whether the person may see them; nobody else in dialogs loads one by its number, or lists them."""
    at_home = Path("dialogs/core/visibility.py")
    loading = {path for path in modules("dialogs") if LOADS.search((ROOT / path).read_text("utf-8"))}
    assert loading == {at_home}


@pytest.mark.parametrize(
    "module", [path.with_suffix("").as_posix().replace("/", ".") for path in modules("tests/bench")]
)
def test_what_measures_the_bot_can_still_be_loaded(module: str) -> None:
    """No test imports it, and it is run by hand."""
    assert importlib.import_module(module)


def test_the_bot_starts_without_what_it_may_never_need() -> None:
    """A driver of 9 MB, recognisers of 50: loaded at their first use, or by a program of their own."""
    script = "import sys, app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert {"aiohttp", "botbuilder", "babel"} <= set(loaded.split())
    assert LATER & set(loaded.split()) == set()


def test_no_group_is_repeated_possessively() -> None:
    """Python before 3.11.5, such as Debian 12's, matches nothing where one is (python/cpython gh-106052)."""
    found = []
    for path in [ROOT / "app.py", *(file for room in FLOORS for file in (ROOT / room).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                found += [path.name for part in node.args if re.search(r"(?<!\\\\)\)[*+?]\+", ast.unparse(part))]
    assert found == []
