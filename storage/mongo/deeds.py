"""Who did what: documents that are only ever added, and how a deed gets among them.

Nothing spans two documents here. So a deed is written into the document that it changes, by the same update, and moved
to the audit after it: its number is given before, which makes moving it twice the same as once. Where the document
goes, the deed is written down before, as intended. What a death leaves between is moved by the next reading of the
audit, the next start, and the sweep (``collect_deeds``). A repetition of an activity gives its deeds the numbers of
the run before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from storage.mongo.activities import MongoActivities
from storage.mongo.engine import Document
from storage.mongo.shelf import Shelf
from storage.records import AuditEntry, Deed, Noted, Subject, TenantId
from storage.records.instants import ms
from storage.shared.json import from_json

ENTRIES = Shelf(
    "audit", "audit", partial(from_json, AuditEntry), lambda entry: {"tenant": entry.tenant, "at": ms(entry.at)}
)

#: collections whose documents carry deeds
CARRIERS = ("campaigns", "lists", "templates", "people", "roles", "documents")
#: deeds by which a document goes, from before it goes until they are in the audit
INTENDED = "intended_deeds"


@dataclass(frozen=True, slots=True)
class Owed:
    """Deeds with their numbers, as they stand in a document until they are in the audit.

    ``deeds``: {"n" and the number: the audit's row as JSON}; ``noting``: the number of the last one, for the sweep.
    """

    rows: Mapping[int, str]

    @property
    def in_new(self) -> Document:
        """Fields of a new document."""
        deeds = {_name(id): row for id, row in self.rows.items()}
        return {"noting": max(self.rows), "deeds": deeds} if self.rows else {}

    @property
    def in_update(self) -> Document:
        """What an update sets."""
        deeds = {f"deeds.{_name(id)}": row for id, row in self.rows.items()}
        return {"noting": max(self.rows)} | deeds if self.rows else {}


NOTHING = Owed({})


def _name(number: int) -> str:
    return f"n{number}"


class MongoDeeds(MongoActivities):
    async def open(self) -> None:
        await super().open()
        await self.collect_deeds()

    async def note(self, deed: Deed, tenant: TenantId, subject: Subject, id: object, name: str = "") -> None:
        owed = await self.owe(deed.to(tenant, subject, id, name))
        await self._insert(owed.rows)

    async def owe(self, *noted: Noted) -> Owed:
        """The deeds with their numbers. They are in the audit for good once a document says so."""
        rows = {}
        for one in noted:
            number = await self.own_number("audit", one.cause, one.key)
            rows[number] = orjson.dumps(ENTRIES.fields(one.entry)).decode()
        return Owed(rows)

    async def bring_in(self, collection: str, id: Any) -> int:
        """Move the deeds that stand in a document to the audit; how many."""
        while (row := await self.collection(collection).find_one({"_id": id})) is not None and row.get("noting"):
            deeds: Mapping[str, str] = row["deeds"]
            await self._insert({int(name[1:]): deed for name, deed in deeds.items()})
            moved = {f"deeds.{name}": "" for name in deeds} | {"noting": ""}
            # a deed that is added meanwhile changes the number that is looked for
            done = await self.collection(collection).update_one({"_id": id, "noting": row["noting"]}, {"$unset": moved})
            if done.matched_count:
                return len(deeds)
        return 0

    async def remove(self, collection: str, id: int, owed: Owed) -> bool:
        """Remove a document, which is a deed; whether it was there."""
        # an intention that did not come to its end gives way to this one
        await self.collection(INTENDED).delete_many({"place": collection, "of": id, "_id": {"$nin": list(owed.rows)}})
        intended = [{"_id": number, "place": collection, "of": id, "row": row} for number, row in owed.rows.items()]
        await self.insert_new(INTENDED, intended)
        await self.bring_in(collection, id)
        gone = await self.collection(collection).delete_one({"_id": id})
        await self._carry_out(intended)
        return bool(gone.deleted_count)

    async def _carry_out(self, intended: Sequence[Document]) -> int:
        """What was intended was done where the document is gone."""
        done = 0
        for one in intended:
            if await self.collection(one["place"]).find_one({"_id": one["of"]}, {"_id": 1}) is None:
                await self._insert({one["_id"]: one["row"]})
                await self.collection(INTENDED).delete_one({"_id": one["_id"]})
                done += 1
        return done

    async def _insert(self, rows: Mapping[int, str]) -> None:
        await self.insert_new("audit", [{"_id": number} | orjson.loads(row) for number, row in rows.items()])

    async def collect_deeds(self) -> int:
        moved = await self._carry_out(await self.rows(INTENDED, {}))
        for collection in CARRIERS:
            for row in await self.rows(collection, {"noting": {"$gt": 0}}, []):
                moved += await self.bring_in(collection, row["_id"])
        return moved

    # --- reading ------------------------------------------------------------------------------

    async def count_audit(self, tenant: TenantId) -> int:
        await self.collect_deeds()
        return await ENTRIES.count(self, {"tenant": tenant})

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        if not after:
            await self.collect_deeds()
        condition: Document = {"_id": {"$gt": after}}
        if tenant is not None:
            condition["tenant"] = tenant
        if since is not None:
            condition["at"] = {"$gte": ms(since)}
        return await ENTRIES.numbered(self, condition, [("_id", 1)], limit)
