"""What has come in: leased before it is done, marked after. The key is the document's, so two copies agree on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import UpdateOne

from storage.mongo.engine import Engine
from storage.records import Arrival, Begun, Progress, Standing
from storage.records.instants import ms

ACTIVITIES = "activities"


class MongoActivities(Engine):
    async def begin_activity(self, arrival: Arrival, holder: int, now: datetime, until: datetime) -> Begun:
        new = {
            "_id": arrival.key,
            "sender": arrival.sender,
            "told_at": ms(arrival.told_at),
            "began_at": ms(now),
            "until": ms(until),
            "holder": holder,
            "posted": 0,
            "done": False,
            "response": b"",
            "made": {},
        }
        while not await self.inserted(ACTIVITIES, new):
            row = await self.collection(ACTIVITIES).find_one({"_id": arrival.key})
            if row is None:  # it has just been forgotten
                continue
            if row["holder"] == holder:  # the driver has repeated a write that had come through
                return Begun(standing=Standing.OURS, posted=row["posted"])
            if row["done"]:
                return Begun(standing=Standing.DONE, posted=row["posted"], response=bytes(row["response"]))
            if row["until"] > ms(now):
                return Begun(standing=Standing.AT_WORK)
            taken = await self.collection(ACTIVITIES).update_one(
                {"_id": arrival.key, "holder": row["holder"], "done": False},
                {"$set": {"holder": holder, "until": ms(until)}},
            )
            if taken.matched_count:
                return Begun(standing=Standing.OURS, posted=row["posted"])
        return Begun(standing=Standing.OURS)

    async def keep_progress(self, progress: Sequence[Progress]) -> None:
        changes = [
            UpdateOne(
                {"_id": one.key, "holder": one.holder, "done": False},
                {
                    "$set": {
                        "posted": one.posted,
                        "done": one.done,
                        "response": one.response,
                        "until": ms(one.until),
                    }
                },
            )
            for one in progress
        ]
        if changes:
            await self.collection(ACTIVITIES).bulk_write(changes, ordered=False)

    async def made_by(self, cause: str, kind: str) -> int | None:
        row = await self.collection(ACTIVITIES).find_one({"_id": cause}, {"made": 1}) if cause else None
        return row["made"].get(kind) if row else None

    async def forget_activities(self, before: datetime, limit: int) -> int:
        rows = await self.rows(ACTIVITIES, {"began_at": {"$lt": ms(before)}}, [], limit=limit)
        if not rows:
            return 0
        done = await self.collection(ACTIVITIES).delete_many({"_id": {"$in": [row["_id"] for row in rows]}})
        return int(done.deleted_count)

    async def own_number(self, kind: str, cause: str, made_as: str = "") -> int:
        """A number for a new record; a run that follows on a death gets that of the run before.

        ``made_as``: tells it from others of its kind that the same activity makes.
        """
        (id,) = await self.ids(kind)
        if not cause:
            return id
        made_as = made_as or kind
        path = f"made.{made_as}"
        noted = await self.collection(ACTIVITIES).update_one(
            {"_id": cause, path: {"$exists": False}}, {"$set": {path: id}}
        )
        if not noted.matched_count:
            row = await self.collection(ACTIVITIES).find_one({"_id": cause})
            id = row["made"].get(made_as, id) if row else id
        return id
