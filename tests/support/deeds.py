"""Deeds as tests hand them to a store, where it does not matter whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from storage.records import Deed, DeedKind

A_DEED = Deed(kind=DeedKind.CHANGED, by=None, at=datetime(2030, 1, 7, 9, tzinfo=UTC))


def caused_by(cause: str) -> Deed:
    """A deed that answers this activity."""
    return replace(A_DEED, cause=cause)
