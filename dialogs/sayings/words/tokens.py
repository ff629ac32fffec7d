"""A text cut into words, numbers and signs, each with its place; and phrases looked for among them.

Everything is one pass over the text: the time taken grows with its length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

QUOTES = {"“": "”", "«": "»", '"': '"', "‘": "’", "'": "'"}
#: short words that French writes together with the next one
ELIDED = frozenset(["l", "d", "s", "n", "m", "t", "c", "j", "qu", "jusqu", "lorsqu", "puisqu"])


class Sort(StrEnum):
    WORD = "word"
    NUMBER = "number"
    ADDRESS = "address"  #: of a person
    WEB = "web"
    QUOTED = "quoted"
    LINE = "line"  #: the end of a line
    EMPTY = "empty"  #: one empty line or more
    SIGN = "sign"


class Token(NamedTuple):
    sort: Sort
    #: in small letters without accents; of a quotation, what stands in it as it was typed
    text: str
    #: of the whole text: from, and to the character after it
    start: int
    end: int
    #: it was typed in capitals alone
    shouted: bool = False


_TOKEN = re.compile(
    r"(?P<empty>\n[^\S\n]*\n\s*)|(?P<line>\n)|(?P<blank>[^\S\n]+)"
    r"|(?P<web>(?:https?://|www\.|javascript:|ftp://|mailto:)[^\s<>»”\"]+)"
    r"|(?P<address>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?P<quoted>“[^“”]*”|«[^«»]*»|\"[^\"]*\"|(?<!\w)‘[^‘’\n]*’(?!\w)|(?<!\w)'[^'\n]*'(?!\w))"
    r"|(?P<number>\d{4}-\d{1,2}-\d{1,2}(?:t\d{1,2}:\d\d)?|\d+(?:[.,:/]\d+)*(?:[^\W\d_]+\d*)?)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*['’]?)|(?P<sign>.)",
    re.IGNORECASE,
)


_SORTS = {sort.value: sort for sort in Sort}


@lru_cache(maxsize=4096)
def _plain_sign(sign: str) -> str:
    if sign == "’":
        return "'"
    base = unicodedata.normalize("NFD", sign)[:1].lower()
    return base if len(base) == 1 else sign


def fold(text: str) -> str:
    """In small letters, without accents and curls; of the same length, so that places stay."""
    return "".join(map(_plain_sign, text))


def composed(text: str) -> str:
    """As texts are compared and kept: one sign for a letter with its accent, line ends as one sign."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str) -> list[Token]:
    """The tokens of a text, in their order; blanks are none."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        sort, (start, end) = str(match.lastgroup), match.span()
        if sort == "web":
            end = start + len(match[0].rstrip(".,;:!?)"))
            tokens.append(Token(Sort.WEB, match[0][: end - start], start, end))
            tokens += [Token(Sort.SIGN, text[at], at, at + 1) for at in range(end, match.end())]
        elif sort == "word":
            tokens += _words(match[0], start)
        elif sort == "quoted":
            tokens.append(Token(Sort.QUOTED, match[0][1:-1].strip(), start, end))
        elif sort != "blank":
            plain = fold(match[0]) if end - start > 1 else _plain_sign(match[0])
            tokens.append(Token(_SORTS[sort], plain, start, end))
    return [token for at, token in enumerate(tokens) if not _joins(tokens, at)]


def _words(written: str, start: int) -> list[Token]:
    """One word; or two, where French has written them together."""
    plain = fold(written)
    before, apostrophe, after = plain.partition("'")
    if apostrophe and before in ELIDED:
        middle = start + len(before) + 1
        first = Token(Sort.WORD, before + "'", start, middle)
        return [first, *(_words(written[len(before) + 1 :], middle) if after else [])]
    plain = plain.rstrip("'")
    return [Token(Sort.WORD, plain, start, start + len(plain), len(plain) > 1 and written.isupper())]


def _joins(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is the hyphen of a word: "demande-leur"."""
    if tokens[at].text not in ("-", "‑") or not 0 < at < len(tokens) - 1:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    touching = before.end == tokens[at].start and after.start == tokens[at].end
    return touching and before.sort is after.sort is Sort.WORD


#: what a word alone means
_Alone = dict[str, str]
#: by their first word and their second: the words after them, the longest first, and what they mean
_Longer = dict[str, dict[str, list[tuple[tuple[str, ...], str]]]]


class Phrases:
    """Phrases and what each means, looked for where a token stands; the longest one wins."""

    def __init__(self, *meanings: Mapping[str, str]) -> None:
        """``meanings``: by what they mean, phrases with "|" between them."""
        self._meanings = meanings

    @cached_property
    def _cut(self) -> tuple[_Alone, _Longer]:
        """Cut when they are first looked for: a bot that starts does without."""
        alone: _Alone = {}
        longer: _Longer = {}
        for meaning, phrases in ((one, text) for each in self._meanings for one, text in each.items()):
            for phrase in phrases.split("|"):
                first, *rest = (token.text for token in cut(phrase.strip()))
                if rest:
                    longer.setdefault(first, {}).setdefault(rest[0], []).append((tuple(rest[1:]), meaning))
                else:
                    alone.setdefault(first, meaning)
        for by_second in longer.values():
            for known in by_second.values():
                known.sort(key=lambda pair: len(pair[0]), reverse=True)
        return alone, longer

    def at(self, tokens: Sequence[Token], place: int) -> tuple[str, int] | None:
        """What the phrase that stands here means, and the place after it."""
        if place >= len(tokens) or tokens[place].sort is Sort.QUOTED:
            return None
        first = tokens[place].text
        alone, longer = self._cut
        by_second = longer.get(first)
        if by_second is not None and place + 1 < len(tokens):
            for rest, meaning in by_second.get(tokens[place + 1].text, ()):
                end = place + 2 + len(rest)
                if end <= len(tokens) and all(tokens[place + 2 + step].text == word for step, word in enumerate(rest)):
                    return meaning, end
        meaning_alone = alone.get(first)
        return None if meaning_alone is None else (meaning_alone, place + 1)

    def after(self, tokens: Sequence[Token], place: int) -> int:
        """The place after the phrase that stands here; the same place where none does."""
        known = self.at(tokens, place)
        return known[1] if known else place


def skipped(tokens: Sequence[Token], place: int, words: Iterable[str]) -> int:
    """The place after all of these words that stand here, four at most."""
    known = frozenset(words)
    for _ in range(4):
        if place < len(tokens) and tokens[place].text in known and tokens[place].sort is not Sort.QUOTED:
            place += 1
    return place
