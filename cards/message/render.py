"""The campaign's message for the channel that it is broadcast on (S5)."""

from __future__ import annotations

from collections.abc import Callable

from cards.kit.texts import language_of_person
from cards.message.compile import NO_FOOTER, TRACKED, Closed, Token, compile_message
from cards.message.footer import Footer
from cards.message.skype import compile_skype
from storage.records import CampaignId, Channel, Columns, Message, Person, Tracking, in_language


def compile_for(
    channel: Channel,
    id: CampaignId,
    message: Message,
    base_url: str,
    token: Token,
    *,
    test: str = "",
    tracking: Tracking = TRACKED,
    footer: Footer = NO_FOOTER,
    closed: Closed | None = None,
) -> Callable[[Person, Columns], bytes]:
    """A function from a recipient, and what the lists say about them, to the JSON of the activity.

    Compiled once for each language; a recipient gets theirs (S29). ``closed``: what stands in the place of its answers,
    which are over.
    """
    compiled = {Channel.TEAMS: compile_message, Channel.SKYPE: compile_skype}[channel]

    def in_one(version: Message) -> Callable[[Person, Columns], bytes]:
        return compiled(id, version, base_url, token, test=test, tracking=tracking, footer=footer, closed=closed)

    by_default = in_one(in_language(message, ""))
    if not message.versions:
        return by_default
    others = {language: in_one(in_language(message, language)) for language in message.versions}

    def render(person: Person, columns: Columns) -> bytes:
        return others.get(language_of_person(person), by_default)(person, columns)

    return render


def for_person(message: Message, person: Person) -> Message:
    """The message in a recipient's language."""
    return in_language(message, language_of_person(person))
