"""Results of a campaign, page by page, and the people who have not done something."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from storage.mongo.engagements import key_of
from storage.mongo.engine import Document, Engine
from storage.records import CampaignId, DeliveryState, EngagementKind, Left, NotReached, Recipient, Result
from storage.records.instants import instant
from storage.shared.engagement_json import bit_of, from_text
from storage.shared.presence_log import unpacked

NAMES = Recipient._fields[1:]
READ = 500  #: deliveries at a time that are looked through for those who are left


def _result_of(row: Document, person: Document, record: str | None) -> Result:
    return Result(
        person=Recipient(person["_id"], *(person[field] for field in NAMES)),
        state=DeliveryState(row["state"]),
        reason=NotReached(row["reason"]) if row["reason"] else None,
        detail=row.get("detail") or "",
        attempts=row["tries"],
        settled_at=instant(row["settled_at"]) if row.get("settled_at") else None,
        looks=tuple(unpacked(row.get("log") or [])),
        engaged=from_text(record),
    )


class MongoResults(Engine):
    async def results(self, id: CampaignId, after: int, limit: int, left: Left | None = None) -> list[Result]:
        rows = await (self._rows(id, after, limit) if left is None else self._left(id, after, limit, left))
        people = await self.by_id("people", [row["person"] for row in rows], NAMES)
        keys = {row["person"]: key_of(id, row["person"]) for row in rows}
        records = await self.by_id("engagements", list(keys.values()), ["record"])
        return [
            _result_of(row, people[row["person"]], records.get(keys[row["person"]], {}).get("record"))
            for row in rows
            if row["person"] in people
        ]

    async def _rows(self, id: CampaignId, after: int, limit: int, **more: Any) -> list[Document]:
        return await self.rows(
            "deliveries",
            {"campaign": id, "person": {"$gt": after}, **more},
            ["person", "state", "reason", "detail", "tries", "settled_at", "log"],
            sort=[("campaign", 1), ("person", 1)],
            limit=limit,
        )

    async def _left(self, id: CampaignId, after: int, limit: int, left: Left) -> list[Document]:
        """What they did stands in other documents: deliveries are read on until enough are left."""
        delivered = int(DeliveryState.DELIVERED)
        if left.kind is None:
            return await self._rows(id, after, limit, state={"$ne": delivered})
        bit, enough = bit_of(left.kind), list[Document]()
        while len(enough) < limit:
            rows = await self._rows(id, after, READ, state=delivered)
            keys = {row["person"]: key_of(id, row["person"]) for row in rows}
            did = await self.by_id("engagements", list(keys.values()), ["kinds"])
            enough += [row for row in rows if not did.get(keys[row["person"]], {}).get("kinds", 0) & bit]
            if len(rows) < READ:
                break
            after = rows[-1]["person"]
        return enough[:limit]

    async def people_without(self, id: CampaignId, kind: EngagementKind) -> Sequence[int]:
        delivered = {"campaign": id, "state": int(DeliveryState.DELIVERED)}
        people = await self.numbers("deliveries", delivered, "person")
        did = set[int]()
        async for page in self.many("engagements", {"campaign": id}, ["who", "kinds"]):
            did.update(row["who"] for row in page if row["kinds"] & bit_of(kind))
        return array("q", sorted(person for person in people if person not in did))
