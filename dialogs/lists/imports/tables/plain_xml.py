"""Rows and texts of a workbook as all writers put them, by a pattern; everything else goes to the XML parser. Pure.

The parser calls us at every element: 1,600,000 times for 100,000 people. A row that a pattern knows is read at once, in
a third of the time. A pattern knows whole elements only, without entities, comments or sections in which markup would
be text, so it never decides what the parser would see otherwise (decision 052).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

CHUNK = 65_536  #: bytes read at a time
LONGEST = 4_000_000  #: bytes of an element that are waited for; a longer one is the parser's

#: text without markup, entities, line ends that XML changes, and signs that it forbids
_TEXT = "[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]"
_CELL = (
    r'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?: s="([0-9]{1,9})")?(?: t="([A-Za-z]{1,9})")?'
    rf"(?:/>|>(?:(?:<f>{_TEXT}*+</f>)?<v>({_TEXT}++)</v>"
    rf'|<is><t(?: xml:space="preserve")?>({_TEXT}*+)</t></is>)?</c>)'
)
#: letters of its column, style, kind, value, or a text that stands in it
PLAIN_CELL = re.compile(_CELL)
ATTRIBUTE = re.compile(r' ([\w:]{1,40})="([^"]*)"')


class Plain(NamedTuple):
    """An element, again and again."""

    begins: bytes
    ends: bytes
    pattern: re.Pattern[str]


PLAIN_ROW = Plain(
    b"<row",
    b"</row>",
    #: attributes, cells
    re.compile(
        r'<row((?: [\w:]{1,40}="[^"<>&\x00-\x1f]*+")*)(?:/>|>((?:'
        + re.sub(r"\((?!\?)", "(?:", _CELL)
        + r")*)</row>)[ \t\r\n]*+"
    ),
)
PLAIN_STRING = Plain(
    b"<si>",
    b"</si>",
    re.compile(rf'<si><t(?: xml:space="preserve")?>({_TEXT}*+)</t></si>[ \t\r\n]*+'),
)


def by_pattern(file: IO[bytes], reader: Any, plain: Plain, take: Callable[[re.Match[str]], object]) -> Iterator[None]:
    """Read a part: ``take`` gets the elements that the pattern knows, the XML parser ``reader`` all else, in order.

    It pauses after every piece, so that what was read can be handed on. Raises what ``reader`` raises.
    """
    declared: list[str] = []
    reader.XmlDeclHandler = lambda version, encoding, standalone: declared.append(encoding or "utf-8")
    waiting = b""
    while plain.begins not in waiting and len(waiting) < LONGEST and (chunk := file.read(CHUNK)):
        waiting += chunk
    head = max(0, waiting.find(plain.begins))
    reader.Parse(waiting[:head])
    is_known = head > 0 and b"<!" not in waiting[:head] and all(one.lower() == "utf-8" for one in declared)
    waiting = waiting[head:]
    while is_known:
        end = waiting.rfind(plain.ends) + len(plain.ends)
        if end >= len(plain.ends):
            block, waiting = waiting[:end], waiting[end:]
            is_known = _read(block, reader, plain, take)
            yield
        if not is_known or len(waiting) > LONGEST or not (chunk := file.read(CHUNK)):
            break
        waiting += chunk
    reader.Parse(waiting)
    yield
    while chunk := file.read(CHUNK):
        reader.Parse(chunk)
        yield
    reader.Parse(b"", True)
    yield


def _read(block: bytes, reader: Any, plain: Plain, take: Callable[[re.Match[str]], object]) -> bool:
    """Whole elements; whether patterns may go on behind them."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        text = ""
    if not text or "<!" in text or "<?" in text:
        reader.Parse(block)
        return False
    at, ends, match = 0, plain.ends.decode(), plain.pattern.match
    while at < len(text):
        if known := match(text, at):
            take(known)
            at = known.end()
        else:
            end = text.index(ends, at) + len(ends)
            reader.Parse(text[at:end].encode())
            at = end
    return True
