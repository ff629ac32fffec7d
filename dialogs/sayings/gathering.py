"""The parts of a sentence gathered into a saying, and what must be asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from dialogs.sayings import Ask, Asked, Buttons, LinkButton, Saying, Shift
from dialogs.sayings.parts.moments import Moment, is_distance, minutes_in, spelt_out
from dialogs.sayings.parts.part import Part, What
from dialogs.sayings.parts.scanner import Scanner, runs
from dialogs.sayings.words.tokens import Sort

NAME_WORDS = 5  #: of a campaign's name that nothing sets off, at most
BUTTONS = 6  #: on a message
WORDS = 40  #: characters on a button
#: with a length, they say by how much and not how long
SHIFTING = frozenset(
    (
        *("postpone", "delay", "shift", "push", "move", "bring", "decale", "decaler", "repousse", "repousser"),
        *("avance", "avancer", "reporte", "reporter", "recule"),
    )
)
SOONER, EITHER = frozenset(("bring", "avance", "avancer")), frozenset(("move", "shift"))
_HTTPS = "https://"


def about_lists(scanner: Scanner, parts: Sequence[Part]) -> list[Asked]:
    asks = []
    for part in parts:
        if part.what in (What.UNKNOWN, What.UNKNOWN_OUT):
            near = scanner.names.near(part.value)
            ask = Ask.WHICH_LIST if near else Ask.UNKNOWN_LIST
            asks.append(Asked(ask, part.value, near, left_out=part.what is What.UNKNOWN_OUT))
    return asks


def with_the_rest(
    scanner: Scanner, saying: Saying, parts: Sequence[Part], before: Buttons, answers: tuple[str, ...] = ()
) -> tuple[Saying, list[Asked]]:
    """When, style, presence, titles, buttons, languages; and what is not understood or not possible."""
    asks: list[Asked] = []
    changes: dict[str, object] = {}
    before_it: Part | None = None
    for part in parts:
        if part.what is What.STYLE:
            taken_away = before_it is not None and before_it.what is What.MARK and before_it.value == "remove"
            changes["style"] = "message" if taken_away else part.value
        elif part.what is What.PRESENCE:
            changes["presence"] = part.value
        elif part.what is What.END:
            does, moment = part.value
            changes |= {"end": does, "end_when": spelt_out(scanner.words(moment.start, moment.end).strip(" ,"))}
        elif part.what is What.REMINDER:
            changes["follow_up"] = part.value
        elif part.what is What.LABEL and part.value.label in ("title", "name"):
            changes[part.value.label] = part.value.value
        before_it = part if part.what is not What.SILENT else before_it
    moments, loose, shifts = _moments(scanner, parts)
    if shifts and (moments or len(shifts) > 1):  # which of them is meant?
        asks += [Asked(Ask.NOT_UNDERSTOOD, shift.words) for shift in shifts]
    elif shifts:
        changes["shift"] = shifts[0]
    asks += [Asked(Ask.NOT_UNDERSTOOD, scanner.words(*place)) for place in loose]
    if apart := _of_lists_apart(parts):
        asks.append(Asked(Ask.WHICH, " … ".join(scanner.words(part.start, part.end).strip(" ,") for part in apart)))
    elif moments:
        phrases = [scanner.words(moment.start, moment.end) for moment in moments]
        changes["when"] = spelt_out(", ".join(one.strip(" ,") for one in phrases))
        changes["speaks"] = frozenset().union(*(moment.speaks for moment in moments))
    versions, more = _versions(parts)
    if versions:
        changes["versions"] = versions
    asks += more
    buttons, more = _buttons(parts, before, answers)
    asks += more
    if buttons != before:
        changes["buttons"] = buttons
    for part in parts:
        if part.what is What.NOT_SUPPORTED:
            asks.append(Asked(Ask.NOT_SUPPORTED, scanner.words(part.start, part.end)))
        elif part.what in (What.DEADLINE, What.ME):
            asks.append(Asked(Ask.NOT_UNDERSTOOD, scanner.words(part.start, part.end)))
    name = _named_without_a_word(scanner, parts) if "name" not in changes else None
    if name:
        changes["name"] = name[0]
    for start, end in runs(parts, What.LEFT):
        if name is None or not name[1] <= start < name[2]:
            asks.append(Asked(Ask.NOT_UNDERSTOOD, scanner.words(start, end)))
    return replace(saying, **changes), asks  # type: ignore[arg-type]


def _moments(scanner: Scanner, parts: Sequence[Part]) -> tuple[list[Moment], list[tuple[int, int]], list[Shift]]:
    """Those that say when it is sent; those that hang on words that are not understood; and by how much it moves."""
    moments, loose = [], []
    shifts = [part.value for part in parts if part.what is What.SHIFT]
    order = next((at for at, part in enumerate(parts) if part.what is What.ORDER and part.value == "make"), len(parts))
    for at, part in enumerate(parts):
        if part.what is What.WHEN:
            hangs = (
                at
                and parts[at - 1].what is What.LEFT
                and any(one.what is not What.LEFT for one in parts[order + 1 : at])
            )
            hangs = hangs or (at and parts[at - 1].what is What.LEFT and order == len(parts))
            hangs = hangs or is_distance(scanner.tokens, part.start)
            before = [token.text for token in scanner.tokens[parts[0].start : part.start]]
            shifting = SHIFTING.intersection(before) if part.value.speaks == {"length"} else frozenset()
            minutes = minutes_in(scanner.tokens[part.start : part.end]) if shifting - EITHER else 0
            if minutes and not hangs:
                by = timedelta(minutes=-minutes if shifting & SOONER else minutes)
                shifts.append(Shift(scanner.words(part.start, part.end), by))
            elif hangs or shifting:
                loose.append((part.start, part.end))
            else:
                moments.append(part.value)
    return moments, loose, shifts


def _of_lists_apart(parts: Sequence[Part]) -> list[Part]:
    """ "On Monday to Sales and on Tuesday to Managers": two campaigns in one sentence, which one draft cannot be."""
    whens = [at for at, part in enumerate(parts) if part.what is What.WHEN]
    for first, second in pairwise(whens):
        same = [{"day", "weekday"}, {"clock"}]
        between = any(part.what in (What.LIST, What.PERSON, What.UNKNOWN) for part in parts[first:second])
        if between and any(parts[first].value.speaks & one and parts[second].value.speaks & one for one in same):
            return [parts[first], parts[second]]
    return []


def _named_without_a_word(scanner: Scanner, parts: Sequence[Part]) -> tuple[str, int, int] | None:
    """ "New campaign “Lift B” for …": the name, and its tokens."""
    order = next((at for at, part in enumerate(parts) if part.what is What.ORDER and part.value == "make"), None)
    if order is None or order + 1 >= len(parts) or parts[order + 1].what is not What.LEFT:
        return None
    first = last = parts[order + 1]
    if scanner.tokens[first.start].sort is Sort.QUOTED:
        return scanner.tokens[first.start].text, first.start, first.end
    for part in parts[order + 2 : order + NAME_WORDS + 1]:
        if part.what is not What.LEFT:
            return scanner.words(first.start, last.end), first.start, last.end
        last = part
    return None


def _versions(parts: Sequence[Part]) -> tuple[dict[str, str], list[Asked]]:
    versions, asks = {}, []
    for part in parts:
        if part.what is What.LANGUAGE:
            if part.value.text:
                versions[part.value.code] = part.value.text
            else:
                asks.append(Asked(Ask.TEXT_IN, part.value.code))
    return versions, asks


def _buttons(parts: Sequence[Part], before: Buttons, answers: tuple[str, ...]) -> tuple[Buttons, list[Asked]]:
    asks: list[Asked] = []
    links, confirm = list(before.links), before.confirm
    chosen = answers or before.answers
    for part in parts:
        if part.what is What.BUTTON:
            button = part.value
            if not button.url or not button.url.lower().startswith(_HTTPS):
                asks.append(Asked(Ask.ADDRESS, button.url or button.title))
            elif not button.title:
                asks.append(Asked(Ask.BUTTON_WORDS, button.url))
            elif len(button.title) > WORDS:
                asks.append(Asked(Ask.BUTTON_WORDS, button.title))
            else:
                links.append(LinkButton(button.title, button.url))
        elif part.what is What.CONFIRM:
            confirm = confirm or ""
        elif part.what is What.NO_CONFIRM:
            confirm = None
        elif part.what is What.ANSWERS:
            if part.value:
                chosen = part.value
            else:
                asks.append(Asked(Ask.ANSWERS))
    buttons = Buttons(tuple(dict.fromkeys(links)), confirm, tuple(map(_capital, chosen)))
    count = len(buttons.links) + (confirm is not None) + len(buttons.answers)
    if count > BUTTONS:
        asks.append(Asked(Ask.TOO_MANY, str(count)))
        return before, asks
    return buttons, asks


def _capital(words_of_it: str) -> str:
    return words_of_it[:1].upper() + words_of_it[1:]
