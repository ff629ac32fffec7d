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


def move_profiles(db: sqlite3.Connection, campaign: int, what: str, by_profile: Mapping[int, int]) -> None:
    """Add to what is counted by profile: {its number: difference}; 0 is none."""
    changes = [(count, campaign, number) for number, count in by_profile.items() if number and count]
    if changes:
        db.executemany(f"UPDATE profile SET {what} = {what} + ? WHERE campaign = ? AND number = ?", changes)


def move_rungs(db: sqlite3.Connection, campaign: int, delivered: Mapping[tuple[int, str], int]) -> None:
    """Add to the delivered of a campaign that asks for presence: {(rung, how they showed): difference}."""
    db.executemany(
        "INSERT INTO rung_tally (campaign, rung, found, count) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (campaign, rung, found) DO UPDATE SET count = count + excluded.count",
        [(campaign, rung, seen, difference) for (rung, seen), difference in delivered.items()],
    )
