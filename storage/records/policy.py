"""What an organisation has decided, and who did what: its policy and its audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from storage.records.campaigns import ENGAGES_FOR
from storage.records.ids import PersonId, TenantId
from storage.records.ladder import LADDER, Ladder
from storage.records.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRole:
    """Everybody in a group of the directory has this role."""

    #: the directory's id
    group: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the owners of an organisation have set; what they have not is the default."""

    #: campaigns with more recipients wait for approval: 0 is all of them, None is none
    approve_above: int | None = 10_000
    #: campaign messages a person gets in a week at the most; None is any number. Important ones are exempt
    per_week: int | None = None
    #: important campaigns reach those who have muted the bot, too
    important_unmutes: bool = False
    #: how often the recipients of a campaign that asks for presence are looked for
    ladder: Ladder = LADDER
    #: days after a campaign's end at which what it keeps of single recipients is erased; None is never
    keep_days: int | None = 365
    groups: tuple[GroupRole, ...] = ()


def forgets_before(policy: Policy, now: datetime) -> datetime | None:
    """Campaigns that stopped counting engagement by then are to be erased now; None where they are kept for ever."""
    if policy.keep_days is None:
        return None
    return now - max(timedelta(days=policy.keep_days) - ENGAGES_FOR, timedelta(0))


class Deed(StrEnum):
    """What can be done that the audit tells of."""

    CREATED = "created"
    CHANGED = "changed"
    SUBMITTED = "submitted"  #: waits for approval
    APPROVED = "approved"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    STOPPED = "stopped"  #: a campaign, by an operator
    DELETED = "deleted"
    TEST_SENT = "tried"  #: a campaign, to one person
    EXPORTED = "exported"
    SHARED = "shared"
    GIVEN = "given"  #: a role
    TAKEN = "taken"
    CLAIMED = "claimed"  #: the first ownership
    SET = "set"  #: a setting
    MUTED = "muted"  #: campaigns, for themselves
    UNMUTED = "unmuted"
    ERASED = "erased"


class Subject(StrEnum):
    CAMPAIGN = "campaign"
    LIST = "list"
    TEMPLATE = "template"
    PERSON = "person"
    GROUP = "group"
    SETTING = "setting"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which, when, from where: written once, never changed.

    People are numbers here: somebody who is erased leaves no name behind.
    """

    tenant: TenantId
    at: datetime
    #: None: the operator, at the machine
    by: PersonId | None
    deed: Deed
    subject: Subject
    #: the subject's own: a campaign's, list's or template's id, a person's id, a group's id, a setting's name
    id: str
    #: a campaign's, a list's or a group's
    name: str = ""
    #: more, such as the role that was given
    details: Mapping[str, str] = field(default_factory=dict)
    #: "msteams Windows", or "command line"
    client: str = ""
