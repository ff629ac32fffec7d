"""Servers that speak MongoDB's wire protocol, started for the tests on loopback and ended by id.

Each gives the URL of a server that answers. The databases live in a folder of the caller's.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from tests.support.program import free_port
from tests.support.speed import slowness

ANSWER = 30.0  #: seconds in which a server that was started has to answer
END = 10.0  #: seconds in which one that was told to end has to be gone

FERRETDB = Path(__file__).parent / "ferretdb"  #: a Go module; its go.mod names the version
BUILD = Path(__file__).parents[2] / "build"
BUILDING = 1_800.0  #: seconds for fetching and compiling FerretDB, once


class NoServer(Exception):
    """A server cannot be had here; the message says why."""


@contextlib.contextmanager
def nx_27017(folder: Path, port: int = 0) -> Iterator[str]:
    """MongoDB's protocol on SQLite, from PyPI."""
    port = port or free_port()
    command = [
        *(sys.executable, "-m", "nx_27017.nx_27017", "--host", "127.0.0.1", "-p", str(port)),
        *("--data-dir", str(folder / "nx"), "--log-file", str(folder / "nx.log"), "--pid-file", str(folder / "nx.pid")),
    ]
    with _started(command, folder, port) as url:
        yield url


@contextlib.contextmanager
def ferretdb(folder: Path) -> Iterator[str]:
    """FerretDB 1.x with its SQLite backend, built as a Go module into build/ferretdb on first use."""
    program, port, databases = built_ferretdb(), free_port(), folder / "ferretdb"
    databases.mkdir()
    command = [str(program), f"127.0.0.1:{port}", str(databases)]
    with _started(command, folder, port) as url:
        yield url


def built_ferretdb() -> Path:
    """Raises NoServer where Go or its module proxy is missing."""
    program = BUILD / "ferretdb"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "ferretdb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once build once
        if program.exists():
            return program
        go = shutil.which("go")
        if go is None:
            raise NoServer("FerretDB needs go to be built")
        command = [go, "build", "-o", str(program), "."]
        done = subprocess.run(command, cwd=FERRETDB, capture_output=True, text=True, timeout=BUILDING, check=False)
        if done.returncode:
            raise NoServer(f"FerretDB was not built: {done.stderr[-500:]}")
    return program


@contextlib.contextmanager
def _started(command: Sequence[str], folder: Path, port: int) -> Iterator[str]:
    with (folder / "server.log").open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        url = f"mongodb://127.0.0.1:{port}/"
        _wait_until_it_answers(url, server, folder)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(END)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + ANSWER * slowness()
    with pymongo.MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=500) as client:
        while True:
            try:
                client.admin.command("ping")
                return
            except PyMongoError as error:
                if server.poll() is not None or time.monotonic() > deadline:
                    log = (folder / "server.log").read_text(errors="replace")[-2000:]
                    raise NoServer(f"the server does not answer: {error}\n{log}") from error
                time.sleep(0.05)
