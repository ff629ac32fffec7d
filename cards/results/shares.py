"""Shares of people, as they are said in one line."""

from __future__ import annotations

from cards.kit.texts import Texts
from cards.results.figures import Figures
from storage.records import EngagementKind


def shares(texts: Texts, figures: Figures) -> list[str]:
    """What people did with the message: "64% opened"; nothing for what nobody did."""
    sentences = []
    for kind, text in (
        (EngagementKind.OPENED, texts("{share} opened")),
        (EngagementKind.CLICKED, texts("{share} clicked")),
        (EngagementKind.ACKNOWLEDGED, texts("{share} confirmed")),
        (EngagementKind.ANSWERED, texts("{share} answered")),
    ):
        if people := figures.people(kind):
            sentences.append(text.format(share=texts.percent(people, figures.reached(people))))
    return sentences
