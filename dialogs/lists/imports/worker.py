"""A dropped file becomes contacts, by a program of its own: ``python -m dialogs.lists.imports.worker WANTED``.

A workbook of some kilobytes can unpack to gigabytes, or compute for minutes, and the libraries that read it know no
bound. So it is read beside the bot, with bounds of its own on memory and computing; what goes wrong in it costs nobody
else anything.

WANTED is JSON: {"page": 5000, "choice": the fields of a Choice, "habits": those of Habits}. The file comes in on the
standard input, whole. Out come frames, each four bytes that say how long it is (big-endian), and JSON:

    {"contacts": [...]}   at most so many, each a Contact's fields; again and again
    {"reading": {...}}    the last frame: what was found in all, or what to ask (``cards.lists.reading.Reading``)
    {"cannot": "empty"}   or this: why it is no table (``records.NoTable``)
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


def read(content: bytes, wanted: dict[str, Any]) -> None:
    from cards.lists.reading import Choice
    from dialogs.lists.imports.reading import Reader
    from dialogs.lists.imports.tables.records import CannotRead, Habits

    reader = Reader(Choice(**wanted["choice"]))
    habits: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in wanted["habits"].items()
    }
    try:
        for contacts in reader.contacts(content, Habits(**habits), wanted["page"]):
            say({"contacts": contacts})
    except CannotRead as error:
        say({"cannot": error.why})
    else:
        say({"reading": reader.reading})


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
        read(sys.stdin.buffer.read(), orjson.loads(sys.argv[1]))
    except MemoryError:
        with contextlib.suppress(MemoryError):
            say({"cannot": "too_much"})
    except BrokenPipeError:  # the bot has gone, or does not want it any more
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
