"""How many campaigns' messages a person gets in a week: a document each, counted before they leave.

The count and what is counted stand in one document, so one write changes both or neither.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from storage.mongo.engine import Engine, pages
from storage.records import MAY_HAVE_ARRIVED, CampaignId, Settled


class MongoWeeklyCap(Engine):
    async def admit(self, id: CampaignId, people: Sequence[int], week: int, limit: int) -> set[int]:
        counted = f"campaigns.c{id}"
        admitted: set[int] = set()
        for page in pages(list(people)):
            keys = {f"{week} {person}": person for person in page}
            await self.insert_new(
                "received",
                [
                    {"_id": key, "week": week, "person": person, "count": 0, "campaigns": {}}
                    for key, person in keys.items()
                ],
            )
            await self.collection("received").update_many(
                {"_id": {"$in": list(keys)}, counted: {"$exists": False}, "count": {"$lt": limit}},
                {"$set": {counted: True}, "$inc": {"count": 1}},
            )
            rows = await self.rows("received", {"_id": {"$in": list(keys)}}, ["campaigns"])
            admitted.update(keys[row["_id"]] for row in rows if f"c{id}" in row["campaigns"])
        return admitted

    async def release(self, settled: Iterable[Settled]) -> None:
        """What was counted and has certainly not arrived counts no more."""
        gone: dict[int, list[int]] = {}
        for row in settled:
            if row.state.final and row.state not in MAY_HAVE_ARRIVED:
                gone.setdefault(row.campaign, []).append(row.person)
        for campaign, people in gone.items():
            counted = f"campaigns.c{campaign}"
            await self.collection("received").update_many(
                {"person": {"$in": people}, counted: {"$exists": True}},
                {"$unset": {counted: ""}, "$inc": {"count": -1}},
            )

    async def had_enough(self, week: int, limit: int) -> Sequence[int]:
        people = await self.numbers("received", {"week": week, "count": {"$gte": limit}}, "person")
        return array("q", sorted(people))

    async def forget_weeks(self, before: int) -> None:
        await self.collection("received").delete_many({"week": {"$lt": before}})
