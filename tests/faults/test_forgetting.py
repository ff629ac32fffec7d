"""The recipients of a campaign that ended long ago go, while the real process is killed again and again."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from scheduler.retention import ROWS
from storage.port.store import Store
from storage.records import CampaignId, DeedKind, DeliveryState, EngagementKind, NotReached, Press, Who
from storage.records.instants import ms
from tests.bot.story import eventually
from tests.contract.world import outcome
from tests.faults.conftest import Town
from tests.support.kept import audit_of
from tests.support.seeding import TENANT, install, scheduled

ROWS_KEPT = 30 * ROWS
KILLS = 6
ID = CampaignId(1)


async def long_ago(store: Store, url: str) -> None:
    """A campaign that ended 400 days ago, to many people of whom a few are more than a number."""
    people = await install(store, url, 5)
    then = datetime.now(UTC) - timedelta(days=400)
    await scheduled(store, people[0], then, timedelta(hours=1))
    assert await store.start(ID, then)
    some = [person.id for person in people]
    others = range(1_000, 1_000 + ROWS_KEPT)
    campaign = await store.campaign(ID)
    assert campaign is not None
    await store.plan(ID, some, [ms(then)] * len(some), then + timedelta(hours=1))
    claimed = await store.claim_due(campaign, 1, then, then + timedelta(minutes=1), 10, mark=True)
    await store.record([outcome(one, at=then) for one in claimed], 1)
    await store.plan_ended(ID, others, DeliveryState.UNREACHABLE, NotReached.UNINSTALLED, then)
    await store.planned(ID, then)
    await store.engage([Press(ID, Who(person), EngagementKind.CLICKED, then) for person in some])
    assert await store.finish(ID, then + timedelta(hours=1))
    await store.reported(ID, then + timedelta(hours=1))


async def figures(store: Store) -> object:
    return await store.tally(ID), await store.engagement(ID), await store.engagement_by_hour(ID)


async def test_killed_in_the_middle_it_goes_on_and_no_figure_changes(town: Town) -> None:
    store = await town.open()
    await long_ago(store, town.connector.url)
    before = await figures(store)
    rng, left = random.Random(4), []
    for _ in range(KILLS):
        there = len(await store.planned_people(ID))

        async def at_work(there: int = there) -> bool:
            left = len(await store.planned_people(ID))
            return left < there or not left

        await town.program.start()
        await eventually(at_work, 60)  # it looks after two seconds
        await asyncio.sleep(rng.uniform(0.0, 0.1))
        await town.program.kill()
        assert await figures(store) == before
        left.append(len(await store.planned_people(ID)))
        await store.delete_documents([f"erasing/{ID}"])  # as when ten minutes have passed
    assert left == sorted(left, reverse=True), left
    assert any(0 < number < ROWS_KEPT for number in left), f"it was killed in the middle nowhere: {left}"
    await town.program.start()

    async def erased() -> bool:
        campaign = await store.campaign(ID)
        return campaign is not None and campaign.erased_at is not None

    await eventually(erased, 60)
    assert len(await store.planned_people(ID)) == 0
    assert await figures(store) == before
    deeds = [entry.deed for _, entry in await audit_of(store, TENANT, 5)]
    assert deeds.count(DeedKind.ERASED) == 1, deeds
    await store.close()
