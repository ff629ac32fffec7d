"""Presses and the people behind them: a document per person and kind, totals as tallies.py keeps them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pymongo.errors import PyMongoError

from storage.instants import instant, ms
from storage.mongo.engine import Document
from storage.mongo.tallies import Counts, Moves, Tallies
from storage.mongo.waking import LEAVE, Waking
from storage.records import CampaignId, DeliveryState, Engagement, EngagementKind, PersonId

ANY = "any"  #: the key that stands for any button

#: from these states on, the message may be in the person's chat
MAY_HAVE_ARRIVED = (DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED)


def _key(button: int) -> str:
    """A field's name: one that looks like a number would be taken for a place in an array."""
    return f"b{button}"


def _totals(row: Document) -> Iterator[tuple[str, Document]]:
    """(path of the total, presses and last_at) that one person's document adds to."""
    yield f"{row['kind']}.{ANY}", row
    for key, pressed in row["buttons"].items():
        yield f"{row['kind']}.{key}", pressed


class MongoEngagements(Waking):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.totals = Tallies(self, "engagement_tallies", self._count_engagement)

    async def open(self) -> None:
        await super().open()
        await self.totals.heal_all()

    async def close(self) -> None:
        if self.is_open:
            with contextlib.suppress(PyMongoError, TimeoutError):
                await asyncio.wait_for(self.totals.leave(), LEAVE)
        await super().close()

    async def _count_engagement(self, campaign: int) -> Counts:
        people, presses, latest = Counter[str](), Counter[str](), dict[str, int]()
        # a death between a document and its first press leaves one of nobody who pressed
        pressed_ones = {"campaign": campaign, "presses": {"$gt": 0}}
        async for page in self.many("engagements", pressed_ones, ["kind", "presses", "last_at", "buttons"]):
            for row in page:
                for path, pressed in _totals(row):
                    people[f"{path}.people"] += 1
                    presses[f"{path}.presses"] += pressed["presses"]
                    latest[f"{path}.last_at"] = max(latest.get(f"{path}.last_at", 0), pressed["last_at"])
        return {**people, **presses, **latest}

    async def engage(
        self, id: CampaignId, person: PersonId, kind: EngagementKind, button: int, at: datetime
    ) -> datetime | None:
        delivery = await self.collection("deliveries").find_one({"campaign": id, "person": person}, {"state": 1})
        if delivery is None or delivery["state"] not in MAY_HAVE_ARRIVED:
            return None
        async with self.totals.moving([id]) as moves:
            before = await self._press(id, person, kind, button, at)
            _count(moves, id, f"{kind}.{ANY}", before["presses"] == 0, at)
            pressed = before["buttons"].get(_key(button))
            _count(moves, id, f"{kind}.{_key(button)}", pressed is None, at)
        return instant(min(pressed["first_at"], ms(at))) if pressed else at

    async def _press(self, id: int, person: int, kind: EngagementKind, button: int, at: datetime) -> Document:
        """Count a press in the person's own document; gives it as it was before."""
        engagements, key, button_at = self.collection("engagements"), f"{id} {person} {kind}", f"buttons.{_key(button)}"
        await self.inserted(
            "engagements",
            {"_id": key, "campaign": id, "kind": str(kind), "presses": 0, "last_at": 0, "buttons": {}},
        )
        before = await engagements.find_one_and_update(
            {"_id": key},
            {
                "$inc": {"presses": 1, f"{button_at}.presses": 1},
                "$min": {f"{button_at}.first_at": ms(at)},
                "$max": {"last_at": ms(at), f"{button_at}.last_at": ms(at)},
            },
        )
        assert before is not None
        return before

    async def engagement(self, id: CampaignId) -> list[Engagement]:
        found = []
        for kind, buttons in (await self.totals.read(id)).items():
            for key, total in buttons.items():
                found.append(
                    Engagement(
                        kind=EngagementKind(kind),
                        button=None if key == ANY else int(key[1:]),
                        people=total["people"],
                        presses=total["presses"],
                        last_at=instant(total["last_at"]),
                    )
                )
        return sorted(found, key=lambda row: (row.kind, -1 if row.button is None else row.button))


def _count(moves: Moves, campaign: int, path: str, first: bool, at: datetime) -> None:
    moves.add(campaign, f"{path}.people", int(first))
    moves.add(campaign, f"{path}.presses", 1)
    moves.latest.setdefault(campaign, {})[f"{path}.last_at"] = ms(at)
