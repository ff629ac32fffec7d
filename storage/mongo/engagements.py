"""Presses and the people behind them: a document for each recipient, totals as tallies.py keeps them.

What becomes of a document is worked out here, and written if it still is the one that was read: each
write leaves a token of its own in it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import PyMongoError

from storage.mongo.counters import Counts as Paths
from storage.mongo.counters import Tallies, TallyChanges
from storage.mongo.engine import Document, token
from storage.mongo.upgrade import bring_over
from storage.mongo.wake_intents import LEAVE, WakeIntents, profile_path
from storage.records import (
    MAY_HAVE_ARRIVED,
    NOTHING,
    CampaignId,
    Channel,
    Counts,
    DeliveryState,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Person,
    PersonId,
    Press,
    Received,
)
from storage.records.instants import instant, ms
from storage.shared.engagement_json import after_all, bits_of, from_text, hour_instant, newly, to_text

ANY = "any"  #: the key that stands for any button
_PLACE = {kind: place for place, kind in enumerate(EngagementKind)}


def key_of(campaign: int, who: int) -> str:
    return f"{campaign} {who}"


def _button(button: int | None) -> str:
    """A field's name: one that looks like a number would be taken for a place in an array."""
    return ANY if button is None else f"b{button}"


def _paths(counts: Counts) -> tuple[dict[str, int], dict[str, int]]:
    """The fields of a tally that counts add to, and those of which the greatest is kept."""
    added, latest = dict[str, int](), dict[str, int]()
    for key in counts.presses.keys() | counts.people.keys():
        kind, button = key
        path = f"{kind}.{_button(button)}"
        added[f"{path}.people"] = counts.people.get(key, 0)
        added[f"{path}.presses"] = counts.presses.get(key, 0)
        latest[f"{path}.last_at"] = counts.latest[key]
    for (kind, hour), people in counts.hours.items():
        added[f"hours.{kind}.h{hour}"] = people
    return added, latest


class MongoEngagements(WakeIntents):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.totals = Tallies(self, "engagement_tallies", self._count_engagement)

    async def open(self) -> None:
        await super().open()
        await bring_over(self)
        await self.totals.heal_all()

    async def close(self) -> None:
        if self.is_open:
            with contextlib.suppress(PyMongoError, TimeoutError):
                await asyncio.wait_for(self.totals.leave(), LEAVE)
        await super().close()

    async def _count_engagement(self, campaign: int) -> Paths:
        counts = Counts()
        by_profile = Counter[str]()
        async for page in self.many("engagements", {"campaign": campaign}, ["who", "record", "profile"]):
            for row in page:
                record = from_text(row["record"])
                counts.add(record, row["who"])
                for kind in newly(NOTHING, record) if row.get("profile") else ():
                    by_profile[profile_path(row["profile"], kind)] += 1
        added, latest = _paths(counts)
        return {**added, **latest, **by_profile}

    # --- counting -----------------------------------------------------------------------------

    async def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        groups: dict[str, list[Press]] = {}
        of_recipients, profiles = await self._of_recipients(presses)
        for press in of_recipients:
            groups.setdefault(key_of(press.campaign, press.who), []).append(press)
        records: dict[str, Engaged] = {}
        if groups:
            async with self.totals.moving({group[0].campaign for group in groups.values()}) as moves:
                while left := {key: group for key, group in groups.items() if key not in records}:
                    records |= await self._engage(left, moves, profiles)
        return [records.get(key_of(press.campaign, press.who)) for press in presses]

    async def _of_recipients(self, presses: Sequence[Press]) -> tuple[list[Press], dict[str, int]]:
        """Those of pseudonyms and of nobody in particular, and of people whom the message may have reached; the
        profiles of these, by the key of what they did.
        """
        people: dict[CampaignId, set[int]] = {}
        for press in presses:
            if press.who > 0:
                people.setdefault(press.campaign, set()).add(press.who)
        recipients: set[tuple[int, int]] = set()
        profiles: dict[str, int] = {}
        for campaign, some in people.items():
            rows = await self.rows(
                "deliveries", {"campaign": campaign, "person": {"$in": sorted(some)}}, ["person", "state", "profile"]
            )
            profiles |= {key_of(campaign, row["person"]): row["profile"] for row in rows if row.get("profile")}
            recipients |= {(campaign, row["person"]) for row in rows if row["state"] in MAY_HAVE_ARRIVED}
        theirs = [press for press in presses if press.who <= 0 or (press.campaign, press.who) in recipients]
        return theirs, profiles

    async def _engage(
        self, groups: dict[str, list[Press]], moves: TallyChanges, profiles: dict[str, int]
    ) -> dict[str, Engaged]:
        """Count what these did; the records of those whose document nobody else wrote meanwhile."""
        documents = await self._documents(groups, profiles)
        records: dict[str, Engaged] = {}

        async def count(key: str, group: list[Press]) -> None:
            before = from_text(documents[key]["record"])
            change = Counts()
            after = after_all(before, group[0].who, group, change)
            if after == before or await self._replace_record(documents[key], after):
                records[key] = after
                _move(moves, group[0].campaign, change)
                if profile := documents[key].get("profile"):
                    for kind in newly(before, after):
                        moves.add(group[0].campaign, profile_path(profile, kind), 1)

        await asyncio.gather(*(count(key, group) for key, group in groups.items()))
        return records

    async def _replace_record(self, document: Document, record: Engaged) -> bool:
        """Compare and set; whether the document still was the one that was read."""
        change = {"kinds": bits_of(record), "record": to_text(record), "token": token()}
        done = await self.collection("engagements").update_one(
            {"_id": document["_id"], "token": document["token"]}, {"$set": change}
        )
        return done.matched_count == 1

    async def _documents(self, groups: dict[str, list[Press]], profiles: dict[str, int]) -> dict[str, Document]:
        documents = await self.by_id("engagements", list(groups))
        if missing := [key for key in groups if key not in documents]:
            blank = [
                {
                    "_id": key,
                    "campaign": groups[key][0].campaign,
                    "who": groups[key][0].who,
                    "kinds": 0,
                    "record": "",
                    "token": "",
                    **({"profile": profiles[key]} if key in profiles else {}),
                }
                for key in missing
            ]
            await self.insert_new("engagements", blank)
            documents |= await self.by_id("engagements", missing)
        return documents

    # --- reading ------------------------------------------------------------------------------

    async def engagement(self, id: CampaignId) -> list[Engagement]:
        counts = await self.totals.read(id)
        rows = [
            Engagement(
                kind=EngagementKind(kind),
                button=None if key == ANY else int(key[1:]),
                people=total.get("people", 0),
                presses=total.get("presses", 0),
                last_at=instant(total["last_at"]),
            )
            for kind, buttons in counts.items()
            if kind not in ("hours", "profiles")
            for key, total in buttons.items()
        ]
        return sorted(rows, key=lambda row: (_PLACE[row.kind], -1 if row.button is None else row.button))

    async def engagement_by_hour(self, id: CampaignId) -> list[EngagedInHour]:
        counts = await self.totals.read(id)
        rows = [
            EngagedInHour(kind=EngagementKind(kind), hour=hour_instant(int(key[1:])), people=people)
            for kind, hours in counts.get("hours", {}).items()
            for key, people in hours.items()
            if people > 0
        ]
        return sorted(rows, key=lambda row: (_PLACE[row.kind], row.hour))

    async def received(self, person: Person, channel: Channel, now: datetime) -> list[Received]:
        campaigns = await self.rows(
            "campaigns",
            {"tenant": person.tenant, "channel": str(channel), "closes_at": {"$gt": ms(now)}},
            ["anonymous"],
        )
        anonymous = {row["_id"]: row.get("anonymous", False) for row in campaigns}
        rows = await self.rows(
            "deliveries",
            {"campaign": {"$in": list(anonymous)}, "person": person.id},
            ["campaign", "state", "activity", "settled_at", "next_at"],
        )
        rows = [row for row in rows if row["state"] in MAY_HAVE_ARRIVED]
        documents = await self.by_id("engagements", [key_of(row["campaign"], person.id) for row in rows], ["record"])
        messages = [_received(row, person.id, anonymous[row["campaign"]], documents) for row in rows]
        return sorted(messages, key=lambda one: (one.at, one.campaign), reverse=True)


def _received(row: Document, person: PersonId, anonymous: bool, documents: dict[str, Document]) -> Received:
    document = documents.get(key_of(row["campaign"], person))
    return Received(
        campaign=row["campaign"],
        person=person,
        activity=row.get("activity") or "",
        arrived=row["state"] != DeliveryState.SENDING,
        at=instant(row.get("settled_at") or row["next_at"]),
        anonymous=anonymous,
        opened=document is not None and from_text(document["record"]).has(EngagementKind.OPENED),
    )


def _move(moves: TallyChanges, campaign: int, change: Counts) -> None:
    added, latest = _paths(change)
    for path, count in added.items():
        moves.add(campaign, path, count)
    kept = moves.latest.setdefault(campaign, {})
    for path, at in latest.items():
        kept[path] = max(at, kept.get(path, at))
