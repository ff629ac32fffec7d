"""Who did what: a deed is handed to the store with the change that it is, and stands in the audit from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.ids import PersonId, TenantId


class DeedKind(StrEnum):
    """What can be done that the audit tells of."""

    CREATED = "created"
    CHANGED = "changed"
    SUBMITTED = "submitted"  #: waits for approval
    APPROVED = "approved"  #: and so scheduled
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    CHOSEN = "chosen"  #: the variant of an A/B test that goes to the rest
    STOPPED = "stopped"  #: a campaign, by an operator
    DELETED = "deleted"
    RECALLED = "recalled"  #: a campaign's messages, out of people's chats
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
    #: None: the operator at the machine, or the bot by a rule
    by: PersonId | None
    deed: DeedKind
    subject: Subject
    #: the subject's own: a campaign's, list's or template's id, a person's id, a group's id, a setting's name
    id: str
    #: a campaign's, a list's or a group's
    name: str = ""
    #: more, such as the role that was given
    details: Mapping[str, str] = field(default_factory=dict)
    #: "msteams Windows", or "command line"
    client: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody does, as they hand it to the store. To which record, the store knows by itself."""

    kind: DeedKind
    #: None: the operator at the machine, or the bot by a rule
    by: PersonId | None
    at: datetime
    #: more, such as the role that is given
    details: Mapping[str, str] = field(default_factory=dict)
    #: where they speak from
    client: str = ""
    #: the activity that it answers; "" for none. Done again after a crash, it is the same deed, and noted once
    cause: str = ""

    def to(self, tenant: TenantId, subject: Subject, id: object, name: str = "") -> Noted:
        entry = AuditEntry(
            tenant=tenant,
            at=self.at,
            by=self.by,
            deed=self.kind,
            subject=subject,
            id=str(id),
            name=name,
            details=self.details,
            client=self.client,
        )
        return Noted(entry, self.cause)


@dataclass(frozen=True, slots=True)
class Noted:
    """A deed and what it was done to, on its way into the audit."""

    entry: AuditEntry
    cause: str = ""

    @property
    def key(self) -> str:
        """Tells it from the other deeds of the same activity; a name that any store takes for a field."""
        what = f"{self.entry.deed} {self.entry.subject} {self.entry.id}"
        return "d" + hashlib.sha256(what.encode()).hexdigest()[:16]
