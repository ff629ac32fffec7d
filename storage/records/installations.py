"""Installing the bot for people who have not installed it: its author, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from storage.records.ids import PersonId, TenantId
from storage.records.lists import Audience

InstallationId = NewType("InstallationId", int)


class NotInstalled(StrEnum):
    """Why the bot could not be installed for a person."""

    NOT_IN_DIRECTORY = "not_in_directory"  #: nobody of this address is in the directory
    NOT_ALLOWED = "not_allowed"  #: a policy of the organisation keeps apps from this person
    REFUSED = "refused"  #: the Graph refused it, and its words are in the log


class Halt(StrEnum):
    """Why an installation stopped before its end."""

    NOT_ALLOWED = "not_allowed"  #: a permission is missing
    NOT_IN_CATALOGUE = "not_in_catalogue"  #: the organisation's app catalogue does not have the bot
    NO_GRAPH = "no_graph"  #: this Crieur does not ask Microsoft Graph any more


def target_of(tenant: TenantId, audience: Audience) -> str:
    """The target of an installation: one at a time is under way for each."""
    lists, others = (",".join(map(str, sorted(some))) for some in (audience.lists, audience.except_lists))
    return f"{tenant} {lists} {others} {audience.everyone} {audience.guests}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """For the people of an audience who had not installed the bot on Teams when it began."""

    id: InstallationId
    tenant: TenantId
    #: the author who asked for it, and follows it
    author: PersonId
    #: grows with every change
    version: int
    audience: Audience
    #: the audience in the author's words
    name: str
    started_at: datetime
    finished_at: datetime | None = None
    #: how many they were when it began
    total: int
    #: everybody up to this PersonId has been seen to
    cursor: int = 0
    installed: int = 0
    #: it was there, and nobody knew how to write to them
    repaired: int = 0
    failed: Mapping[NotInstalled, int] = field(default_factory=dict)
    #: the Graph asked for time, or did not answer
    again_at: datetime | None = None
    halt: Halt | None = None
    #: the permission that is missing, where that is why
    permission: str = ""
    #: the live card in the author's chat
    card: str = ""

    @property
    def done(self) -> int:
        return self.installed + self.repaired + sum(self.failed.values())
