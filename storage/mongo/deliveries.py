"""Deliveries: planned, leased, marked, settled, each step one write for a whole group.

A write of many documents is not one fact: some of a group may be written when a death comes. So each
write says in its condition what it expects of every row, and rows are taken over by what can be read
in them: whom they are held by, and the token of the very write that took them.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat

from pymongo import UpdateOne

from storage.instants import instant, ms
from storage.leases import leased_as, spared
from storage.mongo.engine import Document, Sort, pages, repeated, token
from storage.mongo.mapping import person_of, reference_of, works_on
from storage.mongo.tallies import Moves
from storage.mongo.waking import Waking, reason_path, rung_path, state_path
from storage.mongo.weeks import MongoWeeks
from storage.records import (
    FINAL,
    Campaign,
    CampaignId,
    Channel,
    Claimed,
    Columns,
    DeliveryId,
    DeliveryState,
    Found,
    NotReached,
    PersonId,
    Settled,
    Tally,
    Try,
)
from storage.tries import packed, unpacked

REAP = 5_000  #: rows settled by one call

WAITING, PLANNED = int(DeliveryState.WAITING), int(DeliveryState.PLANNED)
CLAIMED, SENDING = int(DeliveryState.CLAIMED), int(DeliveryState.SENDING)
# ranges, not lists: nx-27017 misreads a second $in beside the one of the ids
CLAIMABLE: Document = {"$gte": PLANNED, "$lte": CLAIMED}
HELD: Document = {"$gte": CLAIMED, "$lte": SENDING}
OPEN: Document = {"$lt": int(FINAL)}
AS_MARKED: Document = {"state": SENDING}  #: what is known of a row whose message has left
DUE: Sort = [("campaign", 1), ("state", 1), ("next_at", 1)]  #: the index, by name: see schema.py

#: what a row becomes, and why
Verdict = tuple[DeliveryState, NotReached]


def _moved(moves: Moves, campaign: int, before: Iterable[int], after: DeliveryState) -> None:
    for state, count in Counter(before).items():
        moves.add(campaign, state_path(state), -count)
        moves.add(campaign, state_path(after), count)


def _counted(moves: Moves, settled: Sequence[Settled], before: Iterable[int]) -> None:
    for row, state in zip(settled, before, strict=False):
        _moved(moves, row.campaign, [state], row.state)
        if row.reason and row.state > DeliveryState.DELIVERED:
            moves.add(row.campaign, reason_path(row.reason), 1)


def _claimed(row: Document, person: Document, channel: Channel) -> Claimed:
    return Claimed(
        id=DeliveryId(row["_id"]),
        campaign=row["campaign"],
        person=person_of(person),
        reference=reference_of(person, channel),
        tries=row["tries"],
        columns=row.get("columns") or {},
        rung=row.get("rung", 0),
    )


def _by_campaign(claimed: Sequence[Claimed]) -> dict[CampaignId, list[int]]:
    groups: dict[CampaignId, list[int]] = {}
    for delivery in claimed:
        groups.setdefault(delivery.campaign, []).append(delivery.id)
    return groups


class MongoDeliveries(Waking, MongoWeeks):
    async def plan(
        self,
        id: CampaignId,
        people: Sequence[int],
        due: Sequence[int] | None,
        until: datetime,
        columns: Mapping[int, Columns] | None = None,
    ) -> int:
        if not people:
            return 0
        told = columns or {}
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
                **({"columns": dict(told[person])} if person in told else {}),
            }
            for number, person, next_at in zip(numbers, people, instants, strict=True)
        ]
        async with self.tallies.moving([id]) as moves:
            new = await self.insert_new("deliveries", documents)
            moves.add(id, state_path(state), new)
        return new

    async def plan_ended(
        self, id: CampaignId, people: Sequence[int], state: DeliveryState, reason: NotReached, at: datetime
    ) -> int:
        if not people:
            return 0
        documents: list[Document] = [
            {
                "_id": number,
                "campaign": id,
                "person": person,
                "state": int(state),
                "next_at": ms(at),
                "tries": 0,
                "holder": None,
                "token": None,
                "reason": str(reason),
                "settled_at": ms(at),
            }
            for number, person in zip(await self.ids("delivery", len(people)), people, strict=True)
        ]
        async with self.tallies.moving([id]) as moves:
            new = await self.insert_new("deliveries", documents)
            moves.add(id, state_path(state), new)
            moves.add(id, reason_path(reason), new)
        return new

    async def delivery_columns(self, id: CampaignId, person: PersonId) -> Columns:
        row = await self.collection("deliveries").find_one({"campaign": id, "person": person}, {"columns": 1})
        return (row.get("columns") if row else None) or {}

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
                _moved(moves, campaign.id, [PLANNED] * len(ids), state)
            if any(row["state"] == CLAIMED for row in due):
                # a claim lapsed: its holder may have died before it counted
                moves.unknown.add(campaign.id)
        ours = set(chain.from_iterable(leases.values()))
        return [_claimed(row, people[row["person"]], campaign.channel) for row in due if row["_id"] in ours]

    async def _due(self, campaign: int, now: datetime, limit: int) -> list[Document]:
        """What is planned or whose claim has lapsed, earliest first."""
        due: Document = {"campaign": campaign, "next_at": {"$lte": ms(now)}}
        found = chain.from_iterable(
            await asyncio.gather(
                *(
                    self.rows("deliveries", due | {"state": state}, sort=DUE, limit=limit)
                    for state in (PLANNED, CLAIMED)
                )
            )
        )
        return sorted(found, key=lambda row: (row["next_at"], row["_id"]))[:limit]

    async def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        held: set[int] = set()
        for campaign, ids in _by_campaign(claimed).items():
            held |= await self._advance_claims(campaign, ids, holder, DeliveryState.SENDING, lease_until)
        return held

    async def give_back(self, claimed: Sequence[Claimed], holder: int, due: datetime) -> None:
        for campaign, ids in _by_campaign(claimed).items():
            await self._advance_claims(campaign, ids, holder, DeliveryState.PLANNED, due)

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
            _moved(moves, campaign, [CLAIMED] * len(advanced), state)
        return advanced

    async def _update(self, condition: Document, change: Document) -> int:
        """How many rows met the condition when it was written: fewer where the answer to a first write was lost."""
        deliveries = self.collection("deliveries")
        return (await repeated(lambda: deliveries.update_many(condition, {"$set": change}))).matched_count

    async def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> None:
        for page in pages(ids):
            await self.collection("deliveries").update_many(
                {"_id": {"$in": list(page)}, "holder": holder, "state": OPEN}, {"$set": {"next_at": ms(lease_until)}}
            )

    # --- settling -----------------------------------------------------------------------------

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        if not settled:
            return
        async with self.tallies.moving({row.campaign for row in settled}) as moves:
            sent = [row for row in settled if row.tried and not row.found]
            rest = [row for row in settled if not row.tried or row.found]
            if await self._settle_as(dict.fromkeys((row.id for row in sent), AS_MARKED), sent, holder) < len(sent):
                # a lease was lost, or a claim was never marked: which rows were written is not known
                moves.unknown.update(row.campaign for row in sent)
                rest = list(settled)
            else:
                _counted(moves, sent, repeat(SENDING))
            waiting = await self._settle_looked_at(rest, holder, moves)
        await self._learn(settled)
        await self.release(settled)
        await self._wake_again(waiting)

    async def _settle_looked_at(self, settled: Sequence[Settled], holder: int, moves: Moves) -> list[Settled]:
        """Settle rows of which it matters what they are now; those of them that wait for their person."""
        # a delivery whose lease was lost has been settled without us, and stays as it is
        among = {"_id": {"$in": [row.id for row in settled]}, "holder": holder, "state": HELD}
        found = {row["_id"]: row for row in await self.rows("deliveries", among, ["state", "rung"])} if settled else {}
        kept = [row for row in settled if row.id in found]
        waiting = [row for row in kept if row.state is DeliveryState.WAITING]
        await self._intend_to_wake_again(waiting)
        if await self._settle_as(found, kept, holder) < len(kept):  # a lease ran out between the look and the write
            moves.unknown.update(row.campaign for row in kept)
        _counted(moves, kept, (found[row.id]["state"] for row in kept))
        for row in kept:
            if path := _on_rung(row, found[row.id]):
                moves.add(row.campaign, path, 1)
        return waiting

    async def _settle_as(self, before: Mapping[int, Document], settled: Sequence[Settled], holder: int) -> int:
        """Settle those that are still this holder's, and in the state that they were in; how many that were."""
        if not settled:
            return 0
        writes = [
            UpdateOne(
                {"_id": row.id, "holder": holder, "state": before[row.id]["state"]}, _settling(row, before[row.id])
            )
            for row in settled
        ]
        return (await self.collection("deliveries").bulk_write(writes, ordered=False)).matched_count

    async def _intend_to_wake_again(self, settled: Sequence[Settled]) -> None:
        intents = [
            {"_id": _intent(row), "person": row.person, "channel": str(row.channel), "at": ms(row.at)}
            for row in settled
        ]
        if intents:
            await self.insert_new("wakes", intents)

    async def _wake_again(self, settled: Sequence[Settled]) -> None:
        """Who installed again after the claim was read waits no more."""
        people = await self.by_id("people", [row.person for row in settled])
        for row in settled:
            if works_on(people[row.person], row.channel):
                await self._wake(row.campaign, [row.id], row.at)
        if settled:
            await self.collection("wakes").delete_many({"_id": {"$in": [_intent(row) for row in settled]}})

    async def _learn(self, settled: Iterable[Settled]) -> None:
        """What answers tell about people's conversation references."""
        lessons = []
        for row in settled:
            where = f"references.{row.channel}"
            if row.state is DeliveryState.UNREACHABLE:
                change = {f"{where}.broken": str(row.reason)}
            elif row.conversation:
                change = {f"{where}.conversation": row.conversation}
            else:
                continue
            lessons.append(UpdateOne({"_id": row.person, f"{where}.user": {"$exists": True}}, {"$set": change}))
        if lessons:
            await self.collection("people").bulk_write(lessons, ordered=False)

    async def reap(self, id: CampaignId, now: datetime, slot_end: datetime) -> int:
        await self.carry_out_left_wakes(now)
        await self.tallies.heal(id)
        lapsed: Document = {"campaign": id, "next_at": {"$lte": ms(now)}}
        conditions = [lapsed | {"state": SENDING}]
        if now >= slot_end:
            conditions += [
                {"campaign": id, "state": WAITING},
                {"campaign": id, "state": PLANNED},
                lapsed | {"state": CLAIMED},
            ]
        settled = 0
        for condition in conditions:
            if settled < REAP:
                settled += await self._settle_all(id, condition, now, REAP - settled)
        return settled

    async def _settle_all(self, campaign: CampaignId, condition: Document, now: datetime, limit: int) -> int:
        """Give rows that meet a condition the end that time has decided for them."""
        rows = await self.rows("deliveries", condition, ["state", "reason", "person"], limit=limit)
        if not rows:
            return 0
        state, count = condition["state"], 0
        async with self.tallies.moving([campaign]) as moves:
            for (final, why), ids in (await self._verdicts(campaign, rows)).items():
                done = await self.collection("deliveries").update_many(
                    condition | {"_id": {"$in": ids}},
                    {
                        "$set": {
                            "state": int(final),
                            "reason": str(why),
                            "settled_at": ms(now),
                            "holder": None,
                            "token": None,
                        }
                    },
                )
                count += done.modified_count
                moves.add(campaign, state_path(state), -done.modified_count)
                moves.add(campaign, state_path(final), done.modified_count)
                moves.add(campaign, reason_path(why), done.modified_count)
            if state in (CLAIMED, SENDING):  # their holder died, perhaps before it counted
                moves.unknown.add(campaign)
        return count

    async def _verdicts(self, campaign: CampaignId, rows: Sequence[Document]) -> dict[Verdict, list[int]]:
        broken = await self._broken(campaign, [row["person"] for row in rows if row["state"] == WAITING])
        verdicts: dict[Verdict, list[int]] = defaultdict(list)
        for row in rows:
            match row["state"]:
                case DeliveryState.SENDING:
                    verdict = (DeliveryState.UNCONFIRMED, NotReached.BOT_STOPPED)
                case DeliveryState.WAITING:
                    reason = broken.get(row["person"]) or NotReached.NEVER_INSTALLED
                    verdict = (DeliveryState.UNREACHABLE, NotReached(reason))
                case _:
                    verdict = (DeliveryState.EXPIRED, NotReached(row["reason"] or NotReached.SLOT_OVER))
            verdicts[verdict].append(row["_id"])
        return verdicts

    async def _broken(self, campaign: CampaignId, people: list[int]) -> dict[int, str]:
        """Why people cannot be reached on the campaign's channel, where it is known."""
        if not people:
            return {}
        found = await self.collection("campaigns").find_one({"_id": campaign}, {"channel": 1})
        channel = found["channel"] if found else Channel.TEAMS
        rows = await self.by_id("people", people, ["references"])
        return {id: row["references"][channel]["broken"] for id, row in rows.items() if channel in row["references"]}

    # --- reading ------------------------------------------------------------------------------

    async def tally(self, id: CampaignId) -> Tally:
        counts = await self.tallies.read(id)
        return Tally(
            states={DeliveryState(int(state)): count for state, count in counts.get("states", {}).items() if count > 0},
            reasons={NotReached(reason): count for reason, count in counts.get("reasons", {}).items() if count > 0},
            rungs={
                (int(rung), Found(found)): count
                for rung, shown in counts.get("rungs", {}).items()
                for found, count in shown.items()
            },
        )

    async def next_due(self, id: CampaignId) -> datetime | None:
        rows = await self.rows("deliveries", {"campaign": id, "state": PLANNED}, ["next_at"], sort=DUE, limit=1)
        return instant(rows[0]["next_at"]) if rows else None

    async def tries(self, id: CampaignId, person: PersonId) -> list[Try]:
        row = await self.collection("deliveries").find_one({"campaign": id, "person": person}, {"log": 1})
        return unpacked(row.get("log") or []) if row else []

    async def last_due(self, id: CampaignId, before: datetime) -> datetime | None:
        condition = {"campaign": id, "state": PLANNED, "next_at": {"$lt": ms(before)}}
        down = [(field, -direction) for field, direction in DUE]
        rows = await self.rows("deliveries", condition, ["next_at"], sort=down, limit=1)
        return instant(rows[0]["next_at"]) if rows else None

    async def delivery_state(self, id: CampaignId, person: PersonId) -> int | None:
        row = await self.collection("deliveries").find_one({"campaign": id, "person": person}, {"state": 1})
        return row["state"] if row else None


def _intent(row: Settled) -> str:
    return f"delivery {row.id}"


def _on_rung(row: Settled, before: Document) -> str | None:
    """Where a delivered one of a campaign that asks for presence is counted."""
    if row.found is None or row.state is not DeliveryState.DELIVERED:
        return None
    return rung_path(before.get("rung", 0), row.found)


def _settling(row: Settled, before: Document) -> Document:
    change: Document = {
        "holder": None,
        "token": None,
        "state": int(row.state),
        "next_at": ms(row.due or row.at),
        "reason": str(row.reason) if row.reason else None,
        "detail": row.detail or None,
        "activity": row.activity or None,
        "settled_at": ms(row.at),
    }
    if row.rung is not None:
        change["rung"] = row.rung
    if path := _on_rung(row, before):
        change["on_rung"] = path
    update: Document = {"$set": change, "$inc": {"tries": int(row.tried)}}
    if row.found:
        update["$push"] = {"log": packed(row.at, row.found)}
    return update
