"""The campaign's message for the channel that it is broadcast on (S5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cards.kit.texts import language_of_person
from cards.message.compile import NO_FOOTER, TRACKED, Closed, Token, compile_message
from cards.message.footer import Footer
from cards.message.skype import compile_skype
from storage.records import (
    Campaign,
    CampaignId,
    Channel,
    Columns,
    Message,
    Person,
    Tracking,
    Variant,
    in_language,
    variant_for,
    variants_of,
)


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
    variant: str = "",
) -> Callable[[Person, Columns], bytes]:
    """A function from a recipient, and what the lists say about them, to the JSON of the activity.

    Compiled once for each language; a recipient gets theirs (S29). ``closed``: what stands in the place of its answers,
    which are over; ``variant``: of an A/B test.
    """
    teams: Callable[..., Callable[[Person, Columns], bytes]] = partial(compile_message, variant=variant)
    compiled = teams if channel is Channel.TEAMS else compile_skype

    def in_one(version: Message) -> Callable[[Person, Columns], bytes]:
        return compiled(id, version, base_url, token, test=test, tracking=tracking, footer=footer, closed=closed)

    by_default = in_one(in_language(message, ""))
    if not message.versions:
        return by_default
    others = {language: in_one(in_language(message, language)) for language in message.versions}

    def render(person: Person, columns: Columns) -> bytes:
        return others.get(language_of_person(person), by_default)(person, columns)

    return render


def by_variant(
    campaign: Campaign, compiled: Callable[[Message], Callable[[Person, Columns], bytes]]
) -> Callable[[Person, Columns], bytes]:
    """A recipient gets the variant that they have in an A/B test, or the one that was chosen for the rest.

    What it gives raises KeyError for somebody for whom none is chosen yet: nothing may go to them.
    """
    variants = [compiled(message) for message in variants_of(campaign.as_scheduled)]
    if len(variants) == 1:
        return variants[0]
    renders: dict[Variant | None, Callable[[Person, Columns], bytes]] = dict(zip(Variant, variants, strict=True))

    def render(person: Person, columns: Columns) -> bytes:
        return renders[variant_for(campaign, person.id)](person, columns)

    return render


def for_person(message: Message, person: Person) -> Message:
    """The message in a recipient's language."""
    return in_language(message, language_of_person(person))
