"""Deliveries: planned, leased, marked, settled, each step one write for a whole group.

A write of many documents is not one fact: some of a group may be written when a death comes. So each
write says in its condition what it expects of every row, and rows are taken over by what can be read
in them: whom they are held by, and the token of the very write that took them.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat

from storage.mongo.counters import TallyChanges
from storage.mongo.engagements import MongoEngagements
from storage.mongo.engine import Document, Sort, pages, repeated, token
from storage.mongo.mapping import person_of, reference_of, works_on
from storage.mongo.settling import CLAIMABLE, CLAIMED, OPEN, PLANNED, WAITING, Settling, ended, moved
from storage.mongo.wake_intents import profile_path, reason_path, state_path
from storage.records import (
    COUNTED,
    Campaign,
    CampaignId,
    Channel,
    Claimed,
    Columns,
    DeliveryId,
    DeliveryState,
    NotReached,
    PersonId,
    Profile,
    ProfileFigures,
    Seen,
    SentMessage,
    Tally,
)
from storage.records.campaign_life import spared
from storage.records.instants import instant, ms
from storage.shared.leases import leased_as

AMONG = 1_000  #: deliveries read at the most to find the campaigns of which something is due
DUE: Sort = [("campaign", 1), ("state", 1), ("next_at", 1)]  #: the index, by name: see schema.py


def _claimed(row: Document, person: Document, channel: Channel) -> Claimed:
    return Claimed(
        id=DeliveryId(row["_id"]),
        campaign=row["campaign"],
        person=person_of(person),
        reference=reference_of(person, channel),
        attempts=row["tries"],
        columns=row.get("columns") or {},
        profile=row.get("profile", 0),
        rung=row.get("rung", 0),
        unexplained_at=instant(row["settled_at"]) if row["reason"] == NotReached.UNEXPLAINED else None,
    )


def _count_profiles(moves: TallyChanges, id: CampaignId, profiles: Sequence[int], new: int) -> None:
    if profiles and new < len(profiles):  # which of them were new is not known
        moves.unknown.add(id)
        return
    for profile, count in Counter(profiles).items():
        if profile:
            moves.add(id, profile_path(profile, "recipients"), count)


def _by_campaign(claimed: Sequence[Claimed]) -> dict[CampaignId, list[int]]:
    groups: dict[CampaignId, list[int]] = {}
    for delivery in claimed:
        groups.setdefault(delivery.campaign, []).append(delivery.id)
    return groups


class MongoDeliveries(Settling, MongoEngagements):
    async def plan(
        self,
        id: CampaignId,
        people: Sequence[int],
        due: Sequence[int] | None,
        until: datetime,
        columns: Mapping[int, Columns] | None = None,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        if not people:
            return 0
        by_person = columns or {}
        state = WAITING if due is None else PLANNED
        numbers = await self.ids("delivery", len(people))
        instants = repeat(ms(until), len(people)) if due is None else due
        documents: list[Document] = [
            {
                "_id": number,
                "campaign": id,
                "person": person,
                "state": state,
                "next_at": next_at,
                "tries": 0,
                "holder": None,
                "token": None,
                "reason": None,
                **({"columns": dict(by_person[person])} if person in by_person else {}),
                **({"profile": profile} if profile else {}),
            }
            for number, person, next_at, profile in zip(
                numbers, people, instants, profiles or repeat(0, len(people)), strict=True
            )
        ]
        async with self.tallies.moving([id]) as moves:
            new = await self.insert_new("deliveries", documents)
            moves.add(id, state_path(state), new)
            _count_profiles(moves, id, profiles, new)
        return new

    async def plan_ended(
        self,
        id: CampaignId,
        people: Sequence[int],
        state: DeliveryState,
        reason: NotReached,
        at: datetime,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        if not people:
            return 0
        documents: list[Document] = [
            {
                "_id": number,
                "campaign": id,
                "person": person,
                "next_at": ms(at),
                "tries": 0,
                **ended(state, reason, at),
                **({"profile": profile} if profile else {}),
            }
            for number, person, profile in zip(
                await self.ids("delivery", len(people)), people, profiles or repeat(0, len(people)), strict=True
            )
        ]
        async with self.tallies.moving([id]) as moves:
            new = await self.insert_new("deliveries", documents)
            moves.add(id, state_path(state), new)
            moves.add(id, reason_path(reason), new)
            _count_profiles(moves, id, profiles, new)
        return new

    async def keep_profiles(self, id: CampaignId, profiles: Collection[Profile]) -> None:
        documents: list[Document] = [
            {"_id": f"{id} {one.number}", "campaign": id, "number": one.number, "facts": one.text} for one in profiles
        ]
        if documents:
            await self.insert_new("profiles", documents)

    async def profile_figures(self, id: CampaignId) -> list[ProfileFigures]:
        rows = await self.rows("profiles", {"campaign": id}, ["number", "facts"])
        counts = (await self.tallies.read(id)).get("profiles", {}) if rows else {}
        engaged = (await self.totals.read(id)).get("profiles", {}) if rows else {}
        figures = []
        for row in sorted(rows, key=lambda row: int(row["number"])):
            key = f"p{row['number']}"
            count, did = counts.get(key, {}), engaged.get(key, {})
            if count.get("recipients", 0) > 0:
                figures.append(
                    ProfileFigures(
                        profile=Profile.of(row["facts"]),
                        recipients=count["recipients"],
                        sent=count.get("sent", 0),
                        **{str(kind): did.get(str(kind), 0) for kind in COUNTED},
                    )
                )
        return figures

    async def delivery_columns(self, id: CampaignId, people: Sequence[int]) -> dict[int, Columns]:
        by_person: dict[int, Columns] = {}
        for page in pages(people):
            condition: Document = {"campaign": id, "person": {"$in": list(page)}}
            rows = await self.rows("deliveries", condition, ["person", "columns"])
            by_person |= {row["person"]: row["columns"] for row in rows if row.get("columns")}
        return by_person

    async def planned_people(self, id: CampaignId) -> Sequence[int]:
        return await self.numbers("deliveries", {"campaign": id}, "person", sort=[("campaign", 1), ("person", 1)])

    async def people_in_state(self, id: CampaignId, state: DeliveryState) -> Sequence[int]:
        people = await self.numbers("deliveries", {"campaign": id, "state": int(state)}, "person")
        return array("q", sorted(people))

    # --- claiming -----------------------------------------------------------------------------

    async def claim_due(
        self, campaign: Campaign, holder: int, now: datetime, lease_until: datetime, limit: int, *, mark: bool = False
    ) -> list[Claimed]:
        due = await self._due(campaign.id, now, limit)
        if not due:
            return []
        people, mine = await self.by_id("people", [row["person"] for row in due]), token()
        leaving = {
            id: works_on(row, campaign.channel) and not spared(campaign, person_of(row)) for id, row in people.items()
        }
        leases = leased_as(((row["_id"], leaving[row["person"]]) for row in due), mark=mark)
        still_due = {"state": CLAIMABLE, "next_at": {"$lte": ms(now)}}
        lease = {"holder": holder, "next_at": ms(lease_until), "token": mine}
        async with self.tallies.moving([campaign.id]) as moves:
            for state, ids in leases.items():
                taken = await self._update({"_id": {"$in": ids}} | still_due, lease | {"state": int(state)})
                if taken < len(ids):  # another copy was faster at some of them
                    written = await self.by_id("deliveries", ids, ["token"])
                    ids = [id for id in ids if written[id]["token"] == mine]
                leases[state] = ids
                moved(moves, campaign.id, [PLANNED] * len(ids), state)
            if any(row["state"] == CLAIMED for row in due):
                # a claim lapsed: its holder may have died before it counted
                moves.unknown.add(campaign.id)
        ours = set(chain.from_iterable(leases.values()))
        return [_claimed(row, people[row["person"]], campaign.channel) for row in due if row["_id"] in ours]

    async def _due(self, campaign: int, now: datetime, limit: int) -> list[Document]:
        """What is planned or whose claim has lapsed, earliest first."""
        due: Document = {"campaign": campaign, "next_at": {"$lte": ms(now)}}
        rows = chain.from_iterable(
            await asyncio.gather(
                *(
                    self.rows("deliveries", due | {"state": state}, sort=DUE, limit=limit)
                    for state in (PLANNED, CLAIMED)
                )
            )
        )
        return sorted(rows, key=lambda row: (row["next_at"], row["_id"]))[:limit]

    async def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        held: set[int] = set()
        for campaign, ids in _by_campaign(claimed).items():
            held |= await self._advance_claims(campaign, ids, holder, DeliveryState.SENDING, lease_until)
        return held

    async def _advance_claims(
        self, campaign: CampaignId, ids: list[int], holder: int, state: DeliveryState, next_at: datetime
    ) -> set[int]:
        """Bring the claims that are still this holder's into ``state``; which those are."""
        mine = token()
        held = {"_id": {"$in": ids}, "holder": holder, "state": CLAIMED}
        change = {"state": int(state), "next_at": ms(next_at), "token": mine}
        async with self.tallies.moving([campaign]) as moves:
            await self._update(held, change)
            written = await self.by_id("deliveries", ids, ["token"])
            advanced = {id for id, row in written.items() if row["token"] == mine}
            moved(moves, campaign, [CLAIMED] * len(advanced), state)
        return advanced

    async def _update(self, condition: Document, change: Document) -> int:
        """How many rows met the condition when it was written: fewer where the answer to a first write was lost."""
        deliveries = self.collection("deliveries")
        return (await repeated(lambda: deliveries.update_many(condition, {"$set": change}))).matched_count

    async def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> set[int]:
        held: set[int] = set()
        for page in pages(ids):
            mine = {"_id": {"$in": list(page)}, "holder": holder, "state": OPEN}
            await self.collection("deliveries").update_many(mine, {"$set": {"next_at": ms(lease_until)}})
            held.update(row["_id"] for row in await self.rows("deliveries", mine, []))
        return held

    # --- reading ------------------------------------------------------------------------------

    async def tally(self, id: CampaignId) -> Tally:
        counts = await self.tallies.read(id)
        return Tally(
            states={DeliveryState(int(state)): count for state, count in counts.get("states", {}).items() if count > 0},
            reasons={NotReached(reason): count for reason, count in counts.get("reasons", {}).items() if count > 0},
            rungs={
                (int(rung), Seen(seen)): count
                for rung, shown in counts.get("rungs", {}).items()
                for seen, count in shown.items()
            },
        )

    async def next_due(self, id: CampaignId) -> datetime | None:
        rows = await self.rows("deliveries", {"campaign": id, "state": PLANNED}, ["next_at"], sort=DUE, limit=1)
        return instant(rows[0]["next_at"]) if rows else None

    async def due_among(
        self, ids: Collection[CampaignId], states: Collection[DeliveryState], now: datetime
    ) -> set[CampaignId]:
        condition: Document = {
            "campaign": {"$in": list(ids)},
            "state": {"$gte": int(min(states)), "$lte": int(max(states))},
            "next_at": {"$lte": ms(now)},
        }
        rows = await self.rows("deliveries", condition, ["campaign"], limit=AMONG) if ids else ()
        return {CampaignId(row["campaign"]) for row in rows}

    async def last_due(self, id: CampaignId, before: datetime) -> datetime | None:
        condition = {"campaign": id, "state": PLANNED, "next_at": {"$lt": ms(before)}}
        down = [(field, -direction) for field, direction in DUE]
        rows = await self.rows("deliveries", condition, ["next_at"], sort=down, limit=1)
        return instant(rows[0]["next_at"]) if rows else None

    async def sent_messages(self, id: CampaignId, after: int, limit: int) -> list[SentMessage]:
        campaign = await self.collection("campaigns").find_one({"_id": id}, {"channel": 1})
        states = [int(DeliveryState.DELIVERED), int(DeliveryState.UNCONFIRMED)]
        condition: Document = {"campaign": id, "person": {"$gt": after}, "state": {"$in": states}}
        fields = ["person", "state", "activity"]
        rows = await self.rows("deliveries", condition, fields, sort=[("campaign", 1), ("person", 1)], limit=limit)
        people = await self.by_id("people", [row["person"] for row in rows])
        channel = Channel(campaign["channel"]) if campaign else Channel.TEAMS
        return [
            SentMessage(
                person=row["person"],
                state=DeliveryState(row["state"]),
                activity=row.get("activity") or "",
                reference=reference_of(people[row["person"]], channel) if row["person"] in people else None,
            )
            for row in rows
        ]

    async def delivery_state(self, id: CampaignId, person: PersonId) -> int | None:
        row = await self.collection("deliveries").find_one({"campaign": id, "person": person}, {"state": 1})
        return row["state"] if row else None
