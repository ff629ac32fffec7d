"""Which variant of a message somebody gets, and what it says. Pure: the same before a death and after it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from storage.records.ab_tests import ABTest, OtherWords, Variant
from storage.records.campaigns import Campaign, Frozen, Message, Version
from storage.records.ids import CampaignId

#: added to the numbers of links in the text of variant B, where it is another text: more than a text has
SHIFT_B = 500


def place_of(campaign: CampaignId, person: int, purpose: str = "variant") -> float:
    """A number in [0, 1) that is drawn by the campaign's own number: it stands before anything is sent, for good."""
    digest = hashlib.blake2b(f"{purpose} {campaign} {person}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def drawn_variant(campaign: CampaignId, person: int, share: int) -> Variant | None:
    """The variant that somebody has in the test; None: they are of the rest. ``share``: percent of all."""
    place = place_of(campaign, person) * 200
    return Variant.A if place < share else Variant.B if place < 2 * share else None


def variant_for(campaign: Campaign, person: int) -> Variant | None:
    """The variant that somebody gets; None as long as none is chosen for them, and where there is one message."""
    test = campaign.frozen.ab_test if campaign.frozen else None
    if test is None:
        return None
    return drawn_variant(campaign.id, person, test.share) or (campaign.choice.variant if campaign.choice else None)


def waits_for_choice(campaign: Campaign, person: int) -> bool:
    """Whether somebody gets nothing yet, as it is not known which variant goes to the rest."""
    tests = campaign.frozen is not None and campaign.frozen.ab_test is not None
    return tests and variant_for(campaign, person) is None


def variant_b(message: Message, test: ABTest) -> Message:
    """The message as variant B says it, in each of its languages."""
    nothing = OtherWords()
    own = test.words.get("", nothing)
    versions = {
        language: _other_version(version, test.words.get(language, nothing))
        for language, version in message.versions.items()
    }
    shift = SHIFT_B if any(words.body for words in test.words.values()) else 0
    # the notification of the first would tell of a title that this one does not have
    notification = "" if own.title else message.notification
    return replace(
        message,
        title=own.title or message.title,
        body=own.body or message.body,
        notification=notification,
        versions=versions,
        shift=message.shift + shift,
    )


def _other_version(version: Version, words: OtherWords) -> Version:
    return replace(
        version,
        title=words.title or version.title,
        body=words.body or version.body,
        notification="" if words.title else version.notification,
    )


def as_variant(frozen: Frozen, variant: Variant | None) -> Message:
    """What a campaign says in one of its variants."""
    if frozen.ab_test is None or variant is not Variant.B:
        return frozen.message
    return variant_b(frozen.message, frozen.ab_test)


def variants_of(frozen: Frozen) -> tuple[Message, ...]:
    """All that a campaign says: the message, and variant B of it where there is one."""
    return (frozen.message,) if frozen.ab_test is None else (frozen.message, variant_b(frozen.message, frozen.ab_test))
