"""What an operator asks for at the machine, while the bot runs on the same store."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage.records import AuditEntry, Deed, Role, Subject, TenantId
from tests.bot.story import asked, completed, sent_out
from tests.bot.test_exports import exported, fetched
from tests.bot.test_retention import NEWS
from tests.bot.test_roles import role_of
from tests.conftest import House
from tests.support.organisation import TENANT, Person, actions_of

ROOT = Path(__file__).parents[2]
HERE = TenantId(TENANT)


async def operator(house: House, *command: str, status: int = 0) -> str:
    """What a command says."""
    environment = {**os.environ, "STORE_URL": f"sqlite:{house.path}", "MicrosoftAppId": ""}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "app.py", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def code_in(said: str) -> str:
    return re.findall(r"claim ([A-Z0-9-]{14})", said)[0]


# --- the way in -------------------------------------------------------------------------------


async def test_another_code_for_the_first_owner(signed: House) -> None:
    ada = signed.organisation.person("Ada", "Lovelace")
    await ada.install()
    former = code_in(await operator(signed, "claim-code"))
    code = code_in(await operator(signed, "claim-code"))
    assert "not valid" in (await asked(ada, f"claim {former}"))[0]
    assert "**owner**" in (await asked(ada, f"claim {code}"))[0]
    another = code_in(await operator(signed, "claim-code"))
    louis = signed.organisation.person("Louis", "Pasteur")
    await louis.install()
    assert "already has an owner" in (await asked(louis, f"claim {another}"))[0]


async def test_a_way_back_when_the_last_owner_has_left(house: House, ada: Person, louis: Person) -> None:
    assert "Which organisation?" in await operator(house, "claim-code", "--again", status=2)
    elsewhere = code_in(await operator(house, "claim-code", "--again", "--organisation", "fabrikam"))
    assert "déjà" in (await asked(louis, f"claim {elsewhere}"))[0], "it is of another organisation"
    code = code_in(await operator(house, "claim-code", "--again", "--organisation", TENANT))
    assert "**propriétaire**" in (await asked(louis, f"claim {code}"))[0]
    assert await role_of(house, louis) is Role.OWNER
    grace = house.organisation.person("Grace", "Hopper")
    await grace.install()
    assert "not valid" in (await asked(grace, f"claim {code}"))[0], "it works once"
    told = [entry for _, entry in await house.store.audit(HERE, 10)][::-1]
    assert (told[0].by, told[0].deed, told[0].id) == (None, Deed.SET, "claim code")
    assert (told[-1].deed, dict(told[-1].details)) == (Deed.CLAIMED, {"again": "by the operator"})


# --- keys -------------------------------------------------------------------------------------


def links_of(person: Person) -> list[str]:
    return [str(one["url"]) for _, card in person.cards() for one in actions_of(card) if "/r/" in one.get("url", "")]


async def leads(house: House, url: str) -> bool:
    async with house.organisation.http.get(url, allow_redirects=False) as answer:
        return answer.status == 302


async def test_links_of_former_keys_work_on_and_new_ones_are_signed_anew(
    house: House, ada: Person, louis: Person
) -> None:
    await sent_out(house, ada, NEWS)
    await completed(ada, house)
    [old] = links_of(louis)
    await ada.press("Export")
    file = await exported(ada, "CSV")
    await operator(house, "rotate-keys")
    assert await leads(house, old), "before the restart"
    await house.restart()
    assert await leads(house, old)
    assert (await fetched(house, file))[0] == 200
    await sent_out(house, ada, NEWS)
    new = links_of(louis)[-1]
    assert await leads(house, new) and await leads(house, old)

    assert "Restart every copy" in await operator(house, "rotate-keys", "--forget-former")
    await house.restart()
    assert not await leads(house, old) and not await leads(house, new)
    assert (await fetched(house, file))[0] == 404


# --- audit ------------------------------------------------------------------------------------


async def test_the_audit_is_csv_and_that_it_was_read_stands_in_it(house: House, ada: Person, louis: Person) -> None:
    await asked(ada, f"add author {louis.address}")
    rows = list(csv.DictReader(io.StringIO(await operator(house, "audit"))))
    assert [(row["did"], row["to"], row["by_address"], row["details"]) for row in rows] == [
        ("given", "person", ada.address, "role: author")
    ]
    [(_, told), *_] = await house.store.audit(HERE, 5)
    assert (told.by, told.deed, told.subject) == (None, Deed.EXPORTED, Subject.AUDIT)
    later = list(csv.DictReader(io.StringIO(await operator(house, "audit", "--organisation", TENANT))))
    assert [row["did"] for row in later] == ["given", "exported"] and later[1]["by"] == "operator"
    assert await operator(house, "audit", "--since", "2999-01-01") == rows_head()
    await operator(house, "audit", "--since", "yesterday", status=2)


def rows_head() -> str:
    return "number,at,organisation,by,by_address,did,to,id,name,details,client\n"


async def test_it_is_read_page_by_page_each_entry_once(house: House, ada: Person) -> None:
    at = house.clock.now()
    for number in range(1_203):
        entry = AuditEntry(tenant=HERE, at=at, by=None, deed=Deed.TRIED, subject=Subject.CAMPAIGN, id=str(number))
        await house.store.note(entry)
    rows = list(csv.DictReader(io.StringIO(await operator(house, "audit"))))
    assert [row["id"] for row in rows] == [str(number) for number in range(1_203)]


async def test_names_in_it_are_no_formulas(house: House, ada: Person) -> None:
    at = house.clock.now()
    entry = AuditEntry(tenant=HERE, at=at, by=None, deed=Deed.TRIED, subject=Subject.CAMPAIGN, id="1", name="=1+1")
    await house.store.note(entry)
    [row] = csv.DictReader(io.StringIO(await operator(house, "audit")))
    assert row["name"] == "'=1+1"


async def test_the_audit_is_only_added_to(house: House, ada: Person, louis: Person) -> None:
    await asked(ada, f"add author {louis.address}")
    with sqlite3.connect(house.path) as file:
        for change in ("UPDATE audit SET record = '{}'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                file.execute(change)
    assert not [
        name for name in dir(house.store) if "audit" in name and name not in ("audit", "audit_from", "count_audit")
    ]
