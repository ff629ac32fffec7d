"""The names of lists, as people say them: without the article, in the plural, in any letter case, misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from dialogs.sayings.words.lexicon import ARTICLES, EVERYONE, FILLERS, GENERIC, SMALL
from dialogs.sayings.words.tokens import Sort, Token, cut, fold

EVERYBODY = "everyone"  #: in place of a list's name: all who have installed the bot
MOST = 2_000  #: names that a misspelt one is compared with
LONGEST = 60  #: characters of a name that is compared
NEAR, A_LITTLE = 0.75, 0.64  #: how much alike two words are; and where the other words are the same
SHOWN = 5  #: names that are near, at most


class Names:
    """The lists that somebody may send to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._keys: list[tuple[tuple[str, ...], str]] = []
        for name in names:
            key = _key(cut(name))
            if key:
                self._by_first.setdefault(key[0], []).append((key, name))
                self._keys.append((key, name))
        for known in self._by_first.values():
            known.sort(key=lambda pair: len(pair[0]), reverse=True)

    def at(self, tokens: Sequence[Token], place: int, end: int) -> tuple[str, int] | None:
        """The list, or everybody, named by the words that begin here; and the place after them."""
        if known := EVERYONE.at(tokens, place):
            direct = self._direct(tokens, place, end)
            return direct if direct and direct[1] > known[1] else (EVERYBODY, known[1])
        if direct := self._direct(tokens, place, end):
            return direct[0], _past_generic(tokens, direct[1], end)
        at = place
        while at < end and at - place < 3 and tokens[at].text in ARTICLES | GENERIC and tokens[at].sort is Sort.WORD:
            at += 1
            if direct := self._direct(tokens, at, end):
                return direct[0], _past_generic(tokens, direct[1], end)
            if known := EVERYONE.at(tokens, at):
                return EVERYBODY, known[1]
        return None

    def exactly(self, tokens: Sequence[Token], place: int, end: int) -> tuple[str, int] | None:
        """The name whose words begin just here, and the place after them."""
        return self._direct(tokens, place, end)

    def _direct(self, tokens: Sequence[Token], place: int, end: int) -> tuple[str, int] | None:
        if place >= end:
            return None
        if tokens[place].sort is Sort.QUOTED:
            inner = _key(cut(tokens[place].text[:LONGEST]))
            return (
                next(((name, place + 1) for key, name in self._by_first.get(inner[0], ()) if key == inner), None)
                if inner
                else None
            )
        for key, name in self._by_first.get(_stem(tokens[place].text), ()):
            after = _after(tokens, place, end, key)
            if after == place + 1 and FILLERS.at(tokens, place) and tokens[place].shouted is not name.isupper():
                continue  # "it" is not the list IT
            if after:
                return name, after
        return None

    def near(self, words: str) -> tuple[str, ...]:
        """The lists that a misspelt name may mean, the nearest first."""
        typed = _key(cut(words[:LONGEST]))
        bare = tuple(word for word in typed if word not in _GENERIC) or typed
        if not typed:
            return ()
        alike: list[tuple[float, str]] = []
        for key, name in self._keys[:MOST]:
            score = max(_alike(typed, key), _alike(bare, key))
            if score:
                alike.append((-score, name))
        return tuple(name for _, name in sorted(alike)[:SHOWN])


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


_GENERIC = frozenset(map(_stem, GENERIC))


def _key(tokens: Sequence[Token]) -> tuple[str, ...]:
    words = [token.text for token in tokens if token.sort in (Sort.WORD, Sort.NUMBER)]
    return tuple(_stem(word) for word in words if word not in SMALL) or tuple(words)


def _after(tokens: Sequence[Token], place: int, end: int, key: tuple[str, ...]) -> int:
    """The place after the words of a name; 0 where they do not stand here."""
    for number, word in enumerate(key):
        while number and place < end and (tokens[place].text in SMALL or tokens[place].text in "&-/'"):
            if _stem(tokens[place].text) == word:
                break
            place += 1
        if place >= end or _stem(tokens[place].text) != word or tokens[place].sort is Sort.QUOTED:
            return 0
        place += 1
    return place


def _past_generic(tokens: Sequence[Token], place: int, end: int) -> int:
    return place + 1 if place < end and tokens[place].text in GENERIC and tokens[place].sort is Sort.WORD else place


def _alike(typed: tuple[str, ...], key: tuple[str, ...]) -> float:
    """How near two names are, word by word; 0 where they are not."""
    if not typed:
        return 0
    if set(typed) < set(key):
        return 0.9 * len(typed) / len(key) + 0.1
    whole = difflib.SequenceMatcher(None, "".join(typed), "".join(key)).ratio()
    if len(typed) != len(key):
        return whole if whole >= 0.85 else 0
    pairs = [difflib.SequenceMatcher(None, one, other).ratio() for one, other in zip(typed, key, strict=True)]
    same = sum(1 for pair in pairs if pair == 1)
    least = A_LITTLE if same and same == len(pairs) - 1 else NEAR
    return whole if min(pairs) >= least else 0


def same_name(one: str, other: str) -> bool:
    return _key(cut(one)) == _key(cut(other)) or fold(one) == fold(other)
