"""Results: what became of one recipient's message, and what they did with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from storage.records.deliveries import DeliveryState, Look
from storage.records.engagement import Engaged, EngagementKind
from storage.records.ids import PersonId
from storage.records.mails import MailResult
from storage.records.people import NotReached, Person


class Recipient(NamedTuple):
    """As much of a person as a row shows: a file has a million of them."""

    id: PersonId
    given_name: str
    surname: str
    name: str
    address: str

    @classmethod
    def of(cls, person: Person) -> Recipient:
        return cls(person.id, person.given_name, person.surname, person.name, person.address)


class Result(NamedTuple):
    """One row of an export; a tuple, which is made in a quarter of the time of a frozen dataclass."""

    person: Recipient
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
