"""The dispatcher and the jobs sleep until something is due: few questions while nothing is, and nobody late for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

import pytest
from pymongo import monitoring

from storage.port.store import Store
from storage.records import Audience, Campaign, CampaignId, CampaignState, DeliveryState, Person
from storage.records.instants import instant
from tests.bot.story import eventually
from tests.conftest import RunningBot
from tests.contract.world import outcome
from tests.support.deeds import A_DEED
from tests.support.seeding import conversation_of, install, member_of, scheduled

FORTY = 40
A_YEAR = timedelta(days=365)
WATCHED = 60.0  #: seconds in which questions are counted
MOST = 20  #: questions a second on the wire


class Wire(monitoring.CommandListener):
    """Counts what is asked of one database."""

    def __init__(self) -> None:
        self.asked = 0
        monitoring.register(self)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.asked += event.database_name == "crieur"

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    listeners = list(monitoring._LISTENERS.command_listeners)
    yield Wire()
    monitoring._LISTENERS.command_listeners[:] = listeners


async def employees(running_bot: RunningBot, count: int) -> list[Person]:
    for number in range(count):
        running_bot.connector.add(conversation_of(number), member_of(number))
    return await install(running_bot.store, running_bot.connector.url, count)


async def planned(running_bot: RunningBot, campaigns: list[Campaign]) -> None:
    async def all_planned() -> bool:
        running = await running_bot.store.in_state(CampaignState.RUNNING)
        return len([one for one in running if one.planned_at]) >= len(campaigns)

    await eventually(all_planned)


async def forty_that_wait(running_bot: RunningBot) -> list[Campaign]:
    """They run for a year, and nothing of them is due for days."""
    people = await employees(running_bot, 2)
    now = running_bot.clock.now()
    campaigns = [await scheduled(running_bot.store, people[0], now, A_YEAR) for _ in range(FORTY)]
    await planned(running_bot, campaigns)
    for campaign in campaigns:
        await put_off(running_bot.store, campaign, len(people))
    return campaigns


async def put_off(store: Store, campaign: Campaign, people: int) -> None:
    """Whatever was drawn, it is due in months."""
    now = campaign.as_scheduled.schedule.slot.start
    claimed = await store.claim_due(campaign, 99, now + A_YEAR, now + A_YEAR, people)
    later = [outcome(one, DeliveryState.PLANNED, at=now, due=now + A_YEAR / 2, attempted=False) for one in claimed]
    await store.record(later, 99)


async def test_forty_campaigns_that_wait_ask_mongodb_little(
    wire: Wire, running_bot: RunningBot, on_mongodb: None
) -> None:
    await forty_that_wait(running_bot)
    await asyncio.sleep(10)  # what was just planned has been looked at
    before = wire.asked
    await asyncio.sleep(WATCHED)
    assert 0 < (wire.asked - before) / WATCHED < MOST


async def test_forty_campaigns_that_wait_ask_little_of_the_embedded_store(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await forty_that_wait(running_bot)
    await asyncio.sleep(10)
    asked = {"read": 0, "write": 0}
    for name in asked:
        ask = getattr(running_bot.store, name)

        async def counted(question, ask=ask, name=name):  # type: ignore[no-untyped-def]
            asked[name] += 1
            return await ask(question)

        monkeypatch.setattr(running_bot.store, name, counted)
    await asyncio.sleep(WATCHED)
    assert 0 < asked["read"] / WATCHED < MOST
    assert 0 < asked["write"] / WATCHED < 2


def instants_of(path: Path, column: str, condition: str) -> dict[int, float]:
    """By the number of the delivery, seconds since 1970."""
    with sqlite3.connect(path) as database:
        rows = database.execute(f"SELECT id, {column} FROM delivery WHERE {condition}").fetchall()
    return {id: at / 1000 for id, at in rows}


async def test_messages_leave_when_they_are_due_those_of_small_campaigns_too(running_bot: RunningBot) -> None:
    people = await employees(running_bot, 400)
    lists = []
    for number in range(3):
        ten = [person.id for person in people[:10]]
        one = await running_bot.store.new_list(people[0].tenant, people[0].id, f"Ten {number}", ten, deed=A_DEED)
        lists.append(Audience(lists=(one.id,)))
    now = running_bot.clock.now()
    campaigns = [
        await scheduled(running_bot.store, people[0], now, timedelta(seconds=13), audience=audience)
        for audience in [Audience(everyone=True), *lists]
    ]
    await planned(running_bot, campaigns)
    due = instants_of(running_bot.path, "next_at", f"state = {int(DeliveryState.PLANNED)}")
    now = running_bot.clock.now()
    due = {id: at for id, at in due.items() if instant(int(at * 1000)) > now}
    assert len(due) > 300

    async def everybody_has() -> bool:
        done = instants_of(running_bot.path, "settled_at", f"state = {int(DeliveryState.DELIVERED)}")
        return len(done) == 430

    await eventually(everybody_has)
    accepted = instants_of(running_bot.path, "settled_at", f"state = {int(DeliveryState.DELIVERED)}")
    late = [accepted[id] - at for id, at in due.items()]
    assert min(late) >= 0, "and never before"
    assert median(late) < 0.05
    assert quantiles(late, n=100)[98] < 0.25


async def test_what_another_copy_gives_back_is_sent_within_seconds(running_bot: RunningBot) -> None:
    """Nobody tells us: we look for it."""
    [campaign, *_] = await forty_that_wait(running_bot)
    await asyncio.sleep(10)
    claimed = await running_bot.store.claim_due(
        campaign, 99, running_bot.clock.now() + A_YEAR, running_bot.clock.now() + timedelta(minutes=1), 1
    )
    now = running_bot.clock.now()
    back = [outcome(one, DeliveryState.PLANNED, at=now, due=now, attempted=False) for one in claimed]
    await running_bot.store.record(back, 99)
    assert await delivered_within(running_bot, campaign.id, 3.0)


async def test_a_claim_of_a_copy_that_died_is_sent_once_it_has_lapsed(running_bot: RunningBot) -> None:
    [campaign, *_] = await forty_that_wait(running_bot)
    await asyncio.sleep(10)
    now = running_bot.clock.now()
    await running_bot.store.claim_due(campaign, 99, now + A_YEAR, now + timedelta(seconds=20), 1)
    assert not await delivered_within(running_bot, campaign.id, 19.5)
    assert await delivered_within(running_bot, campaign.id, 3.5)


async def test_a_message_that_left_when_its_copy_died_ends_unconfirmed_once_the_lease_has_lapsed(
    running_bot: RunningBot,
) -> None:
    [campaign, *_] = await forty_that_wait(running_bot)
    await asyncio.sleep(10)
    now = running_bot.clock.now()
    await running_bot.store.claim_due(campaign, 99, now + A_YEAR, now + timedelta(seconds=20), 1, mark=True)
    await asyncio.sleep(23)
    states = (await running_bot.store.tally(campaign.id)).states
    assert states == {DeliveryState.PLANNED: 1, DeliveryState.UNCONFIRMED: 1}


async def test_a_campaign_that_another_copy_starts_is_sent_within_seconds(running_bot: RunningBot) -> None:
    await forty_that_wait(running_bot)
    await asyncio.sleep(10)
    [first, *_] = await running_bot.store.in_state(CampaignState.RUNNING)
    now = running_bot.clock.now()
    new = await running_bot.store.new_campaign(first.tenant, first.author, "Now", first.channel, now, deed=A_DEED)
    waits = replace(new, state=CampaignState.SCHEDULED, frozen=first.frozen, approval=first.approval)
    campaign = await running_bot.store.save(waits, deed=A_DEED)
    assert await running_bot.store.start(campaign.id, now)
    await running_bot.store.plan(campaign.id, [first.author], [int(now.timestamp() * 1000)], now + A_YEAR)
    await running_bot.store.planned(campaign.id, now)
    assert await delivered_within(running_bot, campaign.id, 3.0)


async def delivered_within(running_bot: RunningBot, id: CampaignId, seconds: float) -> bool:
    for _ in range(round(seconds / 0.1)):
        await asyncio.sleep(0.1)
        if (await running_bot.store.tally(id)).states.get(DeliveryState.DELIVERED):
            return True
    return False
