"""The people of an audience: each once, without those who are to be left out."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from storage.records import Audience, Channel, Columns, ListId, Member, NotReached, Profile, Reach, TenantId
from storage.records.instants import instant
from storage.records.segments import KnownValue, folded
from storage.shared.bits import bits_of
from storage.shared.profiles import by_profile, language_code
from storage.shared.segments import is_sound, lists_behind, tells_segments_apart
from storage.sqlite.engine import Engine, Row, numbers_in
from storage.sqlite.people import PERSON, person_of
from storage.sqlite.segments import (
    Asked,
    Query,
    holds,
    known_lists,
    known_values,
    named_in,
    people_with_guests,
)

ASKED = 5_000  #: people asked about at a time

GUESTS = "SELECT id AS person FROM person WHERE tenant = ? AND guest"
#: what a word is looked for in: none spans two of them
NAMED = "fold(p.surname || char(10) || p.given_name || char(10) || p.name || char(10) || p.address)"


def _asked(db: sqlite3.Connection, tenant: TenantId, audience: Audience, channel: Channel, now: datetime) -> Asked:
    return Asked(db, channel, now, named_in(db, tenant, audience))


def _people(asked: Asked, audience: Audience) -> Query:
    sql, values = people_with_guests(asked, audience)
    if audience.guests:
        return sql, values
    return f"SELECT person FROM ({sql}) WHERE person NOT IN ({GUESTS})", [*values, asked.tenant]


def _people_now(db: sqlite3.Connection, tenant: TenantId, audience: Audience, channel: Channel, now: datetime) -> Query:
    return _people(_asked(db, tenant, audience, channel, now), audience)


def _with_reach(people: str) -> str:
    return f"FROM ({people}) a LEFT JOIN reference r ON r.person = a.person AND r.channel = ?"


def _reached(people: Query, audience: Audience, channel: Channel) -> Query:
    """SQL that gives ``person`` and whether they can be reached as ``works``."""
    sql, values = people
    if audience.everyone and not audience.lists:  # those who can be: a million references are not read for it
        return f"SELECT person, 1 AS works FROM ({sql})", values
    return f"SELECT a.person, r.person IS NOT NULL AND r.broken IS NULL AS works {_with_reach(sql)}", [*values, channel]


def _reach(asked: Asked, audience: Audience) -> Reach:
    people, values = _reached(people_with_guests(asked, audience), audience, asked.channel)
    out = f"person IN ({GUESTS})" if not audience.guests else "0"
    of_guests = [] if audience.guests else [asked.tenant]
    total, reachable, guests = asked.db.execute(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE works AND NOT guest), COUNT(*) FILTER (WHERE guest)"
        f" FROM (SELECT works, {out} AS guest FROM ({people}))",
        (*of_guests, *values),
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


def _known_of(db: sqlite3.Connection, page: str, people: Sequence[int]) -> list[tuple[Profile, Sequence[int]]]:
    """Asked first whether the same is known of all: mostly so, and nobody has to be sorted then."""
    facts = "department, country, city, language, locale"
    first = db.execute(f"SELECT {facts} FROM person WHERE id = ?", (people[0] if people else 0,)).fetchone()
    among = "FROM json_each(?) a CROSS JOIN person p ON p.id = a.value"
    others = f"SELECT 1 {among} WHERE NOT (department = ? AND country = ? AND city = ? AND language = ? AND locale = ?)"
    if first is None or db.execute(f"{others} LIMIT 1", (page, *first)).fetchone():
        rows = db.execute(f"SELECT {facts}, json_group_array(p.id) {among} GROUP BY {facts}", (page,))
        groups: list[tuple[Any, ...]] = [(*row[:-1], orjson.loads(row[-1])) for row in rows]
    else:
        groups = [(*first, people)]
    return [
        (Profile(department=department, country=country, city=city, language=language_code(language, locale)), some)
        for department, country, city, language, locale, some in groups
    ]


def _profiles(asked: Asked, audience: Audience, people: Sequence[int]) -> dict[Profile, list[int]]:
    db, page = asked.db, orjson.dumps(list(people)).decode()
    known = _known_of(db, page, people)
    lists: dict[int, int] = {}
    for id in audience.lists:
        one = asked.named.lists.get(id)
        if one is None or one.segment is None:
            (some,) = db.execute(
                "SELECT json_group_array(m.person) FROM list_member m JOIN list l ON l.id = m.list AND NOT l.blank"
                " WHERE m.list = ? AND m.person IN (SELECT value FROM json_each(?))",
                (id, page),
            ).fetchone()
        elif tells_segments_apart(audience) and is_sound(one.segment, asked.named):
            condition, values = holds(asked, one.segment)
            among = "FROM json_each(?) a CROSS JOIN person p ON p.id = a.value"
            (some,) = db.execute(f"SELECT json_group_array(p.id) {among} WHERE {condition}", (page, *values)).fetchone()
        else:
            continue
        for person in orjson.loads(some):
            lists.setdefault(person, id)
    behind = lists_behind(audience.lists, known_lists(db, audience.lists))
    return by_profile(known, lists, _columns(db, behind, people))


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
        now = self.now()
        return await self.read(lambda db: _reach(_asked(db, tenant, audience, channel, now), audience))

    async def unreached(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[NotReached, int]:
        now = self.now()

        def query(db: sqlite3.Connection) -> list[Row]:
            people, values = _people_now(db, tenant, audience, channel, now)
            return db.execute(
                f"SELECT coalesce(r.broken, ?), COUNT(*) {_with_reach(people)}"
                " WHERE r.person IS NULL OR r.broken IS NOT NULL GROUP BY 1",
                (NotReached.NEVER_INSTALLED, *values, channel),
            ).fetchall()

        return {NotReached(why): count for why, count in await self.read(query)}

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
        by_name: bool = True,
    ) -> list[Member]:
        conditions, now = ["1"], self.now()
        if reachable is not None:
            works = "(r.person IS NOT NULL AND r.broken IS NULL)"
            conditions.append(works if reachable else f"NOT {works}")
        order = "fold(p.surname), fold(p.name), p.address, p.id" if by_name else "a.person"
        words = search.casefold().split()
        conditions += [f"instr({NAMED}, ?)"] * len(words)

        def query(db: sqlite3.Connection) -> list[Member]:
            asked = _asked(db, tenant, audience, channel, now)
            people, values = _people(asked, audience)
            rows = db.execute(
                f"SELECT {PERSON}, r.person IS NULL, r.broken, r.installed, r.failed, r.failed_at"
                f" FROM ({people}) a JOIN person p ON p.id = a.person"
                f" LEFT JOIN reference r ON r.person = a.person AND r.channel = ? WHERE {' AND '.join(conditions)}"
                f" ORDER BY {order} LIMIT ? OFFSET ?",
                (*values, channel, *words, limit, offset),
            ).fetchall()
            members = [_member(row) for row in rows]
            lists = lists_behind(audience.lists, asked.named.lists)
            columns = _columns(db, lists, [member.person.id for member in members])
            return [replace(member, columns=columns.get(member.person.id, {})) for member in members]

        return await self.read(query)

    async def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        def query(db: sqlite3.Connection) -> dict[int, Columns]:
            lists = lists_behind(audience.lists, known_lists(db, audience.lists))
            return _columns(db, lists, people)

        return await self.read(query)

    async def profiles_of(
        self, tenant: TenantId, audience: Audience, channel: Channel, people: Sequence[int]
    ) -> dict[Profile, list[int]]:
        now = self.now()
        return await self.read(lambda db: _profiles(_asked(db, tenant, audience, channel, now), audience, people))

    async def known_values(self, tenant: TenantId, lists: Sequence[ListId], wanted: Collection[str]) -> set[KnownValue]:
        return await self.read(lambda db: known_values(db, tenant, lists, {folded(text) for text in wanted}))

    async def zones(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[str, int]:
        now = self.now()

        def query(db: sqlite3.Connection) -> list[tuple[str, int]]:
            people, values = _people_now(db, tenant, audience, channel, now)
            return db.execute(
                f"SELECT p.zone, COUNT(*) {_with_reach(people)} JOIN person p ON p.id = a.person"
                " WHERE r.person IS NOT NULL AND r.broken IS NULL GROUP BY p.zone",
                (*values, channel),
            ).fetchall()

        return dict(await self.read(query))

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
        if not audiences:
            return []
        working = "SELECT person FROM reference WHERE tenant = ? AND channel = ? AND broken IS NULL"
        reached = await self._bits(lambda db: (working, [tenant, channel]))
        guests = await self._bits(lambda db: (GUESTS, [tenant]))
        now = self.now()

        def query(db: sqlite3.Connection, audience: Audience) -> Query:
            return people_with_guests(_asked(db, tenant, audience, channel, now), audience)

        by_audience: dict[Audience, int] = {}
        for audience in audiences:  # each in a turn of its own: others read in between
            if audience not in by_audience:
                people = reached if audience.guests else reached & ~guests
                by_audience[audience] = people & await self._bits(partial(query, audience=audience))
        return [by_audience[audience] for audience in audiences]

    async def _bits(self, people: Callable[[sqlite3.Connection], Query]) -> int:
        """One text crosses from SQLite, and not a row a person (engine.json_rows)."""

        def query(db: sqlite3.Connection) -> int:
            sql, values = people(db)
            (ids,) = db.execute(f"SELECT group_concat(person) FROM ({sql})", values).fetchone()
            (highest,) = db.execute("SELECT max(id) FROM person").fetchone()
            return bits_of(orjson.loads(f"[{ids}]"), highest) if ids else 0

        return await self.read(query)

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        now = self.now()

        def query(db: sqlite3.Connection) -> tuple[Sequence[int], Sequence[int]]:
            people = _people_now(db, tenant, audience, channel, now)
            sql, values = _reached(people, audience, channel)
            reached, others = db.execute(
                "SELECT group_concat(person) FILTER (WHERE works), group_concat(person) FILTER (WHERE NOT works)"
                f" FROM ({sql})",
                values,
            ).fetchone()
            return numbers_in(reached), numbers_in(others)

        return await self.read(query)
