"""Deliveries settled: what became of an attempt or a look, and what time decides for those that nobody settles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import repeat

from pymongo import UpdateOne

from storage.mongo.counters import TallyChanges
from storage.mongo.engine import Document
from storage.mongo.mapping import works_on
from storage.mongo.people import learning
from storage.mongo.wake_intents import WakeIntents, profile_path, reason_path, rung_path, state_path
from storage.mongo.weekly_cap import MongoWeeklyCap
from storage.records import FINAL, CampaignId, Channel, DeliveryState, NotReached, Settled
from storage.records.deliveries import Verdict, lapsed
from storage.records.instants import ms
from storage.shared.lessons import lessons_of
from storage.shared.presence_log import packed

REAP = 5_000  #: rows settled by one call

WAITING, PLANNED = int(DeliveryState.WAITING), int(DeliveryState.PLANNED)
CLAIMED, SENDING = int(DeliveryState.CLAIMED), int(DeliveryState.SENDING)
# ranges, not lists: nx-27017 misreads a second $in beside the one of the ids
CLAIMABLE: Document = {"$gte": PLANNED, "$lte": CLAIMED}
HELD: Document = {"$gte": CLAIMED, "$lte": SENDING}
OPEN: Document = {"$lt": int(FINAL)}
AS_MARKED: Document = {"state": SENDING}  #: what is known of a row whose message has left


def moved(moves: TallyChanges, campaign: int, before: Iterable[int], after: DeliveryState) -> None:
    for state, count in Counter(before).items():
        moves.add(campaign, state_path(state), -count)
        moves.add(campaign, state_path(after), count)


def ended(state: DeliveryState, why: NotReached, at: datetime) -> Document:
    """What is set in rows that come to an end without an attempt."""
    return {"state": int(state), "reason": str(why), "settled_at": ms(at), "holder": None, "token": None}


def _counted(moves: TallyChanges, settled: Sequence[Settled], before: Iterable[int]) -> None:
    for row, state in zip(settled, before, strict=False):
        moved(moves, row.campaign, [state], row.state)
        if row.reason and row.state > DeliveryState.DELIVERED:
            moves.add(row.campaign, reason_path(row.reason), 1)
        if row.profile and row.state is DeliveryState.DELIVERED:
            moves.add(row.campaign, profile_path(row.profile, "sent"), 1)


class Settling(WakeIntents, MongoWeeklyCap):
    # --- by their holder ----------------------------------------------------------------------

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        if not settled:
            return
        async with self.tallies.moving({row.campaign for row in settled}) as moves:
            sent = [row for row in settled if row.attempted and not row.seen]
            rest = [row for row in settled if not row.attempted or row.seen]
            if await self._settle_as(dict.fromkeys((row.id for row in sent), AS_MARKED), sent, holder) < len(sent):
                # a lease was lost, or a claim was never marked: which rows were written is not known
                moves.unknown.update(row.campaign for row in sent)
                rest = list(settled)
            else:
                _counted(moves, sent, repeat(SENDING))
            kept = await self._settle_looked_at(rest, holder, moves)
        # what has left has its answer, no matter who holds the row
        answered = {row.id: row for row in (*(row for row in settled if row.attempted), *kept)}.values()
        await self._learn(answered)
        await self.release(answered)
        await self._wake_again([row for row in kept if row.state is DeliveryState.WAITING])

    async def _settle_looked_at(self, settled: Sequence[Settled], holder: int, moves: TallyChanges) -> list[Settled]:
        """Settle rows of which it matters what they are now; those that were still this holder's."""
        # a delivery whose lease was lost has been settled without us, and stays as it is
        among = {"_id": {"$in": [row.id for row in settled]}, "holder": holder, "state": HELD}
        held = (
            {row["_id"]: row for row in await self.rows("deliveries", among, ["state", "rung", "person"])}
            if settled
            else {}
        )
        kept = [row for row in settled if row.id in held]
        await self._intend_to_wake_again(
            [(row, held[row.id]["person"]) for row in kept if row.state is DeliveryState.WAITING]
        )
        if await self._settle_as(held, kept, holder) < len(kept):  # a lease ran out between the read and the write
            moves.unknown.update(row.campaign for row in kept)
        _counted(moves, kept, (held[row.id]["state"] for row in kept))
        for row in kept:
            if path := _on_rung(row, held[row.id]):
                moves.add(row.campaign, path, 1)
        return kept

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

    async def _intend_to_wake_again(self, settled: Sequence[tuple[Settled, int]]) -> None:
        intents = [
            {"_id": _intent(row), "person": person, "channel": str(row.channel), "at": ms(row.at)}
            for row, person in settled
        ]
        if intents:
            await self.insert_new("wakes", intents)

    async def _wake_again(self, settled: Sequence[Settled]) -> None:
        """A person who installed (again) after the claim was read waits no more.

        Asked of the person whose it is now: a contact may have been merged into another since it was claimed.
        """
        rows = await self.by_id("deliveries", [row.id for row in settled], ["person"])
        people = await self.by_id("people", [row["person"] for row in rows.values()])
        for row in settled:
            if row.id in rows and works_on(people[rows[row.id]["person"]], row.channel):
                await self._wake(row.campaign, [row.id], row.at)
        if settled:
            await self.collection("wakes").delete_many({"_id": {"$in": [_intent(row) for row in settled]}})

    async def _learn(self, settled: Iterable[Settled]) -> None:
        """What answers tell about people's conversation references."""
        rows = list(settled)
        lessons = [write for row, lesson in lessons_of(rows) for write in learning(row.person, row.channel, lesson)]
        lessons += [
            UpdateOne(
                {"_id": row.person, f"references.{row.channel}.user": {"$exists": True}},
                {"$set": {f"references.{row.channel}.service_url": row.service_url}},
            )
            for row in rows
            if row.service_url
        ]
        if lessons:
            await self.collection("people").bulk_write(lessons, ordered=False)

    # --- by time ------------------------------------------------------------------------------

    async def reap(
        self, id: CampaignId, now: datetime, slot_end: datetime, why: NotReached = NotReached.SLOT_OVER
    ) -> Counter[DeliveryState]:
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
        settled = Counter[DeliveryState]()
        for condition in conditions:
            if (room := REAP - settled.total()) > 0:
                settled += await self._settle_all(id, condition, now, room, why)
        return settled

    async def _settle_all(
        self, campaign: CampaignId, condition: Document, now: datetime, limit: int, otherwise: NotReached
    ) -> Counter[DeliveryState]:
        """Give rows that meet a condition the end that time has decided for them."""
        rows = await self.rows("deliveries", condition, ["state", "reason", "person"], limit=limit)
        state, settled = condition["state"], Counter[DeliveryState]()
        if not rows:
            return settled
        async with self.tallies.moving([campaign]) as moves:
            for (final, why), ids in (await self._verdicts(campaign, rows, otherwise)).items():
                done = await self.collection("deliveries").update_many(
                    condition | {"_id": {"$in": ids}},
                    {"$set": ended(final, why, now)},
                )
                settled[final] += done.modified_count
                moves.add(campaign, state_path(state), -done.modified_count)
                moves.add(campaign, state_path(final), done.modified_count)
                moves.add(campaign, reason_path(why), done.modified_count)
            if state in (CLAIMED, SENDING):  # their holder died, perhaps before it counted
                moves.unknown.add(campaign)
        return settled

    async def _verdicts(
        self, campaign: CampaignId, rows: Sequence[Document], otherwise: NotReached
    ) -> dict[Verdict, list[int]]:
        broken = await self._broken(campaign, [row["person"] for row in rows if row["state"] == WAITING])
        verdicts: dict[Verdict, list[int]] = defaultdict(list)
        for row in rows:
            verdict = lapsed(row["state"], row["reason"], broken.get(row["person"]), otherwise)
            verdicts[verdict].append(row["_id"])
        return verdicts

    async def _broken(self, campaign: CampaignId, people: list[int]) -> dict[int, str]:
        """Why people cannot be reached on the campaign's channel, where it is known."""
        if not people:
            return {}
        row = await self.collection("campaigns").find_one({"_id": campaign}, {"channel": 1})
        channel = row["channel"] if row else Channel.TEAMS
        rows = await self.by_id("people", people, ["references"])
        return {id: row["references"][channel]["broken"] for id, row in rows.items() if channel in row["references"]}


def _intent(row: Settled) -> str:
    return f"delivery {row.id}"


def _on_rung(row: Settled, before: Document) -> str | None:
    """Where a delivered one of a campaign that asks for presence is counted."""
    if row.seen is None or row.state is not DeliveryState.DELIVERED:
        return None
    return rung_path(before.get("rung", 0), row.seen)


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
    update: Document = {"$set": change, "$inc": {"tries": int(row.attempted)}}
    if row.seen:
        update["$push"] = {"log": packed(row.at, row.seen)}
    return update
