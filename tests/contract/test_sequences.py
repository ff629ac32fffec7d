"""Sequences on every store: nobody gets a step twice, nobody is forgotten, wherever a copy of the bot dies."""

from __future__ import annotations

import asyncio
import inspect
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.planner import plan
from scheduler.sequels import sequences
from scheduler.sequels.sequences import Sequences
from storage.port.store import Store
from storage.records import (
    Audience,
    Campaign,
    Channel,
    DeedKind,
    ListId,
    Message,
    Person,
    PersonId,
    Schedule,
    Slot,
    Step,
    StepSequence,
    WorkingHours,
    campaign_life,
)
from storage.records.campaign_life import NotPossible
from tests.contract.conftest import Database, MongoDatabase
from tests.contract.lives import Served, emptied, every, one_life, served
from tests.contract.world import CONTOSO, NOW, drafted, frozen, install, sighting
from tests.support.deeds import A_DEED
from tests.support.stopped_time import StoppedClock

A_DAY = timedelta(days=1)
ZONES = ("", "Asia/Tokyo")
#: NOW is a Monday
HOURS = WorkingHours(opens=time(9), closes=time(18), days=frozenset({0, 1, 2, 3, 4}))
STEPS = tuple(
    Step(number=number, after=after, message=Message(body=f"Step {number}"))
    for number, after in ((1, 0), (2, 1), (3, 3))
)
NOBODY = PersonId(0)
WRITES = 150  #: about as many of a sequence's first days
CALLS = 5 * int(os.environ.get("EVERY_WRITE", "8"))  #: of the store, until a copy dies at the next one


class NoSources:
    """Reads no list: none here comes from elsewhere."""


async def hidden(store: Store, *people: Person) -> ListId:
    id = await store.blank_list(CONTOSO, NOBODY)
    await store.fill_blank(id, [person.id for person in people])
    return id


async def reached(store: Store, audience: Audience) -> set[int]:
    people, _ = await store.recipients(CONTOSO, audience, Channel.TEAMS)
    total = (await store.reach(CONTOSO, audience, Channel.TEAMS)).total
    assert total == len(people)
    return set(people)


async def test_of_an_audience_only_those_who_stand_in_a_list_that_nobody_sees(store: Store) -> None:
    ada, ben, cleo, dan = await install(store, "ada", "ben", "cleo", "dan")
    one, other = await hidden(store, ada, ben), await hidden(store, cleo)
    everyone = Audience(everyone=True)
    assert await reached(store, replace(everyone, among=(one,))) == {ada.id, ben.id}
    assert await reached(store, replace(everyone, among=(one, other))) == {ada.id, ben.id, cleo.id}
    assert await reached(store, replace(everyone, beyond=(one, other))) == {dan.id}
    assert await reached(store, replace(everyone, among=(one,), beyond=(other,))) == {ada.id, ben.id}
    team = await store.new_list(CONTOSO, ada.id, "Team", [ben.id, cleo.id], deed=A_DEED)
    assert await reached(store, Audience(lists=(team.id,), among=(one,))) == {ben.id}, "who has left is not in it"
    segment = await store.new_segment(CONTOSO, ada.id, "Both", Audience(lists=(team.id,)), deed=A_DEED)
    assert await reached(store, Audience(lists=(segment.id,), among=(other,))) == {cleo.id}
    assert await reached(store, Audience(lists=(segment.id,), beyond=(other,))) == {ben.id}
    assert await reached(store, Audience(lists=(team.id,), among=(ListId(10**6),))) == set()


async def test_lists_that_nobody_sees_become_one(store: Store) -> None:
    ada, ben, cleo = await install(store, "ada", "ben", "cleo")
    into, one, other = [await hidden(store, person) for person in (ada, ben, cleo)]
    for _ in range(2):
        await store.absorb_blanks(into, [into, one, other])
    assert await reached(store, Audience(everyone=True, among=(into,))) == {ada.id, ben.id, cleo.id}
    assert await reached(store, Audience(everyone=True, among=(one, other))) == set()
    assert await store.lists(CONTOSO) == []


async def test_a_step_stands_in_no_list_of_campaigns_and_hidden_lists_go_with_the_sequence(store: Store) -> None:
    clock = StoppedClock(NOW)
    sequence = await a_sequence(store, newcomers=False)
    await go(store, clock, until=NOW + timedelta(hours=1))
    [step] = await store.sequels(sequence.id, 9)
    assert step.step == 1 and step.reported_at is not None and step.sequel_of == sequence.id
    assert [one.id for one in await store.campaigns(CONTOSO, 9)] == [sequence.id]
    assert await store.count_campaigns(CONTOSO) == 1
    entries = [entry for _, entry in await store.audit_from(0, 20, CONTOSO)]
    assert [(entry.deed, entry.by, entry.id) for entry in entries][-1] == (DeedKind.SCHEDULED, None, str(step.id))
    current = await store.campaign(sequence.id)
    assert current is not None and current.sequels is not None and current.sequels.hidden
    kept = Audience(everyone=True, among=current.sequels.hidden)
    assert await reached(store, kept)
    await store.delete_campaign(current, deed=A_DEED)
    assert await reached(store, kept) == set()


async def test_who_is_erased_is_in_it_no_more(store: Store) -> None:
    clock = StoppedClock(NOW)
    sequence = await a_sequence(store)
    await go(store, clock, until=NOW + timedelta(minutes=1))
    await store.erase("ben@contoso.example", deed=A_DEED)
    current = await store.campaign(sequence.id)
    assert current is not None and current.sequels is not None
    ada = await store.person_at(CONTOSO, "ada@contoso.example")
    people = await store.recipients(CONTOSO, Audience(everyone=True, among=current.sequels.hidden), Channel.TEAMS)
    assert ada is not None and [*people[0], *people[1]] == [ada.id]


async def a_sequence(store: Store, *, newcomers: bool = True) -> Campaign:
    """Of two who are there before."""
    ada, _ = await install(store, "ada", "ben")
    draft = await drafted(store, ada, "Welcome")
    whole = frozen()
    schedule: Schedule = replace(whole.schedule, slot=Slot(start=NOW, duration=timedelta(hours=2)), hours=HOURS)
    whole = replace(
        whole, schedule=replace(schedule, zone="UTC"), sequence=StepSequence(steps=STEPS, newcomers=newcomers)
    )
    return await store.save(campaign_life.schedule(draft, whole), deed=A_DEED)


async def joins(store: Store, *names: str) -> None:
    """By turns on two clocks."""
    for number, name in enumerate(names):
        await store.remember(sighting(name, zone=ZONES[number % 2]))


async def go(store: Any, clock: StoppedClock, until: datetime) -> None:
    """What the jobs do, at each instant at which something is due."""
    reader: Any = NoSources()
    at_work = Sequences(store, reader, clock)
    while clock.at <= until:
        due = await store.due_sequels(clock.at)
        for one in due:
            await at_work.go_on(one)
        for one in await store.due_to_start(clock.at) if due else ():
            await store.start(one.id, clock.at)
        for one in await store.in_state("running") if due else ():
            if one.planned_at is None:
                await plan(one, store, clock, random.Random(1))
        clock.at += timedelta(milliseconds=10) if due else timedelta(hours=4)
    clock.at = until


async def life(store: Any, clock: StoppedClock) -> None:
    """Ten days, in which some join on the first day, and one on the third; to be gone on with from where it ended."""
    await go(store, clock, NOW + timedelta(minutes=1))
    await joins(store, "cleo", "dan")
    await go(store, clock, NOW + 2 * A_DAY)
    await joins(store, "eve")
    await go(store, clock, NOW + 11 * A_DAY)


async def had(store: Store, sequence: Campaign) -> dict[str, Counter[int]]:
    """How often who was given each step, by name."""
    by_person: dict[str, Counter[int]] = {}
    for one in await store.sequels(sequence.id, 100):
        for id in await store.planned_people(one.id):
            person = await store.person(PersonId(id))
            assert person is not None and one.step is not None
            by_person.setdefault(person.given_name, Counter())[one.step] += 1
    return by_person


EVERYBODY = {name: Counter({1: 1, 2: 1, 3: 1}) for name in ("Cleo", "Dan", "Eve")}


@pytest.fixture(autouse=True)
def looks_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "LOOK_EVERY", A_DAY)
    monkeypatch.setattr(sequences, "PAGE", 1)


async def test_who_joins_gets_each_step_once_on_a_day_of_its_own(store: Store) -> None:
    sequence = await a_sequence(store)
    await life(store, StoppedClock(NOW))
    assert await had(store, sequence) == EVERYBODY
    steps = (await store.sequels(sequence.id, 100))[::-1]
    for one in steps:
        schedule = one.as_scheduled.schedule
        assert schedule.slot.duration <= timedelta(hours=2) and one.as_scheduled.sequence is None
    current = await store.campaign(sequence.id)
    assert current is not None and current.sequels is not None
    assert (current.sequels.made, current.sequels.cohorts) == (3, ()), "they are through"


async def test_several_copies_at_once_make_each_step_once(store: Store) -> None:
    sequence = await a_sequence(store)
    await go(store, StoppedClock(NOW), NOW + timedelta(minutes=1))
    await joins(store, "cleo", "dan", "eve")
    for day in range(14):
        clocks = [StoppedClock(NOW + day * A_DAY) for _ in range(3)]
        await asyncio.gather(*(go(store, clock, NOW + (day + 1) * A_DAY) for clock in clocks))
    assert await had(store, sequence) == EVERYBODY


@dataclass
class InTurn:
    """A copy's store: its own ``before`` is waited for before it asks that."""

    store: Store
    before: dict[str, Callable[[], Awaitable[object]]]

    def __getattr__(self, name: str) -> Any:
        question, first = getattr(self.store, name), self.before.get(name)
        if first is None:
            return question

        async def ask(*values: Any, **more: Any) -> Any:
            await first()
            return await question(*values, **more)

        return ask


async def test_no_copy_clears_away_the_lists_that_another_is_making(store: Store) -> None:
    """One has made its list and is about to keep it; the other finds it, and what it clears away comes after that."""
    sequence = await a_sequence(store)
    clock = StoppedClock(NOW)
    await go(store, clock, NOW + timedelta(minutes=1))
    await joins(store, "cleo")
    clock.at = NOW + 2 * A_DAY
    is_about_to, goes_on, has_kept = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        is_about_to.set()
        await goes_on.wait()

    async def lets_it() -> None:
        goes_on.set()
        await has_kept.wait()

    async def copy(before: dict[str, Callable[[], Awaitable[object]]]) -> None:
        in_turn, reader = InTurn(store, before), NoSources()
        for one in await store.due_sequels(clock.at):
            await Sequences(in_turn, reader, clock).go_on(one)  # type: ignore[arg-type]

    first = asyncio.create_task(copy({"make_sequel": waits}))
    first.add_done_callback(lambda _: has_kept.set())
    await asyncio.wait_for(is_about_to.wait(), 30)
    await copy({"drop_blank": lets_it})
    goes_on.set()
    await first
    await go(store, clock, NOW + 11 * A_DAY)
    assert await had(store, sequence) == {"Cleo": EVERYBODY["Cleo"]}
    current = await store.campaign(sequence.id)
    assert current is not None and current.sequels is not None and len(current.sequels.hidden) == 2


async def test_the_next_step_waits_until_everybody_has_a_delivery_of_the_one_before(store: Store) -> None:
    sequence = await a_sequence(store, newcomers=False)
    clock, reader = StoppedClock(NOW), NoSources()
    at_work = Sequences(store, reader, clock)  # type: ignore[arg-type]
    for day in range(5):
        clock.at = NOW + day * A_DAY
        for _ in range(5):
            for one in await store.due_sequels(clock.at):
                await at_work.go_on(one)
    assert [one.step for one in await store.sequels(sequence.id, 9)] == [1]


async def test_ended_nobody_who_was_in_it_joins_again(store: Store) -> None:
    sequence = await a_sequence(store)
    clock = StoppedClock(NOW)
    await go(store, clock, NOW + timedelta(minutes=1))
    await joins(store, "cleo")
    await go(store, clock, NOW + timedelta(hours=30))
    current = await store.campaign(sequence.id)
    assert current is not None and current.sequels is not None and len(current.sequels.cohorts) == 1
    ended = await store.save(campaign_life.end(current), deed=A_DEED)
    with pytest.raises(NotPossible):
        campaign_life.pause(ended)
    await joins(store, "dan")
    again = campaign_life.schedule(ended, current.as_scheduled)
    await store.save(again, deed=A_DEED)
    await joins(store, "eve")
    await go(store, clock, NOW + timedelta(hours=31))
    await joins(store, "finn")
    await go(store, clock, NOW + 14 * A_DAY)
    assert await had(store, sequence) == {"Cleo": Counter({1: 1}), "Finn": Counter({1: 1, 2: 1, 3: 1})}


@pytest.mark.parametrize("days", [2, 8])
async def test_what_a_sequence_asks_of_the_store_does_not_grow_with_its_people(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """The twin of a bench, which measures the time that a step takes by that of a campaign to the same people."""
    if isinstance(database, MongoDatabase):
        pytest.skip("what is asked of it is asked of the model")
    monkeypatch.setattr(sequences, "PAGE", 50_000)
    calls = []
    for people in (1, 40):
        folder = tmp_path / str(people)
        folder.mkdir()
        store = database.another(folder).store()
        await store.open()
        sequence, clock = await a_sequence(store), StoppedClock(NOW)
        await go(store, clock, NOW + timedelta(minutes=1))
        for number in range(people):
            await store.remember(sighting(f"new{number}"))
        counted = Mortal(store, 0, after=False)
        await go(counted, clock, NOW + days * A_DAY)
        calls.append(counted.taken)
        assert len(await had(store, sequence)) == people
        await store.close()
    assert calls[0] == calls[1], calls


# --- deaths -----------------------------------------------------------------------------------


class Death(BaseException):
    """Of a copy of the bot."""


@dataclass
class Mortal:
    """A store as one copy sees it, which dies at one of its calls: before it, or once it has had its effect."""

    store: Store
    call: int
    after: bool
    taken: int = field(default=0)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        async def called(*arguments: Any, **named: Any) -> Any:
            self.taken += 1
            fatal = self.taken == self.call
            if fatal and not self.after:
                raise Death
            answer = method(*arguments, **named)
            answer = await answer if inspect.isawaitable(answer) else answer
            if fatal:
                raise Death
            return answer

        return called


@pytest.mark.parametrize("after", [False, True])
async def test_whichever_call_a_copy_dies_at_everybody_gets_each_step_once(
    database: Database, tmp_path: Path, after: bool
) -> None:
    if isinstance(database, MongoDatabase):
        pytest.skip("between any two of its writes, below; its calls are the model's")
    call = 7 * (after + 1)
    while True:
        folder = tmp_path / f"{after} {call}"
        folder.mkdir()
        store = database.another(folder).store()
        await store.open()
        sequence, clock = await a_sequence(store), StoppedClock(NOW)
        died = False
        try:
            await life(Mortal(store, call, after), clock)
        except Death:
            died = True
            await joins(store, "cleo", "dan")
            await go(store, clock, max(clock.at, NOW + 2 * A_DAY))
            await joins(store, "eve")
            await go(store, clock, clock.at + 21 * A_DAY)
        given = await had(store, sequence)
        # who was not seen before somebody died may have been there before: of them only that nothing came twice
        assert {name: given[name] for name in EVERYBODY if name in given} == {
            name: EVERYBODY[name] for name in EVERYBODY if name in given
        }, (call, after)
        began = call > BEGINS
        assert not began or given.keys() == EVERYBODY.keys(), (call, after, given)
        await store.close()
        if not died:
            return
        call += CALLS


BEGINS = 12  #: calls after which it has been looked at who was there before


async def test_wherever_a_copy_dies_between_two_writes_everybody_gets_each_step_once(database: object) -> None:
    like = served(database)
    writes, died = 60 if isinstance(like, MongoDatabase) else 0, True  # a server's indexes are writes, too
    while died:
        async with emptied(like) as fresh:
            died = await _dies_after(fresh, writes)
        writes += every(like, WRITES)


async def _dies_after(database: Served, writes: int) -> bool:
    store = database.store()
    await store.open()
    sequence, clock = await a_sequence(store), StoppedClock(NOW)
    await go(store, clock, NOW + timedelta(minutes=1))
    await joins(store, "cleo", "dan", "eve")

    async def lived(mortal: Store) -> None:
        await go(mortal, clock, NOW + 2 * A_DAY)

    died = await one_life(database, writes, lived)
    await store.close()
    other = database.store()
    await other.open()
    await go(other, clock, clock.at + 21 * A_DAY)
    assert await had(other, sequence) == EVERYBODY, writes
    await other.close()
    return died
