"""A store is opened, closed, and opened again."""

from __future__ import annotations

import pytest

from storage.port.store import Store
from storage.records import Channel, DeliveryState, StorageError
from tests.contract.conftest import Database
from tests.contract.world import CONTOSO, claim, install, opened, outcome, planned, sent
from tests.support.deeds import A_DEED


async def test_everything_survives_closing_and_opening(store: Store, database: Database) -> None:
    ada, louis = await install(store, "ada", "louis")
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id, louis.id], deed=A_DEED)
    campaign = await planned(store, [ada, louis])
    (delivery,) = await sent(store, campaign, limit=1)
    await store.record([outcome(delivery)], 1)
    await store.engage([opened(campaign, delivery.person)])
    await store.write_documents({"key": (None, b"{}")})
    secret, tally = await store.secret("links"), await store.tally(campaign.id)
    engagement = await store.engagement(campaign.id)
    await store.close()

    again = database.store()
    await again.open()
    try:
        assert await again.person(ada.id) == ada
        assert await again.reference(ada.id, Channel.TEAMS) is not None
        assert await again.lists(CONTOSO) == [team]
        assert await again.campaign(campaign.id) == campaign
        assert await again.tally(campaign.id) == tally
        assert await again.engagement(campaign.id) == engagement
        assert await again.delivery_state(campaign.id, delivery.person.id) == DeliveryState.DELIVERED
        assert await again.secret("links") == secret
        assert set(await again.read_documents(["key"])) == {"key"}
        (left,) = await claim(again, campaign)
        assert left.person in (ada, louis) and left.person != delivery.person
        (newcomer,) = await install(again, "marie")
        assert newcomer.id not in (ada.id, louis.id)
    finally:
        await again.close()


async def test_a_database_of_a_newer_crieur_is_refused_with_what_to_do(store: Store, database: Database) -> None:
    await store.close()
    database.come_from_the_future()
    with pytest.raises(StorageError, match=r"newer.*upgrade Crieur"):
        await database.store().open()


async def test_closing_twice_is_closing(store: Store) -> None:
    await store.close()
    await store.close()
