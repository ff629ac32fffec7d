"""Distribution lists, and who stands behind an audience."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.records import (
    Audience,
    CampaignState,
    Channel,
    Contact,
    ListId,
    ListInUse,
    Member,
    NotReached,
    Person,
    Reach,
)
from storage.store import Store
from tests.contract.world import CONTOSO, FABRIKAM, NOW, drafted, install, scheduled, sighting


async def mixed(store: Store) -> tuple[list[Person], list[Person]]:
    """(who has installed, who stands in lists only)."""
    installed = await install(store, "ada", "louis", "marie")
    contacts = await store.meet(
        CONTOSO, [Contact(address=f"{name}@contoso.example", surname=name.title()) for name in ("zoe", "bob")]
    )
    return installed, contacts


async def test_a_list_is_kept_with_each_person_once(store: Store) -> None:
    (ada, louis, _), _ = await mixed(store)
    made = await store.new_list(CONTOSO, ada.id, "Team", [louis.id, ada.id, louis.id])
    assert (made.name, made.owner, made.tenant, made.size) == ("Team", ada.id, CONTOSO, 2)
    assert await store.distribution_list(made.id) == made
    assert await store.distribution_list(ListId(999)) is None


async def test_an_empty_list_is_a_list(store: Store) -> None:
    (ada,) = await install(store, "ada")
    made = await store.new_list(CONTOSO, ada.id, "Nobody", [])
    assert made.size == 0
    assert await store.reach(CONTOSO, Audience(lists=(made.id,)), Channel.TEAMS) == Reach(total=0, reachable=0)


async def test_lists_come_by_name_in_any_letter_case(store: Store) -> None:
    (ada,) = await install(store, "ada")
    for name in ("beta", "Alpha", "gamma", "Beta"):
        await store.new_list(CONTOSO, ada.id, name, [ada.id])
    await store.new_list(FABRIKAM, ada.id, "theirs", [ada.id])
    assert [made.name for made in await store.lists(CONTOSO)] == ["Alpha", "beta", "Beta", "gamma"]


async def test_an_audience_counts_each_person_once(store: Store) -> None:
    (ada, louis, marie), (zoe, bob) = await mixed(store)
    await store.lose(CONTOSO, Channel.TEAMS, "29:marie", NotReached.BLOCKED)
    first = await store.new_list(CONTOSO, ada.id, "First", [ada.id, marie.id, zoe.id])
    second = await store.new_list(CONTOSO, ada.id, "Second", [zoe.id, bob.id, ada.id, louis.id])
    both = Audience(lists=(first.id, second.id))
    assert await store.reach(CONTOSO, both, Channel.TEAMS) == Reach(total=5, reachable=2)
    reachable, others = await store.recipients(CONTOSO, both, Channel.TEAMS)
    assert sorted(reachable) == [ada.id, louis.id]
    assert sorted(others) == sorted([marie.id, zoe.id, bob.id])
    assert await store.reach(CONTOSO, both, Channel.SKYPE) == Reach(total=5, reachable=0)


async def test_everyone_is_who_can_be_reached_on_the_channel(store: Store) -> None:
    (ada, louis, _), _ = await mixed(store)
    await store.lose(CONTOSO, Channel.TEAMS, "29:marie", NotReached.UNINSTALLED)
    await store.remember(sighting("stranger", tenant=FABRIKAM))
    everyone = Audience(everyone=True)
    assert await store.reach(CONTOSO, everyone, Channel.TEAMS) == Reach(total=2, reachable=2)
    reachable, others = await store.recipients(CONTOSO, everyone, Channel.TEAMS)
    assert (sorted(reachable), list(others)) == ([ada.id, louis.id], [])
    assert await store.reach(CONTOSO, everyone, Channel.SKYPE) == Reach(total=0, reachable=0)


async def test_members_come_in_pages_by_name_with_their_reach(store: Store) -> None:
    (ada, louis, marie), (zoe, bob) = await mixed(store)
    await store.lose(CONTOSO, Channel.TEAMS, "29:louis", NotReached.BLOCKED)
    made = await store.new_list(CONTOSO, ada.id, "All", [person.id for person in (zoe, marie, ada, bob, louis)])
    audience = Audience(lists=(made.id,))
    by_name = [
        Member(person=bob, reachable=False),  # Bob
        Member(person=ada, reachable=True),  # Surname, Ada
        Member(person=louis, reachable=False),
        Member(person=marie, reachable=True),
        Member(person=zoe, reachable=False),  # Zoe
    ]
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 10) == by_name
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 2) == by_name[:2]
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 2, 2) == by_name[2:4]
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 2, 4) == by_name[4:]
    everyone = await store.members(CONTOSO, Audience(everyone=True), Channel.TEAMS, 10)
    assert everyone == [by_name[1], by_name[3]]


async def test_members_of_overlapping_lists_come_once(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    lists = [await store.new_list(CONTOSO, ada.id, name, [louis.id, ada.id]) for name in ("One", "Two")]
    members = await store.members(CONTOSO, Audience(lists=tuple(made.id for made in lists)), Channel.TEAMS, 10)
    assert [member.person for member in members] == [ada, louis]


async def test_names_are_ordered_in_any_letter_case(store: Store) -> None:
    for surname in ("beta", "Alpha", "Gamma"):
        await store.remember(sighting(surname.lower(), surname=surname))
    members = await store.members(CONTOSO, Audience(everyone=True), Channel.TEAMS, 10)
    assert [member.person.surname for member in members] == ["Alpha", "beta", "Gamma"]


async def test_another_tenants_list_is_empty_to_us(store: Store) -> None:
    (ada,) = await install(store, "ada")
    theirs = await store.new_list(FABRIKAM, ada.id, "Theirs", [ada.id])
    audience = Audience(lists=(theirs.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=0, reachable=0)
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 10) == []


async def test_a_large_audience_is_read_whole(store: Store) -> None:
    (ada,) = await install(store, "ada")
    met = await store.meet(CONTOSO, [Contact(address=f"p{number}@contoso.example") for number in range(1_500)])
    made = await store.new_list(CONTOSO, ada.id, "Many", [ada.id, *(person.id for person in met)])
    audience = Audience(lists=(made.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1_501, reachable=1)
    reachable, others = await store.recipients(CONTOSO, audience, Channel.TEAMS)
    assert list(reachable) == [ada.id]
    assert sorted(others) == sorted(person.id for person in met)


async def test_a_deleted_list_is_gone_and_its_id_is_never_given_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    made = await store.new_list(CONTOSO, ada.id, "Team", [ada.id])
    await store.delete_list(made.id)
    assert await store.distribution_list(made.id) is None
    assert await store.lists(CONTOSO) == []
    assert await store.reach(CONTOSO, Audience(lists=(made.id,)), Channel.TEAMS) == Reach(total=0, reachable=0)
    await store.delete_list(made.id)  # twice is once
    assert (await store.new_list(CONTOSO, ada.id, "Team", [ada.id])).id != made.id


async def test_a_list_in_use_stays_until_its_campaigns_have_ended(store: Store) -> None:
    (ada,) = await install(store, "ada")
    made = await store.new_list(CONTOSO, ada.id, "Team", [ada.id])
    spare = await store.new_list(CONTOSO, ada.id, "Spare", [ada.id])
    audience = Audience(lists=(made.id,))
    first = await scheduled(store, ada, audience, name="First")
    await store.start(first.id, NOW)
    second = await scheduled(store, ada, audience, name="Second")
    with pytest.raises(ListInUse) as refused:
        await store.delete_list(made.id)
    assert sorted(refused.value.campaigns) == ["First", "Second"]
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=1)
    await store.delete_list(spare.id)

    await store.save(replace(second, state=CampaignState.DRAFT))
    await store.planned(first.id, NOW)
    assert await store.finish(first.id, NOW)
    await store.delete_list(made.id)
    assert await store.distribution_list(made.id) is None


async def test_a_draft_does_not_hold_a_list(store: Store) -> None:
    (ada,) = await install(store, "ada")
    made = await store.new_list(CONTOSO, ada.id, "Team", [ada.id])
    await store.save(replace(await drafted(store, ada), audience=Audience(lists=(made.id,))))
    await store.delete_list(made.id)
