"""Presses and the people behind them, counted as they come."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from storage.instants import instant, ms
from storage.records import CampaignId, DeliveryState, Engagement, EngagementKind, PersonId
from storage.sqlite.engine import Engine

ANY = -1  #: the row that stands for any button

#: from these states on, the message may be in the person's chat
MAY_HAVE_ARRIVED = (DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED)


def _engage(
    db: sqlite3.Connection, campaign: int, person: int, kind: EngagementKind, button: int, at: datetime
) -> datetime | None:
    row = db.execute("SELECT state FROM delivery WHERE campaign = ? AND person = ?", (campaign, person)).fetchone()
    if row is None or row[0] not in MAY_HAVE_ARRIVED:
        return None
    first = at
    for target in (ANY, button):
        presses, first_at = db.execute(
            "INSERT INTO engagement (campaign, person, kind, button, first_at, presses) VALUES (?, ?, ?, ?, ?, 1)"
            " ON CONFLICT (campaign, person, kind, button) DO UPDATE SET presses = presses + 1"
            " RETURNING presses, first_at",
            (campaign, person, kind, target, ms(at)),
        ).fetchone()
        db.execute(
            "INSERT INTO engagement_tally (campaign, kind, button, people, presses, last_at) VALUES (?, ?, ?, 1, 1, ?)"
            " ON CONFLICT (campaign, kind, button) DO UPDATE SET people = people + ?, presses = presses + 1,"
            " last_at = max(last_at, excluded.last_at)",
            (campaign, kind, target, ms(at), int(presses == 1)),
        )
        first = instant(first_at)
    return first


class SqliteEngagements(Engine):
    async def engage(
        self, id: CampaignId, person: PersonId, kind: EngagementKind, button: int, at: datetime
    ) -> datetime | None:
        return await self.write(lambda db: _engage(db, id, person, kind, button, at))

    async def engagement(self, id: CampaignId) -> list[Engagement]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT kind, button, people, presses, last_at FROM engagement_tally WHERE campaign = ?"
                " ORDER BY kind, button",
                (id,),
            ).fetchall()
        )
        return [
            Engagement(
                kind=EngagementKind(kind),
                button=None if button == ANY else button,
                people=people,
                presses=presses,
                last_at=instant(last_at),
            )
            for kind, button, people, presses, last_at in rows
        ]
