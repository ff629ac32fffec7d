"""The people of an audience: one condition on people, which counts each once by itself."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence

from storage.mongo.engine import Document, Engine, pages
from storage.mongo.identities import address_key
from storage.mongo.lists import body_of
from storage.mongo.mapping import has_installed, installed, person_of, reference_of, why_not, works_on
from storage.mongo.mapping import reachable as reached_on
from storage.records import Audience, Channel, Columns, Member, NotReached, Reach, TenantId
from storage.shared.bits import bits_of

#: what a broken reference may say
BROKEN = [str(reason) for reason in NotReached if reason is not NotReached.NEVER_INSTALLED]


class MongoAudiences(Engine):
    async def _bodies(self, tenant: TenantId, lists: Sequence[int]) -> list[int]:
        """The numbers under which the people of these lists stand, in their order."""
        rows = await self.by_id("lists", list(lists))
        return [body_of(rows[id]) for id in lists if id in rows and rows[id]["tenant"] == tenant]

    async def _saying(self, lists: Sequence[int]) -> list[int]:
        """Of those that say something about their people."""
        rows = await self.by_id("lists", list(lists))
        return [body_of(rows[id]) for id in lists if id in rows and rows[id].get("columns")]

    async def _with_guests(self, tenant: TenantId, audience: Audience, channel: Channel) -> Document:
        """What the people of an audience have in common, guests or not."""
        everyone: Document = {"tenant": tenant} | installed(channel)
        of_lists: Document = {"$in": await self._bodies(tenant, audience.lists)}
        if audience.except_lists:
            of_others: Document = {"$nin": await self._bodies(tenant, audience.except_lists)}
            if not audience.lists:
                return everyone | {"lists": of_others} if audience.everyone else {"lists": {"$in": []}}
            if not audience.everyone:
                return {"lists": of_lists | of_others}
            return {"$or": [everyone, {"lists": of_lists}], "lists": of_others}
        if audience.everyone and audience.lists:
            return {"$or": [everyone, {"lists": of_lists}]}
        return everyone if audience.everyone else {"lists": of_lists}

    async def _condition(self, tenant: TenantId, audience: Audience, channel: Channel) -> Document:
        condition = await self._with_guests(tenant, audience, channel)
        return condition if audience.guests else condition | {"guest": {"$ne": True}}

    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        people = self.collection("people")
        everybody = await self._with_guests(tenant, audience, channel)
        known: Document = {} if audience.guests else {"guest": {"$ne": True}}
        total = await people.count_documents(everybody | known)
        only_reachable = audience.everyone and not audience.lists
        reached = total if only_reachable else await people.count_documents(everybody | known | reached_on(channel))
        guests = 0 if audience.guests else await people.count_documents(everybody | {"guest": True})
        return Reach(total=total, reachable=reached, guests=guests)

    async def unreached(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[NotReached, int]:
        people, condition = self.collection("people"), await self._condition(tenant, audience, channel)
        counts: dict[NotReached, int] = {}
        left = await people.count_documents(condition) - await people.count_documents(condition | reached_on(channel))
        for reason in BROKEN:
            if left and (count := await people.count_documents(condition | {f"references.{channel}.broken": reason})):
                counts[NotReached(reason)] = count
                left -= count
        return counts | ({NotReached.NEVER_INSTALLED: left} if left > 0 else {})

    async def members(
        self,
        tenant: TenantId,
        audience: Audience,
        channel: Channel,
        limit: int,
        offset: int = 0,
        *,
        search: str = "",
        reachable: bool | None = None,
    ) -> list[Member]:
        condition = await self._condition(tenant, audience, channel)
        also: list[Document] = []
        for word in search.split():
            there = {"$regex": re.escape(word), "$options": "i"}
            also.append({"$or": [{field: there} for field in ("surname", "given_name", "name", "address")]})
        if reachable is not None:
            also.append({f"references.{channel}.broken": "" if reachable else {"$ne": ""}})
        if also:
            condition = {"$and": [condition, *also]}
        rows = await self.rows("people", condition, sort=[("order", 1)], limit=limit, skip=offset)
        bodies = await self._saying(audience.lists)
        return [
            Member(
                person=person_of(row),
                why=why_not(row, channel),
                installed=has_installed(row, channel),
                failed=doubt.failed if (doubt := reference_of(row, channel)) else None,
                failed_at=doubt.failed_at if doubt else None,
                columns=_columns(row, bodies),
            )
            for row in rows
        ]

    async def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        bodies = await self._saying(audience.lists)
        rows = await self.by_id("people", list(people), ["columns"])
        by_person = {id: _columns(row, bodies) for id, row in rows.items()}
        return {id: columns for id, columns in by_person.items() if columns}

    async def zones(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[str, int]:
        condition = await self._condition(tenant, audience, channel) | reached_on(channel)
        pipeline: list[Document] = [{"$match": condition}, {"$group": {"_id": "$zone", "count": {"$sum": 1}}}]
        return {row["_id"]: row["count"] for row in await self.collection("people").aggregate(pipeline).to_list(None)}

    async def by_zone(self, people: Sequence[int]) -> dict[str, Sequence[int]]:
        zones: dict[str, array[int]] = {}
        for page in pages(people):
            for row in await self.rows("people", {"_id": {"$in": list(page)}}, ["zone"]):
                zones.setdefault(row["zone"], array("q")).append(row["_id"])
        return dict(zones)

    async def reach_at(self, tenant: TenantId, addresses: Sequence[str], channel: Channel) -> Reach:
        identities = await self.by_id("identities", [address_key(tenant, address) for address in addresses])
        people = await self.by_id("people", list({row["person"] for row in identities.values()}), ["references"])
        return Reach(total=len(people), reachable=sum(works_on(row, channel) for row in people.values()))

    async def people_bits(self, tenant: TenantId, channel: Channel, audiences: Sequence[Audience]) -> list[int]:
        by_audience: dict[Audience, int] = {}
        for audience in audiences:
            if audience not in by_audience:
                condition = await self._condition(tenant, audience, channel) | reached_on(channel)
                by_audience[audience] = bits_of(await self.numbers("people", condition, "_id"))
        return [by_audience[audience] for audience in audiences]

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        condition = await self._condition(tenant, audience, channel)
        reached = await self.numbers("people", condition | reached_on(channel), "_id")
        if audience.everyone and not audience.lists:
            return reached, array("q")
        people, known = await self.numbers("people", condition, "_id"), set(reached)
        return reached, array("q", (person for person in people if person not in known))


def _columns(row: Document, bodies: Sequence[int]) -> Columns:
    """What the lists with these bodies say about a person; the first that says something wins."""
    columns: dict[str, str] = {}
    by_list: Document = row.get("columns") or {}
    for body in reversed(bodies):
        columns |= by_list.get(f"l{body}", {})
    return columns
