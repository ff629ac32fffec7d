"""What is a link in a text of Markdown. One parser says it: for checking, for tracking, for cleaning and for sending.

Clients draw Markdown in dialects of their own; what one of them takes for a link and another does not is how a bad one
gets through. So what is sent holds the links that this parser sees, and every other sign that could begin one is
escaped. Only this module imports markdown-it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, autolink, image, link
from markdown_it.token import Token

from cards.kit.addresses import is_web_address
from cards.kit.variables import VARIABLE

MOST = 500  #: brackets of a kind in a text in which links are looked for
OPEN, CLOSE = "\ue000", "\ue001"  #: around a value that is put in later (cards.message.compile)
_HOLE = "\ue002"  #: what the parser sees of it, and of a variable: a letter of an address

# in pairs: ?filter[0]=x, /wiki/Rose_(plant)
_ADDRESS = r"https?://[^\s<>\[\]()\\\"]+(?:(?:\([^\s<>\[\]()\\\"]*\)|\[[\w.-]*\](?![(:]))[^\s<>\[\]()\\\"]*)*"
_BARE = re.compile(rf"\\.|(?<![\w/])({_ADDRESS})", re.IGNORECASE)
_AFTER = ".,;:!?'*_~"  #: signs at the end of a bare address that belong to the sentence
_OTHER = re.compile(r"(?i)(?:mailto|tel):[^\s<>\"\\]+")  #: what may be linked to beside the web


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a picture, by where it stands in the text."""

    begin: int
    end: int
    #: its words; of an address that stands by itself, the address
    words: tuple[int, int]
    #: where it leads, as a client would read it; a hole for each sign of a variable
    url: str
    picture: bool = False
    #: an address that stands by itself, perhaps in angled brackets
    alone: bool = False

    @property
    def varies(self) -> bool:
        """Whether it leads everybody elsewhere."""
        return _HOLE in self.url

    @property
    def is_web(self) -> bool:
        return is_web_address(self.url)

    @property
    def is_allowed(self) -> bool:
        """Whether it leads where a message may: the web, a mailbox or a telephone."""
        return not self.picture and (self.is_web or _OTHER.fullmatch(self.url) is not None)


@lru_cache(maxsize=128)  # asked several times for one text: checked, counted, sent
def links_in(text: str) -> tuple[Link, ...]:
    """In the order in which they stand; none in a text with more brackets than anybody types."""
    if crowded(text):
        return ()
    masked = _masked(text)
    links: list[Link] = []
    for begin, end in _paragraphs(masked) if "](" in masked or "<" in masked else ():
        paragraph = masked[begin:end]
        if "](" in paragraph or "<" in paragraph:
            _PARSER.parseInline(paragraph, {_FOUND: links, _AT: begin})
    links.sort(key=lambda one: one.begin)
    return tuple(sorted([*links, *_bare(masked, links)], key=lambda one: one.begin))


def crowded(text: str) -> bool:
    """Whether it has more brackets than links are looked for in."""
    return any(text.count(sign) > MOST for sign in "[]<")


def with_only(text: str, put: Callable[[Link], str | None]) -> str:
    """``text`` with its links as ``put`` writes them (None: as they are), and with no others in any dialect."""
    if not links_in(text) and not crowded(text) and "](" not in text and "]:" not in text:
        return text  # nothing in it could be one
    written, at = [], 0
    for each in links_in(text):
        new = put(each) if each.is_allowed else None
        if new is None:
            begin, end = each.words
            if not each.is_allowed:
                new = harmless(text[each.begin : each.end])
            elif each.alone:
                new = text[each.begin : each.end]
            else:
                new = text[each.begin : begin] + harmless(text[begin:end]) + text[end : each.end]
        written += [harmless(text[at : each.begin], angled=False), new]
        at = each.end
    return "".join([*written, harmless(text[at:], angled=crowded(text))])


def own_links(text: str) -> str:
    """As it is sent: with its own links, where they lead where a message may, and no others in any dialect."""
    return with_only(text, lambda _: None)


def words_of(text: str, link: Link) -> str:
    return text[slice(*link.words)]


def without_links(text: str) -> str:
    """Their words in their place."""
    pieces, at = [], 0
    for each in links_in(text):
        pieces += [text[at : each.begin], words_of(text, each)]
        at = each.end
    return "".join([*pieces, text[at:]])


# --- what could be a link elsewhere -----------------------------------------------------------

# a value that comes later, or what is escaped, stays
_KEPT = re.compile(rf"(?:{OPEN}[^{OPEN}{CLOSE}]*+{CLOSE}|\\[^\w\s])+|{VARIABLE.pattern}")
#: what ends a link's words, defines one, or hides one
_SIGNS = ("](", "]:", "`")


def harmless(text: str, *, angled: bool = True) -> str:
    """Markdown without a link in any dialect; ``angled``: angled brackets, too."""

    pieces, at = [], 0
    for kept in _KEPT.finditer(text):
        pieces += [_escaped(text[at : kept.start()], angled), kept[0]]
        at = kept.end()
    return "".join([*pieces, _escaped(text[at:], angled)])


def _escaped(text: str, angled: bool) -> str:
    for sign in (*_SIGNS, "<") if angled else _SIGNS:
        text = text.replace(sign, f"\\{sign}")
    return text


# --- the parser -------------------------------------------------------------------------------

_FOUND, _AT, _INSIDE = "found", "at", "inside"
_MARKED = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*+{CLOSE}")


def _masked(text: str) -> str:
    """The same text, as long, without what stands in variables and marks."""
    for pattern in (_MARKED, VARIABLE):
        text = pattern.sub(lambda match: _HOLE * len(match[0]), text)
    return text


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Where they begin and end: no link reaches across an empty line."""
    ends = [(match.start(), match.end()) for match in re.finditer(r"\n[ \t]*+\n", text)]
    begins = [0, *(end for _, end in ends)]
    return list(zip(begins, [*(begin for begin, _ in ends), len(text)], strict=True))


def _bare(text: str, links: list[Link]) -> list[Link]:
    """Addresses that stand by themselves, outside the links that were found."""
    bare, gaps = [], iter([*((one.begin, one.end) for one in links), (len(text), len(text))])
    begin, end = next(gaps)
    for match in _BARE.finditer(text):
        while match.start() >= end and end < len(text):
            begin, end = next(gaps)
        if match[1] and match.end() <= begin:
            url = match[1].rstrip(_AFTER)
            place = (match.start(), match.start() + len(url))
            bare.append(Link(*place, place, url, alone=True))
    return bare


def _noting(rule: Callable[[StateInline, bool], bool], kind: str) -> Callable[[StateInline, bool], bool]:
    """The parser's own rule, and a note of where what it finds stands."""

    def run(state: StateInline, silent: bool) -> bool:
        begin, inside = state.pos, state.env.get(_INSIDE)
        place = len(state.tokens)
        state.env[_INSIDE] = True  # what stands in the words of a link or picture belongs to it
        matched = rule(state, silent)
        state.env[_INSIDE] = inside
        if matched and not silent and not inside:
            opening = next(token for token in state.tokens[place:] if token.type in ("link_open", "image"))
            url = str(opening.attrs["src" if kind == "image" else "href"])
            words = _words(state, begin, kind)
            at = state.env[_AT]
            state.env[_FOUND].append(
                Link(
                    at + begin,
                    at + state.pos,
                    (at + words[0], at + words[1]),
                    url,
                    picture=kind == "image",
                    alone=kind == "autolink",
                )
            )
        return matched

    return run


def _words(state: StateInline, begin: int, kind: str) -> tuple[int, int]:
    if kind == "autolink":
        return begin + 1, state.pos - 1
    opening = begin + (kind == "image")
    return opening + 1, state.md.helpers.parseLinkLabel(state, opening, kind == "link")


# a backslash takes the meaning of a sign of ASCII
_PLAIN = re.compile(r"(?:[^\[\]!<\\]|!(?!\[)|\\[!-/:-@\[-`{-~]?)+")


def _text(state: StateInline, silent: bool) -> bool:
    """Up to the next sign that one of our rules begins with: the parser's own stops at each sign of any rule."""
    if (match := _PLAIN.match(state.src, state.pos, state.posMax)) is None:
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["link", "image", "autolink"])
    # every address is found, as it stands: whether it may be linked to is our own question
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    for name, rule in (("link", link), ("image", image), ("autolink", autolink)):
        parser.inline.ruler.at(name, _noting(rule, name))
    parser.inline.ruler.at("text", _text)
    return parser


_PARSER = _parser()


# --- drawn as a whole, where no client does it ------------------------------------------------

#: headings, lists, emphasis, links and lines as they were typed; no HTML of an author's, no pictures
_WHOLE = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["html_block", "html_inline", "image"])


def as_html(text: str) -> str:
    """What ``own_links`` gives, as HTML: its links lead where a message may, and nothing else in it is a tag."""
    tokens = _WHOLE.parse(text)
    for token in _inline(tokens):
        if token.type == "link_open" and not _leads(str(token.attrs["href"])):
            token.attrs["href"] = "#"
    return str(_WHOLE.renderer.render(tokens, _WHOLE.options, {}))


def as_plain(text: str) -> str:
    """The same as lines of text: what a link leads to stands behind its words."""
    lines: list[str] = []
    marks: list[str] = []  # of the lists that are open
    numbers: list[int] = []
    for token in _WHOLE.parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            marks.append("-" if token.type == "bullet_list_open" else "1.")
            numbers.append(int(token.attrs.get("start") or 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            marks.pop()
            numbers.pop()
            if not marks:
                lines.append("")
        elif token.type == "list_item_open":
            mark = "-" if marks[-1] == "-" else f"{numbers[-1]}."
            numbers[-1] += 1
            lines.append(f"{'  ' * (len(marks) - 1)}{mark} ")
        elif token.type == "inline":
            words = _words_of(token.children or [])
            begun = bool(lines) and lines[-1].endswith(("- ", ". ")) and not lines[-1].strip(" -.0123456789")
            lines[-1:] = [lines[-1] + words] if begun else [*lines[-1:], words]
        elif token.type in ("paragraph_close", "heading_close") and not marks:
            lines.append("")
        elif token.type in ("fence", "code_block"):
            lines += [token.content.rstrip("\n"), ""]
        elif token.type == "hr":
            lines += ["---", ""]
    return "\n".join(lines).strip()


def _words_of(tokens: list[Token]) -> str:
    words, opened = "", [(0, "")]
    for token in tokens:
        if token.type == "link_open":
            opened.append((len(words), str(token.attrs["href"])))
        elif token.type == "link_close":
            begin, url = opened.pop()
            words += "" if words[begin:] == url or not _leads(url) else f" ({url})"
        elif token.type in ("softbreak", "hardbreak"):
            words += "\n"
        else:
            words += token.content
    return words


def _inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or []]


def _leads(url: str) -> bool:
    return is_web_address(url) or _OTHER.fullmatch(url) is not None
