"""Deliveries: one campaign for one recipient, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from storage.records.channels import Channel
from storage.records.ids import CampaignId, DeliveryId, PersonId
from storage.records.people import NotReached, Person, Reference


class DeliveryState(IntEnum):
    """Where one recipient's message stands; below ``FINAL`` it is still open.

    The numbers are kept in the stores: never reuse one.
    """

    WAITING = 1  #: not reachable yet; becomes planned when the person installs in time
    PLANNED = 2  #: has its instant
    CLAIMED = 3  #: leased by a dispatcher; the request has certainly not left
    SENDING = 4  #: the request may have left
    DELIVERED = 10
    UNREACHABLE = 11
    ABSENT = 12
    EXPIRED = 13
    FAILED = 14
    UNCONFIRMED = 15
    MUTED = 16
    CAPPED = 17

    @property
    def final(self) -> bool:
        return self >= DeliveryState.DELIVERED


#: the message may be in the person's chat
MAY_HAVE_ARRIVED = frozenset({DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED})
#: states from here on are final
FINAL = DeliveryState.DELIVERED


#: how a delivery ends, and why
Verdict = tuple[DeliveryState, NotReached]


def lapsed(state: int, reason: str | None, broken: str | None, why: NotReached) -> Verdict:
    """How a delivery ends that time has decided: its lease has lapsed while it was sent, or its slot is over.

    ``reason``: why it was put off last; ``broken``: why its recipient cannot be reached, where that is known;
    ``why``: what kept the whole campaign, where nothing is known of this one.
    """
    match state:
        case DeliveryState.SENDING:  # its holder died between the request and what became of it
            return DeliveryState.UNCONFIRMED, NotReached.BOT_STOPPED
        case DeliveryState.WAITING:
            return DeliveryState.UNREACHABLE, NotReached(broken or reason or NotReached.NEVER_INSTALLED)
        case _:
            return DeliveryState.EXPIRED, NotReached(reason or why)


class Seen(StrEnum):
    """How a recipient showed at a look (S9)."""

    AVAILABLE = "available"
    AWAY = "away"
    BUSY = "busy"
    ABSENT = "absent"
    UNKNOWN = "unknown"  #: nobody could tell


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a recipient's presence, of a campaign that asks for it (S10)."""

    at: datetime
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery leased by one dispatcher, with all that is needed to send it."""

    id: DeliveryId
    campaign: CampaignId
    person: Person
    #: None: the reference broke after planning
    reference: Reference | None
    #: requests that left before this one
    attempts: int
    #: what the lists said about the person when the campaign started, by column
    columns: Mapping[str, str] = field(default_factory=dict)
    #: the ladder's rung of the look that is due, from 0
    rung: int = 0
    #: the number of what is known of them (storage/records/profiles.py); 0: nothing is counted by it
    profile: int = 0
    #: when it was refused without a reason that is known, where that was the last that became of it
    unexplained_at: datetime | None = None

    @property
    def reachable(self) -> bool:
        return self.reference is not None and self.reference.broken is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an attempt or a look: the delivery's next state, written as one fact."""

    id: DeliveryId
    campaign: CampaignId
    person: PersonId
    channel: Channel
    state: DeliveryState
    at: datetime
    #: for PLANNED: when it is claimed again
    due: datetime | None = None
    reason: NotReached | None = None
    #: the platform's code and text, shortened; never the message
    detail: str = ""
    #: the platform's id of the accepted message; "" when it gave none
    activity: str = ""
    #: a request left: counts as an attempt
    attempted: bool = True
    #: the chat was opened again under this id
    conversation: str = ""
    #: it was accepted through this serviceUrl, which is news; "" where it is not
    worked_url: str = ""
    #: they are to be written to through this serviceUrl from now on; "" leaves it
    service_url: str = ""
    #: the ladder's rung of the next look; None where it stays as it is
    rung: int | None = None
    #: the number of what is known of the recipient, as it was claimed
    profile: int = 0
    #: how the recipient showed: this was a look of the ladder, and is kept in the delivery's list
    seen: Seen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A campaign's counts, kept as deliveries change: reading it never scans them."""

    states: Mapping[DeliveryState, int]
    #: of the final states other than delivered
    reasons: Mapping[NotReached, int]
    #: delivered ones of a campaign that asks for presence, by rung and by how the recipient showed
    rungs: Mapping[tuple[int, Seen], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def open(self) -> int:
        return sum(count for state, count in self.states.items() if not state.final)

    @property
    def delivered(self) -> int:
        return self.states.get(DeliveryState.DELIVERED, 0)
