"""The campaign's message for the channel that it is broadcast on (S5)."""

from __future__ import annotations

from collections.abc import Callable

from cards.message import TRACKED, Token, compile_message
from cards.skype import compile_skype
from storage.records import CampaignId, Channel, Columns, Message, Person, Tracking


def compile_for(
    channel: Channel,
    id: CampaignId,
    message: Message,
    base_url: str,
    token: Token,
    *,
    test: str = "",
    tracking: Tracking = TRACKED,
) -> Callable[[Person, Columns], bytes]:
    """A function from a recipient, and what the lists say about them, to the JSON of the activity."""
    compiled = {Channel.TEAMS: compile_message, Channel.SKYPE: compile_skype}[channel]
    return compiled(id, message, base_url, token, test=test, tracking=tracking)
