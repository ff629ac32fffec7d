"""People, and how to reach them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.records import (
    Channel,
    Contact,
    DeliveryState,
    Lesson,
    NotReached,
    Person,
    PersonId,
    Reference,
    Sighting,
    TenantId,
    quiet_of,
    removal_of,
    sender_of,
)
from storage.records.instants import instant, ms
from storage.shared.sightings import changed_fields, naming, was_named_lately
from storage.sqlite.counters import move
from storage.sqlite.engine import Engine, Row, as_json
from storage.sqlite.identities import identify, lead_here, merge

PERSON = (
    "p.id, p.tenant, p.address, p.directory_id, p.given_name, p.surname, p.name, p.locale, p.language, p.zone,"
    " p.guest, p.department, p.country, p.city, p.office, p.title, p.manager, p.muted, p.named_at,"
    " p.quiet, p.left_topics"
)
REFERENCE = (
    "r.person, r.channel, r.service_url, r.conversation, r.bot, r.user, r.tenant, r.broken, r.installed,"
    " r.failed, r.failed_at, r.worked_at, r.worked_url, r.installed_at"
)

#: of a reference in use: messages have been accepted through its serviceUrl
HAS_WORKED = "worked_url <> '' AND worked_url = service_url AND broken IS NULL AND installed"

CHANNELS = {str(channel): channel for channel in Channel}


def person_of(row: Row) -> Person:
    id, tenant, address, directory_id, given_name, surname, name, locale, language, zone, guest, *more = row
    department, country, city, office, title, manager, muted, named_at, quiet, left_topics = more
    return Person(
        id=id,
        tenant=tenant,
        address=address,
        directory_id=directory_id,
        given_name=given_name,
        surname=surname,
        name=name,
        locale=locale,
        language=language,
        zone=zone,
        guest=bool(guest),
        department=department,
        country=country,
        city=city,
        office=office,
        title=title,
        manager=manager,
        muted=bool(muted),
        quiet=quiet_of(quiet),
        left_topics=topics_of(left_topics),
        named_at=instant(named_at) if named_at is not None else None,
    )


def topics_of(text: str) -> frozenset[int]:
    """The topics that somebody has left, as the row has them: ",3,7,"; "" for none."""
    return frozenset(map(int, text.strip(",").split(","))) if text else frozenset()


def reference_of(row: Row) -> Reference:
    person, channel, service_url, conversation, bot, user, tenant, broken, installed, *evidence = row
    failed, failed_at, worked_at, worked_url, installed_at = evidence
    return Reference(
        person=person,
        channel=CHANNELS[channel],
        service_url=service_url,
        conversation=conversation,
        bot=bot,
        user=user,
        tenant=tenant,
        broken=NotReached(str(broken)) if broken else None,
        installed=bool(installed),
        failed=NotReached(str(failed)) if failed else None,
        failed_at=instant(failed_at) if failed_at else None,
        worked_at=instant(worked_at) if worked_at else None,
        worked_url=worked_url,
        installed_at=instant(installed_at) if installed_at is not None else None,
    )


def find(db: sqlite3.Connection, person: int) -> Person | None:
    row = db.execute(f"SELECT {PERSON} FROM person p WHERE p.id = ?", (person,)).fetchone()
    return person_of(row) if row else None


def at_address(db: sqlite3.Connection, tenant: str, address: str) -> Person | None:
    row = db.execute(
        f"SELECT {PERSON} FROM address a JOIN person p ON p.id = a.person WHERE a.tenant = ? AND a.address = ?",
        (tenant, address.lower()),
    ).fetchone()
    return person_of(row) if row else None


def _remember(db: sqlite3.Connection, seen: Sighting) -> tuple[Person, bool]:
    person = identify(db, seen)
    known = find(db, person)
    changed = changed_fields(seen, lambda field: getattr(known, field, ""))
    if known and _nothing_new(db, known, changed, seen):
        return known, False
    nameless = seen.channel.traits.tells_members and not (known and known.address)
    change(db, person, changed | naming(seen.at, named=seen.names_them, nameless=nameless))
    if seen.names_them:
        lead_here(db, person, seen.tenant, seen.addresses, seen.at)
    else:
        db.executemany(
            "INSERT OR IGNORE INTO address (tenant, address, person) VALUES (?, ?, ?)",
            [(seen.tenant, address.lower(), person) for address in seen.addresses],
        )
    merge(db, person, seen.tenant, seen.addresses)
    if _removed_since(db, person, seen):
        after = find(db, person)
        assert after is not None
        return after, False
    # one channel identity belongs to one person: the directory's word wins over an older guess
    db.execute(
        "DELETE FROM reference WHERE tenant = ? AND channel = ? AND user = ? AND person <> ?",
        (seen.tenant, seen.channel, seen.user, person),
    )
    newly = not db.execute(
        "SELECT 1 FROM reference WHERE person = ? AND channel = ? AND broken IS NULL AND installed",
        (person, seen.channel),
    ).fetchone()
    db.execute(
        "INSERT INTO reference (person, channel, tenant, service_url, worked_url, heard_url, conversation, bot, user,"
        " seen_at, worked_at, installed_at, told_at) VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9)"
        f" ON CONFLICT (person, channel) DO UPDATE SET service_url = iif({HAS_WORKED}, service_url,"
        " excluded.service_url), heard_url = excluded.heard_url, conversation = excluded.conversation,"
        " bot = excluded.bot, user = excluded.user, broken = NULL, installed = 1, seen_at = excluded.seen_at,"
        " installed_at = iif(broken IS NULL AND installed, installed_at, excluded.installed_at),"
        " failed = NULL, failed_at = NULL, worked_at = excluded.worked_at, told_at = max(told_at, excluded.told_at),"
        " worked_url = iif(worked_url = '', excluded.worked_url, worked_url)",
        (
            *(person, seen.channel, seen.tenant, seen.service_url, seen.conversation, seen.bot, seen.user),
            *(ms(seen.at), ms(seen.told)),
        ),
    )
    wake(db, person, seen.channel, seen.at)
    after = find(db, person)
    assert after is not None
    return after, newly


def change(db: sqlite3.Connection, person: int, changed: Mapping[str, object]) -> None:
    """Set these fields of a person."""
    if changed:
        assignments = ", ".join(f"{field} = ?" for field in changed)
        db.execute(f"UPDATE person SET {assignments} WHERE id = ?", (*changed.values(), person))


def _removed_since(db: sqlite3.Connection, person: int, seen: Sighting) -> bool:
    """Whether the platform has told of a removal that is newer than what was seen."""
    removal = removal_of(sender_of(seen.tenant, seen.channel, seen.user))
    return bool(
        db.execute(
            "SELECT 1 FROM reference WHERE person = ?1 AND channel = ?2 AND broken = ?3 AND told_at > ?4"
            " UNION ALL SELECT 1 FROM activity WHERE key = ?5 AND told_at > ?4 AND NOT EXISTS"
            " (SELECT 1 FROM reference WHERE person = ?1 AND channel = ?2)",
            (person, seen.channel, NotReached.UNINSTALLED, ms(seen.told), removal),
        ).fetchone()
    )


def _lose(
    db: sqlite3.Connection, tenant: TenantId, channel: Channel, user: str, reason: NotReached, told_at: int | None
) -> None:
    sender = sender_of(tenant, channel, user)
    db.execute(
        "UPDATE reference SET broken = ?1, told_at = coalesce(?2, told_at)"
        " WHERE tenant = ?3 AND channel = ?4 AND user = ?5 AND (?2 IS NULL OR told_at <= ?2 AND NOT EXISTS"
        " (SELECT 1 FROM activity WHERE sender = ?6 AND sender <> '' AND told_at > ?2))",
        (reason, told_at, tenant, channel, user, sender),
    )
    if told_at is not None and reason is NotReached.UNINSTALLED:
        db.execute(  # it may be of somebody never seen: an install before it may be told later
            "INSERT INTO activity (key, sender, told_at, began_at, until, holder, done)"
            " VALUES (?1, '', ?2, ?2, 0, 0, 1)"
            " ON CONFLICT (key) DO UPDATE SET told_at = ?2, began_at = ?2 WHERE told_at < ?2",
            (removal_of(sender), told_at),
        )


def learn(db: sqlite3.Connection, rows: Sequence[tuple[int, str, Lesson]]) -> None:
    """What was learned of people's references: (person, channel, lesson)."""
    for person, channel, lesson in rows:
        if lesson.failed is NotReached.NEVER_INSTALLED:  # of a team's member: nothing has worked yet
            change = "broken = ?, failed_at = ?"
            values: list[object] = [lesson.failed, ms(lesson.at)]
        elif lesson.failed:
            change, values = "failed = ?, failed_at = ?", [lesson.failed, ms(lesson.at)]
        else:
            change = "failed = NULL, failed_at = NULL, worked_at = ?"
            values = [ms(lesson.at)]
            if lesson.conversation:
                change, values = f"{change}, conversation = ?", [*values, lesson.conversation]
            if lesson.service_url:
                change, values = f"{change}, worked_url = ?", [*values, lesson.service_url]
        db.execute(
            f"UPDATE reference SET {change} WHERE person = ? AND channel = ? AND ifnull(worked_at, 0) <= ?",
            (*values, person, channel, ms(lesson.at)),
        )


def _nothing_new(db: sqlite3.Connection, known: Person, changed: dict[str, object], seen: Sighting) -> bool:
    """Most activities only repeat what is known: those cost no disk flush."""
    if any(getattr(known, field) != value for field, value in changed.items()):
        return False
    if seen.names_them and not was_named_lately(known.named_at, seen.at):
        return False
    row = db.execute(
        "SELECT 1 FROM reference WHERE person = ? AND channel = ? AND iif(heard_url = '', service_url, heard_url) = ?"
        " AND conversation = ?"
        " AND bot = ? AND user = ? AND broken IS NULL AND installed AND failed IS NULL AND told_at >= ?",
        (
            *(known.id, seen.channel, seen.service_url, seen.conversation, seen.bot, seen.user),
            ms(seen.told) if seen.installs else 0,
        ),
    ).fetchone()
    # an address that leads to somebody else may be a contact's, who turns out to be this person
    return row is not None and all(at_address(db, seen.tenant, address) == known for address in seen.addresses)


def wake(db: sqlite3.Connection, person: int, channel: Channel, now: datetime) -> None:
    """What waited for this person in a running campaign of the channel is due now."""
    rows = db.execute(
        "SELECT d.id, d.campaign FROM campaign c JOIN delivery d ON d.campaign = c.id AND d.person = ?"
        " WHERE c.state = 'running' AND d.state = ? AND d.next_at > ? AND json_extract(c.record, '$.channel') = ?",
        (person, DeliveryState.WAITING, ms(now), channel),
    ).fetchall()
    for delivery, campaign in rows:
        db.execute(
            "UPDATE delivery SET state = ?, next_at = ? WHERE id = ?", (DeliveryState.PLANNED, ms(now), delivery)
        )
        move(db, campaign, {(DeliveryState.WAITING, ""): -1, (DeliveryState.PLANNED, ""): 1})


def _meet(db: sqlite3.Connection, tenant: TenantId, contacts: Sequence[Contact]) -> list[PersonId]:
    """All at once: a statement for each of 5,000 contacts takes four times as long."""
    named: dict[str, Contact] = {}
    for contact in contacts:
        address = contact.address.lower()
        before = named.get(address)
        if before is None or not (before.given_name or before.surname):
            named[address] = contact
    known = db.execute(
        "SELECT a.address, p.id, p.directory_id || p.given_name || p.surname || p.name = ''"
        " FROM json_each(?) w CROSS JOIN address a ON a.tenant = ? AND a.address = w.value"
        " JOIN person p ON p.id = a.person",
        (as_json(list(named)), tenant),
    ).fetchall()
    ids: dict[str, PersonId] = {address: id for address, id, _ in known}
    (first,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM person").fetchone()
    new = {address: PersonId(id) for id, address in enumerate((at for at in named if at not in ids), first)}
    db.executemany(
        "INSERT INTO person (id, tenant, address, given_name, surname) VALUES (?, ?, ?, ?, ?)",
        ((id, tenant, at, named[at].given_name, named[at].surname) for at, id in new.items()),
    )
    db.executemany(
        "INSERT INTO address (tenant, address, person) VALUES (?, ?, ?)", ((tenant, at, id) for at, id in new.items())
    )
    db.executemany(
        "UPDATE person SET given_name = ?, surname = ? WHERE id = ?",
        ((named[at].given_name, named[at].surname, id) for at, id, is_nameless in known if is_nameless),
    )
    ids |= new
    return [ids[contact.address.lower()] for contact in contacts]


class SqlitePeople(Engine):
    async def remember(self, sighting: Sighting) -> tuple[Person, bool]:
        return await self.write(lambda db: _remember(db, sighting))

    async def person_behind(self, tenant: TenantId, channel: Channel, user: str) -> Person | None:
        def query(db: sqlite3.Connection) -> Person | None:
            row = db.execute(
                f"SELECT {PERSON} FROM reference r JOIN person p ON p.id = r.person"
                " WHERE r.tenant = ? AND r.channel = ? AND r.user = ?",
                (tenant, channel, user),
            ).fetchone()
            return person_of(row) if row else None

        return await self.read(query)

    async def lose(
        self, tenant: TenantId, channel: Channel, user: str, reason: NotReached, told_at: datetime | None = None
    ) -> None:
        at = ms(told_at) if told_at else None
        await self.write(lambda db: _lose(db, tenant, channel, user, reason, at))

    async def look_up(self, person: PersonId, at: datetime) -> None:
        await self.write(
            lambda db: db.execute(
                "UPDATE person SET look_up_at = ?1 WHERE id = ?2 AND (look_up_at IS NULL OR look_up_at > ?1)",
                (ms(at), person),
            )
        )

    async def due_look_ups(self, now: datetime, again: datetime, limit: int) -> list[Reference]:
        due = "SELECT id FROM person WHERE look_up_at IS NOT NULL AND look_up_at <= ? ORDER BY look_up_at LIMIT ?"

        def query(db: sqlite3.Connection) -> list[int]:
            return [id for (id,) in db.execute(due, (ms(now), limit))]

        def claim(db: sqlite3.Connection) -> list[Reference]:
            people = as_json(query(db))
            rows = db.execute(
                f"SELECT {REFERENCE} FROM json_each(?) p JOIN reference r ON r.person = p.value AND r.channel = ?"
                " WHERE r.conversation <> '' AND r.broken IS NULL ORDER BY p.key",
                (people, Channel.TEAMS),
            ).fetchall()
            asked = [reference_of(row) for row in rows]
            db.execute(  # of the others the platform tells nothing: their next word comes with names
                "UPDATE person SET look_up_at = NULL WHERE id IN (SELECT value FROM json_each(?))", (people,)
            )
            db.executemany(
                "UPDATE person SET look_up_at = ? WHERE id = ?", [(ms(again), reference.person) for reference in asked]
            )
            return asked

        return await self.write(claim) if await self.read(query) else []

    async def looked_up(self, person: PersonId) -> None:
        await self.write(lambda db: db.execute("UPDATE person SET look_up_at = NULL WHERE id = ?", (person,)))

    async def learn(self, person: PersonId, channel: Channel, lesson: Lesson) -> None:
        await self.write(lambda db: learn(db, [(person, channel, lesson)]))

    async def newest_service_url(self, tenant: TenantId, channel: Channel) -> str:
        row = await self.read(
            lambda db: db.execute(
                "SELECT iif(heard_url <> '', heard_url, service_url) FROM reference"
                " WHERE tenant = ? AND channel = ? AND installed ORDER BY seen_at DESC LIMIT 1",
                (tenant, channel),
            ).fetchone()
        )
        return str(row[0]) if row else ""

    async def person(self, person: PersonId) -> Person | None:
        return await self.read(lambda db: find(db, person))

    async def person_at(self, tenant: TenantId, address: str) -> Person | None:
        return await self.read(lambda db: at_address(db, tenant, address))

    async def meet(self, tenant: TenantId, contacts: Sequence[Contact]) -> list[PersonId]:
        return await self.write(lambda db: _meet(db, tenant, contacts))

    async def reference(self, person: PersonId, channel: Channel) -> Reference | None:
        def query(db: sqlite3.Connection) -> Reference | None:
            row = db.execute(
                f"SELECT {REFERENCE} FROM reference r WHERE r.person = ? AND r.channel = ?", (person, channel)
            ).fetchone()
            return reference_of(row) if row else None

        return await self.read(query)

    async def speak(self, person: PersonId, language: str) -> None:
        await self.write(lambda db: db.execute("UPDATE person SET language = ? WHERE id = ?", (language, person)))
