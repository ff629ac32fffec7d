"""Distribution lists, and who stands behind an audience."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    Channel,
    Contact,
    ContactPage,
    ListId,
    ListInUse,
    Member,
    NotReached,
    Person,
    PersonId,
    Reach,
    Right,
    Role,
    allowed,
)
from storage.records.campaign_life import to_draft
from storage.shared.json import to_json
from tests.contract.world import CONTOSO, FABRIKAM, NOW, install, meet, scheduled, sighting
from tests.support.deeds import A_DEED


async def mixed(store: Store) -> tuple[list[Person], list[Person]]:
    """(who has installed, who stands in lists only)."""
    installed = await install(store, "ada", "louis", "marie")
    contacts = await meet(
        store, CONTOSO, [Contact(address=f"{name}@contoso.example", surname=name.title()) for name in ("zoe", "bob")]
    )
    return installed, contacts


async def test_a_list_is_kept_with_each_person_once(store: Store) -> None:
    (ada, louis, _), _ = await mixed(store)
    team = await store.new_list(CONTOSO, ada.id, "Team", [louis.id, ada.id, louis.id], deed=A_DEED)
    assert (team.name, team.owner, team.tenant, team.size) == ("Team", ada.id, CONTOSO, 2)
    assert await store.distribution_list(team.id) == team
    assert await store.distribution_list(ListId(999)) is None


async def test_an_empty_list_is_a_list(store: Store) -> None:
    (ada,) = await install(store, "ada")
    empty = await store.new_list(CONTOSO, ada.id, "Nobody", [], deed=A_DEED)
    assert empty.size == 0
    assert await store.reach(CONTOSO, Audience(lists=(empty.id,)), Channel.TEAMS) == Reach(total=0, reachable=0)


async def test_lists_come_by_name_in_any_letter_case(store: Store) -> None:
    (ada,) = await install(store, "ada")
    for name in ("beta", "Alpha", "gamma", "Beta"):
        await store.new_list(CONTOSO, ada.id, name, [ada.id], deed=A_DEED)
    await store.new_list(FABRIKAM, ada.id, "theirs", [ada.id], deed=A_DEED)
    assert [one.name for one in await store.lists(CONTOSO)] == ["Alpha", "beta", "Beta", "gamma"]


async def test_an_audience_counts_each_person_once(store: Store) -> None:
    (ada, louis, marie), (zoe, bob) = await mixed(store)
    await store.lose(CONTOSO, Channel.TEAMS, "29:marie", NotReached.BLOCKED)
    first = await store.new_list(CONTOSO, ada.id, "First", [ada.id, marie.id, zoe.id], deed=A_DEED)
    second = await store.new_list(CONTOSO, ada.id, "Second", [zoe.id, bob.id, ada.id, louis.id], deed=A_DEED)
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
    everybody = await store.new_list(
        CONTOSO, ada.id, "All", [person.id for person in (zoe, marie, ada, bob, louis)], deed=A_DEED
    )
    audience = Audience(lists=(everybody.id,))
    by_name = [
        Member(person=bob, why=NotReached.NEVER_INSTALLED, installed=False),  # Bob
        Member(person=ada),  # Surname, Ada
        Member(person=louis, why=NotReached.BLOCKED, installed=False),
        Member(person=marie),
        Member(person=zoe, why=NotReached.NEVER_INSTALLED, installed=False),  # Zoe
    ]
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 10) == by_name
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 2) == by_name[:2]
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 2, 2) == by_name[2:4]
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 2, 4) == by_name[4:]
    everyone = await store.members(CONTOSO, Audience(everyone=True), Channel.TEAMS, 10)
    assert everyone == [by_name[1], by_name[3]]


async def test_members_of_overlapping_lists_come_once(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    lists = [await store.new_list(CONTOSO, ada.id, name, [louis.id, ada.id], deed=A_DEED) for name in ("One", "Two")]
    members = await store.members(CONTOSO, Audience(lists=tuple(one.id for one in lists)), Channel.TEAMS, 10)
    assert [member.person for member in members] == [ada, louis]


async def test_names_are_ordered_in_any_letter_case(store: Store) -> None:
    for surname in ("beta", "Alpha", "Gamma"):
        await store.remember(sighting(surname.lower(), surname=surname))
    members = await store.members(CONTOSO, Audience(everyone=True), Channel.TEAMS, 10)
    assert [member.person.surname for member in members] == ["Alpha", "beta", "Gamma"]


async def test_another_tenants_list_is_empty_to_us(store: Store) -> None:
    (ada,) = await install(store, "ada")
    theirs = await store.new_list(FABRIKAM, ada.id, "Theirs", [ada.id], deed=A_DEED)
    audience = Audience(lists=(theirs.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=0, reachable=0)
    assert await store.members(CONTOSO, audience, Channel.TEAMS, 10) == []


async def test_a_large_audience_is_read_whole(store: Store) -> None:
    (ada,) = await install(store, "ada")
    met = await meet(store, CONTOSO, [Contact(address=f"p{number}@contoso.example") for number in range(1_500)])
    large = await store.new_list(CONTOSO, ada.id, "Many", [ada.id, *(person.id for person in met)], deed=A_DEED)
    audience = Audience(lists=(large.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1_501, reachable=1)
    reachable, others = await store.recipients(CONTOSO, audience, Channel.TEAMS)
    assert list(reachable) == [ada.id]
    assert sorted(others) == sorted(person.id for person in met)


async def test_a_deleted_list_is_gone_and_its_id_is_never_given_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    await store.delete_list(team.id, deed=A_DEED)
    assert await store.distribution_list(team.id) is None
    assert await store.lists(CONTOSO) == []
    assert await store.reach(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS) == Reach(total=0, reachable=0)
    await store.delete_list(team.id, deed=A_DEED)  # twice is once
    assert (await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)).id != team.id


async def test_a_list_in_use_stays_until_its_campaigns_have_ended(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    spare = await store.new_list(CONTOSO, ada.id, "Spare", [ada.id], deed=A_DEED)
    audience = Audience(lists=(team.id,))
    first = await scheduled(store, ada, audience, name="First")
    await store.start(first.id, NOW)
    second = await scheduled(store, ada, audience, name="Second")
    with pytest.raises(ListInUse) as refused:
        await store.delete_list(team.id, deed=A_DEED)
    assert sorted(refused.value.campaigns) == ["First", "Second"]
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=1)
    await store.delete_list(spare.id, deed=A_DEED)

    await store.save(to_draft(second), deed=A_DEED)
    await store.planned(first.id, NOW)
    assert await store.finish(first.id, NOW)
    await store.delete_list(team.id, deed=A_DEED)
    assert await store.distribution_list(team.id) is None


async def test_a_draft_does_not_hold_a_list(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    campaign = await scheduled(store, ada, Audience(lists=(team.id,)))
    await store.save(to_draft(campaign), deed=A_DEED)
    await store.delete_list(team.id, deed=A_DEED)


# --- combining and leaving out ----------------------------------------------------------------


async def test_an_audience_combines_lists_and_leaves_others_out(store: Store) -> None:
    (ada, louis, marie), (zoe, bob) = await mixed(store)
    first = await store.new_list(CONTOSO, ada.id, "First", [ada.id, louis.id, zoe.id], deed=A_DEED)
    second = await store.new_list(CONTOSO, ada.id, "Second", [louis.id, marie.id, bob.id], deed=A_DEED)
    out = await store.new_list(CONTOSO, ada.id, "Out", [louis.id, zoe.id], deed=A_DEED)
    for audience, people in (
        (Audience(lists=(first.id, second.id), except_lists=(out.id,)), [ada, marie, bob]),
        (Audience(lists=(first.id,), except_lists=(second.id, out.id)), [ada]),
        (Audience(everyone=True, except_lists=(out.id,)), [ada, marie]),
        (Audience(everyone=True, lists=(first.id,)), [ada, louis, marie, zoe]),
        (Audience(everyone=True, lists=(first.id,), except_lists=(second.id,)), [ada, zoe]),
        (Audience(except_lists=(out.id,)), []),
    ):
        members = await store.members(CONTOSO, audience, Channel.TEAMS, 10)
        assert {member.person.id for member in members} == {person.id for person in people}, audience
        reachable = [person for person in people if person in (ada, louis, marie)]
        reach = await store.reach(CONTOSO, audience, Channel.TEAMS)
        assert reach == Reach(total=len(people), reachable=len(reachable)), audience
        reached, others = await store.recipients(CONTOSO, audience, Channel.TEAMS)
        assert sorted(reached) == sorted(person.id for person in reachable), audience
        assert sorted([*reached, *others]) == sorted(person.id for person in people), audience


async def test_the_people_of_audiences_are_told_as_numbers(store: Store) -> None:
    (ada, louis, marie), (zoe, _) = await mixed(store)
    guest, _ = await store.remember(sighting("guest", guest=True))
    some = await store.new_list(CONTOSO, ada.id, "Some", [ada.id, louis.id, zoe.id, guest.id], deed=A_DEED)
    one = await store.new_list(CONTOSO, ada.id, "One", [louis.id], deed=A_DEED)
    theirs = await store.new_list(FABRIKAM, ada.id, "Theirs", [ada.id], deed=A_DEED)
    audiences = [
        Audience(lists=(some.id,)),
        Audience(lists=(some.id,), guests=True),
        Audience(lists=(some.id,), except_lists=(one.id,)),
        Audience(everyone=True),
        Audience(lists=(theirs.id,)),
        Audience(lists=(some.id,)),
    ]
    numbers = await store.people_bits(CONTOSO, Channel.TEAMS, audiences)
    reached = [(await store.recipients(CONTOSO, audience, Channel.TEAMS))[0] for audience in audiences]
    assert numbers == [sum(1 << person for person in people) for people in reached]
    assert numbers[0] == 1 << ada.id | 1 << louis.id and numbers[3] & 1 << marie.id and numbers[4] == 0
    assert await store.people_bits(CONTOSO, Channel.TEAMS, []) == []
    assert await store.people_bits(CONTOSO, Channel.SKYPE, audiences[:1]) == [0]


async def test_guests_are_left_out_unless_asked_for(store: Store) -> None:
    (ada,) = await install(store, "ada")
    guest, _ = await store.remember(sighting("guest", guest=True))
    assert guest.guest
    assert not ada.guest
    both = await store.new_list(CONTOSO, ada.id, "Both", [ada.id, guest.id], deed=A_DEED)
    for audience in (Audience(lists=(both.id,)), Audience(everyone=True)):
        assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=1, guests=1)
        assert (await store.recipients(CONTOSO, audience, Channel.TEAMS))[0].tolist() == [ada.id]  # type: ignore[attr-defined]
        invited = replace(audience, guests=True)
        assert await store.reach(CONTOSO, invited, Channel.TEAMS) == Reach(total=2, reachable=2)
        assert len(await store.members(CONTOSO, invited, Channel.TEAMS, 10)) == 2
    await store.remember(sighting("guest"))
    again = await store.person(guest.id)
    assert again is not None and again.guest, "who does not say it stays what they were"
    member, _ = await store.remember(sighting("guest", guest=False))
    assert not member.guest


async def test_why_people_cannot_be_reached_is_counted(store: Store) -> None:
    (ada, louis, marie), (zoe, bob) = await mixed(store)
    await store.lose(CONTOSO, Channel.TEAMS, "29:marie", NotReached.BLOCKED)
    everybody = await store.new_list(
        CONTOSO, ada.id, "All", [person.id for person in (ada, louis, marie, zoe, bob)], deed=A_DEED
    )
    audience = Audience(lists=(everybody.id,))
    why = {NotReached.BLOCKED: 1, NotReached.NEVER_INSTALLED: 2}
    assert await store.unreached(CONTOSO, audience, Channel.TEAMS) == why
    assert await store.unreached(CONTOSO, audience, Channel.SKYPE) == {NotReached.NEVER_INSTALLED: 5}
    assert await store.unreached(CONTOSO, Audience(everyone=True), Channel.TEAMS) == {}
    missing = await store.members(CONTOSO, audience, Channel.TEAMS, 10, reachable=False)
    assert {member.person.id: member.why for member in missing} == {
        marie.id: NotReached.BLOCKED,
        zoe.id: NotReached.NEVER_INSTALLED,
        bob.id: NotReached.NEVER_INSTALLED,
    }
    there = await store.members(CONTOSO, audience, Channel.TEAMS, 10, reachable=True)
    assert {member.person.id for member in there} == {ada.id, louis.id}


async def test_people_are_found_by_a_part_of_their_name_or_address(store: Store) -> None:
    (ada,) = await install(store, "ada")
    people = await meet(
        store,
        CONTOSO,
        [
            Contact(address="emilie@contoso.example", given_name="Émilie", surname="du Châtelet"),
            Contact(address="a.b+c@contoso.example", surname="Plus"),
        ],
    )
    everybody = await store.new_list(CONTOSO, ada.id, "All", [ada.id, *(person.id for person in people)], deed=A_DEED)
    audience = Audience(lists=(everybody.id,))

    async def found(search: str) -> list[str]:
        members = await store.members(CONTOSO, audience, Channel.TEAMS, 10, search=search)
        return [member.person.address for member in members]

    assert await found("châtelet") == ["emilie@contoso.example"]
    assert await found("ADA") == ["ada@contoso.example"]
    assert await found("a.b+c") == ["a.b+c@contoso.example"]
    assert await found("a.b.c") == []
    assert await found("%") == []
    assert len(await found("contoso")) == 3


# --- filling, columns -------------------------------------------------------------------------


async def test_a_list_that_is_being_filled_is_seen_whole_or_not_at_all(store: Store) -> None:
    (ada, louis, marie), _ = await mixed(store)
    blank = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(blank, [ada.id, louis.id], [{"SITE": "Lyon"}, {}])
    await store.fill_blank(blank, [louis.id, marie.id], [{"SITE": "Paris"}, {"SITE": "Nice"}])
    assert await store.lists(CONTOSO) == []
    assert await store.distribution_list(blank) is None
    published = await store.publish_list(blank, "Team", ["SITE"], deed=A_DEED)
    assert published is not None
    assert (published.id, published.name, published.owner, published.size, published.columns) == (
        blank,
        "Team",
        ada.id,
        3,
        ("SITE",),
    )
    assert await store.lists(CONTOSO) == [published]
    assert await store.publish_list(blank, "Other", deed=A_DEED) == published, "twice is once"
    members = await store.members(CONTOSO, Audience(lists=(published.id,)), Channel.TEAMS, 10)
    assert {member.person.id: member.columns for member in members} == {
        ada.id: {"SITE": "Lyon"},
        louis.id: {"SITE": "Paris"},
        marie.id: {"SITE": "Nice"},
    }
    await store.delete_list(published.id, deed=A_DEED)
    assert await store.publish_list(blank, "Team", deed=A_DEED) is None


async def test_a_list_is_filled_from_a_page_of_a_file(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    (nameless,) = await store.meet(CONTOSO, [Contact(address="zoe@contoso.example")])
    await store.meet(FABRIKAM, [Contact(address="new@contoso.example", given_name="Another")])
    told = {"SITE": 'Aix "Sud" \\ é\n', "FLOOR": "0"}
    contacts = (
        Contact(address="ada@contoso.example", given_name="A.", surname="L.", columns={"SITE": "Lyon"}),
        Contact(address="new@contoso.example", given_name="Éva", surname="O'Neil \\", columns=told),
        Contact(address="zoe@contoso.example", given_name="Zoë", surname="Grün"),
        Contact(address="other@contoso.example"),
    )
    page = to_json(ContactPage(contacts=contacts)).encode()
    blank = await store.blank_list(CONTOSO, louis.id)
    await store.fill_blank(blank, [nameless], [{"SITE": "Nice"}])
    for _ in range(2):  # twice is once
        await store.fill_from_page(blank, page)
    published = await store.publish_list(blank, "Team", ["SITE", "FLOOR"], deed=A_DEED)
    assert published is not None and published.size == 4
    members = await store.members(CONTOSO, Audience(lists=(published.id,)), Channel.TEAMS, 10)
    assert {one.person.address: (one.person.given_name, one.person.surname, one.columns) for one in members} == {
        "ada@contoso.example": (ada.given_name, ada.surname, {"SITE": "Lyon"}),
        "new@contoso.example": ("Éva", "O'Neil \\", told),
        "zoe@contoso.example": ("Zoë", "Grün", {}),
        "other@contoso.example": ("", "", {}),
    }
    assert {nameless, ada.id} < {one.person.id for one in members}
    assert await store.meet(CONTOSO, contacts) == [
        person.id for one in contacts if (person := await store.person_at(CONTOSO, one.address))
    ]


async def test_one_person_of_two_addresses_stands_once_in_a_list_from_a_page(store: Store) -> None:
    await store.remember(sighting("ada", addresses=("ada@contoso.example", "a.lovelace@contoso.example")))
    contacts = (
        Contact(address="a.lovelace@contoso.example", columns={"SITE": "Lyon"}),
        Contact(address="ada@contoso.example", columns={"SITE": "Nice"}),
    )
    blank = await store.blank_list(CONTOSO, PersonId(1))
    await store.fill_from_page(blank, to_json(ContactPage(contacts=contacts)).encode())
    published = await store.publish_list(blank, "Team", ["SITE"], deed=A_DEED)
    assert published is not None and published.size == 1
    [member] = await store.members(CONTOSO, Audience(lists=(published.id,)), Channel.TEAMS, 10)
    assert member.columns == {"SITE": "Nice"}


async def test_nobody_of_a_page_is_met_for_a_list_that_is_not_blank(store: Store) -> None:
    (ada,) = await install(store, "ada")
    page = to_json(ContactPage(contacts=(Contact(address="new@contoso.example"),))).encode()
    gone, seen = await store.blank_list(CONTOSO, ada.id), await store.blank_list(CONTOSO, ada.id)
    await store.drop_blank(gone)
    await store.publish_list(seen, "Team", deed=A_DEED)
    for id in (gone, seen):
        await store.fill_from_page(id, page)
    assert await store.person_at(CONTOSO, "new@contoso.example") is None
    [team] = await store.lists(CONTOSO)
    assert team.size == 0


async def test_a_blank_list_can_be_given_up(store: Store) -> None:
    (ada,) = await install(store, "ada")
    blank = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(blank, [ada.id])
    await store.drop_blank(blank)
    assert await store.publish_list(blank, "Team", deed=A_DEED) is None
    await store.fill_blank(blank, [ada.id])  # too late, and harmless


async def test_people_are_added_to_a_list_and_taken_out_of_it(store: Store) -> None:
    (ada, louis, marie), _ = await mixed(store)
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    await store.enlist(team.id, [ada.id, louis.id, marie.id], deed=A_DEED)
    await store.dismiss(team.id, [louis.id, PersonId(999)], deed=A_DEED)
    grown = await store.distribution_list(team.id)
    assert grown is not None and grown.size == 2
    audience = Audience(lists=(team.id,))
    members = await store.members(CONTOSO, audience, Channel.TEAMS, 10)
    assert {member.person.id for member in members} == {ada.id, marie.id}
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=2, reachable=2)


async def test_a_list_is_filled_anew_at_once_and_stays_the_same_list(store: Store) -> None:
    (ada, louis, marie), _ = await mixed(store)
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id, louis.id], deed=A_DEED)
    for people in ([marie.id, louis.id], [ada.id]):
        blank = await store.blank_list(CONTOSO, ada.id)
        await store.fill_blank(blank, people, [{"SITE": "Lyon"}] * len(people))
        before = await store.members(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS, 10)
        assert before
        for _ in range(2):  # twice is once
            refilled = await store.refill_list(team.id, blank, ["SITE"], deed=A_DEED)
            assert refilled == replace(team, size=len(people), columns=("SITE",))
            members = await store.members(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS, 10)
            assert {member.person.id for member in members} == set(people)
            assert all(member.columns == {"SITE": "Lyon"} for member in members)
        await store.drop_blank(blank)  # what it held stands in the other now
        assert await store.reach(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS) == reach_of(people)
    await store.delete_list(team.id, deed=A_DEED)
    late = await store.blank_list(CONTOSO, ada.id)
    assert await store.refill_list(team.id, late, deed=A_DEED) is None


def reach_of(people: list[PersonId]) -> Reach:
    return Reach(total=len(people), reachable=len(people))


async def test_the_reach_of_addresses_counts_people_once(store: Store) -> None:
    await install(store, "ada", "louis")
    await store.remember(sighting("marie", addresses=("marie@contoso.example", "m.curie@contoso.example")))
    await meet(store, CONTOSO, [Contact(address="zoe@contoso.example")])
    await store.lose(CONTOSO, Channel.TEAMS, "29:louis", NotReached.BLOCKED)
    local = ("ada", "louis", "marie", "m.curie", "zoe", "nobody")
    addresses = [f"{name}@contoso.example" for name in local]
    assert await store.reach_at(CONTOSO, addresses, Channel.TEAMS) == Reach(total=4, reachable=2)
    assert await store.reach_at(FABRIKAM, addresses, Channel.TEAMS) == Reach(total=0, reachable=0)
    assert await store.reach_at(CONTOSO, [], Channel.TEAMS) == Reach(total=0, reachable=0)


async def test_the_first_list_that_says_something_about_a_person_wins(store: Store) -> None:
    (ada, louis, _), _ = await mixed(store)
    lists = []
    for name, values in (("One", {"SITE": "Lyon"}), ("Two", {"SITE": "Paris", "TEAM": "Blue"})):
        blank = await store.blank_list(CONTOSO, ada.id)
        await store.fill_blank(blank, [ada.id], [values])
        published = await store.publish_list(blank, name, sorted(values), deed=A_DEED)
        assert published is not None
        lists.append(published.id)
    plain = await store.new_list(CONTOSO, ada.id, "Three", [ada.id, louis.id], deed=A_DEED)
    both = Audience(lists=(plain.id, *lists))
    assert await store.columns_of(both, [ada.id, louis.id]) == {ada.id: {"SITE": "Lyon", "TEAM": "Blue"}}
    back = Audience(lists=tuple(reversed(lists)))
    assert await store.columns_of(back, [ada.id]) == {ada.id: {"SITE": "Paris", "TEAM": "Blue"}}
    assert await store.columns_of(Audience(everyone=True), [ada.id]) == {}


async def test_what_a_list_says_goes_with_somebody_who_installs(store: Store) -> None:
    (ada,) = await install(store, "ada")
    [contact] = await meet(store, CONTOSO, [Contact(address="louis@contoso.example")])
    blank = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(blank, [contact.id], [{"SITE": "Lyon"}])
    team = await store.publish_list(blank, "Team", ["SITE"], deed=A_DEED)
    assert team is not None
    louis, _ = await store.remember(sighting("louis"))
    assert await store.columns_of(Audience(lists=(team.id,)), [louis.id]) == {louis.id: {"SITE": "Lyon"}}


# --- names, sharing ---------------------------------------------------------------------------


async def test_a_list_is_renamed_and_shared(store: Store) -> None:
    (ada, louis, _), _ = await mixed(store)
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    await store.rename_list(team.id, "Équipe", deed=A_DEED)
    await store.share_list(team.id, [louis.id, louis.id], deed=A_DEED)
    shared = await store.distribution_list(team.id)
    assert shared == replace(team, name="Équipe", shared_with=frozenset([louis.id]))
    assert not allowed(Right.SEE, Role.AUTHOR, louis, team)
    assert allowed(Right.SEE, Role.AUTHOR, louis, shared)
    assert not allowed(Right.SEE, None, louis, shared)
    assert not allowed(Right.CHANGE, Role.AUTHOR, louis, shared)
    assert allowed(Right.CHANGE, Role.OWNER, louis, shared)
    await store.share_list(team.id, [], all_authors=True, deed=A_DEED)
    assert await store.lists(CONTOSO) == [replace(team, name="Équipe", shared_with_all=True)]


async def test_a_list_that_is_left_out_is_in_use_too(store: Store) -> None:
    (ada,) = await install(store, "ada")
    out = await store.new_list(CONTOSO, ada.id, "Out", [ada.id], deed=A_DEED)
    await scheduled(store, ada, Audience(everyone=True, except_lists=(out.id,)), name="First")
    with pytest.raises(ListInUse):
        await store.delete_list(out.id, deed=A_DEED)
