"""A sequence: one card for its steps, with what has become of each, and for what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.campaigns.series import actions_of, series_state
from cards.compose.review import Overview, facts, in_languages, preview_of
from cards.compose.sequels.steps_form import steps_of
from cards.kit.elements import ActionSet, AdaptiveCard, FactSet
from cards.kit.parts import beside, card, go, handle, heading, hint, name_of, notices, subheading
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.results.figures import Figures
from cards.results.shares import shares
from storage.records import Campaign, CampaignState
from storage.records.step_forms import numbers_of


def sequence_said(texts: Texts, campaign: Campaign) -> str:
    """In a list of campaigns: how many steps it has."""
    return texts.many("a sequence of {count} step", "a sequence of {count} steps", len(numbers_of(campaign.forms)))


def sequence_card(
    texts: Texts,
    campaign: Campaign,
    overview: Overview,
    steps: Sequence[tuple[int, Figures]],
    notice_text: str = "",
    tone: str = "good",
    *,
    decides: bool = False,
    changes: bool = True,
    author: str = "",
    counted: int | None = None,
) -> AdaptiveCard:
    """``steps``: the figures of each by its number; ``counted``: of so many sendings, the last ones; None: of all."""
    sequels = campaign.sequels
    rows = [(texts("State"), series_state(texts, campaign))]
    if author:
        rows.append((texts("Author"), escape_markdown(author)))
    rows += facts(texts, campaign, overview)
    if sequels is not None:
        rows.append((texts("Joined so far"), texts.many("{count} person", "{count} people", sequels.made)))
        inside = sum(cohort.people for cohort in sequels.cohorts)
        rows.append((texts("In it now"), texts.many("{count} person", "{count} people", inside)))
    body: list[Any] = [*notices(notice_text, tone), heading(name_of(texts, campaign)), FactSet(rows)]
    payload = handle(campaign)
    lines = steps_of(texts, campaign, "campaign.open", payload)
    by_number = dict(steps)
    body += lines[:1]
    for number, line in zip(numbers_of(campaign.forms), lines[1:], strict=True):
        if steps:
            line.separator, line.spacing = True, "Medium"
        body.append(line)
        if (figures := by_number.get(number)) is not None:
            body.append(_came_of(texts, figures))
    if counted is not None:
        last = texts.many("Of the last {count} sending.", "Of the last {count} sendings.", counted)
        body.append(hint(last, spacing="Small"))
    if overview.preview:
        body += [subheading(texts("Message")), preview_of(campaign, overview.preview, overview.footer)]
        body += in_languages(texts, overview, "campaign.open", payload)
    actions = actions_of(texts, campaign, overview, decides=decides, changes=changes)
    return card(texts, body, actions)


def _came_of(texts: Texts, figures: Figures) -> Any:
    """Of all its sendings, with the way to the report of the last one."""
    tally, last = figures.tally, figures.campaign
    if not tally.total:
        return hint(texts("nobody yet"), spacing="None")
    whole = texts.number(tally.total)
    sent = texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=whole)
    words = hint(" · ".join([sent, *shares(texts, figures)]), spacing="None")
    if last.step is None or last.state not in (CampaignState.RUNNING, CampaignState.DONE):
        return words
    report = go(texts("Last report"), "report.open", handle(last), tooltip=texts("Open “{name}”", name=last.name))
    row = beside([words], [ActionSet(actions=[report])], widths=["stretch", "auto"])
    row.spacing = "Small"
    return row
