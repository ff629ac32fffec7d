"""MongoDB in this world: a model of its wire semantics that stands at the door of ``storage/mongo``.

Documents and operators are mongomock's. What the wire adds is ours: every single document is changed atomically, and
nothing else is; between the documents of a bulk write, and between a cursor's pages, anything may happen; an answer can
be lost after the change was made (``AutoReconnect``), late, or refused. The contract suite runs on this model too.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from types import SimpleNamespace
from typing import Any, TypeVar

import mongomock
import mongomock.aggregate
import mongomock.collection
import mongomock.helpers
from mongomock.collection import Collection as Documents
from pymongo import UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError
from pymongo.results import BulkWriteResult, UpdateResult

from storage.mongo import MongoStore
from storage.records import FINAL
from tests.simulation.history import History, Watched
from tests.simulation.matching import matcher

T = TypeVar("T")
Document = dict[str, Any]

ANSWER = (0.0001, 0.01)  #: seconds until a server answers


def _candidates(documents: Documents, condition: Document) -> Iterator[Document]:
    """Those that a condition is true of; mongomock tries it on every document, even where it names their ids."""
    kept, id = documents._store._documents, condition.get("_id")
    if isinstance(id, int | str):
        some = [kept[id]] if id in kept else []
    elif isinstance(id, dict) and isinstance(several := id.get("$in"), list):
        wanted = set(several)
        some = [document for key, document in kept.items() if key in wanted]
    else:
        some = list(kept.values())
    return filter(matcher(condition), some)


def _shown(documents: Documents, document: Document, fields: Document | None, container: type) -> Document:
    """Of a document these fields; only where all are plain names that are asked for, which is mostly, it is ours."""
    if fields is None:
        return _copied(document)
    if not all(shown == 1 and "." not in field for field, shown in fields.items()):
        return _any_fields(documents, document, fields, container)
    return {field: _copied(part) for field, part in document.items() if field in fields or field == "_id"}


UNCHANGING = frozenset({str, int, float, bool, bytes, type(None)})


def _copied(value: Any, container: type = dict) -> Any:
    """As it is kept: of what stands in a document only lists and documents can change."""
    if isinstance(value, dict):
        return {field: part if type(part) in UNCHANGING else _copied(part) for field, part in value.items()}
    if isinstance(value, list | tuple):
        return [part if type(part) in UNCHANGING else _copied(part) for part in value]
    return _kept(value) if isinstance(value, datetime) else value


_kept = mongomock.helpers.patch_datetime_awareness_in_document  # without its zone, to the millisecond
_any_fields = Documents._copy_only_fields
Documents._iter_documents, Documents._copy_only_fields = _candidates, _shown
# mongomock looks at every number and every word three times on its way in and out
mongomock.collection._copy_field = mongomock.helpers.patch_datetime_awareness_in_document = _copied
mongomock.collection.copy = SimpleNamespace(copy=copy.copy, deepcopy=_copied)  # type: ignore[attr-defined]


@dataclass
class MongoServer:
    """The server: it outlives the processes that ask it. ``chance`` is a seeded generator."""

    chance: random.Random
    #: shares of requests that go wrong: never taken; taken, and the answer lost; answered late
    refused: float = 0.0
    lost: float = 0.0
    slow: float = 0.0
    #: nobody reaches it
    away: bool = False
    #: seconds until it answers, at the least and the most
    answers: tuple[float, float] = ANSWER
    changes: int = 0
    #: its clock
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    db: Any = field(default_factory=lambda: mongomock.MongoClient().get_database("crieur"))

    def ended(self) -> list[tuple[int, int]]:
        """The deliveries that have come to an end, and how: as they stand, without a question."""
        rows = self.db["deliveries"]._store._documents.items()
        return [(id, row["state"]) for id, row in rows if row["state"] >= FINAL]

    async def answer(self, ask: Callable[[], T], *, changes: bool = False) -> T:
        """One request. Raises AutoReconnect, as the driver does when it has given up."""
        chance = self.chance
        if self.slow and chance.random() < self.slow:
            await asyncio.sleep(chance.uniform(0.1, 8.0))
        if changes:  # what is only read is as old as its way back
            await asyncio.sleep(chance.uniform(*self.answers))
        if self.away or (self.refused and chance.random() < self.refused):
            raise AutoReconnect("the server is not reached")
        value = ask()
        self.changes += changes
        await asyncio.sleep(chance.uniform(*self.answers))
        if changes and self.lost and chance.random() < self.lost:
            raise AutoReconnect("the answer was lost")
        return value


class Cursor:
    """What ``find`` and ``aggregate`` give; read when it is first asked."""

    def __init__(self, server: MongoServer, read: Callable[[], list[Document]]) -> None:
        self._server = server
        self._read = read
        self._rows: list[Document] | None = None

    async def to_list(self, length: int | None = None) -> list[Document]:
        if self._rows is None:
            self._rows = await self._server.answer(self._read)
        else:
            await self._server.answer(lambda: None)
        count = len(self._rows) if length is None else length
        page, self._rows = self._rows[:count], self._rows[count:]
        return page


class Collection:
    """The methods of a collection that the adapter calls."""

    def __init__(self, server: MongoServer, name: str) -> None:
        self._server = server
        self._documents = server.db[name]

    def find(
        self,
        condition: Document,
        fields: Document | None = None,
        sort: Any = None,
        limit: int = 0,
        skip: int = 0,
        **_: Any,
    ) -> Cursor:
        return Cursor(self._server, lambda: self._read(condition, fields, sort, limit, skip))

    def _read(self, condition: Document, fields: Any, sort: Any, limit: int, skip: int = 0) -> list[Document]:
        rows = self._documents._get_dataset(_copied(condition), sort, fields, dict)
        return list(islice(rows, skip, skip + limit if limit else None))

    def aggregate(self, pipeline: list[Document]) -> Cursor:
        return Cursor(self._server, lambda: self._aggregated(pipeline))

    def _aggregated(self, pipeline: list[Document]) -> list[Document]:
        """Only what its first condition is true of is copied and looked at."""
        first, *rest = pipeline
        if "$match" not in first:
            return list(self._documents.aggregate(pipeline))
        some = self._read(first["$match"], None, None, 0)
        return list(mongomock.aggregate.process_pipeline(some, self._documents.database, rest, None))

    async def bulk_write(self, writes: Sequence[UpdateOne], *, ordered: bool) -> BulkWriteResult:
        """Each document for itself, in an order that nobody promises where it is not ``ordered``; it may be cut off."""
        writes = list(writes)
        if not ordered:
            self._server.chance.shuffle(writes)
        total = {"nMatched": 0, "nModified": 0, "nUpserted": 0, "nInserted": 0, "nRemoved": 0, "upserted": []}

        def some(part: Sequence[UpdateOne]) -> None:
            for write in part:
                done = self._documents.update_one(write._filter, write._doc, upsert=bool(write._upsert))
                total["nMatched"] += done.matched_count  # type: ignore[operator]
                total["nModified"] += done.modified_count  # type: ignore[operator]

        middle = self._server.chance.randint(0, len(writes))
        await self._server.answer(lambda: some(writes[:middle]), changes=True)
        await self._server.answer(lambda: some(writes[middle:]), changes=True)
        return BulkWriteResult(total, acknowledged=True)

    async def update_many(self, condition: Document, change: Document) -> Any:
        """Each document for itself: between two of them, others read and write."""
        ids = await self._server.answer(lambda: [row["_id"] for row in self._documents.find(condition, {"_id": 1})])
        middle = self._server.chance.randint(0, len(ids))

        def some(part: list[Any]) -> Any:
            return self._documents.update_many({"$and": [{"_id": {"$in": part}}, condition]}, change).raw_result

        first = await self._server.answer(lambda: some(ids[:middle]), changes=True)
        rest = await self._server.answer(lambda: some(ids[middle:]), changes=True)
        return UpdateResult({name: first[name] + rest[name] for name in ("n", "nModified")}, acknowledged=True)

    async def insert_many(self, documents: Sequence[Document], *, ordered: bool) -> Any:
        try:
            return await self._server.answer(
                lambda: self._documents.insert_many(documents, ordered=ordered), changes=True
            )
        except mongomock.BulkWriteError as error:  # type: ignore[attr-defined]
            raise BulkWriteError(error.details) from None

    async def create_indexes(self, indexes: Sequence[Any]) -> None:
        for index in indexes:
            keys, unique = list(index.document["key"].items()), bool(index.document.get("unique"))
            await self._server.answer(
                lambda keys=keys, unique=unique: self._documents.create_index(keys, unique=unique)
            )  # type: ignore[misc]

    async def index_information(self) -> Document:
        return dict(await self._server.answer(self._documents.index_information))

    async def find_one(
        self, condition: Any, fields: Document | None = None, sort: Any = None, **_: Any
    ) -> Document | None:
        condition = condition if isinstance(condition, dict) else {"_id": condition}
        rows = await self._server.answer(lambda: self._read(condition, fields, sort, 1))
        return rows[0] if rows else None

    async def count_documents(self, *asked: Any, **more: Any) -> int:
        return int(await self._server.answer(lambda: self._documents.count_documents(*asked, **more)))

    async def distinct(self, *asked: Any, **more: Any) -> list[Any]:
        return list(await self._server.answer(lambda: self._documents.distinct(*asked, **more)))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """``insert_one``, ``update_one``, ``find_one_and_update``, ``delete_many`` ...: one request each."""
        method = getattr(self._documents, name)

        async def change(*asked: Any, **more: Any) -> Any:
            return await self._server.answer(lambda: method(*asked, **more), changes=True)

        return change


class Database:
    def __init__(self, server: MongoServer) -> None:
        self._server = server
        self._collections: dict[str, Collection] = {}

    def __getitem__(self, name: str) -> Collection:
        if name not in self._collections:
            self._collections[name] = Collection(self._server, name)
        return self._collections[name]

    async def list_collection_names(self) -> list[str]:
        return list(await self._server.answer(self._server.db.list_collection_names))

    async def command(self, name: str) -> Document:
        return await self._server.answer(lambda: {"ok": 1.0, "localTime": self._server.now()})


class SimulatedMongo(Watched, MongoStore):
    """One process's client of the server."""

    def __init__(self, server: MongoServer, history: History | None = None) -> None:
        super().__init__("mongodb://simulated/crieur")
        self._server = server
        self.history = history or History()

    def _connect(self, **_: Any) -> Any:
        return Database(self._server)
