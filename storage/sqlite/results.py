"""Results of a campaign, page by page, and the people who have not done something."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from storage.records import CampaignId, DeliveryState, EngagementKind, Left, NotReached, Recipient, Result
from storage.records.instants import instant
from storage.shared.engagement_json import bit_of, from_text
from storage.shared.presence_log import unpacked
from storage.sqlite.engine import Engine, Row, json_rows

RECIPIENT = ", ".join(f"p.{field}" for field in Recipient._fields)
STATES = {int(state): state for state in DeliveryState}


def _result_of(row: Row) -> Result:
    state, reason, detail, attempts, settled_at, looks, record, *person = row
    return Result(
        person=Recipient(*person),
        state=STATES[state],
        reason=NotReached(reason) if reason else None,
        detail=detail or "",
        attempts=attempts,
        settled_at=instant(settled_at) if settled_at else None,
        looks=tuple(unpacked(looks.split())) if looks else (),
        engaged=from_text(record),
    )


def _only(left: Left | None) -> tuple[str, tuple[int, ...]]:
    """What is asked of a row beside its campaign, and the values (storage/records/results.py has the rule)."""
    if left is None:
        return "", ()
    if left.kind is None:
        return " AND d.state <> ?", (DeliveryState.DELIVERED,)
    return " AND d.state = ? AND ifnull(e.kinds, 0) & ? = 0", (DeliveryState.DELIVERED, bit_of(left.kind))


class SqliteResults(Engine):
    async def results(self, id: CampaignId, after: int, limit: int, left: Left | None = None) -> list[Result]:
        only, values = _only(left)
        rows = await self.read(
            lambda db: json_rows(
                db,
                "SELECT json_array(d.state, d.reason, d.detail, d.tries, d.settled_at, d.log, e.record,"
                f" {RECIPIENT}) AS row FROM delivery d JOIN person p ON p.id = d.person"
                " LEFT JOIN engaged e ON e.campaign = d.campaign AND e.who = d.person"
                f" WHERE d.campaign = ? AND d.person > ?{only} ORDER BY d.person LIMIT ?",
                (id, after, *values, limit),
            )
        )
        return [_result_of(row) for row in rows]

    async def people_without(self, id: CampaignId, kind: EngagementKind) -> Sequence[int]:
        def query(db: sqlite3.Connection) -> Sequence[int]:
            cursor = db.execute(
                "SELECT d.person FROM delivery d LEFT JOIN engaged e ON e.campaign = d.campaign AND e.who = d.person"
                " WHERE d.campaign = ? AND d.state = ? AND ifnull(e.kinds, 0) & ? = 0 ORDER BY d.person",
                (id, DeliveryState.DELIVERED, bit_of(kind)),
            )
            return array("q", (person for (person,) in cursor))

        return await self.read(query)
