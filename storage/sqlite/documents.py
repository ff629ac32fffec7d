"""Small JSON documents with etags, and secrets."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from storage.records import Noted, StaleVersion
from storage.sqlite.audit import note
from storage.sqlite.engine import Engine


def _write(db: sqlite3.Connection, documents: Mapping[str, tuple[str | None, bytes]]) -> None:
    for key, (etag, json) in documents.items():
        row = db.execute("SELECT etag FROM document WHERE key = ?", (key,)).fetchone()
        if etag is not None and etag != (str(row[0]) if row else ""):
            raise StaleVersion(f"document {key} has changed")
        db.execute(
            "INSERT INTO document (key, etag, json) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET etag = etag + 1, json = excluded.json",
            # not from 1 on: a document that is written again after it went is another one
            (key, secrets.randbits(48), json),
        )


def _secret(db: sqlite3.Connection, name: str) -> bytes:
    db.execute("INSERT OR IGNORE INTO secret (name, value) VALUES (?, ?)", (name, secrets.token_bytes(32)))
    value: bytes = db.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()[0]
    return value


class SqliteDocuments(Engine):
    async def read_documents(self, keys: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        wanted = list(keys)
        marks = ", ".join("?" * len(wanted))
        rows = await self.read(
            lambda db: db.execute(f"SELECT key, etag, json FROM document WHERE key IN ({marks})", wanted).fetchall()
        )
        return {key: (str(etag), json) for key, etag, json in rows}

    async def write_documents(
        self, documents: Mapping[str, tuple[str | None, bytes]], *, noted: Sequence[Noted] = ()
    ) -> None:
        def change(db: sqlite3.Connection) -> None:
            _write(db, documents)
            for one in noted:
                note(db, one)

        await self.write(change)

    async def delete_documents(self, keys: Iterable[str]) -> None:
        rows = [(key,) for key in keys]
        await self.write(lambda db: db.executemany("DELETE FROM document WHERE key = ?", rows))

    async def secret(self, name: str) -> bytes:
        return await self.write(lambda db: _secret(db, name))
