"""Series: one card for all that has come of it and is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.review import Overview, facts, in_languages, preview_of
from cards.kit.elements import AdaptiveCard, FactSet
from cards.kit.parts import (
    card,
    go,
    handle,
    heading,
    hint,
    name_of,
    notices,
    paragraph,
    row_of_list,
    state_sign,
    state_text,
    subheading,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.results.figures import Figures
from cards.results.shares import shares
from storage.records import Campaign, CampaignState
from storage.records.step_forms import is_sequence

NAMED = 3  #: occurrences that were missed are named, the last ones


def has_come(campaign: Campaign) -> bool:
    """Whether something has come of it as a series, be it over."""
    if campaign.state in (CampaignState.RUNNING, CampaignState.DONE):
        return False
    return campaign.sequels is not None and campaign.sequels.last_at is not None


def series_state(texts: Texts, campaign: Campaign) -> str:
    if campaign.state is CampaignState.DRAFT and is_sequence(campaign.forms):
        return texts("⏹️ The sequence has ended")
    if campaign.state is CampaignState.DRAFT:
        return texts("⏹️ The series has ended")
    if campaign.sequels is not None and campaign.sequels.paused and campaign.state is CampaignState.SCHEDULED:
        return texts("⏸️ Paused")
    return f"{state_sign(campaign.state)} {state_text(texts, campaign.state)}"


def series_card(
    texts: Texts,
    campaign: Campaign,
    overview: Overview,
    past: Sequence[Figures],
    notice_text: str = "",
    tone: str = "good",
    *,
    decides: bool = False,
    changes: bool = True,
    author: str = "",
) -> AdaptiveCard:
    """The next one, the last ones with their figures, and what can be done; parameters as of an information card."""
    none_comes = _is_paused(campaign) or campaign.state is CampaignState.DRAFT
    rows = [(texts("State"), series_state(texts, campaign))]
    if author:
        rows.append((texts("Author"), escape_markdown(author)))
    shown = facts(texts, campaign, _from_the_next(campaign, overview))
    rows += [row for row in shown if not none_comes or row[0] != texts("Next one")]
    if made := campaign.sequels.made if campaign.sequels else 0:
        rows.append((texts("So far"), texts.many("{count} time", "{count} times", made)))
    body: list[Any] = [*notices(notice_text, tone), heading(name_of(texts, campaign)), FactSet(rows)]
    body += _missed(texts, campaign)
    if past:
        body.append(subheading(texts("The last ones")))
        body += [_line(texts, figures) for figures in past]
    if overview.preview:
        body += [subheading(texts("Message")), preview_of(campaign, overview.preview, overview.footer)]
        body += in_languages(texts, overview, "campaign.open", handle(campaign))
    actions = actions_of(texts, campaign, overview, decides=decides, changes=changes)
    return card(texts, body, actions)


def _is_paused(campaign: Campaign) -> bool:
    goes_on = campaign.state is CampaignState.SCHEDULED
    return goes_on and campaign.sequels is not None and campaign.sequels.paused


def actions_of(texts: Texts, campaign: Campaign, overview: Overview, *, decides: bool, changes: bool) -> list[Any]:
    """What can be done with a series, or a sequence, by somebody who may decide on it, or change it."""
    goes_on, paused = campaign.state is CampaignState.SCHEDULED, _is_paused(campaign)
    payload = handle(campaign)
    actions: list[Any] = []
    if decides:
        actions.append(go(texts("Decide"), "approval.open", payload, style="positive"))
    if changes and campaign.state.changeable:
        actions.append(go(texts("Change it"), "form.open", {**payload, "step": "review"}))
    if changes and paused:
        actions.append(go(texts("Go on"), "series.go_on", payload, style="positive"))
    elif changes and goes_on:
        actions.append(go(texts("Pause it"), "series.pause", payload))
    if changes and goes_on:
        actions.append(go(texts("End it"), "series.end", payload))
    under: dict[str, Any] = {"mode": "secondary"}
    if overview.message:
        actions.append(go(texts("Try it"), "try.open", payload, **under))
    actions.append(go(texts("Copy"), "campaign.copy", payload, **under))
    if changes and not goes_on:
        actions.append(go(texts("Delete"), "delete.open", payload, **under))
    if not decides:  # a row has room for six
        actions.append(go(texts("All campaigns"), "campaigns.open", {"page": 0}, **under))
    return actions


def _from_the_next(campaign: Campaign, overview: Overview) -> Overview:
    """What is said of its start is the next one's, as long as it goes on."""
    schedule, next_at = overview.schedule, campaign.sequels.next_at if campaign.sequels else None
    if schedule is None or next_at is None or campaign.state is not CampaignState.SCHEDULED:
        return overview
    return replace(overview, schedule=replace(schedule, slot=replace(schedule.slot, start=next_at)))


def _missed(texts: Texts, campaign: Campaign) -> list[Any]:
    missed = campaign.sequels.missed if campaign.sequels else ()
    return [hint(missed_text(texts, campaign, missed))] if missed else []


def missed_text(texts: Texts, campaign: Campaign, missed: Sequence[datetime]) -> str:
    zone = ZoneInfo(campaign.as_scheduled.schedule.zone) if campaign.frozen else texts.zone
    named = [texts.moment(start, zone) for start in missed[-NAMED:]]
    if more := len(missed) - len(named):
        named.insert(0, texts.many("{count} before", "{count} before", more))
    return texts("Not sent, as Crieur was away for the whole time: {days}", days=texts.enumerate(named))


def _line(texts: Texts, figures: Figures) -> Any:
    campaign, tally = figures.campaign, figures.tally
    parts = [f"{state_sign(campaign.state)} {state_text(texts, campaign.state)}"]
    if tally.total:
        whole = texts.number(tally.total)
        parts.append(texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=whole))
    tooltip = texts("Open “{name}”", name=campaign.name)
    has_report = campaign.state in (CampaignState.RUNNING, CampaignState.DONE)
    verb, title = ("report.open", texts("Report")) if has_report else ("campaign.open", texts("Open"))
    said = hint(" · ".join([*parts, *shares(texts, figures)]), spacing="None")
    words = [paragraph(f"**{_day(texts, campaign)}**"), said]
    return row_of_list(words, [go(title, verb, handle(campaign), tooltip=tooltip)])


def _day(texts: Texts, campaign: Campaign) -> str:
    if campaign.frozen is None:
        return name_of(texts, campaign)
    schedule = campaign.frozen.schedule
    return texts.moment(schedule.slot.start, ZoneInfo(schedule.zone))


def missed_card(texts: Texts, series: Campaign, missed: Sequence[datetime]) -> AdaptiveCard:
    """The author hears what did not go out, as the bot was away for the whole of its time."""
    body = [
        *notices(texts("“{name}” was missed.", name=name_of(texts, series)), "warning"),
        paragraph(missed_text(texts, series, missed)),
        hint(texts("The series goes on with the next one. To send it all the same, copy it and send the copy now.")),
    ]
    payload = handle(series)
    actions = [
        go(texts("Open"), "campaign.open", payload),
        go(texts("Copy"), "campaign.copy", {**payload, "once": "true"}),
    ]
    return card(texts, body, actions)
