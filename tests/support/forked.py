"""The program as a fork of a process that has loaded it: no start of it reads its modules anew.

That takes 1.1 s of processor time, of the 1.3 of a start. What runs is a process of its own all the same, with its own
arguments, environment, folder, files, signals and death. By exec it starts where the start itself is what is tested
(tests/unit/test_the_process.py), and in what is measured (tests/bench).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.loaded"])


class Forked:
    """As much of ``asyncio.subprocess.Process`` as is asked for."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        output: Path,
        errors: Path | None = None,
    ) -> None:
        """``command``: what Python would be given. ``output``, ``errors``: the files, or file, that it writes to."""
        given = (command, dict(environment), folder, output, errors or output)
        self._process = _FORKS.Process(target=_become, args=given, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        assert self.returncode is not None
        return self.returncode


def run_forked(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, seconds: float
) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run``, with what it writes. Raises TimeoutExpired after ``seconds``."""
    with tempfile.TemporaryDirectory() as place:
        output, errors = Path(place, "output"), Path(place, "errors")
        forked = Forked(command, environment, folder, output, errors)
        forked._process.join(seconds)
        if forked.returncode is None:
            forked.kill()
            raise subprocess.TimeoutExpired(list(command), seconds)
        texts = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (output, errors)]
        return subprocess.CompletedProcess(list(command), forked.returncode, *texts)


def _become(command: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path, errors: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in ((1, output), (2, errors)):
        with file.open("ab") as said:
            os.dup2(said.fileno(), number)
    if command[0] == "-c":
        sys.argv = ["-c", *command[2:]]
        exec(command[1], {"__name__": "__main__"})
    else:
        sys.argv = list(command)
        runpy.run_path(command[0], run_name="__main__")


def end_forks() -> None:
    """They and the process that they come from are gone when this returns, and their time is in that of ours."""
    for fork in multiprocessing.active_children():
        fork.kill()
    forkserver._forkserver._stop()  # type: ignore[attr-defined]  # else it ends some time after us
