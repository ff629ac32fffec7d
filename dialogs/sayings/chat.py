"""What is no order: thanks, greetings, questions, reports of what was done."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.sayings import Talk
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Sort, Token

LONG = 14  #: words of small talk, at most


def small_talk(tokens: Sequence[Token]) -> Talk | None:
    """The kind of talk that all of these words are; None where one of them is something else."""
    spoken = [token for token in tokens if token.sort is not Sort.LINE]
    if not spoken or len(spoken) > LONG:
        return None
    kinds: list[str] = []
    at = 0
    while at < len(spoken):
        if known := words.CHAT.at(spoken, at):
            kinds.append(known[0])
            at = known[1]
        elif spoken[at].sort is Sort.SIGN or spoken[at].sort is Sort.EMPTY:
            at += 1
        else:
            return None
    real = [kind for kind in kinds if kind != "filler"]
    if not real:
        return None
    first = [kind for kind in ("who", "no", "thanks", "praise", "bye", "hello") if kind in real]
    return Talk(first[0])


def opening(tokens: Sequence[Token]) -> tuple[int, bool, bool]:
    """Past greetings and politeness: (where the order begins, whether it is asked, whether it is a wish)."""
    at, asked, wished = 0, False, False
    moved = True
    while moved and at < len(tokens):
        moved = False
        if tokens[at].sort in (Sort.LINE, Sort.EMPTY) or tokens[at].text in (
            ",",
            "!",
            ".",
            "-",
            "…",
            ";",
            "@",
            ">",
            "*",
            "•",
        ):
            at, moved = at + 1, True
        elif known := words.POLITE.at(tokens, at):
            asked, wished = asked or known[0] == "ask", wished or known[0] == "wish"
            at, moved = known[1], True
        elif (known := words.GREETINGS.at(tokens, at)) and not words.ORDERS.at(tokens, at):
            at, moved = known[1], True
    return at, asked, wished


def is_question(tokens: Sequence[Token], at: int) -> bool:
    """Whether words that begin like a question stand here."""
    if at >= len(tokens):
        return False
    text = tokens[at].text
    if words.ORDERS.at(tokens, at):
        return False
    if text == "est" and at + 1 < len(tokens) and tokens[at + 1].text in ("ce", "il", "elle"):
        return True
    if text in ("ai", "as", "a", "avez", "avons", "puis", "dois", "doit", "est", "peut", "faut", "y") and at + 1 < len(
        tokens
    ):
        return tokens[at + 1].text in ("je", "tu", "vous", "nous", "on", "il", "t", "elle", "ce", "ils", "elles")
    if text == "ou":
        return at + 1 < len(tokens) and tokens[at + 1].text in ("est", "en", "sont", "puis", "se", "trouve")
    if text == "qu'" and at + 1 < len(tokens):
        return True
    if text in (
        "may",
        "do",
        "have",
        "will",
        "can",
        "would",
        "might",
        "shall",
        "does",
        "did",
        "am",
        "is",
        "are",
        "has",
        "had",
    ):
        follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
        return text not in ("have", "do") or follows in (
            "i",
            "you",
            "we",
            "they",
            "he",
            "she",
            "people",
            "the",
            "all",
            "any",
        )
    return text in words.QUESTIONS and tokens[at].sort is Sort.WORD


def is_statement(tokens: Sequence[Token], at: int) -> bool:
    """Whether somebody tells something: "I sent it yesterday"."""
    return at < len(tokens) and tokens[at].sort is Sort.WORD and tokens[at].text in words.STATEMENTS


def ends_as_question(tokens: Sequence[Token]) -> bool:
    last = next((token for token in reversed(tokens) if token.sort not in (Sort.LINE, Sort.EMPTY)), None)
    return last is not None and last.text == "?"
