"""Cards of approval: what somebody else is asked to decide, and what became of it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.review import Forecast, Overview, facts, forecast_text, in_languages, previews
from cards.compose.sequels.steps_form import steps_of
from cards.kit.elements import AdaptiveCard, FactSet, TextInput
from cards.kit.parts import act, card, go, handle, heading, hint, name_of, notices, paragraph, subheading
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, Held, Person, WhyHeld

REASON = 500  #: characters of what an approver writes


def approval_card(
    texts: Texts,
    campaign: Campaign,
    overview: Overview,
    forecast: Forecast | None,
    author: str,
    notice_text: str = "",
    tone: str = "warning",
    seen: str = "",
    reason: str = "",
) -> AdaptiveCard:
    """The preview and the forecast, for somebody who may approve; ``seen``: what tells its audience from another;
    ``reason``: what they have begun to write.
    """
    body: list[Any] = [
        *notices(notice_text, tone),
        heading(texts("“{name}” waits for approval", name=name_of(texts, campaign))),
        paragraph(texts("{author} asks for it.", author=escape_markdown(author))),
    ]
    if overview.preview:
        body.append(subheading(texts("As {person} will see it", person=escape_markdown(overview.sample))))
        body += previews(texts, campaign, overview)
        body += in_languages(texts, overview, "approval.open", handle(campaign))
    body += steps_of(texts, campaign, "approval.open", handle(campaign))
    body.append(FactSet(facts(texts, campaign, overview)))
    if forecast:
        zone = ZoneInfo(overview.schedule.zone) if overview.schedule else None
        body.append(hint(forecast_text(texts, forecast, zone)))
    body.append(
        TextInput(
            id="reason",
            label=texts("If you send it back: what should change?"),
            value=reason or None,
            multiline=True,
        )
    )
    payload = handle(campaign)
    return card(
        texts,
        body,
        [
            act(texts("Approve"), "approval.yes", {**payload, "seen": seen}, style="positive"),
            act(texts("Send back"), "approval.no", payload, style="destructive"),
            go(texts("See the people"), "people.open", {**payload, "page": 0}),
        ],
    )


def held_text(texts: Texts, held: Held) -> str:
    """Why a campaign waits though its slot has begun, with the difference."""
    if held.why is WhyHeld.AUTHOR_GONE:
        return texts("Its author has no role any more. It goes out when an owner says so.")
    if held.why is WhyHeld.NEW_RULE:
        return texts("The rules ask for approval of it now, and nobody has approved it.")
    return texts.many(
        "{count} person more than was approved is in its audience: {approved} were, {people} are now.",
        "{count} people more than were approved are in its audience: {approved} were, {people} are now.",
        held.newcomers,
        approved=texts.number(held.approved),
        people=texts.number(held.people),
    )


def held_card(texts: Texts, campaign: Campaign, held: Held, *, decides: bool) -> AdaptiveCard:
    """For those who may decide, and for its author: it waits within its slot."""
    end = texts.moment(held.frozen.schedule.slot.end, ZoneInfo(held.frozen.schedule.zone))
    body: list[Any] = [
        *notices(texts("“{name}” should have started, and waits.", name=name_of(texts, campaign)), "warning"),
        paragraph(held_text(texts, held)),
        hint(texts("Its time ends on {moment}: it goes out to nobody if nobody has decided by then.", moment=end)),
    ]
    verb, title = ("approval.open", texts("Decide")) if decides else ("campaign.open", texts("Open"))
    return card(texts, body, [go(title, verb, handle(campaign))])


def decided_card(texts: Texts, campaign: Campaign, by: Person, *, approved: bool, reason: str = "") -> AdaptiveCard:
    """What the author hears."""
    name, who = name_of(texts, campaign), escape_markdown(by.name or by.address)
    if approved:
        body: list[Any] = [
            *notices(texts("“{name}” is approved by {person}, and scheduled.", name=name, person=who), "good")
        ]
    else:
        body = [*notices(texts("“{name}” was sent back by {person}.", name=name, person=who), "warning")]
        if reason:
            body.append(paragraph(escape_markdown(reason)))
    return card(texts, body, [go(texts("Open"), "campaign.open", handle(campaign))])
