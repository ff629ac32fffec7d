"""Templates: what campaigns may begin with. Each is one document."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from storage.mongo.engine import Document, Engine
from storage.records import Channel, Forms, PersonId, Template, TemplateId, TenantId
from storage.shared.json import from_json, to_json


def _fields(template: Template) -> Document:
    folded = template.name.casefold()
    return {
        "tenant": template.tenant,
        "owner": template.owner,
        "shared": template.shared,
        "folded": folded,
        "order": f"{folded}\t{template.id:015}",
        "record": to_json(template),
    }


def _found(tenant: TenantId, person: PersonId, find: str) -> Document:
    theirs: Document = {"tenant": tenant, "$or": [{"owner": person}, {"shared": True}]}
    return theirs | ({"folded": {"$regex": re.escape(find.casefold())}} if find else {})


class MongoTemplates(Engine):
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
        (id,) = await self.ids("template")
        template = Template(
            id=TemplateId(id),
            tenant=tenant,
            owner=owner,
            name=name,
            channel=channel,
            forms=forms,
            shared=shared,
            created_at=at,
        )
        await self.collection("templates").insert_one({"_id": id} | _fields(template))
        return template

    async def template(self, id: TemplateId) -> Template | None:
        row = await self.collection("templates").find_one({"_id": id}, {"record": 1})
        return from_json(Template, row["record"]) if row else None

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        by_name = [("tenant", 1), ("order", 1)]
        rows = await self.rows("templates", _found(tenant, person, find), ["record"], by_name, limit, offset)
        return [from_json(Template, row["record"]) for row in rows]

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int:
        count: int = await self.collection("templates").count_documents(_found(tenant, person, find))
        return count

    async def change_template(self, id: TemplateId, name: str, *, shared: bool) -> Template | None:
        if (template := await self.template(id)) is None:
            return None
        changed = replace(template, name=name, shared=shared)
        done = await self.collection("templates").update_one({"_id": id}, {"$set": _fields(changed)})
        return changed if done.matched_count else None

    async def delete_template(self, id: TemplateId) -> None:
        await self.collection("templates").delete_one({"_id": id})
