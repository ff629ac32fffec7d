"""Distribution lists, and who stands behind an audience."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from storage.records import (
    Audience,
    Channel,
    DistributionList,
    ListId,
    ListInUse,
    Member,
    PersonId,
    Reach,
    TenantId,
)
from storage.sqlite.engine import Engine, Row
from storage.sqlite.people import PERSON, person_of

LIST = "id, tenant, owner, name, size"
READ = 10_000  #: rows fetched at a time from a large audience


def _list_of(row: Row) -> DistributionList:
    id, tenant, owner, name, size = row
    return DistributionList(id=id, tenant=tenant, owner=owner, name=name, size=size)


def _audience(tenant: TenantId, audience: Audience, channel: Channel) -> tuple[str, list[object]]:
    """SQL that gives the person ids of an audience, each once."""
    if audience.everyone:
        return (
            "SELECT person FROM reference WHERE tenant = ? AND channel = ? AND broken IS NULL",
            [tenant, channel],
        )
    marks = ", ".join("?" * len(audience.lists))
    return (
        "SELECT DISTINCT m.person FROM list_member m JOIN list l ON l.id = m.list"
        f" WHERE l.tenant = ? AND m.list IN ({marks})",
        [tenant, *audience.lists],
    )


def _with_reach(people: str) -> str:
    return f"FROM ({people}) a LEFT JOIN reference r ON r.person = a.person AND r.channel = ? AND r.broken IS NULL"


class SqliteLists(Engine):
    async def new_list(
        self, tenant: TenantId, owner: PersonId, name: str, people: Sequence[PersonId]
    ) -> DistributionList:
        unique = sorted(set(people))

        def change(db: sqlite3.Connection) -> DistributionList:
            cursor = db.execute(
                "INSERT INTO list (tenant, owner, name, size) VALUES (?, ?, ?, ?)", (tenant, owner, name, len(unique))
            )
            assert cursor.lastrowid is not None
            made = ListId(cursor.lastrowid)
            db.executemany(
                "INSERT INTO list_member (list, person) VALUES (?, ?)", [(made, person) for person in unique]
            )
            return DistributionList(id=made, tenant=tenant, owner=owner, name=name, size=len(unique))

        return await self.write(change)

    async def distribution_list(self, id: ListId) -> DistributionList | None:
        row = await self.read(lambda db: db.execute(f"SELECT {LIST} FROM list WHERE id = ?", (id,)).fetchone())
        return _list_of(row) if row else None

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT {LIST} FROM list WHERE tenant = ? ORDER BY name COLLATE NOCASE, id", (tenant,)
            ).fetchall()
        )
        return [_list_of(row) for row in rows]

    async def delete_list(self, id: ListId) -> None:
        def change(db: sqlite3.Connection) -> None:
            using = db.execute(
                "SELECT json_extract(c.record, '$.name') FROM campaign_list cl JOIN campaign c ON c.id = cl.campaign"
                " WHERE cl.list = ? AND c.state IN ('scheduled', 'running')",
                (id,),
            ).fetchall()
            if using:
                raise ListInUse(tuple(name for (name,) in using))
            db.execute("DELETE FROM list WHERE id = ?", (id,))

        await self.write(change)

    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        people, values = _audience(tenant, audience, channel)
        total, reachable = await self.read(
            lambda db: db.execute(
                f"SELECT COUNT(*), COUNT(r.person) {_with_reach(people)}", (*values, channel)
            ).fetchone()
        )
        return Reach(total=total, reachable=reachable)

    async def members(
        self, tenant: TenantId, audience: Audience, channel: Channel, limit: int, offset: int = 0
    ) -> list[Member]:
        people, values = _audience(tenant, audience, channel)
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT {PERSON}, r.person IS NOT NULL FROM ({people}) a JOIN person p ON p.id = a.person"
                " LEFT JOIN reference r ON r.person = a.person AND r.channel = ? AND r.broken IS NULL"
                " ORDER BY p.surname COLLATE NOCASE, p.name COLLATE NOCASE, p.address, p.id LIMIT ? OFFSET ?",
                (*values, channel, limit, offset),
            ).fetchall()
        )
        return [Member(person=person_of(row[:-1]), reachable=bool(row[-1])) for row in rows]

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        people, values = _audience(tenant, audience, channel)

        def query(db: sqlite3.Connection) -> tuple[Sequence[int], Sequence[int]]:
            reachable, unreachable = array("q"), array("q")
            cursor = db.execute(f"SELECT a.person, r.person IS NOT NULL {_with_reach(people)}", (*values, channel))
            while rows := cursor.fetchmany(READ):
                reachable.extend(person for person, reached in rows if reached)
                unreachable.extend(person for person, reached in rows if not reached)
            return reachable, unreachable

        return await self.read(query)
