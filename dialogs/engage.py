"""What a recipient does with a message: presses its buttons, follows its links."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from cards.elements import AdaptiveCard
from cards.message import ACKNOWLEDGE, acknowledged_text, filled, message_card
from cards.texts import Texts
from cards.variables import escape_markdown
from dialogs.drafts import asked_for, columns_in, message_of, read_draft
from dialogs.turn import Answer, Aside, Form, House, Router, Turn
from storage.records import ButtonKind, Campaign, CampaignId, Columns, EngagementKind, Message, PersonId

router = Router()


@router.form(ACKNOWLEDGE, authors_only=False)
async def acknowledge(turn: Turn, form: Form) -> Answer:
    """Count the press, and answer with the same message, confirmed, in its place."""
    try:
        campaign = await asked_for(turn, form)
    except Aside:  # deleted: what people have received stays in their chats
        return Answer(text=turn.texts("This campaign no longer exists."))
    number = _number(form.get("button"))
    message = message_of(campaign, turn.texts)
    if message is None or not _is_button(message, number, ButtonKind.ACKNOWLEDGE):
        return Answer(text=turn.texts("This message has changed meanwhile."))
    if form.get("test"):
        # a draft is shown to whom it was sent for a test, and to nobody who only says so
        token = turn.house.links.test_token(campaign.id, turn.person)
        if not hmac.compare_digest(str(form["test"]).encode(), token.encode()):
            return Answer(text=turn.texts("This message was not sent to you, so there is nothing to confirm."))
        banner = turn.texts("Test of “{name}”: only you received this.", name=escape_markdown(campaign.name))
        columns = await columns_in(turn, read_draft(turn, campaign), turn.person)
        return Answer(card=_confirmed(turn, campaign, message, columns, turn.texts.moment(turn.now), banner))
    first = await turn.store.engage(campaign.id, turn.person.id, EngagementKind.ACKNOWLEDGED, number, turn.now)
    if first is None:
        return Answer(text=turn.texts("This message was not sent to you, so there is nothing to confirm."))
    columns = await turn.store.delivery_columns(campaign.id, turn.person.id) if message.columns else {}
    return Answer(card=_confirmed(turn, campaign, message, columns, turn.texts.moment(first)))


def _confirmed(
    turn: Turn, campaign: Campaign, message: Message, columns: Columns, moment: str, test: str = ""
) -> AdaptiveCard:
    links = turn.house.links
    token = (links.test_token if test else links.token)(campaign.id, turn.person)
    return message_card(
        campaign.id,
        filled(message, turn.person, columns),
        lambda number, _: f"{links.base_url}/r/{token}.{number}",
        test=test,
        acknowledged=acknowledged_text(turn.texts, moment),
    )


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return -1


def _is_button(message: Message, number: int, kind: ButtonKind) -> bool:
    return 0 <= number < len(message.buttons) and message.buttons[number].kind is kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A tracked link that came back, its signature checked."""

    campaign: CampaignId
    person: PersonId
    button: int
    test: bool


async def destination(house: House, click: Click) -> str | None:
    """Where a link leads, as the campaign says: never what the link itself says."""
    campaign = await house.store.campaign(click.campaign)
    if campaign is None:
        return None
    message = message_of(campaign, Texts("")) if click.test else campaign.message
    if message is None or not _is_button(message, click.button, ButtonKind.LINK):
        return None
    return message.buttons[click.button].url


async def count(house: House, click: Click) -> None:
    if not click.test:
        await house.store.engage(click.campaign, click.person, EngagementKind.CLICKED, click.button, house.clock.now())
