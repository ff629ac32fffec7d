"""A whole campaign in one message: its instructions, and where its text begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogs.sayings.body import TextReader
from dialogs.sayings.parts.moments import moment_at
from dialogs.sayings.parts.part import Part, What
from dialogs.sayings.parts.scanner import Scanner
from dialogs.sayings.shape import PATIENCE, Beginning, Begins, Whole, instructs, is_instruction
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Sort

_THAT = frozenset(["that", "que", "qu'"])
_DETERMINERS = frozenset(["the", "a", "an", "all", "my", "our", "this", "that", "these", "those"])
#: behind an order: those who have been named
_THEM = frozenset(["them", "les", "leur"])
#: what does not begin a statement
_ABOUT = frozenset(
    [
        "about",
        "of",
        "to",
        "for",
        "on",
        "regarding",
        "concerning",
        "with",
        "at",
        "in",
        "and",
        "from",
        "what",
        "when",
        "where",
        "how",
        "why",
        "who",
        "which",
        "whom",
        "whose",
    ]
)
#: after which English leaves "that" out
_TELLING = frozenset(["tell", "inform", "let", "remind", "warn", "notify", "advise", "alert", "announce", "ping"])


def _in_two_languages(whole: Whole) -> None:
    """ "In English and in French: A / B": two texts, one in each, of which the first is the message's."""
    places = [at for at, part in enumerate(whole.parts) if part.what is What.LANGUAGE]
    if len(places) != 2 or any(part.what is not What.SILENT for part in whole.parts[places[0] + 1 : places[1]]):
        return
    first, second = (whole.parts[at].value for at in places)
    texts = [text.strip() for text in re.split(r" / |\n+", second.text or whole.text) if text.strip()]
    if first.text or first.code == second.code:
        return
    whole.changed = True
    if len(texts) != 2:  # they are asked for
        whole.text, texts = second.text or whole.text, ["", ""]
    else:
        whole.text, whole.text_in = texts[0], first.code
        whole.parts[places[0]] = whole.parts[places[0]]._replace(what=What.SILENT, value="filler")
    whole.parts[places[1]] = whole.parts[places[1]]._replace(value=replace(second, text=texts[1]))


class Reader:
    def __init__(self, scanner: Scanner, *, asked: bool) -> None:
        self._scanner, self._asked = scanner, asked
        self._tokens = scanner.tokens
        self._body = TextReader(scanner)

    def read(self, at: int) -> Whole | None:
        """The campaign that the words from here on say; None where they say none."""
        end = len(self._tokens)
        parts = self._scanner.parts(at, end, self._begins, PATIENCE)
        begins = parts.pop().value if parts and isinstance(parts[-1].value, Beginning) else None
        label = next((part for part in parts if part.what is What.LABEL and part.value.label == "text"), None)
        whole = Whole(self._scanner.with_what_is_out(parts), begins=begins)
        if begins is None and label is None:
            self._without_a_sign(whole, end)
        elif label is not None:
            self._body.labelled(whole, label)
        elif begins is not None:
            self._body.read(whole, begins, end)
        _in_two_languages(whole)
        return whole

    def _without_a_sign(self, whole: Whole, end: int) -> None:
        """Words after those who are told, and nothing between: the text of "tell X it is ready", else asked about.

        A time among them is the text's own.
        """
        named, before, titled = False, None, False
        for place, part in enumerate(whole.parts):
            if part.what is What.LEFT and titled and before is not None and before.value == "sign":
                del whole.parts[place:]
                whole.begins = Beginning(Begins.AS_IT_STANDS, part.start)
                whole.changed = True
                self._body.as_it_stands(whole, whole.begins, end)
                return
            titled = part.what is What.LABEL or (titled and part.value == "sign")
            joined = before is not None and before.value == "and"
            twice = part.what is What.UNKNOWN and named and not joined
            if (part.what is What.LEFT and named) or twice:
                start = part.start
                while place and self._leads_on(whole.parts[place - 1]):
                    place -= 1
                    start = whole.parts[place].start
                del whole.parts[place:]
                self._loose(whole, start, end)
                return
            named = named or part.what in (What.LIST, What.UNKNOWN, What.PERSON)
            before = part

    def _leads_on(self, part: Part) -> bool:
        """Whether a small word before what is not understood belongs to it: "it is snowing"."""
        if part.what is not What.SILENT or part.value not in ("filler", "to"):
            return False
        return self._tokens[part.start].text not in ("know", "please", "savoir", ":", ",")

    def _loose(self, whole: Whole, start: int, end: int) -> None:
        first = next((part for part in whole.parts if part.what is What.ORDER), None)
        tells = whole.order == "tell" and first is not None and self._tokens[first.start].text in _TELLING
        if tells and self._tokens[start].text not in _ABOUT and end - start > 2:
            self._body.told(whole, Beginning(Begins.THAT, start), end)
            whole.changed = True
        else:
            whole.loose = self._scanner.words(start, end)
            whole.covered.append((start, end))

    # --- where the text begins ----------------------------------------------------------------

    def _begins(self, at: int, parts: Sequence[Part]) -> Beginning | None:
        token = self._tokens[at]
        ordered = next((part.value for part in parts if part.what is What.ORDER), "")
        if token.text == ":" and token.sort is Sort.SIGN:
            return self._after_colon(at, parts, ordered)
        if token.sort is Sort.EMPTY:
            return Beginning(Begins.AS_IT_STANDS, at + 1, empty_line=True) if instructs(parts) else None
        if token.sort is Sort.LINE:
            return self._after_line(at, parts)
        is_name = ordered == "make" and parts[-1].what is What.ORDER
        if token.sort is Sort.QUOTED and not is_name and self._scanner.names.at(self._tokens, at, at + 1) is None:
            return Beginning(Begins.QUOTED, at) if instructs(parts) else None
        if token.text in ("–", "—", "-") and instructs(parts) and self._is_apart(at):
            follows = self._scanner.parts(at + 1, len(self._tokens), patience=0)
            first = next((part for part in follows if part.what is not What.SILENT), None)
            if not is_instruction(follows) and (first is None or first.what in (What.LEFT, What.ORDER, What.UNKNOWN)):
                return Beginning(Begins.AS_IT_STANDS, at + 1)
        if ordered and token.sort is Sort.WORD:
            return self._indirect(at, parts, ordered)
        return None

    def _after_colon(self, at: int, parts: Sequence[Part], ordered: str) -> Beginning | None:
        label = self._tokens[at - 1].text if at else ""
        alone = at == 1 or self._tokens[at - 2].sort in (Sort.LINE, Sort.EMPTY) if at else False
        if alone and label in words.FIELDS:
            return None
        follows = at + 1
        empty = False
        while follows < len(self._tokens) and self._tokens[follows].sort in (Sort.LINE, Sort.EMPTY):
            follows, empty = follows + 1, True
        if not instructs(parts) or self._scanner.label(follows):
            return None
        order = words.ORDERS.at(self._tokens, follows)
        if not ordered and order and _THEM.intersection(token.text for token in self._tokens[follows : order[1] + 1]):
            return None  # "…: tell them on Friday"
        alone = all(part.what in (What.STYLE, What.SILENT) for part in parts)
        if alone and words.ORDERS.at(self._tokens, follows):  # "important: tell the interns …"
            return None
        if follows < len(self._tokens) and self._tokens[follows].sort is Sort.QUOTED:
            return Beginning(Begins.QUOTED, follows)
        return Beginning(Begins.AS_IT_STANDS, follows, empty_line=empty)

    def _after_line(self, at: int, parts: Sequence[Part]) -> Beginning | None:
        """A line that is all instruction goes on with them; any other is the text."""
        if not instructs(parts):
            return None
        start = at + 1
        end = start
        while end < len(self._tokens) and self._tokens[end].sort not in (Sort.LINE, Sort.EMPTY):
            end += 1
        line = self._scanner.parts(start, end, patience=0)
        if is_instruction(line):
            return None
        if any(part.what is What.LABEL for part in line) and line[0].what is What.LABEL:
            return None
        if start < len(self._tokens) and self._tokens[start].sort is Sort.QUOTED:
            return Beginning(Begins.QUOTED, start)
        return Beginning(Begins.AS_IT_STANDS, start)

    def _is_apart(self, at: int) -> bool:
        before, after = self._tokens[at - 1 : at], self._tokens[at + 1 : at + 2]
        return (
            bool(before and after) and before[0].end < self._tokens[at].start and self._tokens[at].end < after[0].start
        )

    def _indirect(self, at: int, parts: Sequence[Part], ordered: str) -> Beginning | None:
        tokens, text = self._tokens, self._tokens[at].text
        follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if text in _THAT and not (
            text == "that" and parts and parts[-1].what is What.ORDER and parts[-1].value == "send"
        ):
            return Beginning(Begins.THAT, at + 1, language="en" if text == "that" else "fr")
        orders = bool(parts) and parts[-1].what is What.ORDER and parts[-1].value == "tell"
        if text == "them" and orders and any(part.what in (What.LIST, What.PERSON) for part in parts):
            return Beginning(Begins.THAT, at + 1 + (follows in _THAT), language="en")  # "ping X and tell them …"
        if text == "saying" or (
            text in ("say", "dire", "disant") and parts and self._tokens[at - 1].text in ("to", "pour", "et", "and")
        ):
            return Beginning(
                Begins.THAT, at + 1 + (follows in _THAT), language="en" if text in ("saying", "say") else "fr"
            )
        if text == "disant":
            return Beginning(Begins.THAT, at + 1 + (follows in _THAT), language="fr")
        polite = (words.FILLERS.at(tokens, at) or ("", 0))[1] > at + 1
        asks = text == "whether" or (text in ("if", "si", "s'") and ordered in ("ask", "poll") and not polite)
        if asks and not words.PRESENCE.at(tokens, at):
            return Beginning(Begins.WHETHER, at + 1, language="en" if text in ("whether", "if") else "fr")
        return self._infinitive(at, parts)

    def _infinitive(self, at: int, parts: Sequence[Part]) -> Beginning | None:
        """ "Remind X to fill in", "rappelle à X de rendre": where somebody has been named, and a verb follows."""
        tokens, text = self._tokens, self._tokens[at].text
        verb = next(
            (part for part in parts if part.what is What.ORDER and tokens[part.start].text in words.ASKING), None
        )
        named = any(part.what in (What.LIST, What.UNKNOWN, What.PERSON) for part in parts)
        if verb is None or not named or at + 1 >= len(tokens):
            return None
        follows = tokens[at + 1]
        negated = at + 1 if text in ("not", "never") else at + 2 if text == "no" and follows.text == "longer" else at
        if negated > at and negated + 1 < len(tokens) and tokens[negated].text == "to":  # "not to park there"
            verb_at = negated + 1
            plain = tokens[verb_at].sort is Sort.WORD and tokens[verb_at].text not in _DETERMINERS
            if plain and self._scanner.names.at(tokens, verb_at, len(tokens)) is None:
                return Beginning(Begins.TO, at, language="en")
        if text == "to":
            plain = follows.sort is Sort.WORD and follows.text not in _DETERMINERS
            if plain and self._scanner.names.at(tokens, at + 1, len(tokens)) is None:
                return Beginning(Begins.TO, at + 1, language="en")
        since = follows.text in ("partir", "compter") and moment_at(tokens, at + 2, len(tokens))  # "à partir de lundi"
        if text in ("de", "d'", "a") and follows.sort is Sort.WORD and not since:
            start = at + 1
            while start < len(tokens) and tokens[start].text in words.BEFORE_AN_INFINITIVE | {"le", "la", "les"}:
                start += 1
            if (
                start < len(tokens)
                and tokens[start].text.endswith(("er", "ir", "re", "oir"))
                and len(tokens[start].text) > 3
            ) and self._scanner.names.at(tokens, start, len(tokens)) is None:
                return Beginning(Begins.TO, at + 1, language="fr")
        return None
