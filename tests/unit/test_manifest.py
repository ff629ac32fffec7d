"""The Teams app package: valid by Microsoft's own schemas, in both languages, from the settings alone."""

from __future__ import annotations

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from bot.permissions import RESOURCE_SPECIFIC
from bot.settings import WrongSettings
from cards.languages import DEFAULT, LANGUAGES
from dialogs.routers import everything
from manifest.package import SCHEMA, build
from manifest.settings import PackageSettings
from tests.support.pictures import install

ROOT = Path(__file__).parents[2]
APP_ID = "8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10"


def settings(**variables: str) -> PackageSettings:
    own = {"MicrosoftAppId": APP_ID, "PUBLIC_URL": "https://crieur.contoso.com"}
    return PackageSettings(_env_file=None, **{**own, **variables})  # type: ignore[call-arg, arg-type]


def packed(**variables: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(build(settings(**variables)))) as package:
        return {name: package.read(name) for name in package.namelist()}


@cache
def schemas() -> Path:
    modules = install(ROOT / "build" / "npm-manifest", ROOT / "tests" / "support" / "app_manifest")
    return modules / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"


def complaints(schema: str, document: object) -> list[str]:
    validator = Draft4Validator(json.loads((schemas() / f"v{SCHEMA}" / schema).read_text(encoding="utf-8-sig")))
    return [error.message for error in validator.iter_errors(document)]


def test_the_manifest_is_valid_by_microsofts_schema() -> None:
    files = packed(COMPANY_NAME="Contoso", TEAMS_APP_ID="0a4f7d58-3c66-4d26-8b0e-1f2a3b4c5d6e")
    manifest = json.loads(files["manifest.json"])
    assert complaints("MicrosoftTeams.schema.json", manifest) == []
    assert manifest["id"] == "0a4f7d58-3c66-4d26-8b0e-1f2a3b4c5d6e"
    assert manifest["developer"]["name"] == "Contoso"
    for language in LANGUAGES:
        assert complaints("MicrosoftTeams.Localization.schema.json", json.loads(files[f"{language}.json"])) == []


def test_the_schema_is_the_newest_that_is_no_preview() -> None:
    numbered = [re.fullmatch(r"v(\d+)\.(\d+)", folder.name) for folder in schemas().iterdir()]
    newest = max((int(number[1]), int(number[2])) for number in numbered if number)
    assert f"{newest[0]}.{newest[1]}" == SCHEMA


def test_a_manifest_with_a_mistake_is_found_out() -> None:
    manifest = json.loads(packed()["manifest.json"])
    assert complaints("MicrosoftTeams.schema.json", {**manifest, "accentColor": "teal"})
    del manifest["bots"][0]["scopes"]
    assert complaints("MicrosoftTeams.schema.json", manifest)


def test_it_asks_for_what_the_bot_uses() -> None:
    manifest = json.loads(packed()["manifest.json"])
    [bot] = manifest["bots"]
    assert bot["botId"] == APP_ID
    assert bot["scopes"] == ["personal", "team"]
    assert bot["supportsFiles"] is True
    assert manifest["validDomains"] == ["crieur.contoso.com"]
    asked = manifest["authorization"]["permissions"]["resourceSpecific"]
    assert {permission["name"] for permission in asked} == set(RESOURCE_SPECIFIC)
    assert "ChatMessageReadReceipt.Read.Chat" in RESOURCE_SPECIFIC
    assert manifest["webApplicationInfo"]["id"] == APP_ID


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_menu_is_understood(language: str) -> None:
    words = json.loads(packed()[f"{language}.json"])
    titles = [value for key, value in words.items() if key.endswith(".title")]
    assert len(titles) > 10
    assert set(titles) <= set(everything().commands)


def test_the_menus_are_as_long_as_teams_shows_them() -> None:
    [bot] = json.loads(packed()["manifest.json"])["bots"]
    assert all(len(menu["commands"]) <= 10 for menu in bot["commandLists"])


def test_every_language_says_all_that_the_manifest_says() -> None:
    files = packed()
    manifest = json.loads(files["manifest.json"])
    english, *others = (json.loads(files[f"{language}.json"]) for language in LANGUAGES)
    for number, commands in enumerate(manifest["bots"][0]["commandLists"]):
        for place, command in enumerate(commands["commands"]):
            path = f"bots[0].commandLists[{number}].commands[{place}]"
            assert (command["title"], command["description"]) == (
                english[f"{path}.title"],
                english[f"{path}.description"],
            )
    for other in others:
        assert set(english) == set(other)
        assert {key for key in english if english[key] == other[key]} <= {"$schema", "name.short", "name.full"}
    assert manifest["localizationInfo"]["additionalLanguages"] == [
        {"languageTag": code, "file": f"{code}.json"} for code in LANGUAGES if code != DEFAULT
    ]


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("outline.png", 32)])
def test_the_icons_have_the_sizes_that_teams_asks_for(name: str, size: int) -> None:
    pixels = rgba(packed()[name], size)
    alphas = {pixel[3] for pixel in pixels}
    if name == "color.png":
        assert alphas == {255}  # a full square
        assert len(set(pixels)) > 10
    else:
        assert {0, 255} <= alphas  # a drawing on nothing
        assert {pixel[:3] for pixel in pixels if pixel[3] == 255} == {(255, 255, 255)}


def test_the_same_settings_give_the_same_bytes() -> None:
    assert build(settings()) == build(settings())


def rgba(png: bytes, size: int) -> list[tuple[int, ...]]:
    """The pixels of a PNG of 8 bits a channel, which must be ``size`` squared."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind, *_ = struct.unpack(">IIBBBBB", png[16:29])
    assert (width, height, depth) == (size, size, 8)
    channels = {2: 3, 6: 4}[kind]
    place, packed_pixels = 8, b""
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        packed_pixels += png[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        place += 12 + length
    raw, before, pixels = zlib.decompress(packed_pixels), bytes(width * channels), []
    for row in range(height):
        at = row * (width * channels + 1)
        line = _unfiltered(raw[at], bytearray(raw[at + 1 : at + 1 + width * channels]), before, channels)
        before = bytes(line)
        pixels += [
            (*line[x : x + 3], line[x + 3] if channels == 4 else 255) for x in range(0, width * channels, channels)
        ]
    return pixels


def _unfiltered(kind: int, line: bytearray, before: bytes, channels: int) -> bytearray:
    """One row as it was before PNG's filter of it."""
    for place in range(len(line)):
        left = line[place - channels] if place >= channels else 0
        up, corner = before[place], before[place - channels] if place >= channels else 0
        guess = left + up - corner
        paeth = min((left, up, corner), key=lambda value: abs(guess - value))
        line[place] = (line[place] + (0, left, up, (left + up) // 2, paeth)[kind]) % 256
    return line


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"MicrosoftAppId": ""}, "MicrosoftAppId takes the id of the bot's registration"),
        ({"MicrosoftAppId": "crieur"}, "MicrosoftAppId: takes an id like"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL takes the address"),
        ({"PUBLIC_URL": "http://crieur.contoso.com"}, "PUBLIC_URL: takes an address that begins with https://"),
        (
            {"PUBLIC_URL": "https://crieur.contoso.com/?x"},
            "PUBLIC_URL: takes the address at which people reach the bot",
        ),
        ({"PRIVACY_URL": "contoso.com/privacy"}, "PRIVACY_URL: takes an address that begins with https://"),
        ({"APP_NAME": "x" * 31}, "APP_NAME: String should have at most 30 characters"),
    ],
)
def test_a_wrong_setting_is_one_line(variables: dict[str, str], line: str) -> None:
    with pytest.raises(WrongSettings) as wrong:
        settings(**variables)
    assert str(wrong.value).startswith(line)
    assert len(str(wrong.value).splitlines()) == 1


def test_the_command_tells_all_that_is_wrong_and_writes_nothing(tmp_path: Path) -> None:
    run = _command(tmp_path, PUBLIC_URL="https://10.0.0.7", MicrosoftAppId="", APP_NAME="x" * 31)
    assert run.returncode == 2
    assert [line.split(maxsplit=1)[0] for line in run.stderr.splitlines()] == [
        "PUBLIC_URL:", "APP_NAME:", "MicrosoftAppId"
    ]  # fmt: skip
    assert not (tmp_path / "crieur.zip").exists()


def test_the_command_writes_the_package(tmp_path: Path) -> None:
    run = _command(tmp_path)
    assert run.returncode == 0, run.stderr
    with zipfile.ZipFile(tmp_path / "crieur.zip") as package:
        assert sorted(package.namelist()) == sorted(
            ["color.png", "manifest.json", "outline.png", *(f"{code}.json" for code in LANGUAGES)]
        )


def _command(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    own: dict[str, Any] = {
        "MicrosoftAppId": APP_ID,
        "PUBLIC_URL": "https://crieur.contoso.com",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-m", "manifest", str(folder / "crieur.zip")],
        cwd=folder, env={**own, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
