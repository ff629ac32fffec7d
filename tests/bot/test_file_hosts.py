"""A file goes to the organisation's own SharePoint, whatever a file consent says."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clouds import CLOUDS
from bot.files.hosts import FileHosts
from bot.files.uploads import takes
from bot.graph.client import Graph, NoLogin
from storage.records import TenantId
from storage.sqlite import SqliteStore
from tests.bot.test_exports import _offered, _owner, answer_offer
from tests.bot.test_operating import operator
from tests.conftest import RunningBot, ShiftedClock
from tests.support.deeds import A_DEED
from tests.support.graph import LoopbackGraph
from tests.support.kept import audit_of
from tests.support.organisation import TENANT

pytestmark = pytest.mark.real_time

HERE = TenantId(TENANT)
OURS = "https://contoso-my.sharepoint.com/personal/ada/_api/v2.0/drive/items/01/uploadSession?guid=1"
SITE = "https://contoso.sharepoint.com/sites/hr/upload"
THEIRS = "https://fabrikam-my.sharepoint.com/personal/eve/_api/v2.0/drive/items/01/uploadSession?guid=1"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def graph() -> AsyncIterator[LoopbackGraph]:
    graph = LoopbackGraph()
    await graph.start()
    yield graph
    await graph.stop()


def asking(graph: LoopbackGraph) -> Graph:
    return Graph(graph.url, clock=ShiftedClock(), rng=random.Random(5), login=lambda tenant: NoLogin())


async def test_the_first_consent_of_an_organisation_names_its_host(store: SqliteStore) -> None:
    hosts = FileHosts(store, None)
    assert await hosts.check(HERE, OURS) is None
    assert await hosts.check(HERE, SITE) is None, "a OneDrive stands beside its SharePoint"
    other = await hosts.check(HERE, THEIRS)
    assert other and (other.host, other.known, other.news) == (
        "fabrikam.sharepoint.com",
        "contoso.sharepoint.com",
        True,
    )
    again = await FileHosts(store, None).check(HERE, THEIRS)
    assert again and not again.news, "also after a restart"
    assert await hosts.check(TenantId("another"), THEIRS) is None, "it is theirs"


async def test_where_there_is_graph_it_says_which(store: SqliteStore, graph: LoopbackGraph) -> None:
    assert await FileHosts(store, None).check(HERE, THEIRS) is None, "without Graph the first is believed"
    async with asking(graph) as asked:
        hosts = FileHosts(store, asked)
        other = await hosts.check(HERE, THEIRS)
        assert other and other.known == "contoso.sharepoint.com"
        assert await hosts.check(HERE, OURS) is None
        graph.sharepoint = "contoso-renamed.sharepoint.com"
        assert await hosts.check(HERE, "https://contoso-renamed-my.sharepoint.com/x") is None
        graph.missing.add("Sites.Read.All")
        assert await hosts.check(HERE, OURS), "what it said last stands where it may not say it any more"


async def test_an_operators_word_goes_before(store: SqliteStore, graph: LoopbackGraph) -> None:
    async with asking(graph) as asked:
        hosts = FileHosts(store, asked)
        await hosts.name(HERE, "contosoeur-my.sharepoint.com", deed=A_DEED)
        assert await hosts.check(HERE, "https://contosoeur-my.sharepoint.com/x") is None
        assert await hosts.check(HERE, OURS)
    for wrong in ("https://contoso.sharepoint.com", "a b", "contoso.sharepoint.com/x"):
        with pytest.raises(ValueError, match=re.escape(wrong)):
            await hosts.name(HERE, wrong, deed=A_DEED)


async def test_a_file_for_another_organisations_drive_is_refused_and_the_owners_are_told(signed: RunningBot) -> None:
    signed.signing["platform"] = replace(signed.signing["platform"], files=(".sharepoint.com",))
    await signed.restart()
    ada = await _owner(signed)
    assert await FileHosts(signed.store, None).check(HERE, OURS) is None
    message, offer = await _offered(signed, ada)
    context = offer["content"]["acceptContext"]
    assert await answer_offer(ada, message, context, THEIRS) == 200
    await ada.sees("This is not where your organisation keeps its files")
    card = await ada.sees("A file was not saved: its place is not your organisation’s.")
    assert "fabrikam" in str(card) and "contoso" in str(card)
    entries = [entry for _, entry in await audit_of(signed.store, HERE, 50)]
    assert not [entry for entry in entries if entry.deed == "exported"]
    output = await operator(signed, "upload-host", "fabrikam.sharepoint.com", "--organisation", TENANT)
    assert "fabrikam.sharepoint.com" in output
    assert await FileHosts(signed.store, None).check(HERE, THEIRS) is None
    assert [entry.id for _, entry in await audit_of(signed.store, HERE, 50) if entry.deed == "set"] == ["upload host"]


def test_each_cloud_keeps_files_under_its_own_suffix() -> None:
    public, government = CLOUDS["public"].files, CLOUDS["gcc-high"].files
    assert takes("https://contoso.sharepoint.com/x", public) and not takes("https://contoso.sharepoint.us/x", public)
    assert takes("https://contoso.sharepoint.us/x", government)
    assert not takes("https://contoso.sharepoint.com/x", government)
