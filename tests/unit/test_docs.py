"""What the docs lead to is there, and what they name exists."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from bot.ops.cli import add_commands
from bot.settings import Settings
from bot.web.metrics import Metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [plain or image for plain, image in LINK.findall(page.read_text(encoding="utf-8"))]
    there = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in there if link and not (page.parent / link).exists()] == []


RUNNING_IT = [ROOT / "README.md", ROOT / "docs" / "deploy.md", ROOT / "docs" / "operate.md"]


@pytest.mark.parametrize("page", RUNNING_IT, ids=name)
def test_every_variable_that_a_page_sets_is_a_setting(page: Path) -> None:
    known = {field.alias for field in Settings.model_fields.values()}
    named = set(re.findall(r"`([A-Z][A-Z_]+_[A-Z]+|Microsoft\w+)(?:=[^`]*)?`", page.read_text(encoding="utf-8")))
    of_others = {"APP_NAME", "COMPANY_NAME", "WEBSITE_URL", "PRIVACY_URL", "TERMS_URL"}  # the package's own
    assert named - known - of_others == set()


def test_every_variable_that_the_docs_have_typed_is_a_setting() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    typed = "\n".join(re.findall(r"```(?:sh|ini)\n(.*?)```", text, re.DOTALL))
    names = set(re.findall(r"\b([A-Z][A-Z_]+|Microsoft\w+)=", typed)) - {"PASSWORD"}
    assert len(names) > 5 and names - known == set()


def test_every_command_that_the_docs_have_typed_is_one() -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser)
    [commands] = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for page in PAGES:
        typed = set(re.findall(r"app\.py ([a-z][a-z-]+)", page.read_text(encoding="utf-8")))
        assert typed <= set(commands), page


def test_every_figure_that_an_alert_looks_at_is_one() -> None:
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    known = {family.name for family in Metrics().registry.collect()}
    named = {figure.removesuffix("_total") for figure in re.findall(r"crieur_[a-z_]+", text)}
    assert named and named - known == set()
