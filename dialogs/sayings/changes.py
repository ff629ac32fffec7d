"""A change of the open draft, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from dialogs.sayings import LONGEST_ASKED, Ask, Asked, Kind, OpenDraft, Saying
from dialogs.sayings.edits import audience_after, button_named, replaced, retitled, swap_at, with_what_comes_instead
from dialogs.sayings.gathering import about_lists, with_the_rest
from dialogs.sayings.indirect import capital
from dialogs.sayings.parts.moments import moment_at
from dialogs.sayings.parts.part import Part, What
from dialogs.sayings.parts.scanner import Scanner
from dialogs.sayings.shape import PATIENCE
from dialogs.sayings.words import lexicon as words
from dialogs.sayings.words.tokens import Sort, cut


def read_change(scanner: Scanner, at: int, draft: OpenDraft) -> Saying:
    end = len(scanner.tokens)
    if any(token.text in ("exclusion", "exclusions", "exception") for token in scanner.tokens[at:]):
        return Saying(kind=Kind.EDIT, asks=(Asked(Ask.NOT_UNDERSTOOD, scanner.words(at, end)[:LONGEST_ASKED]),))
    if (swap := swap_at(scanner, at)) and (changed := _swapped(scanner, swap, draft)):
        return changed
    removal = _removed_button(scanner, at, draft)
    if removal is not None:
        return removal
    if (text := _with_more(scanner, at, draft)) is not None:
        return Saying(kind=Kind.EDIT, text=text)
    if (retitling := retitled(scanner, at, end)) and retitling[0]:
        return _retitled(retitling, draft)
    parts = with_what_comes_instead(scanner, scanner.parts(at, end, patience=PATIENCE), draft)
    text, asks = None, []
    for part in parts:
        if part.what is What.LABEL and part.value.label == "text":
            text = _text_said(scanner, part)
    audience, exclude, more = audience_after(parts, draft)
    asks += more
    asks += about_lists(scanner, parts)
    saying = Saying(kind=Kind.EDIT, text=text)
    saying, more = with_the_rest(scanner, saying, parts, draft.buttons)
    asks += more
    if _removes_title(scanner, parts):
        saying = replace(saying, title="")
    if audience != draft.audience:
        saying = replace(saying, audience=audience)
        if not audience:
            asks.append(Asked(Ask.AUDIENCE))
            saying = replace(saying, audience=None)
    if exclude != draft.exclude:
        saying = replace(saying, exclude=exclude)
    if not saying.says_something and _may_be_a_text(scanner, at, parts):
        asks = [Asked(Ask.FOR_THE_TEXT, scanner.words(at, end)[:LONGEST_ASKED])]
    elif not saying.says_something and not asks:
        asks.append(Asked(Ask.NOT_UNDERSTOOD, scanner.words(at, end)[:LONGEST_ASKED]))
    return replace(saying, asks=tuple(dict.fromkeys(asks)))


def _with_more(scanner: Scanner, at: int, draft: OpenDraft) -> str | None:
    """ "Add a line: bring your lunch", "ajoute « … » à la fin": the text with that at its end; None if not so."""
    tokens, known, end = scanner.tokens, words.ADD.at(scanner.tokens, at), len(scanner.tokens)
    if known is None or not draft.text:
        return None
    while tokens[end - 1].text in (".", "!", "please", "stp", "svp"):
        end -= 1
    start = words.MORE_TEXT.after(tokens, known[1])
    quoted = start < end and tokens[start].sort is Sort.QUOTED
    after = words.MORE_TEXT.after(tokens, start + 1)
    if quoted and after == end and (start > known[1] or after > start + 1):
        more = tokens[start].text
    elif start > known[1] and start + 1 < end and tokens[start].text == ":":
        more = capital(scanner.text[tokens[start + 1].start :].strip())
    else:
        return None
    apart = "\n" in draft.text or tokens[start - 1].text in ("line", "ligne", "paragraph", "paragraphe")
    return draft.text + ("\n\n" if apart else " ") + more


def _may_be_a_text(scanner: Scanner, at: int, parts: Sequence[Part]) -> bool:
    """Whether they are a sentence to readers, rather than half an order."""
    left = [part for part in parts if part.what is What.LEFT]
    if len(left) < 2 or any(part.what in (What.MARK, What.ORDER) for part in parts):
        return False
    first = next(part for part in parts if part.value != "filler" or part.what is not What.SILENT)
    return first.what is What.LEFT and first.start - at <= 1


def _text_said(scanner: Scanner, part: Part) -> str:
    value = str(part.value.value).strip()
    quoted = scanner.tokens[part.end - 1].sort is Sort.QUOTED and scanner.tokens[part.end - 1].text == value
    if quoted or "\n" in value:
        return value
    return value[:1].upper() + value[1:]


def _removes_title(scanner: Scanner, parts: Sequence[Part]) -> bool:
    for before, part in pairwise(parts):
        if part.what is What.LABEL and part.value.label == "title" and not part.value.value:
            return before.what is What.MARK and before.value == "remove"
    return False


def _swapped(scanner: Scanner, swap: tuple[str, str, bool], draft: OpenDraft) -> Saying | None:
    old, new, in_text = swap
    names = scanner.names
    old_list, new_list = (names.at(cut(one), 0, len(cut(one))) for one in (old, new))
    if not in_text and old_list and new_list and old_list[0] in draft.audience:
        audience = tuple(new_list[0] if name == old_list[0] else name for name in draft.audience)
        return Saying(kind=Kind.EDIT, audience=tuple(dict.fromkeys(audience)))
    changed = replaced(draft.text, old, new)
    if changed is not None and (in_text or not _may_be_when(old)):
        return Saying(kind=Kind.EDIT, text=changed)
    if changed is not None:
        return Saying(kind=Kind.EDIT, asks=(Asked(Ask.FOR_THE_TEXT, f"{old} → {new}"),))
    if in_text:
        return Saying(kind=Kind.EDIT, asks=(Asked(Ask.NOT_UNDERSTOOD, old),))
    return None


def _may_be_when(old: str) -> bool:
    tokens = cut(old)
    return moment_at(tokens, 0, len(tokens)) is not None


def _removed_button(scanner: Scanner, at: int, draft: OpenDraft) -> Saying | None:
    """ "Remove the Menu button", "sans le bouton Menu"."""
    known = words.REMOVE.at(scanner.tokens, at)
    if known is None or not draft.buttons.links:
        return None
    meant, after = button_named(scanner, known[1], draft.buttons)
    if not after or any(token.text not in (".", "!", "please", "stp", "svp") for token in scanner.tokens[after:]):
        return None
    if len(meant) > 1:
        return Saying(kind=Kind.EDIT, asks=(Asked(Ask.WHICH_BUTTON, "", tuple(link.title for link in meant)),))
    left = tuple(link for link in draft.buttons.links if link not in meant)
    return Saying(kind=Kind.EDIT, buttons=replace(draft.buttons, links=left))


def _retitled(retitling: tuple[str, str, int], draft: OpenDraft) -> Saying:
    new, old, _ = retitling
    links = draft.buttons.links
    meant = [link for link in links if link.title.casefold() == old.casefold()] if old else list(links)
    if len(meant) != 1:
        return Saying(kind=Kind.EDIT, asks=(Asked(Ask.WHICH_BUTTON, old, tuple(link.title for link in links)),))
    changed = tuple(replace(link, title=new) if link is meant[0] else link for link in links)
    return Saying(kind=Kind.EDIT, buttons=replace(draft.buttons, links=changed))
