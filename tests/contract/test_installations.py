"""Installing the bot for people: one at a time for the same, kept as far as it has come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    Channel,
    DeliveryState,
    DirectoryUser,
    Halt,
    Installation,
    InstallationId,
    ListId,
    NotInstalled,
    NotReached,
    Person,
    PersonId,
    Reach,
    Reference,
    StaleVersion,
)
from tests.contract.world import CONTOSO, FABRIKAM, NOW, install, plan, running, sighting

MANY = Audience(lists=(ListId(7), ListId(3)), except_lists=(ListId(1),))


async def begun(store: Store, audience: Audience = MANY) -> Installation:
    return await store.new_installation(CONTOSO, PersonId(1), "Marketing", audience, 12, NOW)


async def test_what_has_begun_is_open_until_it_has_ended(store: Store) -> None:
    first = await begun(store)
    assert (first.version, first.total, first.done, first.finished_at) == (1, 12, 0, None)
    other = await begun(store, Audience(everyone=True))
    assert await store.open_installations() == [first, other]
    assert await store.installation(first.id) == first
    further = await store.save_installation(
        replace(
            first,
            cursor=99,
            installed=5,
            repaired=2,
            failed={NotInstalled.NOT_ALLOWED: 3},
            again_at=NOW,
            halt=Halt.NOT_ALLOWED,
            permission="X",
            card="4711",
        )
    )
    assert (further.version, further.done) == (2, 10)
    assert await store.installation(first.id) == further
    ended = await store.save_installation(replace(further, finished_at=NOW))
    assert await store.open_installations() == [other]
    assert await store.installation(first.id) == ended
    assert await store.installation(InstallationId(999)) is None


async def test_the_same_people_are_seen_to_once_at_a_time(store: Store) -> None:
    first = await begun(store)
    same = replace(MANY, lists=tuple(reversed(MANY.lists)))
    assert await begun(store, same) == first
    assert (await store.new_installation(FABRIKAM, PersonId(1), "Theirs", MANY, 1, NOW)).id != first.id
    await store.save_installation(replace(first, finished_at=NOW))
    again = await begun(store)
    assert again.id != first.id
    assert [installation.id for installation in await store.open_installations()][-1] == again.id


async def test_presses_on_two_copies_begin_one(store: Store, other: Store) -> None:
    begun_at_once = await asyncio.gather(*(begun(some) for some in (store, other) * 4))
    assert len({installation.id for installation in begun_at_once}) == 1
    assert len(await store.open_installations()) == 1


async def test_who_is_behind_does_not_overwrite(store: Store) -> None:
    first = await begun(store)
    await store.save_installation(replace(first, cursor=5))
    with pytest.raises(StaleVersion):
        await store.save_installation(replace(first, cursor=3))
    kept = await store.installation(first.id)
    assert kept is not None and kept.cursor == 5


# --- who has it now ---------------------------------------------------------------------------


def way_to(person: PersonId, conversation: str = "chat-new") -> Reference:
    return Reference(
        person=person,
        channel=Channel.TEAMS,
        service_url="https://smba.example/emea/",
        conversation=conversation,
        bot="28:crieur",
        user="directory-bob",
        tenant=CONTOSO,
    )


async def test_for_whom_it_was_installed_can_be_written_to_and_what_waited_is_due(store: Store) -> None:
    [ada] = await install(store, "ada")
    [bob] = await store.know(CONTOSO, [DirectoryUser(directory_id="directory-bob")], NOW)
    campaign = await running(store, ada)
    await plan(store, campaign, [(Person(id=bob, tenant=CONTOSO, address=""), None)])
    await store.planned(campaign.id, NOW)
    later = NOW + timedelta(minutes=1)
    for _ in range(2):
        await store.installed_for(way_to(bob), later)
    assert await store.reference(bob, Channel.TEAMS) == replace(way_to(bob), installed_at=later)
    assert await store.reach(CONTOSO, Audience(everyone=True), Channel.TEAMS) == Reach(total=2, reachable=2)
    assert await store.delivery_state(campaign.id, bob) == DeliveryState.PLANNED
    assert await store.next_due(campaign.id) == later
    person, newly = await store.remember(sighting("bob"))
    assert (person.id, newly) == (bob, False)
    reference = await store.reference(bob, Channel.TEAMS)
    assert reference is not None and reference.user == "29:bob", "their own client's word is kept from here on"


async def test_what_a_person_has_told_stays(store: Store) -> None:
    [bob] = await install(store, "bob")
    await store.installed_for(way_to(bob.id), NOW)
    reference = await store.reference(bob.id, Channel.TEAMS)
    assert reference is not None and reference.conversation == "chat-bob"
    await store.lose(CONTOSO, Channel.TEAMS, "29:bob", NotReached.BLOCKED)
    await store.installed_for(way_to(bob.id), NOW)
    reference = await store.reference(bob.id, Channel.TEAMS)
    assert reference is not None and reference.broken is NotReached.BLOCKED
    await store.lose(CONTOSO, Channel.TEAMS, "29:bob", NotReached.NEVER_INSTALLED)
    await store.installed_for(way_to(bob.id), NOW)
    reference = await store.reference(bob.id, Channel.TEAMS)
    assert reference is not None
    assert (reference.broken, reference.conversation, reference.user) == (None, "chat-new", "29:bob")
