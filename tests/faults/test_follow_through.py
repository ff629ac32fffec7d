"""The real program is killed while something follows: an occurrence of a series, a step of a sequence."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.port.store import Store
from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    DeliveryState,
    Every,
    Message,
    Person,
    Repeat,
    Step,
    StepSequence,
    campaign_life,
)
from tests.faults.conftest import Town
from tests.support.deeds import A_DEED
from tests.support.patience import looks
from tests.support.seeding import conversation_of, install, scheduled

PEOPLE = 120
KILLS = 4
SLOT = timedelta(seconds=20)
PATIENCE = 180.0  #: seconds until everything has ended


async def people_of(town: Town, store: Store) -> list[Person]:
    for number in range(PEOPLE):
        town.add_person(number)
    return await install(store, town.connector.url, PEOPLE)


async def killed_again_and_again(town: Town, rng: random.Random) -> None:
    for _ in range(KILLS):
        await town.program.start()
        await asyncio.sleep(rng.uniform(0.05, 2.0))
        await town.program.kill()
    await town.program.start()


async def the_only_one(town: Town, parent: CampaignId) -> Campaign:
    """What has come of it, once that is over."""
    store = await town.open()
    try:
        async for _ in looks(PATIENCE, 0.3):
            come = await store.sequels(parent, 10)
            if come and all(one.state is CampaignState.DONE and one.reported_at is not None for one in come):
                [only] = come
                return only
        raise AssertionError(f"it does not end: {come}")
    finally:
        await store.close()


def received(town: Town, campaign: Campaign) -> list[int]:
    return [town.connector.chats[conversation_of(number)].campaigns[campaign.id] for number in range(PEOPLE)]


async def holds(town: Town, campaign: Campaign) -> None:
    """Nobody has it twice, and everybody who has not is accounted for."""
    store = await town.open()
    tally = await store.tally(campaign.id)
    await store.close()
    counts = received(town, campaign)
    assert max(counts) == 1 and town.connector.tally()["doubled"] == 0, "nobody twice"
    assert tally.total == PEOPLE and tally.open == 0, tally
    unconfirmed = tally.states.get(DeliveryState.UNCONFIRMED, 0)
    assert 0 < tally.delivered <= sum(counts) <= tally.delivered + unconfirmed, tally


async def test_an_occurrence_of_a_series_is_made_once(town: Town) -> None:
    store = await town.open()
    author = (await people_of(town, store))[0]
    now = datetime.now(UTC).replace(microsecond=0)
    repeat = Repeat(every=Every.DAY, first=now.date(), at=now.time(), times=3)
    series = await scheduled(store, author, now, SLOT * town.slow, name="Every day", repeat=repeat)
    await store.close()
    await killed_again_and_again(town, random.Random(5))
    occurrence = await the_only_one(town, series.id)
    assert occurrence.sequel_of == series.id
    await holds(town, occurrence)


async def test_a_step_of_a_sequence_is_made_once(town: Town) -> None:
    store = await town.open()
    author = (await people_of(town, store))[0]
    now = datetime.now(UTC).replace(microsecond=0)
    plain = await scheduled(store, author, now, SLOT * town.slow, name="Welcome")
    steps = (
        Step(number=1, after=0, message=Message(body="Welcome")),
        Step(number=2, after=3, message=Message(body="In three days")),
    )
    whole = replace(plain.as_scheduled, sequence=StepSequence(steps=steps, newcomers=False))
    draft = await store.save(campaign_life.to_draft(plain), deed=A_DEED)
    sequence = await store.save(campaign_life.schedule(draft, whole), deed=A_DEED)
    await store.close()
    await killed_again_and_again(town, random.Random(6))
    step = await the_only_one(town, sequence.id)
    assert step.step == 1
    await holds(town, step)
