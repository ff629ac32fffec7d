"""Series: each occurrence is made once, whatever is repeated, and however many copies of the bot are at it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from storage.mongo.schema import INDEXES
from storage.port.store import Store
from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    DeedKind,
    Every,
    Repeat,
    StaleVersion,
    campaign_life,
)
from storage.records.campaign_life import NotPossible
from tests.contract.conftest import MongoDatabase
from tests.contract.lives import Served, emptied, every, one_life, served
from tests.contract.world import CONTOSO, NOW, drafted, frozen, install
from tests.support.deeds import A_DEED

WEEK = timedelta(days=7)
FEW, MANY = 10, 40  #: writes: about as many an occurrence takes; more than it ever does
WEEKLY = Repeat(every=Every.WEEK, first=date(2030, 1, 7), at=time(10))


async def a_series(store: Store) -> Campaign:
    [ada] = await install(store, "ada")
    draft = await drafted(store, ada, "Menu")
    return await store.save(campaign_life.schedule(draft, frozen(repeat=WEEKLY)), deed=A_DEED)


async def make(store: Store, series: Campaign, *, comes: bool = True) -> Campaign | None:
    """The occurrence that is due, a week before the next one."""
    before = series.sequels
    assert before is not None and before.next_at is not None
    after = replace(
        before, last_at=before.next_at, made=before.made + 1, next_at=before.next_at + WEEK if comes else None
    )
    whole = frozen(start=before.next_at)

    def occurrence(id: CampaignId) -> Campaign:
        return campaign_life.occurrence(series, id, NOW, "Menu", whole, {}, None)

    return await store.make_sequel(series, after, occurrence, deed=replace(A_DEED, kind=DeedKind.SCHEDULED))


async def test_a_series_is_due_and_never_starts_itself(store: Store) -> None:
    series = await a_series(store)
    assert [one.id for one in await store.due_sequels(NOW)] == [series.id]
    assert await store.due_sequels(NOW - timedelta(seconds=1)) == []
    assert await store.due_to_start(NOW) == [] and not await store.start(series.id, NOW)


async def test_an_occurrence_is_a_campaign_of_its_own(store: Store) -> None:
    series = await a_series(store)
    occurrence = await make(store, series)
    assert occurrence is not None and occurrence.sequel_of == series.id
    assert await store.campaign(occurrence.id) == occurrence
    assert await store.due_to_start(NOW) == [occurrence] == await store.sequels(series.id, 5)
    moved = await store.campaign(series.id)
    assert moved is not None and moved.sequels is not None
    assert (moved.sequels.made, moved.sequels.last_at, moved.sequels.next_at) == (1, NOW, NOW + WEEK)
    assert [one.id for one in await store.due_sequels(NOW)] == []
    entries = [entry for _, entry in await store.audit_from(0, 10, CONTOSO)]
    assert [(entry.deed, entry.id) for entry in entries][-1] == (DeedKind.SCHEDULED, str(occurrence.id))


async def test_of_many_at_once_one_makes_it(store: Store) -> None:
    series = await a_series(store)
    made = await asyncio.gather(*(make(store, series) for _ in range(5)))
    assert len({one.id for one in made if one is not None}) == 1
    assert len(await store.campaigns(CONTOSO, 10)) == 2 and len(await store.sequels(series.id, 5)) == 1


async def test_what_was_read_before_it_moved_on_makes_nothing(store: Store) -> None:
    series = await a_series(store)
    first = await make(store, series)
    assert first is not None
    assert await make(store, series) is None
    await store.delete_campaign(first, deed=A_DEED)
    assert await make(store, series) is None, "one that was deleted does not come back"
    assert await store.sequels(series.id, 5) == []


async def test_an_instant_may_go_by(store: Store) -> None:
    series = await a_series(store)
    assert series.sequels is not None
    after = replace(series.sequels, last_at=NOW, next_at=NOW + WEEK, missed=(NOW,))
    assert await store.make_sequel(series, after, None, deed=A_DEED) is None
    moved = await store.campaign(series.id)
    assert moved is not None and moved.sequels == after and await store.sequels(series.id, 5) == []


async def test_the_last_one_ends_it(store: Store) -> None:
    series = await a_series(store)
    assert await make(store, series, comes=False) is not None
    ended = await store.campaign(series.id)
    assert ended is not None and ended.state is CampaignState.DRAFT and ended.sequels is not None
    assert ended.sequels.made == 1 and await store.due_sequels(NOW + WEEK) == []


async def test_a_paused_one_makes_nothing_until_it_goes_on(store: Store) -> None:
    series = await a_series(store)
    paused = await store.save(campaign_life.pause(series), deed=A_DEED)
    assert await store.due_sequels(NOW + WEEK) == [] and await make(store, series) is None
    with pytest.raises(NotPossible):
        campaign_life.pause(paused)
    with pytest.raises(StaleVersion):
        await store.save(campaign_life.pause(series), deed=A_DEED)
    going = await store.save(campaign_life.go_on(paused, NOW + WEEK), deed=A_DEED)
    assert await store.due_sequels(NOW) == [] and await store.due_sequels(NOW + WEEK) == [going]
    with pytest.raises(NotPossible):
        campaign_life.go_on(going, NOW)


async def test_changed_between_makes_one_for_an_instant(store: Store) -> None:
    """The author saves while an occurrence is being made: whoever comes first, none is made twice for an instant."""
    series = await a_series(store)
    again = campaign_life.schedule(series, frozen(repeat=replace(WEEKLY, until=date(2030, 6, 1))))

    async def save() -> None:
        with contextlib.suppress(StaleVersion):
            await store.save(again, deed=A_DEED)

    await asyncio.gather(make(store, series), save())
    for one in await store.due_sequels(NOW):
        await make(store, one)
    assert len(await store.sequels(series.id, 5)) == 1


async def first_life(store: Store) -> None:
    await due_are_made(store, NOW)


async def due_are_made(store: Store, now: datetime) -> None:
    for one in await store.due_sequels(now):
        await make(store, one)


async def test_each_is_made_once_wherever_a_copy_dies(database: object) -> None:
    """Between any two writes on MongoDB; SQLite writes the whole in one."""
    like = served(database)
    opening = sum(map(len, INDEXES.values())) if isinstance(like, MongoDatabase) else 0  # writes, at least
    for writes in range(opening, opening + MANY, every(like, FEW)):
        async with emptied(like) as fresh:
            died = await _dies_after(fresh, writes)
        if not died:
            return
    raise AssertionError("it takes more writes than that")


async def _dies_after(database: Served, writes: int) -> bool:
    store, other = database.store(), database.store()
    await store.open()
    await other.open()
    series = await a_series(store)
    died = await one_life(database, writes, first_life)
    await due_are_made(other, NOW)
    [occurrence] = await store.sequels(series.id, 5)
    assert occurrence.state is CampaignState.SCHEDULED and await store.due_to_start(NOW) == [occurrence], writes
    await store.delete_campaign(occurrence, deed=A_DEED)
    assert await make(store, series) is None, "a copy that read the series before all that"
    await other.close()
    other = database.store()
    await other.open()
    assert await other.sequels(series.id, 5) == [] and len(await other.campaigns(CONTOSO, 10)) == 1, writes
    assert await other.rows("campaigns", {"state": "coming"}, []) == [], writes  # type: ignore[attr-defined]
    await other.close()
    await store.close()
    return died
