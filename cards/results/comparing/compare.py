"""The comparison of a campaign with its author's last ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.kit.elements import AdaptiveCard
from cards.kit.parts import card, go, handle, heading, hint, name_of, paragraph, tables
from cards.kit.texts import Texts
from cards.results.figures import Figures
from storage.records import EngagementKind

OPENED, CLICKED = EngagementKind.OPENED, EngagementKind.CLICKED
ACKNOWLEDGED, ANSWERED = EngagementKind.ACKNOWLEDGED, EngagementKind.ANSWERED


def compare_card(texts: Texts, figures: Figures, others: Sequence[Figures]) -> AdaptiveCard:
    """Beside the author's last campaigns on the same channel, newest first."""
    campaign = figures.campaign
    kinds = (OPENED, CLICKED, ANSWERED, ACKNOWLEDGED)
    shown = [kind for kind in kinds if any(one.counts(kind) for one in (figures, *others))][:3]
    head = (texts("Campaign"), texts("Sent"), *(_done_name(texts, kind) for kind in shown))
    rows = [_compared(texts, one, shown, bold=one is figures) for one in (figures, *others)]
    body: list[Any] = [
        heading(texts("Compare: {name}", name=name_of(texts, campaign))),
        hint(texts("Your last campaigns on {channel}", channel=campaign.channel.traits.name)),
    ]
    if others:
        body += tables([head, *rows, _average(texts, others, shown)], 8, 7)
    else:
        body.append(paragraph(texts("There is none yet to compare it with.")))
    return card(texts, body, [go(texts("Report"), "report.open", handle(campaign))])


def _compared(texts: Texts, figures: Figures, kinds: Sequence[EngagementKind], *, bold: bool) -> tuple[str, ...]:
    name = name_of(texts, figures.campaign)
    cells = [texts.percent(figures.tally.delivered, figures.tally.total)]
    for kind in kinds:
        people = figures.people(kind)
        cells.append(texts.percent(people, figures.reached(people)) if figures.counts(kind) else "–")
    return tuple(f"**{cell}**" if bold else cell for cell in (name, *cells))


def _average(texts: Texts, others: Sequence[Figures], kinds: Sequence[EngagementKind]) -> tuple[str, ...]:
    """Over all of their recipients together."""
    cells = [texts.percent(sum(one.tally.delivered for one in others), sum(one.tally.total for one in others))]
    for kind in kinds:
        offering = [one for one in others if one.counts(kind)]
        people = sum(one.people(kind) for one in offering)
        cells.append(texts.percent(people, sum(one.reached(one.people(kind)) for one in offering)))
    return (texts("Average of the others"), *cells)


def _done_name(texts: Texts, kind: EngagementKind) -> str:
    """What people did, in a word that fits at the head of a narrow column."""
    done = {OPENED: texts("opened"), CLICKED: texts("clicked"), ACKNOWLEDGED: texts("confirmed")}
    return {**done, ANSWERED: texts("answered")}[kind].capitalize()
