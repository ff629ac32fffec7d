"""Campaigns: drafts, and the states they pass through by compare-and-set on the version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from storage.mongo.deeds import NOTHING, MongoDeeds, Owed
from storage.mongo.engine import Document, pages
from storage.mongo.shelf import Shelf
from storage.mongo.wake_intents import WakeIntents
from storage.records import (
    FINAL,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
    Deed,
    Forms,
    Noted,
    PersonId,
    Sequels,
    StaleVersion,
    Subject,
    TenantId,
    Trouble,
    campaign_life,
)
from storage.records.campaign_life import Change, NotPossible, allows, next_version
from storage.records.instants import ms
from storage.shared.campaign_json import campaign_from_json, campaign_to_json, mail_ms, next_ms, starts_ms
from storage.shared.engagement_json import closes_ms

#: not those that are shown with the sequence of which they are; older documents do not say
NO_STEPS: Document = {"of_sequence": {"$ne": True}}
NEWEST_FIRST = [("_id", -1)]
DELETED = "deleted"  #: a state of the document only: what belongs to the campaign is being removed
COMING = "coming"  #: another: its number is given, and nobody sees it yet
NOBODYS = dict.fromkeys(("tenant", "author", "starts_at", "closes_at", "recall_at", "next_at", "mail_at", "sequel_of"))


def _beside(campaign: Campaign) -> Document:
    frozen = campaign.frozen
    return {
        "tenant": campaign.tenant,
        "state": str(campaign.state),
        "version": campaign.version,
        "channel": str(campaign.channel),
        "name": campaign.name,
        "folded": campaign.name.casefold(),
        "lists": list(frozen.audience.named) if frozen else [],
        "starts_at": starts_ms(campaign),
        "next_at": next_ms(campaign),
        "mail_at": mail_ms(campaign),
        "sequel_of": campaign.sequel_of,
        "of_sequence": campaign.step is not None,
        "author": campaign.author,
        "shared_with": sorted(campaign.shared_with),
        "closes_at": closes_ms(campaign),
        "recall_at": ms(campaign.recall_due) if campaign.recall_due else None,
        "anonymous": campaign.anonymous,
        "reported": campaign.reported_at is not None,
    }


CAMPAIGNS = Shelf("campaign", "campaigns", campaign_from_json, _beside, campaign_to_json)


def _noted(deed: Deed, campaign: Campaign) -> Noted:
    return deed.to(campaign.tenant, Subject.CAMPAIGN, campaign.id, campaign.name)


def _changed_meanwhile(campaign: Campaign) -> StaleVersion:
    return StaleVersion(f"campaign {campaign.id} is not at version {campaign.version} any more")


def _found(tenant: TenantId, find: str, seen_by: PersonId | None) -> Document:
    """Whose name has this in it, in any letter case; of those that somebody wrote, or that are shared with them."""
    condition: Document = {"tenant": tenant} | NO_STEPS
    if find:
        condition["folded"] = {"$regex": re.escape(find.casefold())}
    if seen_by is not None:
        condition["$or"] = [{"author": seen_by}, {"shared_with": {"$in": [seen_by]}}]
    return condition


class MongoCampaigns(MongoDeeds, WakeIntents):
    async def open(self) -> None:
        await super().open()
        for row in await self.rows("campaigns", {"state": DELETED}, []):
            await self._remove(row["_id"])
        for row in await self.rows("campaigns", {"state": COMING}, ["coming"]):
            if not await self._still_comes(row["coming"]["of"], row["_id"]):
                await self.collection("campaigns").delete_one({"_id": row["_id"], "state": COMING})

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
        id = CampaignId(await self.own_number("campaign", deed.cause))
        draft = campaign_life.new_draft(id, tenant, author, name, channel, at, forms)
        owed = await self.owe(_noted(deed, draft))
        new = await CAMPAIGNS.insert_as(self, id, draft, {"live_card": None} | owed.in_new)
        await self.bring_in("campaigns", id)
        return draft if new else await self.campaign(id) or draft

    async def campaign(self, id: CampaignId) -> Campaign | None:
        return next(iter(await CAMPAIGNS.page(self, {"_id": id, "state": {"$nin": [DELETED, COMING]}})), None)

    async def replaced(self, old: Campaign, new: Campaign, owed: Owed = NOTHING) -> bool:
        """Compare and set: whether ``old`` was still the current one."""
        still = {"version": old.version, "state": str(old.state)}
        return await CAMPAIGNS.put(self, old.id, new, owed.in_update, **still)

    async def advance(self, id: CampaignId, change: Callable[[Campaign], Campaign], owed: Owed = NOTHING) -> bool:
        """Make a change of a campaign's life if its state allows it, whatever else changes it; whether it did."""
        while (campaign := await self.campaign(id)) is not None:
            try:
                changed = change(campaign)
            except NotPossible:
                return False
            if await self.replaced(campaign, next_version(changed), owed):
                return True
        return False

    async def save(self, campaign: Campaign, *, deed: Deed) -> Campaign:
        current = await self.campaign(campaign.id)
        saved = campaign_life.saved(current, replace(campaign, cause=deed.cause))
        owed = await self.owe(_noted(deed, saved))
        if current is None or not await self.replaced(current, saved, owed):
            raise _changed_meanwhile(campaign)
        await self.bring_in("campaigns", campaign.id)
        return saved

    async def campaigns(
        self, tenant: TenantId, limit: int, offset: int = 0, find: str = "", seen_by: PersonId | None = None
    ) -> list[Campaign]:
        return await CAMPAIGNS.page(self, _found(tenant, find, seen_by), NEWEST_FIRST, limit, offset)

    async def count_campaigns(self, tenant: TenantId, find: str = "", seen_by: PersonId | None = None) -> int:
        return await CAMPAIGNS.count(self, _found(tenant, find, seen_by))

    async def last_done(self, author: PersonId, channel: Channel, limit: int) -> list[Campaign]:
        done = {"author": author, "state": str(CampaignState.DONE), "channel": str(channel)} | NO_STEPS
        return await CAMPAIGNS.page(self, done, NEWEST_FIRST, limit)

    async def delete_campaign(self, campaign: Campaign, *, deed: Deed) -> None:
        campaign_life.delete(await self.campaign(campaign.id), campaign, deed.at)
        await self.let_go(campaign, await self.owe(_noted(deed, campaign)))

    async def let_go(self, campaign: Campaign, owed: Owed = NOTHING) -> None:
        """It is there no more, and what belongs to it goes. Raises StaleVersion."""
        gone = await self.collection("campaigns").update_one(
            {"_id": campaign.id, "version": campaign.version}, {"$set": {"state": DELETED} | NOBODYS | owed.in_update}
        )
        if not gone.matched_count:
            raise _changed_meanwhile(campaign)
        await self._remove(campaign.id)

    async def _remove(self, id: int) -> None:
        """What is left of a deleted campaign; its own document goes last, so opening can go on with it."""
        await self.bring_in("campaigns", id)
        for row in await self.rows("campaigns", {"_id": id}, ["record"]):
            sequels = CAMPAIGNS.read(row["record"]).sequels
            for hidden in sequels.hidden if sequels else ():
                await self._drop_hidden(hidden)
        for collection in ("deliveries", "engagements", "profiles", "mails"):
            await self.collection(collection).delete_many({"campaign": id})
        for collection in ("tallies", "engagement_tallies", "campaigns"):
            await self.collection(collection).delete_one({"_id": id})

    async def _drop_hidden(self, id: int) -> None:
        """A list that nobody sees, and that a sequence had."""
        if await self.collection("lists").find_one({"_id": id}, {"_id": 1}) is not None:
            return
        for page in pages(await self.numbers("people", {"lists": {"$in": [id]}}, "_id")):
            await self.collection("people").update_many({"_id": {"$in": list(page)}}, {"$pull": {"lists": id}})
        await self.collection("blank_lists").delete_one({"_id": id})

    async def recall(self, campaign: Campaign, at: datetime, *, deletes: bool, deed: Deed) -> Campaign:
        current = campaign_life.unchanged(await self.campaign(campaign.id), campaign)
        recalling = next_version(campaign_life.recall(current, at, deed.by, deed.at, deletes=deletes))
        owed = await self.owe(_noted(deed, recalling))
        if not await self.replaced(current, recalling, owed):
            raise _changed_meanwhile(campaign)
        await self.bring_in("campaigns", campaign.id)
        return recalling

    async def due_recalls(self, now: datetime) -> list[Campaign]:
        return await self._where({"recall_at": {"$lte": ms(now)}})

    async def recalled(self, id: CampaignId, at: datetime) -> None:
        await self.advance(id, partial(campaign_life.recalled, at=at))

    async def in_state(self, state: CampaignState) -> list[Campaign]:
        return await self._where({"state": str(state)})

    async def due_to_start(self, now: datetime) -> list[Campaign]:
        return await self._where({"state": str(CampaignState.SCHEDULED), "starts_at": {"$lte": ms(now)}})

    # --- what follows from a campaign ---------------------------------------------------------

    async def due_sequels(self, now: datetime) -> list[Campaign]:
        return await self._where({"next_at": {"$lte": ms(now)}})

    async def make_sequel(
        self, parent: Campaign, sequels: Sequels, make: Callable[[CampaignId], Campaign] | None, *, deed: Deed
    ) -> Campaign | None:
        """The parent names the number of the campaign to come, for one instant; that comes into sight in one change.

        A copy that comes late finds the number used, or the parent moved on. What a death leaves unseen is removed
        by the next opening.
        """
        current, due = await self.campaign(parent.id), parent.sequels.next_at if parent.sequels else None
        if current is None or current.version != parent.version or due is None:
            return None
        try:
            moved = next_version(campaign_life.moved_on(current, sequels))
        except NotPossible:
            return None
        sequel = None
        if make is not None:
            id = await self._number_for(current, ms(due))
            if id is None:
                return None
            sequel = make(id)
            owed = await self.owe(_noted(deed, sequel))
            unseen = {"_id": id, "state": COMING, "live_card": None, "coming": {"of": parent.id}}
            await self.inserted("campaigns", unseen | NOBODYS)
            if not await self._still_comes(parent.id, id):
                await self.collection("campaigns").delete_one({"_id": id, "state": COMING})
                return None
            await CAMPAIGNS.put(self, id, sequel, owed.in_update, state=COMING)
            await self.bring_in("campaigns", id)
        owed = await self.owe(_noted(deed, moved)) if sequel is None and deed.by is not None else NOTHING
        if not await self.replaced(current, moved, owed):
            return None
        await self.bring_in("campaigns", parent.id)
        return sequel

    async def _number_for(self, parent: Campaign, due: int) -> CampaignId | None:
        """The number of the campaign that is made for an instant; None where the parent has changed."""
        campaigns, unchanged = self.collection("campaigns"), {"_id": parent.id, "version": parent.version}
        while (row := await campaigns.find_one(unchanged, {"coming": 1})) is not None:
            named = row.get("coming")
            if named and named["at"] == due:
                return CampaignId(named["campaign"])
            (id,) = await self.ids("campaign")
            # of two copies, one names it: the other finds it named
            await campaigns.update_one(
                unchanged | {"coming.at": named["at"] if named else {"$exists": False}},
                {"$set": {"coming": {"at": due, "campaign": id}}},
            )
        return None

    async def _still_comes(self, parent: CampaignId, id: CampaignId) -> bool:
        """Whether the parent names this number, and has not moved on with it."""
        row = await self.collection("campaigns").find_one({"_id": parent}, {"coming": 1, "record": 1, "state": 1})
        if row is None or row["state"] == DELETED or (row.get("coming") or {}).get("campaign") != id:
            return False
        sequels = CAMPAIGNS.read(row["record"]).sequels
        return sequels is None or sequels.last_at is None or ms(sequels.last_at) < row["coming"]["at"]

    async def sequels(self, parent: CampaignId, limit: int) -> list[Campaign]:
        made = {"sequel_of": parent}
        return await CAMPAIGNS.page(self, made, [("sequel_of", 1), ("_id", -1)], limit)

    async def unreported(self) -> list[Campaign]:
        return await self._where({"state": str(CampaignState.DONE), "reported": False})

    async def _where(self, condition: Document) -> list[Campaign]:
        return await CAMPAIGNS.page(self, condition, [("_id", 1)])

    async def start(self, id: CampaignId, at: datetime) -> bool:
        return await self.advance(id, partial(campaign_life.start, at=at))

    async def planned(self, id: CampaignId, at: datetime) -> None:
        campaign = await self.campaign(id)
        if campaign is not None:
            # woken before it is written down that all is planned: a death in between plans again
            await self.wake_reachable(id, campaign.channel, at)
            # a process that planned before us may have died between rows and counts
            await self.tallies.recount(id)
            await self.advance(id, partial(campaign_life.planned, at=at))

    async def choose(self, id: CampaignId, choice: Choice, *, deed: Deed) -> Campaign | None:
        while (campaign := await self.campaign(id)) is not None:
            try:
                chosen = next_version(campaign_life.choose(campaign, choice, deed.at))
            except NotPossible:
                return None
            if await self.replaced(campaign, chosen, await self.owe(_noted(deed, campaign))):
                await self.bring_in("campaigns", id)
                return chosen
        return None

    async def finish(self, id: CampaignId, at: datetime) -> bool:
        campaign = await self.campaign(id)
        if campaign is None or not allows(campaign, Change.FINISH):
            return False
        # the rows are asked, not the counts: those of a copy that died may be behind
        still_open = await self.collection("deliveries").find_one({"campaign": id, "state": {"$lt": int(FINAL)}})
        if still_open is not None:
            return False
        await self.tallies.recount(id, leave=True)
        return await self.advance(id, partial(campaign_life.finish, at=at))

    async def keep_trouble(self, id: CampaignId, trouble: Trouble | None) -> None:
        await self.advance(id, partial(campaign_life.troubled, trouble=trouble))

    async def stop(self, id: CampaignId, *, deed: Deed) -> None:
        while (campaign := await self.campaign(id)) is not None:
            stopped = next_version(campaign_life.stopped(campaign, deed.at))
            if await self.replaced(campaign, stopped, await self.owe(_noted(deed, campaign))):
                await self.bring_in("campaigns", id)
                return
        raise NotPossible(f"there is no campaign {id}")

    async def reported(self, id: CampaignId, at: datetime) -> None:
        await self.advance(id, partial(campaign_life.reported, at=at))

    async def live_card(self, id: CampaignId) -> str | None:
        row = await self.collection("campaigns").find_one({"_id": id}, {"live_card": 1})
        return row["live_card"] if row else None

    async def keep_live_card(self, id: CampaignId, activity: str) -> None:
        await self.collection("campaigns").update_one({"_id": id}, {"$set": {"live_card": activity}})
