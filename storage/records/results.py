"""Results: what became of one recipient's message, and what they did with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records.deliveries import DeliveryState, Look
from storage.records.engagement import Engaged, EngagementKind
from storage.records.mails import MailResult
from storage.records.people import NotReached, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row of an export."""

    person: Person
    state: DeliveryState
    reason: NotReached | None
    #: the platform's code and text, where it refused
    detail: str
    #: requests that left for the platform
    attempts: int
    settled_at: datetime | None
    #: of a campaign that asks for presence, from the first to the last
    looks: tuple[Look, ...]
    engaged: Engaged
    #: what became of their e-mail, where that is asked for and there is one
    mail: MailResult | None = None


class Left(StrEnum):
    """Which of a campaign's recipients are left: those who have not received it, or have not done this with it."""

    REACHED = "reached"
    OPENED = "opened"
    CLICKED = "clicked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"

    @property
    def kind(self) -> EngagementKind | None:
        """What they have not done; None: it is not known to have reached them."""
        return None if self is Left.REACHED else EngagementKind(self.value)
