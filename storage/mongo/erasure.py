"""What is kept of a person, and its erasure: their number stays, so that figures do; nothing else does.

The identities go last: until then the next call finds the person, and does it all again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.mongo.audit import MongoAudit
from storage.mongo.documents import MongoDocuments
from storage.mongo.engine import Document
from storage.mongo.lists import MongoLists
from storage.mongo.mapping import blank
from storage.mongo.people import MongoPeople, address_key
from storage.records import AuditEntry, CannotErase, DeliveryState, PersonId, TenantId
from storage.shared.erasure import NOBODYS, without


class MongoErasure(MongoLists, MongoPeople, MongoAudit, MongoDocuments):
    async def _kept(self, address: str) -> tuple[list[Document], list[Document]]:
        """The people of an address in any organisation, and what leads to them."""
        wanted = address.lower()
        if not wanted:  # as many have none
            return [], []
        tenants = await self.collection("people").distinct("tenant")
        led = await self.by_id("identities", [address_key(tenant, wanted) for tenant in tenants])
        ids = {row["person"] for row in led.values()}
        identities = await self.rows("identities", {"person": {"$in": list(ids)}})
        known = {row["_id"].rpartition(" ")[2] for row in identities if row["_id"].startswith("address ")} | {wanted}
        named = await self.rows("people", {"address": {"$in": list(known)}}, ["tenant"])
        people = await self.by_id("people", list(ids | {row["_id"] for row in named}))
        return list(people.values()), identities

    async def kept_of(self, address: str) -> list[dict[str, Any]]:
        people, identities = await self._kept(address)
        sections = []
        for row in people:
            one = {"person": row["_id"]}
            sections.append(
                {
                    "person": [row],
                    "address": [led for led in identities if led["person"] == row["_id"]],
                    "delivery": await self.rows("deliveries", one),
                    "engaged": await self.rows("engagements", {"who": row["_id"]}),
                    "received": await self.rows("received", one),
                    "template": await self.rows("templates", {"owner": row["_id"]}),
                }
            )
        return sections

    async def erase(
        self, address: str, entry_of: Callable[[TenantId, PersonId], AuditEntry]
    ) -> list[tuple[TenantId, PersonId]]:
        people, identities = await self._kept(address)
        ids = [row["_id"] for row in people]
        await self._refuse(people, ids)
        await self._forget_documents(address, people, identities)
        for row in people:
            for distribution_list in await self.lists(row["tenant"]):
                await self.dismiss(distribution_list.id, [row["_id"]])
            await self.give_role(PersonId(row["_id"]), None)
        whose = {"person": {"$in": ids}}
        await self.collection("deliveries").update_many(
            whose, {"$unset": {"activity": "", "columns": "", "detail": ""}}
        )
        await self.collection("received").delete_many(whose)
        # nobody else ever saw them
        await self.collection("templates").delete_many({"owner": {"$in": ids}, "shared": False})
        await self.collection("wakes").delete_many(whose)
        # who did something of late, and what they and others were answered
        await self.collection("activities").delete_many({})
        for row in people:
            await self.note(entry_of(row["tenant"], row["_id"]))
            await self.collection("people").replace_one({"_id": row["_id"]}, blank(row["_id"], row["tenant"]))
        await self.collection("identities").delete_many(whose)
        return [(row["tenant"], row["_id"]) for row in people]

    async def _refuse(self, people: list[Document], ids: list[int]) -> None:
        condition: Document = {"person": {"$in": ids}, "state": {"$lt": int(DeliveryState.DELIVERED)}}
        if rows := await self.rows("deliveries", condition, ["campaign"]):
            raise CannotErase("receives", sorted({row["campaign"] for row in rows}))
        condition = {"author": {"$in": ids}, "state": {"$in": ["scheduled", "running"]}}
        if rows := await self.rows("campaigns", condition, []):
            raise CannotErase("sends", sorted(row["_id"] for row in rows))
        for row in people:
            roles = await self.collection("roles").find_one({"_id": row["tenant"]})
            if roles and roles["owners"] and set(roles["owners"]) <= set(ids):
                raise CannotErase("owns", [])

    async def _forget_documents(self, address: str, people: list[Document], identities: list[Document]) -> None:
        names = {address.lower()} | {row["_id"].rpartition(" ")[2].lower() for row in identities}
        for row in people:
            names |= {
                row["directory_id"].lower(),
                *(kept["conversation"].lower() for kept in row["references"].values()),
            }
        names -= {""}
        for row in await self.rows("documents", {}, []):
            key = row["_id"]
            if key.startswith(NOBODYS):
                continue
            noted = (await self.by_id("documents", [key])).get(key)
            text = key.lower() + (bytes(noted["json"]).decode(errors="replace").lower() if noted else "")
            if noted and any(name in text for name in names):
                left = without(key, bytes(noted["json"]), names)
                if left is not None:
                    await self.write_documents({key: (None, left)})
                    continue
                await self.collection("documents").delete_one({"_id": key})
