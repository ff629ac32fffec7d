"""Who did what: documents that are only ever added."""

from __future__ import annotations

from datetime import datetime

from storage.mongo.engine import Document, Engine
from storage.mongo.shelf import Shelf
from storage.records import AuditEntry, TenantId
from storage.records.instants import ms

ENTRIES = Shelf("audit", "audit", AuditEntry, lambda entry: {"tenant": entry.tenant, "at": ms(entry.at)})


class MongoAudit(Engine):
    async def note(self, entry: AuditEntry) -> None:
        await ENTRIES.insert(self, lambda id: entry)

    async def count_audit(self, tenant: TenantId) -> int:
        return await ENTRIES.count(self, {"tenant": tenant})

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        condition: Document = {"_id": {"$gt": after}}
        if tenant is not None:
            condition["tenant"] = tenant
        if since is not None:
            condition["at"] = {"$gte": ms(since)}
        return await ENTRIES.numbered(self, condition, [("_id", 1)], limit)
