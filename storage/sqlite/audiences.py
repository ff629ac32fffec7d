"""The people of an audience: each once, without those who are to be left out."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import orjson

from storage.records import Audience, Channel, Columns, Member, NotReached, Reach, TenantId
from storage.records.instants import instant
from storage.shared.bits import bits_of
from storage.sqlite.engine import Engine, Row
from storage.sqlite.people import PERSON, person_of

ASKED = 5_000  #: people asked about at a time

GUESTS = "SELECT id FROM person WHERE tenant = ? AND guest"
#: what a word is looked for in: none spans two of them
NAMED = "fold(p.surname || char(10) || p.given_name || char(10) || p.name || char(10) || p.address)"

Query = tuple[str, list[object]]


def _of_lists(tenant: TenantId, lists: Sequence[int]) -> Query:
    marks = ", ".join("?" * len(lists))
    distinct = "DISTINCT " if len(lists) > 1 else ""
    return (
        f"SELECT {distinct}m.person FROM list_member m JOIN list l ON l.id = m.list"
        f" WHERE l.tenant = ? AND m.list IN ({marks}) AND NOT l.blank",
        [tenant, *lists],
    )


def _with_guests(tenant: TenantId, audience: Audience, channel: Channel) -> Query:
    """SQL that gives the person ids of an audience, each once, guests or not."""
    parts: list[Query] = []
    if audience.everyone:
        installed = "SELECT person FROM reference WHERE tenant = ? AND channel = ? AND broken IS NULL AND installed"
        parts.append((installed, [tenant, channel]))
    if audience.lists or not audience.everyone:
        parts.append(_of_lists(tenant, audience.lists))
    sql, values = " UNION ".join(part for part, _ in parts), [value for _, values in parts for value in values]
    if audience.except_lists:
        others, theirs = _of_lists(tenant, audience.except_lists)
        sql, values = f"SELECT person FROM ({sql}) WHERE person NOT IN ({others})", [*values, *theirs]
    return sql, values


def _people(tenant: TenantId, audience: Audience, channel: Channel) -> Query:
    sql, values = _with_guests(tenant, audience, channel)
    if audience.guests:
        return sql, values
    return f"SELECT person FROM ({sql}) WHERE person NOT IN ({GUESTS})", [*values, tenant]


def _with_reach(people: str) -> str:
    return f"FROM ({people}) a LEFT JOIN reference r ON r.person = a.person AND r.channel = ?"


def _reach(db: sqlite3.Connection, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
    people, values = _with_guests(tenant, audience, channel)
    out = f"a.person IN ({GUESTS})" if not audience.guests else "0"
    of_guests = [] if audience.guests else [tenant]
    total, reachable, guests = db.execute(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE works AND NOT guest), COUNT(*) FILTER (WHERE guest) FROM"
        f" (SELECT r.person IS NOT NULL AND r.broken IS NULL AS works, {out} AS guest {_with_reach(people)})",
        (*of_guests, *values, channel),
    ).fetchone()
    return Reach(total=total - guests, reachable=reachable, guests=guests)


def _columns(db: sqlite3.Connection, lists: Sequence[int], people: Sequence[int]) -> dict[int, Columns]:
    by_person: dict[int, dict[str, str]] = {}
    with_columns = [
        id for id in lists if db.execute("SELECT 1 FROM list WHERE id = ? AND columns <> '[]'", (id,)).fetchone()
    ]
    for id in with_columns:
        for start in range(0, len(people), ASKED):
            rows = db.execute(
                "SELECT m.person, m.columns FROM json_each(?) a JOIN list_member m ON m.list = ? AND m.person = a.value"
                " WHERE m.columns IS NOT NULL",
                (orjson.dumps(list(people[start : start + ASKED])).decode(), id),
            )
            for person, values in rows:
                known = by_person.setdefault(person, {})
                for column, value in orjson.loads(values).items():
                    known.setdefault(column, value)
    return dict(by_person)


def _member(row: Row) -> Member:
    *person, unknown, broken, installed, failed, failed_at = row
    why = NotReached.NEVER_INSTALLED if unknown else NotReached(broken) if broken else None
    return Member(
        person=person_of(person),
        why=why,
        installed=why is None and bool(installed),
        failed=NotReached(failed) if failed else None,
        failed_at=instant(failed_at) if failed_at else None,
    )


class SqliteAudiences(Engine):
    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        return await self.read(lambda db: _reach(db, tenant, audience, channel))

    async def unreached(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[NotReached, int]:
        people, values = _people(tenant, audience, channel)
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT coalesce(r.broken, ?), COUNT(*) {_with_reach(people)}"
                " WHERE r.person IS NULL OR r.broken IS NOT NULL GROUP BY 1",
                (NotReached.NEVER_INSTALLED, *values, channel),
            ).fetchall()
        )
        return {NotReached(why): count for why, count in rows}

    async def members(
        self,
        tenant: TenantId,
        audience: Audience,
        channel: Channel,
        limit: int,
        offset: int = 0,
        *,
        search: str = "",
        reachable: bool | None = None,
    ) -> list[Member]:
        people, values = _people(tenant, audience, channel)
        conditions = ["1"]
        if reachable is not None:
            works = "(r.person IS NOT NULL AND r.broken IS NULL)"
            conditions.append(works if reachable else f"NOT {works}")
        words = search.casefold().split()
        conditions += [f"instr({NAMED}, ?)"] * len(words)

        def query(db: sqlite3.Connection) -> list[Member]:
            rows = db.execute(
                f"SELECT {PERSON}, r.person IS NULL, r.broken, r.installed, r.failed, r.failed_at"
                f" FROM ({people}) a JOIN person p ON p.id = a.person"
                f" LEFT JOIN reference r ON r.person = a.person AND r.channel = ? WHERE {' AND '.join(conditions)}"
                " ORDER BY fold(p.surname), fold(p.name), p.address, p.id LIMIT ? OFFSET ?",
                (*values, channel, *words, limit, offset),
            ).fetchall()
            members = [_member(row) for row in rows]
            columns = _columns(db, audience.lists, [member.person.id for member in members])
            return [replace(member, columns=columns.get(member.person.id, {})) for member in members]

        return await self.read(query)

    async def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        return await self.read(lambda db: _columns(db, audience.lists, people))

    async def zones(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[str, int]:
        people, values = _people(tenant, audience, channel)
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT p.zone, COUNT(*) {_with_reach(people)} JOIN person p ON p.id = a.person"
                " WHERE r.person IS NOT NULL AND r.broken IS NULL GROUP BY p.zone",
                (*values, channel),
            ).fetchall()
        )
        return dict(rows)

    async def by_zone(self, people: Sequence[int]) -> dict[str, Sequence[int]]:
        def query(db: sqlite3.Connection) -> dict[str, Sequence[int]]:
            zones: dict[str, array[int]] = {}
            for start in range(0, len(people), ASKED):
                page = orjson.dumps(list(people[start : start + ASKED])).decode()
                rows = db.execute("SELECT p.zone, p.id FROM json_each(?) a JOIN person p ON p.id = a.value", (page,))
                for zone, person in rows.fetchall():
                    zones.setdefault(zone, array("q")).append(person)
            return dict(zones)

        return await self.read(query)

    async def reach_at(self, tenant: TenantId, addresses: Sequence[str], channel: Channel) -> Reach:
        total, reachable = await self.read(
            lambda db: db.execute(
                "SELECT COUNT(*), COUNT(r.person) FROM (SELECT DISTINCT a.person"
                " FROM json_each(?) w JOIN address a ON a.tenant = ? AND a.address = w.value) a"
                " LEFT JOIN reference r ON r.person = a.person AND r.channel = ? AND r.broken IS NULL",
                (orjson.dumps(list(addresses)).decode(), tenant, channel),
            ).fetchone()
        )
        return Reach(total=total, reachable=reachable)

    async def people_bits(self, tenant: TenantId, channel: Channel, audiences: Sequence[Audience]) -> list[int]:
        working = "SELECT person FROM reference WHERE tenant = ? AND channel = ? AND broken IS NULL"
        reached = await self._bits((working, [tenant, channel])) if audiences else 0
        by_audience: dict[Audience, int] = {}
        for audience in audiences:  # each in a turn of its own: others read in between
            if audience not in by_audience:
                by_audience[audience] = reached & await self._bits(_people(tenant, audience, channel))
        return [by_audience[audience] for audience in audiences]

    async def _bits(self, people: Query) -> int:
        """One text crosses from SQLite, and not a row a person (engine.json_rows)."""
        sql, values = people

        def query(db: sqlite3.Connection) -> int:
            (ids,) = db.execute(f"SELECT group_concat(person) FROM ({sql})", values).fetchone()
            return bits_of(orjson.loads(f"[{ids}]")) if ids else 0

        return await self.read(query)

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        people, values = _people(tenant, audience, channel)

        def query(db: sqlite3.Connection) -> tuple[Sequence[int], Sequence[int]]:
            cursor = db.execute(
                f"SELECT iif(r.person IS NOT NULL AND r.broken IS NULL, a.person, -a.person) {_with_reach(people)}",
                (*values, channel),
            )
            ids = array("q", chain.from_iterable(cursor))  # one number a person: there may be millions
            return array("q", (id for id in ids if id > 0)), array("q", (-id for id in ids if id < 0))

        return await self.read(query)
