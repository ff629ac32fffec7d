"""Distribution lists: made, filled, shared, deleted. The people of an audience: audiences.py."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import repeat, zip_longest

import orjson

from storage.records import (
    Audience,
    CampaignId,
    Columns,
    Deed,
    DistributionList,
    ListId,
    ListInUse,
    PersonId,
    Source,
    Subject,
    TenantId,
    origin_of,
)
from storage.records.instants import instant, ms
from storage.records.lists import names_of_columns
from storage.shared.json import from_json, to_json
from storage.shared.segments import held_by
from storage.sqlite.activities import made_before, note_made
from storage.sqlite.audit import note
from storage.sqlite.engine import Engine, Row

LIST = "id, tenant, owner, name, size, columns, shared_with, shared_with_all, source, read_at, segment"


def list_of(row: Row) -> DistributionList:
    id, tenant, owner, name, size, columns, shared_with, shared_with_all, source, read_at, segment = row
    return DistributionList(
        id=id,
        tenant=tenant,
        owner=owner,
        name=name,
        size=size,
        columns=tuple(orjson.loads(columns)),
        shared_with=frozenset(orjson.loads(shared_with)),
        shared_with_all=bool(shared_with_all),
        source=from_json(Source, source) if source else None,
        read_at=instant(read_at) if read_at is not None else None,
        segment=from_json(Audience, segment) if segment else None,
    )


def _find(db: sqlite3.Connection, id: int) -> DistributionList | None:
    row = db.execute(f"SELECT {LIST} FROM list WHERE id = ? AND NOT blank", (id,)).fetchone()
    return list_of(row) if row else None


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def count_members(db: sqlite3.Connection, id: int) -> None:
    db.execute("UPDATE list SET size = (SELECT COUNT(*) FROM list_member WHERE list = ?) WHERE id = ?", (id, id))


def _enlist(
    db: sqlite3.Connection, id: int, people: Sequence[int], columns: Sequence[Columns] = (), *, keep: bool = False
) -> None:
    texts = (_json(values) if values else None for values in columns)
    on_conflict = "NOTHING" if keep or not columns else "UPDATE SET columns = excluded.columns"
    db.executemany(
        f"INSERT INTO list_member (list, person, columns) VALUES (?, ?, ?) ON CONFLICT (list, person) DO {on_conflict}",
        ((id, person, values) for person, values in zip_longest(people, texts)),
    )
    count_members(db, id)


def _made(
    db: sqlite3.Connection,
    tenant: TenantId,
    owner: PersonId,
    name: str,
    fill: Callable[[sqlite3.Connection, ListId], None],
    deed: Deed,
) -> DistributionList:
    """A new list, noted; the one that an earlier run of the activity has made, where there is one."""
    if (before := made_before(db, "list", deed.cause)) and (known := _find(db, before)):
        return known
    id = _insert(db, tenant, owner, name, blank=False)
    fill(db, id)
    note_made(db, "list", deed.cause, id)
    distribution_list = _find(db, id)
    assert distribution_list is not None
    _note(db, distribution_list, deed)
    return distribution_list


class SqliteLists(Engine):
    async def new_list(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        people: Sequence[PersonId],
        *,
        columns: Mapping[int, Columns] | None = None,
        result_of: CampaignId | None = None,
        deed: Deed,
    ) -> DistributionList:
        def fill(db: sqlite3.Connection, id: ListId) -> None:
            if result_of is not None:
                db.execute("UPDATE list SET result_of = ? WHERE id = ?", (result_of, id))
            if columns:
                db.execute("UPDATE list SET columns = ? WHERE id = ?", (_json(names_of_columns(columns)), id))
            standing = sorted(set(people))
            _enlist(db, id, standing, [(columns or {}).get(person, {}) for person in standing])

        return await self.write(lambda db: _made(db, tenant, owner, name, fill, deed))

    async def blank_list(self, tenant: TenantId, owner: PersonId, *, cause: str = "") -> ListId:
        def change(db: sqlite3.Connection) -> ListId:
            before = made_before(db, "list", cause)
            if before and db.execute("SELECT 1 FROM list WHERE id = ?", (before,)).fetchone():
                return ListId(before)
            id = _insert(db, tenant, owner, "", blank=True)
            note_made(db, "list", cause, id)
            return id

        return await self.write(change)

    async def fill_blank(
        self, id: ListId, people: Sequence[PersonId], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        def change(db: sqlite3.Connection) -> None:
            if is_blank(db, id):
                _enlist(db, id, people, columns, keep=keep)

        await self.write(change)

    async def drop_blank(self, id: ListId) -> None:
        await self.write(lambda db: db.execute("DELETE FROM list WHERE id = ? AND blank", (id,)))

    async def absorb_blanks(self, into: ListId, blanks: Sequence[ListId]) -> None:
        def change(db: sqlite3.Connection) -> None:
            gone = _json([blank for blank in blanks if blank != into])
            if is_blank(db, into):
                db.execute(
                    "INSERT OR IGNORE INTO list_member (list, person) SELECT ?, person FROM list_member"
                    " WHERE list IN (SELECT id FROM list WHERE id IN (SELECT value FROM json_each(?)) AND blank)",
                    (into, gone),
                )
                db.execute("DELETE FROM list WHERE id IN (SELECT value FROM json_each(?)) AND blank", (gone,))

        await self.write(change)

    async def enlist(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        await self._changed(id, deed, lambda db: _enlist(db, id, people))

    async def dismiss(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            db.executemany("DELETE FROM list_member WHERE list = ? AND person = ?", zip(repeat(id), people))
            count_members(db, id)

        await self._changed(id, deed, change)

    async def _changed(self, id: ListId, deed: Deed, change: Callable[[sqlite3.Connection], object]) -> None:
        """Change a list that is there, and note it under the name that it has then."""

        def changed(db: sqlite3.Connection) -> None:
            if _find(db, id):
                change(db)
                after = _find(db, id)
                assert after is not None
                _note(db, after, deed)

        await self.write(changed)

    async def publish_list(
        self, id: ListId, name: str, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        def change(db: sqlite3.Connection) -> DistributionList | None:
            published = db.execute(
                "UPDATE list SET blank = 0, name = ?, columns = ? WHERE id = ? AND blank",
                (name, _json(list(columns)), id),
            ).rowcount
            distribution_list = _find(db, id)
            if published and distribution_list:
                _note(db, distribution_list, deed)
            return distribution_list

        return await self.write(change)

    async def refill_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        def change(db: sqlite3.Connection) -> DistributionList | None:
            refilled = _refill(db, id, blank, columns)
            distribution_list = _find(db, id)
            if refilled and distribution_list:
                _note(db, distribution_list, deed)
            return distribution_list

        return await self.write(change)

    async def refresh_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, read_at: datetime
    ) -> DistributionList | None:
        def change(db: sqlite3.Connection) -> DistributionList | None:
            if _refill(db, id, blank, columns):
                db.execute("UPDATE list SET read_at = ? WHERE id = ?", (ms(read_at), id))
            return _find(db, id)

        return await self.write(change)

    async def list_from(
        self, tenant: TenantId, owner: PersonId, name: str, source: Source, *, deed: Deed
    ) -> DistributionList:
        def change(db: sqlite3.Connection) -> DistributionList:
            known = db.execute(
                "SELECT 1 FROM list WHERE tenant = ? AND origin = ?", (tenant, origin_of(owner, source))
            ).fetchone()
            db.execute(
                "INSERT INTO list (tenant, owner, name, size, source, origin) VALUES (?, ?, ?, 0, ?, ?)"
                " ON CONFLICT (tenant, origin) WHERE origin IS NOT NULL DO UPDATE SET source = excluded.source",
                (tenant, owner, name, to_json(source), origin_of(owner, source)),
            )
            row = db.execute(
                f"SELECT {LIST} FROM list WHERE tenant = ? AND origin = ?", (tenant, origin_of(owner, source))
            ).fetchone()
            distribution_list = list_of(row)
            if not known:
                _note(db, distribution_list, deed)
            return distribution_list

        return await self.write(change)

    async def new_segment(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        segment: Audience,
        columns: Sequence[str] = (),
        *,
        deed: Deed,
    ) -> DistributionList:
        def fill(db: sqlite3.Connection, id: ListId) -> None:
            _keep_segment(db, id, segment, columns)

        return await self.write(lambda db: _made(db, tenant, owner, name, fill, deed))

    async def change_segment(
        self, id: ListId, segment: Audience, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        def change(db: sqlite3.Connection) -> DistributionList | None:
            known = _find(db, id)
            if known is None or known.segment is None:
                return None
            _refuse_in_use(db, known)
            _keep_segment(db, id, segment, columns)
            _note(db, known, deed)
            return _find(db, id)

        return await self.write(change)

    async def rename_list(self, id: ListId, name: str, *, deed: Deed) -> None:
        await self._changed(id, deed, lambda db: db.execute("UPDATE list SET name = ? WHERE id = ?", (name, id)))

    async def share_list(
        self, id: ListId, authors: Sequence[PersonId], *, all_authors: bool = False, deed: Deed
    ) -> None:
        shared = "UPDATE list SET shared_with = ?, shared_with_all = ? WHERE id = ?"
        values = (_json(sorted(set(authors))), all_authors, id)
        await self._changed(id, deed, lambda db: db.execute(shared, values))

    async def distribution_list(self, id: ListId) -> DistributionList | None:
        return await self.read(lambda db: _find(db, id))

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT {LIST} FROM list WHERE tenant = ? AND NOT blank ORDER BY fold(name), id", (tenant,)
            ).fetchall()
        )
        return [list_of(row) for row in rows]

    async def delete_list(self, id: ListId, *, deed: Deed) -> None:
        def change(db: sqlite3.Connection) -> None:
            if (known := _find(db, id)) is None:
                return
            _refuse_in_use(db, known)
            db.execute("DELETE FROM list WHERE id = ?", (id,))
            _note(db, known, deed)

        await self.write(change)


def _refuse_in_use(db: sqlite3.Connection, known: DistributionList) -> None:
    """Raises ListInUse where a campaign that has not ended names the list, or a segment of it."""
    rows = db.execute(f"SELECT {LIST} FROM list WHERE tenant = ? AND segment IS NOT NULL", (known.tenant,)).fetchall()
    using = db.execute(
        "SELECT json_extract(c.record, '$.name') FROM campaign c WHERE c.state IN ('scheduled', 'running') AND c.id IN"
        " (SELECT cl.campaign FROM campaign_list cl WHERE cl.list IN (SELECT value FROM json_each(?)))",
        (_json(sorted(held_by(known.id, map(list_of, rows)))),),
    ).fetchall()
    if using:
        raise ListInUse(tuple(name for (name,) in using))


def _note(db: sqlite3.Connection, distribution_list: DistributionList, deed: Deed) -> None:
    noted = deed.to(distribution_list.tenant, Subject.LIST, distribution_list.id, distribution_list.name)
    note(db, noted)


def _keep_segment(db: sqlite3.Connection, id: int, segment: Audience, columns: Sequence[str]) -> None:
    values = (to_json(segment), _json(list(columns)), id)
    db.execute("UPDATE list SET segment = ?, columns = ? WHERE id = ?", values)


def is_blank(db: sqlite3.Connection, id: int) -> bool:
    return db.execute("SELECT 1 FROM list WHERE id = ? AND blank", (id,)).fetchone() is not None


def _refill(db: sqlite3.Connection, id: int, blank: int, columns: Sequence[str]) -> bool:
    """Whether both were there."""
    if _find(db, id) is None or not is_blank(db, blank):
        return False
    db.execute("DELETE FROM list_member WHERE list = ?", (id,))
    db.execute("UPDATE list_member SET list = ? WHERE list = ?", (id, blank))
    db.execute("DELETE FROM list WHERE id = ?", (blank,))
    db.execute("UPDATE list SET columns = ? WHERE id = ?", (_json(list(columns)), id))
    count_members(db, id)
    return True


def _insert(db: sqlite3.Connection, tenant: str, owner: int, name: str, *, blank: bool) -> ListId:
    cursor = db.execute(
        "INSERT INTO list (tenant, owner, name, size, blank) VALUES (?, ?, ?, 0, ?)", (tenant, owner, name, blank)
    )
    assert cursor.lastrowid is not None
    return ListId(cursor.lastrowid)
