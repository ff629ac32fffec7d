"""Bounds on what comes in: how many at once, how fast from one chat."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from enum import StrEnum

BURST = 200  #: activities that one chat may send together ...
INTERVAL = 0.2  #: ... and seconds from one to the next after that
KNOWN = 50_000  #: chats that are kept in mind


class Kind(StrEnum):
    """What a request is about. Each kind has places of its own: none of them keeps the others out."""

    CHAT = "chat"
    INSTALL = "install"
    LINK = "link"
    FILE = "file"
    PAGE = "page"
    PROBE = "probe"


#: requests of each kind that are being answered, or wait for it; one more is asked to come back
AT_ONCE = {Kind.CHAT: 500, Kind.INSTALL: 2_000, Kind.LINK: 500, Kind.FILE: 50, Kind.PAGE: 100, Kind.PROBE: 100}
#: installs that are at work: with the requests of a campaign in flight, they need no more connections than there are
INSTALLS_AT_WORK = 32


class TooManyRequests(Exception):
    """All places of this kind are taken."""


class ConcurrencyLimits:
    def __init__(self) -> None:
        self._taken = dict.fromkeys(Kind, 0)

    @contextlib.contextmanager
    def one(self, kind: Kind) -> Iterator[None]:
        """A place for as long as the block lasts. Raises TooManyRequests."""
        if self._taken[kind] >= AT_ONCE[kind]:
            raise TooManyRequests
        self._taken[kind] += 1
        try:
            yield
        finally:
            self._taken[kind] -= 1


class Rates:
    """A bucket for each key, kept as a single number: the instant at which it will be full again."""

    def __init__(self, interval: float = INTERVAL, burst: int = BURST, known: int = KNOWN) -> None:
        self._interval = interval
        self._burst = burst
        self._known = known
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def allows(self, key: str, now: float) -> bool:
        """Whether one more may come at ``now`` (seconds); where it may, it is counted."""
        full_at = max(now, self._full_at.pop(key, now))
        allowed = full_at - now <= (self._burst - 1) * self._interval
        self._full_at[key] = full_at + self._interval if allowed else full_at
        if len(self._full_at) > self._known:
            self._full_at.popitem(last=False)  # whom we have not heard for the longest time
        return allowed
