"""What the model keeps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from storage.records import (
    AuditEntry,
    Campaign,
    Channel,
    Columns,
    Deed,
    DeliveryState,
    DistributionList,
    Engaged,
    EngagedInHour,
    Engagement,
    Installation,
    Look,
    MailResult,
    MailState,
    Noted,
    NotReached,
    Person,
    Profile,
    Reference,
    Role,
    Seen,
    Subject,
    Tally,
    Template,
    TenantId,
)


@dataclass
class PersonRow:
    person: Person
    role: Role | None = None
    references: dict[Channel, Reference] = field(default_factory=dict)
    seen_at: dict[Channel, datetime] = field(default_factory=dict)
    #: the serviceUrl of the last word, and when the platform told last of an install or a removal
    heard_url: dict[Channel, str] = field(default_factory=dict)
    told_at: dict[Channel, datetime] = field(default_factory=dict)
    #: names are to be read from then on
    look_up_at: datetime | None = None

    def works(self, channel: Channel) -> bool:
        reference = self.references.get(channel)
        return reference is not None and reference.broken is None

    def installed(self, channel: Channel) -> bool:
        return self.works(channel) and self.references[channel].installed


@dataclass
class ListRow:
    #: its size is not kept: it is as many as stand in it
    list: DistributionList
    blank: bool
    result_of: int | None = None
    #: person -> what it says about them
    people: dict[int, Columns] = field(default_factory=dict)


@dataclass
class DeliveryRow:
    campaign: int
    person: int
    state: DeliveryState
    next_at: datetime
    #: known once it has been claimed
    id: int | None = None
    attempts: int = 0
    holder: int | None = None
    reason: NotReached | None = None
    detail: str = ""
    activity: str = ""
    settled_at: datetime | None = None
    rung: int = 0
    looks: list[Look] = field(default_factory=list)
    columns: Columns = field(default_factory=dict)
    profile: int = 0
    #: the rung and how they showed, where it was delivered at a look
    delivered_on: tuple[int, Seen] | None = None


@dataclass
class ActivityRow:
    holder: int
    began_at: datetime
    until: datetime
    sender: str = ""
    told_at: datetime | None = None
    posted: int = 0
    done: bool = False
    response: bytes = b""
    #: what it has made: kind -> number
    made: dict[str, int] = field(default_factory=dict)


@dataclass
class MailRow:
    planned_at: datetime
    #: when it is due, or its lease ends; None once it has ended
    next_at: datetime | None
    state: MailState = MailState.PLANNED
    attempts: int = 0
    holder: int | None = None
    #: but for its state
    result: MailResult = field(
        default_factory=lambda: MailResult(state=MailState.PLANNED, why=None, detail="", at=None, clicked_at=None)
    )


@dataclass
class Kept:
    """Everything, by what finds it."""

    #: numbers that the store gave in the call that is being repeated here, in the order of what they are for
    given: list[int] = field(default_factory=list)
    #: what "in the last days" reaches back from
    rules_now: datetime = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
    people: dict[int, PersonRow] = field(default_factory=dict)
    #: (tenant, address) -> person
    addresses: dict[tuple[str, str], int] = field(default_factory=dict)
    lists: dict[int, ListRow] = field(default_factory=dict)
    #: (tenant, origin) -> list
    origins: dict[tuple[str, str], int] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    campaigns_: dict[int, Campaign] = field(default_factory=dict)
    live_cards: dict[int, str] = field(default_factory=dict)
    templates_: dict[int, Template] = field(default_factory=dict)
    deliveries: list[DeliveryRow] = field(default_factory=list)
    #: (campaign, who) -> what they did
    records: dict[tuple[int, int], Engaged] = field(default_factory=dict)
    #: (campaign, number) -> what it stands for
    profiles: dict[tuple[int, int], Profile] = field(default_factory=dict)
    #: (campaign, person)
    mails: dict[tuple[int, int], MailRow] = field(default_factory=dict)
    #: (person, week, campaign)
    received_in: set[tuple[int, int, int]] = field(default_factory=set)
    #: campaign -> figures that stay whatever becomes of what they count
    sealed: dict[int, tuple[Tally, list[Engagement], list[EngagedInHour]]] = field(default_factory=dict)
    #: in their order; their numbers once the store has told them
    entries: list[AuditEntry] = field(default_factory=list)
    entry_numbers: list[int] = field(default_factory=list)
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    activities: dict[str, ActivityRow] = field(default_factory=dict)

    def done(self, deed: Deed, tenant: TenantId, subject: Subject, id: int, name: str = "") -> None:
        """It stands in the audit, unless an earlier run of the same activity has noted it."""
        self.noted(deed.to(tenant, subject, id, name))

    def noted(self, noted: Noted) -> None:
        numbers = self.activities[noted.cause].made if noted.cause in self.activities else {}
        if noted.key not in numbers:
            numbers[noted.key] = 1
            self.entries.append(noted.entry)

    def new_number(self, kind: str, cause: str, taken: Collection[int]) -> tuple[int, bool]:
        """The number that the store gave, and whether it is new: an activity makes one of a kind."""
        (id,) = self.given
        numbers = self.activities[cause].made if cause in self.activities else {}
        if kind in numbers and numbers[kind] in taken:
            assert id == numbers[kind], "what an activity makes is made once"
            return id, False
        assert id not in taken, "a number is given once"
        numbers[kind] = id
        return id, True
