"""The bot dies while it installs itself for people; another copy goes on: each person has it, and is counted, once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scheduler import installs
from scheduler.installs import RATE, Installations
from scheduler.ports import Installed, NotAnswered
from storage.records import (
    Audience,
    DirectoryUser,
    Installation,
    InstallationId,
    NotInstalled,
    PersonId,
    TenantId,
)
from storage.sqlite import SqliteStore
from tests.faults.test_death_at_every_step import LEASE, Fate, MortalStore, StoppedClock
from tests.support.clocks import LeapingClock
from tests.support.deeds import A_DEED
from tests.support.seeding import TENANT, install
from tests.support.virtual_time import embedded_store

pytestmark = pytest.mark.virtual_time
PEOPLE = 9
HAD_IT, FORBIDDEN, SLOW = 2, 4, 6  #: numbers of people with whom it goes otherwise


@dataclass
class Catalogue:
    """The platform: it installs for each person once, and asks for time once."""

    fate: Fate
    has_it: Counter[str]
    asked_for_time: list[str]

    async def install(self, tenant: TenantId, directory_id: str) -> Installed | NotInstalled:
        answer: Installed | NotInstalled = await self.fate.pass_through(self._install(directory_id))
        return answer

    async def _install(self, directory_id: str) -> Installed | NotInstalled:
        if directory_id.endswith(f"-{FORBIDDEN}"):
            return NotInstalled.NOT_ALLOWED
        if directory_id.endswith(f"-{SLOW}") and not self.asked_for_time:
            self.asked_for_time.append(directory_id)
            raise NotAnswered("429", after=60)
        before = self.has_it[directory_id] > 0
        self.has_it[directory_id] = 1
        return Installed(f"chat-{directory_id}", before)


@dataclass
class Author:
    fate: Fate
    seen: list[Installation] = field(default_factory=list)

    async def installing(self, installation: Installation) -> str | None:
        async def post() -> str:
            self.seen.append(installation)
            return "card"

        return str(await self.fate.pass_through(post()))


async def begun(store: SqliteStore, clock: StoppedClock) -> list[PersonId]:
    """Nine people of the directory, in a list, and an author who asks."""
    [author] = await install(store, "http://127.0.0.1", 1)
    users = [DirectoryUser(directory_id=f"directory-{number}") for number in range(PEOPLE)]
    people = await store.know(TENANT, users, clock.now())
    team = await store.new_list(TENANT, author.id, "Team", people, deed=A_DEED)
    await store.new_installation(TENANT, author.id, "Team", Audience(lists=(team.id,)), PEOPLE, clock.now())
    return people


async def live(
    store: SqliteStore, fate: Fate, clock: Any, has_it: Counter[str], asked: list[str], holder: int
) -> Author:
    """One process, until everybody has been seen to, or until it dies."""
    mortal: Any = MortalStore(store, fate)
    author = Author(fate)
    at_work = Installations(mortal, Catalogue(fate, has_it, asked), None, author, clock, random.Random(holder))  # type: ignore[arg-type]

    async def work() -> None:
        while await store.open_installations():
            await at_work.go_on()
            clock.at += LEASE
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work()), asyncio.create_task(fate.died.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return author


async def test_whoever_dies_wherever_everybody_has_it_once(tmp_path: Path) -> None:
    steps = await _with_a_death(tmp_path, 0, after=False)
    for step in range(1, steps + 1):
        for after in (False, True):
            await _with_a_death(tmp_path, step, after=after)


async def _with_a_death(folder: Path, step: int, *, after: bool) -> int:
    """How many steps the first took."""
    where, clock, fate = f"death {'after' if after else 'before'} step {step}", StoppedClock(), Fate(step, after)
    has_it, asked = Counter({f"directory-{HAD_IT}": 1}), list[str]()
    store = embedded_store(folder / f"{step}-{after}.db")
    await store.open()
    try:
        people = await begun(store, clock)
        await live(store, fate, clock, has_it, asked, 1)
        clock.at += 4 * LEASE  # what the dead one held is free again
        await live(store, Fate(), clock, has_it, asked, 2)
        assert await store.open_installations() == [], where
        done = await store.installation(InstallationId(1))
        assert done is not None and done.halt is None, where
        assert sum(has_it.values()) == PEOPLE - 1, f"{where}: {has_it}"
        assert done.failed == {NotInstalled.NOT_ALLOWED: 1}, where
        assert done.done == PEOPLE, f"{where}: {done}"
        assert done.installed + done.repaired == PEOPLE - 1, where
        reachable, others = await store.recipients(TENANT, done.audience, "msteams")  # type: ignore[arg-type]
        assert (sorted(reachable), list(others)) == (
            [person for number, person in enumerate(people) if number != FORBIDDEN],
            [people[FORBIDDEN]],
        ), where
    finally:
        await store.close()
    return fate.taken


async def test_teams_is_asked_no_faster_than_it_allows(tmp_path: Path) -> None:
    clock = LeapingClock()
    store = embedded_store(tmp_path / "crieur.db")
    await store.open()
    await begun(store, clock)  # type: ignore[arg-type]
    began = clock.at
    at_work = Installations(store, Catalogue(Fate(), Counter(), ["-"]), None, Author(Fate()), clock, random.Random(1))  # type: ignore[arg-type]
    await at_work.go_on()
    await store.close()
    assert (clock.at - began).total_seconds() >= (PEOPLE - 1) / RATE - 0.01


async def test_an_authors_chat_that_hangs_delays_no_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installs, "PATIENCE", 0.05)

    class Hanging(Author):
        async def installing(self, installation: Installation) -> str | None:
            if installation.finished_at is None:
                await asyncio.Future()
            return await super().installing(installation)

    clock, has_it, author = LeapingClock(), Counter[str](), Hanging(Fate())
    store = embedded_store(tmp_path / "crieur.db")
    await store.open()
    await begun(store, clock)  # type: ignore[arg-type]
    at_work = Installations(store, Catalogue(Fate(), has_it, ["-"]), None, author, clock, random.Random(1))  # type: ignore[arg-type]
    await asyncio.wait_for(at_work.go_on(), 30)
    assert await store.open_installations() == []
    await store.close()
    assert sum(has_it.values()) == PEOPLE - 1 and len(author.seen) == 1
