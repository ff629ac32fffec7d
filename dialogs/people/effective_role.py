"""What a person may do: the role they were given, or that of a directory group they belong to."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from scheduler.ports import Clock, Directory, NoSuchGroup, NotAnswered
from storage.port.operations import Documents
from storage.port.people import People
from storage.records import Person, Role, TenantId
from storage.shared.policy import policy_of

log = logging.getLogger(__name__)

FRESH = 600.0  #: seconds for which a group's members count as current
STALE = 24 * 3600.0  #: seconds for which they still count while the directory does not answer
WAIT = 8.0  #: seconds for the directory: a turn is answered within fifteen


@dataclass(frozen=True, slots=True)
class _Members:
    #: the directory's ids
    ids: frozenset[str]
    #: monotonic
    read_at: float


class _Store(People, Documents, Protocol):
    """The slices that are read: people's own roles, and the policy with the groups."""


class EffectiveRole:
    """Groups are read when somebody speaks whose own role is not the highest, and kept for a while.

    ``directory``: None where there is none, and groups have no role.
    """

    def __init__(self, store: _Store, directory: Directory | None, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._members: dict[tuple[TenantId, str], _Members] = {}
        self._reading: defaultdict[tuple[TenantId, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def role(self, person: Person) -> Role | None:
        own = await self._store.role(person.id)
        if self._directory is None or not person.directory_id:
            return own
        policy = await policy_of(self._store, person.tenant)
        for group in sorted(policy.groups, key=lambda group: list(Role).index(group.role)):
            if own is not None and own.covers(group.role):
                break
            if person.directory_id in await self._ids(person.tenant, group.group):
                return group.role
        return own

    async def _ids(self, tenant: TenantId, group: str) -> frozenset[str]:
        key = (tenant, group)
        async with self._reading[key]:
            known, now = self._members.get(key), self._clock.monotonic()
            if known and now - known.read_at < FRESH:
                return known.ids
            try:
                ids = await asyncio.wait_for(self._read(tenant, group), WAIT)
            except NoSuchGroup:
                ids = frozenset()
            except (NotAnswered, TimeoutError) as error:
                log.warning("the members of a group that has a role were not to be had: %s", type(error).__name__)
                return known.ids if known and now - known.read_at < STALE else frozenset()
            self._members[key] = _Members(ids, now)
            return ids

    async def _read(self, tenant: TenantId, group: str) -> frozenset[str]:
        assert self._directory is not None
        members: set[str] = set()
        async for page in self._directory.members(tenant, group):
            members.update(user.directory_id for user in page if not user.guest)
        return frozenset(members)
