"""The review: the message as a recipient will see it, the forecast, what is missing; the way back to every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.compose import step_name, steps_bar
from cards.compose.fields import shown_rows
from cards.compose.said import ask_actions, ask_text, asks_of
from cards.compose.schedule.closures import closed_text
from cards.compose.schedule.lines import days_text
from cards.compose.sequels.end_form import end_text
from cards.compose.sequels.follow_form import follow_text
from cards.compose.sequels.mail_form import mail_text
from cards.compose.sequels.repeat_form import repeat_text
from cards.compose.sequels.steps_form import steps_of, to_steps, whom_text
from cards.compose.variants.ab_form import ab_text
from cards.kit.elements import ActionSet, AdaptiveCard, Container, FactSet, ToggleVisibility
from cards.kit.parts import (
    Payload,
    act,
    card,
    go,
    handle,
    heading,
    hint,
    name_of,
    notice,
    notices,
    paragraph,
    reach_text,
    subheading,
)
from cards.kit.presence import presence_text
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.installs import offer_to_install
from cards.message.compile import LIMIT, TRACKED, message_card, summary_of
from cards.message.links import links_of
from cards.message.skype import skype_text
from storage.records import (
    ABTest,
    ByMail,
    Campaign,
    End,
    FollowUp,
    Message,
    Reach,
    Schedule,
    Topic,
    Tracking,
    Variant,
)
from storage.records.step_forms import is_sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
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
    #: where the window ends, in which each message has its instant; None where they do not all fit into it
    closes: datetime | None = None
    #: people who can be reached, and have muted campaigns
    muted: int = 0
    #: ... and have left its topic
    left: int = 0
    #: ... and have quiet hours in all of this time
    quiet: int = 0
    #: people who have had as many messages this week as the organisation allows
    enough: int = 0


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
    follow_up: FollowUp | None = None
    end: End | None = None
    ab_test: ABTest | None = None
    #: of an A/B test, variant B with the values of ``sample``
    other: Message | None = None
    by_mail: ByMail | None = None
    topic: Topic | None = None
    #: the lines beneath the message
    footer: Sequence[str] = ()
    tracking: Tracking = TRACKED
    #: which recipient that is, from 0, and whether there is another
    person: int = 0
    another: bool = False
    #: the language of the preview, and all of them, the message's own first; none where there is one only
    language: str = ""
    languages: tuple[str, ...] = ()
    #: bytes that the message takes on the wire
    size: int = 0
    #: for how many the bot can install itself
    installable: int = 0


def review_card(
    texts: Texts,
    campaign: Campaign,
    overview: Overview,
    forecast: Forecast | None,
    problems: Sequence[tuple[str, str]],
    warnings: Sequence[str],
    notice_text: str = "",
    *,
    approval: bool = False,
) -> AdaptiveCard:
    """``problems``: (step, what is wrong); while there are any, it cannot be scheduled. ``approval``: of somebody else,
    without which it does not go out.
    """
    body: list[Any] = [
        *notices(notice_text, "accent"),
        steps_bar(texts, "review"),
        heading(name_of(texts, campaign)),
    ]
    asks = {ask_text(texts, asked): (number, asked) for number, asked in enumerate(asks_of(campaign.forms))}
    for step, text in problems:
        body.append(notice(texts("**{step}**: {problem}", step=step_name(texts, step), problem=text), "attention"))
        if text in asks:
            body += ask_actions(texts, campaign, *asks[text])
    body += [notice(text, "warning") for text in warnings]
    payload = handle(campaign) if campaign.changes_of is None else handle(campaign, of=campaign.changes_of)
    if overview.preview:
        body.append(subheading(texts("As {person} will see it", person=escape_markdown(overview.sample))))
        body += previews(texts, campaign, overview)
        if campaign.channel.traits.draws_cards:
            body.append(hint(_about(texts, overview, overview.preview), spacing="Small"))
    body.append(_changes(texts, payload, "message", also=_other_views(texts, payload, overview)))
    if is_sequence(campaign.forms):
        body += steps_of(texts, campaign, "form.open", {**payload, "step": "review"})
        body.append(ActionSet(actions=[to_steps(texts, payload)]))
    body.append(subheading(texts("Audience and schedule")))
    body.append(FactSet(facts(texts, campaign, overview)))
    if forecast and not problems:
        body.append(hint(forecast_text(texts, forecast, _zone(overview))))
    if approval and not problems and campaign.changes_of is not None:
        body.append(hint(texts("Once they are saved, the changes wait for the approval of somebody else.")))
    body += offer_to_install(texts, overview.installable, {**payload, "step": "review"})
    body.append(_changes(texts, payload, "audience", "schedule"))
    actions = []
    if not problems:
        title = _last_step(texts, campaign, overview, approval=approval)
        actions.append(act(title, "campaign.schedule", payload, style="positive"))
    if overview.message:
        actions.append(go(texts("Try it"), "try.open", payload))
        actions.append(go(texts("Send me a test"), "try.send", {**payload, "to": "me"}, mode="secondary"))
    if overview.reach:
        actions.append(go(texts("See the people"), "people.open", {**payload, "page": 0}))
    if campaign.changes_of is not None:
        actions.append(go(texts("Discard the changes"), "delete.open", payload, mode="secondary"))
    actions.append(go(texts("Save as a template"), "template.keep", payload, mode="secondary"))
    return card(texts, body, actions)


def _last_step(texts: Texts, campaign: Campaign, overview: Overview, *, approval: bool) -> str:
    """What the press does that ends the review."""
    if campaign.changes_of is not None:
        return texts("Save the changes")
    if approval:
        return texts("Ask for approval")
    if is_sequence(campaign.forms) and overview.starts_now:
        return texts("Start the sequence")
    return texts("Send now") if overview.starts_now else texts("Schedule it")


def _about(texts: Texts, overview: Overview, preview: Message) -> str:
    """What the activity feed says, and how much of what the platform takes is used."""
    return texts(
        "Notification: “{words}” · {size} of {limit} KB",
        words=escape_markdown(summary_of(preview)),
        size=texts.number(round(overview.size / 1000, 1)),
        limit=texts.number(LIMIT // 1000),
    )


def _other_views(texts: Texts, payload: Payload, overview: Overview) -> list[Any]:
    """Buttons that show the preview for somebody else, and in another language."""
    here = {**payload, "step": "review", "person": overview.person, "language": overview.language}
    views = []
    if overview.another or overview.person:
        person = overview.person + 1 if overview.another else 0
        views.append(go(texts("For somebody else"), "form.open", {**here, "person": person, "language": ""}))
    return [*views, *other_languages(texts, overview, "form.open", here)]


def other_languages(texts: Texts, overview: Overview, verb: str, payload: Payload) -> list[Any]:
    """A button for each language of the message but the one that is shown; what has been typed goes with it."""
    return [
        act(texts.language_name(language), verb, {**payload, "language": language})
        for language in overview.languages
        if language != overview.language
    ]


def in_languages(texts: Texts, overview: Overview, verb: str, payload: Payload) -> list[ActionSet]:
    views = other_languages(texts, overview, verb, payload)
    return [ActionSet(actions=views, spacing="Small")] if views else []


def _changes(texts: Texts, payload: Payload, *steps: str, also: Sequence[Any] = ()) -> ActionSet:
    """Buttons that lead back to steps, beside what they change: clients cut a row of many."""
    titles = {
        "message": texts("Change the message"),
        "audience": texts("Change the audience"),
        "schedule": texts("Change the schedule"),
    }
    changes = [go(titles[step], "form.open", {**payload, "step": step}) for step in steps]
    return ActionSet(actions=[*changes, *also])


def _zone(overview: Overview) -> ZoneInfo | None:
    return ZoneInfo(overview.schedule.zone) if overview.schedule else None


NOTHING = "nothing"  #: the element that a preview's buttons show: there is none


def preview_of(campaign: Campaign, message: Message, footer: Sequence[str] = ()) -> Container:
    """The card as its recipients get it, with its buttons where they stand; a press on them does nothing."""
    if not campaign.channel.traits.draws_cards:
        items: list[Any] = [paragraph(skype_text(message, footer=footer))]
        buttons = [escape_markdown(button.title) for button in message.buttons]
        if buttons:
            items.append(hint("   ".join(f"▢ {title}" for title in buttons)))
        return Container(style="emphasis", items=items)
    drawn = message_card(campaign.id, message, lambda _, button: button.url, footer=footer)
    items = [_without_effect(part) if isinstance(part, ActionSet) else part for part in drawn.body]
    if actions := getattr(drawn, "actions", None):
        items.append(_without_effect(ActionSet(actions=actions, spacing="Medium")))
    return Container(style="emphasis", items=items)


def previews(texts: Texts, campaign: Campaign, overview: Overview) -> list[Any]:
    """The message, or both its variants, as their recipients get them; nothing where there is none."""
    if overview.preview is None:
        return []
    first = preview_of(campaign, overview.preview, overview.footer)
    if overview.other is None:
        return [first]
    named = [subheading(texts("Variant {variant}", variant=variant.letter)) for variant in Variant]
    return [named[0], first, named[1], preview_of(campaign, overview.other, overview.footer)]


def _without_effect(row: ActionSet) -> ActionSet:
    """Buttons as they look; clients that know no disabled ones find nothing behind them."""
    shown = [ToggleVisibility(title=action.title, targets=[NOTHING], enabled=False) for action in row.actions]
    return ActionSet(actions=shown, spacing=row.spacing)


def facts(texts: Texts, campaign: Campaign, overview: Overview) -> list[tuple[str, str]]:
    """S14: the channel, the list, the start, the duration, and who can be reached."""
    rows = [(texts("Channel"), campaign.channel.traits.name)]
    if overview.reach:
        rows.append((texts("Audience"), escape_markdown(overview.audience_name)))
        rows.append((texts("Reach"), reach_text(texts, overview.reach)))
        if overview.reach.guests:
            left_out = texts.many("{count} is left out", "{count} are left out", overview.reach.guests)
            rows.append((texts("Guests"), left_out))
    if overview.topic:
        rows.append((texts("Topic"), escape_markdown(overview.topic.name)))
    schedule = overview.schedule
    if schedule:
        zone = ZoneInfo(schedule.zone)
        city = texts.city(schedule.zone)
        own = replace(schedule, own_zone=schedule.own_zone or is_sequence(campaign.forms))
        starts, hours = f"{texts.moment(schedule.slot.start, zone)} ({city})", hours_text(texts, own)
        if overview.starts_now:  # the hours, not the start, are those of a place
            starts, hours = texts("as soon as you schedule it"), hours if own.own_zone else f"{hours} ({city})"
        if is_sequence(campaign.forms):
            rows.append((texts("Who gets it"), whom_text(texts, campaign.forms)))
        if repeats := repeat_text(texts, schedule):
            rows.append((texts("Repeats"), repeats))
        rows.append((texts("Next one") if repeats else texts("Start"), starts))
        rows.append((texts("Duration"), texts.duration(schedule.slot.duration)))
        rows.append((texts("Working hours"), hours))
        if reminded := follow_text(texts, overview.follow_up):
            rows.append((texts("Reminds"), reminded))
        if end := end_text(texts, overview.end, zone):
            rows.append((texts("End"), end))
        if tested := ab_text(texts, overview.ab_test):
            rows.append((texts("A/B test"), tested))
        if mailed := mail_text(texts, overview.by_mail):
            rows.append((texts("Also by e-mail"), mailed))
        if closed := closed_text(texts, schedule):
            rows.append((texts("Holidays"), closed))
        if presence := presence_text(texts, schedule):
            rows.append((texts("Presence"), presence))
    rows += shown_rows(texts, overview.message) if overview.message else []
    rows += _tracking(texts, overview)
    return rows


def _tracking(texts: Texts, overview: Overview) -> list[tuple[str, str]]:
    """What is not noted of what people do, or is besides; nothing where it is as usual."""
    sentences = []
    if overview.tracking.anonymous:
        sentences.append(texts("without names: totals only"))
    if not overview.tracking.links and overview.message and links_of(overview.message):
        sentences.append(texts("clicks are not counted"))
    if overview.tracking.thumbs:
        sentences.append(texts("👍 and 👎 beneath it"))
    return [(texts("Engagement"), ", ".join(sentences))] if sentences else []


def hours_text(texts: Texts, schedule: Schedule) -> str:
    hours = schedule.hours
    if hours.opens == hours.closes and len(hours.days) == 7:
        return texts("at any time")
    days = days_text(texts, [*hours.days])
    shown = texts(
        "{opens} to {closes}, {days}", opens=texts.clock(hours.opens), closes=texts.clock(hours.closes), days=days
    )
    return texts("{hours}, on each person’s own clock", hours=shown) if schedule.own_zone else shown


def forecast_text(texts: Texts, forecast: Forecast, zone: ZoneInfo | None) -> str:
    """How many messages, and in which window; who is spared."""
    sentences = [_window_text(texts, forecast, zone)]
    if forecast.muted:
        muted = texts.many("{count} person is spared: muted.", "{count} people are spared: muted.", forecast.muted)
        sentences.append(muted)
    if forecast.left:
        sentences.append(
            texts.many("{count} person has left its topic.", "{count} people have left its topic.", forecast.left)
        )
    if forecast.quiet:
        sentences.append(
            texts.many(
                "{count} person has quiet hours all this time.",
                "{count} people have quiet hours all this time.",
                forecast.quiet,
            )
        )
    if forecast.enough:
        sentences.append(
            texts.many(
                "{count} person has had enough messages this week.",
                "{count} people have had enough messages this week.",
                forecast.enough,
            )
        )
    return " ".join(sentences)


def _window_text(texts: Texts, forecast: Forecast, zone: ZoneInfo | None) -> str:
    messages, peak = texts.many("{count} message", "{count} messages", forecast.messages), texts.number(forecast.peak)
    if forecast.first is None or forecast.last is None:
        return messages
    if forecast.closes is None:
        start, end = (at.astimezone(zone or texts.zone) for at in (forecast.first, forecast.last))
        same_day = not forecast.now and start.date() == end.date()
        return texts(
            "{messages}, from {first} to about {last}; {peak} in the busiest minute.",
            messages=messages,
            first=texts("now") if forecast.now else texts.moment(forecast.first, zone),
            last=texts.clock(end.time()) if same_day else texts.moment(forecast.last, zone),
            peak=peak,
        )
    last = texts.moment(forecast.closes, zone)
    window = texts("between now and {last}", last=last) if forecast.now else ""
    window = window or texts.between(forecast.first, forecast.closes, zone)
    return texts("{messages}, {window}; {peak} in the busiest minute.", messages=messages, window=window, peak=peak)
