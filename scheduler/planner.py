"""A campaign that starts becomes one delivery per recipient.

What is planned is itself the cursor: after a crash the audience is read again and only who has no
delivery yet gets one. Instants are drawn in ascending order and people are shuffled, which is the
same as drawing each person's instant on its own, and lets rows be written in the order in which
they will be due.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from zoneinfo import ZoneInfo

from scheduler.ports import Clock
from scheduler.window import OpenTime, draw_sorted, open_time
from storage.instants import instant
from storage.records import Campaign, PersonId, Planned, Schedule
from storage.store import Store

PAGE = 50_000  #: deliveries written by one change: small ones write the index again and again


def open_time_of(schedule: Schedule) -> OpenTime:
    """When a campaign may send: its slot within the working hours of its zone (S8, S22)."""
    return open_time(schedule.slot, schedule.hours, ZoneInfo(schedule.zone))


async def plan(campaign: Campaign, store: Store, clock: Clock, rng: random.Random) -> None:
    """Give every recipient of a running campaign a delivery. Can be repeated at any point."""
    assert campaign.audience is not None and campaign.schedule is not None
    end = campaign.schedule.slot.end
    left = open_time_of(campaign.schedule).after(clock.now())
    reachable, others = await store.recipients(campaign.tenant, campaign.audience, campaign.channel)
    known = await store.planned_people(campaign.id)
    people = _without(reachable, known)
    del reachable  # 8 bytes a person
    instants = await asyncio.to_thread(_draw, left, people, rng)  # half a second for a million
    if instants is None:  # the bot was down until the slot was over: every delivery expires, none is forgotten
        rows = (Planned(person=PersonId(person), due=end) for person in people)
    else:
        rows = (Planned(person=PersonId(who), due=instant(due)) for who, due in zip(people, instants, strict=True))
    waiting = (Planned(person=PersonId(person), due=None) for person in _without(others, known))
    pages = chain(_pages(rows), _pages(waiting))
    while page := await asyncio.to_thread(next, pages, None):
        await store.plan(campaign.id, page, end)
    await store.planned(campaign.id, clock.now())


def _draw(open_time: OpenTime, people: array[int], rng: random.Random) -> array[int] | None:
    """Shuffle the people, and draw as many instants in ascending order; None without open time."""
    rng.shuffle(people)
    return draw_sorted(open_time, len(people), rng) if open_time else None


def _pages(rows: Iterator[Planned]) -> Iterator[list[Planned]]:
    while page := list(islice(rows, PAGE)):
        yield page


def _without(people: Sequence[int], known: Sequence[int]) -> array[int]:
    """``people`` that are not among the ascending ``known``; 8 bytes each."""
    if not known:
        return array("q", people)

    def is_known(person: int) -> bool:
        at = bisect_left(known, person)
        return at < len(known) and known[at] == person

    return array("q", (person for person in people if not is_known(person)))
