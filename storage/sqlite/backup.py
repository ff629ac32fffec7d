"""Backups of the file while it is used, and what has to be doubted when one comes back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.records import CampaignId, DeliveryState, NotReached, StorageError
from storage.records.instants import ms
from storage.shared.backup import CHANGEABLE, SKIPPED, TAKEN, mark
from storage.sqlite.counters import move
from storage.sqlite.deliveries import OPEN, REAP
from storage.sqlite.engine import READER_CACHE, Engine, connected
from storage.sqlite.private import new_private

NUMBERED = ("campaign", "list", "template", "installation", "audit")  #: tables whose numbers are never given twice


def _doubt(db: sqlite3.Connection, id: CampaignId, now: datetime) -> int:
    rows = db.execute(
        f"SELECT id, state FROM delivery WHERE campaign = ? AND {OPEN} AND (state <> ? OR next_at <= ?) LIMIT ?",
        (id, DeliveryState.PLANNED, ms(now), REAP),
    ).fetchall()
    final, why = DeliveryState.UNCONFIRMED, NotReached.RESTORED
    db.executemany(
        "UPDATE delivery SET state = ?, reason = ?, settled_at = ?, holder = NULL WHERE id = ?",
        [(final, why, ms(now), delivery) for delivery, _ in rows],
    )
    counts = Counter[tuple[int, str]]({(final, why): len(rows)})
    counts.subtract(Counter((state, "") for _, state in rows))
    move(db, id, counts)
    return len(rows)


def _skip(db: sqlite3.Connection) -> None:
    for table in NUMBERED:
        known = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        db.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, (known[0] if known else 0) + SKIPPED)
        )
    # nor do the versions of what can still be edited: a card of later days shows something else
    db.execute(
        "UPDATE campaign SET version = version + ?1, record = json_set(record, '$.version', version + ?1)"
        " WHERE state IN (?2, ?3, ?4)",
        (SKIPPED, *CHANGEABLE),
    )
    # the number of the next person is one above the highest: a blank row holds that place
    db.execute("INSERT INTO person (id, tenant) SELECT coalesce(max(id), 0) + ?, '' FROM person", (SKIPPED,))


class SqliteBackup(Engine):
    async def backup(self, target: Path) -> None:
        await asyncio.to_thread(self._backup, target)

    def _backup(self, target: Path) -> None:
        """The file gets its name when it is whole, and carries the mark of a backup."""
        part = target.with_name(f"{target.name}.part")
        try:
            if target.exists():
                raise StorageError(f"{target} is there already")
            part.unlink(missing_ok=True)
            new_private(part)
            with closing(connected(self._path, READER_CACHE)) as source, closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
                copy.execute(
                    "INSERT OR REPLACE INTO document (key, etag, json) VALUES (?, 1, ?)",
                    (TAKEN, mark(datetime.now(UTC))),
                )
                copy.commit()
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.rename(target)
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise StorageError(f"the backup was not made: {error}") from error

    async def doubt(self, id: CampaignId, now: datetime) -> int:
        return await self.write(lambda db: _doubt(db, id, now))

    async def skip_numbers(self) -> None:
        await self.write(_skip)
