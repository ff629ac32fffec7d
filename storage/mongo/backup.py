"""What has to be doubted when a backup comes back. Backups themselves are the server's affair."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from storage.mongo.campaigns import MongoCampaigns
from storage.mongo.engine import Document
from storage.mongo.settling import CLAIMED, PLANNED, REAP, SENDING, WAITING, Settling, ended
from storage.records import CampaignId, DeliveryState, NotReached, StorageError
from storage.records.campaign_life import next_version
from storage.records.instants import ms
from storage.shared.backup import CHANGEABLE, SKIPPED

NUMBERED = ("campaign", "list", "template", "installation", "audit", "person", "delivery")


class MongoBackup(MongoCampaigns, Settling):
    async def backup(self, target: Path) -> None:
        raise StorageError("a backup of MongoDB is made with its own tools: see docs/deploy.md")

    async def doubt(self, id: CampaignId, now: datetime) -> int:
        lapsed: Document = {"campaign": id, "state": PLANNED, "next_at": {"$lte": ms(now)}}
        for condition in (lapsed, *({"campaign": id, "state": state} for state in (WAITING, CLAIMED, SENDING))):
            rows = await self.rows("deliveries", condition, [], limit=REAP)
            if not rows:
                continue
            async with self.tallies.moving([id]) as moves:
                moves.unknown.add(id)  # what was half done when the backup was taken: counted again
                done = await self.collection("deliveries").update_many(
                    condition | {"_id": {"$in": [row["_id"] for row in rows]}},
                    {"$set": ended(DeliveryState.UNCONFIRMED, NotReached.RESTORED, now)},
                )
            return done.modified_count
        return 0

    async def skip_numbers(self) -> None:
        for kind in NUMBERED:
            await self.ids(kind, SKIPPED)
        for state in CHANGEABLE:  # a card of later days shows something else
            for campaign in await self.in_state(state):
                await self.replaced(campaign, next_version(campaign, SKIPPED))
