"""Installing the bot for people: how far it has come, by compare-and-set on the version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage.mongo.engine import Document, Engine
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

INSTALLATIONS = "installations"
TARGETS = "installation_targets"  #: what is under way for whom: unique, so it settles races


def _fields(installation: Installation) -> Document:
    return {
        "version": installation.version,
        "open": installation.finished_at is None,
        "record": to_json(installation),
    }


class MongoInstallations(Engine):
    async def new_installation(
        self, tenant: TenantId, author: PersonId, name: str, audience: Audience, total: int, at: datetime
    ) -> Installation:
        target = target_of(tenant, audience)
        while True:
            (id,) = await self.ids("installation")
            made = Installation(
                id=InstallationId(id),
                tenant=tenant,
                author=author,
                version=1,
                audience=audience,
                name=name,
                started_at=at,
                total=total,
            )
            # its own document first: a death before the target leaves one that nobody has heard of
            await self.collection(INSTALLATIONS).insert_one({"_id": id} | _fields(made) | {"open": False})
            if await self.inserted(TARGETS, {"_id": target, "installation": id}):
                await self.collection(INSTALLATIONS).update_one({"_id": id}, {"$set": {"open": True}})
                return made
            await self.collection(INSTALLATIONS).delete_one({"_id": id})
            held = await self.collection(TARGETS).find_one({"_id": target})
            under_way = await self.installation(InstallationId(held["installation"])) if held else None
            if held and under_way is not None and under_way.finished_at is None:
                # a death may have come before it was opened
                await self.collection(INSTALLATIONS).update_one({"_id": under_way.id}, {"$set": {"open": True}})
                return under_way
            if held:  # a death came between its end and this
                await self.collection(TARGETS).delete_one({"_id": target, "installation": held["installation"]})

    async def installation(self, id: InstallationId) -> Installation | None:
        row = await self.collection(INSTALLATIONS).find_one({"_id": id}, {"record": 1})
        return from_json(Installation, row["record"]) if row else None

    async def open_installations(self) -> list[Installation]:
        rows = await self.rows(INSTALLATIONS, {"open": True}, ["record"])
        return sorted((from_json(Installation, row["record"]) for row in rows), key=lambda found: found.id)

    async def save_installation(self, installation: Installation) -> Installation:
        saved = replace(installation, version=installation.version + 1)
        done = await self.collection(INSTALLATIONS).update_one(
            {"_id": installation.id, "version": installation.version}, {"$set": _fields(saved)}
        )
        if not done.matched_count:
            raise StaleVersion(f"installation {installation.id} is not at version {installation.version} any more")
        if saved.finished_at is not None:
            await self.collection(TARGETS).delete_one(
                {"_id": target_of(saved.tenant, saved.audience), "installation": saved.id}
            )
        return saved
