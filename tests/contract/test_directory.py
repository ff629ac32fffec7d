"""Every Directory: people by address, groups by name, everybody in a group, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from scheduler.ports import DirectoryGroup, NoSuchGroup, NotAnswered
from storage.records import DirectoryUser
from tests.contract.services import TENANT, Service, serving
from tests.support.graph import Group, Trouble


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving(page=3) as service:
        yield service


async def everybody(service: Service, group: Group) -> list[DirectoryUser]:
    return [user async for page in service.directory.members(TENANT, group.id) for user in page]


# --- people -----------------------------------------------------------------------------------


async def test_a_person_is_found_by_either_address_in_any_letter_case(service: Service) -> None:
    user = service.user(
        "Ada",
        upn="ada@contoso.example",
        mail="Ada.Lovelace@contoso.example",
        language="fr-FR",
        department="Engines",
        zone="Romance Standard Time",
    )
    ada = DirectoryUser(
        directory_id=user.id,
        addresses=("ada@contoso.example", "ada.lovelace@contoso.example"),
        given_name="Ada",
        surname="Lovelace",
        name="Ada Lovelace",
        language="fr-FR",
        zone="Europe/Paris",
        department="Engines",
        guest=False,
    )
    for address in ("ada@contoso.example", "ADA@Contoso.example", "ada.lovelace@contoso.example"):
        assert await service.directory.find(TENANT, address) == ada


async def test_nobody_is_found_where_nobody_is(service: Service) -> None:
    service.user("Ada")
    for address in ("nobody@contoso.example", "o'neil@contoso.example", "a/b?c#d@contoso.example", "' or 1 eq 1"):
        assert await service.directory.find(TENANT, address) is None


async def test_an_address_with_a_quotation_mark_leads_to_its_owner(service: Service) -> None:
    user = service.user("Zoë", "O'Neil", upn="zoe@contoso.example", mail="zoe.o'neil@contoso.example")
    zoe = await service.directory.find(TENANT, "zoe.o'neil@contoso.example")
    assert zoe is not None
    assert (zoe.directory_id, zoe.surname) == (user.id, "O'Neil")


@pytest.mark.parametrize(
    ("zone", "means"),
    [("Europe/Paris", "Europe/Paris"), ("Tokyo Standard Time", "Asia/Tokyo"), ("Mars", ""), (None, "")],
)
async def test_a_mailboxs_zone_is_told_where_it_is_one(service: Service, zone: str | None, means: str) -> None:
    user = service.user("Ada", zone=zone)
    person = await service.directory.find(TENANT, str(user.upn))
    assert person is not None
    assert person.zone == means


async def test_without_the_mailbox_permission_a_person_has_no_zone_and_all_the_rest(service: Service) -> None:
    user = service.user("Ada", zone="Europe/Paris", department="Engines")
    service.graph.missing = {"MailboxSettings.Read"}
    person = await service.directory.find(TENANT, str(user.upn))
    assert person is not None
    assert (person.zone, person.department) == ("", "Engines")


# --- groups -----------------------------------------------------------------------------------


async def test_groups_are_found_by_how_their_name_begins(service: Service) -> None:
    names = ("Marketing", "marketing Lyon", "The marketing", "L'équipe")
    groups = {name: service.graph.group(name) for name in names}
    matches = await service.directory.groups(TENANT, "Market")
    assert matches == [DirectoryGroup(id=groups[name].id, name=name) for name in ("Marketing", "marketing Lyon")]
    assert [group.name for group in await service.directory.groups(TENANT, "l'é")] == ["L'équipe"]
    assert await service.directory.groups(TENANT, "Nothing") == []


async def test_a_groups_members_are_its_groups_members_too_each_once(service: Service) -> None:
    people = [service.user(f"P{number}") for number in range(10)]
    inner = service.graph.group("Inner", *people[4:])
    outer = service.graph.group("Outer", *people[:6], inner)
    inner.members += [outer.id, "a-printer"]  # groups may hold each other, and things that are nobody
    members = await everybody(service, outer)
    assert sorted(user.directory_id for user in members) == sorted(person.id for person in people)
    assert service.graph.calls("groups") == 4, "three to a page"


async def test_guests_are_told_apart_and_who_has_no_address_is_not_lost(service: Service) -> None:
    guest = service.user("Guest", guest=True, upn="guest_x#EXT#@contoso.example", mail="guest@elsewhere.example")
    unaddressed = service.user("Nemo", upn=None, mail=None)
    members = {
        user.directory_id: user for user in await everybody(service, service.graph.group("All", guest, unaddressed))
    }
    assert members[guest.id].guest and not members[unaddressed.id].guest
    assert members[unaddressed.id].addresses == ()


async def test_who_may_read_groups_only_gets_ids_and_knows_of_nobody_whether_they_are_guests(service: Service) -> None:
    ada = service.user("Ada", guest=True)
    service.graph.missing.add("User.Read.All")
    [(id, member)] = ((user.directory_id, user) for user in await everybody(service, service.graph.group("All", ada)))
    assert (id, member.guest, member.addresses, member.name) == (ada.id, None, (), "")


async def test_managers_are_told_of_a_person_and_of_everybody_in_a_group(service: Service) -> None:
    grace = service.user("Grace", "Hopper")
    people = [service.user(f"P{number}", manager=grace.id) for number in range(40)]
    group = service.graph.group("Navy", grace, *people)
    service.graph.page = 999
    for address in ("p1.lovelace@contoso.example", "second@contoso.example"):
        service.graph.users[people[1].id].mail = "second@contoso.example"
        found = await service.directory.find(TENANT, address)
        assert found is not None and found.manager == "Grace Hopper"
    managers = {user.directory_id: user.manager for user in await everybody(service, group)}
    assert managers == {person.id: "Grace Hopper" for person in people} | {grace.id: ""}
    assert service.graph.calls("$batch") == 1, "fifteen people to a request, twenty requests to a batch"


async def test_a_part_of_a_batch_that_is_throttled_is_asked_again(service: Service) -> None:
    grace = service.user("Grace")
    group = service.graph.group("Navy", *(service.user(f"P{number}", manager=grace.id) for number in range(3)))
    service.graph.trouble = Trouble(times=1, retry_after=5, area="users")
    assert {user.manager for user in await everybody(service, group)} == {"Grace Lovelace"}
    assert service.graph.calls("$batch") == 2 and sum(service.clock.slept) >= 5
    service.graph.trouble = Trouble(retry_after=3600, area="users")
    with pytest.raises(NotAnswered) as refused:
        await everybody(service, group)
    assert refused.value.after == 3600


async def test_an_empty_group_has_nobody(service: Service) -> None:
    assert await everybody(service, service.graph.group("Empty")) == []


async def test_a_group_that_is_gone_is_said_to_be_gone(service: Service) -> None:
    group = service.graph.group("Gone", service.user("Ada"))
    del service.graph.groups[group.id]
    with pytest.raises(NoSuchGroup):
        await everybody(service, group)


async def test_a_permission_taken_away_between_two_pages_is_named(service: Service) -> None:
    group = service.graph.group("Team", *(service.user(f"P{number}") for number in range(5)))
    pages = service.directory.members(TENANT, group.id)
    assert len(await anext(pages)) == 3
    service.graph.missing = {"GroupMember.Read.All"}
    with pytest.raises(NotAnswered) as refused:
        await anext(pages)
    assert (refused.value.permanent, refused.value.permission) == (True, "GroupMember.Read.All")
    with pytest.raises(NotAnswered):
        await service.directory.groups(TENANT, "Team")


async def test_throttling_in_the_middle_costs_nobody(service: Service) -> None:
    group = service.graph.group("Team", *(service.user(f"P{number}") for number in range(8)))
    pages = service.directory.members(TENANT, group.id)
    members = await anext(pages)
    service.graph.trouble = Trouble(times=2, retry_after=5)
    async for page in pages:
        members += page
    assert len(members) == 8
    assert sum(service.clock.slept) >= 10


async def test_an_hour_of_throttling_is_told_with_its_length(service: Service) -> None:
    group = service.graph.group("Team", service.user("Ada"))
    service.graph.trouble = Trouble(retry_after=3600)
    with pytest.raises(NotAnswered) as refused:
        await everybody(service, group)
    assert not refused.value.permanent
    assert refused.value.after == pytest.approx(3600, abs=1)
    service.graph.trouble = None
    service.clock.forward(3601)
    assert len(await everybody(service, group)) == 1
