"""Campaigns that ask for presence: the rung and the looks of every delivery, and what a report counts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from storage.port.store import Store
from storage.records import DeliveryState, Look, NotReached, Person, PersonId, Seen, Tally
from tests.contract.world import (
    END,
    LEASE,
    MINUTE,
    NOW,
    claim,
    install,
    outcome,
    planned,
    state_of,
    tallied_right,
)
from tests.support.deeds import A_DEED
from tests.support.kept import looks_at

TEN = 10 * MINUTE
LAPSED = NOW + LEASE + timedelta(seconds=1)


async def test_an_absent_recipient_climbs_the_ladder_and_every_look_is_kept(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    now = NOW
    for rung in range(3):
        claimed = await claim(store, campaign, now=now)
        assert [delivery.rung for delivery in claimed] == [rung, rung]
        absent = [
            outcome(d, DeliveryState.PLANNED, at=now, due=now + TEN, rung=rung + 1, seen=Seen.ABSENT, attempted=False)
            for d in claimed
        ]
        await store.record(absent, 1)
        assert await store.next_due(campaign.id) == now + TEN
        now += TEN
    last = [
        outcome(d, DeliveryState.DELIVERED, at=now, seen=Seen.BUSY)
        if d.person == ada
        else outcome(d, DeliveryState.ABSENT, at=now, seen=Seen.ABSENT, reason=NotReached.ABSENT, attempted=False)
        for d in await claim(store, campaign, now=now, mark=True)
    ]
    await store.record(last, 1)
    missed = [Look(NOW + number * TEN, Seen.ABSENT) for number in range(3)]
    assert await looks_at(store, campaign.id, ada.id) == [*missed, Look(now, Seen.BUSY)]
    assert await looks_at(store, campaign.id, louis.id) == [*missed, Look(now, Seen.ABSENT)]
    assert await state_of(store, campaign, louis) == DeliveryState.ABSENT
    tally = await store.tally(campaign.id)
    assert tally.rungs == {(3, Seen.BUSY): 1}
    assert tally.reasons == {NotReached.ABSENT: 1}
    await tallied_right(store, campaign)


async def test_who_is_held_back_stays_on_their_rung(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    [first] = await claim(store, campaign)
    step = outcome(first, DeliveryState.PLANNED, due=NOW, rung=4, seen=Seen.ABSENT, attempted=False)
    await store.record([step], 1)
    [second] = await claim(store, campaign, mark=True)
    throttled = outcome(second, DeliveryState.PLANNED, due=NOW + MINUTE, reason=NotReached.THROTTLED)
    await store.record([throttled], 1)
    [third] = await claim(store, campaign, now=NOW + MINUTE)
    assert (third.rung, third.attempts) == (4, 1)
    assert await looks_at(store, campaign.id, ada.id) == [Look(NOW, Seen.ABSENT)]


async def test_a_claim_that_lapsed_is_claimed_again_on_the_same_rung(store: Store, other: Store) -> None:
    """Who dies between the claim and the mark has sent nothing: nothing is lost, nothing is unconfirmed."""
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    [first] = await claim(store, campaign)
    await store.record([outcome(first, DeliveryState.PLANNED, due=NOW, rung=2, seen=Seen.ABSENT, attempted=False)], 1)
    [held] = await claim(store, campaign)
    assert not await store.reap(campaign.id, LAPSED, END)
    [taken] = await claim(other, campaign, holder=2, now=LAPSED)
    assert (taken.id, taken.rung) == (held.id, 2)
    late = outcome(held, DeliveryState.PLANNED, due=NOW, rung=3, seen=Seen.ABSENT, attempted=False)
    await store.record([late], 1)  # the first holder wakes up: its look counts for nothing
    assert await looks_at(store, campaign.id, ada.id) == [Look(NOW, Seen.ABSENT)]
    assert await other.mark_sending([taken], 2, LAPSED + LEASE) == {taken.id}


async def test_the_same_outcome_told_twice_is_one_look(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    [delivery] = await claim(store, campaign, mark=True)
    done = outcome(delivery, seen=Seen.AVAILABLE)
    await store.record([done], 1)
    await store.record([done], 1)
    assert await looks_at(store, campaign.id, ada.id) == [Look(NOW, Seen.AVAILABLE)]
    assert (await store.tally(campaign.id)).rungs == {(0, Seen.AVAILABLE): 1}


async def test_a_report_counts_by_rung_and_by_how_people_showed(store: Store, other: Store) -> None:
    shown = [Seen.AVAILABLE, Seen.AVAILABLE, Seen.AWAY, Seen.UNKNOWN]
    people = await install(store, "ada", "louis", "marie", "paul")
    campaign = await planned(store, people)
    by_person = dict(zip((person.id for person in people), shown, strict=True))
    for some, holder in ((store, 1), (other, 2)):
        claimed = await claim(some, campaign, holder, limit=2, mark=True)
        await some.record([outcome(d, seen=by_person[d.person.id]) for d in claimed], holder)
    counted = Counter((0, seen) for seen in shown)
    assert (await store.tally(campaign.id)).rungs == dict(counted)
    assert (await other.tally(campaign.id)).rungs == dict(counted)


async def test_counts_by_rung_survive_a_new_start(database: object, store: Store) -> None:
    people = await install(store, "ada", "louis")
    campaign = await planned(store, people)
    claimed = await claim(store, campaign, mark=True)
    await store.record([outcome(d, seen=Seen.AWAY) for d in claimed], 1)
    again: Store = database.store()  # type: ignore[attr-defined]
    await again.open()
    try:
        assert (await again.tally(campaign.id)).rungs == {(0, Seen.AWAY): 2}
    finally:
        await again.close()


async def test_campaigns_that_ask_nothing_keep_no_list(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    [delivery] = await claim(store, campaign, mark=True)
    await store.record([outcome(delivery)], 1)
    assert await looks_at(store, campaign.id, ada.id) == []
    assert await looks_at(store, campaign.id, _nobody(ada)) == []
    assert (await store.tally(campaign.id)) == Tally(states={DeliveryState.DELIVERED: 1}, reasons={})


async def test_a_deleted_campaign_takes_its_looks_along(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    [delivery] = await claim(store, campaign, mark=True)
    await store.record([outcome(delivery, seen=Seen.AVAILABLE)], 1)
    assert await store.finish(campaign.id, NOW)
    done = await store.campaign(campaign.id)
    assert done is not None
    await store.delete_campaign(done, deed=A_DEED)
    assert await looks_at(store, campaign.id, ada.id) == []
    assert not (await store.tally(campaign.id)).rungs


async def test_what_waited_for_presence_expires_with_that_reason(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    [delivery] = await claim(store, campaign)
    waits = outcome(delivery, DeliveryState.PLANNED, due=NOW + TEN, reason=NotReached.PRESENCE_UNKNOWN, attempted=False)
    await store.record([waits], 1)
    assert sum((await store.reap(campaign.id, END, END)).values()) == 1
    assert (await store.tally(campaign.id)).reasons == {NotReached.PRESENCE_UNKNOWN: 1}


def _nobody(person: Person) -> PersonId:
    return PersonId(person.id + 1000)
