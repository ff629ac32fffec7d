"""A text read as a campaign, as a change of the open draft, or as nothing of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cards.message.markdown import links_in
from dialogs.sayings import LONGEST, LONGEST_ASKED, Ask, Asked, Buttons, Kind, OpenDraft, Saying
from dialogs.sayings.body import FEW
from dialogs.sayings.changes import read_change
from dialogs.sayings.chat import ends_as_question, is_question, is_statement, opening, small_talk
from dialogs.sayings.gathering import about_lists, with_the_rest
from dialogs.sayings.parts.labels import on_lines
from dialogs.sayings.parts.meant import may_be_meant
from dialogs.sayings.parts.moments import moment_at
from dialogs.sayings.parts.part import OPERATIVE, What
from dialogs.sayings.parts.scanner import Scanner
from dialogs.sayings.shape import PATIENCE, Begins, Whole
from dialogs.sayings.whole import Reader
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.names import Names
from dialogs.sayings.words.people import People
from dialogs.sayings.words.tokens import Sort, Token, composed, cut

#: words that only lead to the text
_BEGIN = frozenset(
    [
        "that",
        "que",
        "qu'",
        "whether",
        "if",
        "si",
        "s'",
        "to",
        "de",
        "d'",
        "a",
        "saying",
        "disant",
        "dire",
        "say",
        "leur",
        "them",
    ]
)
TELLING = ("tell", "ask", "poll")


def read(typed: str, names: Names, draft: OpenDraft | None = None, people: People | None = None) -> Saying:
    """What a text says. ``names``: the lists that its author may send to; ``draft``: the open one; ``people``: what is
    known of them, where that is looked at. Raises nothing.
    """
    text = on_lines(composed(typed).strip())
    if not text or len(text) > LONGEST:
        return Saying(kind=Kind.NOTHING)
    tokens = cut(text)
    if talk := small_talk(tokens):
        return Saying(kind=Kind.NOTHING, talk=talk)
    at, asked, wished = opening(tokens)
    if at >= len(tokens):
        return Saying(kind=Kind.NOTHING)
    scanner = Scanner(text, tokens, names, people)
    saying = _read(scanner, at, draft, asked=asked, wished=wished)
    meant = {*(saying.audience or ()), *(saying.exclude or ())}
    return replace(saying, described={typed: one for typed, one in scanner.described.items() if typed in meant})


def _read(scanner: Scanner, at: int, draft: OpenDraft | None, *, asked: bool, wished: bool) -> Saying:
    text, tokens = scanner.text, scanner.tokens
    if step := _last_step(tokens, at, text, draft is not None):
        return step
    moment = moment_at(tokens, at, len(tokens)) is not None
    if (is_question(tokens, at) and not moment) or (
        ends_as_question(tokens) and draft is not None and not asked and not _orders(tokens, at)
    ):
        return Saying(kind=Kind.NOTHING)
    if not moment and _is_a_statement(tokens, at, draft, asked=asked or wished):
        return Saying(kind=Kind.NOTHING)
    if draft is not None and not _is_a_new_one(scanner, at, draft):
        return read_change(scanner, at, draft)
    whole = Reader(scanner, asked=asked).read(at)
    if whole is None or (asked and ends_as_question(tokens) and _asks_what_is_possible(whole)):
        return Saying(kind=Kind.NOTHING)
    if not whole.text and _is_forbidden(tokens, at):
        return Saying(kind=Kind.NOTHING)
    return _as_a_whole(scanner, whole, at)


def _is_forbidden(tokens: Sequence[Token], at: int) -> bool:
    """ "Don't send anything to Sales", "n'envoie rien": no order, but its contrary."""
    follows = at + 1 + (tokens[at].text == "do" and tokens[at + 1 : at + 2] != [] and tokens[at + 1].text == "not")
    negated = tokens[at].text in ("don't", "never", "n'", "ne") or follows > at + 1
    return negated and words.ORDERS.at(tokens, follows) is not None


def _asks_what_is_possible(whole: Whole) -> bool:
    """ "Can you send on Sundays?": no text, and nobody to send it to."""
    named = whole.has(What.LIST, What.PERSON, What.UNKNOWN, What.OUT, What.LABEL)
    return not (named or whole.text or whole.loose) and whole.order in ("send", "tell", "ask")


def _orders(tokens: Sequence[Token], at: int) -> bool:
    return words.ORDERS.at(tokens, at) is not None


def _is_a_statement(tokens: Sequence[Token], at: int, draft: OpenDraft | None, *, asked: bool) -> bool:
    if asked or not is_statement(tokens, at) or words.ORDERS.at(tokens, at) or words.INSTEAD.at(tokens, at):
        return False
    if draft is None:
        return not words.PRESENCE.at(tokens, at)
    first = tokens[at].text
    return first in ("i", "we", "he", "she", "i'm", "i've", "i'll", "we're", "we've", "je", "j'", "nous") and not any(
        words.INSTEAD.at(tokens, place) for place in range(at, min(at + 4, len(tokens)))
    )


def _last_step(tokens: Sequence[Token], at: int, text: str, is_open: bool) -> Saying | None:
    """ "Send it", "delete the draft": a press on a card does it."""
    end = len(tokens)
    while end > at and (tokens[end - 1].text in (".", "!", "?", ",") or words.CHAT.at(tokens[end - 1 : end], 0)):
        if moment_at(tokens, end - 1, end):  # "send it now"
            break
        end -= 1
    while at < end and (known := words.CHAT.at(tokens, at)) and known[1] < end:
        at = known[1]
        while at < end and tokens[at].text in (",", "!", ".", "…"):
            at += 1
    spoken = tokens[at:end] or tokens[at:]
    for extra in ("please", "stp", "svp"):
        if len(spoken) > 1 and spoken[-1].text == extra:
            spoken = spoken[:-1]
    if is_open and (step := _sent(spoken, text)):
        return step
    known = words.DELETE.at(spoken, 0)
    if known is None:
        return None
    if len(spoken) == 1 and end < len(tokens):  # "annule tout": no small talk
        spoken = [token for token in tokens[at:] if token.sort is Sort.WORD]
    target = words.THE_CAMPAIGN.at(spoken, known[1])
    if target is None:
        return None
    rest = spoken[target[1] :]
    named = [token.text for token in spoken[known[1] : target[1]]]
    if not rest:
        return Saying(kind=Kind.DELETE, asks=(Asked(Ask.CONFIRM, "delete"),)) if is_open else None
    if named[-1] not in ("campaign", "campagne", "draft", "brouillon"):
        return None
    name = rest[0].text if len(rest) == 1 and rest[0].sort is Sort.QUOTED else text[rest[0].start : rest[-1].end]
    return Saying(kind=Kind.DELETE, name=name.strip('"“”«» '), asks=(Asked(Ask.CONFIRM, f"delete {name}"),))


def _sent(spoken: Sequence[Token], text: str) -> Saying | None:
    """ "Send it", which a press does; "send it now", which changes its start as well."""
    known = words.SEND.at(spoken, 0)
    if known is None:
        return None
    confirm = Asked(Ask.CONFIRM, "schedule")
    if known[1] == len(spoken):
        return Saying(kind=Kind.SEND, asks=(confirm,))
    moment = moment_at(spoken, known[1], len(spoken))
    if moment is None or moment.speaks != {"now"} or moment.end != len(spoken):
        return None
    when = text[spoken[known[1]].start : spoken[-1].end]
    return Saying(kind=Kind.EDIT, when=when, speaks=moment.speaks, asks=(confirm,))


def _is_a_new_one(scanner: Scanner, at: int, draft: OpenDraft) -> bool:
    """Whether a whole campaign is said while another is open: somebody is told something."""
    tokens = scanner.tokens
    if words.ADD.at(tokens, at) or words.REMOVE.at(tokens, at) or words.SWAP.at(tokens, at):
        return False
    order = words.ORDERS.at(tokens, at)
    if order is None or scanner.label(at):
        return False
    if order[0] == "make" and tokens[at].text in (
        "new",
        "nouvelle",
        "nouveau",
        "another",
        "create",
        "cree",
        "creer",
        "prepare",
    ):
        return True
    whole = Reader(scanner, asked=False).read(at)
    if whole is None or not whole.text:
        return False
    if not whole.has(What.LIST, What.UNKNOWN, What.PERSON):
        return False
    return bool(draft.text) or whole.order in TELLING


# --- a whole campaign -------------------------------------------------------------------------


def _as_a_whole(scanner: Scanner, whole: Whole, at: int) -> Saying:
    if not _is_a_campaign(scanner, whole):
        return _none(scanner, whole, at)
    parts, asks = whole.parts, []
    told = (What.ME, What.LIST, What.UNKNOWN, What.PERSON)
    if next((part.what for part in parts if part.what in told), None) is What.ME:  # "remind me to call Sales"
        return _none(scanner, whole, at)
    audience = tuple(dict.fromkeys(part.value for part in parts if part.what in (What.LIST, What.PERSON)))
    exclude = tuple(dict.fromkeys(part.value for part in parts if part.what in (What.OUT, What.PERSON_OUT)))
    asks += about_lists(scanner, parts)
    saying = Saying(
        kind=Kind.NEW,
        text=whole.text or None,
        text_in=whole.text_in,
        audience=tuple(name for name in audience if name not in exclude) or None,
        exclude=exclude or None,
    )
    if not whole.text:
        asks.append(Asked(Ask.NO_TEXT))
    if saying.audience is None and not any(
        one.ask in (Ask.WHICH_LIST, Ask.UNKNOWN_LIST) and not one.left_out for one in asks
    ):
        asks.append(Asked(Ask.AUDIENCE))
    saying, more = with_the_rest(scanner, saying, parts, Buttons(), whole.answers)
    asks += more
    if saying.shift:  # from what?
        asks.append(Asked(Ask.NOT_UNDERSTOOD, saying.shift.words))
        saying = replace(saying, shift=None)
    # "no longer", "without": what takes nothing away here may have turned the sense of the rest
    takes = [part for part in parts if part.what is What.MARK and part.value == "remove"]
    asks += [Asked(Ask.NOT_UNDERSTOOD, scanner.words(part.start, part.end)) for part in takes]
    asks += _about_the_text(whole, saying)
    asks += _lost(scanner, whole, at)
    if not saying.when:
        asks.append(Asked(Ask.WHEN))
    if whole.order == "poll" and not (saying.buttons and saying.buttons.answers):
        asks.append(Asked(Ask.ANSWERS))
    return replace(saying, asks=tuple(dict.fromkeys(asks)))


def _is_a_campaign(scanner: Scanner, whole: Whole) -> bool:
    parts = whole.parts
    named = whole.has(What.LIST, What.PERSON, What.UNKNOWN, What.OUT)
    left = [part for part in parts if part.what is What.LEFT]
    if whole.order:
        if whole.text or named:
            return True
        return (
            whole.has(What.WHEN, What.BUTTON, What.CONFIRM, What.LABEL)
            and len(left) <= PATIENCE
            and whole.order != "ask"
        )
    if whole.begins is None or not whole.text:
        return named and whole.has(What.LABEL, What.STYLE, What.WHEN) and bool(whole.text or whole.loose)
    operative = any(part.what in OPERATIVE for part in parts)
    return operative and (not left or (named and len(left) <= FEW))


def _none(scanner: Scanner, whole: Whole, at: int) -> Saying:
    """No campaign; an order about something else is named."""
    if whole.has(What.ME) and scanner.tokens[at].text in words.REMIND:
        me = next(part for part in whole.parts if part.what is What.ME)
        return Saying(kind=Kind.NOTHING, asks=(Asked(Ask.NOT_SUPPORTED, scanner.words(at, me.end)),))
    if whole.has(What.LIST) and len(scanner.tokens) - at > 3:
        return Saying(kind=Kind.NOTHING, asks=(Asked(Ask.A_MESSAGE),))
    return Saying(kind=Kind.NOTHING)


def _lost(scanner: Scanner, whole: Whole, at: int) -> list[Asked]:
    """Nothing is lost: what has become neither a part nor the text is named."""
    asks = []
    for start, end in whole.lost(at, len(scanner.tokens)):
        remaining = [
            token for token in scanner.tokens[start:end] if token.sort not in (Sort.SIGN, Sort.LINE, Sort.EMPTY)
        ]
        if any(token.text not in _BEGIN for token in remaining):
            asks.append(Asked(Ask.NOT_UNDERSTOOD, scanner.words(start, end)[:LONGEST_ASKED]))
    return asks


def _about_the_text(whole: Whole, saying: Saying) -> list[Asked]:
    asks = [Asked(Ask.FOR_THE_TEXT, one) for one in (*whole.doubtful, whole.loose) if one]
    known = {one.words.rstrip(".!?") for one in asks}
    meant = (one for one in may_be_meant(whole.text) if one.rstrip(".!?") not in known)
    asks += [Asked(Ask.FOR_THE_TEXT, one[:LONGEST_ASKED]) for one in meant]
    if not saying.when and (last := _moment_at_its_end(whole.text)):
        asks.append(Asked(Ask.FOR_THE_TEXT, last))
    asks += [Asked(Ask.NOT_UNDERSTOOD, one[:LONGEST_ASKED]) for one in whole.others]
    if whole.changed:
        asks.append(Asked(Ask.CHECK, whole.text))
    if whole.when_after and saying.when and whole.begins and whole.begins.how is Begins.AS_IT_STANDS:
        asks.append(Asked(Ask.CHECK, saying.when))
    for link in links_in(whole.text)[:3] if whole.text else ():
        if not link.is_allowed:
            url = whole.text[link.words[1] : link.end].strip("]()<> ")
            asks.append(Asked(Ask.ADDRESS, url if url.count("(") <= url.count(")") else url + ")"))
    return asks


def _moment_at_its_end(text: str) -> str:
    """The last clause, where it is nothing but a moment: "… – at 17:30" may be when it is sent; "" else."""
    clause = re.split(r"[,;]\s|\s[–—-]\s", text)[-1].strip(" .!")
    tokens = cut(clause) if clause != text.strip(" .!") and len(clause) <= LONGEST_ASKED else []
    moment = moment_at(tokens, 0, len(tokens)) if tokens else None
    return clause if moment and moment.end == len(tokens) and moment.speaks & {"clock", "now"} else ""
