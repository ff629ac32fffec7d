"""What has come in: leased before it is done, marked after, forgotten after a while."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage.port.store import Store
from storage.records import Arrival, Begun, Channel, Progress, Standing
from tests.contract.conftest import Database
from tests.contract.world import CONTOSO, LEASE, NOW, sighting
from tests.support.deeds import A_DEED, caused_by


def arrival(key: str = "first") -> Arrival:
    return Arrival(key=key, sender="msteams contoso 29:ada", told_at=NOW)


def done(key: str = "first", holder: int = 1, response: bytes = b"", posted: int = 0) -> Progress:
    return Progress(key=key, holder=holder, posted=posted, until=NOW, done=True, response=response)


async def begin(store: Store, holder: int, key: str = "first", after: timedelta = timedelta()) -> Begun:
    return await store.begin_activity(arrival(key), holder, NOW + after, NOW + after + LEASE)


async def test_an_activity_is_leased_once_and_answered_from_what_was_kept(store: Store) -> None:
    assert await begin(store, 1) == Begun(standing=Standing.OURS)
    assert (await begin(store, 2)).standing is Standing.AT_WORK
    assert (await begin(store, 2, "other")).standing is Standing.OURS
    await store.keep_progress([done(response=b"card", posted=2)])
    assert await begin(store, 3) == Begun(standing=Standing.DONE, posted=2, response=b"card")
    assert (await begin(store, 3, after=LEASE * 10)).standing is Standing.DONE, "it stays done"


async def test_of_many_at_once_one_does_it(store: Store) -> None:
    begun = await asyncio.gather(*(begin(store, holder) for holder in range(1, 9)))
    assert [one.standing for one in begun].count(Standing.OURS) == 1


async def test_a_lapsed_lease_is_taken_and_its_holder_changes_nothing_any_more(store: Store) -> None:
    await begin(store, 1)
    await store.keep_progress([Progress(key="first", holder=1, posted=1, until=NOW + LEASE)])
    assert await begin(store, 2, after=LEASE) == Begun(standing=Standing.OURS, posted=1)
    await store.keep_progress([done(holder=1, response=b"late", posted=7)])
    assert (await begin(store, 3, after=LEASE)).standing is Standing.AT_WORK
    await store.keep_progress([done(holder=2, response=b"card", posted=1), done(key="unknown")])
    assert await begin(store, 3) == Begun(standing=Standing.DONE, posted=1, response=b"card")


async def test_a_renewed_lease_holds(store: Store) -> None:
    await begin(store, 1)
    await store.keep_progress([Progress(key="first", holder=1, posted=0, until=NOW + 3 * LEASE)])
    assert (await begin(store, 2, after=2 * LEASE)).standing is Standing.AT_WORK


async def test_what_an_activity_makes_is_made_once(store: Store) -> None:
    ada = (await store.remember(sighting("ada")))[0].id
    await begin(store, 1)
    drafts = [
        await store.new_campaign(CONTOSO, ada, name, Channel.TEAMS, NOW, deed=caused_by("first"))
        for name in ("One", "Again")
    ]
    assert drafts[0] == drafts[1] and drafts[0].name == "One"
    lists = [await store.new_list(CONTOSO, ada, name, [ada], deed=caused_by("first")) for name in ("Team", "Again")]
    assert lists[0] == lists[1] and lists[0].size == 1
    templates = [
        await store.new_template(CONTOSO, ada, name, Channel.TEAMS, {}, NOW, shared=False, deed=caused_by("first"))
        for name in ("Letter", "Again")
    ]
    assert templates[0] == templates[1]
    assert await store.made_by("first", "campaign") == drafts[0].id
    assert await store.made_by("first", "list") == lists[0].id
    assert await store.made_by("first", "template") == templates[0].id
    assert await store.made_by("other", "list") is None and await store.made_by("", "list") is None
    await begin(store, 1, "second")
    assert (await store.new_campaign(CONTOSO, ada, "Two", Channel.TEAMS, NOW, deed=caused_by("second"))).id != drafts[
        0
    ].id
    assert await store.count_campaigns(CONTOSO) == 2 and len(await store.lists(CONTOSO)) == 1


async def test_a_list_that_an_activity_fills_is_one_whether_it_is_seen_yet_or_not(store: Store) -> None:
    ada = (await store.remember(sighting("ada")))[0].id
    await begin(store, 1)
    blank = await store.blank_list(CONTOSO, ada, cause="first")
    assert await store.blank_list(CONTOSO, ada, cause="first") == blank
    await store.fill_blank(blank, [ada])
    await store.publish_list(blank, "Team", deed=A_DEED)
    assert await store.blank_list(CONTOSO, ada, cause="first") == blank
    await store.fill_blank(blank, [ada])
    assert [(one.id, one.size) for one in await store.lists(CONTOSO)] == [(blank, 1)]


async def test_they_are_forgotten_step_by_step(store: Store) -> None:
    for number in range(5):
        await begin(store, 1, f"old-{number}")
    await begin(store, 1, "new", after=timedelta(hours=1))
    before = NOW + timedelta(minutes=1)
    gone = [await store.forget_activities(before, 2) for _ in range(4)]
    assert gone == [2, 2, 1, 0]
    assert (await begin(store, 2, "new", after=timedelta(hours=1))).standing is Standing.AT_WORK
    assert (await begin(store, 2, "old-1")).standing is Standing.OURS


async def test_they_survive_another_opening(database: Database) -> None:
    first = database.store()
    await first.open()
    await begin(first, 1)
    await first.keep_progress([done(response=b"card")])
    await first.close()
    second = database.store()
    await second.open()
    assert (await begin(second, 2)).response == b"card"
    await second.close()
