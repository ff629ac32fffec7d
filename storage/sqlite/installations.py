"""Installing the bot for people: how far it has come, by compare-and-set on the version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from storage.records import (
    Audience,
    Installation,
    InstallationId,
    PersonId,
    TenantId,
    target_of,
)
from storage.shared.json import from_json
from storage.sqlite.engine import Engine
from storage.sqlite.shelf import Shelf


def _beside(installation: Installation) -> Mapping[str, object]:
    open_for = None if installation.finished_at else target_of(installation.tenant, installation.audience)
    return {"version": installation.version, "open": open_for}


INSTALLATIONS = Shelf("installation", partial(from_json, Installation), _beside)


class SqliteInstallations(Engine):
    async def new_installation(
        self, tenant: TenantId, author: PersonId, name: str, audience: Audience, total: int, at: datetime
    ) -> Installation:
        new = partial(Installation, tenant=tenant, author=author, version=1, audience=audience, name=name, total=total)

        def change(db: sqlite3.Connection) -> Installation:
            if under_way := INSTALLATIONS.page(db, "open = ?", target_of(tenant, audience)):
                return under_way[0]
            return INSTALLATIONS.insert(db, lambda id: new(id=InstallationId(id), started_at=at))

        return await self.write(change)

    async def installation(self, id: InstallationId) -> Installation | None:
        return await self.read(lambda db: INSTALLATIONS.get(db, id))

    async def open_installations(self) -> list[Installation]:
        return await self.read(lambda db: INSTALLATIONS.page(db, "open IS NOT NULL ORDER BY id"))

    async def save_installation(self, installation: Installation) -> Installation:
        return await self.write(lambda db: INSTALLATIONS.save(db, installation))
