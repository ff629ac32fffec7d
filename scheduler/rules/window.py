"""When a campaign's messages may go, and the instants drawn for them: pure rules (S7, S8, S22).

Spans are kept as whole milliseconds since the epoch, the precision of the stores; a slot that
begins or ends between two of them is rounded inwards.
"""

from __future__ import annotations

import math
import random
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import accumulate, islice, pairwise
from operator import itemgetter
from statistics import NormalDist
from zoneinfo import ZoneInfo

from storage.records import Quiet, Slot, WorkingHours
from storage.records.instants import instant as instant_at
from storage.records.instants import ms

DAY = 86_400_000  #: milliseconds
STRIDE = DAY  #: no zone of the tz database has two changes of offset closer together than three days
LONGEST = timedelta(days=366)  #: how far a forecast looks for enough open time
LATE = timedelta(seconds=15)  #: past closing time, in which what fell due before it may still leave
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
EPOCH_DAY = date(1970, 1, 1).toordinal()
BELOW_ONE = 1 - 1e-15  #: keeps a share of the open time below its end, whatever floats round to

_start_of, _end_of = itemgetter(0), itemgetter(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTime:
    """A slot's open time: the instants that lie in it and in the working hours; false when none."""

    hours: WorkingHours
    #: where the hours are read
    zone: ZoneInfo
    #: [start, end) in milliseconds since the epoch, ascending and disjoint; none crosses a local midnight
    spans: tuple[tuple[int, int], ...]
    #: milliseconds of open time before each span, and at last the total
    _before: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lengths = (end - start for start, end in self.spans)
        object.__setattr__(self, "_before", tuple(accumulate(lengths, initial=0)))

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def total(self) -> timedelta:
        return self._before[-1] * MILLISECOND

    @property
    def first(self) -> datetime:
        """The first open instant; IndexError when there is none."""
        return instant_at(self.spans[0][0])

    @property
    def last(self) -> datetime:
        """The last open millisecond; IndexError when there is none."""
        return self.end - MILLISECOND

    @property
    def end(self) -> datetime:
        """Where the last span ends: the first instant after all open time; IndexError when none."""
        return instant_at(self.spans[-1][1])

    @property
    def intervals(self) -> tuple[tuple[datetime, datetime], ...]:
        """The spans as UTC instants, [start, end)."""
        return tuple((instant_at(start), instant_at(end)) for start, end in self.spans)

    def contains(self, instant: datetime) -> bool:
        at = ms(instant)
        span = bisect_right(self.spans, at, key=_end_of)
        return span < len(self.spans) and self.spans[span][0] <= at

    def may_leave(self, instant: datetime) -> bool:
        """Whether a message may leave: it is open, or has closed just now."""
        at = ms(instant)
        begun = bisect_right(self.spans, at, key=_start_of) - 1
        return begun >= 0 and at < self.spans[begun][1] + LATE // MILLISECOND

    def next_open(self, instant: datetime) -> datetime | None:
        """``instant`` itself when it is open, else the next opening; None after the last span."""
        span = bisect_right(self.spans, ms(instant), key=_end_of)
        if span == len(self.spans):
            return None
        return max(instant.astimezone(UTC), instant_at(self.spans[span][0]))

    def next_day(self, instant: datetime) -> datetime | None:
        """The opening of the next working day, by the local date of ``instant``; None past the slot."""
        today = instant.astimezone(self.zone).date()
        later = bisect_right(self.spans, ms(instant), key=_start_of)
        openings = (instant_at(start) for start, _ in self.spans[later:])
        return next((at for at in openings if at.astimezone(self.zone).date() > today), None)

    def at(self, offset: timedelta) -> datetime:
        """The instant that has ``offset`` of open time before it; ValueError outside [0, total)."""
        if not timedelta() <= offset < self.total:
            raise ValueError(f"no open instant {offset} after the first: the open time is {self.total}")
        span = bisect_right(self._before, offset // MILLISECOND) - 1
        return instant_at(self.spans[span][0]) + (offset - self._before[span] * MILLISECOND)

    def after(self, instant: datetime) -> OpenTime:
        """The part of it from ``instant`` on."""
        start = _ms_from(instant)
        rest = self.spans[bisect_right(self.spans, start, key=_end_of) :]
        spans = tuple((max(start, opening), end) for opening, end in rest)
        return OpenTime(hours=self.hours, zone=self.zone, spans=spans)


def _ms_from(instant: datetime) -> int:
    """The first whole millisecond that is not before ``instant``."""
    return ms(instant + MILLISECOND - instant.resolution)


def _time_of_day(clock: time) -> int:
    """Milliseconds since local midnight."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000 + clock.microsecond // 1000


def steady(start: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """[start, end) cut where the zone's clocks change: (start, end, UTC offset), milliseconds.

    Inside a piece, wall clock and UTC differ by a constant: gaps and folds need no special case.
    """

    def offset(at: int) -> int:
        shift = instant_at(at).astimezone(zone).utcoffset()
        assert shift is not None
        return shift // MILLISECOND

    since, at, current = start, start, offset(start)
    while at < end:
        ahead = range(at, min(at + STRIDE, end) + 1)
        at = ahead[-1]
        if offset(at) != current:
            at = ahead[bisect_left(ahead, True, key=lambda then: offset(then) != current)]
            yield since, at, current
            since, current = at, offset(at)
    if since < end:
        yield since, end, current


def open_time(slot: Slot, hours: WorkingHours, zone: ZoneInfo) -> OpenTime:
    """The slot intersected with the working hours of that zone (S8).

    An instant is open when the wall clock there shows a working day's date and a time in the
    hours: when clocks change, a day has as many open minutes as its clocks show.
    """
    opens, closes = _time_of_day(hours.opens), _time_of_day(hours.closes) or DAY
    spans = []
    for start, end, offset in steady(_ms_from(slot.start), ms(slot.end), zone):
        for day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):
            on = date.fromordinal(EPOCH_DAY + day)
            if on.weekday() not in hours.days or on in hours.holidays:
                continue
            midnight = day * DAY - offset
            opening, closing = max(start, midnight + opens), min(end, midnight + closes)
            if opening < closing:
                spans.append((opening, closing))
    return OpenTime(hours=hours, zone=zone, spans=tuple(spans))


def without_quiet(open_time: OpenTime, quiet: Quiet, zone: ZoneInfo) -> OpenTime:
    """What is left of an open time beside somebody's quiet hours, which are read on the wall clock of their zone.

    Where clocks change, a night is as long as it is there: what the clock shows decides, as for working hours.
    """
    if not open_time:
        return open_time
    begins, ends = _time_of_day(quiet.begins), _time_of_day(quiet.ends)
    lasts = (ends - begins) % DAY or DAY
    hushed = []
    for start, end, offset in steady(open_time.spans[0][0], open_time.spans[-1][1], zone):
        for day in range((start + offset) // DAY - 1, (end - 1 + offset) // DAY + 1):
            begin = day * DAY - offset + begins
            if max(start, begin) < min(end, begin + lasts):
                hushed.append((max(start, begin), min(end, begin + lasts)))
    return OpenTime(hours=open_time.hours, zone=open_time.zone, spans=tuple(_cut_out(open_time.spans, hushed)))


def _cut_out(spans: Sequence[tuple[int, int]], holes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ascending spans without ascending holes."""
    number = 0
    for start, end in spans:
        while number < len(holes) and holes[number][1] <= start:
            number += 1
        at = start
        for hole in islice(holes, number, None):
            if hole[0] >= end:
                break
            if at < hole[0]:
                yield at, hole[0]
            at = max(at, hole[1])
        if at < end:
            yield at, end


# --- draws ------------------------------------------------------------------------------------


def draw_instants(open_time: OpenTime, count: int, rng: random.Random) -> Iterator[datetime]:
    """``count`` independent instants, uniform over the open time, in the order drawn.

    Raises ValueError when there is no open time.
    """
    milliseconds = open_time.total // MILLISECOND
    for _ in range(count):
        yield open_time.at(rng.randrange(milliseconds) * MILLISECOND)


def draw_sorted(open_time: OpenTime, count: int, rng: random.Random) -> Iterator[int]:
    """The same in ascending order, as milliseconds since the epoch: one after the other, for a million recipients.

    The first of n draws lies where 1 - V ** (1 / n) of the time is over, V uniform; the next is the first of n - 1
    draws in what is left (Bentley and Saxe, Generating Sorted Lists of Random Numbers, 1980). So nothing is sorted,
    nothing is held, and the first is known at once. Logarithms are summed: a million factors would be rounded.
    Raises ValueError when there is no open time.
    """
    total = open_time.total // MILLISECOND
    if count and not total:
        raise ValueError("no open time to draw from")
    uniform, log, expm1, share = rng.random, math.log, math.expm1, total * BELOW_ONE
    left = 0.0  # of the open time, as a logarithm
    spans = zip(open_time.spans, pairwise(open_time._before), strict=True)
    until = shift = 0
    for still in range(count, 0, -1):
        left += log(1.0 - uniform()) / still
        at = int(-expm1(left) * share)
        while at >= until:
            (start, _), (before, until) = next(spans)
            shift = start - before
        yield at + shift


@dataclass(frozen=True, slots=True)
class Pool:
    """People who may get a message at the same times, as long as they have not been drawn."""

    #: PersonIds, in no order any more once some have been drawn
    people: array[int]
    #: when each of them is due, milliseconds since the epoch, ascending; whose instant it is is drawn too
    instants: Iterator[int]

    def take(self, count: int, rng: random.Random) -> array[int]:
        """So many of them, in random order: Fisher and Yates, as far as is needed."""
        people, uniform, left = self.people, rng.random, len(self.people)
        for last in range(left - 1, left - 1 - count, -1):
            place = int(uniform() * (last + 1))
            people[place], people[last] = people[last], people[place]
        some = people[left - count :]
        del people[left - count :]
        return some


@dataclass(frozen=True, slots=True)
class Drawn:
    """PersonIds, and when each is due, ascending."""

    people: array[int]
    due: array[int]


class Draw:
    """The people of some pools, page by page, the earliest first.

    Instants are drawn in ascending order and people are shuffled, which is the same as drawing each person's instant on
    its own, and neither is done before it is asked for.
    """

    def __init__(self, pools: Sequence[Pool], rng: random.Random) -> None:
        self._pools = pools
        self._rng = rng
        #: instant * pools + pool: a million pairs would be looked through as garbage again and again
        self._order = merge(*map(self._coded, range(len(pools))))

    def _coded(self, number: int) -> Iterator[int]:
        count = len(self._pools)
        return (at * count + number for at in self._pools[number].instants)

    def next(self, most: int) -> Drawn:
        """So many, as far as there are."""
        count = len(self._pools)
        if count == 1:  # as mostly: nothing is to be merged
            due = array("q", islice(self._pools[0].instants, most))
            return Drawn(self._pools[0].take(len(due), self._rng), due)
        order = array("q", islice(self._order, most))
        numbers = [code % count for code in order]
        taken = {number: iter(self._pools[number].take(share, self._rng)) for number, share in Counter(numbers).items()}
        people = array("q", [next(taken[number]) for number in numbers])
        return Drawn(people, array("q", [code // count for code in order]))


# --- forecasts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an author is told before scheduling."""

    #: the earliest a message may go; None without open time
    first: datetime | None
    #: when the last message is expected: inside the slot when they fit, else when it would have
    #: gone, hours kept, had the slot been long enough; None when a year would not be
    last_expected: datetime | None
    #: messages in an average minute of open time
    per_minute: float
    #: messages in the busiest minute to expect
    peak: int
    #: the slot's open time is long enough at the highest rate
    fits: bool
    #: open time that the messages take at the highest rate
    needed: timedelta


def forecast(open_time: OpenTime, count: int, rate_per_second: float) -> Forecast:
    """Whether and how ``count`` messages go out in the open time, never faster than the rate."""
    total = open_time.total
    needed = timedelta(seconds=count / rate_per_second)
    fits = needed <= total
    last: datetime | None = None
    if open_time and count and fits:
        mean_of_latest = total * (count / (count + 1))
        last = open_time.at(min(max(mean_of_latest, needed), total - MILLISECOND))
    elif open_time and count:
        last = _last_at_full_rate(open_time, needed)
    return Forecast(
        first=open_time.first if open_time else None,
        last_expected=last,
        per_minute=count / max(total / MINUTE, 1.0) if open_time else 0.0,
        peak=min(peak_per_minute(open_time, count), math.ceil(rate_per_second * 60)),
        fits=fits,
        needed=needed,
    )


def _last_at_full_rate(short: OpenTime, needed: timedelta) -> datetime | None:
    longer = open_time(Slot(start=short.first, duration=LONGEST), short.hours, short.zone)
    return longer.at(needed) if needed < longer.total else None


def peak_per_minute(open_time: OpenTime, count: int) -> int:
    """Messages to expect in the busiest minute, when nothing slows them down."""
    if not count or not open_time:
        return 0
    return min(count, busiest(count / (open_time.total / MINUTE), open_time.total))


def busiest(mean: float, length: timedelta) -> int:
    """Messages to expect in the busiest minute of a time with so many in a mean one.

    A minute's count is close to Poisson; the busiest of M minutes lies about where one minute in
    M + 1 does. The quantile is Cornish and Fisher's: mean + z * deviation + (z * z - 1) / 6.
    """
    minutes = length / MINUTE
    if minutes <= 1:
        return math.ceil(mean * minutes - 1e-9)
    z = NormalDist().inv_cdf(minutes / (minutes + 1))
    return max(1, round(mean + z * math.sqrt(mean) + (z * z - 1) / 6))
