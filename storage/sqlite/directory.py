"""What the organisation's directory says about people."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage.records import (
    DIRECTORY_FACTS,
    Channel,
    DirectoryUser,
    NotReached,
    Person,
    PersonId,
    Reference,
    Source,
    TenantId,
)
from storage.records.instants import ms
from storage.shared.lessons import ANOTHER_CHANCE
from storage.shared.sightings import naming, was_named_lately
from storage.sqlite.engine import Engine
from storage.sqlite.identities import IN_DIRECTORY, lead_here, merge
from storage.sqlite.people import at_address, change, find, wake


def _known(db: sqlite3.Connection, tenant: TenantId, user: DirectoryUser) -> Person:
    """By the directory's id, then by an address that belongs to no other; made where new."""
    row = db.execute(IN_DIRECTORY, (tenant, user.directory_id)).fetchone()
    if row is None:
        for address in user.addresses:
            known = at_address(db, tenant, address)
            if known is not None and not known.directory_id:
                return known
    person = row[0] if row else db.execute("INSERT INTO person (tenant) VALUES (?)", (tenant,)).lastrowid
    assert person is not None
    known = find(db, person)
    assert known is not None
    return known


def _changed_fields(person: Person, user: DirectoryUser) -> dict[str, object]:
    """The fields of the person that the directory changes."""
    fields: dict[str, object] = {
        "directory_id": user.directory_id,
        "address": user.addresses[0] if user.addresses else "",
        "given_name": user.given_name,
        "surname": user.surname,
        "name": user.name,
        "locale": person.locale or user.language,
        "zone": person.zone or user.zone,
    } | {fact: getattr(user, fact) for fact in DIRECTORY_FACTS}
    changed = {field: value for field, value in fields.items() if value and value != getattr(person, field)}
    return changed if user.guest in (None, person.guest) else changed | {"guest": user.guest}


def _know(db: sqlite3.Connection, tenant: TenantId, user: DirectoryUser, at: datetime) -> PersonId:
    person = _known(db, tenant, user)
    named = bool(user.addresses) and not was_named_lately(person.named_at, at)
    change(db, person.id, _changed_fields(person, user) | naming(at, named=named))
    lead_here(db, person.id, tenant, user.addresses, at)
    if merge(db, person.id, tenant, user.addresses):
        working = db.execute("SELECT channel FROM reference WHERE person = ? AND broken IS NULL", (person.id,))
        for (channel,) in working.fetchall():
            wake(db, person.id, Channel(channel), at)
    return person.id


def _meet_in_team(
    db: sqlite3.Connection, tenant: TenantId, source: Source, person: PersonId, user: str, at: datetime
) -> None:
    """A reference without a chat, where there is none of another kind, nor another's of this id."""
    met = db.execute(
        "INSERT INTO reference (person, channel, tenant, service_url, conversation, bot, user, seen_at, installed)"
        " SELECT ?1, ?2, ?3, ?4, '', ?5, ?6, ?7, 0 WHERE NOT EXISTS"
        " (SELECT 1 FROM reference WHERE tenant = ?3 AND channel = ?2 AND user = ?6 AND person <> ?1)"
        " ON CONFLICT (person, channel) DO UPDATE SET service_url = excluded.service_url, bot = excluded.bot,"
        " user = excluded.user, broken = iif(broken = ?9 AND ifnull(failed_at, 0) < ?8, NULL, broken)"
        " WHERE NOT installed AND conversation = '' RETURNING broken",
        (
            *(person, Channel.TEAMS, tenant, source.service_url, source.bot, user, ms(at), ms(at - ANOTHER_CHANCE)),
            NotReached.NEVER_INSTALLED,
        ),
    ).fetchall()
    if met == [(None,)]:
        wake(db, person, Channel.TEAMS, at)


def _installed_for(db: sqlite3.Connection, new: Reference, at: datetime) -> None:
    """A team's or a refused reference becomes one that works; what the person has told stays."""
    changed = db.execute(
        "INSERT INTO reference (person, channel, tenant, service_url, conversation, bot, user, seen_at, installed,"
        " installed_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?8 WHERE NOT EXISTS"
        " (SELECT 1 FROM reference WHERE tenant = ?3 AND channel = ?2 AND user = ?7 AND person <> ?1)"
        " ON CONFLICT (person, channel) DO UPDATE SET broken = NULL, installed = 1, installed_at = ?8,"
        " conversation = excluded.conversation, service_url = excluded.service_url, bot = excluded.bot"
        " WHERE broken = ?9 OR NOT installed",
        (
            *(new.person, new.channel, new.tenant, new.service_url, new.conversation, new.bot, new.user, ms(at)),
            NotReached.NEVER_INSTALLED,
        ),
    )
    if changed.rowcount:
        wake(db, new.person, new.channel, at)


class SqliteDirectory(Engine):
    async def installed_for(self, reference: Reference, at: datetime) -> None:
        await self.write(lambda db: _installed_for(db, reference, at))

    async def meet_in_team(
        self, tenant: TenantId, source: Source, members: Sequence[tuple[PersonId, str]], at: datetime
    ) -> None:
        def change(db: sqlite3.Connection) -> None:
            for person, user in members:
                _meet_in_team(db, tenant, source, person, user, at)

        await self.write(change)

    async def know(self, tenant: TenantId, users: Sequence[DirectoryUser], at: datetime) -> list[PersonId]:
        return await self.write(lambda db: [_know(db, tenant, user, at) for user in users])
