"""A dropped file becomes contacts, by a program of its own: ``python -m dialogs.lists.imports.worker PAGE``.

A workbook of some kilobytes can unpack to gigabytes, or compute for minutes, and the libraries that read it know no
bound. So it is read beside the bot, with bounds of its own on memory and computing; what goes wrong in it costs nobody
else anything.

The file comes in on the standard input, whole. Out come frames, each four bytes that say how long it is (big-endian),
and JSON:

    {"contacts": [...]}   at most PAGE of them, each a Contact's fields; again and again
    {"counts": {...}}     the last frame: what was found in all (``reading.Counts``)
    {"cannot": "empty"}   or this: why it is no table (``tables.NoTable``)
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import Any

import orjson

MEMORY = 768 * 1024 * 1024  #: bytes of address space; 250,000 rows of a usual workbook need a third
COMPUTING = 60  #: seconds; the same rows need twenty
NICE = 5  #: so much do other programs go first
LENGTH = 4  #: bytes that say how long a frame is


def read(content: bytes, page: int) -> None:
    from dialogs.lists.imports.reading import Counts, contacts_of
    from dialogs.lists.imports.tables import CannotRead

    counts = Counts()
    try:
        for contacts in contacts_of(content, counts, page):
            say({"contacts": contacts})
    except CannotRead as error:
        say({"cannot": error.why})
    else:
        say({"counts": counts})


def say(frame: dict[str, Any]) -> None:
    written = orjson.dumps(frame)
    sys.stdout.buffer.write(len(written).to_bytes(LENGTH) + written)
    sys.stdout.buffer.flush()


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    try:
        read(sys.stdin.buffer.read(), int(sys.argv[1]))
    except MemoryError:
        with contextlib.suppress(MemoryError):
            say({"cannot": "too_much"})
    except BrokenPipeError:  # the bot has gone, or does not want it any more
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
