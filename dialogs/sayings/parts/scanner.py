"""The parts of an instruction: lists, when, buttons, style, titles; found one after the other, from left to right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dialogs.sayings import Described
from dialogs.sayings.parts.buttons import another_button, answer_buttons_at, answers_at, button_at, confirmation_at
from dialogs.sayings.parts.labels import Labelled, label_at, language_at
from dialogs.sayings.parts.moments import Moment, moment_at, shift_at
from dialogs.sayings.parts.part import Part, What
from dialogs.sayings.parts.people import Reader as PeopleReader
from dialogs.sayings.parts.reminding import reminder_at
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.names import EVERYBODY, Names
from dialogs.sayings.words.people import People
from dialogs.sayings.words.tokens import Phrases, Sort, Token

AND = frozenset([",", "+", "&", ";", "/", "and", "et", "ou", "or"])
_ENDS = frozenset([".", "!", "?", "…"])
_WHO = frozenset(["who", "qui"])
#: between people and where they are
WITHIN = frozenset(["in", "of", "from", "within", "inside", "de", "du", "des", "d'", "chez"])
FAR = 300  #: tokens of an instruction: nobody gives a longer one
UNKNOWN_WORDS = 6  #: of a list's name that is not known


Stop = Callable[[int, Sequence[Part]], Any]


class Scanner:
    """Reads instructions among the tokens of one text."""

    def __init__(self, text: str, tokens: Sequence[Token], names: Names, people: People | None = None) -> None:
        self.text, self.tokens, self.names, self.people = text, tokens, names, people
        #: people who are in no list, by the words that describe them
        self.described: dict[str, Described] = {}

    def words(self, start: int, end: int) -> str:
        """The tokens as they were typed."""
        if start >= end:
            return ""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def parts(self, start: int, end: int, stop: Stop | None = None, patience: int | None = None) -> list[Part]:
        """All parts; up to where ``stop`` says something, which is the value of a last part, LEFT at its place.

        ``patience``: give up after so many words that are not understood.
        """
        parts: list[Part] = []
        at, name_due, left = start, False, 0
        end = min(end, start + FAR)
        while at < end:
            if stop and (reason := stop(at, parts)):
                parts.append(Part(What.SILENT, at, at, reason))
                break
            part = self._part(at, end, name_due, parts)
            if part.what is What.LEFT:
                left += 1
                if patience is not None and left > patience:
                    parts.append(part)
                    break
            parts.append(part)
            name_due = self._name_is_due(part, parts, name_due)
            at = part.end
        return _with_all_that_is_out(parts)

    def _name_is_due(self, part: Part, parts: Sequence[Part], before_it: bool) -> bool:
        if part.what is What.ORDER:
            return part.value in ("tell", "ask") or self.tokens[part.end - 1].text in (
                "for",
                "to",
                "pour",
                "a",
                "aux",
                "au",
            )
        if part.what is What.SILENT:
            if part.value == "filler" and self.tokens[part.start].text in words.ARTICLES:
                return before_it
            before = parts[-2].what if len(parts) > 1 else None
            if part.value == "to":
                return True
            return part.value == "and" and before in (What.LIST, What.OUT, What.UNKNOWN, What.PERSON)
        return False

    def _part(self, at: int, end: int, name_due: bool, before: Sequence[Part]) -> Part:
        if self._is_all(at, end, name_due):
            return Part(What.LIST, at, at + 1, EVERYBODY)
        marked = bool(before) and before[-1].what is What.MARK  # "also to engineers", "only the managers of Lyon"
        known = self._people(at, end, name_due=name_due or marked) or self._known(at, end, before)
        if known is None and name_due:
            known = self._unknown(at, end, before, out=bool(before[-2:-1]) and before[-2].what is What.OUT)
        return known or Part(What.LEFT, at, at + 1)

    def _people(self, at: int, end: int, *, name_due: bool) -> Part | None:
        """Somebody who is described, to whom it goes or who is left out."""
        if self.people is None:
            return None
        known = None if words.EVERYONE.at(self.tokens, at) else words.EXCEPT.at(self.tokens, at)
        reader = PeopleReader(self.tokens, end, self.names, self.people)
        for start in dict.fromkeys((known[1], words.TO.after(self.tokens, known[1])) if known else (at,)):
            reading = reader.read(start, name_due=name_due or known is not None)
            if reading is not None and self._ends_a_description(reading[1], end):
                typed = self.words(start, reading[1])
                self.described[typed] = reading[0]
                return Part(What.OUT if known else What.LIST, at, reading[1], typed)
        return None

    def _ends_a_description(self, at: int, end: int) -> bool:
        """Whether no more is said of these people: "in the Paris office" that is not understood narrows them."""
        if at >= end:
            return True
        follows = self.tokens[at].text
        says_when = moment_at(self.tokens, at, end) or language_at(self.text, self.tokens, at, end)
        if follows in words.PLACED and not says_when and not _is_infinitive(self.tokens, at):
            return False
        return follows in words.STATEMENTS or self._ends_a_name(at, end)

    def _known(self, at: int, end: int, before: Sequence[Part]) -> Part | None:
        tokens, token = self.tokens, self.tokens[at]
        if token.sort is Sort.ADDRESS:
            return Part(What.PERSON, at, at + 1, self.words(at, at + 1))
        if token.sort in (Sort.SIGN, Sort.LINE, Sort.EMPTY):
            return Part(What.SILENT, at, at + 1, "and" if token.text in AND else "sign")
        for read in (self._buttons, self._phrases, self._lists, self._moment, self._labels, self._markers):
            if (part := read(at, end)) is not None and part.end <= end:
                return part
        goes_on = len(before) > 1 and before[-1].value == "and" and before[-2].what is What.BUTTON
        if goes_on and (button := another_button(self.text, tokens, at, end)):
            return Part(What.BUTTON, at, button.end, button)
        if token.text in ("and", "et", "ou", "or"):
            return Part(What.SILENT, at, at + 1, "and")
        if (known := words.TO.at(self.tokens, at)) and known[1] <= end:
            if self._is_to_all(known[1], end):
                return Part(What.LIST, at, known[1], EVERYBODY)
            article = token.text == "a" and known[1] == at + 1 and self.text[token.start] in "aA"
            return Part(What.SILENT, at, known[1], "filler" if article else "to")
        if (known := words.FILLERS.at(self.tokens, at)) and known[1] <= end:
            return Part(What.SILENT, at, known[1], "filler")
        return None

    def _is_to_all(self, after: int, end: int) -> bool:
        """Whether "to all", "à tous" ends here, and no name follows."""
        if self.tokens[after - 1].text not in ("all", "tous", "toutes"):
            return False
        if (
            after >= end
            or self.tokens[after].sort is not Sort.WORD
            or self.tokens[after].text in ("that", "que", "qu'")
            or words.EXCEPT.at(self.tokens, after) is not None
            or words.FOLLOWS.at(self.tokens, after) is not None
        ):
            return True
        return moment_at(self.tokens, after, end) is not None

    def _is_all(self, at: int, end: int, name_due: bool) -> bool:
        """ "Tell all that …", "all except the interns"."""
        if self.tokens[at].text not in ("all", "tous", "toutes") or self.names.at(self.tokens, at, end):
            return False
        return words.EXCEPT.at(self.tokens, at + 1) is not None or (name_due and self._is_to_all(at + 1, end))

    def _buttons(self, at: int, end: int) -> Part | None:
        tokens = self.tokens
        if known := words.NO_CONFIRM.at(tokens, at):
            return Part(What.NO_CONFIRM, at, known[1])
        if confirms := confirmation_at(tokens, at):
            return Part(What.CONFIRM, at, confirms)
        if (known := words.ENDINGS.at(tokens, at)) and (moment := _end_at(tokens, known[1], end)):
            return Part(What.END, at, moment.end, (known[0], moment))
        if known := words.CHASE.at(tokens, at):
            last = _sentence_end(tokens, known[1], end)
            reminder = reminder_at(tokens, at, last)
            return Part(What.REMINDER if reminder else What.NOT_SUPPORTED, at, last, reminder)
        if not answer_buttons_at(tokens, at, end) and (button := button_at(self.text, tokens, at, end)):
            return Part(What.BUTTON, at, button.end, button)
        if answers := answers_at(self.text, tokens, at, end):
            return Part(What.ANSWERS, at, answers[1], answers[0])
        return None

    def _phrases(self, at: int, end: int) -> Part | None:
        tokens = self.tokens
        if known := words.PRESENCE.at(tokens, at):
            return Part(What.PRESENCE, at, known[1], known[0])
        if language := language_at(self.text, tokens, at, end):
            return Part(What.LANGUAGE, at, language.end, language)
        if (known := words.STYLES.at(tokens, at)) and not self._names_more(at, known[1], end):
            return Part(What.STYLE, at, known[1], known[0])
        if known := words.NOT_SUPPORTED.at(tokens, at):
            place = known[1]
            while place < end and tokens[place].text in words.NOUNS_AFTER:
                place += 1
            return None if self._names_more(at, place, end) else Part(What.NOT_SUPPORTED, at, place)
        if tokens[at].text == "by" and (moment := moment_at(tokens, at + 1, end)) and moment.speaks == {"length"}:
            return Part(What.WHEN, at, moment.end, moment)  # "postpone it by an hour"
        if (known := words.DEADLINES.at(tokens, at)) and (moment := moment_at(tokens, known[1], end)):
            return Part(What.DEADLINE, at, moment.end)
        if (known := words.NOT_THAT.at(tokens, at)) and (place := self._not_that(known[1], end)) > known[1]:
            return Part(What.NOT_THAT, at, place)
        return None

    def _names_more(self, at: int, place: int, end: int) -> bool:
        """Whether a list's name that begins here is longer."""
        named = self.names.at(self.tokens, at, end)
        return named is not None and named[1] > place

    def with_what_is_out(self, parts: Sequence[Part]) -> list[Part]:
        """Of a whole campaign: "Managers, and not Sales or Interns" leaves both out."""
        changed = list(parts)
        for at, part in enumerate(parts):
            if part.what is What.NOT_THAT and self.tokens[part.start].text in ("and", "et"):
                places = range(part.start + 2, part.end)
                named = [one for place in places if (one := self.names.at(self.tokens, place, part.end))]
                changed[at] = part._replace(what=What.OUT, value=named[0][0]) if named else part
        return _with_all_that_is_out(changed)

    def _not_that(self, at: int, end: int) -> int:
        """What it was before goes on to the next comma, or to the end of what says when."""
        comma = next(
            (spot for spot in range(at, min(end, at + 2 * UNKNOWN_WORDS)) if self.tokens[spot].text == ","), end
        )
        if moment := moment_at(self.tokens, at, comma):
            return moment.end
        if named := self.names.at(self.tokens, at, end):
            return named[1]
        place = at
        while place < end and place - at < UNKNOWN_WORDS and self.tokens[place].sort in (Sort.WORD, Sort.NUMBER):
            if self.tokens[place].text in AND:
                break
            place += 1
        return place

    def _lists(self, at: int, end: int) -> Part | None:
        tokens = self.tokens
        if named := self.names.at(tokens, at, end):
            return self._some_of(at, named[1], end) or Part(What.LIST, at, named[1], named[0])
        known = words.EXCEPT.at(tokens, at)
        if known is None or known[1] >= end:
            return None
        place = known[1]
        inner = words.THOSE.after(tokens, words.TO.after(tokens, place))
        for start in dict.fromkeys((place, inner)):
            if named := self.names.at(tokens, start, end):
                return Part(What.OUT, at, named[1], named[0])
            if start < end and tokens[start].sort is Sort.ADDRESS:
                return Part(What.PERSON_OUT, at, start + 1, self.words(start, start + 1))
        if moment_at(tokens, place, end) or self._is_something(inner, end):
            return None
        return self._unknown(inner, end, (), out=True, since=at)

    def _some_of(self, at: int, after: int, end: int) -> Part | None:
        """ "Everyone in the Paris office" is that list; "the managers of the Paris office" are none that there is."""
        tokens = self.tokens
        known = words.EVERYONE.at(tokens, at)
        everyone = known is not None and known[1] == after
        told_apart = everyone and after < end and tokens[after].text in _WHO
        within = words.PLACED if everyone else WITHIN
        if told_apart:  # "everyone who works in Sales"
            after = next((one for one in range(after + 1, end) if tokens[one].text not in words.ARE), end)
        if after + 1 >= end or moment_at(tokens, after, end):
            return None
        if tokens[after].text not in within:
            return self._unknown(after, end, (), out=False, since=at) if told_apart else None
        if language_at(self.text, tokens, after, end) or _is_infinitive(tokens, after):
            return None
        inner = self.names.at(tokens, after + 1, end)
        if everyone and inner:
            return Part(What.LIST, at, inner[1], inner[0])
        if everyone and not told_apart and tokens[after].text not in WITHIN:
            return None
        if inner:
            return Part(What.UNKNOWN, at, inner[1], self.words(at, inner[1]))
        unknown = self._unknown(after + 1, end, (), out=False)
        return Part(What.UNKNOWN, at, unknown.end, self.words(at, unknown.end)) if unknown else None

    def _is_something(self, at: int, end: int) -> bool:
        """Whether what stands here has a meaning of its own, other than small words."""
        if at >= end or self.tokens[at].sort not in (Sort.WORD, Sort.NUMBER, Sort.QUOTED):
            return True
        checks: tuple[Phrases, ...] = (
            words.STYLES,
            words.CONFIRM,
            words.BUTTON,
            words.TITLE,
            words.ANSWERS,
            words.PRESENCE,
        )
        return any(one.at(self.tokens, at) for one in checks) or any(
            one.at(self.tokens, at + 1) for one in checks if self.tokens[at].text in words.ARTICLES
        )

    def _unknown(
        self, at: int, end: int, before: Sequence[Part], *, out: bool, since: int | None = None
    ) -> Part | None:
        """Words where the name of a list is due; small ones between them too."""
        tokens, start = self.tokens, at
        while start < end and tokens[start].text in words.ARTICLES and tokens[start].sort is Sort.WORD:
            start += 1
        if start < end and words.ME.at(tokens, start):
            return Part(What.ME, at, start + 1)
        place = start
        while place < end and place - start < UNKNOWN_WORDS:
            token = tokens[place]
            if token.sort not in (Sort.WORD, Sort.NUMBER, Sort.QUOTED):
                break
            if token.text in words.SMALL:
                if place == start or place + 1 >= end or self._ends_a_name(place + 1, end):
                    break
            elif (place > start and self._ends_a_name(place, end)) or (
                place == start and self._known(place, end, before) and tokens[place].text not in words.GENERIC
            ):
                break
            place += 1
        if place == start:
            return None
        what = What.UNKNOWN_OUT if out else What.UNKNOWN
        return Part(what, at if since is None else since, place, self.words(start, place))

    def _ends_a_name(self, at: int, end: int) -> bool:
        token = self.tokens[at]
        if token.sort not in (Sort.WORD, Sort.NUMBER):
            return True
        if token.text in ("that", "que", "qu'", "si", "s'", "if", "whether", "to", "saying", "know", "about", "know"):
            return True
        if token.text in words.GENERIC:
            return False
        return self._known(at, end, ()) is not None

    def _moment(self, at: int, end: int) -> Part | None:
        if shift := shift_at(self.text, self.tokens, at, end):
            return Part(What.SHIFT, at, shift[1], shift[0])
        if moment := moment_at(self.tokens, at, end):
            return Part(What.WHEN, at, moment.end, moment)
        return None

    def label(self, at: int) -> Labelled | None:
        """A title, a name or the text, where it is said by its name here."""
        return label_at(self.text, self.tokens, at, len(self.tokens)) if at < len(self.tokens) else None

    def _labels(self, at: int, end: int) -> Part | None:
        label: Labelled | None = label_at(self.text, self.tokens, at, end)
        return Part(What.LABEL, at, label.end, label) if label else None

    def _markers(self, at: int, end: int) -> Part | None:
        tokens = self.tokens
        for marks, kind in (
            (words.ADD, "add"),
            (words.ONLY, "only"),
            (words.INSTEAD, "instead"),
            (words.REMOVE, "remove"),
        ):
            if known := marks.at(tokens, at):
                order = words.ORDERS.at(tokens, at)
                if order is None or order[1] <= known[1]:
                    return Part(What.MARK, at, known[1], kind)
        if order := words.ORDERS.at(tokens, at):
            return Part(What.ORDER, at, order[1], order[0])
        return None


def _is_infinitive(tokens: Sequence[Token], at: int) -> bool:
    """Whether "de valider", "d'envoyer" stands here."""
    place = at + 1
    while place < len(tokens) and tokens[place].text in words.BEFORE_AN_INFINITIVE:
        place += 1
    if tokens[at].text not in ("de", "d'") or place >= len(tokens):
        return False
    return len(tokens[place].text) > 3 and tokens[place].text.endswith(("er", "ir", "re", "oir"))


def _with_all_that_is_out(parts: list[Part]) -> list[Part]:
    """ "Except the interns and the managers", "sauf au siège et aux managers": both."""
    meant = {What.LIST: What.OUT, What.PERSON: What.PERSON_OUT, What.UNKNOWN: What.UNKNOWN_OUT}
    out, between = False, list[Any]()  # whether the last that was named is out, and what stands behind it
    for at, part in enumerate(parts):
        if part.what is What.SILENT:
            between.append(part.value)
            continue
        if part.what in meant and out and between[:1] == ["and"] and {*between} <= {"and", "to", "filler"}:
            parts[at] = part._replace(what=meant[part.what])
        out, between = parts[at].what in meant.values(), []
    return parts


def _sentence_end(tokens: Sequence[Token], at: int, end: int) -> int:
    while at < end and tokens[at].text not in _ENDS and tokens[at].sort not in (Sort.LINE, Sort.EMPTY):
        at += 1
    return at


def runs(parts: Sequence[Part], what: What) -> Iterator[tuple[int, int]]:
    """The tokens of parts of a kind that stand side by side, with what says nothing between them."""
    start: int | None = None
    end: int | None = None
    before: int | None = None
    for part in parts:
        article, before = before, part.start if part.what is What.SILENT and part.value == "filler" else None
        if part.what is what:
            start, end = ((part.start if article is None else article) if start is None else start), part.end
        elif (start is not None and end is not None and part.what is not What.SILENT) or (
            start is not None and end is not None and part.value in ("sign", "and")
        ):
            yield start, end
            start = None
    if start is not None and end is not None:
        yield start, end


def _end_at(tokens: Sequence[Token], at: int, end: int) -> Moment | None:
    """When the message ends: what says so stands right behind, with a small word between at the most."""
    small = at + 1 if at < end and tokens[at].text in words.BEFORE_AN_END else at
    return moment_at(tokens, at, end) or (moment_at(tokens, small, end) if small > at else None)
