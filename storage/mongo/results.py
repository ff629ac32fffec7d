"""Results of a campaign, page by page, and the people who have not done something."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from storage.mongo.engagements import key_of
from storage.mongo.engine import Document, Engine
from storage.mongo.mapping import person_of
from storage.records import CampaignId, DeliveryState, EngagementKind, NotReached, Result
from storage.records.instants import instant
from storage.shared.engagement_json import bit_of, from_text
from storage.shared.presence_log import unpacked


def _result_of(row: Document, person: Document, record: str | None) -> Result:
    return Result(
        person=person_of(person),
        state=DeliveryState(row["state"]),
        reason=NotReached(row["reason"]) if row["reason"] else None,
        detail=row.get("detail") or "",
        attempts=row["tries"],
        settled_at=instant(row["settled_at"]) if row.get("settled_at") else None,
        looks=tuple(unpacked(row.get("log") or [])),
        engaged=from_text(record),
    )


class MongoResults(Engine):
    async def results(self, id: CampaignId, after: int, limit: int) -> list[Result]:
        rows = await self.rows(
            "deliveries",
            {"campaign": id, "person": {"$gt": after}},
            ["person", "state", "reason", "detail", "tries", "settled_at", "log"],
            sort=[("campaign", 1), ("person", 1)],
            limit=limit,
        )
        people = await self.by_id("people", [row["person"] for row in rows])
        keys = {row["person"]: key_of(id, row["person"]) for row in rows}
        records = await self.by_id("engagements", list(keys.values()), ["record"])
        return [
            _result_of(row, people[row["person"]], records.get(keys[row["person"]], {}).get("record"))
            for row in rows
            if row["person"] in people
        ]

    async def people_without(self, id: CampaignId, kind: EngagementKind) -> Sequence[int]:
        delivered = {"campaign": id, "state": int(DeliveryState.DELIVERED)}
        people = await self.numbers("deliveries", delivered, "person")
        did = set[int]()
        async for page in self.many("engagements", {"campaign": id}, ["who", "kinds"]):
            did.update(row["who"] for row in page if row["kinds"] & bit_of(kind))
        return array("q", sorted(person for person in people if person not in did))
