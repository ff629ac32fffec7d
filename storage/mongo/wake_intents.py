"""Deliveries that wait for an install, and the counts of all deliveries.

An install is two facts, a person who can be reached and deliveries that wait no more; so is settling a
delivery as one that waits, and the check whether its person has come back meanwhile. The intent to wake
(collection ``wakes``) is written before the first and removed after the second; the sweep of any copy
carries out what a death left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import PyMongoError

from storage.mongo.counters import Counts, Tallies
from storage.mongo.engine import Document, Engine, pages
from storage.mongo.mapping import reachable, works_on
from storage.records import CampaignId, CampaignState, Channel, DeliveryState, NotReached
from storage.records.instants import instant, ms

LEAVE = 3.0  #: seconds for saying goodbye to the database
AT_WORK = timedelta(minutes=1)  #: the writer of an intent may not have come to its first fact yet
FORGOTTEN = timedelta(days=1)  #: an intent of somebody who is still not reachable then was never carried out


def state_path(state: int) -> str:
    return f"states.{int(state)}"


def reason_path(reason: NotReached) -> str:
    return f"reasons.{reason}"


def rung_path(rung: int, seen: str) -> str:
    """Also what a delivered row says of itself, so that rows can be counted by it."""
    return f"rungs.{rung}.{seen}"


def profile_path(profile: int, what: str) -> str:
    """Numbers alone would be taken for places in an array."""
    return f"profiles.p{profile}.{what}"


class WakeIntents(Engine):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.tallies = Tallies(self, "tallies", self._count_deliveries)

    async def open(self) -> None:
        await super().open()
        await self.tallies.heal_all()

    async def close(self) -> None:
        if self.is_open:
            with contextlib.suppress(PyMongoError, TimeoutError):
                await asyncio.wait_for(self.tallies.leave(), LEAVE)
        await super().close()

    async def _count_deliveries(self, campaign: int) -> Counts:
        """By state; by reason in the final states other than delivered, by rung in that one."""
        unhappy = {"campaign": campaign, "state": {"$gt": int(DeliveryState.DELIVERED)}}
        states = await self._grouped({"campaign": campaign}, "$state")
        reasons = await self._grouped(unhappy, "$reason")
        rungs = await self._grouped({"campaign": campaign, "state": int(DeliveryState.DELIVERED)}, "$on_rung")
        everybody = await self._grouped({"campaign": campaign}, "$profile")
        sent = await self._grouped({"campaign": campaign, "state": int(DeliveryState.DELIVERED)}, "$profile")
        return (
            {profile_path(profile, "recipients"): count for profile, count in everybody.items() if profile}
            | {profile_path(profile, "sent"): count for profile, count in sent.items() if profile}
            | {state_path(state): count for state, count in states.items()}
            | {reason_path(NotReached(reason)): count for reason, count in reasons.items() if reason}
            | {path: count for path, count in rungs.items() if path}
        )

    async def _grouped(self, condition: Document, field: str) -> dict[Any, int]:
        pipeline: list[Document] = [{"$match": condition}, {"$group": {"_id": field, "count": {"$sum": 1}}}]
        rows = await self.collection("deliveries").aggregate(pipeline).to_list(None)
        return {row["_id"]: row["count"] for row in rows}

    # --- waking -------------------------------------------------------------------------------

    async def intend_to_wake(self, person: int, channel: Channel, at: datetime) -> None:
        await self.collection("wakes").update_one(
            {"_id": f"{person} {channel}"},
            {"$set": {"person": person, "channel": str(channel), "at": ms(at)}},
            upsert=True,
        )

    async def carry_out_wake(self, tenant: str, person: int, channel: Channel, at: datetime) -> None:
        """What waits for this person in running campaigns of the channel is due now."""
        running = await self.rows(
            "campaigns", {"state": str(CampaignState.RUNNING), "tenant": tenant, "channel": str(channel)}, []
        )
        waiting = await self.rows(
            "deliveries",
            {
                "campaign": {"$in": [row["_id"] for row in running]},
                "person": person,
                "state": int(DeliveryState.WAITING),
                "next_at": {"$gt": ms(at)},
            },
            ["campaign"],
        )
        for row in waiting:
            await self._wake(row["campaign"], [row["_id"]], at)

    async def forget_wake(self, person: int, channel: Channel, at: datetime) -> None:
        """Carried out; but the intent of a later install stays."""
        await self.collection("wakes").delete_one({"_id": f"{person} {channel}", "at": ms(at)})

    async def wake_reachable(self, campaign: CampaignId, channel: Channel, at: datetime) -> None:
        """People who can be reached by now wait no more."""
        waiting = {"campaign": campaign, "state": int(DeliveryState.WAITING)}
        people = await self.numbers("deliveries", waiting, "person")
        for page in pages(people):
            rows = await self.rows("people", {"_id": {"$in": list(page)}} | reachable(channel), [])
            deliveries = await self.rows("deliveries", waiting | {"person": {"$in": [row["_id"] for row in rows]}}, [])
            await self._wake(campaign, [row["_id"] for row in deliveries], at)

    async def _wake(self, campaign: int, ids: list[int], at: datetime) -> None:
        if not ids:
            return
        async with self.tallies.moving([campaign]) as moves:
            done = await self.collection("deliveries").update_many(
                {"_id": {"$in": ids}, "state": int(DeliveryState.WAITING)},
                {"$set": {"state": int(DeliveryState.PLANNED), "next_at": ms(at)}},
            )
            moves.add(campaign, state_path(DeliveryState.WAITING), -done.modified_count)
            moves.add(campaign, state_path(DeliveryState.PLANNED), done.modified_count)

    async def carry_out_left_wakes(self, now: datetime) -> None:
        """The intents of copies that died, and of those that are just now at it: twice is once."""
        for intent in await self.rows("wakes", {}):
            channel, at = Channel(intent["channel"]), instant(intent["at"])
            person = await self.collection("people").find_one({"_id": intent["person"]})
            left = FORGOTTEN
            if person is not None and works_on(person, channel):
                await self.carry_out_wake(person["tenant"], intent["person"], channel, at)
                left = AT_WORK
            if at < now - left:
                await self.collection("wakes").delete_one({"_id": intent["_id"], "at": intent["at"]})
