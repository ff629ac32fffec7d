"""What is kept of a campaign's single recipients goes; its figures are sealed before the first of it does.

Died in between: what is sealed is not counted again, and the campaign is found again until all is gone.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from storage.mongo.campaigns import MongoCampaigns
from storage.mongo.engagements import MongoEngagements
from storage.mongo.engine import Document
from storage.records import Campaign, CampaignId, Deed, ListId, Subject, TenantId, campaign_life
from storage.records.campaign_life import Change, allows
from storage.records.instants import ms
from storage.shared.campaign_json import campaign_from_json


class MongoRetention(MongoCampaigns, MongoEngagements):
    async def organisations_keeping(self, now: datetime) -> list[TenantId]:
        tenants: list[TenantId] = await self.collection("campaigns").distinct("tenant", _closed(now))
        return sorted(tenants)

    async def kept(self, tenant: TenantId, closed_before: datetime | None, limit: int) -> list[Campaign]:
        rows = await self.rows(
            "campaigns",
            {"tenant": tenant} | _closed(closed_before),
            ["record"],
            sort=[("tenant", 1), ("closes_at", 1)],
            limit=limit,
        )
        return [campaign_from_json(row["record"]) for row in rows]

    async def seal(self, id: CampaignId, at: datetime) -> None:
        campaign = await self.campaign(id)
        if campaign is None or not allows(campaign, Change.SEAL):
            return
        for figures in (self.tallies, self.totals):
            await figures.seal(id)
        await self.collection("profiles").delete_many({"campaign": id})  # some may be of one person
        await self.advance(id, partial(campaign_life.seal, at=at))

    async def forget_recipients(self, id: CampaignId, limit: int) -> int:
        campaign = await self.campaign(id)
        if campaign is None or campaign.keeps_people:
            return 0
        for collection in ("engagements", "mails", "deliveries"):
            rows = await self.rows(collection, {"campaign": id}, [], limit=limit)
            if rows:
                await self.collection(collection).delete_many({"_id": {"$in": [row["_id"] for row in rows]}})
                return len(rows)
        return 0

    async def result_lists(self, id: CampaignId) -> list[ListId]:
        return sorted(row["_id"] for row in await self.rows("lists", {"result_of": id}, []))

    async def forgotten(self, id: CampaignId, at: datetime, *, deed: Deed) -> None:
        if (campaign := await self.campaign(id)) is not None:
            owed = await self.owe(deed.to(campaign.tenant, Subject.CAMPAIGN, id, campaign.name))
            await self.advance(id, partial(campaign_life.erased, at=at), owed)
            await self.bring_in("campaigns", id)


def _closed(before: datetime | None) -> Document:
    return {"closes_at": {"$lte": ms(before) if before else 0}}
