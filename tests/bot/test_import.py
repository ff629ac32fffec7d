"""A file dropped into the chat: summed up before anything is saved, saved whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote, unquote

import pytest

from bot.teams import handler
from cards.lists.reading import Choice
from dialogs.lists.imports import client, flow
from dialogs.lists.imports.tables.records import PLAIN, CannotRead, NoTable
from storage.records import Audience, Channel
from storage.sqlite import SqliteStore
from tests.bot.story import MESSAGE, asked, completed, draft, error_beside, fields_of, launch, make_author
from tests.bot.test_lists import make_list
from tests.conftest import RunningBot
from tests.support.bombs import BOMBS
from tests.support.http import Answer, Server, until
from tests.support.organisation import TENANT, Person, words_of
from tests.unit.test_import import separated, workbook

pytestmark = pytest.mark.real_time

HEAD = ["Last name", "First name", "E-mail", "Department"]
KEPT_NO_MORE = "This file is not kept any more. Please drop it here again."


class Shelf:
    """Files that can be fetched over HTTP, as Teams' storage hands them out."""

    def __init__(self) -> None:
        self.files: dict[str, Answer] = {}
        self.asked = 0
        self.server = Server(self._hand_out)

    def _hand_out(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        self.asked += 1
        return self.files.get(unquote(path.decode()).strip("/"), Answer(404))

    def put(self, name: str, content: bytes | Answer) -> str:
        """The address of a file."""
        self.files[name] = content if isinstance(content, Answer) else Answer(200, content)
        return f"http://127.0.0.1:{self.server.port}/{quote(name)}"


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf = Shelf()
    await shelf.server.start()
    yield shelf
    await shelf.server.stop()


def row_of(person: Person, department: str) -> list[str]:
    return [person.surname, person.given, person.address, department]


async def drop(person: Person, shelf: Shelf, name: str, content: bytes | Answer) -> dict[str, Any]:
    await person.drop(name, shelf.put(name, content))
    return await person.sees(name)


async def names_of(running_bot: RunningBot) -> list[str]:
    return [one.name for one in await running_bot.store.lists(TENANT)]  # type: ignore[arg-type]


async def test_a_csv_is_summed_up_and_saved_only_when_its_author_says_so(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    rows = [HEAD, row_of(ada, "Engines"), row_of(louis, "Milk"), ["Curie", "Marie", "marie@contoso.example", "Radium"]]
    rows += [["Curie", "Marie", "MARIE@contoso.example", ""], ["Nobody", "", "", ""], ["Odd", "", "odd@", ""]]
    card = await drop(ada, shelf, "Lab people.csv", separated(rows).encode("cp1252"))
    words = words_of(card)
    assert {"3, 1 of them new", "2 of 3 people can be reached", "1 line, dropped (line 5)", "2 lines"} <= {*words}
    assert "Line 6: there is no address." in words
    assert "Line 7: “odd@” is not an address." in words
    assert "Ada Lovelace · ada.lovelace@contoso.example · Engines" in words, "a wrong column would be seen"
    assert "Variables for your messages: \\[DEPARTMENT\\]" in words
    assert fields_of(card)["list_name"] == "Lab people"
    assert await names_of(running_bot) == []
    assert await running_bot.store.person_at(TENANT, "marie@contoso.example") is None, "nobody is known by a summary"  # type: ignore[arg-type]

    card = (await ada.press("Save the list"))["value"]
    assert {"Saved: 3 people.", "2 of 3 people can be reached", "\\[DEPARTMENT\\]"} <= {*words_of(card)}
    [imported] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    assert (imported.name, imported.size, imported.columns) == ("Lab people", 3, ("DEPARTMENT",))


async def test_a_workbook_is_read_in_french(running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf) -> None:
    await make_author(ada, louis)
    rows = [
        ["Nom", "Prénom", "Courriel", "Équipe"],
        row_of(ada, "Bleue"),
        row_of(louis, "Rouge"),
        ["X", "", "pas là", ""],
    ]
    card = await drop(louis, shelf, "Équipe.xlsx", workbook(rows))
    words = words_of(card)
    assert {"2 personnes joignables sur 2", "Ligne 4 : « pas là » n’est pas une adresse."} <= {*words}
    assert not {"People", "Reach", "Save the list", "Do not save", "The first of them"} & {*words}
    card = (await louis.press("Enregistrer la liste"))["value"]
    assert "Enregistré : 2 personnes." in words_of(card)
    assert await names_of(running_bot) == ["Équipe"]


async def test_a_column_becomes_a_variable_that_each_recipient_reads(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    rows = [HEAD, row_of(ada, "Engines"), row_of(louis, "**Milk** [x](https://evil.example)")]
    await drop(ada, shelf, "lab.csv", separated(rows).encode())
    await ada.press("Save the list")
    [imported] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    typed = {"body": "Hello [FIRSTNAME] of [DEPARTMENT], [DEPARTEMENT]."}
    await ada.say("new campaign")
    card = (await ada.press("Next: audience", **{**MESSAGE, **typed}))["value"]
    assert error_beside(card, "body") == "I don’t know [DEPARTEMENT]. Did you mean [DEPARTMENT]?"
    cards = await draft(ada, {"audience": f"list:{imported.id}"}, {"body": "Hello [FIRSTNAME] of [DEPARTMENT]."})
    assert "Hello Ada of Engines." in words_of(cards["review"])
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    await ada.sees("Hello Ada of Engines.")
    await louis.sees("Hello Louis of \\*\\*Milk\\*\\* \\[x\\]\\(https:\u2060//evil.example\\).")
    await ada.say("delete list lab")
    await ada.press("Yes, delete it")
    await louis.press("I have read it")
    assert louis.reads("Hello Louis of \\*\\*Milk"), "the message stays as it was sent, whatever became of the list"


async def test_who_has_no_value_is_named_before_scheduling(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    await drop(ada, shelf, "lab.csv", separated([HEAD, row_of(ada, "Engines"), row_of(louis, "")]).encode())
    await ada.press("Save the list")
    [imported] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    cards = await draft(ada, {"audience": f"list:{imported.id}"}, {"body": "To [DEPARTMENT]"})
    warning = "[DEPARTMENT] has no value for 1 person: Louis Pasteur. Give it a fallback: [DEPARTMENT|…]."
    assert warning in words_of(cards["review"])
    await ada.press("Change the message")
    card = (await ada.press("To the review", body="To [DEPARTMENT|all]"))["value"]
    assert not any("has no value" in word for word in words_of(card))


async def test_a_summary_outlives_a_restart_and_a_save_cut_short_is_done_again(
    running_bot: RunningBot, ada: Person, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE", 10)
    rows = [["Mail"], *([f"p{number}@contoso.example"] for number in range(95))]
    await drop(ada, shelf, "many.csv", separated(rows).encode())
    fill_from_page, calls = SqliteStore.fill_from_page, 0

    async def dies(*given: Any, **more: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise RuntimeError("the power went")
        await fill_from_page(*given, **more)

    monkeypatch.setattr(SqliteStore, "fill_from_page", dies)
    await running_bot.restart()
    await ada.press("Save the list")
    assert "Something went wrong on my side. Nothing is lost: please try again." in ada.toasts
    assert calls > 5
    assert await names_of(running_bot) == [], "nothing is half imported"
    monkeypatch.setattr(SqliteStore, "fill_from_page", fill_from_page)
    await running_bot.restart()
    assert await names_of(running_bot) == []
    await ada.press("Save the list")
    [imported] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    assert imported.size == 95
    reach = await running_bot.store.reach(TENANT, Audience(lists=(imported.id,)), Channel.TEAMS)  # type: ignore[arg-type]
    assert reach.total == 95


async def test_a_slow_save_says_so_and_its_answer_follows(
    running_bot: RunningBot, ada: Person, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "PATIENCE", 0.0)
    rows = [["Mail"], *([f"p{number}@contoso.example"] for number in range(20))]
    await ada.drop("slow.csv", shelf.put("slow.csv", separated(rows).encode()))
    assert "I am reading “slow.csv” …" in ada.texts()
    await ada.sees("0 of 20 people can be reached")
    card = (await ada.press("Save the list"))["value"]
    assert words_of(card)[0] == "I am saving 20 people …"
    ada.view.clear()
    await ada.sees("Saved: 20 people.")


async def test_one_press_of_save_heard_twice_is_one_list(running_bot: RunningBot, ada: Person, shelf: Shelf) -> None:
    card = await drop(ada, shelf, "twice.csv", separated([["Mail"], ["p@contoso.example"]]).encode())
    message = ada.cards()[-1][0]
    await asyncio.gather(*(ada.press("Save the list", card=card, at=message) for _ in range(3)))
    assert await names_of(running_bot) == ["twice"]
    answer = (await ada.press("Save the list", card=card, at=message))["value"]
    assert "0 of 1 person can be reached" in words_of(answer), "an old summary shows the list that it became"


async def test_a_file_adds_to_a_list_or_takes_the_place_of_its_people(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    await make_list(ada, "Lab", ada.address, "old@contoso.example")
    [imported] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    await drop(ada, shelf, "more.csv", separated([HEAD, row_of(louis, "Milk"), row_of(ada, "Engines")]).encode())
    await ada.press("Save the list", into=f"add:{imported.id}")
    assert ada.reads("Saved: 3 people.")
    audience = Audience(lists=(imported.id,))

    async def members() -> dict[str, dict[str, str]]:
        page = await running_bot.store.members(TENANT, audience, Channel.TEAMS, 10)  # type: ignore[arg-type]
        return {member.person.address.partition("@")[0]: dict(member.columns) for member in page}

    own = {"ada.lovelace": {"DEPARTMENT": "Engines"}, "louis.pasteur": {"DEPARTMENT": "Milk"}}
    assert await members() == {**own, "old": {}}
    await drop(ada, shelf, "new.csv", separated([["Mail", "Site"], [louis.address, "Lyon"]]).encode())
    await ada.press("Save the list", into=f"replace:{imported.id}")
    assert await members() == {"louis.pasteur": {"SITE": "Lyon"}}
    assert await names_of(running_bot) == ["Lab"]


async def test_a_name_that_is_taken_is_said_beside_it(running_bot: RunningBot, ada: Person, shelf: Shelf) -> None:
    await make_list(ada, "Lab", ada.address)
    card = await drop(ada, shelf, "lab.csv", separated([["Mail"], ["p@contoso.example"]]).encode())
    assert fields_of(card)["list_name"] == "lab (2)", "a free one is proposed"
    for name, error in (
        ("LAB", "There is a list of this name already."),
        (" ", "Please give the list a name."),
        ("x" * 101, "That is too long: 101 characters of 100."),
    ):
        card = (await ada.press("Save the list", list_name=name))["value"]
        assert error_beside(card, "list_name") == error
    await ada.press("Save the list", list_name="Lab 2")
    assert await names_of(running_bot) == ["Lab", "Lab 2"]


async def test_what_is_not_saved_leaves_nothing(running_bot: RunningBot, ada: Person, shelf: Shelf) -> None:
    first = await drop(ada, shelf, "first.csv", separated([["Mail"], ["p@contoso.example"]]).encode())
    message = ada.cards()[-1][0]
    second = await drop(ada, shelf, "second.csv", separated([["Mail"], ["q@contoso.example"]]).encode())
    answer = (await ada.press("Save the list", card=first, at=message))["value"]
    assert KEPT_NO_MORE in words_of(answer), "a newer file has taken its place"
    await ada.press("Do not save")
    assert ada.reads("Nothing was saved.")
    answer = (await ada.press("Save the list", card=second))["value"]
    assert KEPT_NO_MORE in words_of(answer)
    assert await names_of(running_bot) == []


async def test_a_list_from_a_file_is_used_for_the_campaign_that_waits_for_it(
    running_bot: RunningBot, ada: Person, shelf: Shelf
) -> None:
    await ada.say("new campaign Autumn")
    await ada.press("Next: audience", **{**MESSAGE, "name": "Autumn"})
    await drop(ada, shelf, "lab.csv", separated([["Mail"], [ada.address]]).encode())
    await ada.press("Save the list")
    card = (await ada.press("Use it for “Autumn”"))["value"]
    [imported] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    assert "Who is it for?" in words_of(card)
    assert fields_of(card)["audience"] == f"list:{imported.id}"
    await ada.press("To the review")
    assert ada.reads("1 of 1 person can be reached")


@pytest.mark.parametrize(
    ("name", "content", "reply"),
    [
        ("empty.csv", b"", "There is nothing in “empty.csv”."),
        ("cat.png.csv", bytes(range(256)) * 9, "“cat.png.csv” is no table: I read CSV, Excel (.xlsx, .xls) and"),
        ("note.doc", b"\xd0\xcf\x11\xe0" * 99, "“note.doc” is no table: I read CSV, Excel"),
        ("broken.xlsx", b"PK\x03\x04" * 99, "“broken.xlsx” is broken: please save it again as .xlsx or CSV, and drop"),
        ("ages.csv", b"Name;Age\nAda;36\n", "I find no addresses in “ages.csv”: one column must hold them, like"),
        ("gone.csv", Answer(404), "I could not fetch “gone.csv”. Please drop it here once more."),
        ("reset.csv", Answer(200, reset=True), "I could not fetch “reset.csv”. Please drop it here once more."),
        ("large.csv", Answer(200, bytes(17_000_000)), "“large.csv” is too large: I read files of up to 16 MB."),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_with_the_reason(
    running_bot: RunningBot, ada: Person, shelf: Shelf, name: str, content: bytes | Answer, reply: str
) -> None:
    await ada.drop(name, shelf.put(name, content))
    await until(lambda: not ada.texts()[-1].startswith("I am reading"))  # what is said where that takes a while
    assert ada.texts()[-1].startswith(reply)
    assert await names_of(running_bot) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data", "https://contoso.com/x.csv", "http://10.0.0.1/x", "file:///etc/passwd",
        "ftp://127.0.0.1/x", "http://127.0.0.1.evil.example/", "http://[::ffff:10.0.0.1]/", "", "data:text/csv,%ZZ",
    ],
)  # fmt: skip
async def test_without_a_registration_a_file_comes_from_this_machine_only(
    running_bot: RunningBot, ada: Person, shelf: Shelf, url: str
) -> None:
    await ada.drop("people.csv", url)
    await until(lambda: not ada.texts()[-1].startswith("I am reading"))
    assert ada.texts()[-1].endswith("Please drop it here once more.") or "no addresses" in ada.texts()[-1]
    redirect = Answer(302, headers=(("Location", url or "/again"),))
    await ada.drop("people.csv", shelf.put("again", redirect))
    assert ada.texts()[-1].endswith("Please drop it here once more.")
    assert shelf.asked <= 4


async def test_other_clients_files_are_read_too(running_bot: RunningBot, ada: Person, shelf: Shelf) -> None:
    url = shelf.put("people.csv", separated([["Mail"], ["p@contoso.example"]]).encode())
    file = {"contentType": "text/csv", "contentUrl": url, "name": "people.csv"}
    await ada.send({"type": "message", "text": "here they are", "attachments": [file], "from_name": ada.name})
    await ada.sees("0 of 1 person can be reached")
    file["contentUrl"] = "data:text/csv;base64,TWFpbApxQGNvbnRvc28uZXhhbXBsZQo="
    await ada.send({"type": "message", "attachments": [{**file, "name": "inline.csv"}], "from_name": ada.name})
    await ada.sees("inline.csv")


async def test_a_recipient_who_drops_a_file_is_told_what_they_can_do(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    await louis.drop("people.csv", shelf.put("people.csv", b"Mail\np@contoso.example\n"))
    assert "Seuls les auteurs" in louis.texts()[-1]
    assert shelf.asked == 0
    assert "people.csv" not in str(await asked(louis, "aide"))


# --- files that are made to do harm -----------------------------------------------------------

#: those that come to an end soon; the others end by the same bounds
QUICK = {
    "styles": "takes more memory or time than I may spend on a file",
    "names": "takes more memory or time than I may spend on a file",
    "formats": "takes more memory or time than I may spend on a file",
    "entities": "is broken",
    "a file of ours": "is broken",
    "a gap": "There is nothing in",
    "a long line": "is no table",
}


@pytest.mark.parametrize("kind", QUICK)
async def test_a_hostile_file_costs_its_own_program_only(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf, kind: str
) -> None:
    """It is bounded in memory and computing; the chat goes on meanwhile, and its author is told what the matter was."""
    address = shelf.put("people.xlsx", await asyncio.to_thread(BOMBS[kind]))
    dropping = asyncio.create_task(ada.drop("people.xlsx", address))
    assert await asked(louis, "help")
    await dropping
    await until(lambda: any(QUICK[kind] in text for text in ada.texts()), 120)
    assert await running_bot.store.lists(TENANT) == []  # type: ignore[arg-type]


async def test_a_program_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    with pytest.raises(CannotRead) as refused:
        async with aclosing(client.FileReader().read(b"a@b.example\n" * 1_000_000, Choice(), PLAIN)) as pages:
            async for _ in pages:
                pass
    assert refused.value.why is NoTable.TOO_MUCH


async def test_who_waits_for_a_file_is_told_when_the_bot_is_stopped_over_it(
    running_bot: RunningBot, ada: Person, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> AsyncIterator[bytes]:
        await asyncio.sleep(3_600)
        yield b""

    monkeypatch.setattr(client.FileReader, "read", endless)
    monkeypatch.setattr(flow, "PATIENCE", 0.05)
    monkeypatch.setattr(handler, "ENDING", 0.2)
    await ada.drop("people.csv", shelf.put("people.csv", b"e-mail\n"))
    await until(lambda: ada.texts()[-1] == "I am reading “people.csv” …")
    await asyncio.wait_for(running_bot.stop(), 60)
    assert ada.texts()[-1] == "I was stopped before I was done with it, and am back soon. Please send it once more."
