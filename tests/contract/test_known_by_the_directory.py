"""What the directory says about people, and lists that are read from it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.port.store import Store
from storage.records import (
    Audience,
    Channel,
    Contact,
    DeliveryState,
    DirectoryUser,
    NotReached,
    Person,
    PersonId,
    Reach,
    Source,
    SourceKind,
)
from tests.contract.world import (
    CONTOSO,
    END,
    FABRIKAM,
    NOW,
    install,
    meet,
    outcome,
    plan,
    running,
    sent,
    sighting,
    state_of,
    tallied_right,
)
from tests.support.deeds import A_DEED

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
        CONTOSO,
        [user("ada", surname="King", language="fr-FR", zone="Europe/Paris", department="Engines", manager="A B")],
        NOW,
    )
    assert known == ada.id
    now = await store.person(ada.id)
    assert now is not None
    assert (now.surname, now.department, now.manager) == ("King", "Engines", "A B")
    assert (now.locale, now.zone) == ("en-GB", "Europe/London")
    await store.know(CONTOSO, [DirectoryUser(directory_id="directory-ada", guest=True)], NOW)
    now = await store.person(ada.id)
    assert now is not None
    assert (now.surname, now.department, now.guest) == ("King", "Engines", True), "what is not said changes nothing"
    await store.know(CONTOSO, [DirectoryUser(directory_id="directory-ada", guest=None)], NOW)
    now = await store.person(now.id)
    assert now is not None and now.guest, "null is unknown"
    assert (await store.reference(ada.id, Channel.TEAMS)) is not None


async def test_who_stood_in_a_list_by_address_becomes_the_directorys_person(store: Store) -> None:
    [contact] = await meet(store, CONTOSO, [Contact(address="ada@contoso.example")])
    [known] = await store.know(CONTOSO, [user("ada")], NOW)
    assert known == contact.id
    [alias] = await meet(store, CONTOSO, [Contact(address="countess@contoso.example")])
    team = await store.new_list(CONTOSO, contact.id, "Team", [alias.id], deed=A_DEED)
    await store.know(CONTOSO, [user("ada", addresses=("ada@contoso.example", "countess@contoso.example"))], NOW)
    reachable, others = await store.recipients(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS)
    assert (list(reachable), list(others)) == ([], [contact.id])
    at = await store.person_at(CONTOSO, "countess@contoso.example")
    assert at is not None and at.id == contact.id


async def test_who_is_found_to_be_reachable_waits_no_more(store: Store) -> None:
    """Ada has installed; a list names her by an e-mail that only the directory knows to be hers."""
    ada, louis = await install(store, "ada", "louis")
    [alias] = await meet(store, CONTOSO, [Contact(address="countess@contoso.example")])
    campaign = await running(store, louis)
    await plan(store, campaign, [(alias, None)])
    await store.planned(campaign.id, NOW)
    assert await state_of(store, campaign, alias) == DeliveryState.WAITING
    later = NOW + timedelta(minutes=5)
    await store.know(CONTOSO, [user("ada", addresses=("ada@contoso.example", "countess@contoso.example"))], later)
    assert await state_of(store, campaign, ada) == DeliveryState.PLANNED
    assert await store.next_due(campaign.id) == later
    await tallied_right(store, campaign)


async def test_an_address_that_passed_on_is_its_new_owners(store: Store) -> None:
    [ada] = await store.know(CONTOSO, [user("ada")], NOW)
    [eve] = await store.know(CONTOSO, [user("eve", addresses=("ada@contoso.example",))], NOW)
    assert eve != ada
    at = await store.person_at(CONTOSO, "ada@contoso.example")
    assert at is not None and at.id == eve
    await store.know(CONTOSO, [user("ada", addresses=("ada.king@contoso.example",))], NOW)
    at = await store.person_at(CONTOSO, "ada.king@contoso.example")
    assert at is not None and (at.id, at.address) == (ada, "ada.king@contoso.example")


async def test_somebodys_first_address_is_not_taken_by_another_as_a_second(store: Store) -> None:
    [ada] = await store.know(CONTOSO, [user("ada")], NOW)
    shared = ("eve@contoso.example", "ada@contoso.example")
    for _ in range(2):
        await store.know(CONTOSO, [user("eve", addresses=shared)], NOW)
        at = await store.person_at(CONTOSO, "ada@contoso.example")
        assert at is not None and at.id == ada


async def test_two_users_with_one_address_are_two_people(store: Store) -> None:
    await meet(store, CONTOSO, [Contact(address="info@contoso.example")])
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
    mine = await store.list_from(CONTOSO, ada.id, "Marketing", GROUP, deed=A_DEED)
    assert (mine.source, mine.read_at, mine.size, mine.owner) == (GROUP, None, 0, ada.id)
    assert (
        await store.list_from(CONTOSO, ada.id, "Marketing", GROUP, deed=A_DEED)
        == mine
        == await store.distribution_list(mine.id)
    )
    theirs = await store.list_from(CONTOSO, louis.id, "Marketing", GROUP, deed=A_DEED)
    assert theirs.id != mine.id
    team = await store.list_from(CONTOSO, ada.id, "Team", TEAM, deed=A_DEED)
    moved = replace(TEAM, service_url="https://smba.example/amer/")
    again = await store.list_from(CONTOSO, louis.id, "Renamed", moved, deed=A_DEED)
    assert again == replace(team, source=moved), "the newest way to ask for it is kept, and its name"
    assert (await store.list_from(FABRIKAM, ada.id, "Team", TEAM, deed=A_DEED)).id != team.id
    assert {one.id for one in await store.lists(CONTOSO)} == {mine.id, theirs.id, team.id}


async def test_copies_that_make_a_teams_list_at_once_make_one(store: Store, other: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    answers = await asyncio.gather(
        *(
            some.list_from(CONTOSO, owner.id, "Team", TEAM, deed=A_DEED)
            for some in (store, other)
            for owner in (ada, louis)
        )
    )
    assert len({one.id for one in answers}) == 1
    assert len(await store.lists(CONTOSO)) == 1


async def test_a_reading_takes_the_place_of_the_one_before_and_says_when_it_began(store: Store) -> None:
    [ada] = await install(store, "ada")
    marketing = await store.list_from(CONTOSO, ada.id, "Marketing", GROUP, deed=A_DEED)
    for number, names in enumerate((("ada", "bob"), ("bob", "eve", "zoe"))):
        blank = await store.blank_list(CONTOSO, ada.id)
        people = await store.know(CONTOSO, [user(who) for who in names], NOW)
        await store.fill_blank(blank, people)
        at = NOW + timedelta(minutes=number)
        refilled = await store.refresh_list(marketing.id, blank, read_at=at)
        assert refilled is not None and (refilled.size, refilled.read_at, refilled.source) == (len(names), at, GROUP)
        members = await store.members(CONTOSO, Audience(lists=(marketing.id,)), Channel.TEAMS, 10)
        assert sorted(member.person.given_name for member in members) == [name.title() for name in names]


async def test_a_deleted_list_of_a_group_can_be_made_again(store: Store) -> None:
    [ada] = await install(store, "ada")
    marketing = await store.list_from(CONTOSO, ada.id, "Marketing", GROUP, deed=A_DEED)
    await store.delete_list(marketing.id, deed=A_DEED)
    again = await store.list_from(CONTOSO, ada.id, "Sales", GROUP, deed=A_DEED)
    assert again.id != marketing.id and again.name == "Sales"
    assert [one.id for one in await store.lists(CONTOSO)] == [again.id]


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


# --- people who are reached through a team ----------------------------------------------------


def person_numbered(id: PersonId) -> Person:
    return Person(id=id, tenant=CONTOSO, address="")


async def in_team(store: Store, *names: str) -> list[PersonId]:
    people = await store.know(CONTOSO, [user(name) for name in names], NOW)
    await store.meet_in_team(
        CONTOSO, TEAM, [(person, f"29:{name}") for person, name in zip(people, names, strict=True)], NOW
    )
    return people


async def test_who_is_in_a_team_can_be_reached_but_has_not_installed(store: Store) -> None:
    [ada] = await install(store, "ada")
    bob, known = await in_team(store, "bob", "ada")
    assert known == ada.id
    theirs = await store.reference(bob, Channel.TEAMS)
    assert theirs is not None
    assert (theirs.conversation, theirs.user, theirs.bot, theirs.service_url) == (
        "",
        "29:bob",
        TEAM.bot,
        TEAM.service_url,
    )
    assert (theirs.installed, theirs.broken) == (False, None)
    hers = await store.reference(ada.id, Channel.TEAMS)
    assert hers is not None and (hers.installed, hers.conversation) == (True, "chat-ada"), "hers stays"
    team = await store.new_list(CONTOSO, ada.id, "Team", [bob, ada.id], deed=A_DEED)
    audience = Audience(lists=(team.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=2, reachable=2)
    assert await store.reach(CONTOSO, audience, Channel.SKYPE) == Reach(total=2, reachable=0)
    assert await store.reach(CONTOSO, Audience(everyone=True), Channel.TEAMS) == Reach(total=1, reachable=1)
    members = await store.members(CONTOSO, audience, Channel.TEAMS, 10)
    assert {member.person.given_name: (member.reachable, member.installed) for member in members} == {
        "Ada": (True, True),
        "Bob": (True, False),
    }
    behind = await store.person_behind(CONTOSO, Channel.TEAMS, "29:bob")
    assert behind is not None and behind.id == bob


async def test_who_has_removed_the_bot_is_not_written_to_through_a_team(store: Store) -> None:
    [ada] = await install(store, "ada")
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED)
    await in_team(store, "ada")
    reference = await store.reference(ada.id, Channel.TEAMS)
    assert reference is not None and reference.broken is NotReached.UNINSTALLED


async def test_who_installs_after_all_has_installed(store: Store) -> None:
    [bob] = await in_team(store, "bob")
    person, newly = await store.remember(sighting("bob"))
    assert (person.id, newly) == (bob, True)
    reference = await store.reference(bob, Channel.TEAMS)
    assert reference is not None and (reference.installed, reference.conversation) == (True, "chat-bob")
    await in_team(store, "bob")
    assert await store.reference(bob, Channel.TEAMS) == reference
    _, again = await store.remember(sighting("bob"))
    assert not again
    assert await store.reach(CONTOSO, Audience(everyone=True), Channel.TEAMS) == Reach(total=1, reachable=1)


async def test_the_newest_way_to_a_team_is_kept_until_a_chat_is_open(store: Store) -> None:
    bob, eve = await in_team(store, "bob", "eve")
    [ada] = await install(store, "ada")
    campaign = await running(store, ada)
    await plan(store, campaign, [(person_numbered(eve), NOW)])
    [delivery] = await sent(store, campaign)
    await store.record([outcome(delivery, conversation="chat-eve")], 1)
    moved = replace(TEAM, service_url="https://smba.example/amer/", bot="28:other")
    await store.meet_in_team(CONTOSO, moved, [(bob, "29:bob"), (eve, "29:eve")], NOW)
    theirs, opened = await store.reference(bob, Channel.TEAMS), await store.reference(eve, Channel.TEAMS)
    assert theirs is not None and (theirs.service_url, theirs.bot) == (moved.service_url, moved.bot)
    assert opened is not None
    assert (opened.service_url, opened.conversation, opened.installed) == (TEAM.service_url, "chat-eve", False)
    assert (await store.reach(CONTOSO, Audience(everyone=True), Channel.TEAMS)).total == 1, "she has not installed"


async def test_who_waited_for_an_install_is_written_to_when_they_join_a_team(store: Store) -> None:
    [ada] = await install(store, "ada")
    [bob] = await store.know(CONTOSO, [user("bob")], NOW)
    campaign = await running(store, ada)
    await plan(store, campaign, [(person_numbered(bob), None)])
    await store.planned(campaign.id, NOW)
    assert await store.delivery_state(campaign.id, bob) == DeliveryState.WAITING
    later = NOW + timedelta(minutes=1)
    await store.meet_in_team(CONTOSO, TEAM, [(bob, "29:bob")], later)
    assert await store.delivery_state(campaign.id, bob) == DeliveryState.PLANNED
    assert await store.next_due(campaign.id) == later
    await tallied_right(store, campaign)


async def test_one_id_of_teams_is_one_persons(store: Store) -> None:
    [ada] = await install(store, "ada")
    [impostor] = await store.know(CONTOSO, [user("eve")], NOW)
    await store.meet_in_team(CONTOSO, TEAM, [(impostor, "29:ada")], NOW)
    assert await store.reference(impostor, Channel.TEAMS) is None
    behind = await store.person_behind(CONTOSO, Channel.TEAMS, "29:ada")
    assert behind is not None and behind.id == ada.id
