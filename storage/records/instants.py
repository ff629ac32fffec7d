"""Instants as whole milliseconds, and back; which time zones there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MILLISECOND


def instant(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # a walk through directories: a tenth of a second


def is_zone(name: object) -> bool:
    """Whether this names an IANA time zone."""
    return isinstance(name, str) and name in _zones()
