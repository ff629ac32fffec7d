"""Files as people have them, dropped into the chat: what is odd is said or asked; one press reads them otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.records import Audience, Channel, Role
from tests.bot.story import MESSAGE, error_beside, make_author
from tests.bot.test_import import Shelf, drop, names_of
from tests.conftest import RunningBot
from tests.support.http import Answer
from tests.support.organisation import TENANT, Person, actions_of, words_of
from tests.unit.test_files_as_they_are import book, saved

pytestmark = pytest.mark.real_time

FILES = Path(__file__).parents[1] / "unit" / "files"
TWO = "First name,Kontakt,Chefin\nAda,ada@c.example,boss@c.example\nLouis,louis@c.example,boss@c.example\n"


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf = Shelf()
    await shelf.server.start()
    yield shelf
    await shelf.server.stop()


async def people_of(running_bot: RunningBot, list: str) -> set[str]:
    store: Any = running_bot.store
    [distribution_list] = [one for one in await store.lists(TENANT) if one.name == list]
    members = await store.members(TENANT, Audience(lists=(distribution_list.id,)), Channel.TEAMS, 10)
    return {member.person.address.partition("@")[0] for member in members}


def titles_of(card: dict[str, Any]) -> list[str]:
    return [action.get("title", "") for action in actions_of(card)]


async def test_which_column_is_asked_with_three_rows_and_answered_by_one_press(
    running_bot: RunningBot, ada: Person, shelf: Shelf
) -> None:
    card = await drop(ada, shelf, "two.csv", TWO.encode())
    assert "Several columns hold addresses. Which are those of the people to write to?" in words_of(card)
    assert {"Ada · ada@c.example", "Louis · louis@c.example", "Ada · boss@c.example"} <= set(words_of(card))
    assert titles_of(card) == ["Take “Kontakt”", "Take “Chefin”", "Do not save"]
    await running_bot.restart()
    card = (await ada.press("Take “Kontakt”"))["value"]
    assert "The addresses are those of “Kontakt”. “Chefin” holds some, too." in words_of(card)
    card = (await ada.press("Another column"))["value"]
    await ada.press("Back", card=card)
    await ada.press("Save the list")
    assert await people_of(running_bot, "two") == {"ada", "louis"}


async def test_hidden_rows_and_other_sheets_are_one_press_away(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    await make_author(ada, louis)
    workbook = book(
        ("Lyon", [["Mail"], ["ada@c.example"], ["zoe@c.example"]]), ("Nice", [["Mail"], ["marie@c.example"]])
    )
    workbook["Lyon"].row_dimensions[3].hidden = True
    card = await drop(louis, shelf, "site.xlsx", saved(workbook))
    assert "1 ligne masquée ou filtrée de la feuille est laissée de côté." in words_of(card)
    assert "Lu dans la feuille « Lyon ». D’autres contiennent aussi des adresses : « Nice » (1 ligne)." in words_of(
        card
    )
    card = (await louis.press("Avec les lignes masquées"))["value"]
    assert "1 ligne masquée de la feuille est comprise." in words_of(card)
    assert "2" in words_of(card), "two people, both new"
    await louis.press("Une autre feuille")
    await louis.press("Lire « Nice »")
    await louis.press("Enregistrer la liste")
    assert await people_of(running_bot, "site") == {"marie"}
    store: Any = running_bot.store
    person = await store.person_at(TENANT, louis.address)
    assert await store.read_documents([f"import/{person.id}"]) == {}


async def test_what_a_file_had_of_its_own_is_said_with_its_lines(
    running_bot: RunningBot, ada: Person, shelf: Shelf
) -> None:
    card = await drop(ada, shelf, "upn.csv", (FILES / "empty-mail-upn2.csv").read_bytes())
    assert "1 person has no address in “Mail”: I took the one in “UPN” (line 4)." in words_of(card)
    card = await drop(ada, shelf, "odd.csv", b"Mail;Site\na@c.example; b@x.example;x\nc@c.example;#N/A\n")
    assert "1 cell holds an error such as #N/A, and counts as empty: Site (line 3)." in words_of(card)
    card = await drop(ada, shelf, "cut.csv", (FILES / "cut-utf8.csv").read_bytes())
    assert "1 line holds signs that cannot be read; they are left out (line 3)." in words_of(card)
    card = await drop(ada, shelf, "contact.csv", (FILES / "title-with-contact.csv").read_bytes())
    assert "Above the headings, and so nobody’s: hr@contoso.example (line 2)." in words_of(card)


async def test_the_true_reason_is_said_in_both_languages(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    await make_author(ada, louis)
    locked = (FILES / "password.xlsx").read_bytes()
    await ada.drop("secret.xlsx", shelf.put("secret.xlsx", locked))
    assert ada.texts()[-1].startswith("“secret.xlsx” is protected by a password or a sensitivity label")
    await louis.drop("secret.xlsx", shelf.put("secret.xlsx", locked))
    assert "est protégé par un mot de passe ou une étiquette de confidentialité" in louis.texts()[-1]
    await louis.drop("page.xls", shelf.put("page.xls", b"<html><table><tr><td>a@c.example</td></tr></table></html>"))
    assert "contient une page web" in louis.texts()[-1]


async def test_a_pasted_list_asks_like_a_file(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new list Lab")
    pasted = "ada@c.example\tboss@c.example\nlouis@c.example\tboss@c.example\nzoe@c.example\tchief@c.example"
    card = (await ada.press("Go on", list_name="Lab", addresses=pasted))["value"]
    assert titles_of(card) == ["Take “column A”", "Take “column B”", "Take all of them", "Do not save"]
    await ada.press("Take “column A”")
    await ada.press("Save the list")
    assert await people_of(running_bot, "Lab") == {"ada", "louis", "zoe"}


async def test_a_file_that_is_not_kept_any_more_is_asked_for_again(
    running_bot: RunningBot, ada: Person, shelf: Shelf
) -> None:
    first = await drop(ada, shelf, "two.csv", TWO.encode())
    message = ada.cards()[-1][0]
    await drop(ada, shelf, "three.csv", TWO.encode())
    card = (await ada.press("Take “Kontakt”", card=first, at=message))["value"]
    assert "This file is not kept any more. Please drop it here again." in words_of(card)
    await ada.press("Do not save")
    assert await names_of(running_bot) == []


async def test_roles_and_tests_understand_an_address_as_it_is_pasted(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    store: Any = running_bot.store

    async def roles() -> dict[str, Role]:
        return {person.address: role for person, role in await store.with_role(TENANT)}

    for typed in (
        f"mailto:{louis.address}?subject=x",
        f"Louis Pasteur <{louis.address.upper()}>",
        f"\u200b{louis.address}.",
    ):
        await ada.say(f"add author {typed}")
        assert (await roles()).get(louis.address) is Role.AUTHOR, typed
        await ada.say(f"remove author [Louis](mailto:{louis.address})")
        assert louis.address not in await roles(), typed


async def test_a_picture_that_would_not_show_is_said_when_its_address_is_typed(
    running_bot: RunningBot, ada: Person, shelf: Shelf
) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(99)
    errors = {
        shelf.put("moved.png", Answer(302, headers=(("Location", "/a.png"),))): "leads on to another",
        shelf.put("login.png", Answer(401)): "asks people to sign in",
        shelf.put("page.png", b"<html>Sign in</html>"): "perhaps a page",
        shelf.put("large.png", png + bytes(1_000_000)): "more than 1 MB",
        "https://contoso.sharepoint.com/a.png": "asks people to sign in",
    }
    await ada.say("new campaign Autumn")
    for image, why in errors.items():
        card = (await ada.press("Next: audience", **{**MESSAGE, "name": "Autumn", "image": image}))["value"]
        assert why in error_beside(card, "image"), image
    shown = shelf.put("shown.png", png)
    card = (await ada.press("Next: audience", **{**MESSAGE, "name": "Autumn", "image": shown}))["value"]
    assert "Who is it for?" in words_of(card)
