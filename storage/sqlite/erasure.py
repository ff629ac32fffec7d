"""What is kept of a person, and its erasure: their number stays, so that figures do; nothing else does.

Both walk the inventory (storage/shared/inventory.py).
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import orjson

from storage.records import CannotErase, Deed, DeliveryState, ListId, PersonId, Role, Subject, Template, TenantId
from storage.records.campaign_life import next_version
from storage.shared.campaign_json import campaign_from_json
from storage.shared.erasure import (
    full_names,
    is_looked_into,
    names_them,
    only,
    pages_of,
    pastes,
    without,
    without_pasted,
)
from storage.shared.inventory import ERASURES, PLACES, Place, Rows, people_in, personal, shown
from storage.shared.json import from_json, to_json
from storage.shared.segments import unneeded
from storage.sqlite.audit import clean_audit, note
from storage.sqlite.campaigns import put
from storage.sqlite.engine import READER_CACHE, Engine, as_json, connected
from storage.sqlite.lists import LIST, list_of

#: which rows of theirs nobody else has seen, by table
UNSEEN = {
    "campaign": "state = 'draft' AND ifnull(json_array_length(record, '$.shared_with'), 0) = 0",
    "list": "(blank OR id IN (SELECT value FROM json_each(:unneeded)))",
    "template": "NOT shared",
}
_IN = "IN (SELECT value FROM json_each(?))"


def _rows(db: sqlite3.Connection, query: str, *values: object) -> Iterator[dict[str, Any]]:
    cursor = db.execute(query, values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


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


def _names(db: sqlite3.Connection, people: str, address: str) -> set[str]:
    """What they are known by, in lower case: addresses, chats, ids of the channels and of the directory."""
    names = db.execute(
        f"SELECT conversation FROM reference WHERE person {_IN} UNION SELECT user FROM reference WHERE person {_IN}"
        f" UNION SELECT address FROM address WHERE person {_IN} UNION SELECT directory_id FROM person WHERE id {_IN}",
        (people,) * 4,
    )
    return {address.lower(), *(name.lower() for (name,) in names)} - {""}


def _refuse(db: sqlite3.Connection, people: str) -> None:
    open_in = db.execute(
        f"SELECT DISTINCT campaign FROM delivery WHERE person {_IN} AND state < ? ORDER BY 1",
        (people, DeliveryState.DELIVERED),
    ).fetchall()
    if open_in:
        raise CannotErase("receives", [campaign for (campaign,) in open_in])
    at_work = db.execute(
        f"SELECT id FROM campaign WHERE author {_IN} AND state IN ('submitted', 'scheduled', 'running') ORDER BY 1",
        (people,),
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


def _erase(db: sqlite3.Connection, address: str, deed: Deed) -> list[tuple[TenantId, PersonId]]:
    db.execute("PRAGMA secure_delete = ON")
    ids = _people(db, address)
    people = as_json(ids)
    erased = db.execute(f"SELECT tenant, id FROM person WHERE id {_IN}", (people,)).fetchall()
    _refuse(db, people)
    names = _names(db, people, address)
    rows = db.execute(f"SELECT name, given_name || ' ' || surname FROM person WHERE id {_IN}", (people,)).fetchall()
    called = full_names(*(name for row in rows for name in row))
    _forget_manager(db, erased, [name for row in rows for name in row if name])
    _forget_documents(db, set(ids), names)
    db.execute(
        "UPDATE list SET size = size - (SELECT count(*) FROM list_member m WHERE m.list = list.id"
        f" AND m.person {_IN}) WHERE id IN (SELECT list FROM list_member WHERE person {_IN})",
        (people, people),
    )
    for place in PLACES:
        if place.table and (place.person or place.rows is Rows.ALL_GO):
            _forget_rows(db, place, people)
    _forget_pasted(db, names)
    clean_audit(db, {tenant for tenant, _ in erased}, names | called)
    for tenant, id in erased:
        note(db, deed.to(tenant, Subject.PERSON, id))
    return [(tenant, id) for tenant, id in erased]


def _forget_manager(db: sqlite3.Connection, erased: list[tuple[str, int]], names: list[str]) -> None:
    """Whose manager they were is said of nobody any more; another of the same name is read again."""
    for tenant in {tenant for tenant, _ in erased}:
        where = "tenant = ? AND manager <> '' AND manager IN (SELECT value FROM json_each(?))"
        db.execute(f"UPDATE person SET manager = '' WHERE {where}", (tenant, as_json(names)))


def _forget_rows(db: sqlite3.Connection, place: Place, people: str) -> None:
    if place.rows is Rows.GO:
        db.execute(f"DELETE FROM {place.table} WHERE {place.person} {_IN}", (people,))
    elif place.rows is Rows.ALL_GO:
        db.execute(f"DELETE FROM {place.table}")
    elif place.rows is Rows.UNSEEN_GO:
        theirs = f"{place.person} IN (SELECT value FROM json_each(:people))"
        values = {"people": people, "unneeded": as_json(_unneeded(db, people) if place.table == "list" else [])}
        db.execute(f"DELETE FROM {place.table} WHERE {theirs} AND {UNSEEN[place.table]}", values)
    elif place.rows is Rows.BLANKED:
        # as a new row has it: the column's default, which is nothing, or NULL
        blank = {name: default for _, name, _, _, default, _ in db.execute(f"PRAGMA table_info({place.table})")}
        changes = ", ".join(f"{name} = {blank[name] or 'NULL'}" for name in personal(place.columns))
        db.execute(f"UPDATE {place.table} SET {changes} WHERE {place.person} {_IN}", (people,))


def _unneeded(db: sqlite3.Connection, people: str) -> list[ListId]:
    """Lists of theirs that nobody else has seen, be it through a segment."""
    rows = db.execute(
        f"SELECT {LIST} FROM list WHERE NOT blank AND tenant IN (SELECT tenant FROM person WHERE id {_IN})", (people,)
    ).fetchall()
    used = db.execute(
        "SELECT u.list FROM campaign_list u JOIN campaign c ON c.id = u.campaign"
        " WHERE c.state IN ('submitted', 'scheduled', 'running')"
    )
    return unneeded(map(list_of, rows), orjson.loads(people), {id for (id,) in used})


def _forget_pasted(db: sqlite3.Connection, names: set[str]) -> None:
    """Their addresses among those that authors have pasted; a draft whose forms change is at its next version."""
    for name in names:
        holding = "WHERE instr(lower(record), ?)"
        for (record,) in db.execute(f"SELECT record FROM campaign {holding}", (name,)).fetchall():
            campaign = campaign_from_json(record)
            forms = without_pasted(campaign.forms, names)
            if forms != campaign.forms:
                cleaned = replace(campaign, forms=forms)
                put(db, next_version(cleaned) if campaign.state.changeable else cleaned)
        for id, record in db.execute(f"SELECT id, record FROM template {holding}", (name,)).fetchall():
            template = from_json(Template, record)
            cleaned_record = to_json(replace(template, forms=without_pasted(template.forms, names)))
            db.execute("UPDATE template SET record = ? WHERE id = ?", (cleaned_record, id))


def _documents(db: sqlite3.Connection, people: set[int], names: set[str]) -> list[tuple[str, bytes]]:
    """Those that say something of them."""
    keys = [key for (key,) in db.execute("SELECT key FROM document") if is_looked_into(key)]
    rows = db.execute(f"SELECT key, json FROM document WHERE key {_IN}", (as_json(keys),))
    return [(key, json) for key, json in rows if names_them(key, json, people, names)]


def _forget_documents(db: sqlite3.Connection, people: set[int], names: set[str]) -> None:
    for key, json in _documents(db, people, names):
        if whole := pages_of(key, json):
            list, pages = whole
            db.executemany("DELETE FROM document WHERE key = ?", [(page,) for page in pages])
            db.execute("DELETE FROM list WHERE id = ? AND blank", (list,))
        left = without(key, json, people, names)
        if left is None:
            db.execute("DELETE FROM document WHERE key = ?", (key,))
        else:
            db.execute("UPDATE document SET json = ?, etag = etag + 1 WHERE key = ?", (left, key))
    db.execute(
        "INSERT INTO document (key, etag, json) VALUES (?, 1, ?)"
        " ON CONFLICT (key) DO UPDATE SET etag = etag + 1, json = excluded.json",
        (ERASURES, orjson.dumps(secrets.token_hex(8))),
    )


def _kept(db: sqlite3.Connection, person: int, address: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for place in PLACES:
        if not place.table:
            continue
        rows = [*_rows(db, f"SELECT * FROM {place.table} WHERE {place.person} = ?", person)] if place.person else []
        if place.record:
            among = _rows(db, f"SELECT * FROM {place.table}")
            rows = [row for row in among if person in people_in(place, orjson.loads(row["record"]))]
        kept[place.name] = [shown(row) for row in rows]
    names = _names(db, as_json([person]), address)
    kept["document"] = [
        shown({"key": key, "json": only(key, json, names, {person})}) for key, json in _documents(db, {person}, names)
    ]
    campaigns = (campaign_from_json(record) for (record,) in db.execute("SELECT record FROM campaign"))
    kept["pasted"] = [{"campaign": one.id, "author": one.author} for one in campaigns if pastes(one.forms, names)]
    return {name: rows for name, rows in kept.items() if rows}


class SqliteErasure(Engine):
    async def kept_of(self, address: str) -> list[dict[str, Any]]:
        return await self.read(lambda db: [_kept(db, person, address) for person in _people(db, address)])

    async def erase(self, address: str, *, deed: Deed) -> list[tuple[TenantId, PersonId]]:
        erased = await self.write(lambda db: _erase(db, address, deed))
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
