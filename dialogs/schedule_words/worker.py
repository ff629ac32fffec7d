"""Words read as a schedule, by a program of its own (``python -m dialogs.schedule_words.worker``): a line for a line.

The recogniser behind the rule weighs more than the idle bot may, and computes for a second before its first answer
(decision 025). So this lives beside the bot for as long as questions come, and ends by itself a while after the
last, or when the bot is gone. What goes wrong in it can cost neither memory nor processor without end.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import sys
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from dialogs.schedule_words import Spoken

IDLE = 120.0  #: seconds without a question, after which it ends
MEMORY = 512 * 1024 * 1024  #: bytes of address space; it needs a fifth
PROCESSOR = 60  #: seconds of computing in its life: hundreds of questions; the next one starts another


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What ``dialogs.schedule_words.reading.read_words`` asks for."""

    #: its answer bears it too
    number: int
    words: str
    #: an instant in UTC
    now: datetime
    zone: str
    language: str
    day_first: bool

    def line(self) -> bytes:
        return orjson.dumps(self) + b"\n"

    @staticmethod
    def of(line: bytes) -> Question:
        fields = orjson.loads(line)
        return Question(**{**fields, "now": datetime.fromisoformat(fields["now"])})


def answer(line: bytes) -> bytes:
    from dialogs.schedule_words.reading import read_words

    asked = Question.of(line)
    try:
        spoken = read_words(asked.words, asked.now, asked.zone, asked.language, asked.day_first)
    except Exception as error:  # a bug, or the recogniser's: people are told that it was not understood
        sys.stderr.write(f"the rule for words broke: {type(error).__name__}\n")
        spoken = Spoken(left=asked.words)
    return orjson.dumps([asked.number, asdict(spoken)]) + b"\n"


def answered(line: bytes) -> tuple[int, Spoken]:
    """The number of the question, and the answer to it. Raises ValueError for a line that was cut off."""
    number, fields = orjson.loads(line)
    return number, Spoken(**{**fields, "choices": tuple(fields["choices"])})


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    gc.disable()  # it looks at the recogniser's patterns again and again while they are made, for a third of the time
    questions = os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    while select.select([questions], [], [], IDLE)[0]:
        line = questions.readline()  # the bot asks one after the other, a line in one piece
        if not line:
            break
        sys.stdout.buffer.write(answer(line))
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
