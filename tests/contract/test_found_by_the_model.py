"""What test_port_model.py found: in one of the stores, or in both, it was not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    Channel,
    Columns,
    Contact,
    DeliveryState,
    DirectoryUser,
    EngagementKind,
    Lesson,
    NotReached,
    Person,
    PersonId,
    Reference,
    Role,
    Source,
    StaleVersion,
)
from storage.records.lists import SourceKind
from tests.contract.world import (
    CONTOSO,
    END,
    FABRIKAM,
    LEASE,
    MINUTE,
    NOW,
    claim,
    install,
    meet,
    opened,
    outcome,
    plan,
    planned,
    running,
    sent,
    sighting,
    state_of,
    tallied_right,
)
from tests.support.deeds import A_DEED

TEAMS = Channel.TEAMS
TEAM = Source(kind=SourceKind.TEAM, id="team", service_url="https://smba.example/emea/", bot="28:crieur")
SALES: Columns = {"DEPARTMENT": "Sales"}


async def met(store: Store, *addresses: str) -> list[Person]:
    return await meet(store, CONTOSO, [Contact(address=address) for address in addresses])


async def known(store: Store, who: str) -> PersonId:
    user = DirectoryUser(directory_id=f"directory-{who}", addresses=(f"{who}@contoso.example",), name=who.title())
    return (await store.know(CONTOSO, [user], NOW))[0]


async def test_one_who_installs_while_their_delivery_is_claimed_is_sent_it_though_they_became_another(
    store: Store,
) -> None:
    """A list knows Zoe by her second address; she installs while a copy finds that she cannot be reached."""
    (ada,) = await install(store, "ada")
    (stand_in,) = await met(store, "zoe.second@contoso.example")
    campaign = await running(store, ada)
    await plan(store, campaign, [(stand_in, NOW)])
    (claimed,) = await claim(store, campaign)
    assert not claimed.reachable
    addresses = ("zoe@contoso.example", "zoe.second@contoso.example")
    await store.remember(sighting("zoe", addresses=("zoe@contoso.example",)))
    zoe, _ = await store.remember(sighting("zoe", addresses=addresses, at=NOW + MINUTE))
    assert zoe.id != stand_in.id and await state_of(store, campaign, zoe) == DeliveryState.CLAIMED
    waits = outcome(claimed, DeliveryState.WAITING, at=NOW + 2 * MINUTE, due=END, attempted=False)
    await store.record([waits], 1)
    assert await store.next_due(campaign.id) == NOW + 2 * MINUTE
    await tallied_right(store, campaign)


async def test_an_answer_that_comes_after_the_lease_was_lost_is_learned(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (claimed,) = await sent(store, campaign)
    await store.reap(campaign.id, NOW + LEASE, END)
    late = outcome(claimed, DeliveryState.UNREACHABLE, at=NOW + 2 * MINUTE, reason=NotReached.BLOCKED)
    await store.record([late], 1)
    assert await state_of(store, campaign, ada) == DeliveryState.UNCONFIRMED, "it has been settled without us"
    reference = await store.reference(ada.id, TEAMS)
    assert reference is not None and reference.failed is NotReached.BLOCKED


async def test_a_document_that_is_written_again_after_it_went_is_another_one(store: Store) -> None:
    await store.write_documents({"note": ("", b"1")})
    etag, _ = (await store.read_documents(["note"]))["note"]
    await store.delete_documents(["note"])
    await store.write_documents({"note": ("", b"2")})
    with pytest.raises(StaleVersion):
        await store.write_documents({"note": (etag, b"3")})


# --- rosters and installing -------------------------------------------------------------------


async def test_a_roster_wakes_what_waits_for_those_whose_chat_is_tried_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    zoe = await known(store, "zoe")
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], NOW)
    await store.learn(zoe, TEAMS, Lesson(at=NOW, failed=NotReached.NEVER_INSTALLED))
    campaign = await running(store, ada)
    await store.plan(campaign.id, [zoe], None, END + timedelta(days=3))
    later = NOW + timedelta(days=2)
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], NOW + MINUTE)
    assert await store.next_due(campaign.id) is None, "a day has not passed: nothing could be sent"
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], later)
    assert await store.next_due(campaign.id) == later


async def test_a_roster_brings_nobody_back_who_has_removed_the_bot(store: Store) -> None:
    zoe = await known(store, "zoe")
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], NOW)
    await store.lose(CONTOSO, TEAMS, "29:zoe", NotReached.UNINSTALLED)
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], NOW + timedelta(days=2))
    reference = await store.reference(zoe, TEAMS)
    assert reference is not None and reference.broken is NotReached.UNINSTALLED


async def test_installing_for_somebody_keeps_what_is_known_of_them(store: Store) -> None:
    zoe = await known(store, "zoe")
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], NOW)
    worked = Lesson(at=NOW, service_url="https://smba.example/amer/")
    await store.learn(zoe, TEAMS, worked)
    before = await store.reference(zoe, TEAMS)
    assert before is not None
    new = replace(before, conversation="chat-zoe", installed=True, worked_at=None, worked_url="")
    await store.installed_for(new, NOW + MINUTE)
    assert await store.reference(zoe, TEAMS) == replace(
        before, conversation="chat-zoe", installed=True, installed_at=NOW + MINUTE
    )


async def test_a_channel_identity_is_not_given_to_a_second_person_by_installing(store: Store) -> None:
    (ada,) = await install(store, "ada")
    zoe = await known(store, "zoe")
    mistaken = Reference(
        person=zoe,
        channel=TEAMS,
        service_url="https://smba.example/emea/",
        conversation="chat",
        bot="28:crieur",
        user="29:ada",
        tenant=CONTOSO,
    )
    await store.installed_for(mistaken, NOW)
    assert await store.reference(zoe, TEAMS) is None
    assert await store.person_behind(CONTOSO, TEAMS, "29:ada") == ada


async def test_through_which_address_somebody_is_reached_first_is_noted_when_a_team_member_installs(
    store: Store,
) -> None:
    zoe = await known(store, "zoe")
    await store.meet_in_team(CONTOSO, TEAM, [(zoe, "29:zoe")], NOW)
    seen = sighting("zoe", at=NOW + MINUTE)
    await store.remember(seen)
    reference = await store.reference(zoe, TEAMS)
    assert reference is not None and reference.worked_url == seen.service_url


# --- lists ------------------------------------------------------------------------------------


async def test_a_list_counts_a_person_once_when_two_of_its_people_turn_out_to_be_one(store: Store) -> None:
    """What it says of the one who was there under their own name stays."""
    (zoe,) = await install(store, "zoe")
    (stand_in,) = await met(store, "zoe.second@contoso.example")
    team = await store.blank_list(CONTOSO, zoe.id)
    await store.fill_blank(team, [zoe.id, stand_in.id], [{}, SALES])
    await store.publish_list(team, "Team", ["DEPARTMENT"], deed=A_DEED)
    await store.remember(
        sighting("zoe", addresses=("zoe@contoso.example", "zoe.second@contoso.example"), at=NOW + MINUTE)
    )
    audience = Audience(lists=(team,))
    assert [one.size for one in await store.lists(CONTOSO)] == [1]
    assert [(one.person.id, one.columns) for one in await store.members(CONTOSO, audience, TEAMS, 9)] == [(zoe.id, {})]


async def test_putting_somebody_in_a_list_again_leaves_what_it_says_about_them(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(team, [ada.id], [SALES])
    await store.publish_list(team, "Team", ["DEPARTMENT"], deed=A_DEED)
    await store.enlist(team, [ada.id], deed=A_DEED)
    assert await store.columns_of(Audience(lists=(team,)), [ada.id]) == {ada.id: SALES}


async def test_a_list_without_columns_says_nothing_about_anybody(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(team, [ada.id], [SALES])
    await store.publish_list(team, "Team", deed=A_DEED)
    audience = Audience(lists=(team,))
    assert await store.columns_of(audience, [ada.id]) == {}
    assert [member.columns for member in await store.members(CONTOSO, audience, TEAMS, 9)] == [{}]


async def test_a_list_that_is_not_published_is_in_no_audience_and_cannot_be_changed_by_its_number(
    store: Store,
) -> None:
    (ada,) = await install(store, "ada")
    blank = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(blank, [ada.id])
    await store.share_list(blank, [PersonId(77)], all_authors=True, deed=A_DEED)
    assert (await store.reach(CONTOSO, Audience(lists=(blank,)), TEAMS)).total == 0
    published = await store.publish_list(blank, "Team", deed=A_DEED)
    assert published is not None and not published.shared_with_all and not published.shared_with


async def test_the_number_of_a_blank_list_that_filled_another_leads_to_nobody(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.new_list(CONTOSO, ada.id, "Team", [], deed=A_DEED)
    blank = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(blank, [ada.id])
    await store.refill_list(team.id, blank, deed=A_DEED)
    await store.dismiss(blank, [ada.id], deed=A_DEED)
    assert [member.person for member in await store.members(CONTOSO, Audience(lists=(team.id,)), TEAMS, 9)] == [ada]


@pytest.mark.parametrize("search", ["ada lovelace", "LOVELACE Ada", "ada contoso", "love"])
async def test_people_are_found_by_words_wherever_they_stand(store: Store, search: str) -> None:
    ada, other = await meet(
        store,
        CONTOSO,
        [
            Contact(address="ada@contoso.example", given_name="Ada", surname="Lovelace"),
            Contact(address="louis@fabrikam.example", given_name="Louis", surname="Ada"),
        ],
    )
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id, other.id], deed=A_DEED)
    members = await store.members(CONTOSO, Audience(lists=(team.id,)), TEAMS, 9, search=search)
    assert [member.person for member in members] == [ada]


async def test_capitals_with_accents_stand_where_small_letters_do(store: Store) -> None:
    contacts = [
        Contact(address=f"{number}@contoso.example", surname=surname)
        for number, surname in enumerate(["élan", "Émile", "ÉLISE", "zola"])
    ]
    people = await meet(store, CONTOSO, contacts)
    team = await store.new_list(CONTOSO, people[0].id, "Équipe", [person.id for person in people], deed=A_DEED)
    await store.new_list(CONTOSO, people[0].id, "équipage", [], deed=A_DEED)
    await store.new_list(CONTOSO, people[0].id, "ÉTÉ", [], deed=A_DEED)
    members = await store.members(CONTOSO, Audience(lists=(team.id,)), TEAMS, 9)
    assert [member.person.surname for member in members] == ["zola", "élan", "ÉLISE", "Émile"]
    assert [one.name for one in await store.lists(CONTOSO)] == ["équipage", "Équipe", "ÉTÉ"]


# --- figures and erasure ----------------------------------------------------------------------


async def test_an_hour_in_which_nobody_was_first_is_not_listed(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (claimed,) = await sent(store, campaign)
    await store.record([outcome(claimed)], 1)
    clicked = EngagementKind.CLICKED
    hour = timedelta(hours=1)
    await store.engage([opened(campaign, ada, NOW + hour, clicked)])
    await store.engage([opened(campaign, ada, NOW, clicked)])  # it was on its way for longer
    hours = [row for row in await store.engagement_by_hour(campaign.id) if row.kind is clicked]
    assert [(row.hour, row.people) for row in hours] == [(NOW, 1)]


async def test_erasing_an_address_leaves_those_of_another_organisation_who_share_a_second_one(store: Store) -> None:
    addresses = ("zoe@contoso.example", "zoe@mail.example")
    await store.remember(sighting("zoe", addresses=addresses))
    (namesake,) = await meet(store, FABRIKAM, [Contact(address="zoe@mail.example", given_name="Zoe")])
    (ada,) = await install(store, "ada")
    await store.give_role(ada.id, Role.OWNER, deed=A_DEED)
    erased = await store.erase("zoe@contoso.example", deed=A_DEED)
    assert [tenant for tenant, _ in erased] == [CONTOSO]
    assert await store.person_at(FABRIKAM, "zoe@mail.example") == namesake
