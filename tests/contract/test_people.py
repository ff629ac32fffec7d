"""Who somebody is, and how to reach them."""

from __future__ import annotations

import asyncio

import pytest

from storage.port.store import Store
from storage.records import (
    Arrival,
    Audience,
    Channel,
    Contact,
    DeliveryState,
    DirectoryUser,
    NotReached,
    PersonId,
    Reach,
    Role,
    sender_of,
)
from tests.contract.world import (
    CONTOSO,
    END,
    FABRIKAM,
    MINUTE,
    NOW,
    claim,
    install,
    meet,
    plan,
    planned,
    running,
    sighting,
    state_of,
    tallied_right,
)
from tests.support.deeds import A_DEED

EVERYONE = Audience(everyone=True)
HERE = (CONTOSO, EVERYONE, Channel.TEAMS)


async def test_who_installs_is_known_and_reachable(store: Store) -> None:
    person, newly = await store.remember(
        sighting(
            "ada", addresses=("Ada@Contoso.example", "a.lovelace@contoso.example"), locale="en-GB", zone="Europe/London"
        )
    )
    assert newly
    assert person.address == "ada@contoso.example"
    assert (person.given_name, person.surname, person.name) == ("Ada", "Surname", "Ada Surname")
    assert (person.directory_id, person.locale, person.zone) == ("directory-ada", "en-GB", "Europe/London")
    assert await store.person(person.id) == person
    assert await store.person_at(CONTOSO, "A.LOVELACE@contoso.example") == person
    assert await store.person_behind(CONTOSO, Channel.TEAMS, "29:ada") == person
    reference = await store.reference(person.id, Channel.TEAMS)
    assert reference is not None and reference.broken is None
    assert (reference.conversation, reference.bot, reference.user) == ("chat-ada", "28:crieur", "29:ada")
    assert reference.tenant == CONTOSO and reference.service_url == "https://smba.example/emea/"
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)


async def test_the_same_person_twice_is_one_person(store: Store) -> None:
    first, newly = await store.remember(sighting("ada"))
    again, newly_again = await store.remember(sighting("ada", at=NOW + MINUTE))
    assert (newly, newly_again) == (True, False)
    assert again == first
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)


async def test_two_sightings_at_once_are_one_person(store: Store, other: Store) -> None:
    seen = await asyncio.gather(*(some.remember(sighting("ada")) for some in (store, other) * 3))
    assert len({person.id for person, _ in seen}) == 1
    assert [newly for _, newly in seen].count(True) == 1
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)


async def test_the_newest_conversation_is_kept_and_nothing_said_changes_nothing(store: Store) -> None:
    first, _ = await store.remember(sighting("ada", locale="fr-FR"))
    moved, _ = await store.remember(
        sighting("ada", service_url="https://smba.example/amer/", conversation="chat-2", surname="King", name="")
    )
    assert moved.id == first.id
    assert (moved.surname, moved.name, moved.locale) == ("King", first.name, "fr-FR")
    reference = await store.reference(first.id, Channel.TEAMS)
    assert reference is not None
    assert reference.conversation == "chat-2"


async def test_who_tells_no_directory_id_is_known_by_the_channels_id(store: Store) -> None:
    first, _ = await store.remember(sighting("ada"))
    again, _ = await store.remember(sighting("ada", directory_id="", addresses=()))
    assert again == first


async def test_a_channel_identity_belongs_to_whom_the_directory_says(store: Store) -> None:
    guessed, _ = await store.remember(sighting("ada", directory_id="", addresses=()))
    known, _ = await store.remember(sighting("ada", user="29:old", conversation="chat-old"))
    moved, _ = await store.remember(sighting("ada"))
    assert moved.id == known.id != guessed.id
    behind = await store.person_behind(CONTOSO, Channel.TEAMS, "29:ada")
    assert behind is not None and behind.id == known.id
    assert await store.reference(guessed.id, Channel.TEAMS) is None
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)


async def test_an_address_that_passed_on_leads_to_its_new_owner_and_never_to_the_former(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    new, _ = await store.remember(sighting("eve", addresses=("ada@contoso.example",)))
    assert new.id != ada.id
    at = await store.person_at(CONTOSO, "ada@contoso.example")
    assert at is not None and at.id == new.id
    former = await store.person(ada.id)
    assert former is not None and (former.address, former.directory_id) == ("", "directory-ada")
    due = await store.due_look_ups(NOW, NOW + 10 * MINUTE, 5)
    assert [reference.person for reference in due] == [ada.id], "the former owner is looked up"
    assert await store.due_look_ups(NOW, NOW + 10 * MINUTE, 5) == []


async def test_a_new_address_gives_up_the_former(store: Store) -> None:
    await store.remember(sighting("ada", addresses=("ada@contoso.example", "a.lovelace@contoso.example")))
    king, _ = await store.remember(sighting("ada", addresses=("ada.king@contoso.example",), at=NOW + MINUTE))
    assert king.address == "ada.king@contoso.example"
    assert await store.person_at(CONTOSO, "ada@contoso.example") is None
    assert await store.person_at(CONTOSO, "a.lovelace@contoso.example") is None
    at = await store.person_at(CONTOSO, "ada.king@contoso.example")
    assert at is not None and at.id == king.id
    [contact] = await meet(store, CONTOSO, [Contact(address="ada@contoso.example")])
    assert contact.id != king.id, "what is pasted now is the next owner's"
    heir, _ = await store.remember(sighting("eve", addresses=("ada@contoso.example",)))
    at = await store.person_at(CONTOSO, "ada@contoso.example")
    assert at is not None and at.id == heir.id


async def test_a_directory_that_says_less_takes_no_address_away(store: Store) -> None:
    both = ("ada@contoso.example", "a.lovelace@contoso.example")
    ada, _ = await store.remember(sighting("ada", addresses=both))
    await store.remember(sighting("ada", addresses=both[:1], at=NOW + MINUTE))
    await store.remember(sighting("ada", addresses=(), at=NOW + MINUTE))
    for address in both:
        at = await store.person_at(CONTOSO, address)
        assert at is not None and at.id == ada.id


async def test_two_swap_their_addresses(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    eve, _ = await store.remember(sighting("eve"))
    await store.remember(sighting("ada", addresses=("eve@contoso.example",)))
    await store.remember(sighting("eve", addresses=("ada@contoso.example",)))
    for address, person in (("eve@contoso.example", ada), ("ada@contoso.example", eve)):
        at = await store.person_at(CONTOSO, address)
        assert at is not None and (at.id, at.address) == (person.id, address)


async def test_an_address_by_which_skype_knows_somebody_is_not_given_up(store: Store) -> None:
    skype = sighting(
        "ada", channel=Channel.SKYPE, user="sip:ada@sip.example", directory_id="", addresses=("ada@sip.example",)
    )
    ada, _ = await store.remember(sighting("ada", addresses=("ada@contoso.example", "ada@sip.example")))
    assert (await store.remember(skype))[0].id == ada.id
    await store.remember(sighting("ada", addresses=("ada.king@contoso.example",), at=NOW + MINUTE))
    at = await store.person_at(CONTOSO, "ada@sip.example")
    assert at is not None and at.id == ada.id


# --- the newer word counts ---------------------------------------------------------------------


async def test_a_removal_of_somebody_never_seen_counts_against_an_install_told_after_it(store: Store) -> None:
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED, NOW + MINUTE)
    ada, newly = await store.remember(sighting("ada", told_at=NOW, installs=True))
    assert not newly and await store.reference(ada.id, Channel.TEAMS) is None
    _, newly = await store.remember(sighting("ada", told_at=NOW + 2 * MINUTE, installs=True))
    reference = await store.reference(ada.id, Channel.TEAMS)
    assert newly and reference is not None and reference.broken is None


async def test_a_late_removal_never_beats_a_newer_install(store: Store) -> None:
    await store.remember(sighting("ada", told_at=NOW, installs=True))
    await store.remember(sighting("ada", told_at=NOW + 2 * MINUTE, installs=True))
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED, NOW + MINUTE)
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED, NOW + 3 * MINUTE)
    assert await store.reach(*HERE) == Reach(total=0, reachable=0)
    _, newly = await store.remember(sighting("ada", told_at=NOW + 2 * MINUTE, installs=True, at=NOW + 9 * MINUTE))
    assert not newly and await store.reach(*HERE) == Reach(total=0, reachable=0), "a late install"
    _, newly = await store.remember(sighting("ada", told_at=NOW + 4 * MINUTE, at=NOW + 9 * MINUTE))
    assert newly and await store.reach(*HERE) == Reach(total=1, reachable=1), "any newer word"


async def test_a_removal_is_late_after_anything_that_was_done_in_the_chat(store: Store) -> None:
    await store.remember(sighting("ada", told_at=NOW, installs=True))
    sender = sender_of(CONTOSO, Channel.TEAMS, "29:ada")
    word = Arrival(key="word", sender=sender, told_at=NOW + 2 * MINUTE)
    await store.begin_activity(word, 1, NOW, NOW + MINUTE)
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED, NOW + MINUTE)
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED, NOW + 2 * MINUTE)
    assert await store.reach(*HERE) == Reach(total=0, reachable=0)


async def test_one_odd_service_url_never_replaces_one_that_worked(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    odd = "https://odd.example/"
    await store.remember(sighting("ada", service_url=odd, at=NOW + MINUTE))
    reference = await store.reference(ada.id, Channel.TEAMS)
    assert reference is not None and reference.service_url == "https://smba.example/emea/"
    assert await store.newest_service_url(CONTOSO, Channel.TEAMS) == odd, "a hint for when theirs does not work"
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED, NOW + 2 * MINUTE)
    amer = "https://smba.example/amer/"
    await store.remember(sighting("ada", service_url=amer, told_at=NOW + 3 * MINUTE, installs=True))
    reference = await store.reference(ada.id, Channel.TEAMS)
    assert reference is not None and reference.service_url == amer, "installed anew"


# --- who has no name is looked up ---------------------------------------------------------------


async def test_people_without_a_name_are_looked_up_oldest_first_and_paced(store: Store) -> None:
    nameless = {"addresses": (), "name": "", "given_name": "", "surname": ""}
    people = [
        (await store.remember(sighting(f"p{number}", at=NOW + number * MINUTE, **nameless)))[0] for number in range(3)
    ]
    await store.remember(sighting("named"))
    now, again = NOW + 5 * MINUTE, NOW + 15 * MINUTE
    first = await store.due_look_ups(now, again, 2)
    assert [reference.person for reference in first] == [people[0].id, people[1].id]
    assert [reference.person for reference in await store.due_look_ups(now, again, 2)] == [people[2].id]
    assert await store.due_look_ups(now, again, 2) == []
    await store.know(CONTOSO, [DirectoryUser(directory_id="directory-p0", addresses=("p0@contoso.example",))], now)
    await store.looked_up(people[1].id)
    assert [reference.person for reference in await store.due_look_ups(again, again + MINUTE, 5)] == [people[2].id]
    await store.look_up(people[0].id, again)
    due = await store.due_look_ups(again, again + MINUTE, 5)
    assert [reference.person for reference in due] == [people[0].id]


async def test_tenants_know_nothing_of_each_other(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    twin, newly = await store.remember(sighting("ada", tenant=FABRIKAM))
    assert newly and twin.id != ada.id
    assert await store.person_behind(FABRIKAM, Channel.TEAMS, "29:ada") == twin
    await store.lose(FABRIKAM, Channel.TEAMS, "29:ada", NotReached.BLOCKED)
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)
    assert (await store.reach(FABRIKAM, EVERYONE, Channel.TEAMS)).reachable == 0


async def test_one_person_is_reached_on_each_channel_apart(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    same, newly = await store.remember(sighting("ada", channel=Channel.SKYPE, user="8:ada", conversation="skype-ada"))
    assert same.id == ada.id and newly
    await store.lose(CONTOSO, Channel.SKYPE, "8:ada", NotReached.UNINSTALLED)
    teams, skype = await store.reference(ada.id, Channel.TEAMS), await store.reference(ada.id, Channel.SKYPE)
    assert teams is not None and teams.broken is None
    assert skype is not None and skype.broken is NotReached.UNINSTALLED


async def test_a_channel_without_directory_ids_finds_people_by_address_and_does_not_rename_them(store: Store) -> None:
    """Skype tells no directory id; the same address, in the same organisation, is the same person."""
    ada, _ = await store.remember(sighting("ada"))
    on_skype = {
        **{"channel": Channel.SKYPE, "user": "sip:ada@contoso.example", "conversation": "skype-ada"},
        **{"directory_id": "", "name": "ada on skype", "given_name": "A.", "surname": "", "zone": "Europe/London"},
    }
    same, newly = await store.remember(sighting("ada", **on_skype))
    assert newly and same.id == ada.id
    assert (same.name, same.given_name, same.directory_id) == (ada.name, ada.given_name, ada.directory_id)
    assert same.zone == "Europe/London", "what was blank is filled"
    again, newly = await store.remember(sighting("ada", **on_skype))
    assert not newly and again == same
    assert await store.person_behind(CONTOSO, Channel.SKYPE, "sip:ada@contoso.example") == same
    teams, skype = await store.reference(ada.id, Channel.TEAMS), await store.reference(ada.id, Channel.SKYPE)
    assert teams and skype and (teams.conversation, skype.conversation) == ("chat-ada", "skype-ada")


async def test_who_came_on_skype_first_becomes_who_the_directory_says(store: Store) -> None:
    first, _ = await store.remember(
        sighting("ada", channel=Channel.SKYPE, user="sip:ada@contoso.example", directory_id="", name="ada on skype")
    )
    ada, newly = await store.remember(sighting("ada"))
    assert newly and ada.id == first.id
    assert (ada.name, ada.directory_id) == ("Ada Surname", "directory-ada")
    assert await store.reference(ada.id, Channel.SKYPE) is not None


async def test_an_address_on_skype_in_another_organisation_is_nobody_we_know(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    other, _ = await store.remember(sighting("ada", tenant=FABRIKAM, channel=Channel.SKYPE, directory_id=""))
    assert other.id != ada.id


async def test_who_is_lost_is_not_reachable_until_seen_again(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED)
    reference = await store.reference(ada.id, Channel.TEAMS)
    assert reference is not None and reference.broken is NotReached.UNINSTALLED
    assert await store.reach(*HERE) == Reach(total=0, reachable=0)
    _, newly = await store.remember(sighting("ada"))
    assert newly
    assert await store.reach(*HERE) == Reach(total=1, reachable=1)


async def test_losing_somebody_unknown_is_nothing(store: Store) -> None:
    await store.lose(CONTOSO, Channel.TEAMS, "29:nobody", NotReached.GONE)
    assert await store.person_behind(CONTOSO, Channel.TEAMS, "29:nobody") is None


async def test_nobody_is_nobody(store: Store) -> None:
    nobody = PersonId(999)
    assert await store.person(nobody) is None
    assert await store.person_at(CONTOSO, "nobody@contoso.example") is None
    assert await store.reference(nobody, Channel.TEAMS) is None
    assert await store.role(nobody) is None


# --- people of lists --------------------------------------------------------------------------


async def test_contacts_are_met_in_their_order_and_once(store: Store) -> None:
    (ada,) = await install(store, "ada")
    met = await meet(
        store,
        CONTOSO,
        [
            Contact(address="Louis@Contoso.example", given_name="Louis", surname="Pasteur"),
            Contact(address="ADA@contoso.example", given_name="Somebody", surname="Else"),
            Contact(address="louis@contoso.example"),
            Contact(address="marie@contoso.example"),
        ],
    )
    assert [person.address for person in met] == [
        "louis@contoso.example",
        "ada@contoso.example",
        "louis@contoso.example",
        "marie@contoso.example",
    ]
    assert met[1] == ada and met[0] == met[2]
    assert (met[0].given_name, met[0].surname, met[0].directory_id) == ("Louis", "Pasteur", "")
    assert await meet(store, CONTOSO, [Contact(address="marie@contoso.example")]) == [met[3]]
    assert await meet(store, CONTOSO, []) == []


async def test_many_contacts_are_met_at_once(store: Store) -> None:
    contacts = [Contact(address=f"person{number}@contoso.example") for number in range(2_000)]
    met = await meet(store, CONTOSO, contacts)
    assert [person.address for person in met] == [contact.address for contact in contacts]
    assert len({person.id for person in met}) == 2_000
    assert [person.id for person in await meet(store, CONTOSO, contacts)] == [person.id for person in met]


async def test_a_list_gives_names_to_who_has_none(store: Store) -> None:
    (ada,) = await install(store, "ada")
    bare, named = Contact(address="zoe@contoso.example"), Contact(address="zoe@contoso.example", given_name="Zoë")
    [nameless] = await meet(store, CONTOSO, [bare])
    assert nameless.given_name == ""
    [zoe] = await meet(store, CONTOSO, [named])
    assert (zoe.id, zoe.given_name) == (nameless.id, "Zoë")
    other = Contact(address="zoe@contoso.example", given_name="Zora")
    assert await meet(store, CONTOSO, [other, bare]) == [zoe, zoe]
    assert await meet(store, CONTOSO, [Contact(address="ada@contoso.example", given_name="Adele")]) == [ada]


async def test_contacts_met_at_once_are_one_person(store: Store, other: Store) -> None:
    contacts = [Contact(address=f"person{number}@contoso.example") for number in range(20)]
    met = await asyncio.gather(*(meet(some, CONTOSO, contacts) for some in (store, other) * 2))
    assert all(people == met[0] for people in met)


async def test_a_contact_who_installs_is_the_same_person(store: Store) -> None:
    (contact,) = await meet(store, CONTOSO, [Contact(address="ada@contoso.example", given_name="A.")])
    team = await store.new_list(CONTOSO, contact.id, "Team", [contact.id], deed=A_DEED)
    audience = Audience(lists=(team.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=0)
    ada, newly = await store.remember(sighting("ada"))
    assert newly and ada.id == contact.id
    assert (ada.given_name, ada.directory_id) == ("Ada", "directory-ada")
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=1)


async def test_a_contact_who_turns_out_to_be_somebody_known_becomes_them(store: Store) -> None:
    """In lists and in deliveries, without standing anywhere twice."""
    ada, _ = await store.remember(sighting("ada", addresses=()))
    (contact,) = await meet(store, CONTOSO, [Contact(address="ada@contoso.example")])
    assert contact.id != ada.id
    alone = await store.new_list(CONTOSO, ada.id, "Alone", [contact.id], deed=A_DEED)
    both = await store.new_list(CONTOSO, ada.id, "Both", [contact.id, ada.id], deed=A_DEED)
    campaign = await planned(store, [ada], waiting=[])
    waiting = await planned(store, (await install(store, "louis")), waiting=[contact])

    same, newly = await store.remember(sighting("ada"))
    assert same.id == ada.id and not newly
    assert await store.person_at(CONTOSO, "ada@contoso.example") == same
    for team in (alone, both):
        audience = Audience(lists=(team.id,))
        assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=1)
        reachable, others = await store.recipients(CONTOSO, audience, Channel.TEAMS)
        assert (list(reachable), list(others)) == ([ada.id], [])
    assert await state_of(store, campaign, ada) == DeliveryState.PLANNED
    assert await state_of(store, waiting, ada) == DeliveryState.PLANNED
    assert await state_of(store, waiting, contact) is None
    await tallied_right(store, waiting)


async def test_a_contact_with_a_further_address_of_somebody_known_becomes_them(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    (contact,) = await meet(store, CONTOSO, [Contact(address="a.lovelace@contoso.example")])
    team = await store.new_list(CONTOSO, ada.id, "Team", [contact.id], deed=A_DEED)
    await store.remember(sighting("ada", addresses=("ada@contoso.example", "a.lovelace@contoso.example")))
    assert await store.person_at(CONTOSO, "a.lovelace@contoso.example") == ada
    assert await store.reach(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS) == Reach(total=1, reachable=1)


async def test_a_directory_id_is_the_same_in_any_letter_case(store: Store) -> None:
    ada, _ = await store.remember(sighting("ada"))
    again, _ = await store.remember(sighting("ada", directory_id="DIRECTORY-Ada", user="29:new", addresses=()))
    assert again.id == ada.id


async def test_who_has_installed_is_never_taken_for_a_contact(store: Store) -> None:
    first, _ = await store.remember(sighting("ada", directory_id=""))
    second, _ = await store.remember(sighting("eve", addresses=("ada@contoso.example",), user="29:eve"))
    # the address leads to the first, who has no directory id yet: they are one
    assert second.id == first.id
    third, _ = await store.remember(sighting("bob", directory_id="directory-bob", addresses=("bob@contoso.example",)))
    fourth, _ = await store.remember(
        sighting("ada", user="29:x", directory_id="directory-x", addresses=("x@contoso.example", "bob@contoso.example"))
    )
    assert fourth.id != third.id
    at = await store.person_at(CONTOSO, "bob@contoso.example")
    assert at is not None and at.id == third.id


# --- who waits is woken -----------------------------------------------------------------------


async def test_an_install_wakes_what_waits_in_running_campaigns(store: Store) -> None:
    (ada,) = await install(store, "ada")
    louis, marie = await meet(
        store, CONTOSO, [Contact(address="louis@contoso.example"), Contact(address="marie@contoso.example")]
    )
    campaign = await planned(store, [ada], waiting=[louis, marie])
    installed, _ = await store.remember(sighting("louis", at=NOW + MINUTE))
    assert installed.id == louis.id
    assert await state_of(store, campaign, louis) == DeliveryState.PLANNED
    assert await state_of(store, campaign, marie) == DeliveryState.WAITING
    await tallied_right(store, campaign)
    claimed = await claim(store, campaign, now=NOW + MINUTE)
    assert [delivery.person.id for delivery in claimed] == [ada.id, louis.id]
    assert all(delivery.reference is not None for delivery in claimed)


async def test_an_install_after_the_slot_or_on_another_channel_wakes_nothing(store: Store) -> None:
    (ada,) = await install(store, "ada")
    louis, marie = await meet(
        store, CONTOSO, [Contact(address="louis@contoso.example"), Contact(address="marie@contoso.example")]
    )
    campaign = await planned(store, [ada], waiting=[louis, marie])
    await store.remember(sighting("louis", at=END + MINUTE))
    await store.remember(sighting("marie", channel=Channel.SKYPE, user="8:marie"))
    assert await state_of(store, campaign, louis) == DeliveryState.WAITING
    assert await state_of(store, campaign, marie) == DeliveryState.WAITING
    await tallied_right(store, campaign)


async def test_who_installs_between_reading_the_audience_and_planning_waits_no_more(store: Store) -> None:
    (ada,) = await install(store, "ada")
    louis, marie = await meet(
        store, CONTOSO, [Contact(address="louis@contoso.example"), Contact(address="marie@contoso.example")]
    )
    campaign = await running(store, ada)
    await store.remember(sighting("louis"))
    await plan(store, campaign, [(person, None) for person in (louis, marie)])
    await store.planned(campaign.id, NOW + MINUTE)
    assert await state_of(store, campaign, louis) == DeliveryState.PLANNED
    assert await state_of(store, campaign, marie) == DeliveryState.WAITING
    assert await store.next_due(campaign.id) == NOW + MINUTE
    await tallied_right(store, campaign)


# --- words and roles --------------------------------------------------------------------------


async def test_the_language_asked_for_is_kept_until_taken_back(store: Store) -> None:
    (ada,) = await install(store, "ada")
    await store.speak(ada.id, "fr")
    assert (await store.remember(sighting("ada", locale="en-GB")))[0].language == "fr"
    await store.speak(ada.id, "")
    person = await store.person(ada.id)
    assert person is not None and person.language == ""


async def test_a_tenant_gets_one_owner_however_many_ask_at_once(store: Store, other: Store) -> None:
    people = await install(store, "ada", "louis", "marie")
    twin, _ = await store.remember(sighting("ada", tenant=FABRIKAM))
    claims = await asyncio.gather(
        *(some.claim_ownership(person.id, deed=A_DEED) for person in people for some in (store, other))
    )
    assert claims.count(True) == 1
    owners = [(person, role) for person, role in await store.with_role(CONTOSO) if role is Role.OWNER]
    assert len(owners) == 1
    assert not await store.claim_ownership(people[0].id, deed=A_DEED)
    assert await store.claim_ownership(twin.id, deed=A_DEED)


async def test_the_last_owner_stays(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    twin, _ = await store.remember(sighting("louis", tenant=FABRIKAM))
    assert await store.claim_ownership(ada.id, deed=A_DEED) and await store.claim_ownership(twin.id, deed=A_DEED)
    for role in (None, Role.AUTHOR, Role.PUBLISHER):
        assert not await store.give_role(ada.id, role, deed=A_DEED)
        assert await store.role(ada.id) is Role.OWNER
    assert await store.give_role(ada.id, Role.OWNER, deed=A_DEED), "nothing changes"
    assert await store.give_role(louis.id, Role.OWNER, deed=A_DEED)
    assert await store.give_role(ada.id, Role.PUBLISHER, deed=A_DEED)
    assert not await store.give_role(louis.id, None, deed=A_DEED)
    assert await store.with_role(CONTOSO) == [(ada, Role.PUBLISHER), (louis, Role.OWNER)]


async def test_of_two_owners_who_remove_each_other_one_stays(store: Store, other: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    for _ in range(10):
        await store.give_role(ada.id, Role.OWNER, deed=A_DEED)
        await store.give_role(louis.id, Role.OWNER, deed=A_DEED)
        done = await asyncio.gather(
            store.give_role(ada.id, None, deed=A_DEED), other.give_role(louis.id, None, deed=A_DEED)
        )
        assert sorted(done) == [False, True]
        assert len(await store.with_role(CONTOSO)) == 1


async def test_an_owner_who_was_named_counts_as_one(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    await store.give_role(ada.id, Role.OWNER, deed=A_DEED)
    assert not await store.claim_ownership(louis.id, deed=A_DEED)


async def test_roles_are_given_taken_and_listed_by_name(store: Store) -> None:
    ada, louis, _ = await install(store, "ada", "louis", "marie")
    assert await store.role(ada.id) is None
    await store.give_role(louis.id, Role.AUTHOR, deed=A_DEED)
    await store.give_role(ada.id, Role.OWNER, deed=A_DEED)
    await store.remember(sighting("ada", conversation="chat-2"))  # being seen changes no role
    assert await store.with_role(CONTOSO) == [(ada, Role.OWNER), (louis, Role.AUTHOR)]
    await store.give_role(louis.id, None, deed=A_DEED)
    assert await store.role(louis.id) is None
    assert await store.with_role(CONTOSO) == [(ada, Role.OWNER)]
    assert await store.with_role(FABRIKAM) == []


@pytest.mark.parametrize("reason", list(NotReached))
async def test_every_reason_can_be_kept(store: Store, reason: NotReached) -> None:
    (ada,) = await install(store, "ada")
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", reason)
    reference = await store.reference(ada.id, Channel.TEAMS)
    assert reference is not None and reference.broken is reason
