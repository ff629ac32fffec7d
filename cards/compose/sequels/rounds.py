"""Rounds of a must-read, in its report: whom each has reminded, what came of it, and who is left."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.sequels.follow_form import follow_text
from cards.kit.elements import ActionSet
from cards.kit.parts import beside, go, handle, hint, paragraph, subheading
from cards.kit.texts import Texts
from cards.results.figures import Figures
from cards.results.shares import shares
from storage.records import CampaignState
from storage.records.campaign_life import follows_up


def rounds_of(texts: Texts, figures: Figures) -> list[Any]:
    """Nothing for a campaign that reminds nobody."""
    campaign, frozen = figures.campaign, figures.campaign.as_scheduled
    if frozen.follow_up is None:
        return []
    zone, sequels = ZoneInfo(frozen.schedule.zone), campaign.sequels
    next_at = sequels.next_at if sequels and sequels.last_at and follows_up(campaign) else None
    body: list[Any] = [
        subheading(texts("Reminders")),
        hint(texts("Reminds: {whom}", whom=follow_text(texts, frozen.follow_up))),
        *(_line(texts, number, one, zone) for number, one in enumerate(figures.rounds, 1)),
    ]
    if figures.left is not None and campaign.state is CampaignState.DONE:
        body.append(
            paragraph(
                texts.many("**{count}** person is left.", "**{count}** people are left.", figures.left)
                if figures.left
                else texts("Nobody is left.")
            )
        )
    if next_at is not None:
        stop = go(texts("Remind no more"), "chase.end", handle(campaign))
        next_text = texts("The next ones go out on {moment}.", moment=texts.moment(next_at, zone))
        body.append(beside([hint(next_text)], [ActionSet(actions=[stop])], widths=["stretch", "auto"]))
    return body


def _line(texts: Texts, number: int, figures: Figures, zone: ZoneInfo) -> Any:
    tally, starts = figures.tally, figures.campaign.created_at
    parts = [texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=texts.number(tally.total))]
    title = texts("{number}. on {moment}", number=texts.number(number), moment=texts.moment(starts, zone))
    report = go(texts("Report"), "report.open", handle(figures.campaign))
    report.tooltip = texts("Open “{name}”", name=figures.campaign.name)
    words = [paragraph(f"**{title}**"), hint(" · ".join([*parts, *shares(texts, figures)]), spacing="None")]
    row = beside(words, [ActionSet(actions=[report])], widths=["stretch", "auto"])
    row.separator = True
    return row
