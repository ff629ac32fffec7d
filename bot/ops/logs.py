"""Log lines: for people, or as JSON for machines; never with what somebody wrote."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import Any

import orjson

#: "campaign=7" in a line is a field of its own
FIELD = re.compile(r"\b([a-z_]+)=(\S+)")
#: ours, heard from LOG_LEVEL on. Others from WARNING on: what they say below quotes people (pymongo: every command)
OURS = ("crieur", "bot", "dialogs", "cards", "scheduler", "storage")
CHATTY = ("apscheduler", "msrest", "msal", "urllib3", "aiohttp.access")  #: heard from ERROR on


class _Frames(logging.Formatter):
    """Where an error came from, without its words: they may quote what somebody wrote."""

    def __init__(self, format: str | None = None, *, words: bool = False) -> None:
        super().__init__(format)
        self._words = words

    def formatException(self, ei: Any) -> str:
        if self._words:
            return super().formatException(ei)
        kind, error, frames = ei
        return "\n".join([*_frames(frames), *_causes(error), getattr(kind, "__name__", "?")])


def _frames(frames: TracebackType | None) -> list[str]:
    return [f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(frames)]


def _causes(error: BaseException | None) -> list[str]:
    cause = error and (error.__cause__ or error.__context__)
    return [*_causes(cause), f"  after {type(cause).__name__}"] if cause else []


class JsonLines(_Frames):
    """One object a line: time, level, logger, message, and each field that the message names."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        for name, value in FIELD.findall(message):
            line.setdefault(name, int(value) if value.isdecimal() else value.rstrip(",;"))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def set_up(level: str, form: str) -> None:
    """``form``: text or json. At DEBUG, errors keep their words."""
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
