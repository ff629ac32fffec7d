"""A campaign's results, page by page, and who has not done something."""

from __future__ import annotations

import pytest

from storage.mongo import results as mongo_results
from storage.port.store import Store
from storage.records import (
    CampaignId,
    Contact,
    DeliveryState,
    EngagementKind,
    Left,
    NotReached,
    Press,
    Recipient,
    Result,
    Who,
)
from tests.contract.world import CONTOSO, MINUTE, NOW, install, meet, outcome, plan, planned, refused, sent

CLICKED, OPENED, REACTED = EngagementKind.CLICKED, EngagementKind.OPENED, EngagementKind.REACTED


async def test_a_row_for_each_recipient_in_pages(store: Store) -> None:
    ada, louis, marie, paul = await install(store, "ada", "louis", "marie", "paul")
    [zoe] = await meet(store, CONTOSO, [Contact(address="zoe@contoso.example")])
    people = [ada, louis, marie, paul, zoe]
    campaign = await planned(store, people[:3], waiting=[zoe])
    await plan(store, campaign, [(paul, NOW + 30 * MINUTE)])
    by_person = {row.person.id: row for row in await sent(store, campaign)}
    await store.record(
        [
            outcome(by_person[ada.id], activity="17", at=NOW + MINUTE),
            refused(by_person[louis.id]),
            outcome(by_person[marie.id], DeliveryState.PLANNED, due=NOW + 9 * MINUTE, reason=NotReached.THROTTLED),
        ],
        1,
    )
    press = Press(campaign=campaign.id, who=Who(ada.id), kind=CLICKED, at=NOW + 2 * MINUTE)
    await store.engage([press])

    rows: list[Result] = []
    while page := await store.results(campaign.id, rows[-1].person.id if rows else 0, 2):
        assert len(page) <= 2
        rows += page
    assert [row.person for row in rows] == [Recipient.of(one) for one in sorted(people, key=lambda one: one.id)]
    row_of = {row.person.id: row for row in rows}
    assert row_of[ada.id].engaged.first_at(CLICKED) == NOW + 2 * MINUTE
    assert (row_of[ada.id].state, row_of[ada.id].attempts, row_of[ada.id].settled_at) == (
        DeliveryState.DELIVERED, 1, NOW + MINUTE,
    )  # fmt: skip
    failed = row_of[louis.id]
    assert (failed.state, failed.reason) == (DeliveryState.FAILED, NotReached.REFUSED)
    assert failed.detail == "400 BadSyntax" and not failed.engaged.pressed
    assert (row_of[marie.id].state, row_of[marie.id].attempts) == (DeliveryState.PLANNED, 1)
    assert (row_of[paul.id].state, row_of[paul.id].attempts) == (DeliveryState.PLANNED, 0)
    assert row_of[zoe.id].state == DeliveryState.WAITING
    assert await store.results(CampaignId(999), 0, 10) == []


async def test_who_has_received_it_and_not_done_something(store: Store) -> None:
    ada, louis, marie, paul = await install(store, "ada", "louis", "marie", "paul")
    campaign = await planned(store, [ada, louis, marie, paul])
    rows = [row for row in await sent(store, campaign) if row.person.id != paul.id]
    await store.record([outcome(row) for row in rows], 1)
    assert list(await store.people_without(campaign.id, OPENED)) == [ada.id, louis.id, marie.id]

    def did(who: int, kind: EngagementKind, **more: object) -> Press:
        return Press(campaign=campaign.id, who=Who(who), kind=kind, at=NOW, **more)  # type: ignore[arg-type]

    await store.engage([did(ada.id, CLICKED), did(louis.id, OPENED), did(marie.id, REACTED, reaction="like")])
    assert list(await store.people_without(campaign.id, OPENED)) == []
    assert list(await store.people_without(campaign.id, CLICKED)) == [louis.id, marie.id]
    assert list(await store.people_without(campaign.id, REACTED)) == [ada.id, louis.id]
    await store.engage([did(marie.id, REACTED, reaction="like", gone=True)])
    assert list(await store.people_without(campaign.id, REACTED)) == [ada.id, louis.id, marie.id]


async def test_those_who_are_left_come_in_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo_results, "READ", 2)
    some = await install(store, *(f"person{number}" for number in range(7)))
    [zoe] = await meet(store, CONTOSO, [Contact(address="zoe@contoso.example")])
    campaign = await planned(store, some, waiting=[zoe])
    ends = {some[5].id: refused}
    await store.record([ends.get(row.person.id, outcome)(row) for row in await sent(store, campaign)], 1)
    await store.engage(
        [Press(campaign=campaign.id, who=Who(some[at].id), kind=CLICKED, at=NOW) for at in (0, 2, 3)]
        + [Press(campaign=campaign.id, who=Who(some[4].id), kind=OPENED, at=NOW)]
    )

    async def left(kind: Left, limit: int) -> list[int]:
        people: list[int] = []
        while page := await store.results(campaign.id, people[-1] if people else 0, limit, kind):
            assert len(page) <= limit
            people += [result.person.id for result in page]
        return people

    for limit in (1, 2, 50):
        assert await left(Left.CLICKED, limit) == [some[at].id for at in (1, 4, 6)]
        assert await left(Left.OPENED, limit) == [some[at].id for at in (1, 6)]
        assert await left(Left.REACHED, limit) == sorted([some[5].id, zoe.id])
    [failed, waits] = await store.results(campaign.id, 0, 5, Left.REACHED)
    assert (failed.reason, waits.state) == (NotReached.REFUSED, DeliveryState.WAITING)
