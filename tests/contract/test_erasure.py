"""Somebody is erased: nothing that tells who they were is left, and the figures stay."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pymongo
import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    CampaignId,
    CampaignState,
    CannotErase,
    Channel,
    Contact,
    ContactPage,
    Deed,
    DeedKind,
    DirectoryUser,
    Person,
    PersonId,
    Role,
    Subject,
    campaign_life,
)
from storage.shared.inventory import ERASURES
from storage.shared.json import from_json, to_json
from storage.sqlite import SqliteStore
from tests.contract.conftest import Database, MongoDatabase
from tests.contract.lives import Served, emptied, every, one_life, served
from tests.contract.world import (
    CONTOSO,
    END,
    FABRIKAM,
    NOW,
    install,
    meet,
    opened,
    outcome,
    plan,
    planned,
    running,
    scheduled,
    sent,
    sighting,
    tallied_right,
)
from tests.support.deeds import A_DEED
from tests.support.forked import run_forked
from tests.support.kept import audit_of

ROOT = Path(__file__).parents[2]
WRITES = 80  #: about as many as erasing somebody takes
TRACES = ("grace@contoso.example", "directory-grace", "29:grace", "chat-grace", "Grace Surname", "Rear Admiral")


ERASED = Deed(kind=DeedKind.ERASED, by=None, at=END)


async def _lived(store: Store) -> int:
    """Grace was in a list, got a campaign, opened it, typed something. The campaign's number."""
    ada, grace = await install(store, "ada", "grace")
    await store.claim_ownership(ada.id, deed=A_DEED)
    led = DirectoryUser(directory_id="directory-ada", addresses=("ada@contoso.example",), manager="Grace Surname")
    await store.know(CONTOSO, [led], NOW)
    navy = await store.blank_list(CONTOSO, ada.id)
    await store.fill_blank(navy, [grace.id], [{"rank": "Rear Admiral"}])
    await store.publish_list(navy, "Navy", ["rank"], deed=A_DEED)
    await store.write_documents(
        {
            "msteams/conversations/chat-grace": ("", b"{}"),
            "msteams/conversations/chat-ada": ("", b'{"typed": "Grace@contoso.example"}'),
            "msteams/conversations/chat-louis": ("", b'{"typed": "other"}'),
        }
    )
    await _authored(store, ada.id, grace)
    campaign = await planned(store, [grace])
    await store.record([outcome(one, activity="1:grace") for one in await sent(store, campaign)], 1)
    assert await store.finish(campaign.id, END)
    await store.engage([opened(campaign, grace)])
    return campaign.id


async def _authored(store: Store, ada: PersonId, grace: Person) -> None:
    """Grace was an author too, whose chat remembers; and her address was pasted into what others were writing."""
    await store.give_role(grace.id, Role.AUTHOR, deed=A_DEED)
    await store.new_campaign(CONTOSO, grace.id, "Fleet week of Grace Surname", Channel.TEAMS, NOW, deed=A_DEED)
    await store.new_list(CONTOSO, grace.id, "Friends of Grace Surname", [ada], deed=A_DEED)
    pasted = {"audience": {"addresses": "Ada <ada@contoso.example>, Grace Surname <Grace@contoso.example>"}}
    await store.new_campaign(CONTOSO, ada, "Fleet week", Channel.TEAMS, NOW, pasted, deed=A_DEED)
    await store.new_template(CONTOSO, ada, "Fleet week", Channel.TEAMS, pasted, NOW, shared=True, deed=A_DEED)
    blank = await store.blank_list(CONTOSO, grace.id)
    page = ContactPage(contacts=(Contact(address="somebody@contoso.example", given_name="Grace Surname's friend"),))
    await store.write_documents(
        {
            f"heard/{grace.id}": ("", b'{"body": "I am Grace Surname", "lost": []}'),
            f"aside/{grace.id}": ("", b"[1, 1]"),
            f"greeted/{grace.id}": ("", b"1"),
            f"question/msteams/{grace.id}": ("", b"{}"),
            f"import/{grace.id}": ("", orjson.dumps({"list": blank, "pages": 1, "file": "Rear Admiral.csv"})),
            f"import/list/{blank}/0": ("", to_json(page).encode()),
            f"heard/{ada}": ("", b'{"body": "Hello", "lost": []}'),
        }
    )


async def test_nothing_that_tells_who_they_were_is_kept(store: Store) -> None:
    id = await _lived(store)
    (campaign,) = [one for one in await store.campaigns(CONTOSO, 10) if one.id == id]
    before = (await store.tally(campaign.id), await store.engagement(campaign.id))
    assert "Grace Surname" in orjson.dumps(await store.kept_of("Grace@contoso.example"), default=str).decode()

    erased = await store.erase("Grace@Contoso.example", deed=ERASED)

    assert [tenant for tenant, _ in erased] == [CONTOSO]
    assert await store.person_at(CONTOSO, "grace@contoso.example") is None
    assert await store.person_behind(CONTOSO, Channel.TEAMS, "29:grace") is None
    assert await store.kept_of("grace@contoso.example") == []
    assert [one.size for one in await store.lists(CONTOSO)] == [0]
    left = await store.read_documents([f"msteams/conversations/chat-{who}" for who in ("grace", "ada", "louis")])
    assert list(left) == ["msteams/conversations/chat-louis"]
    assert (await store.tally(campaign.id), await store.engagement(campaign.id)) == before
    await tallied_right(store, campaign)
    audit = await audit_of(store, CONTOSO)
    assert (audit[0][1].deed, audit[0][1].by) == (DeedKind.ERASED, None)
    assert [entry.deed for _, entry in audit].count(DeedKind.ERASED) == 1
    await store.erase("grace@contoso.example", deed=ERASED)
    assert await audit_of(store, CONTOSO) == audit, "twice is once"


async def test_wherever_it_is_killed_once_more_is_enough(database: Database) -> None:
    like = served(database)
    died, writes = True, 0
    while died:
        async with emptied(like) as one:
            died = await _killed_after(one, writes)
        writes += every(like, WRITES)
        assert writes < 120, "erasing has more writes than that"
    assert writes > 8, "it was killed nowhere"


async def _killed_after(database: Served, writes: int) -> bool:
    store = database.store()
    await store.open()
    id = CampaignId(await _lived(store))
    before = (await store.tally(id), await store.engagement(id))
    await store.close()
    died = await one_life(database, writes, _erases)
    store = database.store()
    await store.open()
    await _erases(store)
    assert _traces_in(database) == [], f"killed after {writes} writes"
    assert (await store.tally(id), await store.engagement(id)) == before
    deeds = [entry.deed for _, entry in await audit_of(store, CONTOSO, 100)]
    assert deeds.count(DeedKind.ERASED) == 1, f"killed after {writes} writes"
    await store.close()
    return died


async def _erases(store: Store) -> None:
    await store.erase("grace@contoso.example", deed=ERASED)


def _traces_in(database: Served) -> list[str]:
    """What is left of her in any document of any collection."""
    if isinstance(database, MongoDatabase):
        with pymongo.MongoClient[dict[str, object]](database.url) as client:
            whole = _all_of(client[database.name])
    else:
        whole = _all_of(database.model.db)
    return [trace for trace in TRACES if trace.lower() in whole]


def _all_of(documents: Any) -> str:
    return str([list(documents[name].find()) for name in documents.list_collection_names()]).lower()


async def test_the_command_erases_from_a_server(database: Database) -> None:
    if not isinstance(database, MongoDatabase):
        pytest.skip("of MongoDB")
    store = database.store()
    await store.open()
    id = CampaignId(await _lived(store))
    before = (await store.tally(id), await store.engagement(id))
    assert len(_traces_in(database)) == len(TRACES)
    shown = await asyncio.to_thread(_run, database.url, "export-person")
    assert shown.returncode == 0 and "Rear Admiral" in json.dumps(json.loads(shown.stdout))
    done = await asyncio.to_thread(_run, database.url, "erase")  # while the bot is connected
    assert (done.returncode, done.stdout) == (0, "Erased. The figures of campaigns stay.\n"), done.stderr
    assert _traces_in(database) == []
    assert (await store.tally(id), await store.engagement(id)) == before
    await store.close()


async def test_who_still_receives_is_not_erased(store: Store) -> None:
    ada, grace = await install(store, "ada", "grace")
    campaign = await running(store, ada)
    await plan(store, campaign, [(grace, NOW)])
    with pytest.raises(CannotErase) as refused:
        await store.erase("grace@contoso.example", deed=ERASED)
    assert (refused.value.why, refused.value.campaigns) == ("receives", (campaign.id,))
    assert await store.person_at(CONTOSO, "grace@contoso.example") == grace


async def test_what_was_theirs_alone_goes_and_what_others_wrote_stays(store: Store) -> None:
    await _lived(store)
    (grace,) = [person for person in [await store.person_at(CONTOSO, "grace@contoso.example")] if person]
    ada = await store.person_at(CONTOSO, "ada@contoso.example")
    assert ada
    mine = [f"{begin}/{grace.id}" for begin in ("heard", "aside", "greeted", "question/msteams", "import")]
    assert len(await store.read_documents(mine)) == 5

    await store.erase("grace@contoso.example", deed=ERASED)

    assert await store.read_documents(mine) == {}
    assert list(await store.read_documents([f"heard/{ada.id}"])) == [f"heard/{ada.id}"]
    assert [one.name for one in await store.lists(CONTOSO)] == ["Navy"]
    drafts = [one for one in await store.campaigns(CONTOSO, 10) if one.state is CampaignState.DRAFT]
    assert [(one.name, one.forms) for one in drafts] == [
        ("Fleet week", {"audience": {"addresses": "Ada <ada@contoso.example>"}})
    ]
    assert drafts[0].version == 2, "a card that still shows the address is told to look again"
    (template,) = await store.templates(CONTOSO, ada.id, 10)
    assert template.forms == {"audience": {"addresses": "Ada <ada@contoso.example>"}}
    assert ERASURES in await store.read_documents([ERASURES])


async def test_what_a_segment_that_stays_is_made_of_stays(store: Store) -> None:
    """Of a colleague, and of a campaign at work: with its list gone a segment would stand for nobody."""
    ada, grace = await install(store, "ada", "grace")
    await store.claim_ownership(ada.id, deed=A_DEED)
    await store.give_role(grace.id, Role.AUTHOR, deed=A_DEED)
    lists = {
        name: (await store.new_list(CONTOSO, grace.id, name, [ada.id], deed=A_DEED)).id
        for name in ("Team", "Base", "Left out", "Alone")
    }

    async def segment(owner: PersonId, name: str, of: str, without: str = "") -> None:
        meant = Audience(lists=(lists[of],), except_lists=(lists[without],) if without else ())
        lists[name] = (await store.new_segment(CONTOSO, owner, name, meant, deed=A_DEED)).id

    await segment(ada.id, "Ada’s", "Team")
    await segment(grace.id, "Inner", "Base", "Left out")
    await segment(grace.id, "Outer", "Inner")
    await segment(grace.id, "Of alone", "Alone")
    await scheduled(store, ada, Audience(lists=(lists["Outer"],)))
    await store.erase("grace@contoso.example", deed=ERASED)
    stayed = {one.name for one in await store.lists(CONTOSO)}
    assert stayed == {"Team", "Ada’s", "Base", "Left out", "Inner", "Outer"}


async def test_who_asks_what_is_kept_hears_of_all_of_it(store: Store) -> None:
    id = await _lived(store)
    (grace,) = [person for person in [await store.person_at(CONTOSO, "grace@contoso.example")] if person]
    created = Deed(kind=DeedKind.CREATED, by=grace.id, at=NOW)
    await store.note(created, CONTOSO, Subject.CAMPAIGN, 2, "Fleet week")
    await store.note(ERASED, CONTOSO, Subject.PERSON, grace.id)
    (kept,) = await store.kept_of("grace@contoso.example")
    sections = {"person", "address", "campaign", "list", "delivery", "engaged", "audit", "document", "pasted"}
    assert sections <= kept.keys()
    assert len(kept["audit"]) == 3 and len(kept["delivery"]) == 1 and kept["pasted"][0]["campaign"] != id
    assert "author" in orjson.dumps([kept.get("role"), kept["person"]], default=str).decode()
    whole = orjson.dumps(kept, default=str).decode()
    assert "I am Grace Surname" in whole and "Friends of Grace Surname" in whole and "Fleet week of Grace" in whole
    assert "louis" not in whole


async def test_the_last_owner_and_the_author_at_work_are_not_erased(store: Store) -> None:
    ada, grace = await install(store, "ada", "grace")
    await store.claim_ownership(ada.id, deed=A_DEED)
    with pytest.raises(CannotErase, match="owns"):
        await store.erase("ada@contoso.example", deed=ERASED)
    assert await store.role(ada.id) is Role.OWNER
    campaign = await scheduled(store, grace)
    waiting = await store.save(campaign_life.submit(campaign, grace.id), deed=A_DEED)
    with pytest.raises(CannotErase, match="sends") as refused:
        await store.erase("grace@contoso.example", deed=ERASED)
    assert refused.value.campaigns == (waiting.id,), "it waits for approval"
    await store.delete_campaign(waiting, deed=A_DEED)
    await running(store, grace)
    with pytest.raises(CannotErase, match="sends"):
        await store.erase("grace@contoso.example", deed=ERASED)


async def test_the_others_of_a_file_that_waits_to_be_saved_stay(store: Store) -> None:
    await install(store, "grace")
    page = ContactPage(contacts=tuple(Contact(address=f"{who}@contoso.example") for who in ("ada", "Grace", "louis")))
    await store.write_documents({"import/list/7/0": ("", to_json(page).encode())})
    await store.erase("grace@contoso.example", deed=ERASED)
    _, json = (await store.read_documents(["import/list/7/0"]))["import/list/7/0"]
    kept = from_json(ContactPage, json)
    assert [one.address for one in kept.contacts] == ["ada@contoso.example", "louis@contoso.example"]


async def test_no_address_is_nobodys(store: Store) -> None:
    """People whom the platform told no address of are many."""
    ada, _ = await store.remember(sighting("ada", addresses=()))
    assert (await store.kept_of(""), await store.erase("", deed=ERASED)) == ([], [])
    assert await store.person(ada.id) == ada


async def test_who_came_back_is_somebody_new(store: Store) -> None:
    (grace,) = await install(store, "grace")
    await store.erase("grace@contoso.example", deed=ERASED)
    (again,) = await install(store, "grace")
    assert again.id != grace.id


async def test_the_command_leaves_no_byte_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "crieur.db"
    store = SqliteStore(path)
    await store.open()
    await _lived(store)
    await meet(store, CONTOSO, [Contact(address="louis@contoso.example")])
    await store.close()

    shown = _run(f"sqlite:{path}", "export-person")
    assert shown.returncode == 0 and "Rear Admiral" in json.dumps(json.loads(shown.stdout))
    done = _run(f"sqlite:{path}", "erase")

    assert (done.returncode, done.stdout) == (0, "Erased. The figures of campaigns stay.\n"), done.stderr
    bytes_left = _bytes_in(tmp_path)
    assert b"louis@contoso.example" in bytes_left
    assert [trace for trace in TRACES if trace.lower().encode() in bytes_left] == []
    assert _run(f"sqlite:{path}", "erase").stdout == "Nobody is known by this address (any more).\n"


def _bytes_in(folder: Path) -> bytes:
    """Of the database and whatever lies beside it."""
    return b"".join(file.read_bytes() for file in folder.iterdir()).lower()


def _run(url: str, command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STORE_URL": url, "MicrosoftAppId": ""}
    return run_forked(["app.py", command, "grace@contoso.example"], environment, ROOT, 60)


async def test_the_audit_loses_who_they_were_and_keeps_what_was_done(store: Store) -> None:
    ada, _ = await install(store, "ada", "grace")
    await store.claim_ownership(ada.id, deed=A_DEED)
    details = {"file": "Surname of GRACE@contoso.example.csv", "people": "2"}
    changed = Deed(kind=DeedKind.CHANGED, by=ada.id, at=NOW, details=details, client="msteams Web")
    await store.note(changed, CONTOSO, Subject.LIST, 1, "For Grace Surname")
    await store.note(changed, CONTOSO, Subject.LIST, 2, "Graces")
    await store.note(replace(changed, details={}), FABRIKAM, Subject.LIST, 3, "Grace Surname")
    await store.erase("grace@contoso.example", deed=ERASED)
    one, other = [entry for _, entry in await store.audit_from(0, 100, CONTOSO) if entry.subject is Subject.LIST]
    assert (one.name, dict(one.details)) == ("(erased)", {"file": "(erased)", "people": "2"})
    assert (other.name, one.deed, one.by, one.at, one.client) == ("Graces", changed.kind, ada.id, NOW, "msteams Web")
    [(_, elsewhere)] = await store.audit_from(0, 100, FABRIKAM)
    assert elsewhere.name == "Grace Surname", "a namesake of another organisation"
