"""Distribution lists, and who stands behind an audience.

Membership stands in the person: an audience is one condition on people, and counts each once by
itself. A list exists when its own document does: that is written last, and deleted first.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from storage.mongo.engine import Document, Engine, pages
from storage.mongo.mapping import person_of, reachable, works_on
from storage.records import (
    Audience,
    Channel,
    DistributionList,
    ListId,
    ListInUse,
    Member,
    PersonId,
    Reach,
    TenantId,
)


def _list_of(row: Document) -> DistributionList:
    return DistributionList(id=row["_id"], tenant=row["tenant"], owner=row["owner"], name=row["name"], size=row["size"])


def _reachable(channel: Channel) -> Document:
    return {f"references.{channel}.broken": ""}


class MongoLists(Engine):
    async def new_list(
        self, tenant: TenantId, owner: PersonId, name: str, people: Sequence[PersonId]
    ) -> DistributionList:
        unique = sorted(set(people))
        (made,) = await self.ids("list")
        for page in pages(unique):
            await self.collection("people").update_many({"_id": {"$in": list(page)}}, {"$addToSet": {"lists": made}})
        row: Document = {"_id": made, "tenant": tenant, "owner": owner, "name": name, "size": len(unique)}
        await self.collection("lists").insert_one(row)
        return _list_of(row)

    async def distribution_list(self, id: ListId) -> DistributionList | None:
        row = await self.collection("lists").find_one({"_id": id})
        return _list_of(row) if row else None

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        found = [_list_of(row) for row in await self.rows("lists", {"tenant": tenant})]
        return sorted(found, key=lambda made: (made.name.lower(), made.id))

    async def delete_list(self, id: ListId) -> None:
        using = await self.rows("campaigns", {"state": {"$in": ["scheduled", "running"]}, "lists": {"$in": [id]}})
        if using:
            raise ListInUse(tuple(row["name"] for row in using))
        await self.collection("lists").delete_one({"_id": id})
        await self.collection("people").update_many({"lists": {"$in": [id]}}, {"$pull": {"lists": id}})

    async def _condition(self, tenant: TenantId, audience: Audience, channel: Channel) -> Document:
        """What the people of an audience have in common."""
        if audience.everyone:
            return {"tenant": tenant} | reachable(channel)
        lists = await self.by_id("lists", list(audience.lists), ["tenant"])
        return {"lists": {"$in": [id for id, row in lists.items() if row["tenant"] == tenant]}}

    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        condition = await self._condition(tenant, audience, channel)
        reached = await self.collection("people").count_documents(condition | reachable(channel))
        total = reached if audience.everyone else await self.collection("people").count_documents(condition)
        return Reach(total=total, reachable=reached)

    async def members(
        self, tenant: TenantId, audience: Audience, channel: Channel, limit: int, offset: int = 0
    ) -> list[Member]:
        condition = await self._condition(tenant, audience, channel)
        rows = await self.rows("people", condition, sort=[("order", 1)], limit=limit, skip=offset)
        return [Member(person=person_of(row), reachable=works_on(row, channel)) for row in rows]

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        condition = await self._condition(tenant, audience, channel)
        reached = await self.numbers("people", condition | reachable(channel), "_id")
        if audience.everyone:
            return reached, array("q")
        people, known = await self.numbers("people", condition, "_id"), set(reached)
        return reached, array("q", (person for person in people if person not in known))
