"""Deliveries: planned, leased, marked, settled; nobody twice, nobody lost, every count right."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    CampaignId,
    Channel,
    Contact,
    DeliveryState,
    NotReached,
    PersonId,
    Tally,
)
from storage.records.instants import ms
from tests.contract.conftest import Database, MongoDatabase
from tests.contract.world import (
    CONTOSO,
    END,
    LEASE,
    MINUTE,
    NOW,
    claim,
    counted,
    install,
    meet,
    outcome,
    plan,
    planned,
    refused,
    running,
    sent,
    sighting,
    state_of,
    tallied_right,
)
from tests.support.deeds import A_DEED

SECOND = timedelta(seconds=1)
LAPSED = NOW + LEASE + SECOND


# --- planning ---------------------------------------------------------------------------------


async def test_planning_twice_gives_each_recipient_one_delivery(store: Store) -> None:
    ada, louis, marie = await install(store, "ada", "louis", "marie")
    campaign = await running(store, ada)
    rows = [(ada, NOW), (louis, NOW + MINUTE)]
    assert await plan(store, campaign, rows) == 2
    assert await plan(store, campaign, [(ada, END), (marie, END)]) == 1
    assert await plan(store, campaign, [(louis, None)]) == 0
    assert await plan(store, campaign, []) == 0
    assert list(await store.planned_people(campaign.id)) == sorted([ada.id, louis.id, marie.id])
    assert await store.next_due(campaign.id) == NOW  # the first plan stands
    assert (await store.tally(campaign.id)).states == {DeliveryState.PLANNED: 3}


async def test_two_copies_that_plan_at_once_give_one_delivery_each(store: Store, other: Store) -> None:
    people = await meet(store, CONTOSO, [Contact(address=f"p{number}@contoso.example") for number in range(200)])
    campaign = await running(store, people[0])
    rows = [(person, NOW) for person in people]
    new = await asyncio.gather(*(plan(some, campaign, rows) for some in (store, other)))
    assert sum(new) == 200
    assert len(await store.planned_people(campaign.id)) == 200
    await tallied_right(store, campaign)


async def test_campaigns_are_planned_apart(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    first, second = await planned(store, [ada]), await planned(store, [ada, louis])
    assert list(await store.planned_people(first.id)) == [ada.id]
    assert len(await claim(store, first)) == 1
    assert (await store.tally(second.id)).states == {DeliveryState.PLANNED: 2}
    assert list(await store.planned_people(CampaignId(999))) == []
    assert await store.delivery_state(first.id, PersonId(999)) is None


async def test_who_is_not_reachable_waits_and_is_not_due(store: Store) -> None:
    (ada,) = await install(store, "ada")
    (louis,) = await meet(store, CONTOSO, [Contact(address="louis@contoso.example")])
    campaign = await planned(store, [ada], due=END, waiting=[louis])
    assert await state_of(store, campaign, louis) == DeliveryState.WAITING
    assert await store.next_due(campaign.id) == END
    assert [delivery.person for delivery in await claim(store, campaign, now=END + MINUTE)] == [ada]


# --- claiming ---------------------------------------------------------------------------------


async def test_claims_come_earliest_first_and_only_when_due(store: Store) -> None:
    people = await install(store, "ada", "louis", "marie", "paul")
    campaign = await running(store, people[0])
    dues = [NOW + 3 * MINUTE, NOW + MINUTE, NOW + 2 * MINUTE, NOW + 9 * MINUTE]
    await plan(store, campaign, list(zip(people, dues, strict=True)))
    assert await claim(store, campaign, now=NOW) == []
    assert await store.next_due(campaign.id) == NOW + MINUTE
    first = await claim(store, campaign, now=NOW + 4 * MINUTE, limit=2)
    assert [delivery.person for delivery in first] == [people[1], people[2]]
    second = await claim(store, campaign, now=NOW + 4 * MINUTE)
    assert [delivery.person for delivery in second] == [people[0]]
    assert await store.next_due(campaign.id) == NOW + 9 * MINUTE
    await tallied_right(store, campaign)


async def test_a_claim_has_all_that_is_needed_to_send(store: Store) -> None:
    ada, louis, marie = await install(store, "ada", "louis", "marie")
    (contact,) = await meet(store, CONTOSO, [Contact(address="zoe@contoso.example")])
    campaign = await planned(store, [ada, louis, marie, contact])
    await store.lose(CONTOSO, Channel.TEAMS, "29:louis", NotReached.BLOCKED)
    await store.speak(marie.id, "fr")
    by_person = {delivery.person.id: delivery for delivery in await claim(store, campaign)}
    assert len(by_person) == 4
    assert by_person[ada.id].person == ada
    assert by_person[ada.id].reference == await store.reference(ada.id, Channel.TEAMS)
    assert (by_person[ada.id].campaign, by_person[ada.id].attempts) == (campaign.id, 0)
    broken = by_person[louis.id].reference
    assert broken is not None and broken.broken is NotReached.BLOCKED
    assert by_person[marie.id].person.language == "fr"
    assert by_person[contact.id].reference is None


async def test_what_is_claimed_is_nobody_elses_until_the_claim_lapses(store: Store, other: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    first = await claim(store, campaign, holder=1)
    assert len(first) == 2
    assert await claim(other, campaign, holder=2, now=NOW + LEASE - SECOND) == []
    taken = await claim(other, campaign, holder=2, now=LAPSED)
    assert {delivery.id for delivery in taken} == {delivery.id for delivery in first}
    # the first holder slept: nothing of it leaves, and nothing it says counts
    assert await store.mark_sending(first, 1, LAPSED + LEASE) == set()
    await store.record([outcome(delivery) for delivery in first], 1)
    await store.record([outcome(delivery, DeliveryState.PLANNED, due=NOW, attempted=False) for delivery in first], 1)
    await store.renew([delivery.id for delivery in first], 1, LAPSED + 100 * MINUTE)
    assert await counted(store, campaign) == {DeliveryState.CLAIMED: 2}
    assert await store.mark_sending(taken, 2, LAPSED + LEASE) == {delivery.id for delivery in taken}
    await tallied_right(store, campaign)


async def test_two_holders_never_claim_the_same_delivery(store: Store, other: Store) -> None:
    people = await meet(store, CONTOSO, [Contact(address=f"p{number}@contoso.example") for number in range(120)])
    campaign = await planned(store, people)
    seen = Counter[int]()

    async def drain(some: Store, holder: int) -> None:
        idle = 0
        while idle < 3:
            claimed = await claim(some, campaign, holder, limit=7)
            marked = await some.mark_sending(claimed, holder, NOW + LEASE)
            assert marked == {delivery.id for delivery in claimed}
            seen.update(delivery.id for delivery in claimed)
            idle = 0 if claimed else idle + 1

    await asyncio.gather(drain(store, 1), drain(other, 2), drain(store, 3), drain(other, 4))
    assert len(seen) == 120
    assert set(seen.values()) == {1}
    await tallied_right(store, campaign)


async def test_one_holder_that_claims_twice_at_once_gets_each_delivery_once(store: Store) -> None:
    people = await meet(store, CONTOSO, [Contact(address=f"p{number}@contoso.example") for number in range(30)])
    campaign = await planned(store, people)
    claims = await asyncio.gather(*(claim(store, campaign, holder=1, limit=20) for _ in range(4)))
    ids = [delivery.id for claimed in claims for delivery in claimed]
    assert len(ids) == len(set(ids))


# --- marking, giving back, renewing -----------------------------------------------------------


async def test_only_what_is_held_is_marked(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    mine = await claim(store, campaign, holder=1, limit=1)
    theirs = await claim(store, campaign, holder=2, limit=1)
    assert await store.mark_sending([*mine, *theirs], 1, NOW + LEASE) == {mine[0].id}
    assert await store.mark_sending(mine, 1, NOW + LEASE) == set()  # the request has left: never twice
    assert await store.mark_sending([], 1, NOW + LEASE) == set()
    assert await counted(store, campaign) == {DeliveryState.SENDING: 1, DeliveryState.CLAIMED: 1}
    await tallied_right(store, campaign)


async def test_what_may_have_left_is_never_claimed_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await sent(store, campaign)
    assert await claim(store, campaign, holder=2, now=LAPSED) == []
    assert await claim(store, campaign, holder=2, now=END + MINUTE) == []
    assert await store.next_due(campaign.id) is None


async def test_claiming_and_marking_is_one_change_for_those_in_reach(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    (zoe,) = await meet(store, CONTOSO, [Contact(address="zoe@contoso.example")])
    campaign = await planned(store, [ada, louis, zoe])
    await store.lose(CONTOSO, Channel.TEAMS, "29:louis", NotReached.BLOCKED)
    claimed = await claim(store, campaign, mark=True)
    assert {delivery.person.id for delivery in claimed if delivery.reachable} == {ada.id}
    assert await state_of(store, campaign, ada) == DeliveryState.SENDING
    assert await state_of(store, campaign, louis) == DeliveryState.CLAIMED
    assert await state_of(store, campaign, zoe) == DeliveryState.CLAIMED
    await tallied_right(store, campaign)
    again = await claim(store, campaign, holder=2, now=NOW + 2 * LEASE, mark=True)
    assert ada.id not in {delivery.person.id for delivery in again}, "it may have left"
    assert len(again) == 2
    await tallied_right(store, campaign)


async def test_a_claim_that_did_not_leave_is_planned_again(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    first, second = await claim(store, campaign)
    assert await store.mark_sending([second], 1, NOW + LEASE) == {second.id}
    await store.record([outcome(first, DeliveryState.PLANNED, due=NOW + 5 * MINUTE, attempted=False)], 1)
    assert await counted(store, campaign) == {DeliveryState.PLANNED: 1, DeliveryState.SENDING: 1}
    assert await store.next_due(campaign.id) == NOW + 5 * MINUTE
    (again,) = await claim(store, campaign, holder=2, now=NOW + 5 * MINUTE)
    assert (again.id, again.attempts) == (first.id, 0)
    await tallied_right(store, campaign)


async def test_a_renewed_lease_lasts_longer(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    first, second = await claim(store, campaign)
    await store.mark_sending([first], 1, NOW + LEASE)
    assert await store.renew([first.id, second.id], 1, NOW + 10 * MINUTE) == {first.id, second.id}
    assert not await store.reap(campaign.id, NOW + 9 * MINUTE, END)
    assert await claim(store, campaign, holder=2, now=NOW + 9 * MINUTE) == []
    assert sum((await store.reap(campaign.id, NOW + 10 * MINUTE, END)).values()) == 1
    assert len(await claim(store, campaign, holder=2, now=NOW + 10 * MINUTE)) == 1
    await store.renew([], 1, END)


async def test_a_settled_delivery_cannot_be_renewed_into_being_open(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (delivery,) = await sent(store, campaign)
    await store.record([outcome(delivery)], 1)
    await store.renew([delivery.id], 1, NOW)
    assert await claim(store, campaign, now=END) == []
    assert not await store.reap(campaign.id, END, END)
    assert await state_of(store, campaign, ada) == DeliveryState.DELIVERED


# --- recording --------------------------------------------------------------------------------


async def test_outcomes_are_recorded_with_their_reasons(store: Store) -> None:
    people = await install(store, "ada", "louis", "marie", "paul")
    campaign = await planned(store, people)
    accepted, blocked, bad, broken = await sent(store, campaign)
    await store.record(
        [
            outcome(accepted, activity="activity-1"),
            outcome(blocked, DeliveryState.UNREACHABLE, reason=NotReached.BLOCKED),
            refused(bad),
            outcome(broken, DeliveryState.UNCONFIRMED, reason=NotReached.CONNECTION_BROKE),
        ],
        1,
    )
    assert await store.tally(campaign.id) == Tally(
        states={
            DeliveryState.DELIVERED: 1,
            DeliveryState.UNREACHABLE: 1,
            DeliveryState.FAILED: 1,
            DeliveryState.UNCONFIRMED: 1,
        },
        reasons={NotReached.BLOCKED: 1, NotReached.REFUSED: 1, NotReached.CONNECTION_BROKE: 1},
    )
    await tallied_right(store, campaign)


async def test_recording_again_changes_nothing(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (delivery,) = await sent(store, campaign)
    for settled in (outcome(delivery), outcome(delivery), refused(delivery)):
        await store.record([settled], 1)
    await store.record([], 1)
    assert await state_of(store, campaign, ada) == DeliveryState.DELIVERED
    assert (await store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 1}


async def test_a_try_put_off_is_planned_again_and_counted(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    later = NOW + 5 * MINUTE
    (delivery,) = await sent(store, campaign)
    await store.record([outcome(delivery, DeliveryState.PLANNED, due=later, reason=NotReached.THROTTLED)], 1)
    assert await store.next_due(campaign.id) == later
    assert (await store.tally(campaign.id)) == Tally(states={DeliveryState.PLANNED: 1}, reasons={})
    assert await claim(store, campaign, now=later - SECOND) == []
    (again,) = await sent(store, campaign, holder=2, now=later)
    assert (again.id, again.attempts) == (delivery.id, 1)
    # the first holder's late word about the first attempt does not touch the second
    await store.record([outcome(delivery)], 1)
    assert await state_of(store, campaign, ada) == DeliveryState.SENDING
    await store.record([outcome(again, DeliveryState.PLANNED, due=later + MINUTE, attempted=False)], 2)
    (third,) = await claim(store, campaign, now=later + MINUTE)
    assert third.attempts == 1  # no request had left


async def test_a_claim_can_be_settled_without_a_request(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED)
    (delivery,) = await claim(store, campaign)
    await store.record(
        [outcome(delivery, DeliveryState.UNREACHABLE, reason=NotReached.UNINSTALLED, attempted=False)], 1
    )
    assert (await store.tally(campaign.id)).reasons == {NotReached.UNINSTALLED: 1}
    await tallied_right(store, campaign)


async def test_one_who_may_yet_install_waits_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED)
    (delivery,) = await claim(store, campaign)
    await store.record([outcome(delivery, DeliveryState.WAITING, due=END, attempted=False)], 1)
    assert await claim(store, campaign, now=END) == []
    await store.remember(sighting("ada", at=NOW + MINUTE))
    assert await store.next_due(campaign.id) == NOW + MINUTE
    await tallied_right(store, campaign)


async def test_one_who_installs_again_between_claim_and_record_does_not_wait(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED)
    (delivery,) = await claim(store, campaign)
    await store.remember(sighting("ada"))
    await store.record([outcome(delivery, DeliveryState.WAITING, at=NOW + MINUTE, due=END, attempted=False)], 1)
    assert await store.next_due(campaign.id) == NOW + MINUTE
    await tallied_right(store, campaign)


async def test_what_an_answer_tells_of_the_chat_is_learned(store: Store) -> None:
    ada, louis, marie = await install(store, "ada", "louis", "marie")
    campaign = await planned(store, [ada, louis, marie])
    by_person = {delivery.person.id: delivery for delivery in await sent(store, campaign)}
    await store.record(
        [
            outcome(by_person[ada.id], DeliveryState.UNREACHABLE, reason=NotReached.GONE),
            outcome(by_person[louis.id], conversation="chat-again"),
            outcome(by_person[marie.id]),
        ],
        1,
    )
    references = [await store.reference(person.id, Channel.TEAMS) for person in (ada, louis, marie)]
    assert [reference and (reference.failed, reference.conversation) for reference in references] == [
        (NotReached.GONE, "chat-ada"),
        (None, "chat-again"),
        (None, "chat-marie"),
    ]


async def test_outcomes_of_several_campaigns_are_recorded_at_once(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    first, second = await planned(store, [ada, louis]), await planned(store, [ada, louis])
    claimed = [*await sent(store, first), *await sent(store, second)]
    await store.record([outcome(delivery) for delivery in claimed], 1)
    for campaign in (first, second):
        assert (await store.tally(campaign.id)).delivered == 2
        await tallied_right(store, campaign)


# --- what time decides ------------------------------------------------------------------------


async def test_a_lapsed_sending_is_unconfirmed(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    await sent(store, campaign, limit=1)
    assert not await store.reap(campaign.id, NOW, END)
    assert await store.reap(campaign.id, LAPSED, END) == {DeliveryState.UNCONFIRMED: 1}
    assert not await store.reap(campaign.id, LAPSED, END)
    assert await store.tally(campaign.id) == Tally(
        states={DeliveryState.PLANNED: 1, DeliveryState.UNCONFIRMED: 1}, reasons={NotReached.BOT_STOPPED: 1}
    )
    await tallied_right(store, campaign)
    unconfirmed = list(await store.people_in_state(campaign.id, DeliveryState.UNCONFIRMED))
    others = list(await store.people_in_state(campaign.id, DeliveryState.PLANNED))
    assert sorted(unconfirmed + others) == sorted([ada.id, louis.id]) and len(unconfirmed) == 1


async def test_a_reaped_sending_is_not_settled_by_its_late_holder(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (delivery,) = await sent(store, campaign)
    await store.reap(campaign.id, LAPSED, END)
    await store.record([outcome(delivery)], 1)
    assert await state_of(store, campaign, ada) == DeliveryState.UNCONFIRMED


async def test_after_the_slot_everybody_has_an_end(store: Store) -> None:
    ada, louis, marie, paul, rosa = await install(store, "ada", "louis", "marie", "paul", "rosa")
    (zoe,) = await meet(store, CONTOSO, [Contact(address="zoe@contoso.example")])
    campaign = await planned(store, [ada, louis, marie, paul], waiting=[zoe])
    await store.lose(CONTOSO, Channel.TEAMS, "29:rosa", NotReached.BLOCKED)
    await plan(store, campaign, [(rosa, None)])
    by_person = {delivery.person.id: delivery for delivery in await sent(store, campaign)}
    await store.record([outcome(by_person[ada.id])], 1)
    later = outcome(by_person[louis.id], DeliveryState.PLANNED, due=END, reason=NotReached.THROTTLED)
    never_left = outcome(by_person[marie.id], DeliveryState.PLANNED, due=END + MINUTE)
    await store.record([later, never_left], 1)
    await claim(store, campaign, holder=2, now=END)  # louis: claimed by one that dies

    assert sum((await store.reap(campaign.id, END - SECOND, END)).values()) == 1  # paul's lease has lapsed
    assert sum((await store.reap(campaign.id, END, END)).values()) == 3  # the claim is still held
    assert await state_of(store, campaign, louis) == DeliveryState.CLAIMED
    assert sum((await store.reap(campaign.id, END + LEASE, END)).values()) == 1
    assert {
        person.address: await state_of(store, campaign, person) for person in (ada, louis, marie, paul, rosa, zoe)
    } == {
        "ada@contoso.example": DeliveryState.DELIVERED,
        "louis@contoso.example": DeliveryState.EXPIRED,
        "marie@contoso.example": DeliveryState.EXPIRED,
        "paul@contoso.example": DeliveryState.UNCONFIRMED,
        "rosa@contoso.example": DeliveryState.UNREACHABLE,
        "zoe@contoso.example": DeliveryState.UNREACHABLE,
    }
    assert (await store.tally(campaign.id)).reasons == {
        NotReached.THROTTLED: 1,
        NotReached.SLOT_OVER: 1,
        NotReached.BOT_STOPPED: 1,
        NotReached.BLOCKED: 1,
        NotReached.NEVER_INSTALLED: 1,
    }
    await tallied_right(store, campaign)
    assert await store.finish(campaign.id, END + LEASE)


async def test_an_install_after_being_settled_wakes_nothing(store: Store) -> None:
    (ada,) = await install(store, "ada")
    (louis,) = await meet(store, CONTOSO, [Contact(address="louis@contoso.example")])
    campaign = await planned(store, [ada], waiting=[louis])
    await store.reap(campaign.id, END, END)
    await store.remember(sighting("louis", at=NOW))
    assert await state_of(store, campaign, louis) == DeliveryState.UNREACHABLE
    await tallied_right(store, campaign)


async def test_a_campaign_without_deliveries_has_nothing_to_tell(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await running(store, ada)
    assert await store.tally(campaign.id) == Tally(states={}, reasons={})
    assert await store.next_due(campaign.id) is None
    assert await claim(store, campaign) == []
    assert not await store.reap(campaign.id, END, END)


# --- a long run -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
async def test_counts_are_right_after_every_step_of_any_run(
    database: Database, store: Store, other: Store, seed: int
) -> None:
    """Two copies take random steps, one of them often dying with its leases; nobody is sent to twice."""
    rng = random.Random(seed)
    installed = await install(store, *(f"person{number}" for number in range(12)))
    contacts = await meet(store, CONTOSO, [Contact(address=f"late{number}@contoso.example") for number in range(4)])
    campaign = await planned(store, installed, waiting=contacts)
    left = Counter[int]()  # requests that left, by delivery, since it was last known not to have arrived
    now, late = NOW, list(range(4))
    for _ in range(20 if isinstance(database, MongoDatabase) else 60):
        now += timedelta(seconds=rng.randrange(40))
        some, holder = rng.choice([(store, 1), (other, 2)])
        match rng.randrange(5):
            case 0 | 1:
                claimed = await claim(some, campaign, holder, now, limit=rng.randrange(1, 5))
                marked = await some.mark_sending(claimed, holder, now + LEASE)
                left.update(marked)
                answered = [delivery for delivery in claimed if rng.random() < 0.7]
                settled = [
                    rng.choice([outcome, refused])(delivery)
                    if rng.random() < 0.6
                    else outcome(delivery, DeliveryState.PLANNED, due=now + MINUTE, reason=NotReached.OUTAGE)
                    for delivery in answered
                ]
                await some.record(settled, holder)
                for row in settled:
                    if row.state is DeliveryState.PLANNED:
                        left[row.id] -= 1
            case 2:
                claimed = await claim(some, campaign, holder, now, limit=2)
                await some.record(
                    [outcome(one, DeliveryState.PLANNED, due=now + MINUTE, attempted=False) for one in claimed], holder
                )
            case 3:
                await some.reap(campaign.id, now, END)
            case 4 if late:
                await some.remember(sighting(f"late{late.pop()}", at=now))
        await tallied_right(store, campaign)
        assert max(left.values(), default=0) <= 1
    now = max(now, END) + LEASE
    while await store.reap(campaign.id, now, END):
        pass
    await tallied_right(other, campaign)
    assert (await other.tally(campaign.id)).total == 16
    assert await other.finish(campaign.id, now)


async def test_what_the_lists_said_at_the_start_stays_with_the_delivery(store: Store) -> None:
    ada, louis, marie = await install(store, "ada", "louis", "marie")
    blank = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(blank, [ada.id], [{"SITE": "Lyon"}])
    team = await store.publish_list(blank, "Team", ["SITE"], deed=A_DEED)
    assert team is not None
    campaign = await running(store, ada)
    people, due = [ada.id, louis.id], [ms(NOW), ms(NOW)]
    columns = await store.columns_of(Audience(lists=(team.id,)), people)
    assert await store.plan(campaign.id, people, due, END, columns) == 2
    assert await store.plan(campaign.id, people, due, END, {louis.id: {"SITE": "Nice"}}) == 0
    assert await store.plan(campaign.id, [marie.id], None, END, {marie.id: {"SITE": "Brest"}}) == 1
    await store.dismiss(team.id, [ada.id], deed=A_DEED)
    await store.delete_list(team.id, deed=A_DEED)
    claimed = {delivery.person.id: delivery.columns for delivery in await claim(store, campaign, mark=True)}
    assert claimed == {ada.id: {"SITE": "Lyon"}, louis.id: {}}
    said = {ada.id: {"SITE": "Lyon"}, marie.id: {"SITE": "Brest"}}
    assert await store.delivery_columns(campaign.id, [marie.id, louis.id, ada.id, PersonId(999)]) == said
    assert await store.delivery_columns(campaign.id, [louis.id]) == {}


async def test_the_last_that_is_planned_is_not_one_that_waits_for_an_install(store: Store) -> None:
    people = await install(store, "ada", "louis", "marie")
    campaign = await running(store, people[0])
    assert await store.last_due(campaign.id, END) is None
    await plan(store, campaign, [(people[0], NOW), (people[1], NOW + 7 * MINUTE), (people[2], None)])
    assert await store.last_due(campaign.id, END) == NOW + 7 * MINUTE
    assert await store.last_due(campaign.id, NOW + 7 * MINUTE) == NOW
    await sent(store, campaign, limit=1)
    assert await store.last_due(campaign.id, NOW + 7 * MINUTE) is None
