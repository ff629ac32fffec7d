"""Somebody is erased at the machine: while the bot runs on the same file, and killed in the middle."""

from __future__ import annotations

import random
import signal
import time
from datetime import timedelta
from pathlib import Path

import aiohttp

from storage.records import CampaignId, DeliveryState
from tests.faults.conftest import Town
from tests.support.kept import audit_of
from tests.support.seeding import TENANT

PEOPLE = 60
WHO = 7
ADDRESS = f"person{WHO}@contoso.example"
TRACES = (ADDRESS, f"person-{WHO}", f"Person{WHO}", f"Person {WHO}")  #: of nobody else
KILLS = 8
#: the command, which dies between its change and the rewriting of the file
DIES = """
import os, sys
import app
from storage.sqlite import SqliteStore
SqliteStore._scrub = lambda self: os.kill(os.getpid(), 9)
sys.argv = ["app.py", *sys.argv[1:]]
app.main()
"""


async def erase(
    town: Town,
    killed_after: float | None = None,
    program: tuple[str, ...] = ("app.py",),
    address: str = ADDRESS,
) -> int | None:
    """``python app.py erase``: its exit status; None where it was killed first."""
    status, _ = await town.operate("erase", address, program=program, killed_after=killed_after)
    return None if killed_after is not None and status == -signal.SIGKILL else status


def traces_in(folder: Path) -> list[str]:
    """Of this person, in the bytes of the database and of whatever lies beside it."""
    whole = b"".join(file.read_bytes() for file in folder.glob("crieur.db*"))
    return [trace for trace in TRACES if trace.encode() in whole]


async def campaign_done(town: Town) -> object:
    await town.populate(PEOPLE, timedelta(seconds=6))
    await town.program.start()
    await town.wait_for_report(60)
    return await figures(town)


async def figures(town: Town) -> object:
    store = await town.open()
    try:
        return await store.tally(CampaignId(1)), await store.engagement(CampaignId(1))
    finally:
        await store.close()


async def test_while_the_bot_runs_on_the_same_file(town: Town) -> None:
    before = await campaign_done(town)
    assert traces_in(town.folder) == list(TRACES)
    for _ in range(20):  # it says so where the file is in use just then, and what to do
        if (status := await erase(town)) == 0 or not traces_in(town.folder):
            break
    assert traces_in(town.folder) == [], status
    assert await figures(town) == before
    async with aiohttp.ClientSession() as http, http.get(f"{town.program.url}/readyz") as ready:
        assert ready.status == 200
    store = await town.open()
    assert await store.person_at(TENANT, ADDRESS) is None
    assert (await store.tally(CampaignId(1))).states == {DeliveryState.DELIVERED: PEOPLE}
    await store.close()


async def test_killed_in_the_middle_and_run_again(town: Town) -> None:
    before = await campaign_done(town)
    await town.program.terminate()
    begun = time.monotonic()
    await erase(town, address="nobody@contoso.example")
    whole = time.monotonic() - begun
    rng = random.Random(5)
    killed = 0
    for _ in range(KILLS):
        if await erase(town, killed_after=whole * rng.uniform(0.3, 1.0)) is None:
            killed += 1
        else:
            whole *= 0.7  # the machine was busier when it was measured
        assert await figures(town) == before
    assert killed, "it was always faster"
    await erase(town)
    assert traces_in(town.folder) == []
    assert await figures(town) == before
    store = await town.open()
    entries = [entry for _, entry in await audit_of(store, TENANT, 10) if entry.deed == "erased"]
    assert len(entries) == 1, "with the erasure, in one change"
    await store.close()


async def test_killed_between_its_change_and_the_rewriting_of_the_file(town: Town) -> None:
    """What was deleted still stands in the file's pages or its log then."""
    before = await campaign_done(town)
    await town.program.terminate()
    assert await erase(town, program=("-c", DIES)) == -9
    store = await town.open()
    assert await store.person_at(TENANT, ADDRESS) is None
    await store.close()
    await erase(town)  # nobody is known by the address any more, and the file is rewritten all the same
    assert traces_in(town.folder) == []
    assert await figures(town) == before
