"""What has come in: leased before it is done, marked after."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage.records import Arrival, Begun, Progress, Standing
from storage.records.instants import ms
from storage.sqlite.engine import Engine


def _begin(db: sqlite3.Connection, arrival: Arrival, holder: int, now: datetime, until: datetime) -> Begun:
    row = db.execute("SELECT posted, done, response, until FROM activity WHERE key = ?", (arrival.key,)).fetchone()
    if row is None:
        db.execute(
            "INSERT INTO activity (key, sender, told_at, began_at, until, holder) VALUES (?, ?, ?, ?, ?, ?)",
            (arrival.key, arrival.sender, ms(arrival.told_at), ms(now), ms(until), holder),
        )
        return Begun(standing=Standing.OURS)
    posted, done, response, leased_until = row
    if done:
        return Begun(standing=Standing.DONE, posted=posted, response=bytes(response))
    if leased_until > ms(now):
        return Begun(standing=Standing.AT_WORK)
    db.execute("UPDATE activity SET until = ?, holder = ? WHERE key = ?", (ms(until), holder, arrival.key))
    return Begun(standing=Standing.OURS, posted=posted)


def made_before(db: sqlite3.Connection, kind: str, cause: str) -> int | None:
    """The number of the record of this kind that the activity has made in an earlier run."""
    row = db.execute("SELECT json_extract(made, '$.' || ?) FROM activity WHERE key = ?", (kind, cause)).fetchone()
    return row[0] if row else None


def note_made(db: sqlite3.Connection, kind: str, cause: str, id: int) -> None:
    db.execute("UPDATE activity SET made = json_set(made, '$.' || ?, ?) WHERE key = ?", (kind, id, cause))


class SqliteActivities(Engine):
    async def begin_activity(self, arrival: Arrival, holder: int, now: datetime, until: datetime) -> Begun:
        return await self.write(lambda db: _begin(db, arrival, holder, now, until))

    async def keep_progress(self, progress: Sequence[Progress]) -> None:
        rows = [(one.posted, one.done, one.response, ms(one.until), one.key, one.holder) for one in progress]
        await self.write(
            lambda db: db.executemany(
                "UPDATE activity SET posted = ?, done = ?, response = ?, until = ?"
                " WHERE key = ? AND holder = ? AND NOT done",
                rows,
            )
        )

    async def made_by(self, cause: str, kind: str) -> int | None:
        return await self.read(lambda db: made_before(db, kind, cause)) if cause else None

    async def forget_activities(self, before: datetime, limit: int) -> int:
        return await self.write(
            lambda db: (
                db.execute(
                    "DELETE FROM activity WHERE key IN (SELECT key FROM activity WHERE began_at < ? LIMIT ?)",
                    (ms(before), limit),
                ).rowcount
            )
        )
