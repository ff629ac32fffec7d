"""Campaigns that ask for presence, run to their end on the real dispatcher and the embedded store.

Whatever people do, each ends delivered or absent, once, with the list of looks at their presence, and every one of
these is where S10 has it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler import dispatcher
from scheduler.ports import Availability, NotAnswered
from scheduler.rules.window import OpenTime
from scheduler.sending import recording
from scheduler.sending.recording import LEASE
from storage.mongo import MongoStore
from storage.records import (
    DeliveryState,
    IfUnknown,
    Look,
    NotReached,
    Person,
    PersonId,
    PresenceChoice,
    Schedule,
    Seen,
    Slot,
)
from storage.sqlite import SqliteStore
from tests.contract.world import outcome
from tests.support.kept import looks_at
from tests.support.mongo_servers import nx_27017
from tests.support.stopped_time import FIVE_DAYS, MONDAY, OFFICE, PARIS, STEP, World, a_campaign, dispatching, run
from tests.support.virtual_time import embedded_store

pytestmark = pytest.mark.virtual_time
IF_AVAILABLE = Schedule(slot=FIVE_DAYS, hours=OFFICE, zone="Europe/Paris", presence=PresenceChoice.AVAILABLE)
PEOPLE = int(os.environ.get("FAULTS_PEOPLE", "3000"))
TEN_MINUTES = timedelta(minutes=10)
ABSENT = Availability.ABSENT


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits of the real clock: here time is put forward."""
    monkeypatch.setattr(dispatcher, "POLL", 0.005)
    monkeypatch.setattr(recording, "GATHER", 0.002)


def comings_and_goings(world: World) -> Callable[[Person], Availability]:
    """Some are hardly ever there, others nearly always; it changes every five minutes."""

    def how(person: Person) -> Availability:
        habit = random.Random(person.id).random()
        minutes = int(world.clock.now().timestamp()) // 300
        there = random.Random(person.id * 1_000_003 + minutes).random() < habit**3
        if there:
            return Availability.AVAILABLE
        return random.Random(minutes + person.id).choice([Availability.AWAY, Availability.BUSY, ABSENT])

    return how


async def looks_of_all(world: World) -> dict[Person, list[Look]]:
    looks, after = dict[int, list[Look]](), 0
    while page := await world.store.results(world.campaign.id, after, 1_000):
        looks |= {row.person.id: list(row.looks) for row in page}
        after = page[-1].person.id
    return {person: looks[id] for id, person in world.people.items()}


def check(looks: Sequence[Look], hours: OpenTime, *, delivered: bool) -> None:
    """What S10 says of every list of looks."""
    assert 1 <= len(looks) <= 9
    at = [look.at for look in looks]
    assert all(later > earlier for earlier, later in itertools.pairwise(at)), "strictly increasing"
    assert all(hours.contains(instant) for instant in at), "in working hours and inside the slot"
    assert all(look.seen is not Seen.AVAILABLE for look in looks[:-1])
    assert (looks[-1].seen is Seen.AVAILABLE) is delivered
    rounds: list[list[datetime]] = []
    for instant in at:
        day = instant.astimezone(hours.zone).date()
        if rounds and rounds[-1][0].astimezone(hours.zone).date() == day:
            rounds[-1].append(instant)
        else:
            rounds.append([instant])
    assert len(rounds) <= 3 and all(len(instants) <= 3 for instants in rounds)
    for opening, *_ in rounds[1:]:
        local = opening.astimezone(hours.zone)
        assert (local.hour, local.minute) == (9, 0), "a round begins at opening time"
    for instants in rounds:
        if len(instants) > 1:
            assert TEN_MINUTES <= instants[1] - instants[0] <= TEN_MINUTES + STEP
        if len(instants) > 2:
            local = instants[2].astimezone(hours.zone)
            assert local.minute == 0 and instants[2] - instants[1] <= timedelta(hours=1), "the next full hour"


async def test_five_days_for_thousands_who_come_and_go(tmp_path: Path) -> None:
    async with a_campaign(tmp_path, PEOPLE, IF_AVAILABLE) as world:
        world.presence.ask = comings_and_goings(world)
        await run(world)

        tally = await world.store.tally(world.campaign.id)
        assert set(tally.states) == {DeliveryState.DELIVERED, DeliveryState.ABSENT}
        assert tally.total == PEOPLE and min(tally.states.values()) > PEOPLE // 10, tally
        assert tally.reasons == {NotReached.ABSENT: tally.states[DeliveryState.ABSENT]}
        assert max(world.mailbox.received.values()) == 1
        assert len(world.mailbox.received) == tally.delivered

        everybody, by_number = await looks_of_all(world), Counter[int]()
        there = set(await world.store.people_in_state(world.campaign.id, DeliveryState.DELIVERED))
        for person, looks in everybody.items():
            check(looks, world.times.of(person.zone), delivered=person.id in there)
            by_number[len(looks)] += person.id in there
        assert set(by_number) >= {1, 2, 3, 4, 5, 6, 7, 8, 9}, "some were there at every one of nine looks"
        # a round that closing time cut short skips rungs: what the report counts is the rung
        assert sum(tally.rungs.values()) == tally.delivered
        assert {rung for rung, _ in tally.rungs} == set(range(9))
        assert max(len(looks) for looks in everybody.values()) == 9
        assert sum(world.presence.questions) == sum(len(looks) for looks in everybody.values())
        assert max(world.presence.questions) > PEOPLE // 100, "those who fall due together are asked about together"


async def climbed_from(world: World, start: datetime) -> list[str]:
    """The looks at somebody who is never there, the first of which is then."""
    world.presence.usually = ABSENT
    [person] = world.people
    [claimed] = await world.store.claim_due(world.campaign, 9, world.ends, world.ends, 1)
    await world.store.record([outcome(claimed, DeliveryState.PLANNED, at=start, due=start, attempted=False)], 9)
    world.step = timedelta(seconds=1)
    await run(world)
    looks = await looks_at(world.store, world.campaign.id, PersonId(person))
    assert {look.seen for look in looks} == {Seen.ABSENT}
    assert (await world.store.tally(world.campaign.id)).reasons == {NotReached.ABSENT: 1}
    return [f"{look.at.astimezone(PARIS):%a %H:%M}" for look in looks]


#: first look at 14:27: then 14:37, 15:00, and the next working days from opening on (S10)
THE_SEEDS = [
    *("Mon 14:27", "Mon 14:37", "Mon 15:00"),
    *("Tue 09:00", "Tue 09:10", "Tue 10:00"),
    *("Wed 09:00", "Wed 09:10", "Wed 10:00"),
]


async def test_the_seeds_own_example(tmp_path: Path) -> None:
    start = MONDAY + timedelta(hours=5, minutes=27)
    slot = Slot(start=start, duration=timedelta(days=5))
    async with a_campaign(tmp_path, 1, replace(IF_AVAILABLE, slot=slot)) as world:
        assert await climbed_from(world, start) == THE_SEEDS


@pytest.mark.real_time
async def test_the_seeds_own_example_on_mongodb(tmp_path: Path) -> None:
    start = MONDAY + timedelta(hours=5, minutes=27)
    slot = Slot(start=start, duration=timedelta(days=5))
    with nx_27017(tmp_path) as url:
        store = MongoStore(f"{url}crieur")
        async with a_campaign(tmp_path, 1, replace(IF_AVAILABLE, slot=slot), other=store) as world:
            assert await climbed_from(world, start) == THE_SEEDS


async def test_the_weekend_is_no_round(tmp_path: Path) -> None:
    friday = MONDAY + timedelta(days=4, hours=8, minutes=40)
    slot = Slot(start=friday, duration=timedelta(days=6))
    async with a_campaign(tmp_path, 1, replace(IF_AVAILABLE, slot=slot)) as world:
        assert await climbed_from(world, friday) == [
            *("Fri 17:40", "Fri 17:50"),  # the next full hour is closing time
            *("Mon 09:00", "Mon 09:10", "Mon 10:00"),
            *("Tue 09:00", "Tue 09:10", "Tue 10:00"),
        ]


async def test_two_copies_of_the_bot_ask_about_nobody_at_once_and_write_to_nobody_twice(tmp_path: Path) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(days=2))
    async with a_campaign(tmp_path, 400, replace(IF_AVAILABLE, slot=slot)) as world:
        world.presence.ask = comings_and_goings(world)
        other = embedded_store(tmp_path / "crieur.db")
        await other.open()
        try:
            await run(world, other)
        finally:
            await other.close()
        tally = await world.store.tally(world.campaign.id)
        assert set(tally.states) == {DeliveryState.DELIVERED, DeliveryState.ABSENT} and tally.total == 400
        assert max(world.mailbox.received.values()) == 1
        everybody = await looks_of_all(world)
        assert sum(world.presence.questions) == sum(len(looks) for looks in everybody.values())


async def test_a_few_hours_leave_time_for_one_round(tmp_path: Path) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(hours=3))
    async with a_campaign(tmp_path, 300, replace(IF_AVAILABLE, slot=slot)) as world:
        world.presence.usually = ABSENT
        await run(world)
        assert (await world.store.tally(world.campaign.id)).states == {DeliveryState.ABSENT: 300}
        everybody = await looks_of_all(world)
        for looks in everybody.values():
            check(looks, world.times.of(""), delivered=False)
        assert {len(looks) for looks in everybody.values()} == {1, 2, 3}


@pytest.mark.parametrize("presence", [PresenceChoice.AVAILABLE, PresenceChoice.PRESENT])
async def test_away_and_busy_count_as_the_author_chose(tmp_path: Path, presence: PresenceChoice) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(minutes=20))
    async with a_campaign(tmp_path, 4, replace(IF_AVAILABLE, slot=slot, presence=presence)) as world:
        shown = dict(zip(world.people, Availability, strict=True))
        world.presence.ask = lambda person: shown[person.id]
        await run(world)
        wanted = 1 if presence is PresenceChoice.AVAILABLE else 3
        tally = await world.store.tally(world.campaign.id)
        assert tally.states == {DeliveryState.DELIVERED: wanted, DeliveryState.ABSENT: 4 - wanted}


async def test_everybody_is_written_to_and_tried_again_on_their_own_clock(tmp_path: Path) -> None:
    zones = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "Mars/Olympus")
    schedule = replace(IF_AVAILABLE, own_zone=True)
    async with a_campaign(tmp_path, 1_000, schedule, zones) as world:
        world.presence.ask = comings_and_goings(world)
        await run(world)
        there = set(await world.store.people_in_state(world.campaign.id, DeliveryState.DELIVERED))
        for person, looks in (await looks_of_all(world)).items():
            check(looks, world.times.of(person.zone), delivered=person.id in there)
        assert (await world.store.tally(world.campaign.id)).total == 1_000


async def test_own_clocks_alone_need_no_presence(tmp_path: Path) -> None:
    zones = ("Europe/Paris", "America/Los_Angeles", "Asia/Tokyo")
    slot = Slot(start=MONDAY, duration=timedelta(days=1))
    schedule = Schedule(slot=slot, hours=OFFICE, zone="Europe/Paris", own_zone=True)
    async with a_campaign(tmp_path, 90, schedule, zones) as world:
        sent: list[tuple[str, datetime]] = []
        take = world.mailbox.send

        async def noting(reference, activity):  # type: ignore[no-untyped-def]
            sent.append((world.people[reference.person].zone, world.clock.now()))
            return await take(reference, activity)

        world.mailbox.send = noting  # type: ignore[method-assign]
        await run(world)
        assert (await world.store.tally(world.campaign.id)).states == {DeliveryState.DELIVERED: 90}
        assert len(sent) == 90 and all(world.times.of(zone).contains(at) for zone, at in sent)
        assert not world.presence.questions


async def test_who_lives_where_nobody_works_in_this_time_is_told_apart_and_never_woken(tmp_path: Path) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(hours=2))  # 17:00 to 19:00 in Tokyo, the night in Auckland
    schedule = Schedule(slot=slot, hours=OFFICE, zone="Europe/Paris", own_zone=True)
    async with a_campaign(tmp_path, 60, schedule, ("Europe/Paris", "Asia/Tokyo", "Pacific/Auckland")) as world:
        await run(world)
        tally = await world.store.tally(world.campaign.id)
        assert tally.states == {DeliveryState.DELIVERED: 40, DeliveryState.EXPIRED: 20}


@dataclass
class NeverMarking:
    """A store as a process sees it that dies when it wants to mark."""

    store: SqliteStore
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def mark_sending(self, *arguments: object) -> set[int]:
        self.asked.set()
        await asyncio.Future()
        raise AssertionError


async def test_who_dies_between_the_question_and_the_mark_has_sent_nothing_and_loses_nobody(tmp_path: Path) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(hours=2))
    async with a_campaign(tmp_path, 50, replace(IF_AVAILABLE, slot=slot)) as world:
        world.clock.at = slot.end - timedelta(minutes=10)
        dying = NeverMarking(world.store)
        life = asyncio.create_task(dispatching(world, dying).run())
        await asyncio.wait_for(dying.asked.wait(), 30)
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
        states = (await world.store.tally(world.campaign.id)).states
        assert states[DeliveryState.CLAIMED] > 20 and DeliveryState.SENDING not in states
        world.clock.at += LEASE
        await run(world)
        assert (await world.store.tally(world.campaign.id)).states == {DeliveryState.DELIVERED: 50}
        assert max(world.mailbox.received.values()) == 1


# --- nobody can tell --------------------------------------------------------------------------


async def test_where_nobody_can_tell_it_is_sent_all_the_same_and_counted(tmp_path: Path) -> None:
    async with a_campaign(tmp_path, 200, replace(IF_AVAILABLE, unknown=IfUnknown.SEND)) as world:
        world.presence.trouble = NotAnswered("Presence.Read.All is missing", permanent=True)
        await run(world)
        tally = await world.store.tally(world.campaign.id)
        assert tally.states == {DeliveryState.DELIVERED: 200}
        assert tally.rungs == {(0, Seen.UNKNOWN): 200}


async def test_where_nobody_can_tell_it_waits_until_somebody_can(tmp_path: Path) -> None:
    """A permission is taken away on Tuesday and given again on Thursday: nothing leaves unasked, nobody is lost."""
    async with a_campaign(tmp_path, 500, replace(IF_AVAILABLE, unknown=IfUnknown.WAIT)) as world:
        missing = NotAnswered("Presence.Read.All is missing", permanent=True)
        tuesday, thursday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)

        def how(person: Person) -> Availability:
            if tuesday <= world.clock.now() < thursday:
                raise missing
            return Availability.AVAILABLE

        world.presence.ask = how
        await run(world)
        tally = await world.store.tally(world.campaign.id)
        assert tally.states == {DeliveryState.DELIVERED: 500}
        for looks in (await looks_of_all(world)).values():
            assert len(looks) == 1, "waiting is no look"
            assert looks[0].seen is Seen.AVAILABLE and not tuesday <= looks[0].at < thursday


async def test_who_is_waited_for_to_the_end_ends_with_the_true_reason(tmp_path: Path) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(hours=2))
    async with a_campaign(tmp_path, 100, replace(IF_AVAILABLE, slot=slot, unknown=IfUnknown.WAIT)) as world:
        world.presence.trouble = NotAnswered("Presence.Read.All is missing", permanent=True)
        await run(world)
        tally = await world.store.tally(world.campaign.id)
        assert tally.states == {DeliveryState.EXPIRED: 100}
        assert tally.reasons == {NotReached.PRESENCE_UNKNOWN: 100}
        assert not world.mailbox.received


@pytest.mark.parametrize("unknown", list(IfUnknown))
async def test_a_service_that_says_429_for_an_hour_is_left_in_peace_for_it(tmp_path: Path, unknown: IfUnknown) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(hours=6))
    async with a_campaign(tmp_path, 300, replace(IF_AVAILABLE, slot=slot, unknown=unknown)) as world:
        hour = MONDAY + timedelta(hours=1)
        asked: list[datetime] = []

        def how(person: Person) -> Availability:
            asked.append(world.clock.now())
            if world.clock.now() < hour:
                raise NotAnswered("429", after=(hour - world.clock.now()).total_seconds())
            return Availability.AVAILABLE

        world.presence.ask = how
        await run(world)
        tally = await world.store.tally(world.campaign.id)
        assert tally.states == {DeliveryState.DELIVERED: 300}
        assert sum(at < hour for at in asked) == 1, "asked once, then not before it said so"
        unasked = tally.rungs.get((0, Seen.UNKNOWN), 0)
        assert (unasked > 20) is (unknown is IfUnknown.SEND) and (unasked == 0) is (unknown is IfUnknown.WAIT)


async def test_a_person_whom_the_service_does_not_know_is_treated_as_the_author_chose(tmp_path: Path) -> None:
    slot = Slot(start=MONDAY, duration=timedelta(hours=2))
    async with a_campaign(tmp_path, 2, replace(IF_AVAILABLE, slot=slot, unknown=IfUnknown.WAIT)) as world:
        known, stranger = world.people
        world.presence.ask = lambda person: Availability.AVAILABLE if person.id == known else None
        await run(world)
        assert await world.store.delivery_state(world.campaign.id, PersonId(known)) == DeliveryState.DELIVERED
        assert await world.store.delivery_state(world.campaign.id, PersonId(stranger)) == DeliveryState.EXPIRED
        assert (await world.store.tally(world.campaign.id)).reasons == {NotReached.PRESENCE_UNKNOWN: 1}
