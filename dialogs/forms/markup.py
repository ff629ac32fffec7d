"""What was formatted in the compose box -> the Markdown that a card shows, and what was lost on the way. Pure.

The HTML is read once from its beginning to its end, without a tree: whatever it is, its time grows with its length
only. An end tag ends what it names, wherever that began; so what is nested wrongly does no harm.
"""

from __future__ import annotations

import html as entities
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise
from typing import NamedTuple

from cards.kit.addresses import is_web_address
from cards.kit.placeholders import places
from dialogs.forms.fields import clean

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
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s<>/"']*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)>|<!--""")
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


@dataclass(frozen=True, slots=True)
class _Format:
    bold: bool = False
    italic: bool = False
    link: str = ""
    #: shown as it is: nothing in it is taken for a sign of Markdown
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """Text of one format."""

    text: str
    format: _Format


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
        self._line: list[_Run] = []
        self._before = ""
        #: of the line, how many runs stood there when a row's cell began
        self._cell = 0
        #: how many elements of a name are open
        self._open: defaultdict[str, int] = defaultdict(int)
        self._link = ""
        #: None: to be looked at again
        self._format: _Format | None = None
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
            self._line.append(_Run(text, format))

    def _format_now(self) -> _Format:
        bold, italic, verbatim = (any(map(self._open.get, names)) for names in (_BOLD, _ITALIC, _CODE))
        return _Format(bold, italic, self._link, verbatim)

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
        text = _written(self._line).strip().removesuffix("·").rstrip() if self._line else ""
        if self._cell:
            text = "" if not _BLANK_ROW.sub("", text) else text
        self._line, self._cell = [], 0
        if text:
            self.lines.append(_Line(_as_text(text), self._before))
            self._before = " " * len(self._before)
        elif not gap and self._open["pre"]:
            self.lines.append(_Line(""))
        if gap and not self._lists:
            self._gap()

    def _gap(self) -> None:
        if self.lines:
            self.lines[-1].gap = True
        self._before = ""


# --- written as Markdown ----------------------------------------------------------------------


def _written(runs: list[_Run]) -> str:
    """One line, its runs joined where their format is the same."""
    text = "".join(run.text for run in runs)
    alike: list[list[_Run]] = []
    for run in _whole_variables(runs, text) if len(runs) > 1 else runs:
        if alike and run.format == alike[-1][0].format:
            alike[-1].append(run)
        else:
            alike.append([run])
    joined = _movable([_Run("".join(run.text for run in group), group[0].format) for group in alike])
    return "".join(
        _linked(list(group), link) if link else "".join(map(_looking, group))
        for link, group in groupby(joined, lambda run: run.format.link)
    )


_STOPS_AT_THE_END = re.compile(r"(?<![^\w\s])[^\w\s]++$")
_STOPS_AT_THE_BEGIN = re.compile(r"^[^\w\s]+")


def _movable(runs: list[_Run]) -> list[_Run]:
    """Signs of Markdown work beside a word only where a letter is on their other side, too.

    "**Attention!**Now" would show its stars: the stop goes out of what is bold.
    """
    for at in range(len(runs) - 1):
        one, other = runs[at], runs[at + 1]
        if _looks(one) and not _looks(other) and other.text[:1].isalnum() and not other.format.link:
            words = _STOPS_AT_THE_END.sub("", one.text)
            runs[at], runs[at + 1] = replace(one, text=words), replace(other, text=one.text[len(words) :] + other.text)
        elif _looks(other) and not _looks(one) and one.text[-1:].isalnum() and not one.format.link:
            words = _STOPS_AT_THE_BEGIN.sub("", other.text)
            stops = other.text[: len(other.text) - len(words)]
            runs[at], runs[at + 1] = replace(one, text=one.text + stops), replace(other, text=words)
    return runs


def _looks(run: _Run) -> bool:
    return run.format.bold or run.format.italic


def _whole_variables(runs: list[_Run], text: str) -> Iterator[_Run]:
    """The runs of ``text``, cut so that a variable has one format, that of its name: [**FIRSTNAME**] is one too."""
    edges = [0, *(edge for place in places(text) for edge in place), len(text)]
    number, start = 0, 0
    for place, (begin, end) in enumerate(pairwise(edges)):
        whole = place % 2 == 1
        at = begin
        while at < end:
            while start + len(runs[number].text) <= (at + 1 if whole else at):
                start += len(runs[number].text)
                number += 1
            upto = end if whole else min(end, start + len(runs[number].text))
            yield _Run(text[at:upto], runs[number].format)
            at = upto


def _looking(run: _Run, *, in_link: bool = False) -> str:
    words = run.text.strip()
    if not words:
        return run.text
    sign = "*" * (2 * run.format.bold + run.format.italic)
    begin = run.text.index(words)
    written = words if run.format.verbatim else _escaped(words, brackets=in_link)
    return f"{run.text[:begin]}{sign}{written}{sign}{run.text[begin + len(words) :]}"


def _linked(runs: list[_Run], url: str) -> str:
    text = "".join(run.text for run in runs)
    if not text.strip():
        return text
    if text.strip() == url:
        return text
    words = "".join(_looking(run, in_link=True) for run in runs)
    address = url.replace("(", "%28").replace(")", "%29")
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}[{words.strip()}]({address}){after}"


_SIGNS = re.compile(r"[*_]")
_SIGNS_IN_A_LINK = re.compile(r"[*_\[\]]")


def _escaped(text: str, *, brackets: bool) -> str:
    """What is a sign of Markdown stands for itself; a variable stays one: [FIRST_NAME|...]."""
    signs, pieces, at = _SIGNS_IN_A_LINK if brackets else _SIGNS, [], 0
    for begin, end in places(text):
        pieces += [signs.sub(r"\\\g<0>", text[at:begin]), text[begin:end]]
        at = end
    return "".join([*pieces, signs.sub(r"\\\g<0>", text[at:])])


#: what begins a list, a heading, a quotation or a rule where a line begins with it
_BEGINS = re.compile(r"\A(?:(\d++)(?=[.)](?:\s|$))|(?=#{1,6}\s|>|\+\s|[-=]{3,}+$))")


def _as_text(line: str) -> str:
    """A line that stands for itself, whatever it begins with: "2026. A year" is no item of a list."""
    return _BEGINS.sub(lambda match: (match[1] or "") + "\\", line, count=1) if _BEGINS.match(line) else line


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
