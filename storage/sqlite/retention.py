"""What is kept of a campaign's single recipients goes. Its figures stand in tallies of their own, and stay."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from functools import partial

from storage.records import Campaign, CampaignId, Channel, Deed, ListId, Subject, TenantId, campaign_life
from storage.records.instants import ms
from storage.shared.campaign_json import campaign_from_json
from storage.sqlite.audit import note
from storage.sqlite.campaigns import CAMPAIGNS, advance
from storage.sqlite.engine import Engine

_CHANNELS = ", ".join(f"'{channel}'" for channel in Channel)  # the index is by organisation and channel


def _forget(db: sqlite3.Connection, id: CampaignId, limit: int) -> int:
    campaign = CAMPAIGNS.get(db, id)
    if campaign is None or campaign.keeps_people:
        return 0
    (usual,) = db.execute("PRAGMA secure_delete").fetchone()
    db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file
    try:
        for table, who in (("engaged", "who"), ("mail", "person"), ("delivery", "person")):
            gone = db.execute(
                f"DELETE FROM {table} WHERE campaign = ? AND {who} IN"
                f" (SELECT {who} FROM {table} WHERE campaign = ? LIMIT ?)",
                (id, id, limit),
            ).rowcount
            if gone:
                return gone
        return 0
    finally:
        db.execute(f"PRAGMA secure_delete = {usual}")


class SqliteRetention(Engine):
    async def organisations_keeping(self, now: datetime) -> list[TenantId]:
        rows = await self.read(
            lambda db: db.execute("SELECT DISTINCT tenant FROM campaign WHERE closes_at <= ?", (ms(now),)).fetchall()
        )
        return [TenantId(tenant) for (tenant,) in rows]

    async def kept(self, tenant: TenantId, closed_before: datetime | None, limit: int) -> list[Campaign]:
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT record FROM campaign WHERE tenant = ? AND channel IN ({_CHANNELS}) AND closes_at <= ?"
                " ORDER BY closes_at, id LIMIT ?",
                (tenant, ms(closed_before) if closed_before else 0, limit),
            ).fetchall()
        )
        return [campaign_from_json(record) for (record,) in rows]

    async def seal(self, id: CampaignId, at: datetime) -> None:
        def change(db: sqlite3.Connection) -> None:
            if advance(db, id, partial(campaign_life.seal, at=at)):
                db.execute("DELETE FROM profile WHERE campaign = ?", (id,))  # some may be of one person

        await self.write(change)

    async def forget_recipients(self, id: CampaignId, limit: int) -> int:
        return await self.write(lambda db: _forget(db, id, limit))

    async def result_lists(self, id: CampaignId) -> list[ListId]:
        rows = await self.read(
            lambda db: db.execute("SELECT id FROM list WHERE result_of = ? ORDER BY id", (id,)).fetchall()
        )
        return [ListId(id) for (id,) in rows]

    async def forgotten(self, id: CampaignId, at: datetime, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            if (campaign := CAMPAIGNS.get(db, id)) and advance(db, id, partial(campaign_life.erased, at=at)):
                note(db, deed.to(campaign.tenant, Subject.CAMPAIGN, id, campaign.name))

        await self.write(change)
