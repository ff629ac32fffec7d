"""Taking messages back: ordered once, due from its instant on, paged over what may be in people's chats."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage.port.store import Store
from storage.records import (
    AtEnd,
    Campaign,
    DeedKind,
    DeliveryState,
    End,
    FollowUp,
    NotReached,
    PersonId,
    Recall,
    StaleVersion,
    Until,
    campaign_life,
)
from storage.shared.recalls import begin_recall, forget_recall, recall_of, recall_under_way, save_recall
from tests.contract.world import END, MINUTE, NOW, drafted, frozen, install, outcome, planned, sent
from tests.support.deeds import A_DEED


async def done(store: Store, *names: str) -> Campaign:
    """Everybody has it but the last, of whom nobody knows."""
    people = await install(store, *names)
    campaign = await planned(store, people)
    claimed = sorted(await sent(store, campaign), key=lambda one: one.person.id)
    broke = outcome(claimed[-1], DeliveryState.UNCONFIRMED, reason=NotReached.CONNECTION_BROKE)
    await store.record([*(outcome(one, activity=f"m-{one.person.id}") for one in claimed[:-1]), broke], 1)
    assert await store.finish(campaign.id, END)
    current = await store.campaign(campaign.id)
    assert current is not None
    return current


async def test_it_is_due_from_its_instant_on_until_it_has_been_done(store: Store) -> None:
    campaign = await done(store, "ada", "louis")
    later = await store.recall(campaign, END + MINUTE, deletes=False, deed=A_DEED)
    assert (later.version, later.recall_at, later.recall_by) == (campaign.version + 1, END + MINUTE, A_DEED.by)
    assert await store.due_recalls(END) == []
    assert await store.due_recalls(END + MINUTE) == [later]
    await store.recalled(campaign.id, END + 2 * MINUTE)
    assert await store.due_recalls(END + 9 * MINUTE) == []
    now = await store.campaign(campaign.id)
    assert now is not None and now.recalled_at == END + 2 * MINUTE
    with pytest.raises(StaleVersion):
        await store.recall(now, END, deletes=True, deed=replace(A_DEED, at=END + 3 * MINUTE))


async def test_what_an_end_has_changed_can_be_taken_back_from_an_instant_of_its_own(store: Store) -> None:
    [ada, *_] = await install(store, "ada")
    whole = replace(frozen(), end=End(at=END + MINUTE, does=AtEnd.CLOSE))
    campaign = await store.save(campaign_life.schedule(await drafted(store, ada, "News"), whole), deed=A_DEED)
    assert await store.start(campaign.id, NOW)
    await store.planned(campaign.id, NOW)
    assert await store.finish(campaign.id, END)
    begun = await store.campaign(campaign.id)
    assert begun is not None and begun.recall_at == END + MINUTE
    now = END + 9 * MINUTE
    with pytest.raises(StaleVersion):
        await store.recall(begun, now, deletes=True, deed=replace(A_DEED, at=now))
    closing = await begin_recall(
        store, Recall(campaign=campaign.id, due_at=begun.recall_at, began_at=END + MINUTE, total=2)
    )
    await store.recalled(campaign.id, END + 2 * MINUTE)
    closed = await store.campaign(campaign.id)
    assert closed is not None and closed.ended_in_chats and await store.due_recalls(now) == []
    assert await recall_under_way(store, closed) == closing
    again = await store.recall(closed, END + MINUTE, deletes=True, deed=replace(A_DEED, at=now))
    assert again.recall_at is not None and again.recall_at > END + MINUTE and again.recalled_at is None
    assert await store.due_recalls(now) == [again] and again.recall_does is AtEnd.DELETE
    assert await recall_under_way(store, again) is None, "what is known is of the closing"
    await begin_recall(store, Recall(campaign=campaign.id, due_at=again.recall_at, began_at=now, total=2))
    assert await recall_under_way(store, again) is not None
    with pytest.raises(StaleVersion):
        await store.recall(again, now, deletes=True, deed=replace(A_DEED, at=now))
    await store.recalled(campaign.id, now)
    taken_back = await store.campaign(campaign.id)
    assert taken_back is not None and not taken_back.ended_in_chats


async def test_an_end_is_due_once_its_campaign_is_done_and_rounds_stop_before_it(store: Store) -> None:
    [ada, *_] = await install(store, "ada", "louis")
    follow_up, end = FollowUp(until=Until.OPENED, after=1, rounds=3), End(at=END + 9 * MINUTE, does=AtEnd.LINE)
    whole = replace(frozen(), end=end, follow_up=follow_up)
    draft = await drafted(store, ada, "News")
    campaign = await store.save(campaign_life.schedule(draft, whole), deed=A_DEED)
    assert campaign.recall_at is None
    assert await store.start(campaign.id, NOW)
    assert await store.due_recalls(END + 10 * MINUTE) == [], "it runs"
    await store.planned(campaign.id, NOW)
    assert await store.finish(campaign.id, END)
    current = await store.campaign(campaign.id)
    assert current is not None and (current.recall_at, current.recall_does) == (end.at, AtEnd.LINE)
    assert await store.due_recalls(END + 8 * MINUTE) == []
    assert await store.due_recalls(end.at) == [current]
    assert await store.due_sequels(END) == [current], "a round may come before the end"
    assert current.sequels is not None
    after = replace(current.sequels, last_at=END, next_at=end.at)
    await store.make_sequel(current, after, None, deed=A_DEED)
    assert await store.due_sequels(END + 20 * MINUTE) == [], "and none from it on"


async def test_rounds_stop_once_its_messages_are_taken_back_before_its_end(store: Store) -> None:
    [ada, *_] = await install(store, "ada", "louis")
    follow_up, end = FollowUp(until=Until.OPENED, after=1, rounds=3), End(at=END + 9 * MINUTE, does=AtEnd.LINE)
    whole = replace(frozen(), end=end, follow_up=follow_up)
    campaign = await store.save(campaign_life.schedule(await drafted(store, ada, "News"), whole), deed=A_DEED)
    assert await store.start(campaign.id, NOW)
    await store.planned(campaign.id, NOW)
    assert await store.finish(campaign.id, END)
    current = await store.campaign(campaign.id)
    assert current is not None and current.sequels is not None
    recalling = await store.recall(current, END + MINUTE, deletes=True, deed=replace(A_DEED, at=END))
    assert recalling.recall_does is AtEnd.DELETE
    assert await store.due_sequels(END + 20 * MINUTE) == []
    after = replace(current.sequels, last_at=END, next_at=None)
    assert await store.make_sequel(current, after, None, deed=A_DEED) is None
    assert await store.due_recalls(END + MINUTE) == [recalling]


async def test_what_is_to_go_is_due_until_it_is_gone_and_goes_no_other_way(store: Store) -> None:
    campaign = await done(store, "ada", "louis")
    deed = replace(A_DEED, kind=DeedKind.DELETED, at=END)
    recalling = await store.recall(campaign, NOW, deletes=True, deed=A_DEED)
    with pytest.raises(StaleVersion):
        await store.delete_campaign(recalling, deed=deed)
    with pytest.raises(StaleVersion):
        await store.delete_campaign(campaign, deed=deed)
    await store.recalled(campaign.id, END)
    [due] = await store.due_recalls(END)
    await store.delete_campaign(due, deed=deed)
    assert await store.due_recalls(END) == []


async def test_two_at_once_order_it_once(store: Store, other: Store) -> None:
    campaign = await done(store, "ada", "louis")
    orders = (some.recall(campaign, NOW, deletes=True, deed=A_DEED) for some in (store, other) * 3)
    answers = await asyncio.gather(*orders, return_exceptions=True)
    assert sum(isinstance(answer, Campaign) for answer in answers) == 1
    assert all(isinstance(answer, Campaign | StaleVersion) for answer in answers), answers


async def test_messages_are_paged_with_the_way_to_their_chats(store: Store) -> None:
    campaign = await done(store, "ada", "louis", "marie", "grace")
    first = await store.sent_messages(campaign.id, 0, 3)
    rest = await store.sent_messages(campaign.id, first[-1].person, 3)
    assert [len(first), len(rest)] == [3, 1]
    assert [one.activity for one in [*first, *rest]] == [*(f"m-{one.person}" for one in first), ""]
    assert rest[0].state is DeliveryState.UNCONFIRMED
    for one in first:
        assert one.reference == await store.reference(one.person, campaign.channel)
    assert await store.sent_messages(campaign.id, rest[0].person, 3) == []


async def test_how_far_it_has_come_is_changed_by_one_at_a_time(store: Store, other: Store) -> None:
    campaign = await done(store, "ada", "louis")
    assert await recall_of(store, campaign.id) is None
    begun = await save_recall(store, Recall(campaign=campaign.id, began_at=NOW, total=2))
    assert await recall_of(other, campaign.id) == begun
    further = await save_recall(other, replace(begun, cursor=PersonId(7), taken_back=1))
    with pytest.raises(StaleVersion):
        await save_recall(store, replace(begun, cursor=PersonId(9)))
    assert await recall_of(store, campaign.id) == further
    await forget_recall(store, campaign.id)
    assert await recall_of(other, campaign.id) is None
