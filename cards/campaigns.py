"""Cards about a campaign as a whole: review, information, people, list, deletion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.elements import ActionSet, AdaptiveCard, Container, FactSet
from cards.installs import offer_to_install
from cards.links import links_of
from cards.message import TRACKED, message_card
from cards.parts import (
    Payload,
    act,
    beside,
    card,
    channel_name,
    go,
    handle,
    heading,
    hint,
    member_row,
    name_of,
    notice,
    notices,
    paragraph,
    reach_text,
    state_sign,
    state_text,
    subheading,
)
from cards.presence import presence_text
from cards.skype import skype_text
from cards.texts import Texts
from cards.variables import escape_markdown
from cards.wizard import step_name, steps_bar
from storage.records import (
    Campaign,
    CampaignState,
    Channel,
    Engagement,
    EngagementKind,
    Member,
    Message,
    Reach,
    Schedule,
    Tally,
    Tracking,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the forecast of a campaign says, ready to be read."""

    messages: int
    first: datetime | None
    last: datetime | None
    #: messages in the busiest minute to expect
    peak: int
    fits: bool
    #: the start is "now": there is no instant yet
    now: bool
    #: people who can be reached, and where nobody works in this time
    asleep: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is known of a campaign's three parts; a missing part is None."""

    message: Message | None
    #: the message with the values of ``sample``
    preview: Message | None
    #: the recipient that the preview is rendered for
    sample: str
    audience_name: str
    reach: Reach | None
    schedule: Schedule | None
    starts_now: bool = False
    tracking: Tracking = TRACKED


def review_card(
    texts: Texts,
    campaign: Campaign,
    overview: Overview,
    outlook: Outlook | None,
    problems: Sequence[tuple[str, str]],
    warnings: Sequence[str],
    notice_text: str = "",
) -> AdaptiveCard:
    """``problems``: (step, what is wrong); while there are any, it cannot be scheduled."""
    body: list[Any] = [
        *notices(notice_text, "accent"),
        steps_bar(texts, "review"),
        heading(name_of(texts, campaign)),
    ]
    body += [notice(f"**{step_name(texts, step)}**: {text}", "attention") for step, text in problems]
    body += [notice(text, "warning") for text in warnings]
    payload = handle(campaign)
    if overview.preview:
        body.append(subheading(texts("As {person} will see it", person=escape_markdown(overview.sample))))
        body.append(_preview(campaign, overview.preview))
    body.append(_changes(texts, payload, "message"))
    body.append(subheading(texts("Audience and schedule")))
    body.append(FactSet(facts(texts, campaign, overview)))
    if outlook and not problems:
        body.append(hint(outlook_text(texts, outlook, _zone(overview))))
    body.append(_changes(texts, payload, "audience", "schedule"))
    actions = []
    if not problems:
        actions.append(act(texts("Schedule it"), "campaign.schedule", payload, style="positive"))
    if overview.message:
        actions.append(go(texts("Try it"), "try.open", payload))
    if overview.reach:
        actions.append(go(texts("See the people"), "people.open", {**payload, "page": 0}))
    return card(texts, body, actions)


def _changes(texts: Texts, payload: Payload, *steps: str) -> ActionSet:
    """Buttons that lead back to steps, beside what they change: clients cut a row of many."""
    return ActionSet(
        actions=[
            go(texts("Change the {step}", step=step_name(texts, step).lower()), "form.open", {**payload, "step": step})
            for step in steps
        ]
    )


def _zone(overview: Overview) -> ZoneInfo | None:
    return ZoneInfo(overview.schedule.zone) if overview.schedule else None


def _preview(campaign: Campaign, message: Message) -> Container:
    if campaign.channel is Channel.SKYPE:
        items: list[Any] = [paragraph(skype_text(message))]
    else:
        items = [*message_card(campaign.id, message, lambda _, button: button.url).render()["body"]]
    buttons = [escape_markdown(button.title) for button in message.buttons]
    if buttons:
        items.append(hint("   ".join(f"▢ {title}" for title in buttons)))
    return Container(style="emphasis", items=items)


def facts(texts: Texts, campaign: Campaign, overview: Overview) -> list[tuple[str, str]]:
    """S14: the channel, the list, the start, the duration, and who can be reached."""
    rows = [(texts("Channel"), channel_name(campaign.channel))]
    if overview.reach:
        rows.append((texts("Audience"), escape_markdown(overview.audience_name)))
        rows.append((texts("Reach"), reach_text(texts, overview.reach)))
        if overview.reach.guests:
            left_out = texts.many("{count} is left out", "{count} are left out", overview.reach.guests)
            rows.append((texts("Guests"), left_out))
    schedule = overview.schedule
    if schedule:
        zone = ZoneInfo(schedule.zone)
        starts = texts("as soon as you schedule it") if overview.starts_now else texts.moment(schedule.slot.start, zone)
        rows.append((texts("Start"), f"{starts} ({schedule.zone})"))
        rows.append((texts("Duration"), texts.duration(schedule.slot.duration)))
        rows.append((texts("Working hours"), hours_text(texts, schedule)))
        if presence := presence_text(texts, schedule):
            rows.append((texts("Presence"), presence))
    rows += _tracking(texts, overview)
    return rows


def _tracking(texts: Texts, overview: Overview) -> list[tuple[str, str]]:
    """What is not noted of what people do; nothing where all is."""
    said = []
    if overview.tracking.anonymous:
        said.append(texts("without names: totals only"))
    if not overview.tracking.links and overview.message and links_of(overview.message):
        said.append(texts("clicks are not counted"))
    return [(texts("Engagement"), ", ".join(said))] if said else []


def hours_text(texts: Texts, schedule: Schedule) -> str:
    hours = schedule.hours
    if hours.opens == hours.closes and len(hours.days) == 7:
        return texts("at any time")
    days = texts.enumerate([texts.weekday(day) for day in sorted(hours.days)])
    shown = texts(
        "{opens} to {closes}, {days}", opens=texts.clock(hours.opens), closes=texts.clock(hours.closes), days=days
    )
    return texts("{hours}, on each person's own clock", hours=shown) if schedule.own_zone else shown


def outlook_text(texts: Texts, outlook: Outlook, zone: ZoneInfo | None) -> str:
    count = texts.many("{count} message", "{count} messages", outlook.messages)
    if outlook.first is None or outlook.last is None:
        return count
    return texts(
        "{messages}, from {first} to about {last}; {peak} in the busiest minute.",
        messages=count,
        first=texts("now") if outlook.now else texts.moment(outlook.first, zone),
        last=texts.moment(outlook.last, zone),
        peak=texts.number(outlook.peak),
    )


def information_card(
    texts: Texts, campaign: Campaign, overview: Overview, tally: Tally | None, notice_text: str = "", tone: str = "good"
) -> AdaptiveCard:
    """INFORMATION (S14), with what can be done in the campaign's state (S13, S15, S16)."""
    rows = [(texts("State"), f"{state_sign(campaign.state)} {state_text(texts, campaign.state)}")]
    rows += facts(texts, campaign, overview)
    if tally and tally.total:
        rows.append((texts("Sent"), _of(texts, tally.delivered, tally.total)))
    body: list[Any] = [*notices(notice_text, tone), heading(name_of(texts, campaign)), FactSet(rows)]
    if overview.preview:
        body += [subheading(texts("Message")), _preview(campaign, overview.preview)]
    payload = handle(campaign)
    actions: list[Any] = []
    if campaign.state.changeable:
        actions.append(go(texts("Change it"), "form.open", {**payload, "step": "review"}))
    if campaign.state in (CampaignState.RUNNING, CampaignState.DONE):
        actions.append(go(texts("Report"), "report.open", payload))
    if overview.message:
        actions.append(go(texts("Try it"), "try.open", payload))
    if campaign.state is not CampaignState.RUNNING:
        actions.append(go(texts("Delete"), "delete.open", payload))
    actions.append(go(texts("All campaigns"), "campaigns.open", {"page": 0}))
    return card(texts, body, actions)


def _of(texts: Texts, part: int, whole: int) -> str:
    return texts("{part} of {whole}", part=texts.number(part), whole=texts.number(whole))


def people_card(
    texts: Texts,
    campaign: Campaign,
    reach: Reach,
    members: Sequence[Member],
    page: int,
    pages: int,
    installable: int = 0,
) -> AdaptiveCard:
    """``installable``: for how many the bot can install itself."""
    body: list[Any] = [
        heading(texts("The people of “{name}”", name=name_of(texts, campaign))),
        paragraph(reach_text(texts, reach)),
        *(member_row(texts, member, campaign.channel) for member in members),
    ]
    if pages > 1:
        body.append(hint(texts("Page {page} of {pages}", page=page + 1, pages=pages)))
    if reach.reachable < reach.total:
        body.append(
            hint(
                texts(
                    "Who is shown in grey has not installed Crieur on {channel}."
                    " If they do before the campaign ends, they receive it too.",
                    channel=channel_name(campaign.channel),
                )
            )
        )
    payload = handle(campaign)
    body += offer_to_install(texts, installable, payload)
    actions = []
    if page + 1 < pages:
        actions.append(go(texts("More"), "people.open", {**payload, "page": page + 1}))
    if page:
        actions.append(go(texts("Previous"), "people.open", {**payload, "page": page - 1}))
    actions.append(go(texts("Back"), "campaign.open", payload))
    return card(texts, body, actions)


def delete_card(texts: Texts, campaign: Campaign) -> AdaptiveCard:
    what = (
        texts("Its report goes with it. Messages that people have received stay in their chats.")
        if campaign.state is CampaignState.DONE
        else texts("It has not been sent to anybody.")
    )
    payload = handle(campaign)
    return card(
        texts,
        [heading(texts("Delete “{name}”?", name=name_of(texts, campaign))), paragraph(what)],
        [
            act(texts("Yes, delete it"), "delete.confirm", payload, style="destructive"),
            go(texts("Keep it"), "campaign.open", payload),
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One campaign in the list, with its key figures."""

    campaign: Campaign
    tally: Tally
    engagement: Sequence[Engagement]


def campaigns_card(texts: Texts, lines: Sequence[Line], page: int, pages: int, notice_text: str = "") -> AdaptiveCard:
    body: list[Any] = [*notices(notice_text, "good"), heading(texts("Your campaigns"))]
    if not lines:
        body.append(paragraph(texts("There is none yet. Shall we make the first one?")))
    body += [_line(texts, line) for line in lines]
    if pages > 1:
        body.append(hint(texts("Page {page} of {pages}", page=page + 1, pages=pages)))
    actions = [act(texts("New campaign"), "campaign.new", {}, style="positive")]
    if page + 1 < pages:
        actions.append(go(texts("More"), "campaigns.open", {"page": page + 1}))
    if page:
        actions.append(go(texts("Previous"), "campaigns.open", {"page": page - 1}))
    return card(texts, body, actions)


def _line(texts: Texts, line: Line) -> Any:
    campaign = line.campaign
    tooltip = texts("Open “{name}”", name=campaign.name or texts("A new campaign"))
    open_it = go(texts("Open"), "campaign.open", handle(campaign), tooltip=tooltip)
    row = beside(
        [paragraph(f"**{name_of(texts, campaign)}**"), hint(figures(texts, line), spacing="None")],
        [ActionSet(actions=[open_it])],
        widths=["stretch", "auto"],
    )
    row.separator = True
    return row


def figures(texts: Texts, line: Line) -> str:
    """State and key figures on one line."""
    campaign, tally = line.campaign, line.tally
    parts = [f"{state_sign(campaign.state)} {state_text(texts, campaign.state)}"]
    if campaign.state is CampaignState.SCHEDULED and campaign.schedule:
        parts.append(texts.moment(campaign.schedule.slot.start, ZoneInfo(campaign.schedule.zone)))
    if tally.total:
        parts.append(
            texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=texts.number(tally.total))
        )
    people = {item.kind: item.people for item in line.engagement if item.button is None}
    if clicked := people.get(EngagementKind.CLICKED):
        parts.append(texts("{share} clicked", share=texts.percent(clicked, tally.delivered)))
    if confirmed := people.get(EngagementKind.ACKNOWLEDGED):
        parts.append(texts("{share} confirmed", share=texts.percent(confirmed, tally.delivered)))
    return " · ".join(parts)
