"""A card in somebody else's chat: what a conversation tells other people."""

from __future__ import annotations

from typing import Any

import orjson

from cards.kit.elements import CONTENT_TYPE, AdaptiveCard, rendered
from cards.message.compile import THUMBS
from cards.people.others import changed_by_another, changed_by_another_card
from dialogs.core.turn import Services, Turn
from dialogs.people.language import texts_of
from scheduler.ports import Delivered
from storage.records import Channel, DeedKind, PersonId
from storage.records.rights import Record, maker_of


async def post(services: Services, person: PersonId, card: AdaptiveCard, summary: str) -> bool:
    """Send a card to a person on Teams; whether it got there."""
    reference = await services.store.reference(person, Channel.TEAMS)
    if reference is None or reference.broken:
        return False
    return isinstance(await services.sender.send(reference, activity_bytes(card, summary)), Delivered)


async def tell_maker(turn: Turn, record: Record, deed: DeedKind = DeedKind.CHANGED) -> None:
    """Somebody hears in their chat that another has changed, scheduled or deleted what is theirs (product.md §9)."""
    maker = await turn.store.person(maker_of(record)) if maker_of(record) != turn.person.id else None
    if maker is None:
        return
    texts = texts_of(maker, turn.now)
    card = changed_by_another_card(texts, turn.person, record, deed)
    await post(turn.services, maker.id, card, changed_by_another(texts, turn.person, record, deed))


def activity_bytes(card: AdaptiveCard, summary: str = "", *, important: bool = False, thumbs: bool = False) -> bytes:
    """A message with one attachment and no text (Teams would split the two), ready for the connector."""
    activity: dict[str, Any] = {
        "type": "message",
        "attachments": [{"contentType": CONTENT_TYPE, "content": card}],
    }
    if summary:
        activity["summary"] = summary
    if important:
        activity["importance"] = "high"
    if thumbs:
        activity["channelData"] = {"feedbackLoop": THUMBS}
    return orjson.dumps(activity, default=rendered)
