"""The campaign's message as Skype shows it: text in Markdown, and hero cards for its buttons.

Skype knows no Adaptive Cards and no Action.Execute. A hero card's own text is cut short and knows no
formatting, so the words stand in the message itself; a button that is pressed to confirm or to answer
types a line into the chat, as the person would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cards.kit.texts import Texts
from cards.kit.variables import escape_skype
from cards.languages import DEFAULT, LANGUAGES
from cards.message.compile import (
    APPEARANCES,
    LONGEST_FOOTER,
    NO_FOOTER,
    TOKEN,
    TRACKED,
    Closed,
    Token,
    filled,
    filler,
    line_mark,
    link_address,
    marked,
    outside_marks,
    tracked,
)
from cards.message.footer import Footer, footer_lines
from cards.message.lines import cut
from cards.message.links import number_of
from cards.message.markdown import own_links
from storage.records import Button, ButtonKind, CampaignId, Columns, Message, Person, Style, Tracking, every_language

HERO = "application/vnd.microsoft.card.hero"
BUTTONS = 3  #: on one hero card: Skype shows no more (botbuilder's table of channels says the same)
PRESSED = "✓"  #: how the line begins that a pressed button types


def compile_skype(
    id: CampaignId,
    message: Message,
    base_url: str,
    token: Token,
    *,
    test: str = "",
    tracking: Tracking = TRACKED,
    footer: Footer = NO_FOOTER,
    closed: Closed | None = None,
) -> Callable[[Person, Columns], bytes]:
    """As ``cards.message.compile.compile_message``, for Skype."""
    words = tracked(message, base_url, TOKEN) if tracking.links else message
    proof = f" test {TOKEN}" if test else f" who {TOKEN}" if tracking.anonymous else ""

    def action(number: int, button: Button) -> dict[str, str]:
        if button.kind is ButtonKind.LINK:
            url = link_address(base_url, TOKEN, number_of(message, number)) if tracking.links else button.url
            return {"type": "openUrl", "title": button.title, "value": url}
        # nothing in the line is secret: the channel says who typed it
        return {"type": "imBack", "title": button.title, "value": f"{PRESSED} {id}.{number}{proof}"}

    over = {language: tuple(closed(Texts(language), message)) if closed else () for language in LANGUAGES}
    lines = {
        language: over[language] + footer_lines(Texts(language), footer, message, escape_skype)
        for language in LANGUAGES
    }
    beneath = [line_mark(number) for number, _ in enumerate(lines[DEFAULT])]
    picture = {"url": message.image, "alt": message.image_alt or message.title}
    actions = [
        action(number, button)
        for number, button in enumerate(message.buttons)
        if closed is None or button.kind is ButtonKind.LINK
    ]
    activity: dict[str, Any] = {
        "type": "message",
        "textFormat": "markdown",
        "text": outside_marks(skype_text(marked(words, "s"), test=test, footer=beneath), without_tags),
        "channelData": {"crieur": {"campaign": id, "test": bool(test)}},
        "attachments": [
            *([{"contentType": HERO, "content": {"images": [picture]}}] if message.image else []),
            *(
                {"contentType": HERO, "content": {"buttons": actions[first : first + BUTTONS]}}
                for first in range(0, len(actions), BUTTONS)
            ),
        ],
    }
    if message.style is Style.IMPORTANT:
        activity["importance"] = "high"
    return filler(id, activity, token, lines)


def read_line(line: str) -> dict[str, str]:
    """What a typed line says, as a card's button would carry it."""
    pressed, _, proof = line.partition(" ")
    campaign, _, button = pressed.partition(".")
    kind, _, token = proof.partition(" ")
    return {"campaign": campaign, "button": button} | ({kind: token} if kind in ("test", "who") else {})


def skype_text(message: Message, *, test: str = "", footer: Sequence[str] = ()) -> str:
    """The words, with the sign of the message's style; also what a preview shows."""
    sign = APPEARANCES[message.style][1] if message.style in APPEARANCES else ""
    title = f"**{message.title}**" if message.title else ""
    head = " ".join(part for part in (sign, title) if part)
    # a single line end in Markdown is a blank there, too
    parts = (f"_{test}_" if test else "", head, *(lines.text for lines in cut(own_links(message.body))), *footer)
    return "\n\n".join(part for part in parts if part)


def without_tags(text: str) -> str:
    """Markdown with no tag and no entity of its own: Skype reads a small XML beside it."""
    return re.sub(r"\\?&(?=#?\w+;)", "&amp;", text).replace("\\<", "&lt;").replace("<", "&lt;")


def length_of(message: Message) -> int:
    """Characters of the text, in its longest language, for a recipient with a long name."""
    return max(_length_of(version) for version in every_language(message))


def _length_of(message: Message) -> int:
    columns = dict.fromkeys(message.columns, "é" * 60)
    someone = Person(id=0, tenant="", address="a" * 60, given_name="é" * 30, surname="é" * 30, name="é" * 60)  # type: ignore[arg-type]
    words = tracked(message, "https://" + "x" * 40, "t" * 60)
    footer = footer_lines(Texts(DEFAULT), LONGEST_FOOTER, message, escape_skype)
    return len(skype_text(filled(words, someone, columns), footer=footer))
