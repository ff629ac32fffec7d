"""SQLite: what is asked again and again is found by index, however large a campaign is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage.records import Audience, Campaign, Channel, Contact, ContactPage, DeliveryState, DirectoryUser
from storage.shared.json import to_json
from storage.sqlite import SqliteStore
from tests.contract.world import CONTOSO, END, NOW, claim, install, opened, planned, sighting
from tests.support.deeds import A_DEED

#: tables that hold a row for each recipient
LARGE = ("delivery", "person", "reference", "engaged", "list_member", "address")


class Eavesdropper:
    """Notes every statement that both connections of a store run."""

    def __init__(self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        connect = store._connect

        def overheard(cache: int) -> sqlite3.Connection:
            connection = connect(cache)
            connection.set_trace_callback(self.statements.append)
            return connection

        monkeypatch.setattr(store, "_connect", overheard)

    def plans(self, path: Path) -> list[str]:
        """SQLite's plan of each of them."""
        database = sqlite3.connect(path)
        questions = [statement for statement in self.statements if re.match("(SELECT|UPDATE|DELETE|INSERT)", statement)]
        plans = [row[3] for statement in questions for row in database.execute(f"EXPLAIN QUERY PLAN {statement}")]
        database.close()
        assert questions
        return plans


def scans(ear: Eavesdropper, path: Path) -> list[str]:
    return [plan for plan in ear.plans(path) if re.match(rf"SCAN ({'|'.join(LARGE)}|[adepr])\b", plan)]


async def asked_all_the_time(store: SqliteStore, campaign: Campaign) -> None:
    """The report and the live card, a round of the dispatcher and of the sweep, a press and a read receipt."""
    await store.tally(campaign.id)
    await store.engagement(campaign.id)
    await store.engagement_by_hour(campaign.id)
    await store.next_due(campaign.id)
    await store.due_among([campaign.id], (DeliveryState.PLANNED, DeliveryState.CLAIMED), NOW)
    claimed = await claim(store, campaign, mark=True)
    await store.renew([delivery.id for delivery in claimed], 1, END)
    await store.reap(campaign.id, NOW, END)
    await store.received(claimed[0].person, campaign.channel, NOW)
    await store.engage([opened(campaign, delivery.person) for delivery in claimed])
    await store.finish(campaign.id, NOW)


@pytest.fixture
async def overheard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[SqliteStore, Eavesdropper]]:
    """An open store, and what it asks of its file."""
    store = SqliteStore(tmp_path / "crieur.db")
    ear = Eavesdropper(store, monkeypatch)
    await store.open()
    yield store, ear
    await store.close()


async def test_a_report_and_a_round_of_sending_scan_no_table_of_recipients(
    overheard: tuple[SqliteStore, Eavesdropper], tmp_path: Path
) -> None:
    (store, ear), path = overheard, tmp_path / "crieur.db"
    people = await install(store, "ada", "louis", "marie")
    assert people[0].tenant == CONTOSO
    campaign = await planned(store, people)
    await store.engage([opened(campaign, people[0])])
    ear.statements.clear()
    await asked_all_the_time(store, campaign)
    await store.close()
    assert not scans(ear, path)


async def test_an_install_and_a_page_of_the_directory_scan_no_table_of_people(
    overheard: tuple[SqliteStore, Eavesdropper], tmp_path: Path
) -> None:
    (store, ear), path = overheard, tmp_path / "crieur.db"
    await store.remember(sighting("ada"))
    await store.remember(sighting("ada", addresses=("countess@contoso.example",)))
    bob = DirectoryUser(directory_id="directory-bob", addresses=("bob@contoso.example",))
    for department in ("Sales", "Engines"):
        await store.know(CONTOSO, [replace(bob, department=department)], NOW)
    await store.close()
    assert not scans(ear, path)


async def test_a_list_filled_from_a_page_scans_no_table_of_people(
    overheard: tuple[SqliteStore, Eavesdropper], tmp_path: Path
) -> None:
    (store, ear), path = overheard, tmp_path / "crieur.db"
    (ada,) = await install(store, "ada")
    await store.meet(CONTOSO, [Contact(address="zoe@contoso.example")])
    blank = await store.blank_list(CONTOSO, ada.id)
    ear.statements.clear()
    contacts = tuple(Contact(address=f"{who}@contoso.example", surname=who) for who in ("ada", "zoe", "new"))
    await store.fill_from_page(blank, to_json(ContactPage(contacts=contacts)).encode())
    await store.close()
    plans = ear.plans(path)
    assert not scans(ear, path), plans
    assert any(plan.startswith("SEARCH person USING INTEGER PRIMARY KEY") for plan in plans)


async def test_everyone_is_counted_and_read_from_an_index_alone_and_nobody_is_sorted_for_a_preview(
    overheard: tuple[SqliteStore, Eavesdropper], tmp_path: Path
) -> None:
    """What stands between *Send now* and the first message: of a million people a table would be read for seconds."""
    (store, ear), path = overheard, tmp_path / "crieur.db"
    await install(store, "ada", "louis", "marie")
    asked = (CONTOSO, Audience(everyone=True), Channel.TEAMS)
    ear.statements.clear()
    await store.reach(*asked)
    await store.recipients(*asked)
    counted = [plan for plan in ear.plans(path) if "reference" in plan]
    assert counted and all("COVERING INDEX reference_installed" in plan for plan in counted)
    ear.statements.clear()
    await store.members(*asked, 2, reachable=True, by_name=False)
    await store.close()
    assert not [plan for plan in ear.plans(path) if "TEMP B-TREE" in plan]
    assert not scans(ear, path)


async def test_templates_are_found_by_index(overheard: tuple[SqliteStore, Eavesdropper], tmp_path: Path) -> None:
    (store, ear), path = overheard, tmp_path / "crieur.db"
    (ada,) = await install(store, "ada")
    ear.statements.clear()
    template = await store.new_template(CONTOSO, ada.id, "News", Channel.TEAMS, {}, NOW, shared=True, deed=A_DEED)
    await store.template(template.id)
    await store.templates(CONTOSO, ada.id, 6, 0, "news")
    await store.count_templates(CONTOSO, ada.id)
    await store.change_template(template.id, "Old", shared=False, deed=A_DEED)
    await store.delete_template(template.id, deed=A_DEED)
    await store.close()
    plans = [plan for plan in ear.plans(path) if "template" in plan]
    assert any("template_tenant" in plan for plan in plans)
    assert not [plan for plan in plans if plan.startswith("SCAN")] and not scans(ear, path)
    assert not [plan for plan in plans if "TEMP B-TREE" in plan], "they come in their order"


async def test_a_scan_would_be_noticed(overheard: tuple[SqliteStore, Eavesdropper], tmp_path: Path) -> None:
    (store, ear), path = overheard, tmp_path / "crieur.db"
    await store.read(lambda db: db.execute("SELECT * FROM delivery WHERE detail = 'x'").fetchall())
    await store.close()
    assert any(plan.startswith("SCAN delivery") for plan in ear.plans(path))
