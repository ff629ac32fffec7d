"""The bot dies while mails leave; another copy goes on: nobody gets two, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.mailing.sending import LEASE, Mailings
from scheduler.ports import Delivered, Letter, Outcome, Refused, Retry
from storage.port.store import Store
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
from tests.faults import conftest
from tests.faults.conftest import Town
from tests.faults.test_death_at_every_step import Fate, MortalStore, StoppedClock
from tests.support.mail_server import MailServer, mail_server
from tests.support.patience import looks
from tests.support.seeding import install, member_of, scheduled
from tests.support.virtual_time import embedded_store

PEOPLE = 5
REFUSED, BUSY = 1, 3  #: numbers of people with whom it goes otherwise
READERS = min(conftest.PEOPLE // 8, 500)  #: people of the real program
KILLS = min(conftest.KILLS, 20)
PATIENCE = 180.0  #: seconds until something comes of it
#: the real program, but that nobody waits four minutes for what a dead one held
SHORT_LEASE = """
import runpy, sys
from datetime import timedelta
import scheduler.mailing.sending as sending
sending.LEASE = timedelta(seconds=float(sys.argv.pop()))
runpy.run_path("app.py", run_name="__main__")
"""


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


async def ended(store: Store, now: datetime, count: int = PEOPLE) -> list[Person]:
    """A campaign that has reached nobody: all of them are to have a mail, and then those who have not opened it."""
    people = await install(store, "http://127.0.0.1", count)
    by_mail = ByMail(to=MailTo.NOT_OPENED, after=1)
    campaign = await scheduled(store, people[0], now, timedelta(hours=1), by_mail=by_mail)
    await store.start(campaign.id, now)
    ids = [person.id for person in people]
    await store.plan_ended(campaign.id, ids, DeliveryState.EXPIRED, NotReached.SLOT_OVER, now)
    await store.planned(campaign.id, now)
    assert await store.finish(campaign.id, now)
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


@pytest.mark.virtual_time
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
    store, server = embedded_store(folder / f"{step}-{after}.db"), Server(fate, Counter())
    await store.open()
    try:
        people = await ended(store, clock.now())
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


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server(slow=0.1) as server:
        yield server


async def test_kill_9_sends_nobody_two_mails_and_forgets_nobody(town: Town, mails: MailServer) -> None:
    """The real program and a real mail server. What was leaving when it died is said to be unconfirmed."""
    town.environment |= {"SMTP_URL": mails.url, "MAIL_FROM": "News <news@contoso.example>", "MAILS_PER_MINUTE": "6000"}
    town.program.command = ("-c", SHORT_LEASE, f"{2 * town.slow:g}")
    mails.of_recipient[member_of(REFUSED)["email"]] = "550 5.1.1 no such user"
    store = await town.open()
    await ended(store, datetime.now(UTC), READERS)
    taken = 0
    for _ in range(KILLS):
        await town.program.start()
        async for _ in looks(PATIENCE):
            if len(mails.taken) > taken or await all_told(store):
                break
        await asyncio.sleep(random.Random(taken).uniform(0.0, 0.5))
        await town.program.kill()
        taken = len(mails.taken)
    await town.program.start()
    async for _ in looks(PATIENCE, 0.3):
        if await all_told(store):
            break
    tally = await store.mail_tally(CampaignId(1))
    states = dict(tally.states)
    unsure = states.pop(MailState.UNCONFIRMED, 0)
    assert states == {MailState.SENT: READERS - 1 - unsure, MailState.FAILED: 1}, tally
    assert unsure <= KILLS, "one at a time"
    counts = Counter(to for to, _ in mails.taken)
    assert max(counts.values()) == 1, counts.most_common(3)
    assert READERS - 1 - unsure <= len(counts) < READERS, (len(counts), tally)
    await store.close()


async def all_told(store: Store) -> bool:
    """Of everybody it is known whether they have got one."""
    campaign, states = await store.campaign(CampaignId(1)), (await store.mail_tally(CampaignId(1))).states
    found_out = campaign is not None and campaign.mailing is not None and campaign.mailing.reached_out
    waiting = {MailState.PLANNED, MailState.CLAIMED, MailState.SENDING}
    return found_out and not any(states.get(state) for state in waiting)
