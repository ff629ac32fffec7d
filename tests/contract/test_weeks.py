"""So many campaigns' messages a week and person, counted before they leave, on every store."""

from __future__ import annotations

import asyncio

from storage.port.store import Store
from storage.records import Consideration, DeliveryState, NotReached
from tests.contract.world import CONTOSO, FABRIKAM, NOW, claim, install, outcome, planned, sent, state_of
from tests.support.deeds import A_DEED
from tests.support.sample_records import refrozen

WEEK = 2900


async def test_so_many_a_week_and_no_more(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    first, second, third = [await planned(store, [ada, louis]) for _ in range(3)]
    both = {ada.id, louis.id}
    assert await store.admit(first.id, [ada.id, louis.id], WEEK, 2) == both
    assert await store.admit(first.id, [ada.id, louis.id], WEEK, 2) == both, "twice is once"
    assert await store.admit(second.id, [ada.id], WEEK, 2) == {ada.id}
    assert await store.admit(third.id, [ada.id, louis.id], WEEK, 2) == {louis.id}
    assert await store.admit(third.id, [ada.id], WEEK + 1, 2) == {ada.id}, "another week"
    assert await store.admit(third.id, [], WEEK, 2) == set()


async def test_who_has_had_enough_and_who_has_muted_can_be_asked(store: Store) -> None:
    ada, louis, marie = await install(store, "ada", "louis", "marie")
    first, second = [await planned(store, [ada, louis]) for _ in range(2)]
    await store.admit(first.id, [ada.id, louis.id], WEEK, 9)
    await store.admit(second.id, [ada.id], WEEK, 9)
    assert list(await store.had_enough(WEEK, 2)) == [ada.id]
    assert list(await store.had_enough(WEEK, 1)) == sorted([ada.id, louis.id])
    assert list(await store.had_enough(WEEK + 1, 1)) == []
    assert list(await store.muted_people(CONTOSO)) == []
    for person in (marie, ada):
        await store.mute(person.id, True, deed=A_DEED)
    assert list(await store.muted_people(CONTOSO)) == sorted([ada.id, marie.id])
    await store.mute(ada.id, False, deed=A_DEED)
    assert list(await store.muted_people(CONTOSO)) == [marie.id]
    assert list(await store.muted_people(FABRIKAM)) == []


async def test_two_copies_at_once_admit_no_more_than_the_limit(store: Store, other: Store) -> None:
    (ada,) = await install(store, "ada")
    campaigns = [await planned(store, [ada]) for _ in range(6)]
    asked = [
        some.admit(campaign.id, [ada.id], WEEK, 2)
        for number, campaign in enumerate(campaigns)
        for some in ((store, other) if number % 2 else (other, store))
    ]
    answers = await asyncio.gather(*asked)
    admitted = {number // 2 for number, answer in enumerate(answers) if answer}
    assert len(admitted) == 2


async def test_what_did_not_arrive_counts_no_more_and_what_may_have_does(store: Store) -> None:
    (ada,) = await install(store, "ada")
    for state, counts in (
        (DeliveryState.FAILED, False), (DeliveryState.UNREACHABLE, False), (DeliveryState.CAPPED, False),
        (DeliveryState.DELIVERED, True), (DeliveryState.UNCONFIRMED, True),
    ):  # fmt: skip
        week = WEEK + 10 * int(state)
        campaign, later = await planned(store, [ada]), await planned(store, [ada])
        assert await store.admit(campaign.id, [ada.id], week, 1) == {ada.id}
        [delivery] = await sent(store, campaign)
        reason = NotReached.REFUSED if state is not DeliveryState.DELIVERED else None
        await store.record([outcome(delivery, state, reason=reason)], 1)
        assert await store.admit(later.id, [ada.id], week, 1) == (set() if counts else {ada.id}), state.name


async def test_old_weeks_are_forgotten(store: Store) -> None:
    (ada,) = await install(store, "ada")
    first, second = [await planned(store, [ada]) for _ in range(2)]
    assert await store.admit(first.id, [ada.id], WEEK, 1) == {ada.id}
    await store.forget_weeks(WEEK)
    assert await store.admit(second.id, [ada.id], WEEK, 1) == set()
    await store.forget_weeks(WEEK + 1)
    assert await store.admit(second.id, [ada.id], WEEK, 1) == {ada.id}


async def test_who_has_muted_is_claimed_but_not_marked(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    await store.mute(ada.id, True, deed=A_DEED)
    campaign = await planned(store, [ada, louis])
    claimed = {delivery.person.id: delivery for delivery in await claim(store, campaign, mark=True)}
    assert claimed[ada.id].person.muted and not claimed[louis.id].person.muted
    assert await state_of(store, campaign, ada) == DeliveryState.CLAIMED
    assert await state_of(store, campaign, louis) == DeliveryState.SENDING
    insistent = refrozen(campaign, consideration=Consideration(past_mute=True))
    await store.record([outcome(claimed[ada.id], DeliveryState.PLANNED, due=NOW, attempted=False)], 1)
    await claim(store, insistent, mark=True)
    assert await state_of(store, campaign, ada) == DeliveryState.SENDING
    await store.mute(ada.id, False, deed=A_DEED)
    person = await store.person(ada.id)
    assert person is not None and not person.muted
