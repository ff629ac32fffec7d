"""Counts that move in the same transaction as what they count."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping


def move(db: sqlite3.Connection, campaign: int, changes: Mapping[tuple[int, str], int]) -> None:
    """Add to a campaign's counts: {(state, reason or ""): difference}."""
    db.executemany(
        "INSERT INTO tally (campaign, state, reason, count) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (campaign, state, reason) DO UPDATE SET count = count + excluded.count",
        [(campaign, state, reason, difference) for (state, reason), difference in changes.items() if difference],
    )
