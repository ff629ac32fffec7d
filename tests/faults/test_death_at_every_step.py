"""The bot dies at every step it can die at; another one goes on. What people got is what counts.

A small campaign is run again and again. In each run the process "dies" just before or just after
one step that leaves it (a change of the store, a message to somebody): from there on nothing of it
gets through any more. A second one then finishes the campaign.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler import dispatcher, planner
from scheduler.dispatcher import Dispatcher
from scheduler.jobs import Jobs
from scheduler.list_refresh import ListReader
from scheduler.ports import Availability, Delivered, NotAnswered, Outcome, Render
from scheduler.presence_lookup import PresenceLookup
from scheduler.rate_limit import RateLimit
from storage.records import (
    Audience,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    DeliveryState,
    DirectoryUser,
    ListProblem,
    Person,
    PersonId,
    PresenceChoice,
    Reference,
    Source,
    SourceKind,
    TenantId,
)
from storage.sqlite import SqliteStore
from tests.support.deeds import A_DEED
from tests.support.seeding import conversation_of, install, member_of, scheduled
from tests.support.virtual_time import embedded_store

pytestmark = pytest.mark.virtual_time
PEOPLE = 7
NEVER_THERE = 4  #: the number of somebody who is absent whenever it is asked
SLOT = timedelta(minutes=10)
TICK = timedelta(minutes=1)  #: by which time passes
LEASE = timedelta(seconds=30)
LOOKS = 50  #: whether the dispatcher has taken what is due; it goes round twice between two of them
CHANGES = {
    *("start", "plan", "planned", "claim_due", "mark_sending", "record", "reap", "finish", "reported"),
    *("write_documents", "delete_documents"),
    *("keep_mailing", "plan_mails", "claim_mail", "mark_mail", "record_mail", "reap_mails"),
    *("recall", "recalled", "delete_campaign"),
    *("save_installation", "installed_for"),
    *("blank_list", "know", "fill_blank", "refresh_list", "drop_blank", "plan_ended"),
}


@dataclass
class StoppedClock:
    """Time stands still until it is put forward."""

    at: datetime = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class Fate:
    """Counts the steps that leave a process, and ends it at one of them."""

    #: the step at which it dies; 0: never
    step: int = 0
    #: after the step has had its effect, or before
    after: bool = False
    taken: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_through(self, effect: Any) -> Any:
        self.taken += 1
        fatal = self.taken == self.step
        if fatal and not self.after:
            self.died.set()
        if self.died.is_set():
            effect.close()
            await _never()
        result = await effect
        if fatal:
            self.died.set()
        if self.died.is_set():
            await _never()
        return result


async def _never() -> None:
    """The dead wait for ever, and tidy nothing up when their task is ended."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    await asyncio.Future()


class MortalStore:
    """A store as one process sees it: its changes pass through fate."""

    def __init__(self, store: SqliteStore, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in CHANGES:
            return method

        async def change(*arguments: Any, **named: Any) -> Any:
            call = method(*arguments, **named)
            assert inspect.iscoroutine(call)
            return await self._fate.pass_through(call)

        return change


@dataclass
class Mailbox:
    """Takes messages, and remembers who got how many."""

    fate: Fate
    received: Counter[str]

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        return await self.fate.pass_through(self._take(reference))

    async def _take(self, reference: Reference) -> Outcome:
        self.received[reference.conversation] += 1
        return Delivered(f"message-{reference.conversation}")


@dataclass
class Watcher:
    """Tells who is there, through fate too; one person never is."""

    fate: Fate

    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        async def look() -> dict[PersonId, Availability]:
            absent = f"person{NEVER_THERE}@"
            return {
                person.id: Availability.ABSENT if person.address.startswith(absent) else Availability.AVAILABLE
                for person in people
            }

        shown: dict[PersonId, Availability] = await self.fate.pass_through(look())
        return shown


class Words:
    def compile(self, campaign: Campaign) -> Render:
        return lambda person, columns: b"{}"


@dataclass
class Author:
    """Gets reports through fate too."""

    fate: Fate
    reports: int = 0
    #: how often told that people are lacking, and that they are not any more
    warnings: int = 0
    good_news: int = 0

    async def progress(self, campaign: Campaign) -> bool:
        return True

    async def unread(self, campaign: Campaign, problems: Sequence[ListProblem]) -> bool:
        async def post() -> bool:
            self.warnings += 1
            return True

        return bool(await self.fate.pass_through(post()))

    async def held(self, campaign: Campaign) -> bool:
        raise AssertionError("nothing here waits for somebody's word")

    async def read_after_all(self, campaign: Campaign, recipients: int) -> bool:
        async def post() -> bool:
            self.good_news += 1
            return True

        return bool(await self.fate.pass_through(post()))

    async def report(self, campaign: Campaign) -> Outcome:
        async def post() -> Outcome:
            self.reports += 1
            return Delivered("report")

        outcome: Outcome = await self.fate.pass_through(post())
        return outcome


class Phonebook:
    """A directory that does not answer at first, and breaks off in the middle of its second answer."""

    def __init__(self) -> None:
        self.asked = 0

    async def members(self, tenant: TenantId, group: str) -> AsyncIterator[list[DirectoryUser]]:
        self.asked += 1
        if self.asked == 1:
            raise NotAnswered("429", after=60)
        users = [
            DirectoryUser(directory_id=f"directory-{number}", addresses=(member_of(number)["email"],))
            for number in range(PEOPLE)
        ]
        for start in range(0, PEOPLE, 3):
            yield users[start : start + 3]
            if self.asked == 2:
                raise NotAnswered("503")


async def live(
    store: SqliteStore,
    fate: Fate,
    clock: StoppedClock,
    received: Counter[str],
    holder: int,
    directory: Any = None,
) -> Author:
    """One process, until the campaign is done and reported, or until it dies. What it told the author."""
    mortal: Any = MortalStore(store, fate)
    rng, author = random.Random(holder), Author(fate)
    no_teams: Any = None
    reader = ListReader(mortal, directory, no_teams, clock)
    jobs = Jobs(mortal, author, clock, rng, reader)
    sending = Dispatcher(
        store=mortal,
        sender=Mailbox(fate, received),
        renderer=Words(),
        clock=clock,
        rng=rng,
        rate_limit=RateLimit(1000.0),
        holder=holder,
        concurrency=2,
        group=4,
        lease=LEASE,
        presence_lookup=PresenceLookup({Channel.TEAMS: Watcher(fate)}, clock),
    )

    async def work() -> None:
        while not await _over(store):
            await jobs.begin()
            await _what_is_due_is_taken(store, clock, sending)
            await jobs.sweep()
            clock.at += TICK

    tasks = [asyncio.create_task(sending.run()), asyncio.create_task(work()), asyncio.create_task(fate.died.wait())]
    await asyncio.wait(tasks[1:], return_when=asyncio.FIRST_COMPLETED, timeout=60)
    jobs.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, reader.stop(), return_exceptions=True)
    return author


async def _what_is_due_is_taken(store: SqliteStore, clock: StoppedClock, sending: Dispatcher) -> None:
    """Time stands still while the dispatcher is at it; what a dead one holds it cannot take."""
    for _ in range(LOOKS):
        await asyncio.sleep(0.01)
        due = await store.next_due(CampaignId(1))
        if (due is None or due > clock.at) and sending._recording.is_idle:
            return


async def _over(store: SqliteStore) -> bool:
    campaign = await store.campaign(CampaignId(1))
    return campaign is not None and campaign.reported_at is not None


@contextlib.asynccontextmanager
async def a_campaign(
    folder: Path, clock: StoppedClock, presence: PresenceChoice = PresenceChoice.ALWAYS, *, to_a_group: bool = False
) -> AsyncIterator[SqliteStore]:
    store = embedded_store(folder / "crieur.db")
    await store.open()
    people = await install(store, "http://127.0.0.1", PEOPLE)
    audience = Audience(everyone=True)
    if to_a_group:
        source = Source(kind=SourceKind.GROUP, id="a-group")
        everybody = await store.list_from(people[0].tenant, people[0].id, "Everybody", source, deed=A_DEED)
        audience = Audience(lists=(everybody.id,))
    length = SLOT * (1 + to_a_group)
    await scheduled(store, people[0], clock.at, length, audience=audience, presence=presence)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and waits so small that a small campaign takes every kind of step several times."""
    monkeypatch.setattr(planner, "PAGE", 3)
    monkeypatch.setattr(dispatcher, "POLL", 0.005)


@pytest.mark.parametrize(
    ("presence", "to_a_group"),
    [(PresenceChoice.ALWAYS, False), (PresenceChoice.AVAILABLE, False), (PresenceChoice.ALWAYS, True)],
)
async def test_whoever_dies_wherever_everybody_gets_it_once_or_is_named_unconfirmed(
    tmp_path: Path, presence: PresenceChoice, to_a_group: bool
) -> None:
    fate, clock = Fate(), StoppedClock()
    async with a_campaign(tmp_path, clock, presence, to_a_group=to_a_group) as store:
        author = await live(store, fate, clock, Counter(), 1, Phonebook())
        assert await _over(store)
        assert author.warnings == author.good_news == to_a_group
    # the number of steps differs a little from run to run: a few more deaths than steps cover the tail
    for step in range(1, fate.taken + 4):
        for after in (False, True):
            folder = tmp_path / f"{step}-{after}"
            folder.mkdir()
            await _dies_and_another_goes_on(folder, step, after, presence, to_a_group=to_a_group)


async def _dies_and_another_goes_on(
    folder: Path, step: int, after: bool, presence: PresenceChoice, *, to_a_group: bool
) -> None:
    where = f"death {'after' if after else 'before'} step {step}"
    clock, received, fate = StoppedClock(), Counter[str](), Fate(step, after)
    directory = Phonebook()
    async with a_campaign(folder, clock, presence, to_a_group=to_a_group) as store:
        first = await live(store, fate, clock, received, 1, directory)
        clock.at += TICK  # longer than a lease; what is due in the last minute is seen as the slot ends, not after it
        taken_over = clock.at
        second = await live(store, Fate(), clock, received, 2, directory)
        reports = first.reports + second.reports

        assert await _over(store), where
        assert max(received.values(), default=0) <= 1, f"{where}: somebody received it twice"
        assert 1 <= reports <= 2, f"{where}: {reports} reports"
        assert first.warnings + second.warnings <= to_a_group, f"{where}: the author was told twice"
        campaign = await store.campaign(CampaignId(1))
        assert campaign and campaign.state is CampaignState.DONE
        tally = await store.tally(campaign.id)
        assert tally.total == PEOPLE and not tally.open, f"{where}: {tally}"
        recipients, _ = await store.recipients(campaign.tenant, campaign.as_scheduled.audience, campaign.channel)
        for person in recipients:
            state = await store.delivery_state(campaign.id, person)  # type: ignore[arg-type]
            reference = await store.reference(person, campaign.channel)  # type: ignore[arg-type]
            assert reference
            if presence is not PresenceChoice.ALWAYS and reference.conversation == conversation_of(NEVER_THERE):
                assert not received[reference.conversation], f"{where}: written to while absent"
                assert state in (DeliveryState.ABSENT, DeliveryState.EXPIRED), where
                continue
            if received[reference.conversation]:
                assert state in (DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED), where
            else:
                late = taken_over >= campaign.as_scheduled.schedule.slot.end
                named = (DeliveryState.UNCONFIRMED, *((DeliveryState.EXPIRED,) if late else ()))
                assert state in named, f"{where}: nobody wrote to {person}, state {state}"
        assert tally.states.get(DeliveryState.UNCONFIRMED, 0) <= 4, f"{where}: more than one group is unconfirmed"


async def test_dying_again_and_again_still_ends(tmp_path: Path) -> None:
    """The one that takes over dies too, and so does the next."""
    for seed in range(12):
        rng = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        clock, received = StoppedClock(), Counter[str]()
        async with a_campaign(folder, clock) as store:
            for holder in range(3):
                await live(store, Fate(rng.randint(2, 20), rng.random() < 0.5), clock, received, holder + 1)
                clock.at += LEASE
            await live(store, Fate(), clock, received, 99)
            assert await _over(store)
            tally = await store.tally(CampaignId(1))
            assert tally.total == PEOPLE and not tally.open
            assert not received or max(received.values()) == 1
