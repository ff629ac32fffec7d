"""Campaigns: drafts, and the states they pass through by compare-and-set."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from storage.records import (
    FINAL,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Deed,
    DeliveryState,
    Forms,
    PersonId,
    Sequels,
    Subject,
    TenantId,
    Trouble,
    campaign_life,
)
from storage.records.campaign_life import NotPossible, next_version
from storage.records.instants import ms
from storage.shared.campaign_json import campaign_from_json, campaign_to_json, next_ms, starts_ms
from storage.shared.engagement_json import closes_ms
from storage.sqlite.activities import made_before, note_made
from storage.sqlite.audit import note
from storage.sqlite.counters import move
from storage.sqlite.engine import Engine

#: an empty text stands in every name
FOUND = "tenant = :tenant AND instr(name, :find) > 0"
#: written by somebody, or shared with them
THEIRS = (
    " AND (author = :seen_by OR EXISTS"
    " (SELECT 1 FROM json_each(json_extract(record, '$.shared_with')) WHERE value = :seen_by))"
)


def _found(seen_by: PersonId | None) -> str:
    return FOUND if seen_by is None else FOUND + THEIRS


def load(db: sqlite3.Connection, id: int) -> Campaign | None:
    row = db.execute("SELECT record FROM campaign WHERE id = ?", (id,)).fetchone()
    return campaign_from_json(row[0]) if row else None


def save_as(db: sqlite3.Connection, campaign: Campaign) -> None:
    db.execute(
        "UPDATE campaign SET state = ?, version = ?, starts_at = ?, next_at = ?, sequel_of = ?, reported = ?,"
        " record = ?, name = ?, author = ?, channel = ?, closes_at = ?, recall_at = ? WHERE id = ?",
        (
            campaign.state,
            campaign.version,
            starts_ms(campaign),
            next_ms(campaign),
            campaign.sequel_of,
            campaign.reported_at is not None,
            campaign_to_json(campaign),
            campaign.name.casefold(),
            campaign.author,
            campaign.channel,
            closes_ms(campaign),
            ms(campaign.recall_due) if campaign.recall_due else None,
            campaign.id,
        ),
    )
    db.execute("DELETE FROM campaign_list WHERE campaign = ?", (campaign.id,))
    if campaign.frozen:
        db.executemany(
            "INSERT INTO campaign_list (list, campaign) VALUES (?, ?)",
            [(list_id, campaign.id) for list_id in campaign.frozen.audience.named],
        )


def _insert(db: sqlite3.Connection, make: Callable[[CampaignId], Campaign], tenant: TenantId) -> Campaign:
    cursor = db.execute("INSERT INTO campaign (tenant, state, version, record) VALUES (?, 'draft', 1, '')", (tenant,))
    assert cursor.lastrowid is not None
    campaign = make(CampaignId(cursor.lastrowid))
    save_as(db, campaign)
    return campaign


def _note(db: sqlite3.Connection, campaign: Campaign, deed: Deed) -> None:
    note(db, deed.to(campaign.tenant, Subject.CAMPAIGN, campaign.id, campaign.name))


def advance(db: sqlite3.Connection, id: CampaignId, change: Callable[[Campaign], Campaign]) -> bool:
    """Make a change of a campaign's life if its state allows it; whether it did."""
    campaign = load(db, id)
    if campaign is None:
        return False
    try:
        changed = change(campaign)
    except NotPossible:
        return False
    save_as(db, next_version(changed))
    return True


class SqliteCampaigns(Engine):
    async def new_campaign(
        self,
        tenant: TenantId,
        author: PersonId,
        name: str,
        channel: Channel,
        at: datetime,
        forms: Forms | None = None,
        *,
        deed: Deed,
    ) -> Campaign:
        def change(db: sqlite3.Connection) -> Campaign:
            if (before := made_before(db, "campaign", deed.cause)) and (known := load(db, before)):
                return known
            draft = _insert(
                db, lambda id: campaign_life.new_draft(id, tenant, author, name, channel, at, forms), tenant
            )
            note_made(db, "campaign", deed.cause, draft.id)
            _note(db, draft, deed)
            return draft

        return await self.write(change)

    async def campaign(self, id: CampaignId) -> Campaign | None:
        return await self.read(lambda db: load(db, id))

    async def save(self, campaign: Campaign, *, deed: Deed) -> Campaign:
        def change(db: sqlite3.Connection) -> Campaign:
            saved = campaign_life.saved(load(db, campaign.id), replace(campaign, cause=deed.cause))
            save_as(db, saved)
            _note(db, saved, deed)
            return saved

        return await self.write(change)

    async def campaigns(
        self, tenant: TenantId, limit: int, offset: int = 0, find: str = "", seen_by: PersonId | None = None
    ) -> list[Campaign]:
        query = f"SELECT record FROM campaign WHERE {_found(seen_by)} ORDER BY id DESC LIMIT :limit OFFSET :offset"
        values = {"tenant": tenant, "find": find.casefold(), "seen_by": seen_by, "limit": limit, "offset": offset}
        return _campaigns(await self.read(lambda db: db.execute(query, values).fetchall()))

    async def count_campaigns(self, tenant: TenantId, find: str = "", seen_by: PersonId | None = None) -> int:
        query = f"SELECT COUNT(*) FROM campaign WHERE {_found(seen_by)}"
        values = {"tenant": tenant, "find": find.casefold(), "seen_by": seen_by}
        return int((await self.read(lambda db: db.execute(query, values).fetchone()))[0])

    async def last_done(self, author: PersonId, channel: Channel, limit: int) -> list[Campaign]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT record FROM campaign WHERE author = ? AND state = 'done' AND channel = ?"
                " ORDER BY id DESC LIMIT ?",
                (author, channel, limit),
            ).fetchall()
        )
        return _campaigns(rows)

    async def delete_campaign(self, campaign: Campaign, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            campaign_life.delete(load(db, campaign.id), campaign, deed.at)
            for table in ("delivery", "tally", "rung_tally", "engaged", "engagement_tally", "engagement_hour"):
                db.execute(f"DELETE FROM {table} WHERE campaign = ?", (campaign.id,))
            db.execute("DELETE FROM campaign WHERE id = ?", (campaign.id,))
            _note(db, campaign, deed)

        await self.write(change)

    async def recall(self, campaign: Campaign, at: datetime, *, deletes: bool, deed: Deed) -> Campaign:
        def change(db: sqlite3.Connection) -> Campaign:
            current = campaign_life.unchanged(load(db, campaign.id), campaign)
            recalling = next_version(campaign_life.recall(current, at, deed.by, deed.at, deletes=deletes))
            save_as(db, recalling)
            _note(db, recalling, deed)
            return recalling

        return await self.write(change)

    async def due_recalls(self, now: datetime) -> list[Campaign]:
        return await self._where("recall_at <= ?", ms(now))

    async def recalled(self, id: CampaignId, at: datetime) -> None:
        await self.write(lambda db: advance(db, id, partial(campaign_life.recalled, at=at)))

    async def in_state(self, state: CampaignState) -> list[Campaign]:
        return await self._where("state = ?", state)

    async def due_to_start(self, now: datetime) -> list[Campaign]:
        return await self._where("state = 'scheduled' AND starts_at <= ?", ms(now))

    async def due_sequels(self, now: datetime) -> list[Campaign]:
        return await self._where("next_at <= ?", ms(now))

    async def make_sequel(
        self, parent: Campaign, sequels: Sequels, make: Callable[[CampaignId], Campaign] | None, *, deed: Deed
    ) -> Campaign | None:
        def change(db: sqlite3.Connection) -> Campaign | None:
            current = load(db, parent.id)
            if current is None or current.version != parent.version:
                return None
            try:
                moved = campaign_life.moved_on(current, sequels)
            except NotPossible:
                return None
            sequel = _insert(db, make, parent.tenant) if make else None
            save_as(db, next_version(moved))
            if sequel:
                _note(db, sequel, deed)
            return sequel

        return await self.write(change)

    async def sequels(self, parent: CampaignId, limit: int) -> list[Campaign]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT record FROM campaign WHERE sequel_of = ? ORDER BY id DESC LIMIT ?", (parent, limit)
            ).fetchall()
        )
        return _campaigns(rows)

    async def unreported(self) -> list[Campaign]:
        return await self._where("state = 'done' AND reported = 0")

    async def _where(self, condition: str, *values: object) -> list[Campaign]:
        rows = await self.read(
            lambda db: db.execute(f"SELECT record FROM campaign WHERE {condition} ORDER BY id", values).fetchall()
        )
        return _campaigns(rows)

    async def start(self, id: CampaignId, at: datetime) -> bool:
        return await self.write(lambda db: advance(db, id, partial(campaign_life.start, at=at)))

    async def planned(self, id: CampaignId, at: datetime) -> None:
        def change(db: sqlite3.Connection) -> None:
            advance(db, id, partial(campaign_life.planned, at=at))
            # people who installed after the audience was read and before their row came: looked for among
            # those who wait, which may be few where the audience is a million
            woken = db.execute(
                "UPDATE delivery SET state = ?, next_at = ? WHERE id IN"
                " (SELECT d.id FROM delivery d INDEXED BY delivery_waiting JOIN campaign c ON c.id = d.campaign"
                " JOIN reference r ON r.person = d.person AND r.channel = c.channel AND r.broken IS NULL"
                f" WHERE d.state = {int(DeliveryState.WAITING)} AND d.campaign = ?)",
                (DeliveryState.PLANNED, ms(at), id),
            ).rowcount
            move(db, id, {(DeliveryState.WAITING, ""): -woken, (DeliveryState.PLANNED, ""): woken})

        await self.write(change)

    async def finish(self, id: CampaignId, at: datetime) -> bool:
        def change(db: sqlite3.Connection) -> bool:
            still_open = db.execute(
                "SELECT 1 FROM tally WHERE campaign = ? AND state < ? AND count > 0", (id, FINAL)
            ).fetchone()
            return advance(db, id, partial(campaign_life.finish, at=at, open=still_open is not None))

        return await self.write(change)

    async def keep_trouble(self, id: CampaignId, trouble: Trouble | None) -> None:
        await self.write(lambda db: advance(db, id, partial(campaign_life.troubled, trouble=trouble)))

    async def stop(self, id: CampaignId, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            campaign = load(db, id)
            if campaign is None:
                raise NotPossible(f"there is no campaign {id}")
            save_as(db, next_version(campaign_life.stopped(campaign, deed.at)))
            _note(db, campaign, deed)

        await self.write(change)

    async def reported(self, id: CampaignId, at: datetime) -> None:
        await self.write(lambda db: advance(db, id, partial(campaign_life.reported, at=at)))

    async def live_card(self, id: CampaignId) -> str | None:
        row = await self.read(lambda db: db.execute("SELECT live_card FROM campaign WHERE id = ?", (id,)).fetchone())
        return row[0] if row else None

    async def keep_live_card(self, id: CampaignId, activity: str) -> None:
        await self.write(lambda db: db.execute("UPDATE campaign SET live_card = ? WHERE id = ?", (activity, id)))


def _campaigns(rows: Sequence[tuple[str]]) -> list[Campaign]:
    return [campaign_from_json(record) for (record,) in rows]
