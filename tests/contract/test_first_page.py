"""SQLite: how long it takes from the start of a campaign to the first page of its plan, by processor time."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from dataclasses import replace
from pathlib import Path

from scheduler.planner import FIRST, plan
from storage.records import CampaignId, CampaignState, DeliveryState
from storage.sqlite import SqliteStore
from tests.contract.world import CONTOSO, install, scheduled
from tests.support.growth import processor_time
from tests.support.stopped_time import StoppedClock

FEW = 20_000
TURNS = 5  #: measurements, of which the quickest counts: other programs share the processor
MOST = 6.0  #: four times the people, in at most so many times the time


class Enough(Exception):
    """The first page is there."""


async def seconds(path: Path, people: int) -> float:
    """Of the processor, from the start until the first page of so many people is written."""
    store = SqliteStore(path)
    await store.open()
    (ada,) = await install(store, "ada")

    def write(db: sqlite3.Connection) -> None:
        numbers = range(ada.id + 1, ada.id + people)
        db.executemany("INSERT INTO person (id, tenant) VALUES (?, ?)", ((n, CONTOSO) for n in numbers))
        db.executemany(
            "INSERT INTO reference (person, channel, tenant, service_url, conversation, bot, user, seen_at)"
            " VALUES (?, 'msteams', ?, 'https://smba.example', ?, '28:crieur', ?, 0)",
            ((n, CONTOSO, f"a:{n}", f"29:{n}") for n in numbers),
        )

    await store.write(write)
    took = []
    for _ in range(TURNS):
        campaign = replace(await scheduled(store, ada), state=CampaignState.RUNNING)
        clock = StoppedClock(campaign.as_scheduled.schedule.slot.start)
        assert await store.start(campaign.id, clock.now())

        def enough(id: CampaignId) -> None:
            raise Enough

        with processor_time() as one, contextlib.suppress(Enough):
            await plan(campaign, store, clock, random.Random(1), enough)
        took += one
        assert (await store.tally(campaign.id)).states == {DeliveryState.PLANNED: FIRST}
    await store.close()
    return min(took)


async def test_the_first_page_of_a_plan_takes_as_long_as_reading_the_numbers_of_its_people(tmp_path: Path) -> None:
    """Nobody is drawn, sorted or shuffled for it but those who are in it: make bench ONLY=send_now_first_ms_1m."""
    few, many = await seconds(tmp_path / "few.db", FEW), await seconds(tmp_path / "many.db", 4 * FEW)
    assert many <= MOST * few, (few, many)
