"""A person is picked by name where a form names one: whom they may see, and no others; with a plain field beside."""

from __future__ import annotations

from typing import Any

from storage.records import Role
from tests.bot.story import draft, error_beside, make_author
from tests.bot.test_house_defaults import search
from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person, nodes_of, words_of


def field(card: dict[str, Any], id: str) -> dict[str, Any]:
    return next(node for node in nodes_of(card) if node.get("id") == id)


async def marie_curie(running_bot: RunningBot) -> Person:
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    return marie


async def test_an_owner_finds_a_person_by_name_and_gives_them_a_role(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await ada.say("roles")
    who = field(ada.card(), "who")
    assert (who["style"], who["choices.data"]) == ("filtered", {"type": "Data.Query", "dataset": "people"})
    shown = f"Louis Pasteur · {louis.address}"
    assert await search(ada, "past", "people") == [(louis.address, shown)]
    assert await search(ada, louis.address, "people") == [(louis.address, shown)]
    assert await search(ada, "new.one@contoso.example", "people") == [("new.one@contoso.example",) * 2]
    assert await search(ada, "p", "people") == [] and await search(ada, "", "people") == []
    card = (await ada.press("Give it", who=shown, role="author"))["value"]  # as some clients send it
    assert "Louis Pasteur is now an author." in words_of(card)
    card = (await ada.press("Give it", who="", who_typed="nobody@contoso.example", role="author"))["value"]
    assert error_beside(card, "who_typed") == "I know nobody with this address. They need to install Crieur first."
    assert field(card, "who_typed")["value"] == "nobody@contoso.example"


async def test_a_test_goes_to_whom_an_author_picks(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await ada.press("Try it")
    card = ada.card()
    assert field(card, "address")["value"] == ada.address
    assert [one["value"] for one in field(card, "address")["choices"]] == [ada.address]
    await ada.press("Send the test", address=louis.address)
    assert any("is in the chat of" in word for word in words_of(ada.card()))
    assert field(ada.card(), "address")["value"] == louis.address


async def test_nobody_finds_people_who_are_not_theirs(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    marie = await marie_curie(running_bot)
    assert await search(louis, "curie", "people") == [], "who has no role finds nobody"
    await make_author(ada, louis)
    assert await search(louis, "curie", "people") == []
    assert await search(louis, "lovelace", "people") == [(ada.address, f"Ada Lovelace · {ada.address}")], "a role"
    await louis.say("nouvelle liste Labo")
    await louis.press("Continuer", addresses=marie.address)
    await louis.press("Enregistrer la liste")
    assert await search(louis, "curie", "people") == [(marie.address, f"Marie Curie · {marie.address}")]
    stranger = running_bot.organisation.person("Grace", "Hopper", tenant="another-tenant")
    await stranger.install()
    assert await search(ada, "hopper", "people") == [] and await search(stranger, "curie", "people") == []


async def test_in_french_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    marie = await marie_curie(running_bot)
    await ada.say("parle français")
    await ada.say("rôles")
    assert field(ada.card(), "who")["label"] == "À qui"
    assert await search(ada, "marie cur", "people") == [(marie.address, f"Marie Curie · {marie.address}")]
    await ada.press("Donner", who=marie.address, role="publisher")
    known = await running_bot.store.person_at(TENANT, marie.address)  # type: ignore[arg-type]
    assert known is not None and await running_bot.store.role(known.id) is Role.PUBLISHER
