"""What an operator asks for at the machine, while the bot runs on the same store."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import os
import re
import sqlite3
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.files.tempdir import PREFIX
from bot.ops.cli import Operator, add_commands
from bot.settings import Settings
from scheduler.authors.stopped import owe_word
from scheduler.jobs import STOPPED_EVERY
from storage.records import CampaignState, Deed, DeedKind, DeliveryState, NotReached, Role, Subject, TenantId
from tests.bot.story import ALMOST_ALL, LAST, asked, completed, draft, in_state, launch, newest, sent_out
from tests.bot.test_exports import exported, fetched, rows_of
from tests.bot.test_retention import NEWS
from tests.bot.test_roles import role_of
from tests.conftest import RunningBot
from tests.support.forked import run_forked
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of

ROOT = Path(__file__).parents[2]
HERE = TenantId(TENANT)


async def operator(running_bot: RunningBot, *command: str, status: int = 0) -> str:
    """What a command says."""
    environment = {**os.environ, "STORE_URL": f"sqlite:{running_bot.path}", "MicrosoftAppId": ""}
    done = await asyncio.to_thread(run_forked, ["app.py", *command], environment, ROOT, 60)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def in_two_days(running_bot: RunningBot) -> dict[str, str]:
    day = running_bot.clock.now() + timedelta(days=2)
    return {"start": "at", "date": f"{day:%Y-%m-%d}", "time": "10:00", "zone": "UTC"}


def code_in(output: str) -> str:
    return re.findall(r"claim ([A-Z0-9-]{14})", output)[0]


# --- the way in -------------------------------------------------------------------------------


@pytest.mark.real_time
@pytest.mark.today
async def test_another_code_for_the_first_owner(signed: RunningBot) -> None:
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


@pytest.mark.real_time
@pytest.mark.today
async def test_a_way_back_when_the_last_owner_has_left(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    assert "Which organisation?" in await operator(running_bot, "claim-code", "--again", status=2)
    elsewhere = code_in(await operator(running_bot, "claim-code", "--again", "--organisation", "fabrikam"))
    assert "déjà" in (await asked(louis, f"claim {elsewhere}"))[0], "it is of another organisation"
    code = code_in(await operator(running_bot, "claim-code", "--again", "--organisation", TENANT))
    assert "**propriétaire**" in (await asked(louis, f"claim {code}"))[0]
    assert await role_of(running_bot, louis) is Role.OWNER
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    assert "not valid" in (await asked(grace, f"claim {code}"))[0], "it works once"
    entries = [entry for _, entry in await audit_of(running_bot.store, HERE, 10)][::-1]
    assert (entries[-2].by, entries[-2].deed, entries[-2].id) == (None, DeedKind.SET, "claim code")
    assert (entries[-1].deed, dict(entries[-1].details)) == (DeedKind.CLAIMED, {"again": "by the operator"})


# --- in an emergency --------------------------------------------------------------------------


async def told(running_bot: RunningBot, *command: str) -> tuple[int, list[str]]:
    """The same command, beside the bot in its process: the status, and the lines."""
    parser, lines = argparse.ArgumentParser(), list[str]()
    add_commands(parser)
    asked = parser.parse_args(command)
    settings = Settings(_env_file=None, STORE_URL=f"sqlite:{running_bot.path}")  # type: ignore[call-arg]
    return await asked.run(Operator(running_bot.store, running_bot.clock, settings, lines.append), asked), lines


async def test_an_operator_stops_a_campaign_and_nothing_more_of_it_is_sent(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    _, lines = await told(running_bot, "stop")
    assert lines == [f"{campaign.id}  running  {ada.address}: Autumn newsletter"]
    status, lines = await told(running_bot, "stop", str(campaign.id))
    assert status == 0 and "is stopped: 0 of 2 were sent" in lines[0]
    assert (await told(running_bot, "stop", str(campaign.id)))[0] == 1, "it is"
    await ada.sees("⏹️ “Autumn newsletter” has been stopped")
    assert ada.texts().count("“Autumn newsletter” has been stopped by the people who run Crieur.") == 1
    await running_bot.restart()
    running_bot.clock.forward(ALMOST_ALL)
    await asyncio.sleep(0.7)  # the bot looks twice
    assert not louis.chat.campaigns and not ada.chat.campaigns
    running_bot.clock.forward(LAST + timedelta(minutes=10))
    await ada.sees("Report: ")
    tally = await running_bot.store.tally(campaign.id)
    assert (tally.states, tally.reasons) == ({DeliveryState.EXPIRED: 2}, {NotReached.STOPPED: 2})
    [entry] = [entry for _, entry in await audit_of(running_bot.store, HERE, 20) if entry.deed is DeedKind.STOPPED]
    assert (entry.by, entry.id, entry.name, entry.client) == (None, str(campaign.id), campaign.name, "command line")


async def test_a_campaign_that_has_not_started_is_a_draft_again_once_it_is_stopped(
    running_bot: RunningBot, ada: Person
) -> None:
    await draft(ada, **in_two_days(running_bot))
    await ada.press(SEND_OFF)
    campaign = await in_state(running_bot, CampaignState.SCHEDULED)
    assert await told(running_bot, "stop", "7000") == (
        1, ["There is no campaign 7000. Without a number, those are listed that could be stopped."]
    )  # fmt: skip
    status, [line, _] = await told(running_bot, "stop", str(campaign.id))
    assert status == 0 and "was scheduled: it is a draft again" in line and ada.address in line
    assert (await newest(running_bot)).state is CampaignState.DRAFT
    assert (await told(running_bot, "stop", str(campaign.id)))[0] == 1
    stopped = "“Autumn newsletter” was stopped by the people who run Crieur before it began: it is a draft again"
    await running_bot.restart()
    await asyncio.sleep(4 * STOPPED_EVERY)
    assert sum(stopped in text for text in ada.texts()) == 1


async def test_an_author_is_told_what_was_owed_once_the_campaign_is_stopped(
    running_bot: RunningBot, ada: Person
) -> None:
    """The word is owed first: where the command dies between the two, nothing is said that is not so."""
    await draft(ada, **in_two_days(running_bot))
    await ada.press("Schedule it")
    await ada.say("français")
    campaign = await in_state(running_bot, CampaignState.SCHEDULED)
    store = running_bot.store
    await owe_word(store, campaign.id, running_bot.clock.now())
    await asyncio.sleep(2 * STOPPED_EVERY)
    assert not any("arrêtée" in text for text in ada.texts())
    assert (await told(running_bot, "stop", str(campaign.id)))[0] == 0
    await asyncio.sleep(4 * STOPPED_EVERY)
    stopped = "« Autumn newsletter » a été arrêtée avant son début par les personnes qui gèrent Crieur"
    assert sum(stopped in text for text in ada.texts()) == 1
    assert json.loads((await store.read_documents(["stopped"]))["stopped"][1]) == {}


# --- keys -------------------------------------------------------------------------------------


def links_of(person: Person) -> list[str]:
    return [str(one["url"]) for _, card in person.cards() for one in actions_of(card) if "/r/" in one.get("url", "")]


async def leads(running_bot: RunningBot, url: str) -> bool:
    async with running_bot.organisation.http.get(url, allow_redirects=False) as answer:
        return answer.status == 302


@pytest.mark.real_time
@pytest.mark.today
async def test_links_of_former_keys_work_on_and_new_ones_are_signed_anew(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    [old] = links_of(louis)
    await ada.press("Export")
    file = await exported(ada, "CSV")
    await operator(running_bot, "rotate-keys")
    assert await leads(running_bot, old), "before the restart"
    await running_bot.restart()
    assert await leads(running_bot, old)
    assert (await fetched(running_bot, file))[0] == 200
    await sent_out(running_bot, ada, NEWS)
    new = links_of(louis)[-1]
    assert await leads(running_bot, new) and await leads(running_bot, old)

    assert "Restart every copy" in await operator(running_bot, "rotate-keys", "--forget-former")
    await running_bot.restart()
    assert not await leads(running_bot, old) and not await leads(running_bot, new)
    assert (await fetched(running_bot, file))[0] == 404


# --- audit ------------------------------------------------------------------------------------


async def test_the_audit_is_csv_and_that_it_was_read_stands_in_it(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(ada, f"add author {louis.address}")
    rows = list(csv.DictReader(io.StringIO(await operator(running_bot, "audit"))))
    assert [(row["did"], row["to"], row["by_address"], row["details"]) for row in rows] == [
        ("claimed", "person", ada.address, ""),
        ("given", "person", ada.address, "role: author"),
    ]
    [(_, entry), *_] = await audit_of(running_bot.store, HERE, 5)
    assert (entry.by, entry.deed, entry.subject) == (None, DeedKind.EXPORTED, Subject.AUDIT)
    later = list(csv.DictReader(io.StringIO(await operator(running_bot, "audit", "--organisation", TENANT))))
    assert [row["did"] for row in later] == ["claimed", "given", "exported"] and later[2]["by"] == "operator"
    assert await operator(running_bot, "audit", "--since", "2999-01-01") == rows_head()
    await operator(running_bot, "audit", "--since", "yesterday", status=2)


def rows_head() -> str:
    return "number,at,organisation,by,by_address,did,to,id,name,details,client\n"


async def test_it_is_read_page_by_page_each_entry_once(running_bot: RunningBot, ada: Person) -> None:
    at = running_bot.clock.now()
    tried = Deed(kind=DeedKind.TEST_SENT, by=None, at=at)
    for number in range(1_203):
        await running_bot.store.note(tried, HERE, Subject.CAMPAIGN, number)
    rows = list(csv.DictReader(io.StringIO(await operator(running_bot, "audit"))))
    assert [row["id"] for row in rows if row["did"] == "tried"] == [str(number) for number in range(1_203)]


async def test_names_in_it_are_no_formulas(running_bot: RunningBot, ada: Person) -> None:
    tried = Deed(kind=DeedKind.TEST_SENT, by=None, at=running_bot.clock.now())
    await running_bot.store.note(tried, HERE, Subject.CAMPAIGN, 1, "=1+1")
    *_, row = csv.DictReader(io.StringIO(await operator(running_bot, "audit")))
    assert row["name"] == "'=1+1"


async def test_the_audit_is_only_added_to(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await asked(ada, f"add author {louis.address}")
    with sqlite3.connect(running_bot.path) as file:
        for change in ("UPDATE audit SET record = '{}'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                file.execute(change)
    assert not [
        name
        for name in dir(running_bot.store)
        if "audit" in name and name not in ("audit", "audit_from", "count_audit")
    ]


# --- forgetting -------------------------------------------------------------------------------


@pytest.mark.real_time
async def test_a_file_that_was_made_before_somebody_was_erased_is_made_anew(
    running_bot: RunningBot, ada: Person, louis: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "files"))
    await running_bot.restart()
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await ada.press("Export")
    link = await exported(ada, "CSV")
    before = rows_of((await fetched(running_bot, link))[1])
    assert louis.address in {row["Address"] for row in before}

    await operator(running_bot, "erase", louis.address)  # another process, while the bot runs

    after = rows_of((await fetched(running_bot, link))[1])
    assert len(after) == len(before)
    assert {row["Address"] for row in after} == {ada.address, ""}
    assert not [row for row in after if "Louis" in row["Name"]]
    files = list((tmp_path / "files").glob(f"{PREFIX}*/*.csv"))
    assert len(files) == 1 and louis.address.encode() not in files[0].read_bytes()
