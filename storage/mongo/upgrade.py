"""What was kept otherwise before, brought over when the store opens: engagement, and who cannot be reached."""

from __future__ import annotations

from pymongo import UpdateOne

from storage.mongo.engine import Document, Engine
from storage.records import Channel, DeliveryState, Engaged, EngagementKind, NotReached, Pressed
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


# --- who cannot be reached --------------------------------------------------------------------

#: what answers of the platform said of people, who were taken out by it
BELIEFS = [str(reason) for reason in (NotReached.BLOCKED, NotReached.GONE, NotReached.CHAT_LOST)]
REMOVED = str(NotReached.UNINSTALLED)
DONE = "beliefs"  #: the document in the schema's collection that says that removals have been told apart


async def bring_over_beliefs(engine: Engine) -> None:
    """An answer takes nobody out any more: who was taken out by one can be reached again, with what is known of it.

    Of a removal an answer tells by its text; an event, which still takes somebody out, has none. Twice is once.
    """
    told_apart = await engine.collection("schema").find_one({"_id": DONE}) is not None
    reasons = BELIEFS if told_apart else [*BELIEFS, REMOVED]
    people: list[tuple[Document, str]] = []
    for channel in Channel:
        where = f"references.{channel}.broken"
        rows = [row for reason in reasons for row in await engine.rows("people", {where: reason}, ["references"])]
        people += [(row, str(channel)) for row in rows]
    if people:
        refused = await _refused(engine)
        changes = [
            _belief(row, channel, refused.get(row["_id"], (None, False))[0])
            for row, channel in people
            if row["references"][channel]["broken"] != REMOVED or refused.get(row["_id"], (None, False))[1]
        ]
        if changes:
            await engine.collection("people").bulk_write(changes, ordered=False)
    if not told_apart:
        await engine.insert_new("schema", [{"_id": DONE}])


def _belief(row: Document, channel: str, at: int | None) -> UpdateOne:
    where, reason = f"references.{channel}", row["references"][channel]["broken"]
    believed = {f"{where}.broken": "", f"{where}.failed": reason, f"{where}.failed_at": at}
    return UpdateOne({"_id": row["_id"], f"{where}.broken": reason}, {"$set": believed})


async def _refused(engine: Engine) -> dict[int, tuple[int, bool]]:
    """When the platform last said of a person that they cannot be reached, and whether as one who has removed it."""
    refused: dict[int, tuple[int, bool]] = {}
    fields = ["person", "reason", "detail", "settled_at"]
    for campaign in await engine.rows("campaigns", {}, []):
        unreachable = {"campaign": campaign["_id"], "state": int(DeliveryState.UNREACHABLE)}
        async for page in engine.many("deliveries", unreachable, fields):
            for row in page:
                if row.get("detail"):
                    at, removed = refused.get(row["person"], (0, False))
                    refused[row["person"]] = (max(at, row["settled_at"]), removed or row["reason"] == REMOVED)
    return refused
