"""Bounds on what comes in: how large, how many at once, how fast from one chat."""

from __future__ import annotations

from collections import OrderedDict

LARGEST = 1024**2  #: bytes of an incoming request: thousands of pasted addresses
AT_ONCE = 500  #: requests that are being answered; one more is asked to come back
BURST = 200  #: activities that one chat may send together ...
INTERVAL = 0.2  #: ... and seconds from one to the next after that
KNOWN = 50_000  #: chats that are kept in mind


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
