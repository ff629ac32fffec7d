"""The container: linted, and true to the program that it carries. No engine is needed here."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from app import GRACE
from bot.settings import Settings
from bot.teams import handler
from bot.web import connections
from tests.support.pictures import install
from tests.support.program import Program, free_port, running

ROOT = Path(__file__).parents[2]


@cache
def linters() -> Path:
    return install(ROOT / "build" / "npm-container", ROOT / "tests" / "support" / "container_lint") / ".bin"


def lint(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [linters() / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


@cache
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's lines: (instruction, what follows)."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = (line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#"))
    return [(name, rest) for name, rest in lines]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def test_the_dockerfile_is_linted() -> None:
    run = lint("dockerfile-utils", "lint", "Dockerfile")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_compose_file_is_linted() -> None:
    run = lint("dclint", "compose.yaml", "--max-warnings", "0")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_linters_find_mistakes(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nEXPOSE many\n")
    assert lint("dockerfile-utils", "lint", str(tmp_path / "Dockerfile")).returncode
    (tmp_path / "compose.yaml").write_text("services:\n  crieur:\n    imagine: crieur\n")
    assert lint("dclint", str(tmp_path / "compose.yaml")).returncode


def test_it_is_slim_and_runs_as_nobody_in_particular() -> None:
    assert {image.split()[0] for image in of("FROM")} == {"python:3.12-slim"}
    assert of("USER") == ["10001"]
    assert of("HEALTHCHECK") and of("STOPSIGNAL") == ["SIGTERM"]


def test_every_room_that_the_program_imports_is_copied_and_let_through() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    imported = {
        name.split(".")[0]
        for path in [ROOT / "app.py", *(file for room in rooms for file in (ROOT / room).rglob("*.py"))]
        for node in ast.walk(ast.parse(path.read_text()))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else _names(node))
    }
    copied = {word.rstrip("/") for line in of("COPY") for word in line.split()[:-1] if not word.startswith("--")}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert rooms & imported <= copied
    assert copied - {"/venv"} == let_through
    assert all((ROOT / name).exists() for name in let_through)


def _names(node: ast.AST) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


async def test_the_healthcheck_tells_alive_from_dead(tmp_path: Path) -> None:
    [check] = of("HEALTHCHECK")
    command: list[str] = json.loads(check[check.index("CMD") + 3 :])
    async with running(Program(f"sqlite:{tmp_path}/x.db", tmp_path / "log")) as program:
        assert _checked(command, program.port) == 0
    assert _checked(command, free_port()) != 0


def _checked(command: list[str], port: int) -> int:
    env = {**os.environ, "PORT": str(port)}
    own = [sys.executable, *command[1:]]  # the container has no other python
    return subprocess.run(own, env=env, capture_output=True, check=False, timeout=30).returncode


@pytest.mark.parametrize("service", ["crieur"])
def test_it_has_longer_to_stop_than_the_program_takes(service: str) -> None:
    text = (ROOT / "compose.yaml").read_text().split(f"  {service}:")[1]
    period = re.search(r"stop_grace_period: (\d+)s", text)
    assert period and int(period[1]) > GRACE + 2 * (connections.ENDING + handler.ENDING) + 1


# --- the guide's commands against the example of settings -------------------------------------


def in_the_container(env_file: str) -> dict[str, str]:
    """What the program finds in its environment: the image's, and over it the file that `docker run` is given."""
    [image] = of("ENV")
    set_there = dict(part.split("=", 1) for part in image.split())
    # as docker reads it: no quotes, no blanks around the sign, a line that begins with # is none
    lines = [line for line in env_file.splitlines() if line and not line.startswith("#")]
    return {**set_there, **dict(line.split("=", 1) for line in lines)}


def test_the_guides_container_listens_where_it_can_be_reached_and_keeps_its_store_on_the_volume() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [run] = re.findall(r"^docker run (?:.*\\\n)*.*", guide, re.MULTILINE)
    assert "--env-file .env" in run and "cp .env.example .env" in guide
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    filled = (
        example.replace("MicrosoftAppId=", "MicrosoftAppId=8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10")
        .replace("MicrosoftAppPassword=", "MicrosoftAppPassword=secret")
        .replace("MicrosoftAppTenantId=", "MicrosoftAppTenantId=1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70")
    )
    environment = {name: value for name, value in in_the_container(filled).items() if value}
    settings = Settings(_env_file=None, **environment)  # type: ignore[call-arg, arg-type]
    assert settings.host == "0.0.0.0"
    published = re.search(r"-p \S*?(\d+):(\d+)", run)
    assert published and settings.port == int(published[2])
    volume = re.search(r"-v \w+:(\S+)", run)
    assert volume and settings.store_url.startswith(f"sqlite:{volume[1]}/")
    assert settings.log_format == "json"
