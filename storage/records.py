"""What Crieur remembers: frozen records, and the words for their states.

Every instant is an aware UTC ``datetime``; people's clocks appear only as an IANA zone name.
The S numbers point at the product facts listed in docs/product.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import NewType

TenantId = NewType("TenantId", str)
PersonId = NewType("PersonId", int)
ListId = NewType("ListId", int)
CampaignId = NewType("CampaignId", int)
DeliveryId = NewType("DeliveryId", int)


class StorageError(Exception):
    """A record could not be kept or found; the message says what to do."""


class StaleVersion(StorageError):
    """The campaign has changed since the caller read it; read it again."""


class ListInUse(StorageError):
    """A list cannot go while a campaign that has not ended uses it; ``campaigns`` names them."""

    def __init__(self, campaigns: tuple[str, ...]) -> None:
        super().__init__("used by " + ", ".join(campaigns))
        self.campaigns = campaigns


def aware(instant: datetime) -> datetime:
    """``instant`` in UTC; refuses a naive one, whose meaning would depend on the machine."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


# --- people -----------------------------------------------------------------------------------


class Channel(StrEnum):
    """Where a campaign is broadcast (S5); the value is the Bot Framework's channelId."""

    TEAMS = "msteams"
    SKYPE = "skype"


class Role(StrEnum):
    """What a person may do; without one, a person only receives."""

    OWNER = "owner"  #: names authors; may do everything
    AUTHOR = "author"  #: builds campaigns


class NotReached(StrEnum):
    """Why a person cannot be, or was not, reached: the plain reasons of a report."""

    NEVER_INSTALLED = "never_installed"
    UNINSTALLED = "uninstalled"
    BLOCKED = "blocked"
    GONE = "gone"  #: left the organisation
    CHAT_LOST = "chat_lost"  #: the chat could not be opened again
    SLOT_OVER = "slot_over"
    THROTTLED = "throttled"  #: the slot ended while the platform asked us to slow down
    OUTAGE = "outage"  #: the platform did not answer, try after try
    REFUSED = "refused"  #: the platform refused the message; code and text are kept
    CONNECTION_BROKE = "connection_broke"  #: after the request had left
    BOT_STOPPED = "bot_stopped"  #: the bot died after the request had left


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the bot knows of: installed it, or stands in a list."""

    #: given by the store
    id: PersonId
    tenant: TenantId
    #: UPN or e-mail, lower case; "" when the platform told none
    address: str
    #: the directory's id (aadObjectId), lower case; "" until the person installs
    directory_id: str = ""
    given_name: str = ""
    surname: str = ""
    name: str = ""
    #: BCP 47, as the client says it ("fr-FR"); "" when unknown
    locale: str = ""
    #: the language the person asked for ("fr"); "" follows the locale
    language: str = ""
    #: IANA zone ("Europe/Paris"); "" when unknown
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How to write to a person on one channel: a conversation reference and whether it works."""

    person: PersonId
    channel: Channel
    #: regional, and it changes: the newest is kept
    service_url: str
    conversation: str
    #: the bot's id in that channel ("28:...")
    bot: str
    #: the person's id in that channel ("29:...")
    user: str
    tenant: TenantId
    #: None while it works
    broken: NotReached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one incoming activity tells about a person; "" is "not said" and changes nothing."""

    tenant: TenantId
    channel: Channel
    service_url: str
    conversation: str
    bot: str
    user: str
    at: datetime
    directory_id: str = ""
    addresses: tuple[str, ...] = ()
    given_name: str = ""
    surname: str = ""
    name: str = ""
    locale: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as a list names them."""

    address: str
    given_name: str = ""
    surname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in a list or an audience, with the reach shown beside the name (S11)."""

    person: Person
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """ "47 of 50 reachable" (S12, S25)."""

    total: int
    reachable: int


# --- lists and audiences ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionList:
    """A named set of people, kept by the bot (S6)."""

    id: ListId
    tenant: TenantId
    #: who made it
    owner: PersonId
    name: str
    #: how many people stand in it
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a campaign targets: the people of some lists, or everyone who has installed the bot."""

    everyone: bool = False
    lists: tuple[ListId, ...] = ()


# --- campaigns --------------------------------------------------------------------------------


class Style(StrEnum):
    """The look of a message (S28)."""

    MESSAGE = "message"
    IDEA = "idea"
    SUCCESS = "success"
    IMPORTANT = "important"


class ButtonKind(StrEnum):
    LINK = "link"  #: opens an address, tracked
    ACKNOWLEDGE = "acknowledge"  #: "I have read it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    kind: ButtonKind
    title: str
    #: for a link: where it goes
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a campaign says (S3, S4): Markdown, with variables such as ``[FIRSTNAME|there]``."""

    body: str
    title: str = ""
    style: Style = Style.MESSAGE
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When a company works, on people's clocks (S7).

    ``opens < closes`` on one local day; ``closes == 00:00`` means midnight at the day's end, so
    ``00:00-00:00`` is all day long.
    """

    opens: time
    closes: time
    #: Monday = 0
    days: frozenset[int]
    #: local dates on which nobody works
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """[start, start + duration): calendar time in which a message is distributed (S8)."""

    start: datetime
    duration: timedelta

    @property
    def end(self) -> datetime:
        return self.start + self.duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a campaign is distributed; a start of "now" has become an instant when it is scheduled."""

    slot: Slot
    hours: WorkingHours
    #: IANA zone in which the hours are read
    zone: str


class CampaignState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    DONE = "done"

    @property
    def changeable(self) -> bool:
        """Whether it can still be edited: only before the broadcast (S13, S16)."""
        return self in (CampaignState.DRAFT, CampaignState.SCHEDULED)


#: the raw values an author typed, by form and field: a draft loses nothing, valid or not (S18)
Forms = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A push message to many people (S1, S2).

    While it is a draft, ``forms`` is what counts; scheduling freezes what they say into
    ``message``, ``audience`` and ``schedule``, and from the start nothing changes any more.
    """

    id: CampaignId
    tenant: TenantId
    author: PersonId
    #: grows with every change; every card carries the one it was drawn from
    version: int
    state: CampaignState
    name: str
    channel: Channel = Channel.TEAMS
    forms: Forms = field(default_factory=dict)
    message: Message | None = None
    audience: Audience | None = None
    schedule: Schedule | None = None
    created_at: datetime
    started_at: datetime | None = None
    #: every recipient has a delivery
    planned_at: datetime | None = None
    finished_at: datetime | None = None
    #: the report card has been posted to the author
    reported_at: datetime | None = None


# --- deliveries -------------------------------------------------------------------------------


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


#: states from here on are final
FINAL = DeliveryState.DELIVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery leased by one dispatcher, with all that is needed to send it."""

    id: DeliveryId
    campaign: CampaignId
    person: Person
    #: None: the reference broke after planning
    reference: Reference | None
    #: tries made before this one
    tries: int

    @property
    def reachable(self) -> bool:
        return self.reference is not None and self.reference.broken is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a try: the delivery's next state, written as one fact."""

    id: DeliveryId
    campaign: CampaignId
    person: PersonId
    channel: Channel
    state: DeliveryState
    at: datetime
    #: for PLANNED: the next try
    due: datetime | None = None
    reason: NotReached | None = None
    #: the platform's code and text, shortened; never the message
    detail: str = ""
    #: the platform's id of the accepted message; "" when it gave none
    activity: str = ""
    #: a request left: counts as a try
    tried: bool = True
    #: the chat was opened again under this id
    conversation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A campaign's counts, kept as deliveries change: reading it never scans them."""

    states: Mapping[DeliveryState, int]
    #: of the final states other than delivered
    reasons: Mapping[NotReached, int]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def open(self) -> int:
        return sum(count for state, count in self.states.items() if not state.final)

    @property
    def delivered(self) -> int:
        return self.states.get(DeliveryState.DELIVERED, 0)


class EngagementKind(StrEnum):
    OPENED = "opened"
    CLICKED = "clicked"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """People and presses of one kind, on one button or (``button`` None) on any."""

    kind: EngagementKind
    button: int | None
    people: int
    presses: int
    last_at: datetime
