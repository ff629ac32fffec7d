"""What was formatted in the compose box -> the Markdown that a card shows, and what was lost on the way. Pure.

Only this module imports markdownify, and Beautiful Soup beneath it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bs4 import BeautifulSoup
from bs4.element import Tag
from markdownify import MarkdownConverter

from cards.kit.addresses import is_web_address
from dialogs.forms.fields import clean

LARGEST = 200_000  #: characters of HTML; a message of Teams has 28,000 at the most


class Lost(StrEnum):
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
    lost: frozenset[Lost]
    #: where the pictures are that stood in it
    pictures: tuple[str, ...]


def markdown_of(html: str) -> Formatted:
    """HTML of whatever origin; text that cannot be parsed comes as it is."""
    lost: set[Lost] = set()
    pictures: list[str] = []
    soup = BeautifulSoup(html[:LARGEST], "html.parser")
    try:
        _prune(soup, lost)
        text = _Converter(lost, pictures).convert_soup(soup)
    except RecursionError:
        text = soup.get_text(" ")
    return Formatted(_tidied(text), frozenset(lost), tuple(pictures))


def _prune(soup: BeautifulSoup, lost: set[Lost]) -> None:
    """Away with what is no part of the text, and a note of looks that no tag tells."""
    for tag in soup(["script", "style", "head", "title", "attachment", "template", "iframe", "object", "svg", "video"]):
        tag.decompose()
    for tag in soup.find_all(style=True):
        style = str(tag["style"]).lower()
        if re.search(r"(?<![-\w])(color|background(-color)?)\s*:", style):
            lost.add(Lost.COLOUR)
        if "line-through" in style:
            lost.add(Lost.STRUCK)
    for tag in soup("at"):  # a mention of the bot, or of somebody
        tag.replace_with(tag.get_text())


_VARIABLE = re.compile(r"\[[^\W\d_a-z][\w\\]*(?:\|[^\[\]]*)?\]")


class _Converter(MarkdownConverter):
    """markdownify, for a text that knows bold, italic, lists and links only."""

    class Options:
        bullets = "-"
        heading_style = "atx"
        newline_style = "backslash"
        strong_em_symbol = "*"

    def __init__(self, lost: set[Lost], pictures: list[str]) -> None:
        super().__init__()
        self._lost = lost
        self._pictures = pictures

    def escape(self, text: str, parent_tags: set[str]) -> str:
        escaped: str = super().escape(text, parent_tags)  # type: ignore[misc]
        # a variable stays one: [FIRST_NAME|...]
        return _VARIABLE.sub(lambda match: match[0].replace("\\_", "_").replace("\\*", "*"), escaped)

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.HEADING)
        words = text.replace("**", "").strip()
        return f"\n\n**{words}**\n\n" if words else ""

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        url = str(el.get("href") or "").strip()
        words = text.strip()
        if not words:
            return ""
        if not (is_web_address(url) or re.fullmatch(r"(?i)mailto:[^\s<>\"\\()]+", url)):
            if url:
                self._lost.add(Lost.LINK)
            return text
        if words == url:
            return url
        address = url.replace("(", "%28").replace(")", "%29")
        return f"[{words}]({address})"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        kind = str(el.get("itemtype") or "").lower()
        if "emoji" in kind or "emoticon" in kind:
            return str(el.get("alt") or "")
        self._lost.add(Lost.PICTURE)
        if source := str(el.get("src") or ""):
            self._pictures.append(source)
        return ""

    def convert_emoji(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(el.get("alt") or text)

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.QUOTE)
        return f"\n\n{text.strip()}\n\n"

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.CODE)
        return text

    convert_kbd = convert_samp = convert_tt = convert_code

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.CODE)
        return f"\n\n{text.strip()}\n\n"

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.STRUCK)
        return text

    convert_s = convert_strike = convert_del

    def convert_u(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.UNDERLINED)
        return text

    def convert_font(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.COLOUR)
        return text

    convert_mark = convert_font

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n"

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    convert_sup = convert_sub

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._lost.add(Lost.TABLE)
        return f"\n\n{text.strip()}\n\n"

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{text.strip().rstrip('·').rstrip()}\n\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = " ".join(text.split())
        return f"{words} · " if words else ""

    convert_th = convert_td


def _tidied(text: str) -> str:
    """No blanks at the ends of lines, one empty line between paragraphs, nothing that nobody types."""
    lines = [line.rstrip().removesuffix("\\").rstrip() for line in clean(text.replace("\xa0", " ")).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def lost_named(found: frozenset[Lost]) -> list[Lost]:
    """In the order in which they are spoken of."""
    return [one for one in Lost if one in found]
