"""Campaigns: drafts, and the states they pass through by compare-and-set."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from storage.records import (
    FINAL,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
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
from storage.shared.campaign_json import campaign_from_json, campaign_to_json, mail_ms, next_ms, starts_ms
from storage.shared.engagement_json import closes_ms
from storage.sqlite.activities import made_before, note_made
from storage.sqlite.audit import note
from storage.sqlite.counters import move
from storage.sqlite.engine import Engine
from storage.sqlite.shelf import Shelf

#: written by somebody, or shared with them
THEIRS = " AND (author = ? OR EXISTS (SELECT 1 FROM json_each(json_extract(record, '$.shared_with')) WHERE value = ?))"


def _beside(campaign: Campaign) -> Mapping[str, object]:
    return {
        "tenant": campaign.tenant,
        "state": campaign.state,
        "version": campaign.version,
        "starts_at": starts_ms(campaign),
        "next_at": next_ms(campaign),
        "mail_at": mail_ms(campaign),
        "sequel_of": campaign.sequel_of,
        "step": campaign.step,
        "reported": campaign.reported_at is not None,
        "name": campaign.name.casefold(),
        "author": campaign.author,
        "channel": campaign.channel,
        "closes_at": closes_ms(campaign),
        "recall_at": ms(campaign.recall_due) if campaign.recall_due else None,
    }


CAMPAIGNS = Shelf("campaign", campaign_from_json, _beside, campaign_to_json)


def _found(tenant: TenantId, find: str, seen_by: PersonId | None) -> tuple[str, tuple[object, ...]]:
    """Whose name has this in it, in any letter case; of those that somebody wrote, or that are shared with them."""
    condition, values = (
        "tenant = ? AND step IS NULL AND instr(name, ?) > 0",
        (tenant, find.casefold()),
    )  # an empty text is in each
    return (condition, values) if seen_by is None else (condition + THEIRS, (*values, seen_by, seen_by))


def put(db: sqlite3.Connection, campaign: Campaign) -> None:
    """In the place of what was kept under its number."""
    CAMPAIGNS.put(db, campaign.id, campaign)
    _name_lists(db, campaign)


def _insert(db: sqlite3.Connection, make: Callable[[CampaignId], Campaign]) -> Campaign:
    campaign = CAMPAIGNS.insert(db, lambda id: make(CampaignId(id)))
    _name_lists(db, campaign)
    return campaign


def _name_lists(db: sqlite3.Connection, campaign: Campaign) -> None:
    """What it goes out to is not deleted meanwhile."""
    db.execute("DELETE FROM campaign_list WHERE campaign = ?", (campaign.id,))
    if campaign.frozen:
        db.executemany(
            "INSERT INTO campaign_list (list, campaign) VALUES (?, ?)",
            [(list_id, campaign.id) for list_id in campaign.frozen.audience.named],
        )


def _note(db: sqlite3.Connection, campaign: Campaign, deed: Deed) -> None:
    note(db, deed.to(campaign.tenant, Subject.CAMPAIGN, campaign.id, campaign.name))


def advance(db: sqlite3.Connection, id: CampaignId, change: Callable[[Campaign], Campaign]) -> bool:
    """Make a change of a campaign's life if its state allows it; whether it did."""
    campaign = CAMPAIGNS.get(db, id)
    if campaign is None:
        return False
    try:
        changed = change(campaign)
    except NotPossible:
        return False
    put(db, next_version(changed))
    return True


#: tables that say what became of a campaign, by recipient or in sum
OF_RECIPIENTS = ("delivery", "tally", "rung_tally", "profile", "engaged", "engagement_tally", "engagement_hour", "mail")


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
            if (before := made_before(db, "campaign", deed.cause)) and (known := CAMPAIGNS.get(db, before)):
                return known
            draft = _insert(db, lambda id: campaign_life.new_draft(id, tenant, author, name, channel, at, forms))
            note_made(db, "campaign", deed.cause, draft.id)
            _note(db, draft, deed)
            return draft

        return await self.write(change)

    async def campaign(self, id: CampaignId) -> Campaign | None:
        return await self.read(lambda db: CAMPAIGNS.get(db, id))

    async def save(self, campaign: Campaign, *, deed: Deed) -> Campaign:
        def change(db: sqlite3.Connection) -> Campaign:
            saved = campaign_life.saved(CAMPAIGNS.get(db, campaign.id), replace(campaign, cause=deed.cause))
            put(db, saved)
            _note(db, saved, deed)
            return saved

        return await self.write(change)

    async def campaigns(
        self, tenant: TenantId, limit: int, offset: int = 0, find: str = "", seen_by: PersonId | None = None
    ) -> list[Campaign]:
        condition, values = _found(tenant, find, seen_by)
        page = f"{condition} ORDER BY id DESC LIMIT ? OFFSET ?"
        return await self.read(lambda db: CAMPAIGNS.page(db, page, *values, limit, offset))

    async def count_campaigns(self, tenant: TenantId, find: str = "", seen_by: PersonId | None = None) -> int:
        condition, values = _found(tenant, find, seen_by)
        return await self.read(lambda db: CAMPAIGNS.count(db, condition, *values))

    async def last_done(self, author: PersonId, channel: Channel, limit: int) -> list[Campaign]:
        done = "author = ? AND state = 'done' AND channel = ? AND step IS NULL ORDER BY id DESC LIMIT ?"
        return await self.read(lambda db: CAMPAIGNS.page(db, done, author, channel, limit))

    async def delete_campaign(self, campaign: Campaign, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            campaign_life.delete(CAMPAIGNS.get(db, campaign.id), campaign, deed.at)
            for table in OF_RECIPIENTS:
                db.execute(f"DELETE FROM {table} WHERE campaign = ?", (campaign.id,))
            CAMPAIGNS.remove(db, campaign.id)
            hidden = campaign.sequels.hidden if campaign.sequels else ()
            db.executemany("DELETE FROM list WHERE id = ? AND blank", [(id,) for id in hidden])
            _note(db, campaign, deed)

        await self.write(change)

    async def recall(self, campaign: Campaign, at: datetime, *, deletes: bool, deed: Deed) -> Campaign:
        def change(db: sqlite3.Connection) -> Campaign:
            current = campaign_life.unchanged(CAMPAIGNS.get(db, campaign.id), campaign)
            recalling = next_version(campaign_life.recall(current, at, deed.by, deed.at, deletes=deletes))
            put(db, recalling)
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
            current = CAMPAIGNS.get(db, parent.id)
            if current is None or current.version != parent.version:
                return None
            try:
                moved = campaign_life.moved_on(current, sequels)
            except NotPossible:
                return None
            sequel = _insert(db, make) if make else None
            put(db, next_version(moved))
            if sequel or deed.by is not None:
                _note(db, sequel or moved, deed)
            return sequel

        return await self.write(change)

    async def sequels(self, parent: CampaignId, limit: int) -> list[Campaign]:
        made = "sequel_of = ? ORDER BY id DESC LIMIT ?"
        return await self.read(lambda db: CAMPAIGNS.page(db, made, parent, limit))

    async def unreported(self) -> list[Campaign]:
        return await self._where("state = 'done' AND reported = 0")

    async def _where(self, condition: str, *values: object) -> list[Campaign]:
        return await self.read(lambda db: CAMPAIGNS.page(db, f"{condition} ORDER BY id", *values))

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

    async def choose(self, id: CampaignId, choice: Choice, *, deed: Deed) -> Campaign | None:
        def change(db: sqlite3.Connection) -> Campaign | None:
            if not advance(db, id, partial(campaign_life.choose, choice=choice, at=deed.at)):
                return None
            chosen = CAMPAIGNS.get(db, id)
            if chosen is not None:
                _note(db, chosen, deed)
            return chosen

        return await self.write(change)

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
            campaign = CAMPAIGNS.get(db, id)
            if campaign is None:
                raise NotPossible(f"there is no campaign {id}")
            put(db, next_version(campaign_life.stopped(campaign, deed.at)))
            _note(db, campaign, deed)

        await self.write(change)

    async def reported(self, id: CampaignId, at: datetime) -> None:
        await self.write(lambda db: advance(db, id, partial(campaign_life.reported, at=at)))

    async def live_card(self, id: CampaignId) -> str | None:
        row = await self.read(lambda db: db.execute("SELECT live_card FROM campaign WHERE id = ?", (id,)).fetchone())
        return row[0] if row else None

    async def keep_live_card(self, id: CampaignId, activity: str) -> None:
        await self.write(lambda db: db.execute("UPDATE campaign SET live_card = ? WHERE id = ?", (activity, id)))
