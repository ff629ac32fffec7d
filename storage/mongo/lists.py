"""Distribution lists: made, filled, shared, deleted. The people of an audience: audiences.py.

Membership stands in the person. A list's document names the number under which its people stand,
its ``body``: a list that is filled anew changes that one number, and so all its people at once. A
list exists when its own document does: that is written last, and deleted first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from pymongo import UpdateOne

from storage.mongo.deeds import NOTHING, MongoDeeds, Owed
from storage.mongo.engine import Document, pages
from storage.mongo.mapping import columns_path
from storage.records import (
    Audience,
    CampaignId,
    Columns,
    Deed,
    DistributionList,
    ListId,
    ListInUse,
    Noted,
    PersonId,
    Source,
    Subject,
    TenantId,
    origin_of,
)
from storage.records.instants import instant, ms
from storage.records.lists import names_of_columns
from storage.shared.json import from_json, to_json
from storage.shared.segments import held_by

#: documents of lists that nobody sees yet have an owner and a tenant, and wait in their own collection
BLANKS = "blank_lists"
ORIGINS = "list_origins"


def list_of(row: Document) -> DistributionList:
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
        segment=from_json(Audience, row["segment"]) if row.get("segment") else None,
    )


def body_of(row: Document) -> int:
    """The number under which a list's people stand."""
    return int(row.get("body") or row["_id"])


def _noted(deed: Deed, row: Document) -> Noted:
    return deed.to(row["tenant"], Subject.LIST, row["_id"], row["name"])


def _out_of(body: int) -> Document:
    return {"$pull": {"lists": body}, "$unset": {columns_path(body): ""}}


class MongoLists(MongoDeeds):
    async def new_list(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        people: Sequence[PersonId],
        *,
        columns: Mapping[int, Columns] | None = None,
        result_of: CampaignId | None = None,
        deed: Deed,
    ) -> DistributionList:
        id = await self.own_number("list", deed.cause)
        standing = sorted(set(people))
        await self.put_in(id, standing, [columns.get(person, {}) for person in standing] if columns else ())
        row: Document = {"_id": id, "tenant": tenant, "owner": owner, "name": name, "size": len(standing)}
        if columns:
            row["columns"] = list(names_of_columns(columns))
        if result_of is not None:
            row["result_of"] = result_of
        await self._insert_list(row, deed)
        return await self.distribution_list(ListId(id)) or list_of(row) if deed.cause else list_of(row)

    async def _insert_list(self, row: Document, deed: Deed) -> None:
        """Unless there is one of this number already."""
        owed = await self.owe(_noted(deed, row))
        await self.inserted("lists", row | owed.in_new)
        await self.bring_in("lists", row["_id"])

    async def blank_list(self, tenant: TenantId, owner: PersonId, *, cause: str = "") -> ListId:
        id = ListId(await self.own_number("list", cause))
        if not cause or await self.distribution_list(id) is None:
            await self.inserted(BLANKS, {"_id": id, "tenant": tenant, "owner": owner})
        return id

    async def fill_blank(
        self, id: ListId, people: Sequence[PersonId], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        if await self.is_blank(id):
            await self.put_in(id, people, columns, keep=keep)

    async def is_blank(self, id: int) -> bool:
        """A death may have left what says so beside the list that it has become, or whose people it has become."""
        blank = await self.collection(BLANKS).find_one({"_id": id})
        if blank is None or await self.distribution_list(ListId(id)) is not None:
            return False
        return "before" not in blank or await self.collection("lists").find_one({"body": id}, {"_id": 1}) is None

    async def drop_blank(self, id: ListId) -> None:
        if await self.is_blank(id):
            await self._empty(id)
        await self.collection(BLANKS).delete_one({"_id": id})

    async def absorb_blanks(self, into: ListId, blanks: Sequence[ListId]) -> None:
        if not await self.is_blank(into):
            return
        for blank in blanks:
            if blank != into and await self.distribution_list(blank) is None:
                # by their numbers: nx-27017 changes nobody who stands in this one list only
                people = await self.numbers("people", {"lists": {"$in": [blank]}}, "_id")
                await self.put_in(into, people)
                for page in pages(people):
                    await self._change_people({"_id": {"$in": list(page)}}, _out_of(blank))
                await self.collection(BLANKS).delete_one({"_id": blank})

    async def enlist(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        if (row := await self._noted_first(id, deed)) is not None:
            await self.put_in(body_of(row), people)
            await self._measure(id)

    async def _noted_first(self, id: ListId, deed: Deed) -> Document | None:
        """The list, with a deed that goes on to change its people one by one."""
        row = await self.collection("lists").find_one({"_id": id})
        if row is not None:
            await self._set(id, {}, await self.owe(_noted(deed, row)))
        return row

    async def _set(self, id: int, fields: Document, owed: Owed) -> None:
        await self.collection("lists").update_one({"_id": id}, {"$set": fields | owed.in_update})
        await self.bring_in("lists", id)

    async def put_in(
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

    async def dismiss(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        if (row := await self._noted_first(id, deed)) is not None:
            await self.take_out(row, people)

    async def take_out(self, row: Document, people: Sequence[int]) -> None:
        for page in pages(people):
            await self._change_people({"_id": {"$in": list(page)}}, _out_of(body_of(row)))
        await self._measure(row["_id"])

    async def publish_list(
        self, id: ListId, name: str, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        blank = await self.collection(BLANKS).find_one({"_id": id})
        if blank is not None:
            size = await self.collection("people").count_documents({"lists": {"$in": [id]}})
            row = blank | {"name": name, "size": size, "columns": list(columns)}
            await self._insert_list(row, deed)
            await self.collection(BLANKS).delete_one({"_id": id})
        return await self.distribution_list(id)

    async def refill_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        return await self._refill(id, blank, {"columns": list(columns)}, deed)

    async def refresh_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, read_at: datetime
    ) -> DistributionList | None:
        return await self._refill(id, blank, {"columns": list(columns), "read_at": ms(read_at)})

    async def _refill(
        self, id: ListId, blank: ListId, fields: Document, deed: Deed | None = None
    ) -> DistributionList | None:
        waiting = await self.collection(BLANKS).find_one({"_id": blank})
        row = await self.collection("lists").find_one({"_id": id})
        if row is None or waiting is None:
            return list_of(row) if row else None
        before = waiting.get("before", body_of(row))
        # noted first: after a death, the next call knows the people to take out
        await self.collection(BLANKS).update_one({"_id": blank}, {"$set": {"before": before}})
        size = await self.collection("people").count_documents({"lists": {"$in": [blank]}})
        owed = await self.owe(_noted(deed, row)) if deed else NOTHING
        await self._set(id, {"body": blank, "size": size} | fields, owed)
        if before != blank:
            await self._empty(before)
        await self.collection(BLANKS).delete_one({"_id": blank})
        return await self.distribution_list(id)

    async def _empty(self, body: int) -> None:
        await self._change_people({"lists": {"$in": [body]}}, _out_of(body))

    async def list_from(
        self, tenant: TenantId, owner: PersonId, name: str, source: Source, *, deed: Deed
    ) -> DistributionList:
        key = f"{tenant} {origin_of(owner, source)}"
        known = await self.collection(ORIGINS).find_one({"_id": key})
        if known is None:
            (id,) = await self.ids("list")
            await self.inserted(ORIGINS, {"_id": key, "list": id})
            known = await self.collection(ORIGINS).find_one({"_id": key})  # another copy may have been faster
        assert known is not None
        row: Document = {"_id": known["list"], "tenant": tenant, "owner": owner, "name": name, "size": 0}
        if await self.distribution_list(row["_id"]) is None:  # new; or a death has come between the two
            await self._insert_list(row | {"source": to_json(source)}, deed)
        await self.collection("lists").update_one({"_id": row["_id"]}, {"$set": {"source": to_json(source)}})
        distribution_list = await self.distribution_list(row["_id"])
        assert distribution_list is not None
        return distribution_list

    async def new_segment(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        segment: Audience,
        columns: Sequence[str] = (),
        *,
        deed: Deed,
    ) -> DistributionList:
        id = await self.own_number("list", deed.cause)
        row: Document = {"_id": id, "tenant": tenant, "owner": owner, "name": name, "size": 0}
        row |= {"segment": to_json(segment), "columns": list(columns)}
        await self._insert_list(row, deed)
        return await self.distribution_list(ListId(id)) or list_of(row) if deed.cause else list_of(row)

    async def change_segment(
        self, id: ListId, segment: Audience, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        row = await self.collection("lists").find_one({"_id": id})
        if row is None or not row.get("segment"):
            return None
        await self._refuse_in_use(row)
        await self._change(id, {"segment": to_json(segment), "columns": list(columns)}, deed)
        return await self.distribution_list(id)

    async def rename_list(self, id: ListId, name: str, *, deed: Deed) -> None:
        await self._change(id, {"name": name}, deed)

    async def share_list(
        self, id: ListId, authors: Sequence[PersonId], *, all_authors: bool = False, deed: Deed
    ) -> None:
        await self._change(id, {"shared_with": sorted(set(authors)), "shared_with_all": all_authors}, deed)

    async def _change(self, id: ListId, fields: Document, deed: Deed) -> None:
        row = await self.collection("lists").find_one({"_id": id})
        if row is not None:
            await self._set(id, fields, await self.owe(_noted(deed, row | fields)))

    async def distribution_list(self, id: ListId) -> DistributionList | None:
        row = await self.collection("lists").find_one({"_id": id})
        return list_of(row) if row else None

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        lists = [list_of(row) for row in await self.rows("lists", {"tenant": tenant})]
        return sorted(lists, key=lambda item: (item.name.casefold(), item.id))

    async def delete_list(self, id: ListId, *, deed: Deed) -> None:
        row = await self.collection("lists").find_one({"_id": id})
        if row is not None:
            await self.let_list_go(row, deed)

    async def _refuse_in_use(self, row: Document) -> None:
        """Raises ListInUse where a campaign that has not ended names the list, or a segment of it."""
        named = sorted(held_by(row["_id"], await self.lists(row["tenant"])))
        using = await self.rows("campaigns", {"state": {"$in": ["scheduled", "running"]}, "lists": {"$in": named}})
        if using:
            raise ListInUse(tuple(one["name"] for one in using))

    async def let_list_go(self, row: Document, deed: Deed | None = None) -> None:
        """Raises ListInUse."""
        id = row["_id"]
        await self._refuse_in_use(row)
        await self.remove("lists", id, await self.owe(_noted(deed, row)) if deed else NOTHING)
        if row.get("source"):
            source = from_json(Source, row["source"])
            await self.collection(ORIGINS).delete_one({"_id": f"{row['tenant']} {origin_of(row['owner'], source)}"})
        await self._empty(body_of(row))
        await self.collection(BLANKS).delete_one({"_id": id})
