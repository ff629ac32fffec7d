"""The live card: how a campaign goes, in one place in the author's chat."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.sequels.end_form import end_text
from cards.compose.sequels.mail_form import mail_text
from cards.kit.elements import AdaptiveCard, FactSet
from cards.kit.parts import beside, card, go, handle, heading, hint, name_of, notice, paragraph, progress_bar
from cards.kit.presence import presence_silent
from cards.kit.texts import Texts
from cards.results.comparing.variants import test_line
from cards.results.figures import Figures
from cards.results.outcomes import final_state
from cards.results.shares import shares
from cards.results.troubles import copy_for_the_others, trouble_lines
from storage.records import Campaign, CampaignState, DeliveryState, NotReached, PresenceChoice

#: always shown, so that a zero is seen to be one
ALWAYS = (DeliveryState.UNREACHABLE, DeliveryState.FAILED)
#: nothing was to be sent to them
SPARED = (DeliveryState.MUTED, DeliveryState.CAPPED)


def live_card(
    texts: Texts,
    figures: Figures,
    *,
    ends_about: datetime | None = None,
    silent: bool = False,
    now: datetime | None = None,
) -> AdaptiveCard:
    """One card that is updated in place while the campaign runs.

    ``silent``: it asks for presence, and nobody answers at the moment.
    """
    campaign, tally = figures.campaign, figures.tally
    schedule = campaign.as_scheduled.schedule
    zone = ZoneInfo(schedule.zone)
    done = campaign.state is CampaignState.DONE
    title = texts("🏁 “{name}” is done") if done else texts("📣 “{name}” is on its way")
    if not done and campaign.trouble is not None and campaign.trouble.pauses:
        stopped = campaign.trouble.reason is NotReached.STOPPED
        title = texts("⏹️ “{name}” has been stopped") if stopped else texts("⏸️ “{name}” is paused")
    wanted = tally.total - sum(tally.states.get(state, 0) for state in SPARED)
    sent = texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=texts.number(wanted))
    body: list[Any] = [
        heading(title.format(name=name_of(texts, campaign))),
        *trouble_lines(texts, campaign),
        *([notice(presence_silent(texts, schedule), "warning")] if silent and not done else []),
        beside(
            [paragraph(sent)],
            [paragraph(texts.percent(tally.delivered, wanted), align="Right", weight="Bolder")],
            widths=["stretch", "auto"],
        ),
        progress_bar(tally.delivered, wanted),
        FactSet([*_counts(texts, figures), *([] if done else _what_comes(texts, figures, zone, ends_about))]),
    ]
    if tested := test_line(texts, figures, now) if now else "":
        body.append(hint(tested))
    if share_texts := shares(texts, figures):
        body.append(hint(" · ".join(share_texts)))
    actions = [go(texts("Report"), "report.open", handle(campaign, fresh=True))]
    if campaign.trouble is not None and campaign.trouble.pauses and campaign.keeps_people:
        actions.append(copy_for_the_others(texts, campaign))
    return card(texts, body, actions)


def _counts(texts: Texts, figures: Figures) -> list[tuple[str, str]]:
    tally, schedule = figures.tally, figures.campaign.as_scheduled.schedule
    waiting = tally.states.get(DeliveryState.WAITING, 0)
    always = set(ALWAYS) | ({DeliveryState.ABSENT} if schedule.presence is not PresenceChoice.ALWAYS else set())
    rows = [(texts("Still to send"), texts.number(tally.open - waiting))]
    if waiting:
        rows.append((texts("Waiting for an install"), texts.number(waiting)))
    for state in DeliveryState:
        if state.final and state is not DeliveryState.DELIVERED:
            count = tally.states.get(state, 0)
            if count or state in always:
                rows.append((final_state(texts, state), texts.number(count)))
    if whom := mail_text(texts, figures.campaign.as_scheduled.by_mail):
        mailed = figures.mails.sent if figures.mails else 0
        rows.append((texts("Also by e-mail"), f"{texts.number(mailed)} · {whom}" if mailed else whom))
    return rows


def _what_comes(texts: Texts, figures: Figures, zone: ZoneInfo, ends_about: datetime | None) -> list[tuple[str, str]]:
    schedule = figures.campaign.as_scheduled.schedule
    end, due = schedule.slot.end, figures.next_due
    rows = []
    if figures.campaign.trouble is not None:  # until that is over, nobody knows
        due = ends_about = None
    if due and due < end:
        rows.append((texts("Next message"), texts.moment(due, zone)))
    if ends_about and ends_about < end:
        rows.append((texts("Last message, about"), texts.moment(ends_about, zone)))
    rows.append((texts("Ends"), texts.moment(end, zone)))
    after = end_text(texts, figures.campaign.as_scheduled.end, zone)
    return [*rows, *([(texts("Afterwards"), after)] if after else [])]


def moved_card(texts: Texts, campaign: Campaign) -> AdaptiveCard:
    """What stands in the place of a live card that has been posted anew."""
    return card(texts, [hint(texts("“{name}”: the live card goes on below.", name=name_of(texts, campaign)))])
