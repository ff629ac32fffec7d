"""A campaign on the real dispatcher and the embedded store, with time that is put forward: days pass in seconds."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.dispatcher import Dispatcher
from scheduler.planner import OpenTimes, plan
from scheduler.ports import Delivered, Outcome, Render
from scheduler.presence_lookup import PresenceLookup
from scheduler.rate_limit import RateLimit
from storage.port.store import Store
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Channel,
    DeliveryState,
    Frozen,
    Message,
    Person,
    Reference,
    Schedule,
    Sighting,
    Slot,
    Tally,
    TenantId,
    WorkingHours,
)
from tests.support.deeds import A_DEED
from tests.support.presence import SimulatedPresence
from tests.support.virtual_time import embedded_store

CONTOSO = TenantId("contoso")
PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=PARIS).astimezone(UTC)
OFFICE = WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))
FIVE_DAYS = Slot(start=MONDAY, duration=timedelta(days=5))
STEP = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEARLY = timedelta(milliseconds=1)


@dataclass
class StoppedClock:
    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class Mailbox:
    received: Counter[str] = field(default_factory=Counter)

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        self.received[reference.conversation] += 1
        return Delivered(f"message-{reference.conversation}")


class Words:
    def compile(self, campaign: Campaign) -> Render:
        return lambda person, columns: b"{}"


@dataclass
class World:
    store: Store
    clock: StoppedClock
    mailbox: Mailbox
    presence: SimulatedPresence
    campaign: Campaign
    people: dict[int, Person]
    #: by which time passes, when somebody is due
    step: timedelta = STEP

    @property
    def times(self) -> OpenTimes:
        return OpenTimes(self.campaign.as_scheduled.schedule)

    @cached_property
    def closings(self) -> list[datetime]:
        """Wherever somebody lives."""
        zones = {person.zone for person in self.people.values()}
        return sorted(end for zone in zones for _, end in self.times.of(zone).intervals)

    @property
    def ends(self) -> datetime:
        return self.campaign.as_scheduled.schedule.slot.end


async def seeded(store: Store, count: int, zones: tuple[str, ...] = ("",)) -> dict[int, Person]:
    async def one(number: int) -> Person:
        person, _ = await store.remember(
            Sighting(
                tenant=CONTOSO,
                channel=Channel.TEAMS,
                service_url="http://127.0.0.1",
                conversation=f"chat-{number}",
                bot="28:crieur",
                user=f"29:{number}",
                at=MONDAY,
                directory_id=f"directory-{number}",
                addresses=(f"person{number}@contoso.example",),
                zone=zones[number % len(zones)],
            )
        )
        return person

    people = await asyncio.gather(*(one(number) for number in range(count)))
    return {person.id: person for person in people}


@asynccontextmanager
async def a_campaign(
    folder: Path, count: int, schedule: Schedule, zones: tuple[str, ...] = ("",), other: Store | None = None
) -> AsyncIterator[World]:
    """``other``: another store than the embedded one."""
    store = other or embedded_store(folder / "crieur.db")
    await store.open()
    try:
        people = await seeded(store, count, zones)
        author = next(iter(people.values()))
        draft = await store.new_campaign(CONTOSO, author.id, "News", Channel.TEAMS, MONDAY, deed=A_DEED)
        whole = replace(
            draft,
            state=CampaignState.SCHEDULED,
            frozen=Frozen(message=Message(body="Hello"), audience=Audience(everyone=True), schedule=schedule),
        )
        await store.save(whole, deed=A_DEED)
        assert await store.start(draft.id, schedule.slot.start)
        campaign = await store.campaign(draft.id)
        assert campaign is not None
        clock = StoppedClock(schedule.slot.start)
        await plan(campaign, store, clock, random.Random(1))
        yield World(store, clock, Mailbox(), SimulatedPresence(), campaign, people)
    finally:
        await store.close()


def dispatching(world: World, store: Any = None, holder: int = 1) -> Dispatcher:
    return Dispatcher(
        store=store or world.store,
        sender=world.mailbox,
        renderer=Words(),
        clock=world.clock,
        rng=random.Random(2),
        rate_limit=RateLimit(1e7),
        holder=holder,
        presence_lookup=PresenceLookup({Channel.TEAMS: world.presence}, world.clock),
    )


async def run(world: World, *stores: Store) -> None:
    """The real dispatcher until the slot is over; another one for each further store on the same database."""
    copies = [dispatching(world, store, holder) for holder, store in enumerate((world.store, *stores), 2)]
    tasks = [asyncio.create_task(copy.run()) for copy in copies]
    try:
        while due := await next_step(world):
            world.clock.at = max(world.clock.at, due)
    finally:
        for copy in copies:
            copy.stop()
        await asyncio.gather(*tasks)
    world.clock.at = world.ends + timedelta(minutes=1)
    while await world.store.reap(world.campaign.id, world.clock.now(), world.ends):
        pass


async def _busy(world: World, tally: Tally) -> bool:
    """Whether anything is on its way: the rows themselves, as MongoDB's counts come a moment later."""
    moving = (DeliveryState.CLAIMED, DeliveryState.SENDING)
    if any(tally.states.get(state) for state in moving):
        return True
    return any([await world.store.people_in_state(world.campaign.id, state) for state in moving])


async def next_step(world: World) -> datetime | None:
    """Wait until nothing is due or on its way; the next instant at which something is, on the grid of steps."""
    now, before = world.clock.now(), None
    while True:
        tally = await world.store.tally(world.campaign.id)
        due = await world.store.next_due(world.campaign.id)
        quiet = (due is None or due > now) and not await _busy(world, tally)
        if quiet and before == (tally, due):  # seen twice: nothing moved between the two questions
            break
        before = (tally, due) if quiet else None
        await asyncio.sleep(0.002)
    if due is None or due >= world.ends:
        return None
    on_grid = EPOCH - (EPOCH - due) // world.step * world.step
    return min([on_grid, *(end - NEARLY for end in world.closings if end > due)])
