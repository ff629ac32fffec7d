"""An owner takes the audit home, by the same ways as a campaign's results; that they did stands in it."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest

from bot.files.exporter import _Signer
from bot.keys import FILES, OwnKeys
from dialogs.core.export_port import AUDIT
from storage.records import DeedKind, Subject, TenantId
from tests.bot.story import asked
from tests.bot.test_exports import answer_offer, consents, exported, fetched, rows_of
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import TENANT, Person, words_of

pytestmark = pytest.mark.real_time

HERE = TenantId(TENANT)


async def test_who_did_what_as_csv_by_a_link(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await asked(ada, f"add author {louis.address}")
    await ada.say("export audit")
    card = await ada.sees("Export: audit")
    assert "Who did what, when: 2 entries." in words_of(card)
    link = await exported(ada, "CSV")
    status, content, headers = await fetched(running_bot, link)
    assert status == 200 and headers["Content-Disposition"].endswith("Crieur%20audit.csv")
    _, first, second = rows_of(content)
    assert (first["By"], first["Address"], first["What was done"]) == ("Ada Lovelace", ada.address, "given a role")
    assert (first["To what"], first["Details"]) == ("person", "role: author")
    assert (second["What was done"], second["To what"]) == ("exported", "audit"), "before it was written"
    [(_, entry), *_] = await audit_of(running_bot.store, HERE, 1)
    assert (entry.deed, entry.subject, dict(entry.details)) == (DeedKind.EXPORTED, Subject.AUDIT, {"format": "csv"})


async def test_as_excel_in_french_from_the_settings(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await asked(ada, f"add owner {louis.address}")
    await louis.say("réglages")
    card = (await louis.press("Journal"))["value"]
    assert "Qui a fait quoi, et quand : 2 entrées." in words_of(card)
    link = await exported(louis, "Excel (XLSX)")
    _, content, _ = await fetched(running_bot, link)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][2] == "Par" and rows[2][2] == "Ada Lovelace" and rows[2][4] == "attribution d’un rôle"
    assert [row[2] for row in rows[3:]] == ["Louis Pasteur"]


async def test_it_is_the_owners(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await asked(ada, f"add publisher {louis.address}")
    assert any("propriétaire" in word for word in await asked(louis, "exporter audit"))
    before = len(await audit_of(running_bot.store, HERE, 50))
    for verb, form in (("audit.open", {}), ("audit.make", {"format": "csv", "to": "link"})):
        await louis.execute(verb, form, louis.chat.messages[-1]["id"], verb)
    assert len(await audit_of(running_bot.store, HERE, 50)) == before
    await asked(ada, f"add owner {louis.address}")
    await louis.say("exporter audit")
    link = await exported(louis, "CSV")
    assert (await fetched(running_bot, link))[0] == 200
    await asked(ada, f"add publisher {louis.address}")
    assert (await fetched(running_bot, link))[0] == 404, "who is no owner any more gets nothing by an old link"


async def test_into_onedrive_where_teams_takes_files(signed: RunningBot) -> None:
    ada = signed.organisation.person("Ada", "Lovelace")
    await ada.install()
    person = await signed.store.person_at(HERE, ada.address)
    assert person is not None
    await signed.store.claim_ownership(person.id, deed=A_DEED)
    await ada.say("export audit")
    await ada.press("CSV")
    [(message, offer)] = consents(ada)
    assert offer["name"] == "Crieur audit.csv"
    await answer_offer(ada, message, offer["content"]["acceptContext"], "https://evil.example/up")
    await ada.sees("The file could not be saved there.")
    await answer_offer(ada, message, offer["content"]["declineContext"], "", accept=False)
    await ada.sees("All right, no file was saved.")


async def test_a_link_that_another_copy_signed_with_a_newer_key_is_taken(running_bot: RunningBot, ada: Person) -> None:
    """This copy started before; it looks for new keys when it knows none that fits."""
    await ada.say("export audit")
    await exported(ada, "CSV")
    newer = await OwnKeys(running_bot.store, running_bot.clock).renew(FILES)

    person = await running_bot.store.person_at(HERE, ada.address)
    assert person is not None
    token = _Signer(newer, running_bot.clock).sign(f"{AUDIT}.{person.id}.msteams.csv.ab12").decode()
    url = f"{running_bot.url}/export/{token}"

    running_bot.clock.forward(timedelta(minutes=1))
    assert (await fetched(running_bot, url))[0] == 200
