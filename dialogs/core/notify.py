"""A card in somebody else's chat: what a conversation tells other people."""

from __future__ import annotations

from typing import Any

import orjson

from cards.kit.elements import CONTENT_TYPE, AdaptiveCard, as_dict
from dialogs.core.turn import Services
from scheduler.ports import Delivered
from storage.records import Channel, PersonId


async def post(services: Services, person: PersonId, card: AdaptiveCard, summary: str) -> bool:
    """Send a card to a person on Teams; whether it got there."""
    reference = await services.store.reference(person, Channel.TEAMS)
    if reference is None or reference.broken:
        return False
    return isinstance(await services.sender.send(reference, activity_bytes(card, summary)), Delivered)


def activity_bytes(card: AdaptiveCard, summary: str = "", *, important: bool = False) -> bytes:
    """A message with one attachment and no text (Teams would split the two), ready for the connector."""
    activity: dict[str, Any] = {
        "type": "message",
        "attachments": [{"contentType": CONTENT_TYPE, "content": as_dict(card)}],
    }
    if summary:
        activity["summary"] = summary
    if important:
        activity["importance"] = "high"
    return orjson.dumps(activity)
