"""What a person may do: the role they were given, or that of a directory group they belong to."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from scheduler.ports import Clock, Directory, NoSuchGroup, NotAnswered
from storage.port.operations import Documents
from storage.port.people import People
from storage.records import Person, PersonId, Role, TenantId
from storage.shared.policy import policy_of

log = logging.getLogger(__name__)

FRESH = 600.0  #: seconds for which a group's members count as current
AGAIN = 60.0  #: seconds after a failure in which the directory is not asked again
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

    A guest has no role by a group: the directory says who is one where it may be asked, else their own client does.

    ``directory``: None where there is none, and groups have no role.
    """

    def __init__(self, store: _Store, directory: Directory | None, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._members: dict[tuple[TenantId, str], _Members] = {}
        #: when a group could not be read, monotonic
        self._failed_at: dict[tuple[TenantId, str], float] = {}
        #: groups that are being read: everybody who asks meanwhile waits for the same answer
        self._reading: dict[tuple[TenantId, str], asyncio.Task[frozenset[str]]] = {}

    async def may_author(self, id: PersonId) -> bool:
        """Whether they have a role still, their own or a group's."""
        person = await self._store.person(id)
        return person is not None and await self.role(person) is not None

    async def role(self, person: Person) -> Role | None:
        own = await self._store.role(person.id)
        if self._directory is None or not person.directory_id or person.guest:
            return own
        policy = await policy_of(self._store, person.tenant)
        higher = [group for group in policy.groups if own is None or not own.covers(group.role)]
        members = await asyncio.gather(*(self._ids(person.tenant, group.group) for group in higher))
        theirs = [group.role for group, ids in zip(higher, members, strict=True) if person.directory_id in ids]
        return min(theirs, key=list(Role).index, default=own)

    async def _ids(self, tenant: TenantId, group: str) -> frozenset[str]:
        """The members of a group, as far as they are known; answered within WAIT seconds."""
        key, now = (tenant, group), self._clock.monotonic()
        known = self._members.get(key)
        if known and now - known.read_at < FRESH:
            return known.ids
        if now - self._failed_at.get(key, float("-inf")) < AGAIN:
            return self._still(key)
        if (reading := self._reading.get(key)) is None:
            reading = self._reading[key] = asyncio.create_task(self._read_in_time(key))
            reading.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(reading)  # an asker that goes away takes nobody along

    async def _read_in_time(self, key: tuple[TenantId, str]) -> frozenset[str]:
        try:
            ids = await asyncio.wait_for(self._read(*key), WAIT)
        except NoSuchGroup:
            ids = frozenset()
        except (NotAnswered, TimeoutError) as error:
            log.warning("the members of a group that has a role were not to be had: %s", type(error).__name__)
            self._failed_at[key] = self._clock.monotonic()
            return self._still(key)
        self._members[key] = _Members(ids, self._clock.monotonic())
        return ids

    def _still(self, key: tuple[TenantId, str]) -> frozenset[str]:
        """The members of a group when it was last read, where that is not too long ago."""
        known = self._members.get(key)
        return known.ids if known and self._clock.monotonic() - known.read_at < STALE else frozenset()

    async def _read(self, tenant: TenantId, group: str) -> frozenset[str]:
        assert self._directory is not None
        members: set[str] = set()
        async for page in self._directory.members(tenant, group):
            members.update(user.directory_id for user in page if not user.guest)
        return frozenset(members)
