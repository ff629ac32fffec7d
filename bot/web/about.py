"""The page that the app package names: what Crieur is, what it keeps, on which terms; in every language."""

from __future__ import annotations

from html import escape

from cards.kit.texts import Texts
from cards.languages import LANGUAGES

#: nothing is loaded from anywhere, nothing runs
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1d2b30}"
    "h1{color:#0f4c5c}h2{margin-top:2rem}section+section{border-top:1px solid #ccd;margin-top:3rem}"
)


def about_page(languages: tuple[str, ...] = tuple(LANGUAGES)) -> str:
    """A whole HTML page; the anchors are those of the first language."""
    sections = "".join(_section(Texts(language), anchored=not place) for place, language in enumerate(languages))
    return (
        f'<!doctype html><html lang="{languages[0]}"><meta charset="utf-8"><title>Crieur</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>{sections}</html>'
    )


def _section(texts: Texts, *, anchored: bool) -> str:
    parts = (
        (
            "crieur",
            "h1",
            texts("Crieur"),
            texts(
                "Crieur is a bot that brings people the messages of their organisation in Microsoft Teams,"
                " each at their own moment. It is run by your organisation: for help, ask those who installed it."
            ),
        ),
        (
            "privacy",
            "h2",
            texts("What it keeps"),
            texts(
                "How to write to you (name, address, directory id, language, time zone, conversation), which messages"
                " you received and when, and what you did with them: opened, clicked, answered. It is kept where your"
                " organisation runs Crieur, is shown to the authors of a campaign, and is given to nobody else."
                " Your organisation sets after how many days it is erased, can give you a copy of all that is kept"
                " about you, and can erase it. You can mute Crieur at any time: type mute."
            ),
        ),
        (
            "terms",
            "h2",
            texts("Terms"),
            texts(
                "Crieur is free software under the MIT licence, without warranty."
                " Your organisation’s own rules apply to the messages that it carries."
            ),
        ),
    )
    body = "".join(
        f"<{tag}{f' id={anchor}' if anchored else ''}>{escape(title)}</{tag}><p>{escape(text)}</p>"
        for anchor, tag, title, text in parts
    )
    return f'<section lang="{texts.language}">{body}</section>'
