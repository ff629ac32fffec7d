"""Distribution lists: made, found, seen with their reach, combined, shared, deleted; in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from storage.records import Audience, CampaignState, Channel
from tests.bot.story import (
    MESSAGE,
    asked,
    completed,
    draft,
    error_beside,
    eventually,
    fields_of,
    handle_of,
    launch,
    make_author,
    newest,
    planned,
)
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, nodes_of, words_of

GONE = "This list is gone."


async def make_list(author: Person, name: str, *addresses: str) -> dict[str, Any]:
    """Through the front door; the list's card."""
    await author.say(f"new list {name}")
    await author.press("Go on", addresses="\n".join(addresses))
    answer = await author.press("Save the list")
    card: dict[str, Any] = answer["value"]
    return card


async def fifty(running_bot: RunningBot, ada: Person, louis: Person, installed: int = 47) -> list[str]:
    """Ada, Louis and others: 50 addresses, of whom as many have installed the bot."""
    crowd = running_bot.organisation.crowd(48)
    for person in crowd[: installed - 2]:
        await person.install()
    return [ada.address, louis.address, *(person.address for person in crowd)]


def icons_of(card: dict[str, Any]) -> list[str]:
    return [node["altText"] for node in nodes_of(card) if node.get("type") == "Image"]


def shown_lists(card: dict[str, Any]) -> list[str]:
    return [word.strip("*") for word in words_of(card) if word.startswith("**")]


async def test_a_list_shows_47_of_50_reachable_who_is_not_and_why(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    addresses = await fifty(running_bot, ada, louis)
    await louis.uninstall()
    card = await make_list(ada, "Managers", *addresses)
    words = words_of(card)
    assert {"Managers", "46 of 50 people can be reached"} <= {*words}
    [never, removed] = [word for word in words if word.startswith("**")]
    assert never.startswith("**3** – They have never installed Crieur. Ask them to add Crieur in Teams")
    assert removed == "**1** – They have removed Crieur. They can add it again in Teams."
    assert len(icons_of(card)) == 8, "a page of people, an icon for each"
    card = (await ada.press("Only the unreachable"))["value"]
    assert sorted(icons_of(card)) == ["has not installed Crieur"] * 3 + ["has removed Crieur"]
    assert "Louis Pasteur · louis.pasteur@contoso.example" in words_of(card)
    card = (await ada.press("Everybody"))["value"]
    seen = set()
    while True:
        seen |= {word for word in words_of(card) if "@contoso.example" in word}
        if "Next" not in words_of(card):
            break
        card = (await ada.press("Next"))["value"]
    assert len(seen) == 50


async def test_people_of_a_list_are_found_by_name_or_address(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(ada, "All", ada.address, louis.address, "grace@contoso.example")
    card = (await ada.press("Find", find="PASTEUR"))["value"]
    assert [word for word in words_of(card) if "@" in word] == ["Louis Pasteur · louis.pasteur@contoso.example"]
    card = (await ada.press("Find", find="grace@"))["value"]
    assert icons_of(card) == ["has not installed Crieur"]
    card = (await ada.press("Find", find="nobody at all"))["value"]
    assert "Nobody." in words_of(card)


async def test_lists_come_in_pages_and_are_found_by_name(running_bot: RunningBot, ada: Person) -> None:
    for number in range(8):
        await make_list(ada, f"Team {number}", f"person{number}@contoso.example")
    words = await asked(ada, "lists")
    assert "Page 1 of 2" in words
    assert "0 of 1 person can be reached" in words
    card = (await ada.press("Next"))["value"]
    assert shown_lists(card) == ["Team 6", "Team 7"]
    card = (await ada.press("Find", find="EAM 3"))["value"]
    assert shown_lists(card) == ["Team 3"]
    await ada.press("Open")
    assert ada.reads("person3@contoso.example")
    words = await asked(ada, "list team 5")
    assert "person5@contoso.example" in words
    words = await asked(ada, "list nothing like it")
    assert "I know no list “nothing like it”. Which one do you mean?" in words


async def test_pasted_addresses_are_summed_up_before_a_list_is_saved(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new list")
    pasted = f"Ada <{ada.address}>; {ada.address}\nnobody\nzoe@contoso.example"
    card = (await ada.press("Go on", list_name="Team", addresses=pasted))["value"]
    words = words_of(card)
    assert {"2, 1 of them new", "1 of 2 people can be reached", "1 line, dropped", "1 line"} <= {*words}
    assert "Line 2: “nobody” is not an address." in words
    assert fields_of(card)["list_name"] == "Team"
    assert await running_bot.store.lists(TENANT) == []
    await ada.press("Save the list")
    assert ada.reads("1 of 2 people can be reached")


@pytest.mark.parametrize(
    ("pasted", "error"),
    [
        ("", "Please paste at least one address."),
        ("nobody", "This is not an address: “nobody” (line 1)"),
        ("x@y.zz," * 9_000, "That is too much to paste. Please drop it into this chat as a CSV or Excel file."),
    ],
)
async def test_a_paste_without_an_address_or_too_long_a_one_is_refused(
    running_bot: RunningBot, ada: Person, pasted: str, error: str
) -> None:
    await ada.say("new list Team")
    card = (await ada.press("Go on", addresses=pasted))["value"]
    assert error_beside(card, "addresses") == error
    assert fields_of(card)["addresses"] == pasted[:60_000]
    await ada.say("new campaign")
    await ada.press("Next: audience", name="x", body="y")
    card = (await ada.press("Next: schedule", addresses=pasted, list_name="x"))["value"]
    assert error_beside(card, "addresses") == error
    assert await running_bot.store.lists(TENANT) == []


async def test_people_are_added_and_taken_out(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_list(ada, "Team", ada.address)
    await ada.press("Add or remove people")
    await ada.press("Add them", addresses=f"{louis.address}; {ada.address}; grace@contoso.example")
    assert ada.reads("2 people were added.")
    await ada.press("Add or remove people")
    await ada.press("Take them out", addresses="grace@contoso.example, unknown@contoso.example")
    assert ada.reads("1 person was taken out.")
    await ada.press("Add or remove people")
    card = (await ada.press("Add them", addresses="nobody"))["value"]
    assert error_beside(card, "addresses").startswith("This is not an address")
    [team] = await running_bot.store.lists(TENANT)
    assert team.size == 2


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_what_is_pasted_beside_addresses_becomes_variables_and_what_is_left_out_is_said(
    running_bot: RunningBot, ada: Person, louis: Person, language: str
) -> None:
    """The same paste for a campaign, and into a list that is there."""
    await make_author(ada, louis)
    author = ada if language == "en" else louis
    pasted = (
        "Mail\tSite\tBadge\nmarie@contoso.example; max@contoso.example\tLyon\t00123\nada@contoso.example\t#N/A\t7\n"
    )
    says = ["1 cell holds several addresses", "1 cell holds an error such as #N/A"]
    dit = ["1 cellule contient plusieurs adresses", "1 cellule contient une erreur comme #N/A"]
    await author.say("new campaign" if language == "en" else "nouvelle campagne")
    to_audience, to_schedule = (
        ("Next: audience", "Next: schedule") if language == "en" else ("Suite : destinataires", "Suite : diffusion")
    )
    await author.press(to_audience, **MESSAGE)
    card = (await author.press(to_schedule, list_name="Team", addresses=pasted))["value"]
    assert all(any(sentence in words for words in words_of(card)) for sentence in (says if language == "en" else dit))
    store = running_bot.store
    [team] = await store.lists(TENANT)
    assert (team.columns, team.size) == (("SITE", "BADGE"), 2)
    audience = Audience(lists=(team.id,), guests=True)
    people = {one.person.address: one.person.id for one in await store.members(TENANT, audience, Channel.TEAMS, 10)}
    kept = await store.columns_of(audience, list(people.values()))
    assert kept[people["marie@contoso.example"]] == {"SITE": "Lyon", "BADGE": "00123"}
    assert kept[people["ada@contoso.example"]] == {"BADGE": "7"}
    await author.execute("list.add", {"list": team.id, "addresses": pasted}, author.cards()[-1][0])
    words = words_of(author.card())
    assert any(
        ("Only names and addresses were added" if language == "en" else "Seuls les noms") in one for one in words
    )


async def test_a_campaign_combines_lists_leaves_one_out_and_nobody_gets_it_twice(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    marie, grace = running_bot.organisation.person("Marie", "Curie"), running_bot.organisation.person("Grace", "Hopper")
    await marie.install()
    await grace.install()
    await make_list(ada, "First", ada.address, louis.address)
    await make_list(ada, "Second", louis.address, marie.address, grace.address)
    await make_list(ada, "Board", grace.address)
    first, second, board = sorted(await running_bot.store.lists(TENANT), key=lambda one: one.id)
    both = {"audience": f"list:{first.id},list:{second.id}", "except": f"list:{board.id}"}
    await draft(ada, both)
    assert ada.reads("3 of 3 people can be reached")
    assert ada.reads("First and Second, without Board")
    campaign = await launch(ada, running_bot)
    assert campaign.as_scheduled.audience == Audience(lists=(first.id, second.id), except_lists=(board.id,))
    await completed(ada, running_bot)
    received = {person.given: sum(person.chat.campaigns.values()) for person in (ada, louis, marie, grace)}
    assert received == {"Ada": 1, "Louis": 1, "Marie": 1, "Grace": 0}


async def test_guests_are_left_out_unless_the_author_says_otherwise(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    guest = running_bot.organisation.person("Gustave", "Eiffel")
    running_bot.organisation.connector.add(guest.conversation, {**guest.member(), "userRole": "guest"})
    await guest.send({"type": "installationUpdate", "action": "add"})
    cards = await draft(ada)
    assert {"2 of 2 people can be reached", "1 is left out"} <= {*words_of(cards["review"])}
    await ada.press("Change the audience")
    card = (await ada.press("To the review", guests="true"))["value"]
    assert "3 of 3 people can be reached" in words_of(card)
    assert "1 is left out" not in words_of(card)


async def test_many_lists_are_looked_for_in_the_form_and_what_is_ticked_stays(
    running_bot: RunningBot, ada: Person
) -> None:
    for number in range(12):
        await make_list(ada, f"Team {number:02}", f"person{number}@contoso.example")
    await ada.say("new campaign Many")
    await ada.press("Next: audience", name="Many", body="Hello.")

    def offered(card: dict[str, Any]) -> list[str]:
        [choices] = [node["choices"] for node in nodes_of(card) if node.get("id") == "audience"]
        return [choice["title"].split(" – ")[0] for choice in choices]

    assert "Team 11" not in offered(ada.card())
    [last] = [one for one in await running_bot.store.lists(TENANT) if one.name == "Team 11"]
    card = (await ada.press("Find lists", find="team 11"))["value"]
    assert offered(card)[1:] == ["Team 11"]
    card = (await ada.press("Find lists", find="", audience=f"list:{last.id}"))["value"]
    assert offered(card)[1] == "Team 11", "what is ticked stays in sight"
    assert fields_of(card)["audience"] == f"list:{last.id}"
    card = (await ada.press("Next: schedule"))["value"]
    assert "When does it go out?" in words_of(card)


async def test_a_list_in_use_is_not_deleted_and_says_by_what(running_bot: RunningBot, ada: Person) -> None:
    await make_list(ada, "Team", ada.address)
    [team] = await running_bot.store.lists(TENANT)
    review = (await draft(ada, {"audience": f"list:{team.id}"}))["review"]
    assert "1 draft names it, and will need another audience." in await asked(ada, "delete list team")
    confirmation = ada.card()
    await ada.press(SEND_OFF, card=review)
    await eventually(lambda: planned(running_bot))
    refusal = "“Team” cannot be deleted yet: “Autumn newsletter” is scheduled or running, and names it."
    assert refusal in await asked(ada, "delete list team")
    card = (await ada.press("Yes, delete it", card=confirmation))["value"]
    assert refusal in words_of(card)
    assert await running_bot.store.distribution_list(team.id)
    await completed(ada, running_bot)
    await ada.say("delete list team")
    await ada.press("Yes, delete it")
    assert ada.reads("“Team” is deleted.")
    assert await running_bot.store.lists(TENANT) == []


async def test_a_draft_whose_list_is_gone_says_so_and_cannot_go_out(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(ada, "Board", louis.address)
    [board] = await running_bot.store.lists(TENANT)
    cards = await draft(ada, {"audience": "everyone", "except": f"list:{board.id}"})
    await ada.say("delete list board")
    await ada.press("Yes, delete it")
    card = (await ada.press(SEND_OFF, card=cards["review"]))["value"]
    assert "**Audience**: A list that it names is gone. Please choose again." in words_of(card)
    assert SEND_OFF.isdisjoint(words_of(card))
    assert (await newest(running_bot)).state is CampaignState.DRAFT


async def test_a_list_is_shared_by_its_owner_and_by_nobody_else(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await make_author(ada, louis)
    await make_author(ada, marie)
    await marie.say("new list Chemists")
    await marie.press("Go on", addresses=marie.address)
    await marie.press("Save the list")
    [team] = await running_bot.store.lists(TENANT)
    assert "Chemists" not in str(await asked(louis, "listes"))
    answer = await louis.execute("list.open", {"list": team.id}, louis.cards()[-1][0])
    assert "Cette liste n’existe plus." in words_of(answer["value"])
    await louis.say("nouvelle campagne")
    await louis.press("Suite : destinataires", name="Essai", body="Bonjour")
    campaign = await newest(running_bot)
    chosen = {"step": "audience", "go": "schedule", "channel": "msteams", "audience": f"list:{team.id}"}
    card = (await louis.execute("form.save", handle_of(campaign, **chosen), louis.cards()[-1][0]))["value"]
    assert "⚠ Cette liste n’existe plus. Choisissez-en une autre." in words_of(card)
    assert "Chemists" not in str(card), "what they may not see is not there"

    assert "**Chemists**" in await asked(ada, "lists"), "the owner sees every list"
    await marie.say("share list chemists")
    [louis_id] = [
        person.id for person, _ in await running_bot.store.with_role(TENANT) if person.address == louis.address
    ]
    card = (await marie.press("Save", sharing="some", authors=""))["value"]
    assert error_beside(card, "authors") == "Please tick at least one author."
    await marie.press("Save", list_name="Chimistes", sharing="some", authors=str(louis_id))
    assert marie.reads("Saved.")
    assert "**Chimistes**" in await asked(louis, "listes")
    await louis.press("Ouvrir")
    assert "Supprimer" not in words_of(louis.card()), "who may use it may not change it"
    for verb in ("list.people", "list.settings", "list.save", "list.delete", "list.delete.confirm", "list.add"):
        answer = await louis.execute(verb, {"list": team.id, "addresses": louis.address}, louis.cards()[-1][0])
        assert "Seule la personne qui a créé cette liste, ou le propriétaire de Crieur, peut la modifier." in words_of(
            answer["value"]
        )
    assert await running_bot.store.distribution_list(team.id)


async def test_a_campaign_is_begun_from_a_lists_card(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_list(ada, "Team", louis.address)
    [team] = await running_bot.store.lists(TENANT)
    await ada.press("New campaign for it")
    await ada.press("Next: audience", name="For them", body="Hello.")
    assert fields_of(ada.card())["audience"] == f"list:{team.id}"
    await ada.press("To the review")
    assert ada.reads("1 of 1 person can be reached")


async def test_reach_is_shown_for_each_channel(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    skyper = running_bot.organisation.person("Grace", "Hopper", channel="skype")
    await skyper.install()
    [grace] = [
        member.person
        for member in await running_bot.store.members(TENANT, Audience(everyone=True), Channel.SKYPE, 10)  # type: ignore[arg-type]
    ]
    team = await running_bot.store.new_list(
        TENANT, grace.id, "Both", [grace.id, (await _person(running_bot, louis)).id], deed=A_DEED
    )  # type: ignore[arg-type]
    words = await asked(ada, "list both")
    assert words.count("1 of 2 people can be reached") == 2
    card = (await ada.press("On Skype"))["value"]
    assert sorted(icons_of(card)) == ["Has installed Crieur", "has not installed Crieur"]
    assert team.size == 2


async def _person(running_bot: RunningBot, person: Person) -> Any:
    known = await running_bot.store.person_at(TENANT, person.address)  # type: ignore[arg-type]
    assert known is not None
    return known
