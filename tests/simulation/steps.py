"""A sequence: who stands in its audience gets its steps day by day, and who joins later gets them later."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from storage.port.store import Store
from storage.records import Audience, Campaign, Channel, Message, PersonId, Step, StepSequence
from tests.simulation.invariants import everybody_once, nobody_twice
from tests.simulation.trouble import NEAR, TROUBLED, is_over, trouble, until
from tests.support.seeding import scheduled

if TYPE_CHECKING:
    from tests.simulation.world import World

STEPS = tuple(Step(number=number + 1, after=number, message=Message(body=f"Day {number}")) for number in range(2))
SLOT = timedelta(seconds=12)  #: of each step
DAY = timedelta(days=1)


async def sequence(world: World, store: Store, campaign: Campaign) -> None:
    author = await store.person(campaign.author)
    assert author is not None
    start = datetime.combine((world.now + DAY).date(), time(9, 30), world.now.tzinfo)
    plan = StepSequence(steps=STEPS, newcomers=False)
    made = await scheduled(store, author, start, SLOT, name="Welcome", sequence=plan)
    first = await _there(store, author.tenant)
    newcomer = world.strangers[-1]
    for day in range(len(STEPS) + 1):
        if day == 1:
            await world.comes(newcomer)  # before it is looked again who has joined
        world.leap(start + day * DAY - NEAR)
        joined = await _there(store, author.tenant) - first
        await trouble(world, day, SLOT.total_seconds() + TROUBLED)
        owed = {(person, step.number) for person in first for step in STEPS[: day + 1]}
        owed |= {(person, step.number) for person in joined for step in STEPS[:day]}
        await until(lambda owed=owed: _has_come(store, made, owed), f"day {day} does not end")
    nobody_twice(world)
    await _each_step_once(world, store, made, owed)


async def _there(store: Store, tenant: str) -> set[int]:
    reachable, _ = await store.recipients(tenant, Audience(everyone=True), Channel.TEAMS)  # type: ignore[arg-type]
    return set(reachable)


async def _steps(store: Store, made: Campaign) -> list[tuple[int, int, date]]:
    """Who has a delivery of which step, and of which day; as often as they have."""
    return [
        (result.person.id, one.step or 0, one.as_scheduled.schedule.slot.start.date())
        for one in await store.sequels(made.id, 20)
        for result in await store.results(one.id, 0, 1_000)
    ]


async def _has_come(store: Store, made: Campaign, owed: set[tuple[PersonId | int, int]]) -> bool:
    come = await store.sequels(made.id, 20)
    given = {(person, step) for person, step, _ in await _steps(store, made)}
    return given >= owed and all(map(is_over, come))


async def _each_step_once(world: World, store: Store, made: Campaign, owed: set[tuple[int, int]]) -> None:
    days = defaultdict[int, list[date]](list)
    for person, _, day in (given := await _steps(store, made)):
        days[person].append(day)
    pairs = [(person, step) for person, step, _ in given]
    twice = {pair for pair in pairs if pairs.count(pair) > 1}
    assert not twice, f"a step twice: {twice}"
    assert set(pairs) == owed, f"{set(pairs) ^ owed} of the steps went astray"
    crowded = {person: some for person, some in days.items() if len(set(some)) < len(some)}
    assert not crowded, f"two steps on one day: {crowded}"
    for one in await store.sequels(made.id, 20):
        await everybody_once(world, store, one, least=0)
