"""A campaign that starts becomes one delivery per recipient.

What is planned is itself the cursor: after a crash the audience is read again and only a person
without a delivery gets one. Rows are written in the order in which they will be due.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.ports import Clock
from scheduler.rules.ab_tests import times_of
from scheduler.rules.admission import stands_in
from scheduler.rules.settling import PAST
from scheduler.rules.window import Draw, Drawn, OpenTime, Pool, draw_sorted, open_time, without_quiet
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.operations import Documents
from storage.port.people import Lists, People
from storage.records import (
    MOST_PROFILES,
    ABTest,
    Audience,
    Campaign,
    CampaignId,
    Columns,
    DeliveryState,
    NotReached,
    Profile,
    Quiet,
    Schedule,
    drawn_variant,
)
from storage.records.campaign_life import heeds_quiet
from storage.records.instants import is_zone, ms
from storage.shared.approved import approved_people, forget_approved

PAGE = 50_000  #: deliveries written by one change: small ones write the index again and again
FIRST = 1_000  #: those of the first change


Written = Callable[[CampaignId], None]


class _Store(Campaigns, Deliveries, Documents, Lists, People, Protocol):
    """What is asked of the store here."""


def open_time_of(schedule: Schedule) -> OpenTime:
    """When a campaign may send: its slot within the working hours of its zone (S8, S22)."""
    return open_time(schedule.slot, schedule.hours, ZoneInfo(schedule.zone))


class OpenTimes:
    """A campaign's open time for each recipient, worked out once a zone."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._by_zone: dict[str, OpenTime] = {}
        self._beside_quiet: dict[tuple[str, Quiet], OpenTime] = {}

    def beside(self, quiet: Quiet, zone: str) -> OpenTime:
        """For somebody in this zone, beside their quiet hours; in the campaign's own zone where theirs is unknown."""
        known = self._beside_quiet.get((zone, quiet))
        if known is None:
            clock = ZoneInfo(zone if is_zone(zone) else self._schedule.zone)
            known = self._beside_quiet[zone, quiet] = without_quiet(self.of(zone), quiet, clock)
        return known

    def of(self, zone: str) -> OpenTime:
        """For somebody in this IANA zone; in the campaign's own where theirs is not known, or not asked for."""
        if not self._schedule.own_zone or not is_zone(zone):
            zone = self._schedule.zone
        if zone not in self._by_zone:
            self._by_zone[zone] = open_time_of(replace(self._schedule, zone=zone))
        return self._by_zone[zone]


async def plan(
    campaign: Campaign, store: _Store, clock: Clock, rng: random.Random, written: Written = lambda id: None
) -> None:
    """Give every recipient of a running campaign a delivery. Can be repeated at any point."""
    await plan_some(campaign, campaign.as_scheduled.audience, store, clock, rng, written)
    await store.planned(campaign.id, clock.now())
    written(campaign.id)
    await forget_approved(store, campaign)


async def plan_some(
    campaign: Campaign,
    audience: Audience,
    store: _Store,
    clock: Clock,
    rng: random.Random,
    written: Written = lambda id: None,
) -> None:
    """Give the people of a part of the audience their deliveries; a person who has one already keeps it.

    ``written`` is told of each page of them: what is due of it can leave while the others are written.
    """
    reachable, others = await store.recipients(campaign.tenant, audience, campaign.channel)
    if campaign.approval is not None and campaign.approval.digest:  # nobody else
        # they are forgotten once each has a delivery: another copy has been faster then
        approved = await approved_people(store, campaign) or ()
        reachable, others = _within(reachable, approved), _within(others, approved)
    known = await store.planned_people(campaign.id)
    people = _without(reachable, known)
    del reachable  # 8 bytes a person
    pools = await _pools(campaign, people, store, clock, rng)
    del people
    profiles = await _Profiles.of(campaign, store)
    await _plan_drawn(campaign, pools, profiles, store, rng, written)
    waiting, end = _without(others, known), campaign.as_scheduled.schedule.slot.end
    for page in _pages(waiting):
        columns = await _columns(campaign, waiting[page], store)
        await profiles.ask(waiting[page])
        numbers = profiles.numbers(waiting[page])
        await store.plan(campaign.id, waiting[page], None, end, columns, profiles=numbers)


async def _pools(campaign: Campaign, people: array[int], store: _Store, clock: Clock, rng: random.Random) -> list[Pool]:
    """These people by when they may get it: their zone, their quiet hours, whether they are in its A/B test."""
    schedule = campaign.as_scheduled.schedule
    times = OpenTimes(schedule)
    by_zone = await store.by_zone(people) if schedule.own_zone else {"": people}
    quiet = await store.quiet_people(campaign.tenant) if heeds_quiet(campaign) else {}
    now, never = clock.now(), ms(schedule.slot.end + PAST)
    pools = []
    for zone in list(by_zone):
        for hours, some in _by_quiet(_compact(by_zone.pop(zone)), zone, quiet):
            usual = times.of(zone).after(now)
            # of those who have no other time they may have meanwhile, as they can change it: asked before it leaves
            left = (times.beside(*hours).after(now) or usual) if hours else usual
            for theirs, when in await _by_test(campaign, some, left, now, hours):
                # else the bot was down until the slot was over, or nobody works there in this time
                instants = draw_sorted(when, len(theirs), rng) if when else repeat(never, len(theirs))
                pools.append(Pool(theirs, instants))
    return pools


def _by_quiet(
    people: array[int], zone: str, quiet: Mapping[tuple[str, Quiet], Sequence[int]]
) -> Iterator[tuple[tuple[Quiet, str] | None, array[int]]]:
    """People who are planned in this zone ("": all of them), by their quiet hours; None: those who have none."""
    groups = {(hours, lives_in): some for (lives_in, hours), some in quiet.items() if zone in ("", lives_in)}
    if groups:
        ascending = array("q", sorted(people))
        for key, some in groups.items():
            if theirs := _within(some, ascending):
                yield key, theirs
        people = _without(people, sorted(person for some in groups.values() for person in some))
    if people:
        yield None, people


async def end_unplanned(
    campaign: Campaign, audience: Audience, state: DeliveryState, reason: NotReached, store: _Store, at: datetime
) -> None:
    """Those of these people who have no delivery get one that has ended, with the reason."""
    reachable, others = await store.recipients(campaign.tenant, audience, campaign.channel)
    known = await store.planned_people(campaign.id)
    profiles = await _Profiles.of(campaign, store)
    for people in (_without(reachable, known), _without(others, known)):
        for page in _pages(people):
            await profiles.ask(people[page])
            numbers = profiles.numbers(people[page])
            await store.plan_ended(campaign.id, people[page], state, reason, at, profiles=numbers)


async def _by_test(
    campaign: Campaign, people: array[int], left: OpenTime, now: datetime, quiet: tuple[Quiet, str] | None
) -> list[tuple[array[int], OpenTime]]:
    """People with what is left of the open time for them; where nothing is they will have expired.

    ``quiet``: their quiet hours, and the zone in which they live; ``left`` is beside them.
    """
    test = campaign.as_scheduled.ab_test
    if test is None:
        return [(people, left)]
    some, rest = await asyncio.to_thread(_in_test, campaign, people, test.share)
    times = times_of(campaign.as_scheduled.schedule, test)
    after_choice = times.rest.after(now)
    beside = rest_beside(campaign.as_scheduled.schedule, test, *quiet).after(now) if quiet else after_choice
    # those of the test whose time is over, as the bot was away, get it in what is left
    return [(some, times.test.after(now) or left), (rest, beside or after_choice)]


def rest_beside(schedule: Schedule, test: ABTest, quiet: Quiet, zone: str) -> OpenTime:
    """When the rest of an A/B test may get its variant, for somebody in this zone with these quiet hours.

    Where these cover all of it, nothing is sent to them before the choice instead: they end with that reason.
    """
    clock = ZoneInfo(zone if is_zone(zone) else schedule.zone)
    return without_quiet(times_of(schedule, test).rest, quiet, clock)


async def _plan_drawn(
    campaign: Campaign, pools: Sequence[Pool], profiles: _Profiles, store: _Store, rng: random.Random, written: Written
) -> None:
    """The first page is small: what is due first leaves while the others are asked about, drawn and written."""

    async def write(page: Drawn) -> None:
        columns = await _columns(campaign, page.people, store)
        numbers = profiles.numbers(page.people)
        await store.plan(campaign.id, page.people, page.due, end, columns, profiles=numbers)
        written(campaign.id)

    draw, end = Draw(pools, rng), campaign.as_scheduled.schedule.slot.end
    first = draw.next(min(FIRST, PAGE))
    if first.people:
        await profiles.ask(first.people)
        await write(first)
    for people in _as_kept(pools):
        await profiles.ask(people)
    page = await asyncio.to_thread(draw.next, PAGE)
    while page.people:
        drawing = asyncio.to_thread(draw.next, PAGE)  # a second for a million, beside the writer
        page, _ = await asyncio.gather(drawing, write(page))


def _as_kept(pools: Sequence[Pool]) -> Iterator[array[int]]:
    """Everybody, page by page, about in the order in which they are kept: a part of each pool at a time."""
    pages = -(-sum(len(pool.people) for pool in pools) // PAGE)
    for page in range(pages):
        people = array("q")
        for pool in pools:
            count = len(pool.people)
            people += pool.people[count * page // pages : count * (page + 1) // pages]
        yield people


class _Profiles:
    """What is known of recipients when they are planned, two bytes a person.

    It is asked in the order in which people are kept, and needed in that in which they are drawn.
    """

    def __init__(self, campaign: Campaign, store: _Store, kept: Iterable[Profile]) -> None:
        """``kept``: what it is known of already that the store keeps it."""
        self._campaign = campaign
        self._store = store
        self._kept = {profile: place for place, profile in enumerate(kept, 1)}
        #: of their profiles; of those who are not known any more it is 0
        self._numbers = [0, *(profile.number for profile in self._kept)]
        #: by PersonId: where their number is
        self._places = array("H")

    @classmethod
    async def of(cls, campaign: Campaign, store: _Store) -> _Profiles:
        return cls(campaign, store, [figures.profile for figures in await store.profile_figures(campaign.id)])

    async def ask(self, people: Sequence[int]) -> None:
        """The store keeps from here on what the numbers of these stand for, and counts by them."""
        campaign, before = self._campaign, len(self._kept)
        audience = campaign.as_scheduled.audience
        groups = await self._store.profiles_of(campaign.tenant, audience, campaign.channel, sorted(people))
        places = [(self._place_of(profile), some) for profile, some in _by_variant(campaign, groups).items()]
        new = list(self._kept)[before:]
        await self._store.keep_profiles(campaign.id, new)
        self._numbers += [profile.number for profile in new]
        place_of = self._places
        place_of.frombytes(bytes(place_of.itemsize * max(0, max(people, default=0) + 1 - len(place_of))))
        for place, some in places:
            for person in some:
                place_of[person] = place

    def _place_of(self, profile: Profile) -> int:
        if profile not in self._kept and len(self._kept) >= MOST_PROFILES:
            profile = Profile(variant=profile.variant)  # too many kinds: these are not told apart
        return self._kept.setdefault(profile, len(self._kept) + 1)

    def numbers(self, people: Sequence[int]) -> array[int]:
        """Those of their profiles, once they have been asked about."""
        numbers, place_of = self._numbers, self._places
        return array("q", [numbers[place_of[person]] for person in people])


def _by_variant(campaign: Campaign, groups: Mapping[Profile, Sequence[int]]) -> Mapping[Profile, Sequence[int]]:
    """With the variant that each has in an A/B test, by which they are counted too."""
    test = campaign.as_scheduled.ab_test
    if test is None:
        return groups
    told_apart: dict[Profile, Sequence[int]] = {}
    for profile, some in groups.items():
        by_variant = defaultdict[str, list[int]](list)
        for person in some:
            by_variant[drawn_variant(campaign.id, person, test.share) or ""].append(person)
        told_apart |= {replace(profile, variant=variant): people for variant, people in by_variant.items()}
    return told_apart


async def _columns(campaign: Campaign, people: Sequence[int], store: Lists) -> dict[int, Columns]:
    """What the message needs of what the lists say: from the start on, it stays as it is now."""
    frozen = campaign.as_scheduled
    wanted = frozen.message.columns
    if not wanted:
        return {}
    by_person = await store.columns_of(frozen.audience, people)
    return {id: {name: values[name] for name in wanted if name in values} for id, values in by_person.items()}


def _in_test(campaign: Campaign, people: array[int], share: int) -> tuple[array[int], array[int]]:
    """Those who are in its A/B test, whichever variant they have in it, and the rest; a microsecond each."""
    some, rest = array("q"), array("q")
    for person in people:
        (rest if drawn_variant(campaign.id, person, share) is None else some).append(person)
    return some, rest


def _pages(rows: Sequence[int]) -> Iterator[slice]:
    """The first is small: what is due first leaves while the others are drawn and written."""
    start, size = 0, min(FIRST, PAGE)
    while start < len(rows):
        yield slice(start, start + size)
        start, size = start + size, PAGE


def _within(people: Sequence[int], approved: Sequence[int]) -> array[int]:
    """``people`` that are among the ascending ``approved``."""
    return array("q", (person for person in people if stands_in(approved, person)))


def _without(people: Sequence[int], known: Sequence[int]) -> array[int]:
    """``people`` that are not among the ascending ``known``; 8 bytes each."""
    if not known:
        return _compact(people)
    return array("q", (person for person in people if not stands_in(known, person)))


def _compact(people: Sequence[int]) -> array[int]:
    """The same, which is not copied where a store gives an array, as both do: there may be millions."""
    return people if isinstance(people, array) else array("q", people)
