"""Installing the bot for people: how far it has come, by compare-and-set on the version."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from storage.records import (
    Audience,
    Installation,
    InstallationId,
    PersonId,
    StaleVersion,
    TenantId,
    target_of,
)
from storage.shared.json import from_json, to_json
from storage.sqlite.engine import Engine

LAST = "SELECT record FROM installation"


def _store(db: sqlite3.Connection, installation: Installation) -> None:
    open_for = None if installation.finished_at else target_of(installation.tenant, installation.audience)
    db.execute(
        "INSERT INTO installation (id, version, open, record) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " version = excluded.version, open = excluded.open, record = excluded.record",
        (installation.id, installation.version, open_for, to_json(installation)),
    )


class SqliteInstallations(Engine):
    async def new_installation(
        self, tenant: TenantId, author: PersonId, name: str, audience: Audience, total: int, at: datetime
    ) -> Installation:
        def change(db: sqlite3.Connection) -> Installation:
            under_way = db.execute(f"{LAST} WHERE open = ?", (target_of(tenant, audience),)).fetchone()
            if under_way:
                return from_json(Installation, under_way[0])
            cursor = db.execute("INSERT INTO installation (version, record) VALUES (0, '')")
            assert cursor.lastrowid is not None
            made = Installation(
                id=InstallationId(cursor.lastrowid),
                tenant=tenant,
                author=author,
                version=1,
                audience=audience,
                name=name,
                started_at=at,
                total=total,
            )
            _store(db, made)
            return made

        return await self.write(change)

    async def installation(self, id: InstallationId) -> Installation | None:
        row = await self.read(lambda db: db.execute(f"{LAST} WHERE id = ?", (id,)).fetchone())
        return from_json(Installation, row[0]) if row else None

    async def open_installations(self) -> list[Installation]:
        rows = await self.read(lambda db: db.execute(f"{LAST} WHERE open IS NOT NULL ORDER BY id").fetchall())
        return [from_json(Installation, record) for (record,) in rows]

    async def save_installation(self, installation: Installation) -> Installation:
        saved = replace(installation, version=installation.version + 1)

        def change(db: sqlite3.Connection) -> None:
            row = db.execute("SELECT version FROM installation WHERE id = ?", (installation.id,)).fetchone()
            if row is None or row[0] != installation.version:
                raise StaleVersion(f"installation {installation.id} is not at version {installation.version} any more")
            _store(db, saved)

        await self.write(change)
        return saved
