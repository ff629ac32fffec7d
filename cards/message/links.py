"""The links of a message: its buttons', and those in its text.

A link has a number, which is all that a tracked address says of it: buttons count from 0, links in the
text from ``IN_TEXT``, both in the order in which they stand. A language has numbers of its own for the
links that only it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from cards.kit.addresses import web_address
from cards.message import markdown
from storage.records import ButtonKind, Message, every_language

IN_TEXT = 100  #: above the number of any button
SHOWN = 50  #: characters of an address where it has no words


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    #: what the reader sees of it
    words: str
    #: the language in which alone it stands ("fr"); "" where it stands in all
    language: str = ""


def links_of(*variants: Message) -> dict[int, Link]:
    """Every tracked link by its number; of a message, or of all its variants."""
    links: dict[int, Link] = {}

    for version in (one for message in variants for one in every_language(message)):
        language = version.language if variants[0].versions else ""

        def note(number: int, link: Link, language: str = language) -> str:
            links[number] = replace(link, language=language)
            return link.url

        for place, button in enumerate(version.buttons):
            if button.kind is ButtonKind.LINK:
                own = language if button.apart else ""
                links.setdefault(number_of(version, place), Link(button.url, button.title, own))
        with_links(version.body, note, IN_TEXT + version.shift)
    return links


def number_of(message: Message, place: int) -> int:
    """The number of a link button, by its place among the buttons: every language's own where only it leads there."""
    return place + message.shift if message.buttons[place].apart else place


def with_links(text: str, address: Callable[[int, Link], str], first: int = IN_TEXT) -> str:
    """``text`` with every web address in it replaced by what ``address`` gives, numbered from ``first``.

    An address that stands by itself stays what the reader sees. One with a variable in it leads
    everybody elsewhere: it is left alone.
    """
    number = first

    def put(link: markdown.Link) -> str | None:
        nonlocal number
        if not link.is_web or link.varies:
            return None
        words = markdown.words_of(text, link)
        shown = _escaped(words) if link.alone else markdown.harmless(words)
        words_shown = "" if link.alone else _plain(words)
        number += 1
        return f"[{shown}]({address(number - 1, Link(link.url, words_shown or shortened(link.url)))})"

    return markdown.with_only(text, put)


def shortened(url: str) -> str:
    """An address as a reader knows it again: host and the beginning of the path."""
    parts = web_address(url)
    text = url.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/") if parts else url
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _plain(words: str) -> str:
    return re.sub(r"\\(.)|[*_`]", lambda match: match[1] or "", words).strip()


def _escaped(url: str) -> str:
    return re.sub(r"([\\`*_\[\]])", r"\\\1", url)
