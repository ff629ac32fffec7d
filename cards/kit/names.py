"""What a person's name says: which part of it is the given name, which the surname. Pure.

"Curie, Marie (EXT)", "CURIE Marie", "Dr. Marie Curie", "Marie Curie | Radium Institute": Marie, Curie.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cards.languages import LANGUAGES, unaccented

#: before a name; in any of our languages, without accents
TITLES = {word for language in LANGUAGES.values() for word in language.titles.split()}
#: behind a name
SUFFIXES = {
    *("jr", "sr", "ii", "iii", "iv", "phd", "dphil", "md", "dds", "esq", "mba", "msc", "bsc", "ma", "ba", "cpa", "rn"),
    *("obe", "mbe"),
}
#: small words that belong to the surname behind them
PARTICLES = {
    *("de", "du", "des", "d", "la", "le", "les", "van", "von", "der", "den", "ter", "ten", "zu", "zum", "zur", "di"),
    *(
        "da",
        "del",
        "della",
        "delle",
        "dos",
        "das",
        "do",
        "el",
        "al",
        "bin",
        "ben",
        "ibn",
        "st",
        "saint",
        "sainte",
        "mac",
    ),
    *("mc", "af", "av"),
}
#: what stands around or behind a name and says where somebody works
_BESIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>")
_BEHIND = re.compile(r" [-–—/|•·] .*|[|•].*")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
LONGEST = 300  #: characters of a name that are looked at


def split_name(whole: str, *, surname_first: bool = False) -> tuple[str, str]:
    """(given name, surname) of a whole name; ("", "") of what is none, as an address is.

    ``surname_first``: how the column is headed ("Nom et prénom"), for a name that does not tell by itself.
    """
    name = _BEHIND.sub("", " ".join(_BESIDE.sub(" ", whole[:LONGEST]).split())).strip(' ,;"“”«»')
    if "@" in name or not any(sign.isalpha() for sign in name):
        return "", ""
    pieces = [piece for piece in (_without_titles(piece.split()) for piece in name.split(",")) if piece]
    if not pieces:
        return "", ""
    if len(pieces) > 1:  # "Curie, Marie"
        return " ".join(pieces[1]), " ".join(pieces[0])
    return _of_words(pieces[0], surname_first)


def _without_titles(words: list[str]) -> list[str]:
    while words and (_bare(words[0]) in TITLES or unaccented(words[0]).lower() in TITLES):
        words = words[1:]
    while words and _bare(words[-1]) in SUFFIXES and (len(words) > 1 or _bare(words[0]) not in ("ma", "ba", "do")):
        words = words[:-1]
    return words


def _bare(word: str) -> str:
    return unaccented(word).lower().replace(".", "").strip("'’")


def _of_words(words: list[str], surname_first: bool) -> tuple[str, str]:
    if len(words) == 1:
        return (words[0], "") if not surname_first else ("", words[0])
    capitals = [len(word) > 1 and word.isupper() and "." not in word for word in words]
    if any(capitals) and not all(capitals):  # "CURIE Marie", "Marie CURIE": capitals are the surname
        loud = [word for word, is_loud in zip(words, capitals, strict=True) if is_loud]
        first, last = capitals.index(True), len(words) - 1 - capitals[::-1].index(True)
        while first and _bare(words[first - 1]) in PARTICLES:
            first -= 1
        if last - first + 1 >= len(loud) and all(capitals[last - len(loud) + 1 : last + 1]):
            given = words[:first] + words[last + 1 :]
            if given:
                return " ".join(given), " ".join(words[first : last + 1])
    if surname_first:
        end = 1
        while end < len(words) - 1 and _bare(words[end - 1]) in PARTICLES:
            end += 1
        return " ".join(words[end:]), " ".join(words[:end])
    return words[0], " ".join(words[1:])


@lru_cache(maxsize=4096)  # many people share one
def given_name(typed: str) -> str:
    """A given name as a list or a directory says it: without a title, and none where an address stands in its place."""
    if typed.isalpha() and _bare(typed) not in TITLES:
        return typed
    if _ADDRESS.fullmatch(typed.strip()):
        return ""
    words = typed.split()
    without = _without_titles(words)
    return typed if len(without) == len(words) else " ".join(without)
