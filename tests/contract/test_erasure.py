"""Somebody is erased: nothing that tells who they were is left, and the figures stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from dialogs.imports.flow import Page
from storage.codec import from_json, to_json
from storage.records import CannotErase, Channel, Contact, Role
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.contract.world import (
    CONTOSO,
    END,
    NOW,
    install,
    opened,
    outcome,
    plan,
    planned,
    running,
    sent,
    sighting,
    tallied_right,
)

ROOT = Path(__file__).parents[2]
TRACES = ("grace@contoso.example", "directory-grace", "29:grace", "chat-grace", "Grace Surname", "Rear Admiral")


async def _lived(store: Store) -> int:
    """Grace was in a list, got a campaign, opened it, typed something. The campaign's number."""
    ada, grace = await install(store, "ada", "grace")
    await store.claim_ownership(ada.id)
    made = await store.new_list(CONTOSO, ada.id, "Navy", [grace.id])
    await store.enlist(made.id, [grace.id], [{"rank": "Rear Admiral"}])
    await store.write_documents(
        {
            "msteams/conversations/chat-grace": ("", b"{}"),
            "msteams/conversations/chat-ada": ("", b'{"typed": "Grace@contoso.example"}'),
            "msteams/conversations/chat-louis": ("", b'{"typed": "other"}'),
        }
    )
    campaign = await planned(store, [grace])
    await store.record([outcome(one, activity="1:grace") for one in await sent(store, campaign)], 1)
    assert await store.finish(campaign.id, END)
    await store.engage([opened(campaign, grace)])
    return campaign.id


async def test_nothing_that_tells_who_they_were_is_kept(store: Store) -> None:
    id = await _lived(store)
    (campaign,) = [one for one in await store.campaigns(CONTOSO, 10) if one.id == id]
    before = (await store.tally(campaign.id), await store.engagement(campaign.id))
    assert "Grace Surname" in orjson.dumps(await store.kept_of("Grace@contoso.example"), default=str).decode()

    erased = await store.erase("Grace@Contoso.example")

    assert [tenant for tenant, _ in erased] == [CONTOSO]
    assert await store.person_at(CONTOSO, "grace@contoso.example") is None
    assert await store.person_behind(CONTOSO, Channel.TEAMS, "29:grace") is None
    assert await store.kept_of("grace@contoso.example") == []
    assert [one.size for one in await store.lists(CONTOSO)] == [0]
    left = await store.read_documents([f"msteams/conversations/chat-{who}" for who in ("grace", "ada", "louis")])
    assert list(left) == ["msteams/conversations/chat-louis"]
    assert (await store.tally(campaign.id), await store.engagement(campaign.id)) == before
    await tallied_right(store, campaign)


async def test_who_still_receives_is_not_erased(store: Store) -> None:
    ada, grace = await install(store, "ada", "grace")
    campaign = await running(store, ada)
    await plan(store, campaign, [(grace, NOW)])
    with pytest.raises(CannotErase) as refused:
        await store.erase("grace@contoso.example")
    assert (refused.value.why, refused.value.campaigns) == ("receives", (campaign.id,))
    assert await store.person_at(CONTOSO, "grace@contoso.example") == grace


async def test_the_last_owner_and_the_author_at_work_are_not_erased(store: Store) -> None:
    ada, grace = await install(store, "ada", "grace")
    await store.claim_ownership(ada.id)
    with pytest.raises(CannotErase, match="owns"):
        await store.erase("ada@contoso.example")
    assert await store.role(ada.id) is Role.OWNER
    await running(store, grace)
    with pytest.raises(CannotErase, match="sends"):
        await store.erase("grace@contoso.example")


async def test_the_others_of_a_file_that_waits_to_be_saved_stay(store: Store) -> None:
    await install(store, "grace")
    page = Page(contacts=tuple(Contact(address=f"{who}@contoso.example") for who in ("ada", "Grace", "louis")))
    await store.write_documents({"import/list/7/0": ("", to_json(page).encode())})
    await store.erase("grace@contoso.example")
    _, json = (await store.read_documents(["import/list/7/0"]))["import/list/7/0"]
    kept = from_json(Page, json)
    assert [one.address for one in kept.contacts] == ["ada@contoso.example", "louis@contoso.example"]


async def test_no_address_is_nobodys(store: Store) -> None:
    """People whom the platform told no address of are many."""
    ada, _ = await store.remember(sighting("ada", addresses=()))
    assert (await store.kept_of(""), await store.erase("")) == ([], [])
    assert await store.person(ada.id) == ada


async def test_who_came_back_is_somebody_new(store: Store) -> None:
    (grace,) = await install(store, "grace")
    await store.erase("grace@contoso.example")
    (again,) = await install(store, "grace")
    assert again.id != grace.id


async def test_the_command_leaves_no_byte_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "crieur.db"
    store = SqliteStore(path)
    await store.open()
    await _lived(store)
    await store.meet(CONTOSO, [Contact(address="louis@contoso.example")])
    await store.close()

    shown = _run(path, "export-person")
    assert shown.returncode == 0 and "Rear Admiral" in json.dumps(json.loads(shown.stdout))
    done = _run(path, "erase")

    assert (done.returncode, done.stdout) == (0, "Erased. The figures of campaigns stay.\n"), done.stderr
    bytes_left = _bytes_in(tmp_path)
    assert b"louis@contoso.example" in bytes_left
    assert [trace for trace in TRACES if trace.lower().encode() in bytes_left] == []
    assert _run(path, "erase").stdout == "Nobody is known by this address.\n"


def _bytes_in(folder: Path) -> bytes:
    """Of the database and whatever lies beside it."""
    return b"".join(file.read_bytes() for file in folder.iterdir()).lower()


def _run(path: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STORE_URL": f"sqlite:{path}", "MicrosoftAppId": ""}
    return subprocess.run(
        [sys.executable, "app.py", command, "grace@contoso.example"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
