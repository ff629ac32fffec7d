"""Buttons, as people say them: a link with its words and address, a confirmation, quick answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Sort, Token, cut

LONG = 100  #: tokens of all answers
FAR = 16  #: tokens between the word "button" and its address, at most
MOST = 8  #: answers that are read: six are shown, and one too many is told
ANSWER = 60  #: characters of an answer
_STOPS = frozenset([".", "!", "?", ";"])
_ARROWS = frozenset(["-", ">", "→", ":", "–", "=", "—"])
_BARE = re.compile(r"\b[a-z0-9][\w-]{0,62}(?:\.[a-z][\w-]{0,62}){1,4}(?:/[^\s,]*)?", re.IGNORECASE)
_READ = frozenset(
    (
        "i have read it",
        "i've read it",
        "j'ai lu",
        "lu",
        "read",
        "lu et compris",
        "read and understood",
        "confirm",
        "confirmer",
        "je confirme",
        "i confirm",
        "got it",
        "compris",
        "ok",
        "lu et approuve",
    )
)
_OR = re.compile(r"(?<!\s)\s+(?:or|ou|and|et)(?=\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SaidButton:
    #: "" where nobody said it
    title: str
    #: "" where nobody said it; as it was typed, allowed or not
    url: str
    #: the token after it
    end: int


def confirmation_at(tokens: Sequence[Token], at: int) -> int:
    """The place after words that ask for a confirmation; 0 where none stand here."""
    known = words.CONFIRM.at(tokens, at)
    if known:
        return words.CONFIRM_MORE.after(tokens, words.CONFIRM_MORE.after(tokens, known[1]))
    opening = words.BUTTON_OPENS.at(tokens, at)
    if opening and opening[1] < len(tokens) and tokens[opening[1]].sort is Sort.QUOTED:
        after = opening[1] + 1
        leads = after < len(tokens) and any(token.sort is Sort.WEB for token in tokens[after : after + 4])
        if tokens[opening[1]].text.lower().strip(" .").replace("’", "'") in _READ and not leads:
            return after
    return 0


def button_at(text: str, tokens: Sequence[Token], at: int, end: int) -> SaidButton | None:
    """A button with an address, or with words alone, where its words begin here."""
    opening = words.BUTTON_OPENS.at(tokens, at)
    if opening is None or opening[1] > end:
        return None
    start = opening[1]
    while start < end and (tokens[start].text in _ARROWS or words.CALLED.at(tokens, start)):
        start = words.CALLED.after(tokens, start) if words.CALLED.at(tokens, start) else start + 1
    if start >= end:
        return None
    place = start
    while place < end and place - start < FAR and not _stops(tokens[place]):
        if tokens[place].sort is Sort.WEB:
            return _with_address(text, tokens, start, place, end)
        place += 1
    if tokens[start].sort is Sort.QUOTED:
        place = start + 1
        title = tokens[start].text
    else:
        place = start
        while place < end and place - start < FAR and not _stops(tokens[place]):
            if tokens[place].text in (",", "and", "et"):
                break
            if words.LEADS.at(tokens, place) and place > start:
                break
            place += 1
        title = _written(text, tokens, start, place)
    bare = _BARE.search(text, tokens[start].start, min(len(text), tokens[start].start + 200))
    if bare and bare.start() <= tokens[min(place, end - 1)].end + 3:
        while place < end and tokens[place].start < bare.end():
            place += 1
        before = text[tokens[start].start : bare.start()].strip(" :->→")
        return SaidButton(_without_leads(before), bare[0].rstrip("."), place)
    opens = tokens[at:start]
    if not title or all(token.text in ("button", "bouton", "link", "lien", "the", "le") for token in opens):
        return None
    return SaidButton(title, "", place)


def another_button(text: str, tokens: Sequence[Token], at: int, end: int) -> SaidButton | None:
    """One more, after "and": "Map to https://…"."""
    for place in range(at + 1, min(end, at + FAR // 2)):
        if _stops(tokens[place]) or tokens[place].text == ",":
            return None
        if tokens[place].sort is Sort.WEB:
            return _with_address(text, tokens, at, place, end)
    return None


def _with_address(text: str, tokens: Sequence[Token], start: int, web: int, end: int) -> SaidButton:
    title = text[tokens[start].start : tokens[web].start] if web > start else ""
    title, url, place = _without_leads(title), tokens[web].text, web + 1
    if not title and (called := words.CALLED.at(tokens, place)):
        last = called[1]
        if last < end and tokens[last].sort is Sort.QUOTED:
            return SaidButton(tokens[last].text, url, last + 1)
        while last < end and not _stops(tokens[last]) and tokens[last].text not in (",", "and", "et"):
            last += 1
        return SaidButton(_written(text, tokens, called[1], last), url, last)
    return SaidButton(title, url, place)


def _without_leads(title: str) -> str:
    """The words of a button, less what leads to its address: "Menu to"."""
    tokens = cut(title)
    end = len(tokens)
    changed = True
    while changed and end:
        changed = False
        if tokens[end - 1].text in _ARROWS | {"(", ","}:
            end, changed = end - 1, True
            continue
        for first in range(max(0, end - 4), end):
            known = words.LEADS.at(tokens, first)
            if known and known[1] == end and first:
                end, changed = first, True
                break
    start = 0
    while start < end and (tokens[start].text in _ARROWS or words.CALLED.at(tokens, start)):
        start = words.CALLED.after(tokens, start) if words.CALLED.at(tokens, start) else start + 1
    if start >= end or (end - start == 1 and words.LEADS.at(tokens, start)):
        return ""
    if end - start == 1 and tokens[start].sort is Sort.QUOTED:
        return tokens[start].text
    return " ".join(title[tokens[start].start : tokens[end - 1].end].split())


def _stops(token: Token) -> bool:
    return token.text in _STOPS or token.sort in (Sort.LINE, Sort.EMPTY)


def _written(text: str, tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(text[tokens[start].start : tokens[end - 1].end].split()) if start < end else ""


# --- answers ----------------------------------------------------------------------------------


def answers_at(text: str, tokens: Sequence[Token], at: int, end: int) -> tuple[tuple[str, ...], int] | None:
    """Quick answers after their name, to the end of the sentence; none of them where no choices follow."""
    if known := words.YES_OR_NO.at(tokens, at):
        return (text[tokens[at].start : tokens[at].end], text[tokens[at + 2].start : tokens[at + 2].end]), known[1]
    known = words.ANSWERS.at(tokens, at) or answer_buttons_at(tokens, at, end)
    if known is None:
        return None
    start = known[1]
    while start < end and tokens[start].text in (":", "=", "-"):
        start += 1
    place = start
    while (
        place < end
        and place - start < LONG
        and tokens[place].text not in (".", "!", ":")
        and tokens[place].sort not in (Sort.LINE, Sort.EMPTY)
    ):
        place += 1
    if start == known[1] and tokens[at].text in (
        "choice",
        "choix",
        "answer",
        "reponse",
        "options",
        "answers",
        "reponses",
    ):
        choices = choices_in(text[tokens[start].start : tokens[place - 1].end]) if start < place else ()
        return (choices, place) if len(choices) > 1 else None
    choices = choices_in(text[tokens[start].start : tokens[place - 1].end]) if start < place else ()
    return (choices, place) if len(choices) > 1 else ((), place if choices else start)


def answer_buttons_at(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int] | None:
    """ "Buttons: yes, no", "with buttons Yes and No": where no address follows in this sentence."""
    known = words.BUTTON.at(tokens, at)
    if known is None or known[1] >= end or tokens[known[1]].text not in (":", "="):
        known = words.BUTTON_OPENS.at(tokens, at)
        if known is None or known[1] >= end or tokens[known[1] - 1].text not in ("buttons", "boutons"):
            return None
    for token in tokens[known[1] : end]:
        if token.sort is Sort.WEB:
            return None
        if _stops(token):
            break
    return "answers", known[1]


def choices_in(text: str) -> tuple[str, ...]:
    """The choices of "yes / no / maybe", "oui, non ou peut-être"; one where there is nothing between them."""
    text = text.strip(" .\n")
    if len(text) > MOST * ANSWER:
        return ()
    if "/" in text:
        pieces = text.split("/")
    elif re.search(r"[,;\n]", text):
        pieces = re.split(r"[,;\n]", text)
        pieces[-1:] = _OR.split(re.sub(r"^\s*(?:or|ou|and|et)\s+", "", pieces[-1], flags=re.IGNORECASE))
    else:
        pieces = _OR.split(text)
    clean = [" ".join(piece.split()).strip("\"“”«» '‘’") for piece in pieces]
    clean = [re.sub(r"[.?!]+$", "", piece) for piece in clean if piece]
    return tuple(clean) if len(clean) <= MOST and all(len(piece) <= ANSWER for piece in clean) else ()
