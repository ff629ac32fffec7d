"""Instants as whole milliseconds, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MILLISECOND


def instant(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND
