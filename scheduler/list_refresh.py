"""Lists that are read from elsewhere: the people of a group of the directory, or of a team, read anew (S24).

A reading fills a list that nobody sees, and puts it in the old one's place at once: a death half-way
leaves the last whole reading. A request that comes while a list is being read waits for that reading.
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
PATIENCE = 4.0  #: seconds that a card waits for a reading


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

    async def read(self, distribution_list: DistributionList, since: datetime) -> DistributionList:
        """The list with its people as they are, read at ``since`` or later. Raises NotRead."""
        if distribution_list.source is None or (
            distribution_list.read_at is not None and self._lies_since(distribution_list.read_at, since)
        ):
            return distribution_list
        reading = self._readings.get(distribution_list.id)
        if reading is None or reading.began < since:
            reading = self._begin(distribution_list)
        return await asyncio.shield(reading.task)  # a caller that gives up leaves it to the others

    async def look(
        self, distribution_list: DistributionList, patience: float = PATIENCE, *, fresh: bool = False
    ) -> tuple[DistributionList, ListProblem | None]:
        """The list as it can be shown: from a reading of the last minutes, and what keeps us from a better one.

        ``fresh``: from one that begins now. A reading that takes longer than ``patience`` goes on behind.
        """
        since = self._clock.now() - (timedelta() if fresh else FRESH)
        failed = self._problems.get(distribution_list.id)
        if failed and self._lies_since(failed[0], since):
            return distribution_list, failed[1].problem
        try:
            return await asyncio.wait_for(self.read(distribution_list, since), patience), None
        except NotRead as problem:
            return distribution_list, problem.problem
        except TimeoutError:
            return distribution_list, None

    def changed(self, distribution_list: DistributionList) -> None:
        """Its source has changed: read it anew, behind; once more where it is being read."""
        if distribution_list.id in self._readings:
            self._changed.add(distribution_list.id)
        else:
            self._begin(distribution_list)

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

    def _begin(self, distribution_list: DistributionList) -> _Reading:
        began = self._clock.now()
        task = asyncio.create_task(self._read(distribution_list, began))
        reading = self._readings[distribution_list.id] = _Reading(began, task)
        task.add_done_callback(lambda done: self._end(distribution_list, reading))
        return reading

    def _end(self, distribution_list: DistributionList, reading: _Reading) -> None:
        id = distribution_list.id
        if self._readings.get(id) is reading:
            del self._readings[id]
            if id in self._changed and not reading.task.cancelled():
                self._changed.discard(id)
                self._begin(distribution_list)
        problem = None if reading.task.cancelled() else reading.task.exception()
        if isinstance(problem, NotRead):
            self._problems[id] = (reading.began, problem)
            return
        self._problems.pop(id, None)
        if problem is not None:  # of the store, or a bug: nobody may be waiting to hear of it
            log.warning("a list was not read: list=%d why=%s", id, type(problem).__name__)

    async def _read(self, distribution_list: DistributionList, began: datetime) -> DistributionList:
        blank = await self._blank(distribution_list)
        named: set[str] = set()
        try:
            async for people, columns in self._people(distribution_list, began):
                await self._store.fill_blank(blank, people, columns)
                named.update(name for row in columns for name in row)
        except BaseException as error:
            with contextlib.suppress(Exception):  # the store may be what failed: then what nobody sees stays
                await self._store.drop_blank(blank)
            if isinstance(error, NotAnswered | NoSuchGroup):
                raise _not_read(distribution_list, error) from error
            raise
        refilled = await self._store.refresh_list(distribution_list.id, blank, sorted(named), read_at=began)
        if refilled is None:  # somebody has deleted it
            raise NotRead(ListProblem(list=distribution_list, why=Unread.GONE))
        log.info("a list was read: list=%d people=%d", distribution_list.id, refilled.size)
        return refilled

    async def _blank(self, distribution_list: DistributionList) -> ListId:
        """A list to be filled. What a reading left that died is cleared away by one that comes much later."""
        key, now = f"filling/{distribution_list.id}", self._clock.now()
        left = (await self._store.read_documents([key])).get(key)
        if left is not None:
            noted = json.loads(left[1])
            if now.timestamp() - noted["at"] > LEFT.total_seconds():
                await self._store.drop_blank(ListId(noted["blank"]))
        blank = await self._store.blank_list(distribution_list.tenant, distribution_list.owner)
        document = json.dumps({"blank": blank, "at": now.timestamp()}).encode()
        await self._store.write_documents({key: (None, document)})
        return blank

    async def _people(
        self, distribution_list: DistributionList, at: datetime
    ) -> AsyncIterator[tuple[Sequence[PersonId], Sequence[Columns]]]:
        """Page by page, with what the source says about each beside name and address."""
        store, tenant, source = self._store, distribution_list.tenant, distribution_list.source
        assert source is not None
        if source.kind is SourceKind.TEAM:
            async for members in self._rosters.members(tenant, source):
                people = await store.know(tenant, [member.user for member in members], at)
                ids = [member.id for member in members]
                await store.meet_in_team(tenant, source, list(zip(people, ids, strict=True)), at)
                yield people, ()
            return
        if self._directory is None:
            raise NotRead(ListProblem(list=distribution_list, why=Unread.NO_GRAPH))
        async for page in self._directory.members(tenant, source.id):
            columns = [{DEPARTMENT: user.department} if user.department else {} for user in page]
            yield await store.know(tenant, page, at), columns


def _not_read(distribution_list: DistributionList, error: NotAnswered | NoSuchGroup) -> NotRead:
    if isinstance(error, NoSuchGroup):
        return NotRead(ListProblem(list=distribution_list, why=Unread.GONE))
    if error.permanent:
        return NotRead(ListProblem(list=distribution_list, why=Unread.NOT_ALLOWED, permission=error.permission))
    return NotRead(ListProblem(list=distribution_list, why=Unread.NOT_ANSWERED), error.after)
