"""Installing the bot for people: how far it has come, by compare-and-set on the version."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from storage.mongo.engine import Engine
from storage.mongo.shelf import Shelf
from storage.records import (
    Audience,
    Installation,
    InstallationId,
    PersonId,
    TenantId,
    target_of,
)
from storage.shared.json import from_json

TARGETS = "installation_targets"  #: the installation under way for each target: unique, so it settles races


INSTALLATIONS = Shelf(
    "installation",
    "installations",
    partial(from_json, Installation),
    lambda installation: {"version": installation.version, "open": installation.finished_at is None},
)


class MongoInstallations(Engine):
    async def new_installation(
        self, tenant: TenantId, author: PersonId, name: str, audience: Audience, total: int, at: datetime
    ) -> Installation:
        target = target_of(tenant, audience)
        begun = partial(
            Installation, tenant=tenant, author=author, version=1, audience=audience, name=name, total=total
        )
        while True:
            # its own document first: a death before the target leaves one that nobody has heard of
            new = await INSTALLATIONS.insert(self, lambda id: begun(id=InstallationId(id), started_at=at), open=False)
            if await self.inserted(TARGETS, {"_id": target, "installation": new.id}):
                await self.collection("installations").update_one({"_id": new.id}, {"$set": {"open": True}})
                return new
            await INSTALLATIONS.remove(self, new.id)
            held = await self.collection(TARGETS).find_one({"_id": target})
            under_way = await self.installation(InstallationId(held["installation"])) if held else None
            if held and under_way is not None and under_way.finished_at is None:
                # a death may have come before it was opened
                await self.collection("installations").update_one({"_id": under_way.id}, {"$set": {"open": True}})
                return under_way
            if held:  # a death came between its end and this
                await self.collection(TARGETS).delete_one({"_id": target, "installation": held["installation"]})

    async def installation(self, id: InstallationId) -> Installation | None:
        return await INSTALLATIONS.get(self, id)

    async def open_installations(self) -> list[Installation]:
        return sorted(await INSTALLATIONS.page(self, {"open": True}), key=lambda installation: installation.id)

    async def save_installation(self, installation: Installation) -> Installation:
        saved: Installation = await INSTALLATIONS.save(self, installation)
        if saved.finished_at is not None:
            await self.collection(TARGETS).delete_one(
                {"_id": target_of(saved.tenant, saved.audience), "installation": saved.id}
            )
        return saved
