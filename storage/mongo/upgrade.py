"""Engagement as it was kept before: a document for each person and kind. Brought over when the store opens."""

from __future__ import annotations

from storage.mongo.engine import Document, Engine
from storage.records import Engaged, EngagementKind, Pressed
from storage.shared.engagement_json import bits_of, to_text

FORMER = {"record": {"$exists": False}}


async def bring_over(engine: Engine) -> None:
    """Idempotent, whatever died in between: what has been brought over stays as it is."""
    former: dict[tuple[int, int], list[Document]] = {}
    async for page in engine.many("engagements", FORMER, ["campaign", "kind", "presses", "buttons"]):
        for row in page:
            campaign, person = (int(part) for part in str(row["_id"]).split()[:2])
            former.setdefault((campaign, person), []).append(row)
    if not former:
        return
    whole = [_whole(campaign, person, rows) for (campaign, person), rows in former.items()]
    await engine.insert_new("engagements", [document for document in whole if document["kinds"]])
    await engine.collection("engagements").delete_many(FORMER)


def _whole(campaign: int, person: int, rows: list[Document]) -> Document:
    pressed = {
        (EngagementKind(row["kind"]), int(key[1:])): Pressed(
            one.get("first_at", one["last_at"]), one["last_at"], one["presses"]
        )
        for row in rows
        for key, one in row["buttons"].items()
    }
    if pressed:  # a person who pressed something had opened
        first = min(one.first for one in pressed.values())
        pressed.setdefault((EngagementKind.OPENED, 0), Pressed(first, first, 1))
    record = Engaged(pressed=pressed)
    return {
        "_id": f"{campaign} {person}",
        "campaign": campaign,
        "who": person,
        "kinds": bits_of(record),
        "record": to_text(record),
        "token": "",
    }
