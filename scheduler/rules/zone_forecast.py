"""The forecast for recipients whose hours are read on their own clocks: one open time for each zone. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from scheduler.rules.window import MILLISECOND, MINUTE, Forecast, OpenTime, busiest, forecast

#: an open time, and how many recipients have it
Part = tuple[OpenTime, int]


def forecast_across(parts: Sequence[Part], rate_per_second: float) -> Forecast:
    """What ``forecast`` says of one open time, of several together. People without open time are not counted.

    While zones overlap their messages add up; what the rate does not let through waits, and leaves as
    soon as it can. Where it does not fit, the last is expected as if all had the longest open time.
    """
    parts = [(hours, count) for hours, count in parts if hours and count]
    if not parts:
        return Forecast(first=None, last_expected=None, per_minute=0.0, peak=0, fits=True, needed=timedelta())
    total = sum(count for _, count in parts)
    longest = max((hours for hours, _ in parts), key=lambda hours: hours.total)
    pieces = list(_pieces(parts))
    waiting, limit = 0.0, rate_per_second / 1000
    for length, intensity in pieces:
        waiting = max(0.0, waiting + (intensity - limit) * length) if intensity else waiting
    fits = waiting < 1
    alone = [forecast(hours, count, rate_per_second) for hours, count in parts]
    lasts = [seen.last_expected for seen in alone if seen.last_expected]
    together = forecast(longest, total, rate_per_second)
    peak = max(busiest(intensity * (MINUTE // MILLISECOND), length * MILLISECOND) for length, intensity in pieces)
    return replace(
        together,
        first=min(hours.first for hours, _ in parts),
        last_expected=max(lasts, default=None) if fits else together.last_expected,
        peak=min(total, peak, math.ceil(rate_per_second * 60)),
        fits=fits,
    )


def _pieces(parts: Sequence[Part]) -> Iterator[tuple[int, float]]:
    """The time in which anybody's hours are open, cut where an opening or a closing is.

    (its length in milliseconds, messages in a millisecond of it)
    """
    changes: dict[int, float] = {}
    for hours, count in parts:
        intensity = count / (hours.total // MILLISECOND)
        for start, end in hours.spans:
            changes[start] = changes.get(start, 0.0) + intensity
            changes[end] = changes.get(end, 0.0) - intensity
    intensity = 0.0
    for at, following in pairwise(sorted(changes)):
        intensity += changes[at]
        if intensity > 1e-12:  # sums of what comes and goes leave a trace
            yield following - at, intensity
