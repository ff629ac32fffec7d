"""Lists that are read from elsewhere: a group of the directory takes its people's place anew (S24).

A reading fills a list that nobody sees, and puts it in the old one's place at once: a death half-way
leaves the last whole reading. Who asks while a list is being read waits for that reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.ports import Clock, Directory, NoSuchGroup, NotAnswered, Rosters
from storage.port.operations import Documents
from storage.port.people import Lists, People
from storage.records import (
    Columns,
    DistributionList,
    ListId,
    ListProblem,
    PersonId,
    SourceKind,
    Unread,
)

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=2)  #: a reading this young will do for what is shown
DEPARTMENT = "DEPARTMENT"  #: what a group says about its people: a variable of a message, like any list's column
LEFT = timedelta(hours=1)  #: a reading that began so long ago is not going on any more
PATIENCE = 4.0  #: seconds that somebody who looks at a card waits for a reading


class _Store(Documents, Lists, People, Protocol):
    """What is asked of the store here."""


class NotRead(Exception):
    """A list could not be read. ``after``: seconds that its source asked us to wait, where it said."""

    def __init__(self, problem: ListProblem, after: float | None = None) -> None:
        super().__init__(f"list={problem.list.id} why={problem.why}")
        self.problem = problem
        self.after = after


@dataclass(frozen=True, slots=True)
class _Reading:
    began: datetime
    task: asyncio.Task[DistributionList]


class ListReader:
    """``directory``: None where Microsoft Graph is not to be asked."""

    def __init__(self, store: _Store, directory: Directory | None, rosters: Rosters, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._rosters = rosters
        self._clock = clock
        self._readings: dict[ListId, _Reading] = {}
        #: lists whose source has changed while they were being read
        self._changed: set[ListId] = set()
        #: what went wrong with the last reading, and when it began
        self._problems: dict[ListId, tuple[datetime, NotRead]] = {}

    async def read(self, found: DistributionList, since: datetime) -> DistributionList:
        """The list with its people as they are, read at ``since`` or later. Raises NotRead."""
        if found.source is None or (found.read_at is not None and self._lies_since(found.read_at, since)):
            return found
        reading = self._readings.get(found.id)
        if reading is None or reading.began < since:
            reading = self._begin(found)
        return await asyncio.shield(reading.task)  # who waits no more lets the others have it

    async def look(
        self, found: DistributionList, patience: float = PATIENCE, *, fresh: bool = False
    ) -> tuple[DistributionList, ListProblem | None]:
        """The list as it can be shown: from a reading of the last minutes, and what keeps us from a better one.

        ``fresh``: from one that begins now. A reading that takes longer than ``patience`` goes on behind.
        """
        since = self._clock.now() - (timedelta() if fresh else FRESH)
        failed = self._problems.get(found.id)
        if failed and self._lies_since(failed[0], since):
            return found, failed[1].problem
        try:
            return await asyncio.wait_for(self.read(found, since), patience), None
        except NotRead as problem:
            return found, problem.problem
        except TimeoutError:
            return found, None

    def changed(self, found: DistributionList) -> None:
        """Its source has changed: read it anew, behind; once more where it is being read."""
        if found.id in self._readings:
            self._changed.add(found.id)
        else:
            self._begin(found)

    async def stop(self) -> None:
        """Leave what is being read: it will be read again."""
        tasks = [reading.task for reading in self._readings.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _lies_since(self, instant: datetime, since: datetime) -> bool:
        """Whether it lies between then and now: the future is what a clock said that has been set back."""
        return since <= instant <= self._clock.now()

    # --- one reading --------------------------------------------------------------------------

    def _begin(self, found: DistributionList) -> _Reading:
        began = self._clock.now()
        task = asyncio.create_task(self._read(found, began))
        reading = self._readings[found.id] = _Reading(began, task)
        task.add_done_callback(lambda done: self._end(found, reading))
        return reading

    def _end(self, found: DistributionList, reading: _Reading) -> None:
        id = found.id
        if self._readings.get(id) is reading:
            del self._readings[id]
            if id in self._changed and not reading.task.cancelled():
                self._changed.discard(id)
                self._begin(found)
        problem = None if reading.task.cancelled() else reading.task.exception()
        if isinstance(problem, NotRead):
            self._problems[id] = (reading.began, problem)
            return
        self._problems.pop(id, None)
        if problem is not None:  # of the store, or a bug: whoever waits hears of it, and perhaps nobody does
            log.warning("a list was not read: list=%d why=%s", id, type(problem).__name__)

    async def _read(self, found: DistributionList, began: datetime) -> DistributionList:
        blank = await self._blank(found)
        named: set[str] = set()
        try:
            async for people, columns in self._people(found, began):
                await self._store.enlist(blank, people, columns)
                named.update(name for said in columns for name in said)
        except BaseException as error:
            with contextlib.suppress(Exception):  # the store may be what failed: then what nobody sees stays
                await self._store.delete_list(blank)
            if isinstance(error, NotAnswered | NoSuchGroup):
                raise _not_read(found, error) from error
            raise
        refilled = await self._store.refill_list(found.id, blank, sorted(named), read_at=began)
        if refilled is None:  # somebody has deleted it
            raise NotRead(ListProblem(list=found, why=Unread.GONE))
        log.info("a list was read: list=%d people=%d", found.id, refilled.size)
        return refilled

    async def _blank(self, found: DistributionList) -> ListId:
        """A list to be filled. What a reading left that died is cleared away by one that comes much later."""
        key, now = f"filling/{found.id}", self._clock.now()
        left = (await self._store.read_documents([key])).get(key)
        if left is not None:
            said = json.loads(left[1])
            if now.timestamp() - said["at"] > LEFT.total_seconds():
                await self._store.delete_list(ListId(said["blank"]))
        blank = await self._store.blank_list(found.tenant, found.owner)
        document = json.dumps({"blank": blank, "at": now.timestamp()}).encode()
        await self._store.write_documents({key: (None, document)})
        return blank

    async def _people(
        self, found: DistributionList, at: datetime
    ) -> AsyncIterator[tuple[Sequence[PersonId], Sequence[Columns]]]:
        """Page by page, with what the source says about each beside name and address."""
        store, tenant, source = self._store, found.tenant, found.source
        assert source is not None
        if source.kind is SourceKind.TEAM:
            async for members in self._rosters.members(tenant, source):
                people = await store.know(tenant, [member.user for member in members], at)
                ids = [member.id for member in members]
                await store.meet_in_team(tenant, source, list(zip(people, ids, strict=True)), at)
                yield people, ()
            return
        if self._directory is None:
            raise NotRead(ListProblem(list=found, why=Unread.NO_GRAPH))
        async for page in self._directory.members(tenant, source.id):
            said = [{DEPARTMENT: user.department} if user.department else {} for user in page]
            yield await store.know(tenant, page, at), said


def _not_read(found: DistributionList, error: NotAnswered | NoSuchGroup) -> NotRead:
    if isinstance(error, NoSuchGroup):
        return NotRead(ListProblem(list=found, why=Unread.GONE))
    if error.permanent:
        return NotRead(ListProblem(list=found, why=Unread.NOT_ALLOWED, permission=error.permission))
    return NotRead(ListProblem(list=found, why=Unread.NOT_ANSWERED), error.after)
