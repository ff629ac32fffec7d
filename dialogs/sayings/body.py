"""The text of a campaign: where it ends, and what of it is an instruction after all."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.sayings.indirect import capital, question, request, sentence, statement
from dialogs.sayings.parts.buttons import choices_in
from dialogs.sayings.parts.labels import Labelled
from dialogs.sayings.parts.moments import moment_at
from dialogs.sayings.parts.part import OPERATIVE, Part, What
from dialogs.sayings.parts.scanner import Scanner
from dialogs.sayings.shape import PATIENCE, Beginning, Begins, Whole, is_instruction
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Sort, cut

FEW = 3  #: words that are not understood, in a sentence that is an instruction all the same
SENTENCES = 12  #: after indirect speech that are looked at one by one
TAILS = 16  #: places in a clause at which an instruction may begin, the last ones
_ENDS = frozenset([".", "!", "?", "…"])
_UNTIL = frozenset(["until", "till", "jusqu'", "jusque", "jusqu"])
_THEIRS = frozenset(["son", "sa", "ses"])  #: of those who are told, or of somebody whom the clause names


#: before an order that comes to mind at the end
_EXCLAMATIONS = frozenset(["oh", "ah", "ps", "ok", "and", "et", "also", "aussi", "sorry", "pardon", ".", ":"])


class TextReader:
    """Reads the text that stands between instructions."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._tokens = scanner.tokens

    def labelled(self, whole: Whole, label: Part) -> None:
        """ "Text: …" """
        labelled: Labelled = label.value
        whole.parts.remove(label)
        if (
            self._tokens[label.end - 1].sort is Sort.QUOTED
            and labelled.end == label.end
            and labelled.value == self._tokens[label.end - 1].text
        ):
            whole.text = labelled.value
            whole.begins = Beginning(Begins.QUOTED, label.end - 1)
            whole.covered.append((label.start, label.end))
            return
        start = next(
            (at for at in range(label.start, len(self._tokens)) if self._tokens[at].start >= labelled.starts), label.end
        )
        whole.begins = Beginning(Begins.AS_IT_STANDS, start)
        whole.covered.append((label.start, start))
        self.as_it_stands(whole, whole.begins, len(self._tokens))

    def read(self, whole: Whole, begins: Beginning, end: int) -> None:
        if begins.at >= end:
            return
        if begins.how is Begins.QUOTED:
            self._quoted(whole, begins, end)
        elif begins.how is Begins.AS_IT_STANDS:
            self.as_it_stands(whole, begins, end)
        else:
            self.told(whole, begins, end)

    def _quoted(self, whole: Whole, begins: Beginning, end: int) -> None:
        """What stands between quotation marks; unless the sentence goes on with words that are no instruction."""
        after = self._scanner.parts(begins.at + 1, end, patience=PATIENCE)
        goes_on = after and after[0].what is What.LEFT
        if goes_on and self._tokens[begins.at].text[-1:] not in tuple(_ENDS):
            self.as_it_stands(whole, Beginning(Begins.AS_IT_STANDS, begins.at), end)
            return
        colon = next((part.start for part in after if self._tokens[part.start].text == ":"), end)
        if colon + 1 < end and any(part.what is What.LEFT and part.start > colon for part in after):
            whole.parts += [part for part in after if part.end <= colon]
            title = Labelled("title", self._tokens[begins.at].text, begins.at + 1)
            whole.parts.append(Part(What.LABEL, begins.at, begins.at + 1, title))
            whole.begins, whole.changed = Beginning(Begins.AS_IT_STANDS, colon + 1), True
            self.as_it_stands(whole, whole.begins, end)
            return
        whole.text = self._tokens[begins.at].text
        whole.covered.append((begins.at, begins.at + 1))
        whole.parts += after

    def as_it_stands(self, whole: Whole, begins: Beginning, end: int) -> None:
        """To the end, less sentences at the end that are instructions, each on its own."""
        tokens = self._tokens
        timed = whole.has(What.WHEN)
        for _ in range(SENTENCES):
            if (start := self._last_sentence(begins.at, end)) <= begins.at:
                break
            parts = self._scanner.parts(start, end, patience=0)
            lines = tokens[start - 1].sort in (Sort.LINE, Sort.EMPTY)
            if not self._belongs_to_the_order(parts, timed=timed, lines=lines, empty=begins.empty_line):
                break
            whole.parts += parts
            whole.when_after = whole.when_after or any(part.what is What.WHEN for part in parts)
            end = start
            while end > begins.at and tokens[end - 1].sort in (Sort.LINE, Sort.EMPTY):
                end -= 1
        whole.covered.append((begins.at, end))
        if not begins.empty_line:
            end = self._before_buttons(whole, begins.at, end)
            if not timed and not whole.when_after:
                end = self._before_a_sending(whole, begins.at, end)
        text = self._scanner.text[tokens[begins.at].start : tokens[end - 1].end].strip()
        if whole.order in ("poll", "ask") and not whole.has(What.ANSWERS):
            text, whole.answers = _with_choices(text, slashed=whole.order == "ask")
        multi = "\n" in text
        raw = begins.empty_line or multi or self._tokens[begins.at].sort is Sort.QUOTED
        whole.text = text if raw else capital(text)

    def _before_a_sending(self, whole: Whole, start: int, end: int) -> int:
        """ "…, send it Tuesday at 9": an order at the very end, after a comma."""
        commas = [
            at for at in range(max(start + 1, end - 3 * TAILS), end) if self._tokens[at].text in (",", ";", "–", "—")
        ]
        for at in commas[-3:]:
            parts = self._scanner.parts(at, end, patience=0)
            if is_instruction(parts) and self._says_send(parts) and any(part.what is What.WHEN for part in parts):
                whole.parts += parts
                whole.when_after = True
                return self._before_an_exclamation(start, at)
        return end

    def _before_buttons(self, whole: Whole, start: int, end: int) -> int:
        """ "…, with buttons Coming / Not coming": at the very end, as well."""
        for at in range(max(start + 1, end - 3 * TAILS), end):
            if self._tokens[at].text not in (",", ";", "–", "—", "with", "avec", "and", "et"):
                continue
            parts = self._scanner.parts(at, end, patience=0)
            whats = {part.what for part in parts} - {What.SILENT}
            if whats and whats <= {What.BUTTON, What.ANSWERS, What.CONFIRM}:
                whole.parts += parts
                return at
        return end

    def _before_an_exclamation(self, start: int, end: int) -> int:
        """Where the "Oh" of "…. Oh, and send it at 9" begins: it is not the text's."""
        sentence = self._last_sentence(start, end)
        said = self._tokens[sentence:end]
        return sentence if sentence > start and said and all(token.text in _EXCLAMATIONS for token in said) else end

    def _last_sentence(self, start: int, end: int) -> int:
        """Where the last sentence begins; ``start`` where there is one only."""
        at = end - 1
        while at > start and self._tokens[at].text in _ENDS | {"»", "”"}:
            at -= 1
        while at > start:
            token = self._tokens[at]
            if token.sort in (Sort.LINE, Sort.EMPTY):
                return at + 1
            if token.text in _ENDS and token.sort is Sort.SIGN and token.end < self._tokens[at + 1].start:
                return at + 1
            at -= 1
        return start

    def _belongs_to_the_order(self, parts: Sequence[Part], *, timed: bool, lines: bool, empty: bool) -> bool:
        if not is_instruction(parts):
            return False
        whats = {part.what for part in parts}
        sends = any(part.what is What.ORDER and part.value in ("send", "make") for part in parts) or self._says_send(
            parts
        )
        if whats & {What.CONFIRM, What.BUTTON, What.ANSWERS, What.PRESENCE, What.END, What.REMINDER}:
            return not (empty and lines) or sends or bool(whats & {What.BUTTON, What.ANSWERS, What.END, What.REMINDER})
        if What.WHEN in whats:
            if empty and timed:
                return False
            return sends or (not timed and not empty)
        return bool(whats & {What.NOT_SUPPORTED, What.OUT, What.PERSON_OUT, What.STYLE}) and (sends or not empty)

    def _says_send(self, parts: Sequence[Part]) -> bool:
        known = {
            "send",
            "envoi",
            "envoyer",
            "depart",
            "diffusion",
            "envoie",
            "envoyez",
            "diffuser",
            "sent",
            "goes",
            "part",
            "sending",
        }
        return any(self._tokens[at].text in known for part in parts for at in range(part.start, part.end))

    def told(self, whole: Whole, begins: Beginning, end: int) -> None:
        """Indirect speech: one clause; instructions may follow it, after a comma, an "and", or as sentences."""
        tokens = self._tokens
        if begins.how is Begins.THAT and tokens[begins.at].sort is Sort.QUOTED:
            after = self._scanner.parts(begins.at + 1, end, patience=0)
            if not any(part.what is What.LEFT for part in after):
                whole.text = tokens[begins.at].text
                whole.covered.append((begins.at, begins.at + 1))
                whole.parts += after
                return
        close = begins.at
        while close < end and not self._closes(close):
            close += 1
        second = next((at for at in range(begins.at + 1, close) if self._is_another_order(at, close)), None)
        if second is not None:
            whole.covered.append((second, close))
            whole.others.append(self._scanner.words(second + 1, close))
        again = any(part.what is What.WHEN and "again" in part.value.speaks for part in whole.parts)
        stop = self._tail(begins, close, again=again) if second is None else second
        last = self._before_thanks(begins.at, stop)
        clause = self._scanner.text[tokens[begins.at].start : tokens[last - 1].end] if last > begins.at else ""
        whole.covered.append((begins.at, stop))
        if stop < close and second is None:
            after = self._scanner.parts(stop, close)
            whole.parts += after
        if begins.how is Begins.WHETHER:
            clause = self._choices(whole, clause, begins, stop)
        self._following(whole, close, end)
        self._as_told(whole, clause, begins)

    def _before_thanks(self, start: int, end: int) -> int:
        """The clause without the author's own "please", "merci" at its end."""
        for at in range(max(start + 1, end - 6), end):
            known = words.THANKS.at(self._tokens, at)
            if known and known[1] == end:
                return at
        return end

    def _is_in_a_list_of_days(self, comma: int) -> bool:
        """Whether a day or a clock stands before a comma, too: "Monday, Tuesday and Friday at 10" is the text's."""
        for start in range(max(0, comma - 3), comma):
            moment = moment_at(self._tokens, start, comma)
            if moment is not None and moment.end == comma:
                return True
        return False

    def _is_another_order(self, at: int, end: int) -> bool:
        """Whether "and tell X" stands here: another campaign, to others."""
        if self._tokens[at].text not in ("and", "et", "then", "puis"):
            return False
        order = words.ORDERS.at(self._tokens, at + 1)
        if order is None or order[0] not in ("tell", "ask", "send"):
            return False
        return self._scanner.names.at(self._tokens, words.TO.after(self._tokens, order[1]), end) is not None

    def _closes(self, at: int) -> bool:
        token = self._tokens[at]
        if token.sort in (Sort.LINE, Sort.EMPTY):
            return True
        if token.sort is not Sort.SIGN or token.text not in _ENDS:
            return False
        return at + 1 >= len(self._tokens) or token.end < self._tokens[at + 1].start

    def _tail(self, begins: Beginning, close: int, *, again: bool) -> int:
        """Where, within a clause, the instructions begin that end it; its end where none do.

        ``again``: a repetition has been said, to which "until 31 January" belongs.
        """
        places = [at for at in range(begins.at + 1, close) if self._may_open(at)][-TAILS:]
        for at in places:
            parts = self._scanner.parts(at, close, patience=0)
            if not is_instruction(parts):
                continue
            ends = again and at + 1 < close and self._tokens[at + 1].text in _UNTIL
            if ends or self._opens_instructions(at, parts):
                return at
        return close

    def _may_open(self, at: int) -> bool:
        around = (self._tokens[at - 1], self._tokens[at + 1]) if 0 < at < len(self._tokens) - 1 else ()
        if around and all(token.sort is Sort.NUMBER for token in around):  # "on 24 and 31 December"
            return False
        return self._tokens[at].text in (",", ";", "-", "–", "—", "and", "et", "with", "avec", "(")

    def _opens_instructions(self, at: int, parts: Sequence[Part]) -> bool:
        whats = {part.what for part in parts}
        if whats & {What.CONFIRM, What.BUTTON, What.ANSWERS, What.PRESENCE, What.END, What.REMINDER}:
            return True
        if self._tokens[at].text not in (",", ";", "-", "–", "—", "("):
            return (
                any(part.what is What.ORDER and part.value in ("send", "make") for part in parts) and What.WHEN in whats
            )
        moments = [part.value for part in parts if part.what is What.WHEN]
        exact = any(moment.speaks & {"clock", "now"} for moment in moments)
        soon = any("length" in moment.speaks and "clock" not in moment.speaks for moment in moments)
        if moments:
            return self._says_send(parts) or ((exact or soon) and not self._is_in_a_list_of_days(at))
        return bool(whats & {What.OUT, What.PERSON_OUT, What.STYLE, What.NOT_SUPPORTED})

    def _choices(self, whole: Whole, clause: str, begins: Beginning, stop: int) -> str:
        before, colon, after = clause.rpartition(":")
        choices = choices_in(after) if colon else ()
        if len(choices) > 1:
            whole.answers = choices
            return before
        return clause

    def _following(self, whole: Whole, at: int, end: int) -> None:
        """The sentences after the clause: instructions, or more of the text."""
        tokens = self._tokens
        start = at
        for _ in range(SENTENCES):
            while start < end and (tokens[start].text in _ENDS or tokens[start].sort in (Sort.LINE, Sort.EMPTY)):
                start += 1
            stop = start
            while stop < end and not self._closes(stop):
                stop += 1
            if start >= stop:
                break
            parts = self._scanner.parts(start, stop, patience=FEW)
            left = [part for part in parts if part.what is What.LEFT]
            if _is_a_second(parts):
                whole.covered.append((start, stop))
                whole.others.append(self._scanner.words(start, stop))
                start = stop
                continue
            sure = any(part.what in OPERATIVE | {What.NOT_SUPPORTED, What.UNKNOWN_OUT} for part in parts)
            if (not left and (sure or all(part.what is What.SILENT for part in parts))) or (
                sure
                and len(left) <= FEW
                and parts[0].what in (What.ORDER, What.BUTTON, What.CONFIRM, What.PRESENCE, What.MARK)
            ):
                whole.parts += parts
            else:
                closing = tokens[stop].text if stop < end and tokens[stop].text in _ENDS else ""
                whole.covered.append((start, stop))
                whole.doubtful.append(self._scanner.words(start, stop) + closing)
            start = stop
        if start < end:
            whole.covered.append((start, end))
            whole.doubtful.append(self._scanner.words(start, end))

    def _as_told(self, whole: Whole, clause: str, begins: Beginning) -> None:
        if not clause.strip():
            return
        if begins.how is Begins.THAT:
            text, unsure = statement(clause)
        elif begins.how is Begins.WHETHER:
            text, unsure = question(clause, begins.language)
        else:
            text = request(clause, begins.language)
            unsure = begins.language == "fr" and any(token.text in _THEIRS for token in cut(clause))
        whole.text, whole.changed = text, unsure
        if whole.doubtful:
            whole.text = " ".join([text, *(sentence(one) for one in whole.doubtful)])


def _is_a_second(parts: Sequence[Part]) -> bool:
    """Whether a sentence tells others something of its own."""
    orders = [part.value for part in parts if part.what is What.ORDER]
    named = any(part.what in (What.LIST, What.PERSON, What.UNKNOWN) for part in parts)
    return named and any(order in ("tell", "ask", "make", "poll") for order in orders)


def _with_choices(text: str, *, slashed: bool = False) -> tuple[str, tuple[str, ...]]:
    """A question, and the choices that stand after it; ``slashed``: only with a "/" between them."""
    question_mark = text.rfind("?")
    if 0 < question_mark < len(text) - 1:
        rest = text[question_mark + 1 :].strip(" :–-(")
        choices = choices_in(rest)
        if len(choices) > 1 and ("/" in rest or not slashed):
            return text[: question_mark + 1].strip(), choices
    return text, ()
