"""Templates: what campaigns may begin with. Each is one document."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import partial

from storage.mongo.deeds import MongoDeeds
from storage.mongo.engine import Document
from storage.mongo.shelf import Shelf
from storage.records import Channel, Deed, Forms, Noted, PersonId, Subject, Template, TemplateId, TenantId
from storage.shared.json import from_json


def _fields(template: Template) -> Document:
    folded = template.name.casefold()
    return {
        "tenant": template.tenant,
        "owner": template.owner,
        "shared": template.shared,
        "folded": folded,
        "order": f"{folded}\t{template.id:015}",
    }


TEMPLATES = Shelf("template", "templates", partial(from_json, Template), _fields)


def _found(tenant: TenantId, person: PersonId, find: str) -> Document:
    theirs: Document = {"tenant": tenant, "$or": [{"owner": person}, {"shared": True}]}
    return theirs | ({"folded": {"$regex": re.escape(find.casefold())}} if find else {})


class MongoTemplates(MongoDeeds):
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
        id = TemplateId(await self.own_number("template", deed.cause))
        template = Template(
            id=id, tenant=tenant, owner=owner, name=name, channel=channel, forms=forms, created_at=at, shared=shared
        )
        await TEMPLATES.insert_as(self, id, template, (await self.owe(_noted(deed, template))).in_new)
        await self.bring_in("templates", id)
        return await self.template(id) or template if deed.cause else template

    async def template(self, id: TemplateId) -> Template | None:
        return await TEMPLATES.get(self, id)

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        by_name = [("tenant", 1), ("order", 1)]
        return await TEMPLATES.page(self, _found(tenant, person, find), by_name, limit, offset)

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int:
        return await TEMPLATES.count(self, _found(tenant, person, find))

    async def change_template(self, id: TemplateId, name: str, *, shared: bool, deed: Deed) -> Template | None:
        if (template := await self.template(id)) is None:
            return None
        changed = replace(template, name=name, shared=shared)
        if not await TEMPLATES.put(self, id, changed, (await self.owe(_noted(deed, changed))).in_update):
            return None
        await self.bring_in("templates", id)
        return changed

    async def delete_template(self, id: TemplateId, *, deed: Deed) -> None:
        if (template := await self.template(id)) is not None:
            await self.remove("templates", id, await self.owe(_noted(deed, template)))


def _noted(deed: Deed, template: Template) -> Noted:
    return deed.to(template.tenant, Subject.TEMPLATE, template.id, template.name)
