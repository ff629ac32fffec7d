"""Who did what: rows that are only ever added, in the transaction of the change that they tell of."""

from __future__ import annotations

import sqlite3
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial

from storage.records import AuditEntry, Deed, Noted, Subject, TenantId
from storage.records.instants import ms
from storage.shared.erasure import entry_without
from storage.shared.json import from_json
from storage.sqlite.activities import made_before, note_made
from storage.sqlite.engine import Engine
from storage.sqlite.shelf import Shelf

ENTRIES = Shelf("audit", partial(from_json, AuditEntry), lambda entry: {"tenant": entry.tenant, "at": ms(entry.at)})


def note(db: sqlite3.Connection, noted: Noted) -> None:
    """Unless an earlier run of the same activity has noted it."""
    if noted.cause and made_before(db, noted.key, noted.cause):
        return
    ENTRIES.insert(db, lambda id: noted.entry)
    note_made(db, noted.key, noted.cause, 1)


def clean_audit(db: sqlite3.Connection, tenants: AbstractSet[str], names: AbstractSet[str]) -> None:
    """These names (lower case) stand in it no more: the one change of what is there that is ever made."""
    rows = {
        id: entry
        for name in names
        for tenant in tenants
        for id, entry in ENTRIES.numbered(db, "tenant = ? AND instr(fold(record), fold(?)) ORDER BY id", tenant, name)
    }
    if rows:
        (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_stays'").fetchone()
        db.execute("DROP TRIGGER audit_stays")
        for id, entry in rows.items():
            ENTRIES.put(db, id, entry_without(entry, names))
        db.execute(guard)


class SqliteAudit(Engine):
    async def note(self, deed: Deed, tenant: TenantId, subject: Subject, id: object, name: str = "") -> None:
        await self.write(lambda db: note(db, deed.to(tenant, subject, id, name)))

    async def collect_deeds(self) -> int:
        return 0  # none is ever beside its change

    async def count_audit(self, tenant: TenantId) -> int:
        return await self.read(lambda db: ENTRIES.count(db, "tenant = ?", tenant))

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        page, values = "id > ? AND at >= ? ORDER BY id LIMIT ?", (after, ms(since) if since else 0, limit)
        if tenant is None:
            return await self.read(lambda db: ENTRIES.numbered(db, page, *values))
        return await self.read(lambda db: ENTRIES.numbered(db, f"tenant = ? AND {page}", tenant, *values))
