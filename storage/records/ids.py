"""Ids, instants, and what can go wrong with a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NewType

TenantId = NewType("TenantId", str)
PersonId = NewType("PersonId", int)
ListId = NewType("ListId", int)
CampaignId = NewType("CampaignId", int)
TemplateId = NewType("TemplateId", int)
DeliveryId = NewType("DeliveryId", int)


class StorageError(Exception):
    """A record could not be kept or found; the message says what to do."""


class StaleVersion(StorageError):
    """The campaign has changed since the caller read it; read it again."""


class StoreLost(StorageError):
    """What was opened is not there any more, or is not ours to use: nothing more may be sent from it."""


class NotScheduled(StorageError):
    """What a campaign was scheduled with was asked of one that is not; read it again."""


class ListInUse(StorageError):
    """A list cannot go while a campaign that has not ended uses it; ``campaigns`` names them."""

    def __init__(self, campaigns: tuple[str, ...]) -> None:
        super().__init__("used by " + ", ".join(campaigns))
        self.campaigns = campaigns


class CannotErase(StorageError):
    """``why``: "receives" or "sends" (the campaigns), "owns" (nobody else does), "busy" (the file is in use)."""

    def __init__(self, why: str, campaigns: Sequence[int]) -> None:
        super().__init__(why)
        self.why = why
        self.campaigns = tuple(campaigns)


def aware(instant: datetime) -> datetime:
    """``instant`` in UTC; refuses a naive one, whose meaning would depend on the machine."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)
