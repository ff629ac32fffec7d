"""Replies wait for their author, each once, on either store; whoever is erased takes theirs with them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage.port.store import Store
from storage.records import CampaignId, PersonId
from storage.shared.replies import (
    EVERY,
    KEPT,
    SOON,
    Reply,
    brought,
    forget_replies,
    gathered_of,
    keep_reply,
    with_replies,
)
from tests.contract.world import NOW, drafted, install
from tests.support.deeds import A_DEED

ONE = CampaignId(1)


def reply(number: int, words: str = "Thank you", person: int = 7) -> Reply:
    return Reply(person=PersonId(person), at=NOW + timedelta(seconds=number), words=words, cause=f"activity {number}")


async def test_each_is_kept_once_and_brought_together(store: Store) -> None:
    assert await with_replies(store) == [] and (await gathered_of(store, ONE)).due_at is None
    for number in (1, 2, 2, 1):  # an activity that comes again
        await keep_reply(store, ONE, reply(number, "x" * 10_000))
    gathered = await gathered_of(store, ONE)
    assert [one.at for one in gathered.replies] == [NOW + timedelta(seconds=number) for number in (1, 2)]
    assert all(len(one.words) == 500 for one in gathered.replies)
    assert gathered.due_at == NOW + timedelta(seconds=1) + SOON
    assert await with_replies(store) == [ONE]
    await keep_reply(store, ONE, reply(3))  # while the card is on its way
    await brought(store, gathered, 8, NOW + SOON)
    left = await gathered_of(store, ONE)
    assert [one.cause for one in left.replies] == ["activity 3"] and left.number == 2
    assert left.due_at == NOW + SOON + EVERY, "not again at once"
    await forget_replies(store, left)
    assert await with_replies(store) == [] and (await gathered_of(store, ONE)).replies == ()


async def test_many_at_once_are_all_kept(store: Store, other: Store) -> None:
    some = [store, other]
    await asyncio.gather(*(keep_reply(some[number % 2], ONE, reply(number)) for number in range(8)))
    assert len((await gathered_of(store, ONE)).replies) == 8


async def test_a_crowd_is_counted(store: Store) -> None:
    for number in range(KEPT + 3):
        await keep_reply(store, ONE, reply(number))
    gathered = await gathered_of(store, ONE)
    assert (len(gathered.replies), gathered.more) == (KEPT, 3)


async def test_who_is_erased_takes_their_replies_with_them(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await drafted(store, ada)
    await keep_reply(store, campaign.id, reply(1, "mine", louis.id))
    await keep_reply(store, campaign.id, reply(2, "hers", ada.id))
    await keep_reply(store, campaign.id, reply(3, "ask louis@contoso.example", ada.id))
    [kept] = await store.kept_of("louis@contoso.example")
    assert "mine" in str(kept) and "hers" not in str(kept)
    await store.erase("louis@contoso.example", deed=A_DEED)
    assert [one.words for one in (await gathered_of(store, campaign.id)).replies] == ["hers"]
