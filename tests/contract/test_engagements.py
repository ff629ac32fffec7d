"""Presses, and the people behind them."""

from __future__ import annotations

import asyncio

from storage.records import CampaignId, DeliveryState, EngagementKind, NotReached
from storage.store import Store
from tests.contract.world import MINUTE, NOW, install, outcome, planned, refused, sent

OPENED, CLICKED, ACKNOWLEDGED = EngagementKind.OPENED, EngagementKind.CLICKED, EngagementKind.ACKNOWLEDGED


async def test_people_and_presses_are_counted_apart(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    await store.record([outcome(delivery) for delivery in await sent(store, campaign)], 1)

    assert await store.engagement(campaign.id) == []
    assert await store.engage(campaign.id, ada.id, CLICKED, 0, NOW) == NOW
    assert await store.engage(campaign.id, ada.id, CLICKED, 0, NOW + MINUTE) == NOW  # the first press counts
    assert await store.engage(campaign.id, ada.id, CLICKED, 1, NOW + 2 * MINUTE) == NOW + 2 * MINUTE
    assert await store.engage(campaign.id, louis.id, CLICKED, 1, NOW + MINUTE) == NOW + MINUTE
    assert await store.engage(campaign.id, louis.id, ACKNOWLEDGED, 2, NOW) == NOW

    counts = [
        (row.kind, row.button, row.people, row.presses, row.last_at) for row in await store.engagement(campaign.id)
    ]
    assert counts == [
        (ACKNOWLEDGED, None, 1, 1, NOW),
        (ACKNOWLEDGED, 2, 1, 1, NOW),
        (CLICKED, None, 2, 4, NOW + 2 * MINUTE),
        (CLICKED, 0, 1, 2, NOW + MINUTE),
        (CLICKED, 1, 2, 2, NOW + 2 * MINUTE),
    ]


async def test_only_who_may_have_the_message_counts(store: Store) -> None:
    ada, louis, marie, paul = await install(store, "ada", "louis", "marie", "paul")
    campaign = await planned(store, [ada, louis, marie])
    assert await store.engage(campaign.id, ada.id, OPENED, 0, NOW) is None  # not sent yet
    by_person = {delivery.person.id: delivery for delivery in await sent(store, campaign)}
    assert await store.engage(campaign.id, ada.id, OPENED, 0, NOW) == NOW  # faster than our record
    await store.record(
        [
            refused(by_person[louis.id]),
            outcome(by_person[marie.id], DeliveryState.UNCONFIRMED, reason=NotReached.CONNECTION_BROKE),
        ],
        1,
    )
    assert await store.engage(campaign.id, louis.id, OPENED, 0, NOW) is None
    assert await store.engage(campaign.id, marie.id, OPENED, 0, NOW) == NOW
    assert await store.engage(campaign.id, paul.id, OPENED, 0, NOW) is None  # no recipient
    assert await store.engage(CampaignId(999), ada.id, OPENED, 0, NOW) is None
    assert [row.people for row in await store.engagement(campaign.id)] == [2, 2]


async def test_presses_at_once_are_all_counted_and_the_person_once(store: Store, other: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await store.record([outcome(delivery) for delivery in await sent(store, campaign)], 1)
    firsts = await asyncio.gather(*(some.engage(campaign.id, ada.id, CLICKED, 0, NOW) for some in (store, other) * 5))
    assert firsts == [NOW] * 10
    assert [(row.people, row.presses) for row in await store.engagement(campaign.id)] == [(1, 10), (1, 10)]


async def test_the_last_press_is_the_latest_in_whatever_order_they_come(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await sent(store, campaign)
    for at in (NOW + 2 * MINUTE, NOW + MINUTE):
        await store.engage(campaign.id, ada.id, OPENED, 0, at)
    assert {row.last_at for row in await store.engagement(campaign.id)} == {NOW + 2 * MINUTE}
