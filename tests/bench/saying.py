"""How long a campaign takes its author, said in one sentence and by forms: a keystroke model and the bot's time."""

from __future__ import annotations

import contextlib
import statistics
import time

from tests.bench.chatting import street
from tests.support.organisation import SEND_OFF, Person, Refusal

PRESS = 1.1  #: seconds a press, or a message that is pasted and sent
SIGN = 0.2  #: seconds a character that is typed into a form
ROUNDS = 5
SENTENCE = "Tell everyone tomorrow at 10am for 2 hours, at any time, that the canteen is closed on Friday."
BODY = "The canteen is closed on Friday."


async def saying() -> dict[str, float]:
    """author_acts, author_seconds: from the first word to the scheduled campaign."""
    async with street() as (ada, _):
        await _warmed(ada)
        rounds = [await _said(ada) for _ in range(ROUNDS)]
        filled = [await _filled(ada) for _ in range(ROUNDS)]
    return {
        "author_acts": rounds[0][0],
        "author_seconds": statistics.median(seconds for _, seconds in rounds),
        "author_acts_by_forms": filled[0][0],
        "author_seconds_by_forms": statistics.median(seconds for _, seconds in filled),
    }


async def _warmed(ada: Person) -> None:
    """The program that reads words has started, which takes a busy machine longer than a turn waits for it."""
    for _ in range(ROUNDS):
        with contextlib.suppress(Refusal):
            await _said(ada)
            return


async def _said(ada: Person) -> tuple[int, float]:
    """(acts, seconds): the sentence, and one press."""
    began = time.perf_counter()
    await ada.say(SENTENCE)
    await ada.press(SEND_OFF)
    assert ada.reads("It is scheduled.")
    return 2, time.perf_counter() - began + 2 * PRESS


async def _filled(ada: Person) -> tuple[int, float]:
    """(acts, seconds): the forms, with the start in words; how long and in which hours is as in the last one."""
    typed = {"name": "Canteen", "body": BODY, "words": "tomorrow 10am"}
    began = time.perf_counter()
    await ada.say("new campaign")
    await ada.press("Next: audience", name=typed["name"], body=typed["body"])
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", words=typed["words"])
    await ada.press(SEND_OFF)
    assert ada.reads("It is scheduled.")
    presses = 5 + 1  # the message and four buttons; a tick for everyone
    signs = sum(map(len, typed.values()))
    return presses + len(typed), time.perf_counter() - began + presses * PRESS + signs * SIGN
