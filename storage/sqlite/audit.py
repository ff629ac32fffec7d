"""Who did what: rows that are only ever added."""

from __future__ import annotations

from storage.codec import from_json, to_json
from storage.instants import ms
from storage.records import AuditEntry, TenantId
from storage.sqlite.engine import Engine


class SqliteAudit(Engine):
    async def note(self, entry: AuditEntry) -> None:
        await self.write(
            lambda db: db.execute(
                "INSERT INTO audit (tenant, at, record) VALUES (?, ?, ?)",
                (entry.tenant, ms(entry.at), to_json(entry)),
            )
        )

    async def audit(self, tenant: TenantId, limit: int, before: int | None = None) -> list[tuple[int, AuditEntry]]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT id, record FROM audit WHERE tenant = ? AND id < ? ORDER BY id DESC LIMIT ?",
                (tenant, 2**62 if before is None else before, limit),
            ).fetchall()
        )
        return [(id, from_json(AuditEntry, record)) for id, record in rows]
