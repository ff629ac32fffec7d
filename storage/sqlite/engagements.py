"""Presses and the people behind them: one row for each recipient, counts that move with the rows."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.records import (
    CROWD,
    MAY_HAVE_ARRIVED,
    CampaignId,
    Channel,
    Counts,
    DeliveryState,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Person,
    Press,
    Received,
    Who,
    engaged,
)
from storage.records.instants import instant, ms
from storage.shared.engagement_json import bit_of, bits_of, from_text, hour_instant, newly, to_text
from storage.sqlite.counters import move_profiles
from storage.sqlite.engine import Engine, as_json, json_rows

ANY = -1  #: the row that stands for any button
_PLACE = {kind: place for place, kind in enumerate(EngagementKind)}

Key = tuple[int, int]  #: campaign, who


def _engage(db: sqlite3.Connection, presses: Sequence[Press]) -> list[Engaged | None]:
    groups: dict[Key, list[Press]] = {}
    for press in presses:
        groups.setdefault((press.campaign, press.who), []).append(press)
    records: dict[Key, Engaged] = {}
    alike: dict[tuple[object, ...], _Change] = {}
    written = []
    by_profile: dict[tuple[int, EngagementKind], Counter[int]] = defaultdict(Counter)
    for key, (text, profile) in _known(db, groups).items():
        done = groups[key]
        same = _same(text, done)
        change = alike.get(same)
        if change is None:
            change = alike[same] = _changed(text, done)
        change.people += 1
        records[key] = change.after
        if change.changed:
            written.append((*key, change.bits, change.text))
            for kind in change.new if profile else ():
                by_profile[(key[0], kind)][profile] += 1
    if written:
        db.execute(
            "INSERT INTO engaged (campaign, who, kinds, record)"
            " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true"
            " ON CONFLICT (campaign, who) DO UPDATE SET kinds = excluded.kinds, record = excluded.record",
            (as_json(written),),
        )
        _count(db, _sum(alike.values()))
        for (campaign, kind), people in by_profile.items():
            move_profiles(db, campaign, kind, people)
    return [records.get((press.campaign, press.who)) for press in presses]


@dataclass(slots=True)
class _Change:
    """What the same presses make of the same record: worked out once for all people who did so."""

    campaign: CampaignId
    who: Who
    before: Engaged
    after: Engaged
    #: of the record afterwards
    bits: int
    text: str
    changed: bool
    #: of those that are counted by profile
    new: tuple[EngagementKind, ...]
    people: int = 0


def _same(text: str | None, done: Sequence[Press]) -> tuple[object, ...]:
    """Equal for people of whom the same was kept, and who have done the same at the same millisecond."""
    first = done[0]
    if len(done) == 1 and first.who != CROWD:
        return (first.campaign, text, first.kind, ms(first.at), first.button, first.reaction, first.gone)
    return (first.campaign, first.who)


def _changed(text: str | None, done: Sequence[Press]) -> _Change:
    before = after = from_text(text)
    for press in done:
        after = engaged(after, press)
    return _Change(
        campaign=done[0].campaign,
        who=done[0].who,
        before=before,
        after=after,
        bits=bits_of(after),
        text=to_text(after),
        changed=after != before,
        new=newly(before, after),
    )


def _sum(changes: Iterable[_Change]) -> dict[int, Counts]:
    by_campaign: dict[int, Counts] = {}
    for change in changes:
        if change.changed:
            counts = by_campaign.setdefault(change.campaign, Counts())
            counts.add(change.after, change.who, change.people)
            counts.add(change.before, change.who, -change.people)
    return by_campaign


def _known(db: sqlite3.Connection, keys: Iterable[Key]) -> dict[Key, tuple[str | None, int]]:
    """(What is kept of those who are recipients, None for a person who has done nothing yet; their profile.)"""
    rows = json_rows(
        db,
        "SELECT json_array(k.value ->> 0, k.value ->> 1, d.state, e.record, d.profile) AS row FROM json_each(?) k"
        " LEFT JOIN delivery d ON d.campaign = k.value ->> 0 AND d.person = k.value ->> 1"
        " LEFT JOIN engaged e ON e.campaign = k.value ->> 0 AND e.who = k.value ->> 1",
        (as_json(list(keys)),),
    )
    return {
        (campaign, who): (record, profile or 0)
        for campaign, who, state, record, profile in rows
        if who <= 0 or state in MAY_HAVE_ARRIVED
    }


def _count(db: sqlite3.Connection, changes: dict[int, Counts]) -> None:
    totals, hours = [], []
    for campaign, counts in changes.items():
        for key in counts.presses.keys() | counts.people.keys():
            kind, button = key
            numbers = (counts.people.get(key, 0), counts.presses.get(key, 0), counts.latest[key])
            totals.append((campaign, kind, ANY if button is None else button, *numbers))
        for (kind, hour), people in counts.hours.items():
            if people:
                hours.append((campaign, kind, hour, people))
    db.execute(
        "INSERT INTO engagement_tally (campaign, kind, button, people, presses, last_at)"
        " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5"
        " FROM json_each(?) WHERE true ON CONFLICT (campaign, kind, button) DO UPDATE"
        " SET people = people + excluded.people, presses = presses + excluded.presses,"
        " last_at = max(last_at, excluded.last_at)",
        (as_json(totals),),
    )
    if hours:
        db.execute(
            "INSERT INTO engagement_hour (campaign, kind, hour, people)"
            " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true"
            " ON CONFLICT (campaign, kind, hour) DO UPDATE SET people = people + excluded.people",
            (as_json(hours),),
        )


def _received(db: sqlite3.Connection, person: Person, channel: Channel, now: datetime) -> list[Received]:
    rows: list[Any] = db.execute(
        "SELECT d.campaign, d.activity, d.state, coalesce(d.settled_at, d.next_at),"
        " json_extract(c.record, '$.tracking.anonymous'), coalesce(e.kinds, 0) FROM campaign c"
        " JOIN delivery d ON d.campaign = c.id AND d.person = ?"
        " LEFT JOIN engaged e ON e.campaign = c.id AND e.who = d.person"
        " WHERE c.tenant = ? AND c.channel = ? AND c.closes_at > ? ORDER BY c.id DESC",
        (person.id, person.tenant, channel, ms(now)),
    ).fetchall()
    messages = [
        Received(
            campaign=campaign,
            person=person.id,
            activity=activity or "",
            arrived=state != DeliveryState.SENDING,
            at=instant(at),
            anonymous=bool(anonymous),
            opened=bool(kinds & bit_of(EngagementKind.OPENED)),
        )
        for campaign, activity, state, at, anonymous, kinds in rows
        if state in MAY_HAVE_ARRIVED
    ]
    return sorted(messages, key=lambda one: (one.at, one.campaign), reverse=True)


class SqliteEngagements(Engine):
    async def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        return await self.write(lambda db: _engage(db, presses)) if presses else []

    async def engagement(self, id: CampaignId) -> list[Engagement]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT kind, button, people, presses, last_at FROM engagement_tally WHERE campaign = ?", (id,)
            ).fetchall()
        )
        totals = [
            Engagement(
                kind=EngagementKind(kind),
                button=None if button == ANY else button,
                people=people,
                presses=presses,
                last_at=instant(last_at),
            )
            for kind, button, people, presses, last_at in rows
        ]
        return sorted(totals, key=lambda row: (_PLACE[row.kind], ANY if row.button is None else row.button))

    async def engagement_by_hour(self, id: CampaignId) -> list[EngagedInHour]:
        rows = await self.read(
            lambda db: db.execute(
                "SELECT kind, hour, people FROM engagement_hour WHERE campaign = ? AND people > 0", (id,)
            ).fetchall()
        )
        hours = [
            EngagedInHour(kind=EngagementKind(kind), hour=hour_instant(hour), people=people)
            for kind, hour, people in rows
        ]
        return sorted(hours, key=lambda row: (_PLACE[row.kind], row.hour))

    async def received(self, person: Person, channel: Channel, now: datetime) -> list[Received]:
        return await self.read(lambda db: _received(db, person, channel, now))
