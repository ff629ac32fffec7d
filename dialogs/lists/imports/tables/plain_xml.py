"""Rows and texts of a workbook as all writers put them, by a pattern; everything else goes to the XML parser. Pure.

The parser calls us at every element: 1,600,000 times for 100,000 people. A row that a pattern knows is read at once, in
a third of the time. A pattern knows whole elements only, without entities, comments or sections in which markup would
be text, so it never decides what the parser would see otherwise (decision 052).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

CHUNK = 65_536  #: bytes read at a time
LONGEST = 4_000_000  #: bytes of an element that are waited for; a longer one is the parser's

#: text without markup, entities, line ends that XML changes, and signs that it forbids
_TEXT = "[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]"
_VALUE = rf"(?:<f>{_TEXT}*+</f>)?<v>({_TEXT}++)</v>"
_INLINE = rf'<is><t(?: xml:space="preserve")?>({_TEXT}*+)</t></is>'
_CELL = (
    r'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?: s="([0-9]{1,9})")?(?: t="([A-Za-z]{1,9})")?'
    rf"(?:/>|>(?:{_VALUE}|{_INLINE})?</c>)"
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

WIDE = 64  #: cells of a row that others may be like


class Shape(NamedTuple):
    """What rows of a sheet have in common: all but their numbers, and what their cells say."""

    #: the row's number, and what each cell says: None where it says nothing
    pattern: re.Pattern[str]
    #: of the row
    attributes: Mapping[str, str]
    #: each cell's letters, kind and style
    cells: Sequence[tuple[str, str, int]]


def shape_of(row: re.Match[str]) -> Shape | None:
    """The shape of a row that ``PLAIN_ROW`` knows; None where others are hardly like it.

    A row that is known by its shape is looked at once: ``PLAIN_ROW`` and ``PLAIN_CELL`` look at it twice.
    """
    numbered = re.fullmatch(r' r="[0-9]{1,9}"((?: .*)?)', row[1])
    cells = PLAIN_CELL.findall(row[2] or "")
    letters = [one[0] for one in cells]
    in_order = all(letters) and sorted(set(letters), key=lambda one: (len(one), one)) == letters
    if not numbered or ' r="' in numbered[1] or not in_order or len(cells) > WIDE:
        return None
    parts = []
    for place, style, kind, *_ in cells:
        says = _INLINE if kind == "inlineStr" else _VALUE
        attributes = (f' s="{style}"' if style else "") + (f' t="{kind}"' if kind else "")
        parts.append(rf'(?:<c r="{place}[0-9]{{1,7}}"{attributes}(?:/>|>(?:{says})?</c>))?')
    pattern = rf'<row r="([0-9]{{1,9}})"{re.escape(numbered[1])}>{"".join(parts)}</row>[ \t\r\n]*+'
    return Shape(
        re.compile(pattern),
        dict(ATTRIBUTE.findall(numbered[1])),
        [(place, kind or "n", int(style or 0)) for place, style, kind, *_ in cells],
    )


def _unknown(text: str, at: int) -> int:
    return 0


def by_pattern(
    file: IO[bytes],
    reader: Any,
    plain: Plain,
    take: Callable[[re.Match[str]], object],
    alike: Callable[[str, int], int] = _unknown,
) -> Iterator[None]:
    """Read a part: ``take`` gets the elements that the pattern knows, the XML parser ``reader`` all else, in order.

    ``alike`` is asked first: where an element ends that it has taken, in the text from this place on; 0 if it has not.

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
            is_known = _read(block, reader, plain, take, alike)
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


def _read(
    block: bytes,
    reader: Any,
    plain: Plain,
    take: Callable[[re.Match[str]], object],
    alike: Callable[[str, int], int],
) -> bool:
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
        if end := alike(text, at):
            at = end
        elif known := match(text, at):
            take(known)
            at = known.end()
        else:
            end = text.index(ends, at) + len(ends)
            reader.Parse(text[at:end].encode())
            at = end
    return True
