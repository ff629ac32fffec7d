"""Who did what: rows that are only ever added."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from storage.records import AuditEntry, TenantId
from storage.records.instants import ms
from storage.sqlite.engine import Engine
from storage.sqlite.shelf import Shelf

ENTRIES = Shelf("audit", AuditEntry, lambda entry: {"tenant": entry.tenant, "at": ms(entry.at)})


def add(db: sqlite3.Connection, entry: AuditEntry) -> None:
    ENTRIES.insert(db, lambda id: entry)


class SqliteAudit(Engine):
    async def note(self, entry: AuditEntry) -> None:
        await self.write(lambda db: add(db, entry))

    async def count_audit(self, tenant: TenantId) -> int:
        return await self.read(lambda db: ENTRIES.count(db, "tenant = ?", tenant))

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        page, values = "id > ? AND at >= ? ORDER BY id LIMIT ?", (after, ms(since) if since else 0, limit)
        if tenant is None:
            return await self.read(lambda db: ENTRIES.numbered(db, page, *values))
        return await self.read(lambda db: ENTRIES.numbered(db, f"tenant = ? AND {page}", tenant, *values))
