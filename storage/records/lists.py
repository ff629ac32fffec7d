"""Distribution lists and audiences."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.base import ListId, PersonId, TenantId


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
