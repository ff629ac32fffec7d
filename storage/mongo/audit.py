"""Who did what: documents that are only ever added."""

from __future__ import annotations

from datetime import datetime

from storage.mongo.engine import Document, Engine
from storage.records import AuditEntry, TenantId
from storage.records.instants import ms
from storage.shared.json import from_json, to_json


class MongoAudit(Engine):
    async def note(self, entry: AuditEntry) -> None:
        (id,) = await self.ids("audit")
        await self.collection("audit").insert_one(
            {"_id": id, "tenant": entry.tenant, "at": ms(entry.at), "record": to_json(entry)}
        )

    async def count_audit(self, tenant: TenantId) -> int:
        count: int = await self.collection("audit").count_documents({"tenant": tenant})
        return count

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        condition: Document = {"_id": {"$gt": after}}
        if tenant is not None:
            condition["tenant"] = tenant
        if since is not None:
            condition["at"] = {"$gte": ms(since)}
        return await self._entries(condition, limit, 1)

    async def _entries(self, condition: Document, limit: int, order: int) -> list[tuple[int, AuditEntry]]:
        rows = await self.rows("audit", condition, ["record"], sort=[("_id", order)], limit=limit)
        return [(row["_id"], from_json(AuditEntry, row["record"])) for row in rows]
