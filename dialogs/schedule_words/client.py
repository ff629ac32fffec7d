"""The client of the program that reads words (``worker``): started with the first question, asked one at a time."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import datetime
from pathlib import Path

from cards.kit.texts import Texts
from dialogs.schedule_words import Spoken, too_much
from dialogs.schedule_words.worker import Question, answered

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
PATIENCE = 8.0  #: seconds for an answer: people wait before a card for some fifteen
GIVEN_UP = 30.0  #: seconds after which a program that owes an answer is ended; until then it may be about to know more
WAITING = 16  #: questions that wait for others; one more is refused, to be asked again


class WordsClient:
    """Open it with ``async with``: its program goes when it closes."""

    def __init__(self) -> None:
        self._program: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Semaphore(1)
        self._waiting = 0
        self._asked = 0  # the number of the last question
        #: when the program was asked what it has not answered yet, on the loop's clock
        self._owing: float | None = None

    async def __aenter__(self) -> WordsClient:
        return self

    async def __aexit__(self, *error: object) -> None:
        program, self._program = self._program, None
        if program is not None:
            _end(program)
            await program.wait()

    async def read(self, words: str, now: datetime, zone: str, texts: Texts) -> Spoken | None:
        """What words say of a schedule; None when nobody can tell at the moment. Nothing of them is logged."""
        if too_much(words):
            return Spoken(left=words)
        if self._waiting >= WAITING:
            return None
        self._asked += 1
        question = Question(
            number=self._asked, words=words, now=now, zone=zone, language=texts.language, day_first=texts.day_first
        )
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE), self._one_at_a_time:
                return await self._ask(question)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            log.warning("words could not be read: %s", type(error).__name__)
            return None
        finally:
            self._waiting -= 1

    async def _ask(self, question: Question) -> Spoken:
        """Of a program that has ended meanwhile, another one is asked, once."""
        program, now = self._program, asyncio.get_running_loop().time()
        if program is not None and self._owing is not None and now - self._owing > GIVEN_UP:
            _end(program)
        elif program is not None and program.returncode is None:
            try:
                return await self._answer(program, question)
            except (OSError, EOFError, ValueError):
                _end(program)  # it had been idle for too long, or was killed
        self._owing = None
        self._program = started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dialogs.schedule_words.worker"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return await self._answer(started, question)

    async def _answer(self, program: asyncio.subprocess.Process, question: Question) -> Spoken:
        """Late responses to earlier questions are skipped: their authors have been told to try again."""
        assert program.stdin is not None and program.stdout is not None
        if self._owing is None:
            self._owing = asyncio.get_running_loop().time()
        program.stdin.write(question.line())
        await program.stdin.drain()
        while True:
            line = await program.stdout.readline()
            if not line.endswith(b"\n"):
                raise EOFError
            number, spoken = answered(line)
            if number == question.number:
                self._owing = None
                return spoken


def _end(program: asyncio.subprocess.Process) -> None:
    if program.returncode is None:
        try:
            program.kill()
        except ProcessLookupError:
            log.debug("it had ended")
