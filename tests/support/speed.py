"""How slow this machine is just now. Slots, leases and patience of the tests grow with it; their assertions do not."""

from __future__ import annotations

import os
import time

ALONE = 2.0  #: processes that want each core while `make test` has a quiet machine of two cores for itself
WORK = 300_000  #: rounds of a loop
QUIET = 0.018  #: seconds that they take on such a machine, by processor time
MOST = 10.0
LASTS = 15.0  #: seconds for which a measurement is good

_measured = (-LASTS, 1.0)  # when, on the monotonic clock, and what


def slowness() -> float:
    """1 where the tests have the machine for themselves, 4 where all takes four times as long; 10 at most."""
    global _measured
    at, slow = _measured
    if time.monotonic() - at > LASTS:
        slow = min(MOST, max(1.0, max(_wanted_per_core(), 1.0) / ALONE * _own_pace()))
        _measured = time.monotonic(), slow
    return slow


def _own_pace() -> float:
    """How long a core takes for some work, by QUIET: nothing of what else runs on it."""
    start = time.process_time()
    total = 0
    for number in range(WORK):
        total += number & 7
    return max(1.0, (time.process_time() - start) / QUIET)


def _wanted_per_core() -> float:
    """The processes that want a core: over the last minute, and at the moment."""
    try:
        average, now = os.getloadavg()[0], 0.0
    except OSError:  # a system that does not say
        return 1.0
    try:
        with open("/proc/loadavg", encoding="ascii") as figures:
            now = float(figures.read().split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        now = average
    return max(average, now) / (os.cpu_count() or 1)
