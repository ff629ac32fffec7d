"""A step of a sequence for 100,000 people who have joined: made and planned, by the planning of a campaign to them."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import WallClock
from scheduler.planner import plan
from scheduler.sequels.sequences import Sequences
from storage.records import Audience, Campaign, Channel, Message, Sequels, Step, StepSequence, campaign_life
from storage.sqlite import SqliteStore
from tests.bench.ground import running_campaign, settle_people
from tests.support.deeds import A_DEED
from tests.support.seeding import TENANT

PEOPLE = 100_000
STEPS = 5


async def sequences() -> dict[str, float]:
    return {"sequence_100k_step_over_campaign": await step_over_campaign(PEOPLE, STEPS)}


class _Ahead:
    """A clock that is put from one step to the next."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


async def step_over_campaign(people: int, steps: int) -> float:
    """The processor's time for a step by that for a campaign to the same people, of some of each, one by one."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "crieur.db")
        await store.open()
        await settle_people(store, "http://127.0.0.1:1", people)
        clock = _Ahead()
        sequence = await _begun(store, await running_campaign(store), steps, clock)
        of_steps = of_campaigns = 0.0
        for _ in range(steps):
            of_steps += await _step(store, sequence, clock, people)
            campaign = await running_campaign(store)
            began = time.process_time()  # what the disk takes is the same for both
            await plan(campaign, store, WallClock(), random.Random(1))
            of_campaigns += time.process_time() - began
        await store.close()
    return of_steps / of_campaigns


async def _begun(store: SqliteStore, like: Campaign, steps: int, clock: _Ahead) -> Campaign:
    """A sequence that everybody has joined."""
    draft = await store.new_campaign(TENANT, like.author, "Welcome", Channel.TEAMS, clock.at, deed=A_DEED)
    plan_of = StepSequence(
        steps=tuple(Step(number=n, after=n, message=Message(body="Hello")) for n in range(1, steps + 1)),
        newcomers=False,
    )
    schedule = like.as_scheduled.schedule
    schedule = replace(schedule, slot=replace(schedule.slot, start=clock.at, duration=timedelta(hours=8)))
    whole = replace(like.as_scheduled, audience=Audience(everyone=True), schedule=schedule, sequence=plan_of)
    sequence = await store.save(campaign_life.schedule(draft, whole), deed=A_DEED)
    while not (await _sequels(store, sequence)).cohorts:
        await _go_on(store, clock)
    return sequence


async def _step(store: SqliteStore, sequence: Campaign, clock: _Ahead, people: int) -> float:
    """Seconds until everybody has their delivery of the next one."""
    sequels = await _sequels(store, sequence)
    clock.at = max(clock.at, min(cohort.due_at for cohort in sequels.cohorts)) + timedelta(seconds=1)
    made = len(await store.sequels(sequence.id, 99))
    began = time.process_time()
    while len(await store.sequels(sequence.id, 99)) == made:
        await _go_on(store, clock)
    [step] = await store.sequels(sequence.id, 1)
    assert await store.start(step.id, clock.at)
    step = await store.campaign(step.id) or step
    await plan(step, store, clock, random.Random(1))
    took = time.process_time() - began
    assert (await store.tally(step.id)).total == people
    return took


async def _go_on(store: SqliteStore, clock: _Ahead) -> None:
    clock.at += timedelta(milliseconds=10)
    reader: Any = None  # nothing comes from elsewhere
    for one in await store.due_sequels(clock.at):
        await Sequences(store, reader, clock).go_on(one)


async def _sequels(store: SqliteStore, sequence: Campaign) -> Sequels:
    current = await store.campaign(sequence.id)
    assert current is not None and current.sequels is not None
    return current.sequels
