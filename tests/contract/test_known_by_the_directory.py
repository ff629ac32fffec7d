"""What the directory says about people, and lists that are read from it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.records import (
    Audience,
    Channel,
    Contact,
    DeliveryState,
    DirectoryUser,
    NotReached,
    PersonId,
    Source,
    SourceKind,
)
from storage.store import Store
from tests.contract.world import (
    CONTOSO,
    END,
    FABRIKAM,
    NOW,
    install,
    plan,
    running,
    sighting,
    state_of,
    tallied_right,
)

GROUP = Source(kind=SourceKind.GROUP, id="11111111-2222-3333-4444-555555555555")
TEAM = Source(
    kind=SourceKind.TEAM, id="19:team@thread.tacv2", service_url="https://smba.example/emea/", bot="28:crieur"
)


def user(who: str, **more: object) -> DirectoryUser:
    known = DirectoryUser(
        directory_id=f"directory-{who}",
        addresses=(f"{who}@contoso.example",),
        given_name=who.title(),
        surname="Surname",
        name=f"{who.title()} Surname",
    )
    return replace(known, **more)  # type: ignore[arg-type]


async def test_a_page_of_the_directory_is_known_in_its_order_and_twice_is_once(store: Store) -> None:
    users = [user(who, language="fr-FR", zone="Europe/Paris", department="Sales") for who in ("zoe", "ada", "bob")]
    people = await store.know(CONTOSO, users, NOW)
    assert await store.know(CONTOSO, users, NOW) == people
    assert len(set(people)) == 3
    ada = await store.person(people[1])
    assert ada is not None and ada == await store.person_at(CONTOSO, "ADA@contoso.example")
    assert (ada.directory_id, ada.name, ada.given_name) == ("directory-ada", "Ada Surname", "Ada")
    assert (ada.locale, ada.zone, ada.department, ada.guest) == ("fr-FR", "Europe/Paris", "Sales", False)
    assert await store.know(CONTOSO, [], NOW) == []


async def test_the_directorys_word_is_kept_and_what_their_own_client_told_stays(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada", locale="en-GB", zone="Europe/London"))
    [known] = await store.know(
        CONTOSO, [user("ada", surname="King", language="fr-FR", zone="Europe/Paris", department="Engines")], NOW
    )
    assert known == ada.id
    now = await store.person(ada.id)
    assert now is not None
    assert (now.surname, now.department) == ("King", "Engines")
    assert (now.locale, now.zone) == ("en-GB", "Europe/London")
    await store.know(CONTOSO, [DirectoryUser(directory_id="directory-ada", guest=True)], NOW)
    now = await store.person(ada.id)
    assert now is not None
    assert (now.surname, now.department, now.guest) == ("King", "Engines", True), "what is not said changes nothing"
    assert (await store.reference(ada.id, Channel.TEAMS)) is not None


async def test_who_stood_in_a_list_by_address_becomes_the_directorys_person(store: Store) -> None:
    [contact] = await store.meet(CONTOSO, [Contact(address="ada@contoso.example")])
    [known] = await store.know(CONTOSO, [user("ada")], NOW)
    assert known == contact.id
    [alias] = await store.meet(CONTOSO, [Contact(address="countess@contoso.example")])
    made = await store.new_list(CONTOSO, contact.id, "Team", [alias.id])
    await store.know(CONTOSO, [user("ada", addresses=("ada@contoso.example", "countess@contoso.example"))], NOW)
    reachable, others = await store.recipients(CONTOSO, Audience(lists=(made.id,)), Channel.TEAMS)
    assert (list(reachable), list(others)) == ([], [contact.id])
    at = await store.person_at(CONTOSO, "countess@contoso.example")
    assert at is not None and at.id == contact.id


async def test_who_is_found_to_be_reachable_waits_no_more(store: Store) -> None:
    """Ada has installed; a list names her by an e-mail that only the directory knows to be hers."""
    ada, louis = await install(store, "ada", "louis")
    [alias] = await store.meet(CONTOSO, [Contact(address="countess@contoso.example")])
    campaign = await running(store, louis)
    await plan(store, campaign, [(alias, None)])
    await store.planned(campaign.id, NOW)
    assert await state_of(store, campaign, alias) == DeliveryState.WAITING
    later = NOW + timedelta(minutes=5)
    await store.know(CONTOSO, [user("ada", addresses=("ada@contoso.example", "countess@contoso.example"))], later)
    assert await state_of(store, campaign, ada) == DeliveryState.PLANNED
    assert await store.next_due(campaign.id) == later
    await tallied_right(store, campaign)


async def test_an_address_that_is_somebody_elses_stays_theirs(store: Store) -> None:
    [ada] = await store.know(CONTOSO, [user("ada")], NOW)
    [eve] = await store.know(CONTOSO, [user("eve", addresses=("ada@contoso.example",))], NOW)
    assert eve != ada
    at = await store.person_at(CONTOSO, "ada@contoso.example")
    assert at is not None and at.id == ada


async def test_two_users_with_one_address_are_two_people(store: Store) -> None:
    await store.meet(CONTOSO, [Contact(address="info@contoso.example")])
    shared = ("info@contoso.example",)
    people = await store.know(CONTOSO, [user("ada", addresses=shared), user("bob", addresses=shared)], NOW)
    assert len(set(people)) == 2


async def test_who_has_no_address_is_somebody_all_the_same(store: Store) -> None:
    people = await store.know(CONTOSO, [user("ada", addresses=()), user("bob", addresses=())], NOW)
    assert len(set(people)) == 2
    ada, _ = await store.remember(sighting("ada"))
    assert ada.id == people[0]


async def test_copies_that_read_the_directory_at_once_agree(store: Store, other: Store) -> None:
    users = [user(f"p{number}") for number in range(40)]
    pages = await asyncio.gather(*(some.know(CONTOSO, users, NOW) for some in (store, other, store, other)))
    assert all(page == pages[0] for page in pages)
    assert len(set(pages[0])) == 40


async def test_an_install_and_a_reading_at_once_make_one_person(store: Store, other: Store) -> None:
    for number in range(10):
        who = f"p{number}"
        (seen, _), [known] = await asyncio.gather(store.remember(sighting(who)), other.know(CONTOSO, [user(who)], NOW))
        assert seen.id == known
        assert await store.reference(PersonId(known), Channel.TEAMS) is not None


# --- lists that are read ----------------------------------------------------------------------


async def test_a_list_of_a_group_is_one_for_each_owner_and_of_a_team_one_for_all(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    mine = await store.list_from(CONTOSO, ada.id, "Marketing", GROUP)
    assert (mine.source, mine.read_at, mine.size, mine.owner) == (GROUP, None, 0, ada.id)
    assert await store.list_from(CONTOSO, ada.id, "Marketing", GROUP) == mine == await store.distribution_list(mine.id)
    theirs = await store.list_from(CONTOSO, louis.id, "Marketing", GROUP)
    assert theirs.id != mine.id
    team = await store.list_from(CONTOSO, ada.id, "Team", TEAM)
    moved = replace(TEAM, service_url="https://smba.example/amer/")
    again = await store.list_from(CONTOSO, louis.id, "Renamed", moved)
    assert again == replace(team, source=moved), "the newest way to ask for it is kept, and its name"
    assert (await store.list_from(FABRIKAM, ada.id, "Team", TEAM)).id != team.id
    assert {made.id for made in await store.lists(CONTOSO)} == {mine.id, theirs.id, team.id}


async def test_copies_that_make_a_teams_list_at_once_make_one(store: Store, other: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    made = await asyncio.gather(
        *(some.list_from(CONTOSO, owner.id, "Team", TEAM) for some in (store, other) for owner in (ada, louis))
    )
    assert len({found.id for found in made}) == 1
    assert len(await store.lists(CONTOSO)) == 1


async def test_a_reading_takes_the_place_of_the_one_before_and_says_when_it_began(store: Store) -> None:
    [ada] = await install(store, "ada")
    made = await store.list_from(CONTOSO, ada.id, "Marketing", GROUP)
    for number, names in enumerate((("ada", "bob"), ("bob", "eve", "zoe"))):
        blank = await store.blank_list(CONTOSO, ada.id)
        people = await store.know(CONTOSO, [user(who) for who in names], NOW)
        await store.enlist(blank, people)
        at = NOW + timedelta(minutes=number)
        found = await store.refill_list(made.id, blank, read_at=at)
        assert found is not None and (found.size, found.read_at, found.source) == (len(names), at, GROUP)
        members = await store.members(CONTOSO, Audience(lists=(made.id,)), Channel.TEAMS, 10)
        assert sorted(member.person.given_name for member in members) == [name.title() for name in names]


async def test_a_deleted_list_of_a_group_can_be_made_again(store: Store) -> None:
    [ada] = await install(store, "ada")
    made = await store.list_from(CONTOSO, ada.id, "Marketing", GROUP)
    await store.delete_list(made.id)
    again = await store.list_from(CONTOSO, ada.id, "Sales", GROUP)
    assert again.id != made.id and again.name == "Sales"
    assert [found.id for found in await store.lists(CONTOSO)] == [again.id]


# --- deliveries that ended before they began --------------------------------------------------


async def test_who_could_not_be_planned_ends_with_the_reason_and_who_was_stays(store: Store) -> None:
    people = await install(store, "ada", "bob", "eve")
    campaign = await running(store, people[0])
    await plan(store, campaign, [(people[0], NOW)])
    ids = [person.id for person in people]
    assert await store.plan_ended(campaign.id, ids, DeliveryState.EXPIRED, NotReached.LIST_NOT_READ, NOW) == 2
    assert await store.plan_ended(campaign.id, ids, DeliveryState.FAILED, NotReached.LIST_GONE, NOW) == 0
    assert await store.plan_ended(campaign.id, [], DeliveryState.FAILED, NotReached.LIST_GONE, NOW) == 0
    assert [await state_of(store, campaign, person) for person in people] == [
        DeliveryState.PLANNED,
        DeliveryState.EXPIRED,
        DeliveryState.EXPIRED,
    ]
    tally = await store.tally(campaign.id)
    assert tally.reasons == {NotReached.LIST_NOT_READ: 2}
    await tallied_right(store, campaign)
    await store.planned(campaign.id, NOW)
    assert not await store.finish(campaign.id, NOW), "one is still open"
    await store.reap(campaign.id, END, END)
    assert await store.finish(campaign.id, END)
