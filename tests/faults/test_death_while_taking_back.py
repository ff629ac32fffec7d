"""The bot dies while it takes messages back; another copy goes on: none stays, and each is counted once."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.ports import Delivered, Outcome, Render, Retry, Unreachable
from scheduler.rate_limit import RateLimit
from scheduler.recall.taking_back import Recalls
from storage.port.store import Store
from storage.records import (
    AtEnd,
    Campaign,
    CampaignId,
    DeedKind,
    DeliveryState,
    End,
    NotReached,
    NotTakenBack,
    Recall,
    Reference,
    Settled,
)
from storage.sqlite import SqliteStore
from tests.faults.conftest import KILLS, PEOPLE, Town
from tests.faults.test_death_at_every_step import LEASE, Fate, MortalStore, StoppedClock
from tests.support.connector import Faults
from tests.support.deeds import A_DEED
from tests.support.http import until
from tests.support.kept import audit_of
from tests.support.patience import looks
from tests.support.seeding import TENANT, install, scheduled
from tests.support.speed import slowness
from tests.support.virtual_time import embedded_store

RECIPIENTS = 9
BLOCKED, UNSURE, AWAY = 2, 4, 6  #: numbers of people with whom it goes otherwise


@dataclass
class Chats:
    """The platform: what is deleted is gone, and it does not answer once."""

    fate: Fate
    there: set[str]
    unanswered: list[str] = field(default_factory=lambda: [f"message-{AWAY}"])

    async def retract(self, reference: Reference, message: str) -> Outcome:
        outcome: Outcome = await self.fate.pass_through(self._delete(message))
        return outcome

    async def _delete(self, message: str) -> Outcome:
        if message in self.unanswered:
            self.unanswered.remove(message)
            return Retry(NotReached.OUTAGE, after=5.0)
        if message == f"message-{BLOCKED}":
            return Unreachable(NotReached.BLOCKED)
        if message not in self.there:
            return Delivered("")  # as the connector says of what is gone
        self.there.remove(message)
        return Delivered("")

    async def amend(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        assert activity == b"one line", "a message is never deleted instead"
        outcome: Outcome = await self.fate.pass_through(self._delete(message))
        return outcome


class OneLine:
    def closed(self, campaign: Campaign, recall: Recall) -> Render:
        assert campaign.recall_does is AtEnd.LINE
        return lambda person, columns: b"one line"


@dataclass
class Author:
    fate: Fate
    seen: list[Recall]

    async def recalling(self, campaign: Campaign, recall: Recall) -> str | None:
        async def post() -> str:
            self.seen.append(recall)
            return "card"

        return str(await self.fate.pass_through(post()))


async def received(store: SqliteStore, clock: StoppedClock, *, ends: bool) -> tuple[Campaign, set[str]]:
    """Done, with the messages that are in people's chats; its author wants them back, and the campaign gone.

    ``ends``: its end has come instead, and one line takes their place.
    """
    people = await install(store, "http://127.0.0.1", RECIPIENTS)
    end = End(at=clock.now() + timedelta(minutes=5), does=AtEnd.LINE) if ends else None
    campaign = await scheduled(store, people[0], clock.now(), timedelta(minutes=5), end=end)
    await store.start(campaign.id, clock.now())
    await store.plan(campaign.id, [person.id for person in people], [0] * RECIPIENTS, clock.now())
    await store.planned(campaign.id, clock.now())
    running = await store.campaign(campaign.id)
    assert running is not None
    claimed = await store.claim_due(running, 1, clock.now(), clock.now() + LEASE, 100, mark=True)
    settled = [
        Settled(
            id=one.id,
            campaign=campaign.id,
            person=one.person.id,
            channel=campaign.channel,
            state=DeliveryState.UNCONFIRMED if number == UNSURE else DeliveryState.DELIVERED,
            at=clock.now(),
            reason=NotReached.CONNECTION_BROKE if number == UNSURE else None,
            activity="" if number == UNSURE else f"message-{number}",
        )
        for number, one in enumerate(claimed)
    ]
    await store.record(settled, 1)
    assert await store.finish(campaign.id, clock.now())
    done = await store.campaign(campaign.id)
    assert done is not None
    if end is not None:
        clock.at = end.at
    else:
        await store.recall(done, clock.now(), deletes=True, deed=A_DEED)
    return done, {one.activity for one in settled if one.activity}


async def live(store: SqliteStore, fate: Fate, clock: Any, there: set[str], seen: list[Recall], holder: int) -> None:
    """One process, until the campaign is gone or has ended, or until it dies."""
    mortal: Any = MortalStore(store, fate)
    chats, rate = Chats(fate, there), RateLimit(20_000)
    at_work = Recalls(mortal, chats, OneLine(), Author(fate, seen), clock, random.Random(holder), rate, LEASE)  # type: ignore[arg-type]

    async def work() -> None:
        while (one := await store.campaign(CampaignId(1))) is not None and one.recall_due is not None:
            await at_work.go_on()
            clock.at += LEASE
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work()), asyncio.create_task(fate.died.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.virtual_time
@pytest.mark.parametrize("ends", [False, True], ids=["taken back", "at its end"])
async def test_whoever_dies_wherever_none_stays_and_each_is_counted_once(tmp_path: Path, ends: bool) -> None:
    steps = await _with_a_death(tmp_path, 0, after=False, ends=ends)
    assert steps > RECIPIENTS
    for step in range(1, steps + 1):
        for after in (False, True):
            await _with_a_death(tmp_path, step, after=after, ends=ends)


async def _with_a_death(folder: Path, step: int, *, after: bool, ends: bool) -> int:
    """How many steps the first took."""
    where, clock, fate = f"death {'after' if after else 'before'} step {step}", StoppedClock(), Fate(step, after)
    store, seen = embedded_store(folder / f"{step}-{after}.db"), list[Recall]()
    await store.open()
    try:
        _, there = await received(store, clock, ends=ends)
        await live(store, fate, clock, there, seen, 1)
        clock.at += 4 * LEASE  # what the dead one held is free again
        await live(store, Fate(), clock, there, seen, 2)
        campaign = await store.campaign(CampaignId(1))
        assert (campaign is None) is not ends, where
        assert campaign is None or campaign.recalled_at is not None, where
        assert there == {f"message-{BLOCKED}"}, f"{where}: {there} are still in the chats"
        last = seen[-1]
        assert last.finished_at is not None, f"{where}: its end was told"
        expected = (RECIPIENTS - 2, {NotTakenBack.BLOCKED: 1, NotTakenBack.NOT_CERTAIN: 1})
        assert (last.taken_back, last.failed) == expected, f"{where}: {last}"
        deeds = [one.deed for _, one in await audit_of(store, TENANT) if one.deed is DeedKind.DELETED]
        assert len(deeds) == (not ends), where
        assert await store.due_recalls(clock.now()) == [], where
    finally:
        await store.close()
    return fate.taken


async def test_kill_9_leaves_no_message_and_no_count_behind(town: Town) -> None:
    """The real program, killed while it takes them back."""
    people = min(PEOPLE, 400)
    town.environment["MESSAGES_PER_SECOND"] = "60"
    await town.populate(people, timedelta(seconds=8))
    await town.program.start()
    await town.wait_for_report(120)
    store = await town.open()
    campaign = await told(store, CampaignId(1))
    in_chats = (await store.tally(campaign.id)).delivered
    received_by = sum(1 for chat in town.connector.chats.values() if chat.campaigns[1])
    town.connector.faults = Faults(latency=0.2)
    await store.recall(campaign, datetime.now(UTC), deletes=True, deed=A_DEED)
    await store.close()
    for share in range(1, min(KILLS, 3) + 1):
        await until(lambda share=share: taken(town) >= received_by * share // 5, 60 * slowness())
        await town.program.kill()
        assert taken(town) < received_by, "in the middle"
        await town.program.start()
    await until(lambda: town.told("messages have been taken back") > 0, 120 * slowness())
    assert taken(town) == received_by
    assert town.told(f"{in_chats} of {in_chats} messages have been taken back") == 1, "counted once, told once"


async def told(store: Store, id: CampaignId) -> Campaign:
    """The campaign when it is known to the store, too, that its report has arrived: before that it still changes."""
    async for _ in looks(60):
        campaign = await store.campaign(id)
        if campaign and campaign.reported_at:
            return campaign
    raise AssertionError("its report was never kept as posted")


def taken(town: Town) -> int:
    return sum(len(chat.deleted) for chat in town.connector.chats.values())
