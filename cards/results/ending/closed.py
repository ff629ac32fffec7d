"""What takes the place of a campaign's message once its end has come: one line, or the message without its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.elements import CONTENT_TYPE, AdaptiveCard, TextBlock, as_dict
from cards.kit.texts import Texts, language_of_person
from cards.kit.variables import escape_markdown, escape_skype
from cards.languages import LANGUAGES
from cards.message.compile import Token, filler, line_mark, marked, outside_marks, summary_of
from cards.message.footer import footer_of
from cards.message.render import by_variant, compile_for
from cards.message.skype import without_tags
from cards.results.figures import FEW
from storage.records import AtEnd, ButtonKind, Campaign, Columns, Message, Person, Recall, Tracking, in_language

Render = Callable[[Person, Columns], bytes]


def closed_for(campaign: Campaign, recall: Recall, base_url: str, token: Token) -> Render:
    """A function from a recipient, and what the lists say about them, to the JSON of the activity."""
    if campaign.recall_does is not AtEnd.CLOSE:
        return by_variant(campaign, lambda message: _one_line(campaign, message, token))
    frozen = campaign.as_scheduled
    # a pseudonym is given once: with another one, somebody who has clicked would count as two
    tracking = Tracking(links=False) if campaign.anonymous else replace(frozen.tracking, thumbs=False)
    footer = replace(footer_of(frozen.consideration, frozen.tracking), anonymous=False)

    def closed(texts: Texts, message: Message) -> Sequence[str]:
        return closed_lines(texts, campaign, message, recall)

    def compiled(message: Message) -> Render:
        return compile_for(
            campaign.channel, campaign.id, message, base_url, token, tracking=tracking, footer=footer, closed=closed
        )

    return by_variant(campaign, compiled)


def closed_lines(texts: Texts, campaign: Campaign, message: Message, recall: Recall) -> tuple[str, ...]:
    """That it is over, and how people have answered where that may be told."""
    end, zone = campaign.as_scheduled.end, ZoneInfo(campaign.as_scheduled.schedule.zone)
    ended_at = end.at if end is not None else recall.began_at
    asks = any(button.kind is ButtonKind.ANSWER for button in message.buttons)
    moment = texts.moment(ended_at, zone)
    line = (
        texts("Closed on {moment}: no more answers are counted.", moment=moment)
        if asks
        else texts("Closed on {moment}: it need not be confirmed any more.", moment=moment)
    )
    if end is None or not end.shows_result or not asks:
        return (line,)
    return (line, _result(texts, campaign, message, recall))


def _result(texts: Texts, campaign: Campaign, message: Message, recall: Recall) -> str:
    """ "Pizza 12 · Soup 8"; nothing of few people, as everybody reads it."""
    people = dict(recall.answers)
    total = sum(people.values())
    if total < FEW:
        return texts("Too few people have answered to show how.")
    hides = any(0 < count < FEW or count > total - FEW for count in people.values())
    if campaign.anonymous and (hides or total > max(recall.total, total) - FEW):
        return texts("How people have answered is not shown, as it would tell of single ones.")
    escape = escape_markdown if campaign.channel.traits.draws_cards else escape_skype
    return " · ".join(
        texts("{answer}: {people}", answer=escape(button.title), people=texts.number(people.get(number, 0)))
        for number, button in enumerate(message.buttons)
        if button.kind is ButtonKind.ANSWER
    )


def _one_line(campaign: Campaign, message: Message, token: Token) -> Render:
    """When it ended, and what it was."""
    by_default = _line_in(campaign, in_language(message, ""), token)
    others = {language: _line_in(campaign, in_language(message, language), token) for language in message.versions}

    def render(person: Person, columns: Columns) -> bytes:
        return others.get(language_of_person(person), by_default)(person, columns)

    return render


def _line_in(campaign: Campaign, message: Message, token: Token) -> Render:
    end, zone = campaign.as_scheduled.end, ZoneInfo(campaign.as_scheduled.schedule.zone)
    lines = {language: (ended_line(Texts(language), end.at, zone) if end else "",) for language in LANGUAGES}
    cards = campaign.channel.traits.draws_cards
    words = outside_marks(
        summary_of(marked(message, "m" if cards else "s")), escape_markdown if cards else without_tags
    )
    text = f"{line_mark(0)} {words}"
    activity: dict[str, Any] = {
        "type": "message",
        "summary": summary_of(marked(message, "p")),
        "channelData": {"crieur": {"campaign": campaign.id, "test": False}},
    }
    if cards:
        card = AdaptiveCard(body=[TextBlock(text=text, wrap=True, subtle=True)])
        activity["attachments"] = [{"contentType": CONTENT_TYPE, "content": as_dict(card)}]
    else:
        activity |= {"textFormat": "markdown", "text": text}
    return filler(campaign.id, activity, token, {language: list(some) for language, some in lines.items()})


def ended_line(texts: Texts, at: datetime, zone: ZoneInfo) -> str:
    return texts("Over since {moment}:", moment=texts.moment(at, zone))
