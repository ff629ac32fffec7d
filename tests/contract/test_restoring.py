"""A store that comes from a backup: what may have happened since is doubted, the rest stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.mongo import MongoStore
from storage.records import DeliveryState, NotReached, StorageError
from storage.restored import taken_at
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.contract.world import (
    CONTOSO,
    END,
    MINUTE,
    NOW,
    drafted,
    install,
    outcome,
    plan,
    running,
    sent,
    state_of,
    tallied_right,
)


async def test_what_was_due_on_its_way_or_waiting_is_unconfirmed(store: Store) -> None:
    ada, grace, louis, marie, zoe = await install(store, "ada", "grace", "louis", "marie", "zoe")
    campaign = await running(store, ada)
    await plan(store, campaign, [(ada, NOW), (grace, NOW), (louis, NOW + 2 * MINUTE), (marie, END), (zoe, None)])
    first, _ = await sent(store, campaign, limit=2)
    await store.record([outcome(first)], 1)  # the other one is on its way
    await store.planned(campaign.id, NOW)
    done = 0
    while some := await store.doubt(campaign.id, NOW + 5 * MINUTE):
        done += some
    assert await store.doubt(campaign.id, NOW + 5 * MINUTE) == 0, "twice is once"
    states = {person.given_name: await state_of(store, campaign, person) for person in (ada, grace, louis, marie, zoe)}
    settled = {states["Ada"], states["Grace"]}
    assert settled == {DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED}
    assert states["Louis"] == DeliveryState.UNCONFIRMED, "it was due"
    assert states["Zoe"] in (DeliveryState.UNCONFIRMED, DeliveryState.PLANNED)
    assert states["Marie"] == DeliveryState.PLANNED, "its time is still to come"
    await tallied_right(store, campaign)
    tally = await store.tally(campaign.id)
    assert tally.reasons == {NotReached.RESTORED: done}


async def test_numbers_given_since_are_not_given_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    before = await drafted(store, ada)
    await store.skip_numbers()
    after = await drafted(store, ada)
    made = await store.new_list(CONTOSO, ada.id, "Team", [ada.id])
    (grace,) = await install(store, "grace")
    assert after.id > before.id + 1_000 and made.id > 1_000 and grace.id > ada.id + 1_000


async def test_a_backup_says_what_it_is_and_the_store_that_goes_on_does_not(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    if isinstance(store, MongoStore):
        with pytest.raises(StorageError, match=r"docs/deploy\.md"):
            await store.backup(target)
        return
    (ada,) = await install(store, "ada")
    await store.backup(target)
    with pytest.raises(StorageError, match="is there already"):
        await store.backup(target)
    with pytest.raises(StorageError):
        await store.backup(tmp_path / "nowhere" / "backup.db")
    assert await taken_at(store) is None
    copy = SqliteStore(target)
    await copy.open()
    taken = await taken_at(copy)
    assert taken is not None
    assert await copy.person(ada.id) == ada
    await copy.close()
