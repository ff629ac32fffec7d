"""Who did what: rows that are only ever added."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from storage.records import AuditEntry, TenantId
from storage.records.instants import ms
from storage.shared.json import from_json, to_json
from storage.sqlite.engine import Engine


def add(db: sqlite3.Connection, entry: AuditEntry) -> None:
    db.execute("INSERT INTO audit (tenant, at, record) VALUES (?, ?, ?)", (entry.tenant, ms(entry.at), to_json(entry)))


class SqliteAudit(Engine):
    async def note(self, entry: AuditEntry) -> None:
        await self.write(lambda db: add(db, entry))

    async def count_audit(self, tenant: TenantId) -> int:
        row = await self.read(
            lambda db: db.execute("SELECT count(*) FROM audit WHERE tenant = ?", (tenant,)).fetchone()
        )
        return int(row[0])

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        values = (after, ms(since) if since else 0, limit)
        if tenant is None:
            return await self._entries("id > ? AND at >= ? ORDER BY id LIMIT ?", *values)
        return await self._entries("tenant = ? AND id > ? AND at >= ? ORDER BY id LIMIT ?", tenant, *values)

    async def _entries(self, condition: str, *values: object) -> list[tuple[int, AuditEntry]]:
        rows = await self.read(
            lambda db: db.execute(f"SELECT id, record FROM audit WHERE {condition}", values).fetchall()
        )
        return [(id, from_json(AuditEntry, record)) for id, record in rows]
