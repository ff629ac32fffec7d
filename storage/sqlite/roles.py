"""What a person has chosen about campaigns, and the role that they have."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from storage.records import Deed, Person, PersonId, Quiet, Role, Subject, TenantId, quiet_of, quiet_text
from storage.sqlite.audit import note
from storage.sqlite.engine import Engine
from storage.sqlite.people import PERSON, person_of, topics_of


def _note(db: sqlite3.Connection, person: PersonId, deed: Deed) -> None:
    (tenant,) = db.execute("SELECT tenant FROM person WHERE id = ?", (person,)).fetchone()
    note(db, deed.to(tenant, Subject.PERSON, person))


def _claim_ownership(db: sqlite3.Connection, person: PersonId, deed: Deed) -> bool:
    claimed = db.execute(
        "UPDATE person SET role = ? WHERE id = ? AND NOT EXISTS"
        " (SELECT 1 FROM person o WHERE o.tenant = person.tenant AND o.role = ?)",
        (Role.OWNER, person, Role.OWNER),
    ).rowcount
    if claimed:
        _note(db, person, deed)
    return claimed == 1


def _give_role(db: sqlite3.Connection, person: PersonId, role: Role | None, deed: Deed) -> bool:
    last_owner = db.execute(
        "SELECT 1 FROM person p WHERE p.id = ? AND p.role = ? AND NOT EXISTS"
        " (SELECT 1 FROM person o WHERE o.tenant = p.tenant AND o.role = ? AND o.id <> p.id)",
        (person, Role.OWNER, Role.OWNER),
    ).fetchone()
    if last_owner and role is not Role.OWNER:
        return False
    if db.execute("UPDATE person SET role = ? WHERE id = ?", (role, person)).rowcount:
        _note(db, person, deed)
    return True


class SqliteRoles(Engine):
    async def mute(self, person: PersonId, muted: bool, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            if db.execute("UPDATE person SET muted = ? WHERE id = ?", (muted, person)).rowcount:
                _note(db, person, deed)

        await self.write(change)

    async def muted_people(self, tenant: TenantId) -> Sequence[int]:
        query = "SELECT id FROM person WHERE tenant = ? AND muted ORDER BY id"
        return await self.read(lambda db: array("q", (id for (id,) in db.execute(query, (tenant,)))))

    async def set_quiet(self, person: PersonId, quiet: Quiet | None, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            if db.execute("UPDATE person SET quiet = ? WHERE id = ?", (quiet_text(quiet), person)).rowcount:
                _note(db, person, deed)

        await self.write(change)

    async def leave_topic(self, person: PersonId, topic: int, left: bool, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            row = db.execute("SELECT left_topics FROM person WHERE id = ?", (person,)).fetchone()
            if row is None:
                return
            topics = topics_of(row[0]) | {topic} if left else topics_of(row[0]) - {topic}
            text = f",{','.join(map(str, sorted(topics)))}," if topics else ""
            db.execute("UPDATE person SET left_topics = ? WHERE id = ?", (text, person))
            _note(db, person, deed)

        await self.write(change)

    async def quiet_people(self, tenant: TenantId) -> dict[tuple[str, Quiet], Sequence[int]]:
        def query(db: sqlite3.Connection) -> dict[tuple[str, Quiet], Sequence[int]]:
            groups: dict[tuple[str, str], array[int]] = {}
            rows = db.execute(
                "SELECT id, zone, quiet FROM person WHERE tenant = ? AND quiet <> '' ORDER BY id", (tenant,)
            )
            for id, zone, quiet in rows:
                groups.setdefault((zone, quiet), array("q")).append(id)
            return {(zone, hours): ids for (zone, text), ids in groups.items() if (hours := quiet_of(text))}

        return await self.read(query)

    async def people_without_topic(self, tenant: TenantId, topic: int) -> Sequence[int]:
        query = "SELECT id FROM person WHERE tenant = ? AND left_topics <> '' AND instr(left_topics, ?) ORDER BY id"
        return await self.read(lambda db: array("q", (id for (id,) in db.execute(query, (tenant, f",{topic},")))))

    async def role(self, person: PersonId) -> Role | None:
        row = await self.read(lambda db: db.execute("SELECT role FROM person WHERE id = ?", (person,)).fetchone())
        return Role(row[0]) if row and row[0] else None

    async def give_role(self, person: PersonId, role: Role | None, *, deed: Deed) -> bool:
        return await self.write(lambda db: _give_role(db, person, role, deed))

    async def claim_ownership(self, person: PersonId, *, deed: Deed) -> bool:
        return await self.write(lambda db: _claim_ownership(db, person, deed))

    async def with_role(self, tenant: TenantId) -> list[tuple[Person, Role]]:
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT {PERSON}, p.role FROM person p WHERE p.tenant = ? AND p.role IS NOT NULL"
                " ORDER BY p.name, p.address",
                (tenant,),
            ).fetchall()
        )
        return [(person_of(row[:-1]), Role(row[-1])) for row in rows]
