"""Templates: what campaigns may begin with."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from storage.records import Channel, Forms, PersonId, Template, TemplateId, TenantId
from storage.shared.json import from_json, to_json
from storage.sqlite.engine import Engine

#: an empty text stands in every name
FOUND = "tenant = ? AND (owner = ? OR shared) AND instr(name, ?) > 0"


def _load(db: sqlite3.Connection, id: int) -> Template | None:
    row = db.execute("SELECT record FROM template WHERE id = ?", (id,)).fetchone()
    return from_json(Template, row[0]) if row else None


def _store(db: sqlite3.Connection, template: Template) -> None:
    db.execute(
        "UPDATE template SET shared = ?, name = ?, record = ? WHERE id = ?",
        (template.shared, template.name.casefold(), to_json(template), template.id),
    )


class SqliteTemplates(Engine):
    async def new_template(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        channel: Channel,
        forms: Forms,
        at: datetime,
        *,
        shared: bool,
    ) -> Template:
        def change(db: sqlite3.Connection) -> Template:
            cursor = db.execute(
                "INSERT INTO template (tenant, owner, shared, name, record) VALUES (?, ?, 0, '', '')", (tenant, owner)
            )
            assert cursor.lastrowid is not None
            template = Template(
                id=TemplateId(cursor.lastrowid),
                tenant=tenant,
                owner=owner,
                name=name,
                channel=channel,
                forms=forms,
                shared=shared,
                created_at=at,
            )
            _store(db, template)
            return template

        return await self.write(change)

    async def template(self, id: TemplateId) -> Template | None:
        return await self.read(lambda db: _load(db, id))

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT record FROM template WHERE {FOUND} ORDER BY name, id LIMIT ? OFFSET ?",
                (tenant, person, find.casefold(), limit, offset),
            ).fetchall()
        )
        return [from_json(Template, record) for (record,) in rows]

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int:
        query = f"SELECT COUNT(*) FROM template WHERE {FOUND}"
        row = await self.read(lambda db: db.execute(query, (tenant, person, find.casefold())).fetchone())
        return int(row[0])

    async def change_template(self, id: TemplateId, name: str, *, shared: bool) -> Template | None:
        def change(db: sqlite3.Connection) -> Template | None:
            if (template := _load(db, id)) is None:
                return None
            changed = replace(template, name=name, shared=shared)
            _store(db, changed)
            return changed

        return await self.write(change)

    async def delete_template(self, id: TemplateId) -> None:
        await self.write(lambda db: db.execute("DELETE FROM template WHERE id = ?", (id,)))
