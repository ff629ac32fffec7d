"""Templates: what campaigns may begin with."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime
from functools import partial

from storage.records import Channel, Deed, Forms, PersonId, Subject, Template, TemplateId, TenantId
from storage.shared.json import from_json
from storage.sqlite.activities import made_before, note_made
from storage.sqlite.audit import note
from storage.sqlite.engine import Engine
from storage.sqlite.shelf import Shelf

#: an empty text stands in every name
FOUND = "tenant = ? AND (owner = ? OR shared) AND instr(name, ?) > 0"


TEMPLATES = Shelf(
    "template",
    partial(from_json, Template),
    lambda template: {
        "tenant": template.tenant,
        "owner": template.owner,
        "shared": template.shared,
        "name": template.name.casefold(),
    },
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
        deed: Deed,
    ) -> Template:
        new = partial(Template, tenant=tenant, owner=owner, name=name, channel=channel, forms=forms, created_at=at)

        def change(db: sqlite3.Connection) -> Template:
            if (before := made_before(db, "template", deed.cause)) and (known := TEMPLATES.get(db, before)):
                return known
            template = TEMPLATES.insert(db, lambda id: new(id=TemplateId(id), shared=shared))
            note_made(db, "template", deed.cause, template.id)
            _note(db, template, deed)
            return template

        return await self.write(change)

    async def template(self, id: TemplateId) -> Template | None:
        return await self.read(lambda db: TEMPLATES.get(db, id))

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        values = (tenant, person, find.casefold(), limit, offset)
        return await self.read(lambda db: TEMPLATES.page(db, f"{FOUND} ORDER BY name, id LIMIT ? OFFSET ?", *values))

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int:
        return await self.read(lambda db: TEMPLATES.count(db, FOUND, tenant, person, find.casefold()))

    async def change_template(self, id: TemplateId, name: str, *, shared: bool, deed: Deed) -> Template | None:
        def change(db: sqlite3.Connection) -> Template | None:
            if (template := TEMPLATES.get(db, id)) is None:
                return None
            changed = replace(template, name=name, shared=shared)
            TEMPLATES.put(db, id, changed)
            _note(db, changed, deed)
            return changed

        return await self.write(change)

    async def delete_template(self, id: TemplateId, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            if template := TEMPLATES.get(db, id):
                TEMPLATES.remove(db, id)
                _note(db, template, deed)

        await self.write(change)


def _note(db: sqlite3.Connection, template: Template, deed: Deed) -> None:
    note(db, deed.to(template.tenant, Subject.TEMPLATE, template.id, template.name))
