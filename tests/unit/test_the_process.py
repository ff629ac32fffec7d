"""The program at the machine: what it says of itself, where it cannot run, and how it ends."""

from __future__ import annotations

import argparse
import asyncio
import configparser
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from app import GRACE, operate
from bot.ops.cli import add_commands
from bot.settings import Settings
from bot.teams import handler
from bot.version import VERSION
from bot.web import connections
from storage.sqlite import SqliteStore
from tests.support.http import until
from tests.support.program import ROOT, Program, running

#: what is imported first knows the real system; then it is another
ON_WINDOWS = """
import asyncio, aiohttp, apscheduler, botbuilder.integration.aiohttp, botframework.connector.auth, runpy, sys
sys.argv, sys.platform = ["app.py"], "win32"
runpy.run_path("app.py", run_name="__main__")
"""
#: with fewer than people who connect
FEW_FILES = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
sys.argv = ["app.py"]
runpy.run_path("app.py", run_name="__main__")
"""


def run(*command: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **more
    )


def test_it_says_its_version() -> None:
    assert run("app.py", "--version").stdout == f"Crieur {VERSION}\n"


def test_on_windows_one_line_says_where_it_runs() -> None:
    done = run("-c", ON_WINDOWS)
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert "Linux or macOS" in line and "WSL" in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
async def test_it_settles_and_says_so(tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "log"
    command = ("-c", FEW_FILES) if number is signal.SIGHUP else ("app.py",)
    async with running(Program(f"sqlite:{tmp_path}/crieur.db", log, command=command)) as program:
        assert program._process
        if number is signal.SIGHUP:
            await many_connect(program)
        os.kill(program.pid, number)
        assert await asyncio.wait_for(program._process.wait(), 60) == 0
    lines = log.read_text()
    assert f"started: version={VERSION}" in lines and lines.rstrip().endswith("stopped")
    assert "Traceback" not in lines
    if number is signal.SIGHUP:
        assert lines.count("ERROR") == lines.count("no file is left for another connection") == 1
    else:
        assert "ERROR" not in lines
    assert len(lines) < 20_000


async def many_connect(program: Program) -> None:
    """More than it has files for, and none of them says anything: somebody who does is heard all the same."""
    writers = []
    for _ in range(80):
        _, writer = await asyncio.open_connection("127.0.0.1", program.port)
        writers.append(writer)

    def said() -> bool:
        return "no file is left" in program.log.read_text()

    await until(said, 30)
    async with aiohttp.ClientSession() as http, http.get(f"{program.url}/healthz") as response:
        assert response.status == 200
    for writer in writers:
        writer.close()


async def test_a_reader_that_has_left_is_no_trace(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    await store.close()
    environment = {**os.environ, "STORE_URL": f"sqlite:{tmp_path}/crieur.db", "MicrosoftAppId": ""}
    for end in ("| head -c 1 >/dev/null", ">&-"):
        command = f"{sys.executable} app.py claim-code {end}; echo status ${{PIPESTATUS[0]}} >&2"
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-c", command],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr and "status 0" in done.stderr, (end, done.stderr)


# --- operators' commands ----------------------------------------------------------------------

ASKED = {
    "erase": ["ada@contoso.example"],
    "export-person": ["ada@contoso.example"],
    "backup": ["copy.db"],
    "upload-host": ["contoso.sharepoint.com"],
}


def commands() -> list[str]:
    parser = argparse.ArgumentParser()
    add_commands(parser)
    [choices] = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return list(choices)


@pytest.mark.parametrize("command", commands())
async def test_no_command_makes_a_store_and_each_says_which_one_it_speaks_of(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "nowhere" / "crieur.db"
    settings = Settings(_env_file=None, STORE_URL=f"sqlite:{store}", MicrosoftAppId="")  # type: ignore[call-arg]
    parser = argparse.ArgumentParser()
    add_commands(parser)
    status = await operate(settings, parser.parse_args([command, *ASKED.get(command, [])]))
    output, complained = capsys.readouterr()
    assert f"The store: sqlite:{store}" in complained
    if command == "check":
        assert status == 0 and "is not there yet: the bot makes it at its first start" in output
    else:
        assert (status, output) == (1, "") and "There is no such store." in complained
    assert os.listdir(tmp_path) == []


async def test_a_store_that_is_no_backup_is_not_restored(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    await store.close()
    environment = {**os.environ, "STORE_URL": f"sqlite:{tmp_path}/crieur.db", "MicrosoftAppId": ""}
    before = (tmp_path / "crieur.db").read_bytes()
    done = await asyncio.to_thread(run, "app.py", "restored", env=environment)
    assert done.returncode == 2 and "no mark of a backup" in done.stdout
    assert (tmp_path / "crieur.db").read_bytes() == before
    done = await asyncio.to_thread(run, "app.py", "restored", "--unmarked", env=environment)
    assert done.returncode == 0 and "The bot can be started." in done.stdout


def test_the_guides_service_reads_the_settings_that_its_commands_read() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [unit] = re.findall(r"```ini\n(.*?)```", guide, re.DOTALL)
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit)
    service = dict(parser["Service"])
    folder = service["WorkingDirectory"]
    assert service["EnvironmentFile"] == f"{folder}/.env" and "Environment" not in service
    store = f"/var/lib/{service['StateDirectory']}"
    assert f"STORE_URL=sqlite:{store}/crieur.db >> {folder}/.env" in guide
    assert (service["StateDirectoryMode"], service["UMask"]) == ("0700", "0077")
    user = service["User"]
    assert re.search(rf"useradd .* {user}$", guide, re.MULTILINE) and f"chown root:{user} {folder}/.env" in guide
    assert f"sudo -u {user} .venv/bin/python app.py" in guide
    assert int(service["TimeoutStopSec"]) > GRACE + 2 * (connections.ENDING + handler.ENDING) + 1
