"""Pictures of cards: what they need, and what they show."""

from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.support import pictures
from tests.support.pictures import MARGIN, RENDERER, SCALE, CannotDraw, draw, install, misfits

Card = dict[str, Any]


def card(*body: Card, **more: Any) -> Card:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), **more}


def text(words: str) -> Card:
    return {"type": "TextBlock", "text": words, "wrap": True}


def chunks(png: bytes) -> dict[bytes, bytes]:
    """A PNG's chunks by name; those of the same name joined."""
    by_name: dict[bytes, bytes] = {}
    place = 8
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        name = png[place + 4 : place + 8]
        by_name[name] = by_name.get(name, b"") + png[place + 8 : place + 8 + length]
        place += length + 12
    return by_name


def size(path: Path) -> tuple[int, int]:
    """Device pixels: width, height."""
    width, height = struct.unpack_from(">II", chunks(path.read_bytes())[b"IHDR"])
    return width, height


def corner(path: Path) -> str:
    """The colour of the chat, at the top left: no filter changes the first pixel."""
    return zlib.decompress(chunks(path.read_bytes())[b"IDAT"])[1:4].hex()


def test_the_packages_are_pinned_and_the_lock_names_no_place_to_get_them_from() -> None:
    wanted = json.loads((RENDERER / "package.json").read_text())["dependencies"]
    lock = json.loads((RENDERER / "package-lock.json").read_text())["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert not [name for name, package in lock.items() if "resolved" in package]
    assert all(package["integrity"] for name, package in lock.items() if name)


async def test_without_chromium_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "CHROMIUM", str(tmp_path / "chromium"))
    with pytest.raises(CannotDraw, match="install Chromium"):
        await draw({"a": card(text("a"))}, tmp_path)


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotDraw, match=r"install Node\.js"):
        install(tmp_path / "npm")


@pytest.mark.e2e
async def test_every_card_is_drawn_in_both_themes_at_the_width_of_a_chat(tmp_path: Path) -> None:
    paths = await draw({"a": card(text("a")), "b": card(text("b"))}, tmp_path, width=400)
    assert [path.name for path in paths] == ["a.light.png", "a.dark.png", "b.light.png", "b.dark.png"]
    assert {size(path)[0] for path in paths} == {(400 + 2 * MARGIN) * SCALE}
    assert [corner(path) for path in paths] == ["f5f5f5", "1f1f1f"] * 2


@pytest.mark.e2e
async def test_execute_buttons_errors_and_the_fallback_of_a_chart_are_drawn(tmp_path: Path) -> None:
    """Each adds to the height of the same card without it."""
    name: Card = {"type": "Input.Text", "id": "n", "label": "Name", "isRequired": True, "errorMessage": "Who?"}
    chart: Card = {"type": "Chart.Donut", "data": [], "fallback": text("No chart here")}
    button: Card = {"type": "Action.Execute", "title": "Next", "verb": "next"}
    cards = {
        "field": card(name),
        "checked": card(name),
        "button": card(name, actions=[button]),
        "chart": card(name, chart),
    }
    paths = await draw(cards, tmp_path, ["light"], checked=["checked"])
    field, *others = [size(path)[1] for path in paths]
    assert all(height > field for height in others), (field, others)


@pytest.mark.e2e
async def test_a_card_that_the_renderer_complains_of_is_named_and_the_others_are_drawn(tmp_path: Path) -> None:
    cards = {"odd": card(text("a") | {"size": "Huge"}), "even": card(text("b"))}
    with pytest.raises(CannotDraw, match=r"'odd'.*size") as error:
        await draw(cards, tmp_path, ["light"])
    assert "even" not in str(error.value) and (tmp_path / "even.light.png").exists()


async def test_what_has_no_room_on_a_phone_is_named_with_its_card(tmp_path: Path) -> None:
    long = "W" * 60
    one_line = {"type": "TextBlock", "text": long}
    wide = {"type": "ColumnSet", "columns": [{"type": "Column", "width": "400px", "items": [text("wide")]}]}
    hidden = {"type": "Container", "isVisible": False, "items": [one_line]}
    button = {"type": "Action.Submit", "title": long}
    cards = {
        "fits": card(text("Words that wrap, however many of them there are. " * 3)),
        "text": card(one_line),
        "folded": card(text("short"), hidden),
        "column": card(wide),
        "button": card(text("short"), actions=[button]),
    }
    problems = await misfits(cards)
    assert {problem.split("'")[1] for problem in problems} == {"text", "folded", "column", "button"}
    assert any("is cut by" in problem and "WWWW" in problem for problem in problems)
    assert any("stands out of the card" in problem for problem in problems)
