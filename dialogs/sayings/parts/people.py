"""People described by what is known of them: "managers in Paris who have not confirmed Fire drill"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogs.sayings import Described, Holds
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.names import EVERYBODY, Names
from dialogs.sayings.words.people import AS_NOUN, AS_PLACE, LANGUAGE, MANAGER, People
from dialogs.sayings.words.tokens import Sort, Token

MOST = 6  #: conditions, as on a segment's card
LONGEST = 4  #: words of a manager's name
_AND = frozenset(["and", "or", "et", "ou", ","])
_OF = frozenset(["of", "de", "d'", "du"])


@dataclass(frozen=True, slots=True)
class Reader:
    tokens: Sequence[Token]
    end: int
    names: Names
    people: People

    def read(self, place: int, *, name_due: bool) -> tuple[Described, int] | None:
        """Who is described from here on, with one condition at least; and the place after it.

        ``name_due``: somebody has to be named here: else only a list, or everybody, begins a description.
        """
        begun = self._begun(place, name_due=name_due)
        if begun is None:
            return None
        described, at = begun
        while at < self.end and len(described.holds) < MOST and (more := self._condition(at)):
            described, at = replace(described, holds=(*described.holds, more[0])), more[1]
        return (described, at) if described.holds else None

    def _begun(self, place: int, *, name_due: bool) -> tuple[Described, int] | None:
        """The people of whom something is said, or the noun that says it."""
        if named := self.names.at(self.tokens, place, self.end):
            return Described(of=named[0]), named[1]
        at = self._past(place, words.ARTICLES)
        if not name_due or at >= self.end:
            return None
        if team := self._team(at):
            return Described(holds=(team[0],)), team[1]
        anybody = at
        while anybody < self.end and self.tokens[anybody].text in words.ANYBODY:
            anybody += 1
        if value := self._values(at, AS_NOUN):
            return Described(holds=(value[0],)), value[1]
        return (Described(), anybody) if anybody > at else None

    def _team(self, at: int) -> tuple[Holds, int] | None:
        """ "Claire Martin's team", "the team of Claire Martin": those whose manager she is."""
        if self.tokens[at].text in words.GENERIC and at + 1 < self.end and self.tokens[at + 1].text in _OF:
            return self._values(at + 2, (MANAGER,))
        for place in range(at, min(at + LONGEST, self.end - 1)):
            owner = self.tokens[place]
            if owner.text.endswith("'s") and self.tokens[place + 1].text in words.GENERIC:
                bare = [*self.tokens[:place], owner._replace(text=owner.text[:-2])]
                value = self.people.value_at(bare, at, place + 1)
                if value and value[1] == place + 1 and self.people.kind_of(value[0], (MANAGER,)) == MANAGER:
                    return Holds(kind=MANAGER, values=(value[0],)), place + 2
        return None

    def _condition(self, at: int) -> tuple[Holds, int] | None:
        joined = at + (self.tokens[at].text in _AND)
        if joined >= self.end:
            return None
        if led := words.LED_BY.at(self.tokens, joined):
            value = self._values(led[1], (MANAGER,))
            return (replace(value[0], negated=led[0] == "not"), value[1]) if value else None
        if self.tokens[joined].text in words.WHO:
            return self._who(joined + 1)
        if self.tokens[joined].text in words.SPEAK:
            return self._speaks(joined + 1)
        negated = self.tokens[joined].text in words.NOT
        place = self._past(joined + negated, words.PLACED)
        if place == joined + negated:
            return None
        return self._place(place, negated=negated)

    def _who(self, at: int) -> tuple[Holds, int] | None:
        place = self._past(at, words.AUXILIARY)
        negated = any(token.text in words.NOT for token in self.tokens[at:place])
        if act := words.ACTS.at(self.tokens, place):
            return self._did(act[1], act[0], negated=negated)
        place = self._past(at, words.ARE)
        negated = any(token.text in words.NOT for token in self.tokens[at:place])
        if place < self.end and self.tokens[place].text in words.SPEAK:
            return self._speaks(self._past(place + 1, words.NOT), negated=negated)
        inner = self._past(place, words.PLACED)
        return self._place(inner, negated=negated) if inner > place > at else None

    def _did(self, at: int, act: str, *, negated: bool) -> tuple[Holds, int] | None:
        for place in range(at, min(at + 5, self.end)):
            if named := self.people.campaign_at([*self.tokens], place, self.end):
                return Holds(kind=act, values=(named[0],), negated=negated), named[1]
            if self.tokens[place].text not in words.BEFORE_CAMPAIGN:
                return None
        return None

    def _speaks(self, at: int, *, negated: bool = False) -> tuple[Holds, int] | None:
        known = words.LANGUAGES.at(self.tokens, at)
        return (Holds(kind=LANGUAGE, values=(known[0],), negated=negated), known[1]) if known else None

    def _place(self, at: int, *, negated: bool) -> tuple[Holds, int] | None:
        at = self._past(at, words.ARTICLES)
        value = self._values(at, AS_PLACE)
        return (replace(value[0], negated=negated), value[1]) if value else None

    def _values(self, at: int, order: tuple[str, ...]) -> tuple[Holds, int] | None:
        """A value, and others of the same kind beside it: "in Paris or Lyon"."""
        first = self._value(at)
        if first is None:
            return None
        kind, values, at = self.people.kind_of(first[0], order), [first[0]], first[1]
        if kind is None or (order == (MANAGER,) and kind != MANAGER):
            return None
        while at < self.end and self.tokens[at].text in _AND:
            follows = self._past(self._past(at + 1, words.PLACED), words.ARTICLES)
            more = self._value(follows)
            if more is None or self.people.kind_of(more[0], (kind,)) != kind:
                break
            values, at = [*values, more[0]], more[1]
        return Holds(kind=kind, values=tuple(dict.fromkeys(values))), at

    def _value(self, at: int) -> tuple[str, int] | None:
        value = self.people.value_at([*self.tokens], at, self.end) if at < self.end else None
        named = self.names.at(self.tokens, at, self.end) if value else None
        if value is None or (named is not None and named[1] >= value[1] and named[0] != EVERYBODY):
            return None  # a list of this name, or of a longer one, is meant
        generic = value[1] < self.end and self.tokens[value[1]].text in words.GENERIC
        return value[0], value[1] + generic

    def _past(self, at: int, some: frozenset[str]) -> int:
        while at < self.end and self.tokens[at].text in some and self.tokens[at].sort is not Sort.QUOTED:
            at += 1
        return at
