"""Distribution lists: made, filled, shared, deleted. The people of an audience: audiences.py.

Membership stands in the person. A list's document names the number under which its people stand,
its ``body``: a list that is filled anew changes that one number, and so all its people at once. A
list exists when its own document does: that is written last, and deleted first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from pymongo import UpdateOne

from storage.mongo.activities import MongoActivities
from storage.mongo.engine import Document, pages
from storage.mongo.mapping import columns_path
from storage.records import (
    CampaignId,
    Columns,
    DistributionList,
    ListId,
    ListInUse,
    PersonId,
    Source,
    TenantId,
    origin_of,
)
from storage.records.instants import instant, ms
from storage.shared.json import from_json, to_json

#: documents of lists that nobody sees yet have an owner and a tenant, and wait in their own collection
BLANKS = "blank_lists"
ORIGINS = "list_origins"


def _list_of(row: Document) -> DistributionList:
    return DistributionList(
        id=row["_id"],
        tenant=row["tenant"],
        owner=row["owner"],
        name=row["name"],
        size=row["size"],
        columns=tuple(row.get("columns", ())),
        shared_with=frozenset(row.get("shared_with", ())),
        shared_with_all=row.get("shared_with_all", False),
        source=from_json(Source, row["source"]) if row.get("source") else None,
        read_at=instant(row["read_at"]) if row.get("read_at") is not None else None,
    )


def body_of(row: Document) -> int:
    """The number under which a list's people stand."""
    return int(row.get("body") or row["_id"])


def _out_of(body: int) -> Document:
    return {"$pull": {"lists": body}, "$unset": {columns_path(body): ""}}


class MongoLists(MongoActivities):
    async def new_list(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        people: Sequence[PersonId],
        *,
        result_of: CampaignId | None = None,
        cause: str = "",
    ) -> DistributionList:
        id = await self.own_number("list", cause)
        await self._put_in(id, sorted(set(people)))
        row: Document = {"_id": id, "tenant": tenant, "owner": owner, "name": name, "size": len(set(people))}
        if result_of is not None:
            row["result_of"] = result_of
        await self.inserted("lists", row)
        return await self.distribution_list(ListId(id)) or _list_of(row) if cause else _list_of(row)

    async def blank_list(self, tenant: TenantId, owner: PersonId, *, cause: str = "") -> ListId:
        id = ListId(await self.own_number("list", cause))
        if not cause or await self.distribution_list(id) is None:
            await self.inserted(BLANKS, {"_id": id, "tenant": tenant, "owner": owner})
        return id

    async def enlist(
        self, id: ListId, people: Sequence[PersonId], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        row = await self.collection("lists").find_one({"_id": id})
        if row is None and await self.collection(BLANKS).find_one({"_id": id}) is None:
            return
        await self._put_in(body_of(row) if row else id, people, columns, keep=keep)
        await self._measure(id)

    async def _put_in(
        self, body: int, people: Sequence[int], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        if not any(columns):
            for page in pages(people):
                await self._change_people({"_id": {"$in": list(page)}}, {"$addToSet": {"lists": body}})
            return
        changes = []
        # asked of the rows as well: nx-27017 takes a list of one for something else than its one
        rows = await self.by_id("people", people, ["lists"]) if keep else {}
        standing = {id for id, row in rows.items() if body in row["lists"]}
        for person, values in zip_longest(people, columns):
            if person in standing:
                continue
            condition = {"_id": person, "lists": {"$ne": body}} if keep else {"_id": person}
            changes.append(
                UpdateOne(condition, {"$addToSet": {"lists": body}, "$set": {columns_path(body): dict(values or {})}})
            )
        for some in pages(changes):  # none where all stand in it
            await self.collection("people").bulk_write(list(some), ordered=False)

    async def _change_people(self, condition: Document, change: Document) -> None:
        await self.collection("people").update_many(condition, change)

    async def _measure(self, id: int) -> None:
        row = await self.collection("lists").find_one({"_id": id})
        if row is not None:
            size = await self.collection("people").count_documents({"lists": {"$in": [body_of(row)]}})
            await self.collection("lists").update_one({"_id": id}, {"$set": {"size": size}})

    async def dismiss(self, id: ListId, people: Sequence[PersonId]) -> None:
        row = await self.collection("lists").find_one({"_id": id})
        if row is None and await self.collection(BLANKS).find_one({"_id": id}) is None:
            return  # another list's people may stand under its number by now
        body = body_of(row) if row else id
        for page in pages(people):
            await self._change_people({"_id": {"$in": list(page)}}, _out_of(body))
        await self._measure(id)

    async def publish_list(self, id: ListId, name: str, columns: Sequence[str] = ()) -> DistributionList | None:
        blank = await self.collection(BLANKS).find_one({"_id": id})
        if blank is not None:
            size = await self.collection("people").count_documents({"lists": {"$in": [id]}})
            row = blank | {"name": name, "size": size, "columns": list(columns)}
            await self.inserted("lists", row)
            await self.collection(BLANKS).delete_one({"_id": id})
        return await self.distribution_list(id)

    async def refill_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, read_at: datetime | None = None
    ) -> DistributionList | None:
        waiting = await self.collection(BLANKS).find_one({"_id": blank})
        row = await self.collection("lists").find_one({"_id": id})
        if row is None or waiting is None:
            return _list_of(row) if row else None
        before = waiting.get("before", body_of(row))
        # noted first: after a death, the next call knows the people to take out
        await self.collection(BLANKS).update_one({"_id": blank}, {"$set": {"before": before}})
        size = await self.collection("people").count_documents({"lists": {"$in": [blank]}})
        filled: Document = {"body": blank, "size": size, "columns": list(columns)}
        if read_at is not None:
            filled["read_at"] = ms(read_at)
        await self.collection("lists").update_one({"_id": id}, {"$set": filled})
        if before != blank:
            await self._empty(before)
        await self.collection(BLANKS).delete_one({"_id": blank})
        return await self.distribution_list(id)

    async def _empty(self, body: int) -> None:
        await self._change_people({"lists": {"$in": [body]}}, _out_of(body))

    async def list_from(self, tenant: TenantId, owner: PersonId, name: str, source: Source) -> DistributionList:
        key = f"{tenant} {origin_of(owner, source)}"
        known = await self.collection(ORIGINS).find_one({"_id": key})
        if known is None:
            (id,) = await self.ids("list")
            await self.inserted(ORIGINS, {"_id": key, "list": id})
            known = await self.collection(ORIGINS).find_one({"_id": key})  # another copy may have been faster
        assert known is not None
        row: Document = {"_id": known["list"], "tenant": tenant, "owner": owner, "name": name, "size": 0}
        # a death may have come between the two
        await self.inserted("lists", row | {"source": to_json(source)})
        await self.collection("lists").update_one({"_id": row["_id"]}, {"$set": {"source": to_json(source)}})
        distribution_list = await self.distribution_list(row["_id"])
        assert distribution_list is not None
        return distribution_list

    async def rename_list(self, id: ListId, name: str) -> None:
        await self.collection("lists").update_one({"_id": id}, {"$set": {"name": name}})

    async def share_list(self, id: ListId, authors: Sequence[PersonId], *, all_authors: bool = False) -> None:
        await self.collection("lists").update_one(
            {"_id": id}, {"$set": {"shared_with": sorted(set(authors)), "shared_with_all": all_authors}}
        )

    async def distribution_list(self, id: ListId) -> DistributionList | None:
        row = await self.collection("lists").find_one({"_id": id})
        return _list_of(row) if row else None

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        lists = [_list_of(row) for row in await self.rows("lists", {"tenant": tenant})]
        return sorted(lists, key=lambda item: (item.name.casefold(), item.id))

    async def delete_list(self, id: ListId) -> None:
        using = await self.rows("campaigns", {"state": {"$in": ["scheduled", "running"]}, "lists": {"$in": [id]}})
        if using:
            raise ListInUse(tuple(row["name"] for row in using))
        row = await self.collection("lists").find_one({"_id": id})
        if row is None and await self.collection(BLANKS).find_one({"_id": id}) is None:
            return  # another list's people may stand under its number by now
        await self.collection("lists").delete_one({"_id": id})
        if row is not None and row.get("source"):
            source = from_json(Source, row["source"])
            await self.collection(ORIGINS).delete_one({"_id": f"{row['tenant']} {origin_of(row['owner'], source)}"})
        await self._empty(body_of(row) if row else id)
        await self.collection(BLANKS).delete_one({"_id": id})
