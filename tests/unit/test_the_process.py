"""The program at the machine: what it says of itself, where it cannot run, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.version import VERSION
from tests.support.program import ROOT, Program, running

#: what is imported first knows the real system; then it is another
ON_WINDOWS = """
import asyncio, aiohttp, apscheduler, botbuilder.integration.aiohttp, botframework.connector.auth, runpy, sys
sys.argv, sys.platform = ["app.py"], "win32"
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
    async with running(Program(f"sqlite:{tmp_path}/crieur.db", log)) as program:
        assert program._process
        os.kill(program.pid, number)
        assert await asyncio.wait_for(program._process.wait(), 60) == 0
    lines = log.read_text()
    assert f"started: version={VERSION}" in lines and lines.rstrip().endswith("stopped")
    assert "Traceback" not in lines and "ERROR" not in lines


def test_a_reader_that_has_left_is_no_trace(tmp_path: Path) -> None:
    environment = {**os.environ, "STORE_URL": f"sqlite:{tmp_path}/crieur.db", "MicrosoftAppId": ""}
    for end in ("| head -c 1 >/dev/null", ">&-"):
        command = f"{sys.executable} app.py claim-code {end}; echo status ${{PIPESTATUS[0]}} >&2"
        done = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert "Traceback" not in done.stderr and "status 0" in done.stderr, (end, done.stderr)
