"""How many campaigns' messages a person gets in a week: counted before they leave."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from storage.records import MAY_HAVE_ARRIVED, CampaignId, Settled
from storage.sqlite.engine import Engine, as_json


def _admit(db: sqlite3.Connection, id: CampaignId, people: Sequence[int], week: int, limit: int) -> set[int]:
    asked = as_json(list(people))
    db.execute(
        "INSERT OR IGNORE INTO received (person, week, campaign) SELECT value, ?, ? FROM json_each(?) WHERE"
        " (SELECT count(*) FROM received r WHERE r.person = value AND r.week = ? AND r.campaign <> ?) < ?",
        (week, id, asked, week, id, limit),
    )
    rows = db.execute(
        "SELECT person FROM received WHERE person IN (SELECT value FROM json_each(?)) AND week = ? AND campaign = ?",
        (asked, week, id),
    )
    return {person for (person,) in rows}


def release(db: sqlite3.Connection, settled: Sequence[Settled]) -> None:
    """What was counted and has certainly not arrived counts no more."""
    gone = [(row.person, row.campaign) for row in settled if row.state.final and row.state not in MAY_HAVE_ARRIVED]
    if gone:
        db.executemany("DELETE FROM received WHERE person = ? AND campaign = ?", gone)


class SqliteWeeklyCap(Engine):
    async def admit(self, id: CampaignId, people: Sequence[int], week: int, limit: int) -> set[int]:
        return await self.write(lambda db: _admit(db, id, people, week, limit))

    async def had_enough(self, week: int, limit: int) -> Sequence[int]:
        query = "SELECT person FROM received WHERE week = ? GROUP BY person HAVING count(*) >= ? ORDER BY person"
        return await self.read(lambda db: array("q", (person for (person,) in db.execute(query, (week, limit)))))

    async def forget_weeks(self, before: int) -> None:
        await self.write(lambda db: db.execute("DELETE FROM received WHERE week < ?", (before,)))
