"""Small talk: a fitting word to thanks, praise, greetings; and what the last campaign did, asked in passing."""

from __future__ import annotations

import re

from dialogs.core.router import Router
from dialogs.core.turn import Answer, Turn
from dialogs.people import language
from dialogs.results import engagement
from dialogs.results.reports import last_report
from dialogs.sayings import Talk
from dialogs.sayings.chat import small_talk
from dialogs.sayings.words.tokens import composed, cut

router = Router()

LONG = 120  #: characters of small talk, at most
#: "what did the last campaign do?", "qu'a donné la dernière campagne ?"
_LAST = re.compile(
    r"\b(?:last|latest|previous|derni[eè]re?|pr[eé]c[eé]dente?)\s+(?:campaign|message|newsletter|one|campagne|envoi)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"^(?:what|how|who|did|show|qu|comment|combien|montre|que |où|quel|compare)|\?\s*$", re.IGNORECASE)


@router.sure_listener
async def talked(turn: Turn, words: str) -> Answer | None:
    if turn.role is None or len(words) > LONG:
        return None
    talk = small_talk(cut(composed(words).strip()))
    if talk is None:
        return None
    if talk in (Talk.THANKS, Talk.PRAISE) and (text := await engagement.replied(turn, words)):
        return Answer(text=text)
    texts = turn.texts
    match talk:
        case Talk.HELLO | Talk.WHO:
            return language.greeting(turn)
        case Talk.THANKS:
            return Answer(text=texts("You are welcome."))
        case Talk.PRAISE:
            return Answer(text=texts("Good to hear."))
        case Talk.BYE:
            return Answer(text=texts("Goodbye, and see you soon."))
        case _:
            return Answer(text=texts("All right."))


@router.sure_listener
async def asked_about_the_last(turn: Turn, words: str) -> Answer | None:
    """The report of their last campaign."""
    if turn.role is None or len(words) > LONG or not _LAST.search(words) or not _ASKS.search(words):
        return None
    return await last_report(turn)
