"""Distribution lists and audiences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records.ids import ListId, PersonId, TenantId
from storage.records.segments import Group

#: what a list says about a person beside name and address: by column, in capitals ("DEPARTMENT")
Columns = Mapping[str, str]


def names_of_columns(columns: Mapping[int, Columns]) -> tuple[str, ...]:
    """Every column that is filled for somebody, in alphabetical order."""
    return tuple(sorted({name for said in columns.values() for name in said}))


class SourceKind(StrEnum):
    GROUP = "group"  #: a group of the directory
    TEAM = "team"  #: the roster of a team that has installed the bot


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the people of a list are read from, anew whenever it matters (S24)."""

    kind: SourceKind
    #: the directory's id of the group, or the team's
    id: str
    #: as it is called there; the list may have another name
    name: str = ""
    #: of a team: where its roster is asked for, and as which bot
    service_url: str = ""
    bot: str = ""


def origin_of(owner: PersonId, source: Source) -> str:
    """What a list is the only one of, in its organisation: an owner's of a group, anybody's of a team."""
    return f"{owner} {source.kind} {source.id}" if source.kind is SourceKind.GROUP else f"{source.kind} {source.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionList:
    """A named set of people, kept by the bot (S6)."""

    id: ListId
    tenant: TenantId
    #: its author
    owner: PersonId
    name: str
    #: how many people stand in it
    size: int
    #: what it says about its people, beside name and address: each is a variable of a message
    columns: tuple[str, ...] = ()
    #: authors who may use it beside its owner
    shared_with: frozenset[PersonId] = frozenset()
    #: every author may use it
    shared_with_all: bool = False
    #: None: it holds the people put in it by hand
    source: Source | None = None
    #: when the reading of its source began that gave its people; None: it has never been read
    read_at: datetime | None = None
    #: whom it stands for, read anew whenever it matters: it is a segment, and nobody stands in it by hand
    segment: Audience | None = None

    @property
    def by_hand(self) -> bool:
        """Whether its people were put in it one by one, and stay until somebody changes that."""
        return self.source is None and self.segment is None


class Unread(StrEnum):
    """Why the people of a list could not be read from its source."""

    GONE = "gone"  #: there is no such group, or the team has removed the bot
    NO_GRAPH = "no_graph"  #: this Crieur does not ask Microsoft Graph
    NOT_ALLOWED = "not_allowed"  #: a permission is missing
    NOT_ANSWERED = "not_answered"  #: throttled, or an outage


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProblem:
    """A list that could not be read."""

    list: DistributionList
    why: Unread
    #: the one that is missing, where it is known
    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The people that a campaign targets: some lists, everyone who has installed the bot, or both; less others.

    A person in several of them is one recipient.
    """

    everyone: bool = False
    lists: tuple[ListId, ...] = ()
    #: the people of these lists are left out
    except_lists: tuple[ListId, ...] = ()
    #: guests of the organisation too
    guests: bool = False
    #: of all these people, only those for whom this rule holds
    only: Group | None = None
    #: of them all, only those who stand in one of these lists, which nobody sees; () is no such limit
    among: tuple[ListId, ...] = ()
    #: and in none of these
    beyond: tuple[ListId, ...] = ()

    @property
    def named(self) -> tuple[ListId, ...]:
        """Every list that it names, each once."""
        return tuple(dict.fromkeys((*self.lists, *self.except_lists)))
