"""Templates: what campaigns may begin with. Each is one document."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from storage.mongo.activities import MongoActivities
from storage.mongo.engine import Document
from storage.mongo.shelf import Shelf
from storage.records import Channel, Forms, PersonId, Template, TemplateId, TenantId


def _fields(template: Template) -> Document:
    folded = template.name.casefold()
    return {
        "tenant": template.tenant,
        "owner": template.owner,
        "shared": template.shared,
        "folded": folded,
        "order": f"{folded}\t{template.id:015}",
    }


TEMPLATES = Shelf("template", "templates", Template, _fields)


def _found(tenant: TenantId, person: PersonId, find: str) -> Document:
    theirs: Document = {"tenant": tenant, "$or": [{"owner": person}, {"shared": True}]}
    return theirs | ({"folded": {"$regex": re.escape(find.casefold())}} if find else {})


class MongoTemplates(MongoActivities):
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
        cause: str = "",
    ) -> Template:
        id = TemplateId(await self.own_number("template", cause))
        template = Template(
            id=id, tenant=tenant, owner=owner, name=name, channel=channel, forms=forms, created_at=at, shared=shared
        )
        await TEMPLATES.insert_as(self, id, template)
        return await self.template(id) or template if cause else template

    async def template(self, id: TemplateId) -> Template | None:
        return await TEMPLATES.get(self, id)

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        by_name = [("tenant", 1), ("order", 1)]
        return await TEMPLATES.page(self, _found(tenant, person, find), by_name, limit, offset)

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int:
        return await TEMPLATES.count(self, _found(tenant, person, find))

    async def change_template(self, id: TemplateId, name: str, *, shared: bool) -> Template | None:
        if (template := await self.template(id)) is None:
            return None
        changed = replace(template, name=name, shared=shared)
        return changed if await TEMPLATES.put(self, id, changed) else None

    async def delete_template(self, id: TemplateId) -> None:
        await TEMPLATES.remove(self, id)
