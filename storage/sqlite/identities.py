"""What leads to a person: the directory's id, a channel's id, addresses; and people who turn out to be one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage.records import Sighting
from storage.records.instants import ms
from storage.sqlite.engine import as_json

#: with the index's own condition: SQLite uses it only for that
IN_DIRECTORY = "SELECT id FROM person WHERE tenant = ? AND directory_id = ? AND directory_id <> ''"


def identify(db: sqlite3.Connection, seen: Sighting) -> int:
    """The person behind a sighting: by directory id, then by the channel's id, then by address."""
    questions: list[tuple[str, tuple[str, ...]]] = []
    if seen.directory_id:
        questions.append((IN_DIRECTORY, (seen.tenant, seen.directory_id.lower())))
    questions.append(
        (
            "SELECT person FROM reference WHERE tenant = ? AND channel = ? AND user = ?",
            (seen.tenant, seen.channel, seen.user),
        )
    )
    questions += [
        # an address that already belongs to another directory identity is not this person
        (
            "SELECT p.id FROM address a JOIN person p ON p.id = a.person"
            " WHERE a.tenant = ? AND a.address = ? AND (? = '' OR p.directory_id IN ('', ?))",
            (seen.tenant, address.lower(), seen.directory_id, seen.directory_id.lower()),
        )
        for address in seen.addresses
    ]
    for sql, values in questions:
        row = db.execute(sql, values).fetchone()
        if row:
            return int(row[0])
    cursor = db.execute("INSERT INTO person (tenant) VALUES (?)", (seen.tenant,))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def lead_here(db: sqlite3.Connection, person: int, tenant: str, addresses: Sequence[str], at: datetime) -> None:
    """The directory says that these addresses are this person's: they lead to nobody else from here on.

    A former owner is looked up again; until then, somebody's first address stays theirs where it is another's second.
    Where one of them is news, those that are not among them are given up; else the directory may only have said less
    than before.
    """
    wanted = [address.lower() for address in addresses]
    held = dict(
        db.execute(
            "SELECT address, person FROM address WHERE tenant = ? AND address IN (SELECT value FROM json_each(?))",
            (tenant, as_json(wanted)),
        ).fetchall()
    )
    new = [address for address in wanted if held.get(address) != person]
    if not new:
        return
    db.execute(  # but for those by which another channel knows the person
        "DELETE FROM address WHERE tenant = ?3 AND address IN (SELECT address FROM address WHERE person = ?1)"
        " AND address NOT IN (SELECT value FROM json_each(?2)) AND NOT EXISTS"
        " (SELECT 1 FROM reference r WHERE r.person = ?1 AND instr(lower(r.user), address.address))",
        (person, as_json(wanted), tenant),
    )
    for address in new:
        former = held.get(address)
        if former is not None and not _is_contact(db, former):
            theirs = db.execute("SELECT 1 FROM person WHERE id = ? AND address = ?", (former, address)).fetchone()
            if theirs and address != wanted[0]:
                db.execute("UPDATE person SET look_up_at = ? WHERE id = ?", (ms(at), former))
                continue
            db.execute("UPDATE address SET person = ? WHERE tenant = ? AND address = ?", (person, tenant, address))
            db.execute(
                "UPDATE person SET look_up_at = ?1, address = iif(address <> ?2, address,"
                " coalesce((SELECT min(a.address) FROM address a WHERE a.person = ?3), '')) WHERE id = ?3",
                (ms(at), address, former),
            )
        elif former is None:
            db.execute("INSERT INTO address (tenant, address, person) VALUES (?, ?, ?)", (tenant, address, person))


def _is_contact(db: sqlite3.Connection, person: int) -> bool:
    """Whether nothing is known of them but what a list says."""
    row = db.execute(
        "SELECT 1 FROM person p WHERE p.id = ? AND p.directory_id = ''"
        " AND NOT EXISTS (SELECT 1 FROM reference r WHERE r.person = p.id)",
        (person,),
    ).fetchone()
    return row is not None


def merge(db: sqlite3.Connection, person: int, tenant: str, addresses: Sequence[str]) -> bool:
    """Merge people known by one of the addresses only, from a list, into this person; whether there was one."""
    merged = False
    for address in addresses:
        row = db.execute(
            "SELECT p.id FROM address a JOIN person p ON p.id = a.person"
            " WHERE a.tenant = ? AND a.address = ? AND p.id <> ? AND p.directory_id = ''"
            " AND NOT EXISTS (SELECT 1 FROM reference r WHERE r.person = p.id)",
            (tenant, address.lower(), person),
        ).fetchone()
        if row is None:
            continue
        merged = True
        # where both stand already, the other's row stays behind: nobody counts or receives twice
        for table in ("list_member", "delivery"):
            db.execute(f"UPDATE OR IGNORE {table} SET person = ? WHERE person = ?", (person, row[0]))
        db.execute("UPDATE address SET person = ? WHERE person = ?", (person, row[0]))
        db.execute("UPDATE list SET size = size - 1 WHERE id IN (SELECT list FROM list_member WHERE person = ?)", row)
        db.execute("DELETE FROM list_member WHERE person = ?", row)
    return merged
