"""The bot dies while mails leave; another copy goes on: nobody gets two, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.mailing.sending import LEASE, Mailings
from scheduler.ports import Delivered, Letter, Outcome, Refused, Retry
from storage.records import (
    About,
    ByMail,
    Campaign,
    CampaignId,
    Columns,
    DeliveryState,
    MailState,
    MailTo,
    NotMailed,
    NotReached,
    Person,
)
from storage.sqlite import SqliteStore
from tests.faults.test_death_at_every_step import Fate, MortalStore, StoppedClock
from tests.support.seeding import install, scheduled

PEOPLE = 5
REFUSED, BUSY = 1, 3  #: numbers of people with whom it goes otherwise


class Writer:
    def write(self, campaign: Campaign, person: Person, columns: Columns) -> Letter:
        return Letter("news@contoso.example", str(person.id), b"")


@dataclass
class Server:
    """Takes mails, and remembers who got how many; it is busy once, and dies with the bot that asks it."""

    fate: Fate
    taken: Counter[str]
    busy: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def ready(self) -> None:
        return None

    async def rest(self) -> None:
        return None

    async def send(self, letter: Letter, may_leave: Callable[[], Awaitable[bool]]) -> Outcome | None:
        if letter.to in self.refused:
            return Refused("550", "550 5.1.1 no such user", About.PERSON)
        if not await may_leave():
            return None
        outcome: Outcome = await self.fate.pass_through(self._take(letter))
        return outcome

    async def _take(self, letter: Letter) -> Outcome:
        if letter.to in self.busy:
            self.busy.remove(letter.to)
            return Retry(NotReached.OUTAGE, detail="451 4.7.1 later", about=About.PERSON)
        self.taken[letter.to] += 1
        return Delivered("")


async def ended(store: SqliteStore, clock: StoppedClock) -> list[Person]:
    """A campaign that has reached nobody: all of them are to have a mail, and then those who have not opened it."""
    people = await install(store, "http://127.0.0.1", PEOPLE)
    by_mail = ByMail(to=MailTo.NOT_OPENED, after=1)
    campaign = await scheduled(store, people[0], clock.now(), timedelta(hours=1), by_mail=by_mail)
    await store.start(campaign.id, clock.now())
    ids = [person.id for person in people]
    await store.plan_ended(campaign.id, ids, DeliveryState.EXPIRED, NotReached.SLOT_OVER, clock.now())
    await store.planned(campaign.id, clock.now())
    assert await store.finish(campaign.id, clock.now())
    return people


async def live(store: SqliteStore, fate: Fate, clock: Any, server: Server, holder: int) -> None:
    """One process, until nothing is due any more, or until it dies."""
    mortal: Any = MortalStore(store, fate)
    server.fate = fate
    at_work = Mailings(mortal, Writer(), server, clock, random.Random(holder), 1_000_000)

    async def work() -> None:
        for _ in range(12):
            await at_work.go_on()
            clock.at += timedelta(minutes=10)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work()), asyncio.create_task(fate.died.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_whoever_dies_wherever_nobody_gets_two_and_nobody_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.mailing.sending.GRACE", 0.0)  # who is killed waits for nothing
    steps = await _with_a_death(tmp_path, 0, after=False)
    assert steps > 3 * PEOPLE
    for step in range(1, steps + 1):
        for after in (False, True):
            await _with_a_death(tmp_path, step, after=after)


async def _with_a_death(folder: Path, step: int, *, after: bool) -> int:
    """How many steps the first took."""
    where, clock, fate = f"death {'after' if after else 'before'} step {step}", StoppedClock(), Fate(step, after)
    store, server = SqliteStore(folder / f"{step}-{after}.db"), Server(fate, Counter())
    await store.open()
    try:
        people = await ended(store, clock)
        server.busy, server.refused = [str(people[BUSY].id)], [str(people[REFUSED].id)]
        await live(store, fate, clock, server, 1)
        clock.at += 2 * LEASE  # what the dead one held is free again
        await live(store, Fate(), clock, server, 2)
        tally = await store.mail_tally(CampaignId(1))
        states = dict(tally.states)
        unsure = states.pop(MailState.UNCONFIRMED, 0)
        assert unsure <= 1, f"{where}: {tally}"
        assert states == {MailState.SENT: PEOPLE - 1 - unsure, MailState.FAILED: 1}, f"{where}: {tally}"
        assert tally.reasons.get(NotMailed.ADDRESS_REFUSED) == 1, where
        assert max(server.taken.values()) == 1, f"{where}: {server.taken}"
        assert sum(server.taken.values()) >= PEOPLE - 1 - unsure, f"{where}: {server.taken}"
        campaign = await store.campaign(CampaignId(1))
        assert campaign and campaign.mailing and campaign.mailing.next_at is None, where
    finally:
        await store.close()
    return fate.taken
