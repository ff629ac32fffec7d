"""A backup that is older than what was sent comes back: nobody gets a message twice, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from storage.records import CampaignId, CampaignState, DeliveryState, NotReached
from tests.faults.conftest import Town, a_town
from tests.support.http import until
from tests.support.mongo_servers import nx_27017
from tests.support.program import ROOT, free_port
from tests.support.seeding import scheduled

PEOPLE = 150
SLOT = timedelta(seconds=30)
PATIENCE = 120.0


async def command(town: Town, *words: str) -> tuple[int | None, str]:
    """An operator's command: its exit status, and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "app.py", *words,
        cwd=ROOT,
        env={**os.environ, "STORE_URL": town.store_url, "MicrosoftAppId": "", "PORT": str(free_port())},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


def received(town: Town) -> int:
    return int(town.connector.tally()["messages"])


async def runs_true(town: Town, sent_before: int, sent_after: int) -> None:
    """It goes on from the backup, and ends as it should."""
    await town.program.start()
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE)
    account.holds()
    assert account.unconfirmed >= sent_after - sent_before, "who got it after the backup is not sure to have it"
    assert account.sent + account.unconfirmed == PEOPLE, "nobody is given up"
    assert account.sent > sent_before, "it went on with the others"
    store = await town.open()
    reasons = (await store.tally(CampaignId(1))).reasons
    assert reasons.get(NotReached.RESTORED, 0) >= sent_after - sent_before
    await store.close()


async def test_the_file_by_its_online_backup(town: Town) -> None:
    await town.populate(PEOPLE, SLOT)
    await town.program.start()
    await until(lambda: received(town) >= PEOPLE // 6, PATIENCE)
    backup = town.folder / "kept" / "backup.db"
    backup.parent.mkdir()
    status, said = await command(town, "backup", str(backup))
    assert status == 0, said
    at_backup = received(town)
    assert (await command(town, "backup", str(backup)))[0] == 1, "never over another one"
    await until(lambda: received(town) >= at_backup + PEOPLE // 6, PATIENCE)
    await town.program.kill()
    at_kill = received(town)

    for file in town.folder.glob("crieur.db*"):
        file.unlink()
    shutil.copy(backup, town.folder / "crieur.db")
    status, said = await command(town)
    assert status == 1 and "python app.py restored" in said, "it does not start by itself"
    assert received(town) == at_kill
    status, said = await command(town, "restored")
    assert status == 0 and "unconfirmed" in said and "person0@contoso.example" in said
    await runs_true(town, at_backup, at_kill)


async def test_what_was_scheduled_is_asked_again(town: Town) -> None:
    """It may have started, and ended, since."""
    await town.populate(3, SLOT)
    store = await town.open()
    [campaign] = await store.campaigns((await store.campaign(CampaignId(1))).tenant, 1)  # type: ignore[union-attr]
    author = await store.person(campaign.author)
    assert author and campaign.schedule
    later = await scheduled(store, author, campaign.schedule.slot.start + timedelta(days=1), SLOT, name="Later")
    backup = town.folder / "kept.db"
    await store.backup(backup)
    await store.close()
    for file in town.folder.glob("crieur.db*"):
        file.unlink()
    backup.rename(town.folder / "crieur.db")
    status, said = await command(town, "restored")
    assert status == 0 and said.count("is a draft again") == 2
    store = await town.open()
    assert {one.state for one in await store.campaigns(campaign.tenant, 9)} == {CampaignState.DRAFT}
    new = await store.new_campaign(campaign.tenant, author.id, "New", campaign.channel, campaign.created_at)
    assert new.id > later.id + 1_000, "numbers that were given after the backup lead to nothing else"
    await store.close()
    assert received(town) == 0


async def test_a_server_by_a_copy_of_its_files_while_it_is_stopped(tmp_path: Path) -> None:
    """The bot waits for it meanwhile."""
    port = free_port()
    url = f"mongodb://127.0.0.1:{port}/crieur"
    async with a_town(tmp_path, url, lease=5) as town:
        with nx_27017(tmp_path, port):
            town.add_copy()
            await town.populate(PEOPLE, SLOT)
            await town.program.start()
            await until(lambda: received(town) >= PEOPLE // 6, PATIENCE)
        shutil.copytree(tmp_path / "nx", tmp_path / "kept")
        at_backup = received(town)
        with nx_27017(tmp_path, port):
            await until(lambda: received(town) >= at_backup + PEOPLE // 6, PATIENCE)
            await town.program.kill()
        at_kill = received(town)
        shutil.rmtree(tmp_path / "nx")
        shutil.copytree(tmp_path / "kept", tmp_path / "nx")
        with nx_27017(tmp_path, port):
            status, said = await command(town, "restored")
            assert status == 0 and "unconfirmed" in said, said
            store = await town.open()
            states = (await store.tally(CampaignId(1))).states
            assert not states.get(DeliveryState.SENDING) and not states.get(DeliveryState.CLAIMED)
            await store.close()
            await runs_true(town, at_backup, at_kill)
