"""Deliveries: planned, leased, marked, settled, each step one durable change for a whole group.

The two questions asked all the time, "what is due?" and "whose lease has lapsed?", are one: both
instants stand in ``next_at``, which a partial index over the open states keeps in order.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice, repeat
from typing import Any

import orjson

from storage.records import (
    FINAL,
    Campaign,
    CampaignId,
    Claimed,
    Columns,
    DeliveryId,
    DeliveryState,
    NotReached,
    PersonId,
    Profile,
    ProfileFigures,
    Seen,
    SentMessage,
    Settled,
    Tally,
)
from storage.records.campaign_life import spared
from storage.records.deliveries import lapsed
from storage.records.instants import instant, ms
from storage.shared.leases import leased_as
from storage.shared.lessons import lessons_of
from storage.shared.presence_log import packed
from storage.sqlite.counters import move, move_profiles, move_rungs
from storage.sqlite.engine import Engine, as_json, json_rows
from storage.sqlite.people import PERSON, REFERENCE, learn, person_of, reference_of
from storage.sqlite.weekly_cap import release

PLANNED = 10_000  #: rows planned by one statement
REAP = 5_000  #: rows settled by one change: longer ones would hold up everybody else's
OPEN = f"state < {int(FINAL)}"  #: the partial index's own words: SQLite uses it only for these

AMONG = "(SELECT value FROM json_each(?))"

_PERSON_COLUMNS = PERSON.count(",") + 1


_INTO = "INSERT OR IGNORE INTO delivery (campaign, person, state, next_at"


def _plan(
    db: sqlite3.Connection,
    id: CampaignId,
    people: Sequence[int],
    due: Sequence[int] | None,
    until: datetime,
    columns: Mapping[int, Columns],
    profiles: Sequence[int],
) -> int:
    state = DeliveryState.WAITING if due is None else DeliveryState.PLANNED
    instants = repeat(ms(until), len(people)) if due is None else due
    new = Counter[int]()
    for profile, some in _by_profile(people, instants, profiles):
        before = db.total_changes
        _insert(db, id, state, profile, some, columns)
        new[profile] = db.total_changes - before
    move(db, id, {(state, ""): new.total()})
    move_profiles(db, id, "recipients", new)
    return new.total()


Due = Iterable[tuple[int, int]]  #: PersonIds, and when each is due


def _by_profile(people: Sequence[int], instants: Iterable[int], profiles: Sequence[int]) -> list[tuple[int, Due]]:
    """In one piece where all are alike, as they mostly are: there may be millions."""
    if len(set(profiles)) < 2:
        return [(profiles[0] if profiles else 0, zip(people, instants, strict=True))]
    groups: dict[int, list[tuple[int, int]]] = {}
    for person, at, profile in zip(people, instants, profiles, strict=True):
        groups.setdefault(profile, []).append((person, at))
    return list(groups.items())


def _insert(
    db: sqlite3.Connection,
    id: CampaignId,
    state: DeliveryState,
    profile: int,
    some: Due,
    columns: Mapping[int, Columns],
) -> None:
    """Few statements: one a row would fight the event loop for the interpreter's lock."""
    due_at = iter(some)
    if columns:
        rows = ((person, at, columns.get(person)) for person, at in due_at)
        while page := list(islice(rows, PLANNED)):
            db.execute(
                f"{_INTO}, profile, columns) SELECT ?, value ->> 0, ?, value ->> 1, ?, value ->> 2 FROM json_each(?)",
                (id, state, profile, as_json(page)),
            )
    else:  # pairs: a list in a list is text, parsed again for each of its values
        while pairs := dict(islice(due_at, PLANNED)):
            db.execute(
                f"{_INTO}, profile) SELECT ?, CAST(key AS INTEGER), ?, value, ? FROM json_each(?)",
                (id, state, profile, as_json(pairs)),
            )


def _plan_ended(
    db: sqlite3.Connection,
    id: CampaignId,
    people: Sequence[int],
    state: DeliveryState,
    reason: NotReached,
    at: int,
    profiles: Sequence[int],
) -> int:
    new = Counter[int]()
    for profile, some in _by_profile(people, repeat(at, len(people)), profiles):
        before = db.total_changes
        db.executemany(
            "INSERT OR IGNORE INTO delivery (campaign, person, state, next_at, reason, settled_at, profile)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((id, person, int(state), at, str(reason), at, profile) for person, _ in some),
        )
        new[profile] = db.total_changes - before
    move(db, id, {(state, str(reason)): new.total()})
    move_profiles(db, id, "recipients", new)
    return new.total()


def _claim(
    db: sqlite3.Connection,
    campaign: Campaign,
    holder: int,
    now: datetime,
    lease_until: datetime,
    limit: int,
    *,
    mark: bool,
) -> list[Claimed]:
    rows = json_rows(
        db,
        "SELECT json_array(d.id, d.state, d.tries, d.rung, json(d.columns), d.profile,"
        f" iif(d.reason = '{NotReached.UNEXPLAINED}', d.settled_at, NULL), {PERSON}, {REFERENCE}) AS row"
        " FROM delivery d JOIN person p ON p.id = d.person"
        " LEFT JOIN reference r ON r.person = d.person AND r.channel = ?"
        f" WHERE d.campaign = ? AND d.{OPEN} AND d.next_at <= ? AND d.state IN (?, ?)"
        " ORDER BY d.next_at LIMIT ?",
        (campaign.channel, campaign.id, ms(now), DeliveryState.PLANNED, DeliveryState.CLAIMED, limit),
    )
    claimed = [_claimed(campaign.id, row) for row in rows]
    counts = Counter[tuple[int, str]]()
    counts.subtract(Counter((row[1], "") for row in rows))
    for state, ids in leased_as(
        ((row.id, row.reachable and not spared(campaign, row.person)) for row in claimed), mark=mark
    ).items():
        db.execute(
            f"UPDATE delivery SET state = ?, holder = ?, next_at = ? WHERE id IN {AMONG}",
            (state, holder, ms(lease_until), as_json(ids)),
        )
        counts[(state, "")] += len(ids)
    move(db, campaign.id, counts)
    return claimed


def _claimed(campaign: CampaignId, row: list[Any]) -> Claimed:
    person, reference = row[7 : 7 + _PERSON_COLUMNS], row[7 + _PERSON_COLUMNS :]
    return Claimed(
        id=DeliveryId(row[0]),
        campaign=campaign,
        person=person_of(person),
        reference=reference_of(reference) if reference[0] else None,
        attempts=row[2],
        rung=row[3],
        columns=row[4] or {},
        profile=row[5],
        unexplained_at=instant(row[6]) if row[6] else None,
    )


def _held(db: sqlite3.Connection, ids: Sequence[int], holder: int, states: tuple[int, ...]) -> dict[int, list[int]]:
    """Of these deliveries, those that this holder still has: {id: [campaign, state, rung, profile, person]}."""
    marks = ", ".join("?" * len(states))
    rows = json_rows(
        db,
        "SELECT json_array(id, campaign, state, rung, profile, person) AS row FROM delivery"
        f" WHERE id IN {AMONG} AND holder = ? AND state IN ({marks})",
        (as_json(ids), holder, *states),
    )
    return {id: rest for id, *rest in rows}


def _advance(
    db: sqlite3.Connection, claimed: Sequence[Claimed], holder: int, state: DeliveryState, next_at: datetime
) -> set[int]:
    """Bring the claims that are still this holder's into ``state``."""
    held = _held(db, [delivery.id for delivery in claimed], holder, (DeliveryState.CLAIMED,))
    db.execute(
        f"UPDATE delivery SET state = ?, next_at = ? WHERE id IN {AMONG}", (state, ms(next_at), as_json(list(held)))
    )
    for campaign, count in Counter(campaign for campaign, *_ in held.values()).items():
        move(db, campaign, {(DeliveryState.CLAIMED, ""): -count, (state, ""): count})
    return set(held)


def _record(db: sqlite3.Connection, settled: Sequence[Settled], holder: int) -> None:
    # a delivery whose lease was lost has been settled without us, and stays as it is
    held = _held(db, [row.id for row in settled], holder, (DeliveryState.CLAIMED, DeliveryState.SENDING))
    kept = [
        _or_back(db, row, held[row.id][-1]) if row.state is DeliveryState.WAITING else row
        for row in settled
        if row.id in held
    ]
    db.execute(
        "UPDATE delivery SET holder = NULL, state = value ->> 1, next_at = value ->> 2, tries = tries + (value ->> 3),"
        " reason = value ->> 4, detail = value ->> 5, activity = value ->> 6, settled_at = value ->> 7,"
        " rung = ifnull(value ->> 8, rung), log = CASE WHEN value ->> 9 IS NULL THEN log"
        " ELSE ifnull(log || ' ', '') || (value ->> 9) END"
        " FROM json_each(?) WHERE delivery.id = value ->> 0",
        (as_json([_columns(row) for row in kept]),),
    )
    # what has left has its answer, no matter who holds the row
    answered = [row for row in settled if row.attempted or row.id in held]
    release(db, answered)
    changes: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    rungs: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    sent: dict[int, Counter[int]] = defaultdict(Counter)
    for row in kept:
        _, state, rung, profile, _ = held[row.id]
        counts = changes[row.campaign]
        counts[(state, "")] -= 1
        counts[(row.state, _reason(row.state, row.reason))] += 1
        if row.seen and row.state is DeliveryState.DELIVERED:
            rungs[row.campaign][(rung, row.seen)] += 1
        if row.state is DeliveryState.DELIVERED:
            sent[row.campaign][profile] += 1
    learn(db, [(row.person, row.channel, lesson) for row, lesson in lessons_of(answered)])
    db.executemany(
        "UPDATE reference SET service_url = ? WHERE person = ? AND channel = ?",
        [(row.service_url, row.person, row.channel) for row in answered if row.service_url],
    )
    for campaign, counts in changes.items():
        move(db, campaign, counts)
    for campaign, delivered in rungs.items():
        move_rungs(db, campaign, delivered)
    for campaign, by_profile in sent.items():
        move_profiles(db, campaign, "sent", by_profile)


def _or_back(db: sqlite3.Connection, row: Settled, person: int) -> Settled:
    """A person who installed (again) after the claim was read waits no more.

    ``person``: whose it is now; whoever it was claimed for may have become this person meanwhile.
    """
    back = db.execute(
        "SELECT 1 FROM reference WHERE person = ? AND channel = ? AND broken IS NULL", (person, row.channel)
    ).fetchone()
    return replace(row, state=DeliveryState.PLANNED, due=row.at) if back else row


def _columns(row: Settled) -> tuple[object, ...]:
    at = ms(row.at)
    return (
        row.id,
        row.state,
        ms(row.due) if row.due else at,
        int(row.attempted),
        row.reason,
        row.detail or None,
        row.activity or None,
        at,
        row.rung,
        packed(row.at, row.seen) if row.seen else None,
    )


def _reason(state: DeliveryState, reason: NotReached | None) -> str:
    return reason if reason and state.final else ""


def _reap(
    db: sqlite3.Connection, id: CampaignId, now: datetime, slot_end: datetime, why: NotReached
) -> Counter[DeliveryState]:
    # what waits for its instant is only read once the slot is over: there may be a million
    over = f"(d.state <= {int(DeliveryState.PLANNED)} OR d.next_at <= :now)"
    lapsed_only = f"(d.state = {int(DeliveryState.SENDING)} AND d.next_at <= :now)"
    rows = db.execute(
        "SELECT d.id, d.state, d.reason, r.broken FROM delivery d"
        " JOIN campaign c ON c.id = d.campaign"
        " LEFT JOIN reference r ON r.person = d.person AND r.channel = json_extract(c.record, '$.channel')"
        f" WHERE d.campaign = :id AND d.{OPEN} AND {over if now >= slot_end else lapsed_only} LIMIT :most",
        {"id": id, "now": ms(now), "most": REAP},
    ).fetchall()
    counts = Counter[tuple[int, str]]()
    changes = []
    for delivery, state, reason, broken in rows:
        final, because = lapsed(state, reason, broken, why)
        counts[(state, "")] -= 1
        counts[(final, because)] += 1
        changes.append((final, because, ms(now), delivery))
    db.executemany("UPDATE delivery SET state = ?, reason = ?, settled_at = ?, holder = NULL WHERE id = ?", changes)
    move(db, id, counts)
    return Counter(final for final, *_ in changes)


def _tally(db: sqlite3.Connection, id: CampaignId) -> Tally:
    states = Counter[DeliveryState]()
    reasons = Counter[NotReached]()
    for state, reason, count in db.execute("SELECT state, reason, count FROM tally WHERE campaign = ?", (id,)):
        states[DeliveryState(state)] += count
        if reason:
            reasons[NotReached(reason)] += count
    rungs = {
        (rung, Seen(seen)): count
        for rung, seen, count in db.execute("SELECT rung, found, count FROM rung_tally WHERE campaign = ?", (id,))
    }
    return Tally(states=+states, reasons=+reasons, rungs=rungs)


class SqliteDeliveries(Engine):
    async def plan(
        self,
        id: CampaignId,
        people: Sequence[int],
        due: Sequence[int] | None,
        until: datetime,
        columns: Mapping[int, Columns] | None = None,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        return await self.write(lambda db: _plan(db, id, people, due, until, columns or {}, profiles))

    async def plan_ended(
        self,
        id: CampaignId,
        people: Sequence[int],
        state: DeliveryState,
        reason: NotReached,
        at: datetime,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        return await self.write(lambda db: _plan_ended(db, id, people, state, reason, ms(at), profiles))

    async def keep_profiles(self, id: CampaignId, profiles: Collection[Profile]) -> None:
        rows = [(id, one.number, one.text) for one in profiles]
        if rows:
            insert = "INSERT OR IGNORE INTO profile (campaign, number, facts) VALUES (?, ?, ?)"
            await self.write(lambda db: db.executemany(insert, rows) and None)

    async def profile_figures(self, id: CampaignId) -> list[ProfileFigures]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT facts, recipients, sent, opened, clicked, acknowledged FROM profile"
                " WHERE campaign = ? AND recipients > 0 ORDER BY number",
                (id,),
            ).fetchall()
        )
        return [
            ProfileFigures(
                profile=Profile.of(facts),
                recipients=recipients,
                sent=sent,
                opened=opened,
                clicked=clicked,
                acknowledged=acknowledged,
            )
            for facts, recipients, sent, opened, clicked, acknowledged in rows
        ]

    async def delivery_columns(self, id: CampaignId, people: Sequence[int]) -> dict[int, Columns]:
        def query(db: sqlite3.Connection) -> dict[int, Columns]:
            rows = db.execute(
                "SELECT d.person, d.columns FROM json_each(?) a"
                " JOIN delivery d ON d.campaign = ? AND d.person = a.value WHERE d.columns IS NOT NULL",
                (as_json(list(people)), id),
            )
            return {person: said for person, columns in rows if (said := orjson.loads(columns))}

        return await self.read(query)

    async def planned_people(self, id: CampaignId) -> Sequence[int]:
        def query(db: sqlite3.Connection) -> Sequence[int]:
            cursor = db.execute("SELECT person FROM delivery WHERE campaign = ? ORDER BY person", (id,))
            return array("q", (person for (person,) in cursor))

        return await self.read(query)

    async def people_in_state(self, id: CampaignId, state: DeliveryState) -> Sequence[int]:
        def query(db: sqlite3.Connection) -> Sequence[int]:
            cursor = db.execute(
                "SELECT person FROM delivery WHERE campaign = ? AND state = ? ORDER BY person", (id, state)
            )
            return array("q", (person for (person,) in cursor))

        return await self.read(query)

    async def sent_messages(self, id: CampaignId, after: int, limit: int) -> list[SentMessage]:
        rows = await self.read(
            lambda db: json_rows(
                db,
                f"SELECT json_array(d.person, d.state, d.activity, {REFERENCE}) AS row FROM delivery d"
                " JOIN campaign c ON c.id = d.campaign LEFT JOIN reference r"
                " ON r.person = d.person AND r.channel = c.channel"
                " WHERE d.campaign = ? AND d.person > ? AND d.state IN (?, ?) ORDER BY d.person LIMIT ?",
                (id, after, DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED, limit),
            )
        )
        return [
            SentMessage(
                person=PersonId(person),
                state=DeliveryState(state),
                activity=activity or "",
                reference=reference_of(reference) if reference[0] else None,
            )
            for person, state, activity, *reference in rows
        ]

    async def claim_due(
        self, campaign: Campaign, holder: int, now: datetime, lease_until: datetime, limit: int, *, mark: bool = False
    ) -> list[Claimed]:
        return await self.write(lambda db: _claim(db, campaign, holder, now, lease_until, limit, mark=mark))

    async def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        return await self.write(lambda db: _advance(db, claimed, holder, DeliveryState.SENDING, lease_until))

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        await self.write(lambda db: _record(db, settled, holder))

    async def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> set[int]:
        def change(db: sqlite3.Connection) -> set[int]:
            rows = db.execute(
                f"UPDATE delivery SET next_at = ? WHERE id IN {AMONG} AND holder = ? AND {OPEN} RETURNING id",
                (ms(lease_until), as_json(list(ids)), holder),
            )
            return {id for (id,) in rows.fetchall()}

        return await self.write(change)

    async def reap(
        self, id: CampaignId, now: datetime, slot_end: datetime, why: NotReached = NotReached.SLOT_OVER
    ) -> Counter[DeliveryState]:
        return await self.write(lambda db: _reap(db, id, now, slot_end, why))

    async def tally(self, id: CampaignId) -> Tally:
        return await self.read(lambda db: _tally(db, id))

    async def next_due(self, id: CampaignId) -> datetime | None:
        row = await self.read(
            lambda db: db.execute(
                f"SELECT next_at FROM delivery WHERE campaign = ? AND {OPEN} AND state = ? ORDER BY next_at LIMIT 1",
                (id, DeliveryState.PLANNED),
            ).fetchone()
        )
        return instant(row[0]) if row else None

    async def due_among(
        self, ids: Collection[CampaignId], states: Collection[DeliveryState], now: datetime
    ) -> set[CampaignId]:
        rows = await self.read(
            lambda db: db.execute(
                f"SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM delivery WHERE campaign = value AND {OPEN}"
                " AND next_at <= ? AND state BETWEEN ? AND ?)",
                (as_json(list(ids)), ms(now), min(states), max(states)),
            ).fetchall()
        )
        return {CampaignId(id) for (id,) in rows}

    async def last_due(self, id: CampaignId, before: datetime) -> datetime | None:
        row = await self.read(
            lambda db: db.execute(
                f"SELECT next_at FROM delivery WHERE campaign = ? AND {OPEN} AND next_at < ? AND state = ?"
                " ORDER BY next_at DESC LIMIT 1",
                (id, ms(before), DeliveryState.PLANNED),
            ).fetchone()
        )
        return instant(row[0]) if row else None

    async def delivery_state(self, id: CampaignId, person: PersonId) -> int | None:
        row = await self.read(
            lambda db: db.execute(
                "SELECT state FROM delivery WHERE campaign = ? AND person = ?", (id, person)
            ).fetchone()
        )
        return row[0] if row else None
