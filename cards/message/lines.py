"""A text of Markdown cut where its author pressed Enter: every client draws a new line there.

Clients of Adaptive Cards disagree on what a single line end in a text is: Teams on the web and on the desktop draws a
blank (AdaptiveCards issue 5538), others a new line. So each line is a text block of its own, close to the one before;
only a list stays one block, as its items belong together, and what is emphasised or linked across lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cards.kit.variables import VARIABLE
from cards.message.markdown import CLOSE, OPEN, links_in

_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t]+\S")
_MARK = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*+{CLOSE}")
_STRONG = re.compile(r"(?<!\\)(?:\*\*|__)")


class Lines(NamedTuple):
    """What is drawn as one text."""

    text: str
    #: an empty line stands before it
    apart: bool


def cut(text: str) -> list[Lines]:
    """The text, line by line; the items of a list, and lines that one mark of Markdown spans, together."""
    cuts: list[Lines] = []
    apart = in_list = False
    for line in _whole_lines(text):
        if not line.strip():
            apart, in_list = True, in_list and not apart
            continue
        item = _ITEM.match(line) is not None
        belongs = in_list and (item or line.startswith(("  ", "\t")))
        if cuts and (belongs or _is_open(cuts[-1].text)):
            cuts[-1] = cuts[-1]._replace(text=f"{cuts[-1].text}\n{line}")
        else:
            cuts.append(Lines(line, apart))
            in_list = item
        apart = False
    return cuts


def _is_open(text: str) -> bool:
    """Whether emphasis has begun and not ended."""
    return len(_STRONG.findall(text)) % 2 == 1


def _whole_lines(text: str) -> list[str]:
    """Cut at each line end that stands in no link and in no value."""
    held = [(link.begin, link.end) for link in links_in(text)]
    held += [match.span() for pattern in (_MARK, VARIABLE) for match in pattern.finditer(text)]
    lines, begin = [], 0
    for match in re.finditer(r"\r?\n", text):
        if not any(first < match.start() < end for first, end in held):
            lines.append(text[begin : match.start()])
            begin = match.end()
    return [*lines, text[begin:]]
