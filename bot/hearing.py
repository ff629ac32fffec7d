"""Asking the program that reads words (``bot/words.py``): started with the first question, asked one at a time."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import datetime
from pathlib import Path

from bot.words import Question, answered
from cards.texts import Texts
from dialogs.spoken import Spoken, too_much

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[1]
PATIENCE = 8.0  #: seconds for an answer: people wait before a card for some fifteen
WAITING = 16  #: questions that wait for others; who comes then is told to try again


class Hearing:
    """Open it with ``async with``: its program goes when it closes."""

    def __init__(self) -> None:
        self._program: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Semaphore(1)
        self._waiting = 0

    async def __aenter__(self) -> Hearing:
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
        question = Question(words=words, now=now, zone=zone, language=texts.language, day_first=texts.day_first)
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE), self._asking:
                return await self._ask(question.line())
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            log.warning("words could not be read: %s", type(error).__name__)
            return None
        finally:
            self._waiting -= 1

    async def _ask(self, question: bytes) -> Spoken:
        """Of a program that has ended meanwhile, another one is asked, once. What is cut off ends its program."""
        found = self._program
        if found is not None and found.returncode is None:
            try:
                return await self._answer(found, question)
            except (OSError, EOFError):
                pass  # it had been idle for too long
        self._program = started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.words"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return await self._answer(started, question)

    async def _answer(self, program: asyncio.subprocess.Process, question: bytes) -> Spoken:
        assert program.stdin is not None and program.stdout is not None
        try:
            program.stdin.write(question)
            await program.stdin.drain()
            line = await program.stdout.readline()
            if not line.endswith(b"\n"):
                raise EOFError
            return answered(line)
        except BaseException:  # its answer, if it still comes, is to nobody's question
            _end(program)
            raise


def _end(program: asyncio.subprocess.Process) -> None:
    if program.returncode is None:
        try:
            program.kill()
        except ProcessLookupError:
            log.debug("it had ended")
