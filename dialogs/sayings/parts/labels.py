"""What is said by its name: a title, the campaign's name, the text, another language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Sort, Token

_STOPS = frozenset([".", "!", "?"])
_COLONS = frozenset([":", "="])
CODES = {
    **{"german": "de", "allemand": "de", "spanish": "es", "espagnol": "es", "italian": "it", "italien": "it"},
    **{"dutch": "nl", "neerlandais": "nl", "portuguese": "pt", "portugais": "pt", "polish": "pl", "polonais": "pl"},
    **{"chinese": "zh", "chinois": "zh", "japanese": "ja", "japonais": "ja", "arabic": "ar", "arabe": "ar"},
    **{"russian": "ru", "russe": "ru"},
}

_FIELD = re.compile(
    rf"(?:^|[;|.!?]\s+)(?P<label>(?:{'|'.join(sorted(words.FIELDS))}|à|début|départ|présence|message|text|texte|title|titre|subject"
    r"|objet|buttons?|boutons?|answers|réponses))\s?:(?=\s)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Labelled:
    #: "title", "name", "text"
    label: str
    #: what was said of it; "" for nothing
    value: str
    #: the token after it
    end: int
    #: a colon or quotation marks set it off
    set_off: bool = True
    #: of a text: where it begins, in characters
    starts: int = 0


@dataclass(frozen=True, slots=True)
class InLanguage:
    code: str
    text: str
    end: int


def on_lines(text: str) -> str:
    """ "To: Sales; when: tomorrow at 9; message: …" on one line, as it would stand on several."""
    fields = list(_FIELD.finditer(text)) if "\n" not in text else []
    if len(fields) < 2 or fields[0].start() > 0:
        return text
    starts = [field.start("label") for field in fields]
    lines = [text[start:end].rstrip(" ;|") for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return "\n".join(lines)


def label_at(text: str, tokens: Sequence[Token], at: int, end: int) -> Labelled | None:
    for label, phrases in (("title", words.TITLE), ("name", words.NAME), ("text", words.TEXT)):
        known = phrases.at(tokens, at)
        if known is None or known[1] > end:
            continue
        value = _value(text, tokens, label, known[1], end)
        if value:
            return value
        if label == "title" and known[1] == end:
            return Labelled("title", "", end, set_off=False)
    return None


def _value(text: str, tokens: Sequence[Token], label: str, at: int, end: int) -> Labelled | None:
    place, colon = at, False
    introduced = label == "name" and tokens[at - 1].text in ("it", "la", "campaign", "campagne")
    if place < end and tokens[place].sort is Sort.WORD and (known := words.IS.at(tokens, place)):
        place, introduced = known[1], True  # "should be", once: what follows is the author's
    if place < end and tokens[place].text in _COLONS and tokens[place].sort is Sort.SIGN:
        place, colon = place + 1, True
    lines = place
    while lines < end and tokens[lines].sort in (Sort.LINE, Sort.EMPTY):
        lines += 1
    if lines >= end:
        return None
    if tokens[lines].sort is Sort.QUOTED and (colon or introduced or lines == at or label != "name"):
        return Labelled(label, tokens[lines].text, lines + 1, starts=tokens[lines].start)
    if label == "text":
        if not (colon or (lines > place)):
            return None
        return Labelled(label, text[tokens[lines].start : tokens[end - 1].end], end, starts=tokens[lines].start)
    if not (colon or introduced or (label == "title" and place < end and text[tokens[place].start].isupper())):
        return None
    last = _line_end(tokens, place, end)
    if not colon:  # "with the title Bikes: …"
        last = next((spot for spot in range(place, last) if tokens[spot].text == ":"), last)
    value = " ".join(text[tokens[place].start : tokens[last - 1].end].split()) if place < last else ""
    return Labelled(label, value.rstrip(",;"), last, set_off=colon) if value else None


def _line_end(tokens: Sequence[Token], at: int, end: int) -> int:
    """To the end of the sentence, or to the next label."""
    place = at
    while place < end:
        token = tokens[place]
        if token.sort in (Sort.LINE, Sort.EMPTY) or token.text in _STOPS:
            return place
        if token.text in (",", ";") and place + 1 < end:
            follows = place + 1
            if tokens[follows].text in ("and", "et"):
                follows += 1
            for phrases in (
                words.TITLE,
                words.TEXT,
                words.ANSWERS,
                words.NAME,
                words.ADD,
                words.BUTTON_OPENS,
                words.CONFIRM,
            ):
                if phrases.at(tokens, follows):
                    return place
        place += 1
    return place


def language_at(text: str, tokens: Sequence[Token], at: int, end: int) -> InLanguage | None:
    """ "In French too", "en anglais aussi : « … »"."""
    known = words.LANGUAGES.at(tokens, at)
    code, place = known if known else ("", at)
    if not code and tokens[at].text in ("in", "en") and at + 1 < end:
        code, place = CODES.get(tokens[at + 1].text, ""), at + 2
    if not code:
        return None
    bare = known is not None and tokens[at].text in ("french", "english", "francais", "anglais")
    if bare and place < end and tokens[place].text != ":" and tokens[place].sort is not Sort.QUOTED:
        return None
    while place < end and (
        words.ADD.at(tokens, place) or tokens[place].text in ("please", ",", "stp", "svp", "the", "text")
    ):
        place += 1
    colon = place < end and tokens[place].text == ":"
    start = place + colon
    while start < end and tokens[start].sort in (Sort.LINE, Sort.EMPTY):
        start, colon = start + 1, True
    if start < end and tokens[start].sort is Sort.QUOTED:
        return InLanguage(code, tokens[start].text, start + 1)
    if colon and start < end:
        return InLanguage(code, text[tokens[start].start : tokens[end - 1].end], end)
    return InLanguage(code, "", place)
