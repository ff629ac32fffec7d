"""What was formatted in the compose box -> the Markdown that a card shows, and what was lost on the way. Pure.

The HTML is read once from its beginning to its end, without a tree: whatever it is, its time grows with its length
only. An end tag ends what it names, wherever that began; so what is nested wrongly does no harm.
"""

from __future__ import annotations

import html as entities
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cards.kit.addresses import is_web_address
from dialogs.forms.cleaning import clean
from dialogs.forms.formatting.markdown import Format, Run, as_text, line_of

LARGEST = 28_000  #: characters of HTML: of a message of Teams, whose card may have 28,000 bytes
DEEPEST = 5  #: levels of lists that are indented


class LostFormatting(StrEnum):
    """What a card's text cannot show."""

    HEADING = "heading"  #: becomes a bold line
    TABLE = "table"  #: becomes lines
    QUOTE = "quote"
    CODE = "code"
    STRUCK = "struck"
    UNDERLINED = "underlined"
    COLOUR = "colour"
    PICTURE = "picture"
    LINK = "link"  #: leads to something that is no web address


@dataclass(frozen=True, slots=True)
class Formatted:
    markdown: str
    lost: frozenset[LostFormatting]
    #: where the pictures are that stood in it
    pictures: tuple[str, ...]


def markdown_of(html: str) -> Formatted:
    """HTML of whatever origin; text that cannot be parsed comes as it is."""
    reader = _Reader()
    for piece in _pieces(html[:LARGEST]):
        reader.take(piece)
    reader.end_line(gap=True)
    return Formatted(_tidied(reader.lines), frozenset(reader.lost), tuple(reader.pictures))


# --- pieces of HTML ---------------------------------------------------------------------------


class _Tag(NamedTuple):
    name: str
    ends: bool
    attributes: dict[str, str]


# possessive: what has matched is not tried again in another way. Quoted values may hold ">"
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s<>/"']*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*)>|<!--""")
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
#: elements that are no part of the text, with all that is in them
_LEFT_OUT = ("script", "style", "head", "title", "attachment", "template", "iframe", "object", "svg", "video")


def _pieces(html: str) -> Iterator[str | _Tag]:
    """Texts and tags, in their order; comments and what is no part of the text are left out."""
    at, lower = 0, html.translate(_LOWER)
    while match := _TAG.search(html, at):
        if match.start() > at:
            yield _text(html[at : match.start()])
        if match[2] is None:
            end = html.find("-->", match.end())
            at = end + 3 if end >= 0 else len(html)
            continue
        name, at = match[2].lower(), match.end()
        if not match[1] and name in _LEFT_OUT and not match[3].endswith("/"):
            end = lower.find(f"</{name}", at)
            at = end if end >= 0 else len(html)
        else:
            yield _Tag(name, match[1] == "/", dict(_attributes(match[3])) if match[3] else {})
    if at < len(html):
        yield _text(html[at:])


#: letters of tags only: other signs may become two
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(text):
        value = match[2] or ""
        yield match[1].lower(), _text(value[1:-1] if value[:1] in "\"'" and value else value)


def _text(text: str) -> str:
    """With its entities as the signs that they stand for."""
    try:
        return clean(entities.unescape(text))
    except ValueError:  # "&#99999...;", thousands of digits
        return clean(text)


# --- what they say ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    text: str
    #: what stands before it: an indentation, and an item's sign
    before: str = ""
    #: an empty line follows
    gap: bool = False


_BOLD = ("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6")
_ITALIC = ("i", "em")
_CODE = ("code", "kbd", "samp", "tt", "pre")
_LOOKS = {*_BOLD, *_ITALIC, *_CODE, "a"}
_BLOCKS = (
    "p", "div", "section", "article", "header", "footer", "main", "blockquote", "pre", "table", "hr", "tr",
    "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "figure", "address", "details", "summary", "caption",
)  # fmt: skip
_LOSES = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), LostFormatting.HEADING),
    **dict.fromkeys(_CODE, LostFormatting.CODE),
    **dict.fromkeys(("del", "s", "strike"), LostFormatting.STRUCK),
    **dict.fromkeys(("font", "mark"), LostFormatting.COLOUR),
    "u": LostFormatting.UNDERLINED,
    "table": LostFormatting.TABLE,
    "blockquote": LostFormatting.QUOTE,
}
_COLOUR = re.compile(r"(?<![-\w])(?:color|background(?:-color)?)\s*+:")
_MAIL = re.compile(r"(?i)mailto:[^\s<>\"\\()]+")
_BLANKS = re.compile(r"[ \t\r\n\f]++")


EMPTY = "–"  #: in the place of an empty cell
_BLANK_ROW = re.compile(rf"[{EMPTY}·\s]+")


class _Reader:
    """Takes pieces, and keeps the lines that they make."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.lost: set[LostFormatting] = set()
        self.pictures: list[str] = []
        self._line: list[Run] = []
        self._before = ""
        #: of the line, how many runs stood there when a row's cell began
        self._cell = 0
        #: how many elements of a name are open
        self._open: defaultdict[str, int] = defaultdict(int)
        self._link = ""
        #: None: to be looked at again
        self._format: Format | None = None
        #: the lists that are open: the number of the next item, or None
        self._lists: list[int | None] = []

    def take(self, piece: str | _Tag) -> None:
        if isinstance(piece, str):
            self._say(piece)
        elif piece.ends:
            self._end(piece.name)
        else:
            self._begin(piece)

    def _say(self, text: str) -> None:
        if self._open["pre"]:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._append(first)
            for line in others:
                self.end_line()
                self._append(line)
        else:
            self._append(_BLANKS.sub(" ", text))

    def _append(self, text: str) -> None:
        if text:
            format = self._format = self._format or self._format_now()
            self._line.append(Run(text, format))

    def _format_now(self) -> Format:
        bold, italic, verbatim = (any(map(self._open.get, names)) for names in (_BOLD, _ITALIC, _CODE))
        return Format(bold, italic, self._link, verbatim)

    def _begin(self, tag: _Tag) -> None:
        name = tag.name
        if name in _LOSES:
            self.lost.add(_LOSES[name])
        if style := tag.attributes.get("style", "").lower():
            self.lost |= {LostFormatting.COLOUR} if _COLOUR.search(style) else set()
            self.lost |= {LostFormatting.STRUCK} if "line-through" in style else set()
        if name in _BLOCKS:
            self.end_line(gap=True)
        match name:
            case "br":
                self.end_line()
            case "img":
                self._picture(tag)
            case "emoji":
                self._append(tag.attributes.get("alt", ""))
            case "a":
                self._link = self._address(tag.attributes.get("href", "").strip())
            case "ul" | "ol":
                self.end_line(gap=not self._lists)
                start = tag.attributes.get("start", "1")
                number = int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1
                self._lists.append(number if name == "ol" else None)
            case "li":
                self._item()
        self._open[name] += 1
        if name == "a" or (name in _LOOKS and self._open[name] == 1):
            self._format = None

    def _end(self, name: str) -> None:
        if not self._open[name]:
            return
        if name in _BLOCKS:
            self.end_line(gap=True)
        self._open[name] -= 1
        if name in _LOOKS and not self._open[name]:
            self._format = None
        match name:
            case "a":
                self._link = ""
            case "ul" | "ol":
                self.end_line()
                self._lists.pop()
                self._before = ""
                if not self._lists:
                    self._gap()
            case "li":
                self.end_line()
            case "td" | "th":
                self._append(f"{'' if any(run.text.strip() for run in self._line[self._cell :]) else EMPTY} · ")
                self._cell = len(self._line)

    def _item(self) -> None:
        self.end_line()
        if not self._lists:
            self._lists.append(None)
            self._open["ul"] += 1
        number = self._lists[-1]
        sign = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1
        self._before = "   " * min(len(self._lists) - 1, DEEPEST) + sign

    def _picture(self, tag: _Tag) -> None:
        kind = tag.attributes.get("itemtype", "").lower()
        if "emoji" in kind or "emoticon" in kind:
            self._append(tag.attributes.get("alt", ""))
            return
        self.lost.add(LostFormatting.PICTURE)
        if source := tag.attributes.get("src", ""):
            self.pictures.append(source)

    def _address(self, url: str) -> str:
        if is_web_address(url) or _MAIL.fullmatch(url):
            return url
        self.lost |= {LostFormatting.LINK} if url else set()
        return ""

    def end_line(self, *, gap: bool = False) -> None:
        """What has come so far is a line; ``gap``: and the end of its paragraph."""
        text = line_of(self._line).strip().removesuffix("·").rstrip() if self._line else ""
        if self._cell:
            text = "" if not _BLANK_ROW.sub("", text) else text
        self._line, self._cell = [], 0
        if text:
            self.lines.append(_Line(as_text(text), self._before))
            self._before = " " * len(self._before)
        elif not gap and self._open["pre"]:
            self.lines.append(_Line(""))
        if gap and not self._lists:
            self._gap()

    def _gap(self) -> None:
        if self.lines:
            self.lines[-1].gap = True
        self._before = ""


def _tidied(lines: list[_Line]) -> str:
    """One empty line between paragraphs, no blanks that nobody sees, nothing that nobody types."""
    written: list[str] = []
    for line in lines:
        text = line.text.replace("\xa0", " ").strip()
        if text or (written and written[-1]):
            written.append(line.before + text if text else "")
        if line.gap and written and written[-1]:
            written.append("")
    return "\n".join(written).strip("\n")


def lost_named(lost: frozenset[LostFormatting]) -> list[LostFormatting]:
    """In the order in which they are spoken of."""
    return [one for one in LostFormatting if one in lost]
