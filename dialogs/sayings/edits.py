"""A change of the open draft: "make it Thursday", "pas les stagiaires", "add a button Menu to https://…"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogs.sayings import Ask, Asked, Buttons, LinkButton, OpenDraft
from dialogs.sayings.parts.part import Part, What
from dialogs.sayings.parts.scanner import Scanner
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.names import EVERYBODY
from dialogs.sayings.words.tokens import Sort, Token, cut, fold

_MOST = 6  #: words of what is replaced, or stands on a button
_NOT_WORDS = frozenset([".", "!", "?", ","])


def swap_at(scanner: Scanner, at: int) -> tuple[str, str, bool] | None:
    """ "Replace A by B in the text": (A, B, whether "in the text" was said); None where it is nothing of the kind."""
    tokens = scanner.tokens
    known = words.SWAP.at(tokens, at)
    if known is None:
        return None
    start = known[1]
    place = start
    in_text = False
    if inner := words.IN_TEXT.at(tokens, place):
        place = start = inner[1]
        in_text = True
        place = start = place + (place < len(tokens) and tokens[place].text == ",")
    by = None
    while place < len(tokens) and place - start < 2 * _MOST:
        by = words.SWAP_BY.at(tokens, place) if place > start else None
        if by:
            break
        place += 1
    if by is None:
        return None
    end = by[1]
    while end < len(tokens) and not words.IN_TEXT.at(tokens, end) and tokens[end].sort not in (Sort.LINE, Sort.EMPTY):
        end += 1
    after = words.IN_TEXT.at(tokens, end)
    stop = end if after else len(tokens)
    while stop > by[1] and tokens[stop - 1].text in _NOT_WORDS and (after is None):
        stop -= 1
    if stop <= by[1]:
        return None
    rest = [token for token in tokens[after[1] :] if token.text not in _NOT_WORDS] if after else []
    if any(not words.FILLERS.at([token], 0) for token in rest):
        return None
    return _bare(scanner, start, place), _bare(scanner, by[1], stop), in_text or after is not None


def _bare(scanner: Scanner, start: int, end: int) -> str:
    if end - start == 1 and scanner.tokens[start].sort is Sort.QUOTED:
        return scanner.tokens[start].text
    return scanner.words(start, end)


def replaced(text: str, old: str, new: str) -> str | None:
    """The text with one thing in place of another, wherever it stands as whole words; None where it does not."""
    pattern = re.compile(rf"(?<!\w){re.escape(fold(old))}(?!\w)")
    plain = fold(text)
    places = [match.span() for match in pattern.finditer(plain)] if old else []
    if not places:
        return None
    pieces, last = [], 0
    for start, end in places:
        pieces += [text[last:start], new[:1].upper() + new[1:] if text[start].isupper() and old[:1].islower() else new]
        last = end
    return "".join([*pieces, text[last:]])


# --- lists ------------------------------------------------------------------------------------


def audience_after(parts: Sequence[Part], draft: OpenDraft) -> tuple[tuple[str, ...], tuple[str, ...], list[Asked]]:
    """The audience and the exclusions after these parts; what must be asked."""
    audience, exclude = list(draft.audience), list(draft.exclude)
    asks: list[Asked] = []
    marks = [str(part.value) for part in parts if part.what is What.MARK and part.value != "remove"]
    mode, named = (marks[0] if marks and not _is_marked_first(parts) else ""), False
    if parts and parts[0].what is What.SILENT and parts[0].value == "and":
        mode = "add"
    for part in parts:
        if part.what is What.MARK:
            mode = str(part.value) if not (mode == "only" and part.value == "instead") else mode
        elif part.what in (What.LIST, What.PERSON):
            name = str(part.value)
            if mode == "remove":
                audience, exclude = _without(name, audience, exclude)
            elif mode in ("only", "instead") or name == EVERYBODY:
                audience = [name] if not named else [*audience, name]
                named = True
                exclude = [one for one in exclude if one != name]
            elif mode == "add" or not draft.audience or named:
                audience = [*audience, name]
                named = named or not draft.audience
                exclude = [one for one in exclude if one != name]
            elif name in draft.audience:
                continue
            else:
                asks.append(Asked(Ask.WHICH, name, ("add", "only")))
        elif part.what in (What.OUT, What.PERSON_OUT):
            mode = "remove"
            audience, exclude = _without(str(part.value), audience, exclude)
        elif part.what in (What.WHEN, What.BUTTON, What.STYLE, What.LABEL, What.CONFIRM, What.PRESENCE):
            mode = ""
    return tuple(dict.fromkeys(audience)), tuple(dict.fromkeys(exclude)), asks


def with_what_comes_instead(scanner: Scanner, parts: Sequence[Part], draft: OpenDraft) -> list[Part]:
    """ "Not the managers, Sales instead", "not the managers but Sales", "Sales instead of the managers".

    What is named last, or first, is no second one that goes: it comes in the place of the other.
    """
    meant = {What.OUT: What.LIST, What.PERSON_OUT: What.PERSON}
    changed: list[Part] = []
    removes = goes = False
    for at, part in enumerate(parts):
        begins = scanner.tokens[part.start].text if part.start < len(scanner.tokens) else ""
        follows = next((one for one in parts[at + 1 :] if one.what is not What.SILENT), None)
        comes = Part(What.MARK, part.start, part.start, "add")
        instead = begins in _BUT or _is_instead(follows) or _is_another(scanner, changed, part, draft)
        if part.what in meant and goes and instead:
            changed += [comes, part._replace(what=meant[part.what])]
        elif part.what is What.NOT_THAT and (gone := _list_in(scanner, part)) in draft.audience:
            changed += [part._replace(what=What.OUT, value=gone), comes]
        elif goes and _is_instead(part):
            changed += [] if changed[-1].what in meant.values() else [comes]
        elif goes and part.what is What.LEFT and begins in _BUT:
            changed.append(comes)
        else:
            put = goes and begins in _PUT and part.what in (What.SILENT, What.ORDER)
            changed += [comes, part] if put else [part]
        removes = removes or (part.what is What.MARK and part.value == "remove")
        goes = goes or part.what in meant or (removes and part.what in meant.values())
    return changed


def _is_another(scanner: Scanner, before: Sequence[Part], part: Part, draft: OpenDraft) -> bool:
    """ "Not the Paris office, the Lyon office": with a comma between, and only the first has been named before."""
    gone = next((one for one in reversed(before) if one.what is not What.SILENT), None)
    if gone is None or gone.what is not What.OUT or gone.value not in draft.audience or part.value in draft.audience:
        return False
    between = [token.text for token in scanner.tokens[gone.end : part.start]]
    return scanner.tokens[gone.start].text in ("not", "pas") and "," in between and not _JOINED.intersection(between)


def _is_instead(part: Part | None) -> bool:
    return part is not None and part.what is What.MARK and part.value == "instead"


def _list_in(scanner: Scanner, part: Part) -> str:
    """The list that is named by these words; "" for none."""
    named = (scanner.names.at(scanner.tokens, place, part.end) for place in range(part.start, part.end))
    return next((one[0] for one in named if one), "")


_JOINED = frozenset(["and", "et"])
_BUT = frozenset(["but", "mais"])
_PUT = frozenset(["put", "use", "take", "have", "send"])
_PUT |= {"mets", "mettez", "mettre", "prends", "envoie", "envoyez", "garde"}


def _is_marked_first(parts: Sequence[Part]) -> bool:
    """Whether a mark stands before the first list: "add Sales", and not "Sales too"."""
    first = next((part for part in parts if part.what in (What.MARK, What.LIST, What.PERSON, What.OUT)), None)
    return first is not None and first.what is What.MARK


def _without(name: str, audience: list[str], exclude: list[str]) -> tuple[list[str], list[str]]:
    if name in audience:
        return [one for one in audience if one != name], exclude
    return audience, [*exclude, name]


# --- buttons ----------------------------------------------------------------------------------


def button_named(scanner: Scanner, at: int, buttons: Buttons) -> tuple[list[LinkButton], int]:
    """The link buttons that "the Menu button", "le bouton Menu" may mean, and the place after it; 0 for nothing."""
    tokens = scanner.tokens
    start = at
    while start < len(tokens) and tokens[start].text in words.ARTICLES:
        start += 1
    for link in buttons.links:
        title = [token.text for token in cut(link.title)]
        direct = [token.text for token in tokens[start : start + len(title)]]
        if direct == title and words.BUTTON.at(tokens, start + len(title)):
            return [link], start + len(title) + 1
        if words.BUTTON.at(tokens, start):
            follows = start + 1
            if [token.text for token in tokens[follows : follows + len(title)]] == title:
                return [link], follows + len(title)
            if (
                follows < len(tokens)
                and tokens[follows].sort is Sort.QUOTED
                and fold(tokens[follows].text) == fold(link.title)
            ):
                return [link], follows + 1
    if words.BUTTON.at(tokens, start) and (start + 1 >= len(tokens) or tokens[start + 1].sort is not Sort.WORD):
        return list(buttons.links), start + 1
    return [], 0


def retitled(scanner: Scanner, at: int, end: int) -> tuple[str, str, int] | None:
    """ "The button should say Details instead of Menu": (the new words, the old or "", the place after)."""
    tokens = scanner.tokens
    start = at + 1 if tokens[at].text in _RENAMES else words.SWAP.after(tokens, at)
    while start < end and tokens[start].text in words.ARTICLES:
        start += 1
    if not words.BUTTON.at(tokens, start) or any(token.sort is Sort.WEB for token in tokens[at:end]):
        return None
    place = start + 1
    says = _SAYS.get(tokens[place].text if place < end else "")
    while place < end and tokens[place].text in _SAYS:
        place += 1
    if says is None or place >= end:
        return None
    split = next((spot for spot in range(place, end) if words.NOT_THAT.at(tokens, spot)), end)
    new = _bare(scanner, place, _trimmed(tokens, place, split))
    if split == end:
        return new, "", end
    known = words.NOT_THAT.at(tokens, split)
    old_start = known[1] if known else end
    return new, _bare(scanner, old_start, _trimmed(tokens, old_start, end)), end


_RENAMES = frozenset(["rename", "renomme", "renommer", "renommez"])
_SAYS = dict.fromkeys(
    [
        "should",
        "to",
        "en",
        "say",
        "be",
        "called",
        "says",
        "reads",
        "read",
        "must",
        "doit",
        "dire",
        "s'",
        "appeler",
        "est",
        "est:",
        "dit",
        "devrait",
        "sera",
    ],
    True,
)


def _trimmed(tokens: Sequence[Token], start: int, end: int) -> int:
    while end > start and tokens[end - 1].text in _NOT_WORDS:
        end -= 1
    return end
