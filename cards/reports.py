"""How a campaign goes, and how it went: the live card and the report card (S19, S27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.elements import AdaptiveCard, DonutChart, FactSet, Table
from cards.parts import (
    beside,
    card,
    channel_name,
    go,
    handle,
    heading,
    hint,
    name_of,
    notice,
    paragraph,
    progress_bar,
    subheading,
)
from cards.presence import presence_figures, presence_silent
from cards.texts import Texts
from cards.variables import escape_markdown
from storage.records import (
    Button,
    ButtonKind,
    Campaign,
    CampaignState,
    Channel,
    DeliveryState,
    Engagement,
    EngagementKind,
    NotReached,
    Tally,
)

#: the names of chart colours that Teams knows
COLORS = {
    DeliveryState.DELIVERED: "good",
    DeliveryState.UNREACHABLE: "neutral",
    DeliveryState.ABSENT: "categoricalBlue",
    DeliveryState.EXPIRED: "warning",
    DeliveryState.FAILED: "attention",
    DeliveryState.UNCONFIRMED: "categoricalPurple",
    DeliveryState.MUTED: "categoricalTeal",
    DeliveryState.CAPPED: "categoricalMarigold",
}


def final_state(texts: Texts, state: DeliveryState) -> str:
    return {
        DeliveryState.DELIVERED: texts("Delivered"),
        DeliveryState.UNREACHABLE: texts("Unreachable"),
        DeliveryState.ABSENT: texts("Absent"),
        DeliveryState.EXPIRED: texts("Expired"),
        DeliveryState.FAILED: texts("Failed"),
        DeliveryState.UNCONFIRMED: texts("Unconfirmed"),
        DeliveryState.MUTED: texts("Muted"),
        DeliveryState.CAPPED: texts("Capped"),
    }[state]


def reason_text(texts: Texts, reason: NotReached, channel: Channel) -> str:
    """A plain reason for somebody who was not reached."""
    name = channel_name(channel)
    return {
        NotReached.NEVER_INSTALLED: texts("They have never installed Crieur."),
        NotReached.UNINSTALLED: texts("They have removed Crieur."),
        NotReached.BLOCKED: texts("They have blocked Crieur."),
        NotReached.GONE: texts("They have left the organisation."),
        NotReached.CHAT_LOST: texts("Their chat could not be opened again."),
        NotReached.ABSENT: texts("They were not there, try after try."),
        NotReached.PRESENCE_UNKNOWN: texts("The time was over before anybody could tell whether they were there."),
        NotReached.SLOT_OVER: texts("The time of the campaign was over first."),
        NotReached.THROTTLED: texts("The time was over while {channel} asked us to slow down.", channel=name),
        NotReached.OUTAGE: texts("{channel} did not answer, try after try.", channel=name),
        NotReached.REFUSED: texts("{channel} refused the message.", channel=name),
        NotReached.CONNECTION_BROKE: texts("The connection broke after sending: it may have arrived."),
        NotReached.LIST_GONE: texts("The group or team of their list was gone."),
        NotReached.LIST_NOT_READ: texts("The time was over before I could read who stands in their list."),
        NotReached.BOT_STOPPED: texts("The bot stopped while sending: it may have arrived."),
    }[reason]


def live_card(
    texts: Texts, campaign: Campaign, tally: Tally, next_due: datetime | None, *, silent: bool = False
) -> AdaptiveCard:
    """One card in the author's chat, updated in place while the campaign runs.

    ``silent``: it asks for presence, and nobody answers at the moment.
    """
    assert campaign.schedule is not None
    zone = ZoneInfo(campaign.schedule.zone)
    settled = tally.total - tally.open
    waiting = tally.states.get(DeliveryState.WAITING, 0)
    done = campaign.state is CampaignState.DONE
    if done or (next_due and next_due >= campaign.schedule.slot.end):
        next_due = None
    title = texts("🏁 “{name}” is done") if done else texts("📣 “{name}” is on its way")
    body: list[Any] = [
        heading(title.format(name=name_of(texts, campaign))),
        *([notice(presence_silent(texts, campaign.schedule), "warning")] if silent and not done else []),
        beside(
            [
                paragraph(
                    texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=texts.number(tally.total))
                )
            ],
            [paragraph(texts.percent(settled, tally.total), align="Right", weight="Bolder")],
            widths=["stretch", "auto"],
        ),
        progress_bar(settled, tally.total),
        FactSet(
            [
                (texts("Sent"), texts.number(tally.delivered)),
                (texts("Still to send"), texts.number(tally.open - waiting)),
                *([(texts("Waiting for an install"), texts.number(waiting))] if waiting else []),
                *(
                    (final_state(texts, state), texts.number(count))
                    for state, count in sorted(tally.states.items())
                    if state.final and state is not DeliveryState.DELIVERED and count
                ),
                *([(texts("Next message"), texts.moment(next_due, zone))] if next_due else []),
                *([(texts("Ends"), texts.moment(campaign.schedule.slot.end, zone))] if not done else []),
            ]
        ),
    ]
    return card(texts, body, [go(texts("Report"), "report.open", handle(campaign, fresh=True))])


def report_card(
    texts: Texts,
    campaign: Campaign,
    tally: Tally,
    engagement: Sequence[Engagement],
    now: datetime,
    next_due: datetime | None,
) -> AdaptiveCard:
    assert campaign.schedule is not None and campaign.message is not None
    zone = ZoneInfo(campaign.schedule.zone)
    totals = {item.kind: item for item in engagement if item.button is None}
    delivered = tally.delivered
    rows = [
        (texts("Channel"), channel_name(campaign.channel)),
        (texts("Recipients"), texts.number(tally.total)),
        (texts("Sent"), texts.number(delivered)),
        (texts("Send rate"), texts.percent(delivered, tally.total)),
    ]
    if next_due and next_due < campaign.schedule.slot.end:
        rows.append((texts("Next message"), texts.moment(next_due, zone)))
    rows += _engagement_rows(texts, totals, delivered, campaign.message.buttons)
    if totals:
        rows.append((texts("Last press"), texts.moment(max(item.last_at for item in totals.values()), zone)))
    body: list[Any] = [
        heading(texts("Report: {name}", name=name_of(texts, campaign))),
        hint(_when(texts, campaign, zone)),
        FactSet(rows),
    ]
    if tally.total:
        body.append(_outcome_chart(texts, tally))
    body += _buttons(texts, campaign.message.buttons, engagement)
    body += presence_figures(texts, campaign, tally)
    body += _reasons(texts, tally, campaign.channel)
    body.append(hint(texts("As of {moment}", moment=texts.moment(now, zone))))
    payload = handle(campaign)
    unconfirmed = tally.states.get(DeliveryState.UNCONFIRMED, 0)
    return card(
        texts,
        body,
        [
            go(texts("Refresh"), "report.open", payload),
            *(
                [go(_again(texts, unconfirmed), "report.again", payload)]
                if unconfirmed and campaign.finished_at
                else []
            ),
            go(texts("Information"), "campaign.open", payload),
            go(texts("All campaigns"), "campaigns.open", {"page": 0}),
        ],
    )


def _again(texts: Texts, unconfirmed: int) -> str:
    return texts.many("Send again to {count} unconfirmed", "Send again to {count} unconfirmed", unconfirmed)


def _when(texts: Texts, campaign: Campaign, zone: ZoneInfo) -> str:
    if campaign.started_at and campaign.finished_at:
        return texts(
            "From {start} to {end}",
            start=texts.moment(campaign.started_at, zone),
            end=texts.moment(campaign.finished_at, zone),
        )
    if campaign.started_at:
        return texts("Running since {start}", start=texts.moment(campaign.started_at, zone))
    return texts("It has not started yet.")


#: what a press of a button counts as; that its message was opened is counted beside it
PRESSED = {
    ButtonKind.LINK: EngagementKind.CLICKED,
    ButtonKind.ACKNOWLEDGE: EngagementKind.ACKNOWLEDGED,
    ButtonKind.ANSWER: EngagementKind.ANSWERED,
}


def _engagement_rows(
    texts: Texts, totals: Mapping[EngagementKind, Engagement], delivered: int, buttons: Sequence[Button]
) -> list[tuple[str, str]]:
    """Rates of what the message offers: people who clicked, people who confirmed."""
    offered = {button.kind.value for button in buttons}
    rows = []
    for kind, name, offer in (
        (EngagementKind.CLICKED, texts("Click engagement"), "link"),
        (EngagementKind.ACKNOWLEDGED, texts("Confirmed"), "acknowledge"),
    ):
        if offer in offered:
            found = totals.get(kind)
            rows.append((name, _engaged(texts, found.people if found else 0, found.presses if found else 0, delivered)))
    return rows


def _engaged(texts: Texts, people: int, presses: int, delivered: int) -> str:
    return "{} – {}, {}".format(
        texts.percent(people, delivered),
        texts.many("{count} person", "{count} people", people),
        texts.many("{count} press", "{count} presses", presses),
    )


def _outcome_chart(texts: Texts, tally: Tally) -> DonutChart:
    counts = [(state, count) for state, count in sorted(tally.states.items()) if count and state.final]
    parts = [(final_state(texts, state), count, COLORS[state]) for state, count in counts]
    if tally.open:
        parts.append((texts("Still to send"), tally.open, "categoricalBlue"))
    table = Table(
        [
            (texts("Outcome"), texts("People"), texts("Share")),
            *((name, texts.number(count), texts.percent(count, tally.total)) for name, count, _ in parts),
        ],
        widths=[3, 1, 1],
    )
    return DonutChart(texts("What became of the messages"), parts, fallback=table)


def _buttons(texts: Texts, buttons: Sequence[Button], engagement: Sequence[Engagement]) -> list[Any]:
    if not buttons:
        return []
    found = {(item.kind, item.button): item for item in engagement}
    rows = [(texts("Button"), texts("People"), texts("Presses"))]
    for number, button in enumerate(buttons):
        item = found.get((PRESSED[button.kind], number))
        rows.append(
            (
                escape_markdown(button.title),
                texts.number(item.people if item else 0),
                texts.number(item.presses if item else 0),
            )
        )
    return [subheading(texts("Buttons")), Table(rows, widths=[3, 1, 1])]


def _reasons(texts: Texts, tally: Tally, channel: Channel) -> list[Any]:
    if not tally.reasons:
        return []
    rows = [(texts("Why some were not reached"), texts("People"))]
    rows += [
        (reason_text(texts, reason, channel), texts.number(count))
        for reason, count in sorted(tally.reasons.items(), key=lambda item: -item[1])
    ]
    return [subheading(texts("Not reached")), Table(rows, widths=[4, 1])]
