"""The client of the program that reads files (``worker``): one program for each file, a few at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import orjson

from cards.lists.reading import Choice, Reading
from dialogs.lists.imports.tables.records import PAGE, CannotRead, Habits, NoTable
from dialogs.lists.imports.worker import LENGTH
from storage.shared.json import from_json

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
AT_ONCE = 2  #: files; another one waits, and "I am reading" is said of it
PATIENCE = 120.0  #: seconds for a whole file, whatever it does
LARGEST = 64 * 1024 * 1024  #: bytes of a frame: 5,000 people with twenty values each
#: how a program ends that has reached its bounds: of computing, of memory
BOUNDS = (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT)


class FileReader:
    """Reads files that people drop into the chat."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    async def read(self, content: bytes, choice: Choice, habits: Habits) -> AsyncGenerator[bytes | Reading, None]:
        """The contacts of a file, each address once, in pages of JSON (``{"contacts": [...]}``); then the reading.

        Raises CannotRead, before the first page or later. Close it (aclosing) to end its program.
        """
        wanted = orjson.dumps({"page": PAGE, "choice": choice, "habits": habits}).decode()
        async with self._places:
            program = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "dialogs.lists.imports.worker", wanted),
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            feeding = asyncio.create_task(_feed(program, content))
            due = asyncio.get_running_loop().time() + PATIENCE
            coming = asyncio.create_task(_frame(program))
            try:
                while True:
                    async with asyncio.timeout_at(due):
                        frame = await coming
                    if not frame.startswith(b'{"contacts"'):
                        yield _last(frame)
                        return
                    # the next is taken in while this one is kept: else the program waits until somebody reads on
                    coming = asyncio.create_task(_frame(program))
                    yield frame
            except TimeoutError:
                log.warning("a file took too long to read")
                raise CannotRead(NoTable.TOO_MUCH) from None
            finally:
                feeding.cancel()
                coming.cancel()
                await _end(program)
                await asyncio.gather(coming, return_exceptions=True)  # what it would have raised is nobody's any more


async def _feed(program: asyncio.subprocess.Process, content: bytes) -> None:
    assert program.stdin is not None
    with contextlib.suppress(OSError):  # it has ended already: what it said tells why
        program.stdin.write(content)
        await program.stdin.drain()
        program.stdin.close()


async def _frame(program: asyncio.subprocess.Process) -> bytes:
    """The next frame. Raises CannotRead where the program has ended without its last one."""
    assert program.stdout is not None
    try:
        length = int.from_bytes(await program.stdout.readexactly(LENGTH))
        if length > LARGEST:
            raise CannotRead(NoTable.TOO_MUCH)
        return await program.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        status = await program.wait()
        log.warning("a file could not be read: the program ended with %d", status)
        raise CannotRead(NoTable.TOO_MUCH if status in BOUNDS else NoTable.BROKEN) from None


def _last(frame: bytes) -> Reading:
    """The last frame. Raises CannotRead where it says that it is no table."""
    last = orjson.loads(frame)
    if "cannot" in last:
        raise CannotRead(NoTable(last["cannot"]))
    return from_json(Reading, orjson.dumps(last["reading"]))


async def _end(program: asyncio.subprocess.Process) -> None:
    if program.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            program.kill()
    await program.wait()
