"""What is kept of a person, and its erasure: their number stays, so that figures do; nothing else does."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from storage.records import AuditEntry, CannotErase, DeliveryState, PersonId, Role, TenantId
from storage.shared.erasure import NOBODYS, without
from storage.sqlite.audit import add
from storage.sqlite.engine import READER_CACHE, Engine, as_json, connected

EntryOf = Callable[[TenantId, PersonId], AuditEntry]

#: what is shown of each table, by the column in which the person stands
SHOWN = {
    "person": "id",
    "address": "person",
    "reference": "person",
    "list_member": "person",
    "delivery": "person",
    "engaged": "who",
    "received": "person",
    "template": "owner",
}
_SOMEBODYS = " AND ".join(f"key NOT LIKE '{beginning}%'" for beginning in NOBODYS)
_IN = "IN (SELECT value FROM json_each(?))"


def _rows(db: sqlite3.Connection, query: str, *values: object) -> list[dict[str, Any]]:
    cursor = db.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _people(db: sqlite3.Connection, address: str) -> list[int]:
    """The people with this address in any organisation, and the stand-ins that were merged into them."""
    if not address:  # as many have none
        return []
    rows = db.execute(
        "WITH led AS (SELECT DISTINCT tenant, person FROM address WHERE address = ?)"
        " SELECT person FROM led UNION SELECT id FROM person WHERE address = ?"
        " UNION SELECT p.id FROM led JOIN address a ON a.person = led.person"
        " JOIN person p ON p.tenant = a.tenant AND p.address = a.address",
        (address.lower(), address.lower()),
    )
    return [person for (person,) in rows]


def _refuse(db: sqlite3.Connection, people: str) -> None:
    open_in = db.execute(
        f"SELECT DISTINCT campaign FROM delivery WHERE person {_IN} AND state < ? ORDER BY 1",
        (people, DeliveryState.DELIVERED),
    ).fetchall()
    if open_in:
        raise CannotErase("receives", [campaign for (campaign,) in open_in])
    at_work = db.execute(
        f"SELECT id FROM campaign WHERE author {_IN} AND state IN ('scheduled', 'running') ORDER BY 1", (people,)
    ).fetchall()
    if at_work:
        raise CannotErase("sends", [campaign for (campaign,) in at_work])
    last_owner = db.execute(
        f"SELECT 1 FROM person p WHERE p.id {_IN} AND p.role = ? AND NOT EXISTS (SELECT 1 FROM person o"
        f" WHERE o.tenant = p.tenant AND o.role = p.role AND o.id NOT {_IN})",
        (people, Role.OWNER, people),
    ).fetchone()
    if last_owner:
        raise CannotErase("owns", [])


def _erase(db: sqlite3.Connection, address: str, entry_of: EntryOf) -> list[tuple[TenantId, PersonId]]:
    db.execute("PRAGMA secure_delete = ON")
    people = as_json(_people(db, address))
    rows = db.execute(f"SELECT tenant, id FROM person WHERE id {_IN}", (people,)).fetchall()
    _refuse(db, people)
    _forget_documents(db, people, address)
    db.execute(
        "UPDATE list SET size = size - (SELECT count(*) FROM list_member m WHERE m.list = list.id"
        f" AND m.person {_IN}) WHERE id IN (SELECT list FROM list_member WHERE person {_IN})",
        (people, people),
    )
    for table in ("list_member", "reference", "address", "received"):
        db.execute(f"DELETE FROM {table} WHERE person {_IN}", (people,))
    db.execute("DELETE FROM activity")  # who did something of late, and what they and others were answered
    db.execute(f"DELETE FROM template WHERE owner {_IN} AND NOT shared", (people,))  # nobody else ever saw them
    db.execute(f"UPDATE delivery SET activity = NULL, columns = NULL, detail = NULL WHERE person {_IN}", (people,))
    db.execute(
        "UPDATE person SET address = '', directory_id = '', given_name = '', surname = '', name = '', locale = '',"
        f" language = '', zone = '', department = '', role = NULL, muted = 0, guest = 0 WHERE id {_IN}",
        (people,),
    )
    for tenant, id in rows:
        add(db, entry_of(tenant, id))
    return [(tenant, id) for tenant, id in rows]


def _forget_documents(db: sqlite3.Connection, people: str, address: str) -> None:
    """The chats' own memory, and whatever else was noted with one of the names under which they are known."""
    names = db.execute(
        f"SELECT conversation FROM reference WHERE person {_IN} UNION SELECT user FROM reference WHERE person {_IN}"
        f" UNION SELECT address FROM address WHERE person {_IN} UNION SELECT directory_id FROM person WHERE id {_IN}",
        (people,) * 4,
    )
    wanted = {address.lower(), *(name.lower() for (name,) in names)} - {""}
    for name in wanted:
        rows = db.execute(
            f"SELECT key, json FROM document WHERE {_SOMEBODYS} AND"
            " (instr(lower(key), ?) OR instr(lower(CAST(json AS TEXT)), ?))",
            (name, name),
        ).fetchall()
        for key, json in rows:
            left = without(key, json, wanted)
            if left is None:
                db.execute("DELETE FROM document WHERE key = ?", (key,))
            else:
                db.execute("UPDATE document SET json = ?, etag = etag + 1 WHERE key = ?", (left, key))


class SqliteErasure(Engine):
    async def kept_of(self, address: str) -> list[dict[str, Any]]:
        def query(db: sqlite3.Connection) -> list[dict[str, Any]]:
            return [
                {
                    table: _rows(db, f"SELECT * FROM {table} WHERE {column} = ?", person)
                    for table, column in SHOWN.items()
                }
                for person in _people(db, address)
            ]

        return await self.read(query)

    async def erase(self, address: str, entry_of: EntryOf) -> list[tuple[TenantId, PersonId]]:
        erased = await self.write(lambda db: _erase(db, address, entry_of))
        await asyncio.to_thread(self._scrub)  # also after a death in between: the next call does it
        return erased

    def _scrub(self) -> None:
        """Rewrite the file: what was deleted stood in its pages and in its log until here."""
        with closing(connected(self._path, READER_CACHE)) as db:
            try:
                db.execute("VACUUM")
                busy: Sequence[int] = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                raise CannotErase("busy", []) from error
            if busy[0]:
                raise CannotErase("busy", [])
