"""What is known of people, as far as a sentence may speak of it: values of facts and columns, campaigns by name."""

from __future__ import annotations

from collections.abc import Iterable

from dialogs.sayings.words.names import Names
from dialogs.sayings.words.tokens import Sort, Token, fold

LANGUAGE, MANAGER = "language", "manager"
#: which fact is meant by a value that several have: of "the managers", and of "in Paris"
AS_NOUN = ("title", "department", "office", "city", "country")
AS_PLACE = ("city", "office", "country", "department", "title")


class People:
    """``values``: (a fact, or "column:FLOOR"; how it is written); ``campaigns``: of which it is known who did what."""

    def __init__(self, values: Iterable[tuple[str, str]] = (), campaigns: Iterable[str] = ()) -> None:
        self._kinds: dict[str, set[str]] = {}
        written: dict[str, str] = {}
        for kind, value in values:
            self._kinds.setdefault(fold(value), set()).add(kind)
            written.setdefault(fold(value), value)
        self._values = Names(written.values())
        called = [*campaigns]
        self._campaigns = Names(name for name in called if called.count(name) == 1)  # else nobody knows which is meant

    def value_at(self, tokens: list[Token], place: int, end: int) -> tuple[str, int] | None:
        """The value that stands here, as it is written, and the place after it."""
        return self._values.exactly(tokens, place, end)

    def kind_of(self, value: str, order: tuple[str, ...]) -> str | None:
        """None where it is a manager's name, and none is looked for: their people are not meant by it alone."""
        kinds = self._kinds.get(fold(value), set())
        return next((kind for kind in order if kind in kinds), None) or min(kinds - {MANAGER}, default=None)

    def campaign_at(self, tokens: list[Token], place: int, end: int) -> tuple[str, int] | None:
        if place < end and tokens[place].sort is Sort.SIGN:
            return None
        return self._campaigns.exactly(tokens, place, end)
