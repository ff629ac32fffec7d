"""What the organisation's directory says about people."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage.records import Channel, DirectoryUser, Person, PersonId, TenantId
from storage.sqlite.engine import Engine
from storage.sqlite.people import IN_DIRECTORY, at_address, find, merge, wake


def _known(db: sqlite3.Connection, tenant: TenantId, user: DirectoryUser) -> Person:
    """By the directory's id, then by an address that belongs to no other; made where new."""
    row = db.execute(IN_DIRECTORY, (tenant, user.directory_id)).fetchone()
    if row is None:
        for address in user.addresses:
            found = at_address(db, tenant, address)
            if found is not None and not found.directory_id:
                return found
    person = row[0] if row else db.execute("INSERT INTO person (tenant) VALUES (?)", (tenant,)).lastrowid
    assert person is not None
    found = find(db, person)
    assert found is not None
    return found


def _said(person: Person, user: DirectoryUser) -> dict[str, object]:
    """What is new to us."""
    told: dict[str, object] = {
        "directory_id": user.directory_id,
        "address": user.addresses[0] if user.addresses else "",
        "given_name": user.given_name,
        "surname": user.surname,
        "name": user.name,
        "department": user.department,
        "locale": person.locale or user.language,
        "zone": person.zone or user.zone,
    }
    said = {field: value for field, value in told.items() if value and value != getattr(person, field)}
    return said if person.guest is user.guest else said | {"guest": user.guest}


def _know(db: sqlite3.Connection, tenant: TenantId, user: DirectoryUser, at: datetime) -> PersonId:
    person = _known(db, tenant, user)
    if said := _said(person, user):
        assignments = ", ".join(f"{field} = ?" for field in said)
        db.execute(f"UPDATE person SET {assignments} WHERE id = ?", (*said.values(), person.id))
    db.executemany(
        "INSERT OR IGNORE INTO address (tenant, address, person) VALUES (?, ?, ?)",
        [(tenant, address, person.id) for address in user.addresses],
    )
    if merge(db, person.id, tenant, user.addresses):
        working = db.execute("SELECT channel FROM reference WHERE person = ? AND broken IS NULL", (person.id,))
        for (channel,) in working.fetchall():
            wake(db, person.id, Channel(channel), at)
    return person.id


class SqliteDirectory(Engine):
    async def know(self, tenant: TenantId, users: Sequence[DirectoryUser], at: datetime) -> list[PersonId]:
        return await self.write(lambda db: [_know(db, tenant, user, at) for user in users])
