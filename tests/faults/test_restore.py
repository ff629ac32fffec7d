"""A backup that is older than what was sent comes back: nobody gets a message twice, and nobody is forgotten."""

from __future__ import annotations

import json
import random
import shutil
import time
from datetime import timedelta
from pathlib import Path

from storage.records import CampaignId, CampaignState, DeliveryState, NotReached
from storage.shared.backup import taken_at
from tests.faults.conftest import MONGO_PEOPLE, PEOPLE, Tell, Town, a_town
from tests.support.deeds import A_DEED
from tests.support.http import until
from tests.support.mongo_servers import nx_27017
from tests.support.program import free_port
from tests.support.seeding import conversation_of, scheduled

FEW = max(150, PEOPLE // 10)  #: people whose store is a file
FEW_ON_A_SERVER = MONGO_PEOPLE // 2
PATIENCE = 240.0  #: seconds
QUIET_START = 2.0  #: seconds of an operator's command on a quiet machine
WHY = "The bot’s memory came from a backup: it may have arrived before."


def slot_for(people: int) -> timedelta:
    """Long enough that some of them wait for their instant when the backup is back."""
    return timedelta(seconds=25 + people / 25)


def received(town: Town) -> int:
    return int(town.connector.tally()["messages"])


async def seconds_of_a_start(town: Town) -> float:
    """Of an operator's command that changes nothing; slots and leases of the town grow with it.

    Some nine starts stand between the backup and the program that goes on from it, within one slot.
    """
    begun = time.monotonic()
    await town.operate("erase", "nobody@contoso.example")
    length = time.monotonic() - begun
    town.slow = max(town.slow, length / QUIET_START)
    return length


async def runs_true(town: Town, people: int, sent_before: int, sent_after: int, kind: str, tell: Tell) -> None:
    """It goes on from the backup, and ends as it should; the report says of whom nobody can tell, and why."""
    await town.program.start()
    await town.wait_for_report(PATIENCE)
    account = await town.account(people)
    tell(f"a backup comes back: {kind}", account)
    account.holds()
    assert account.unconfirmed >= sent_after - sent_before, "who got it after the backup is not sure to have it"
    assert account.sent + account.unconfirmed == people, "nobody is given up"
    assert account.sent > sent_before, "it went on with the others"
    store = await town.open()
    tally = await store.tally(CampaignId(1))
    assert tally.reasons.get(NotReached.RESTORED, 0) >= sent_after - sent_before
    await store.close()
    chat = town.connector.chats[conversation_of(0)]
    report = json.dumps([message["activity"] for message in chat.messages], ensure_ascii=False)
    assert WHY in report and f"{account.unconfirmed:,}" in report


async def test_the_file_by_its_online_backup(town: Town, tell: Tell) -> None:
    a_start = await seconds_of_a_start(town)
    await town.populate(FEW, slot_for(FEW))
    await town.program.start()
    await until(lambda: received(town) >= FEW // 6, PATIENCE)
    backup = town.folder / "kept" / "backup.db"
    backup.parent.mkdir()
    status, output = await town.operate("backup", str(backup))
    assert status == 0, output
    at_backup = received(town)
    assert (await town.operate("backup", str(backup)))[0] == 1, "never over another one"
    await until(lambda: received(town) >= at_backup + FEW // 6, PATIENCE)
    await town.program.kill()
    at_kill = received(town)

    for file in town.folder.glob("crieur.db*"):
        file.unlink()
    shutil.copy(backup, town.folder / "crieur.db")
    rng = random.Random(at_kill)
    for _ in range(3):
        await town.operate("restored", killed_after=a_start * rng.uniform(0.3, 1.0))
    if await is_a_backup(town):  # none of them came to its end
        status, output = await town.operate()
        assert status == 1 and "python app.py restored" in output, "it does not start by itself"
    assert received(town) == at_kill
    again = [] if await is_a_backup(town) else ["--unmarked"]  # one of the killed may have come to its end
    status, output = await town.operate("restored", *again)
    assert status == 0 and "unconfirmed" in output and "person0@contoso.example" in output
    await runs_true(town, FEW, at_backup, at_kill, "the file", tell)


async def is_a_backup(town: Town) -> bool:
    store = await town.open()
    taken = await taken_at(store)
    await store.close()
    return taken is not None


async def test_a_backup_does_not_start_by_itself(town: Town) -> None:
    await town.populate(3, timedelta(seconds=30))
    store = await town.open()
    await store.backup(town.folder / "kept.db")
    await store.close()
    for file in town.folder.glob("crieur.db*"):
        file.unlink()
    (town.folder / "kept.db").rename(town.folder / "crieur.db")
    status, output = await town.operate()
    assert status == 1 and "python app.py restored" in output
    assert received(town) == 0


async def test_what_was_scheduled_is_asked_again(town: Town) -> None:
    """It may have started, and ended, since."""
    await town.populate(3, timedelta(seconds=30))
    store = await town.open()
    [campaign] = await store.campaigns((await store.campaign(CampaignId(1))).tenant, 1)  # type: ignore[union-attr]
    author = await store.person(campaign.author)
    assert author
    later_start = campaign.as_scheduled.schedule.slot.start + timedelta(days=1)
    later = await scheduled(store, author, later_start, timedelta(seconds=30), name="Later")
    backup = town.folder / "kept.db"
    await store.backup(backup)
    await store.close()
    for file in town.folder.glob("crieur.db*"):
        file.unlink()
    backup.rename(town.folder / "crieur.db")
    status, output = await town.operate("restored")
    assert status == 0 and output.count("is a draft again") == 2
    store = await town.open()
    assert {one.state for one in await store.campaigns(campaign.tenant, 9)} == {CampaignState.DRAFT}
    new = await store.new_campaign(
        campaign.tenant, author.id, "New", campaign.channel, campaign.created_at, deed=A_DEED
    )
    assert new.id > later.id + 1_000, "numbers that were given after the backup lead to nothing else"
    await store.close()
    assert received(town) == 0


async def test_a_server_by_a_copy_of_its_files_while_it_is_stopped(tmp_path: Path, tell: Tell) -> None:
    """The bot waits for it meanwhile."""
    people, port = FEW_ON_A_SERVER, free_port()
    url = f"mongodb://127.0.0.1:{port}/crieur"
    async with a_town(tmp_path, url, lease=5) as town:
        with nx_27017(tmp_path, port):
            town.add_copy()
            await seconds_of_a_start(town)
            await town.populate(people, slot_for(people))
            await town.program.start()
            await until(lambda: received(town) >= people // 6, PATIENCE)
        shutil.copytree(tmp_path / "nx", tmp_path / "kept")
        at_backup = received(town)
        with nx_27017(tmp_path, port):
            await until(lambda: received(town) >= at_backup + people // 6, PATIENCE)
            await town.program.kill()
        at_kill = received(town)
        shutil.rmtree(tmp_path / "nx")
        shutil.copytree(tmp_path / "kept", tmp_path / "nx")
        with nx_27017(tmp_path, port):
            status, output = await town.operate("restored", "--unmarked")
            assert status == 0 and "unconfirmed" in output, output
            store = await town.open()
            states = (await store.tally(CampaignId(1))).states
            assert not states.get(DeliveryState.SENDING) and not states.get(DeliveryState.CLAIMED)
            await store.close()
            await runs_true(town, people, at_backup, at_kill, "a server's files", tell)
