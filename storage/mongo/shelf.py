"""A shelf of records of one kind: each is kept whole, as JSON, beside the fields that are asked for.

``storage/sqlite/shelf.py`` keeps the same ones alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from storage.mongo.engine import Document, Engine, Sort
from storage.records import StaleVersion
from storage.shared.json import to_json

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Shelf(Generic[R]):
    #: of the counter that gives the numbers
    name: str
    collection: str
    #: what it is kept as -> the record
    read: Callable[[str | bytes], R]
    #: a record -> the fields beside it
    beside: Callable[[R], Document]
    write: Callable[[R], str] = to_json

    async def get(self, store: Engine, id: int) -> R | None:
        return next(iter(await self.page(store, {"_id": id})), None)

    async def insert(self, store: Engine, make: Callable[[int], R], **fields: object) -> R:
        """The record that ``make`` gives for a number that was never given before, and never is again.

        ``fields``: in the place of those that the record gives.
        """
        (id,) = await store.ids(self.name)
        record = make(id)
        await store.collection(self.collection).insert_one({"_id": id} | self.fields(record) | fields)
        return record

    async def insert_as(self, store: Engine, id: int, record: R, more: Document) -> bool:
        """Under this number, unless there is one already: whether there was none.

        ``more``: what stands in its document beside it.
        """
        return await store.inserted(self.collection, {"_id": id} | self.fields(record) | more)

    async def put(self, store: Engine, id: int, record: R, more: Document | None = None, **still: object) -> bool:
        """Whether there was one, with these fields ``still`` as they were; ``more``: what is set beside it."""
        fields = self.fields(record) | (more or {})
        done = await store.collection(self.collection).update_one({"_id": id} | still, {"$set": fields})
        return bool(done.matched_count)

    async def save(self, store: Engine, record: Any) -> Any:
        """As its next version. Raises StaleVersion where the record is no longer at the version that it names."""
        saved = replace(record, version=record.version + 1)
        if not await self.put(store, record.id, saved, version=record.version):
            raise StaleVersion(f"{self.name} {record.id} is not at version {record.version} any more")
        return saved

    async def remove(self, store: Engine, id: int) -> None:
        await store.collection(self.collection).delete_one({"_id": id})

    async def page(
        self, store: Engine, condition: Document, sort: Sort | None = None, limit: int = 0, skip: int = 0
    ) -> list[R]:
        """Those that meet a condition."""
        return [record for _, record in await self.numbered(store, condition, sort, limit, skip)]

    async def numbered(
        self, store: Engine, condition: Document, sort: Sort | None = None, limit: int = 0, skip: int = 0
    ) -> list[tuple[int, R]]:
        rows = await store.rows(self.collection, condition, ["record"], sort, limit, skip)
        return [(row["_id"], self.read(row["record"])) for row in rows]

    async def count(self, store: Engine, condition: Document) -> int:
        return int(await store.collection(self.collection).count_documents(condition))

    def fields(self, record: R) -> Document:
        return self.beside(record) | {"record": self.write(record)}
