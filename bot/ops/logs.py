"""Log lines: for people, or as JSON for machines; never with what somebody wrote."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import Any

import orjson

#: a value in a message's template: in "campaign=%d" it has a name, and is a field of its own
VALUE = re.compile(r"(?:\b([a-z_]+)=)?%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
#: ours, heard from LOG_LEVEL on. Others from WARNING on: what they say below quotes people (pymongo: every command)
OURS = ("crieur", "bot", "dialogs", "cards", "scheduler", "storage")
CHATTY = ("apscheduler", "msrest", "msal", "urllib3", "aiohttp.access")  #: heard from ERROR on


def one_line(text: str) -> str:
    """The text with everything that ends a line, moves the cursor or hides written out: "\\n", "\\x1b", "\\u2028"."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class _Frames(logging.Formatter):
    """Where an error came from, without its words: they may quote what somebody wrote.

    A record is one line: names and types of activities are somebody else's, and may hold anything. What follows
    of an error is indented, so that it cannot be taken for a record either.
    """

    def __init__(self, format: str | None = None, *, words: bool = False) -> None:
        super().__init__(format)
        self._words = words

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        if self._words:
            return "\n".join(f"  {one_line(line)}" for line in super().formatException(ei).split("\n"))
        _, error, frames = ei
        return "\n".join([*_frames(frames), *_causes(error), f"  {_name(error)}"])


def _frames(frames: TracebackType | None) -> list[str]:
    return [f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(frames)]


def _causes(error: BaseException | None) -> list[str]:
    cause = error and (error.__cause__ or error.__context__)
    return [*_causes(cause), f"  after {_name(cause)}"] if cause else []


def _name(error: BaseException | None) -> str:
    """Its type, and of what the system refuses the reason, in the system's own words: never a path or an address."""
    number = error.errno if isinstance(error, OSError) else None
    return type(error).__name__ + (f": {os.strerror(number)}" if number and number > 0 else "")


class JsonLines(_Frames):
    """One object a line: time, level, logger, message, and each field that the message names."""

    def format(self, record: logging.LogRecord) -> str:
        message = one_line(record.getMessage())
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        for name, value in _fields(record):
            line.setdefault(name, value if isinstance(value, int) else one_line(str(value)))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    """The values that the message names. Read from its template: a value may hold "campaign=7" too."""
    values = record.args if isinstance(record.args, tuple) else ()
    for placeholder, value in zip(VALUE.finditer(str(record.msg)), values, strict=False):
        if name := placeholder[1]:
            yield name, value


def spoken(text: str, form: str) -> str:
    """A line for the standard output, which the log's reader may get too: JSON among JSON."""
    if form != "json":
        return text
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return orjson.dumps({"time": now, "level": "INFO", "logger": "crieur", "message": text}).decode()


def _log_what_ends_us(kind: type[BaseException], error: BaseException, frames: TracebackType | None) -> None:
    logging.getLogger("crieur").critical("ended by an error", exc_info=(kind, error, frames))


def set_up(level: str, form: str) -> None:
    """``form``: text or json, to the last line: warnings and what ends the program too.

    At DEBUG, errors keep their words.
    """
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_what_ends_us
    words = level == "DEBUG"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines(words=words)
        if form == "json"
        else _Frames("%(asctime)s %(levelname)s %(name)s %(message)s", words=words)
    )
    logging.basicConfig(level="ERROR" if level == "ERROR" else "WARNING", handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
