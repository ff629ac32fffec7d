"""Each author is told on their own, and nothing else waits for them. Time stands still until it is put forward."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from scheduler.authors.reporting import LONGEST, SHOWN_FIRST
from scheduler.jobs import Jobs
from scheduler.list_refresh import ListReader
from scheduler.ports import Delivered, Outcome, Retry
from storage.records import Campaign, CampaignId, CampaignState, NotReached, PersonId
from storage.sqlite import SqliteStore
from tests.support.http import until
from tests.support.sample_records import NOW
from tests.support.seeding import install, scheduled
from tests.support.stopped_time import StoppedClock

SLOT = timedelta(minutes=2)
AUTHORS = 6
HANGING = 3


@dataclass
class Chats:
    """Authors' chats: some never answer."""

    hanging: set[PersonId] = field(default_factory=set)
    refusing: set[PersonId] = field(default_factory=set)
    no_live_card: bool = False
    asked: Counter[CampaignId] = field(default_factory=Counter)
    reported: Counter[CampaignId] = field(default_factory=Counter)

    async def progress(self, campaign: Campaign) -> bool:
        if campaign.author in self.hanging:
            await asyncio.Future()
        return not self.no_live_card

    async def report(self, campaign: Campaign) -> Outcome:
        self.asked[campaign.id] += 1
        if campaign.author in self.refusing:
            return Retry(NotReached.OUTAGE)
        self.reported[campaign.id] += 1
        return Delivered("report")


@dataclass
class Scene:
    store: SqliteStore
    clock: StoppedClock
    chats: Chats
    jobs: Jobs
    campaigns: list[Campaign]

    async def look(self) -> None:
        """What the periodic jobs do once."""
        await self.jobs.begin()
        await self.jobs.progress()
        await self.jobs.sweep()
        for _ in range(20):
            await asyncio.sleep(0.002)  # the tasks of each author have their turn

    async def ended(self) -> None:
        """Every slot is over."""
        await self.look()
        self.clock.at += SLOT + timedelta(minutes=2)
        await self.look()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store, clock, chats = SqliteStore(tmp_path / "crieur.db"), StoppedClock(NOW), Chats()
    await store.open()
    people = await install(store, "http://127.0.0.1:1", AUTHORS)
    campaigns = [await scheduled(store, author, NOW, SLOT) for author in people]
    reader = ListReader(store, None, cast(Any, None), clock)
    jobs = Jobs(store, cast(Any, chats), clock, random.Random(1), reader)
    yield Scene(store, clock, chats, jobs, campaigns)
    jobs.stop()
    await jobs.settle()
    await store.close()


async def test_chats_that_hang_delay_no_other_report_and_no_campaigns_end(scene: Scene) -> None:
    scene.chats.hanging = {campaign.author for campaign in scene.campaigns[:HANGING]}
    await asyncio.wait_for(scene.ended(), 30)
    done = await scene.store.in_state(CampaignState.DONE)
    assert {campaign.id for campaign in done} == {campaign.id for campaign in scene.campaigns}
    assert {campaign.finished_at for campaign in done} == {scene.clock.at}, "all at the same instant"
    others = {campaign.id for campaign in scene.campaigns[HANGING:]}
    await until(lambda: set(scene.chats.reported) == others)  # no time passes on the clock meanwhile


async def test_an_author_who_cannot_be_told_is_tried_less_and_less_often(scene: Scene) -> None:
    author = scene.campaigns[0].author
    scene.chats.refusing = {author}
    await scene.ended()
    for _ in range(600):
        scene.clock.at += timedelta(seconds=1)
        await scene.jobs.sweep()
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.1)
    assert 4 <= scene.chats.asked[scene.campaigns[0].id] <= 12
    assert set(scene.chats.reported) == {campaign.id for campaign in scene.campaigns[1:]}
    scene.chats.refusing = set()
    scene.clock.at += timedelta(seconds=LONGEST)
    await scene.look()
    await until(lambda: len(scene.chats.reported) == AUTHORS)
    assert set(scene.chats.reported.values()) == {1}


async def test_a_live_card_that_cannot_be_shown_holds_the_report_up_for_a_minute_at_most(scene: Scene) -> None:
    scene.chats.no_live_card = True
    await scene.ended()
    assert not scene.chats.reported
    for _ in range(4):
        scene.clock.at += SHOWN_FIRST
        await scene.look()
    await until(lambda: len(scene.chats.reported) == AUTHORS)
    assert set(scene.chats.reported.values()) == {1}
