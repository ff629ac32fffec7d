"""kill -9, throttling, broken connections, a platform or a store that goes away: to the real program."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.sending.recording import GROUP
from storage.records import CampaignId, DeliveryState
from tests.faults.conftest import KILLS, OUTAGE, PEOPLE, Tell, Town
from tests.support.connector import Faults
from tests.support.http import until
from tests.support.speed import slowness

PATIENCE = 300.0  #: seconds until the report, after the last fault


async def kill_again_and_again(town: Town, kills: int, rng: random.Random) -> None:
    """Start it and kill it, at random instants; the last one lives."""
    for _ in range(kills):
        await town.program.start()
        await asyncio.sleep(rng.uniform(0.1, 3.0))
        await town.program.kill()
    await town.program.start()


def slot_for(kills: int) -> timedelta:
    """Long enough that there is something to kill every time."""
    return timedelta(seconds=10 + 4 * kills)


async def test_kill_9_doubles_nobody_and_loses_nobody(town: Town, tell: Tell) -> None:
    town.connector.faults = Faults(latency=0.15)  # as far away as the real one
    await town.populate(PEOPLE, slot_for(KILLS))
    await kill_again_and_again(town, KILLS, random.Random(1))
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE, KILLS)
    tell("kill -9", account)
    account.holds()
    assert account.unconfirmed <= GROUP * KILLS
    assert account.sent > PEOPLE * 0.5, "most of them have it"


async def test_an_unwell_platform_and_kill_9_together(town: Town, tell: Tell) -> None:
    kills = KILLS // 3
    town.connector.faults = Faults(
        throttle=0.10, retry_after=0.2, errors=0.05, reset_before=0.01, reset_after=0.01, hang=0.01
    )
    await town.populate(PEOPLE, slot_for(kills) + timedelta(seconds=30))
    await kill_again_and_again(town, kills, random.Random(2))
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE, kills)
    tell("10 % 429, 5 % 500-504, 2 % resets, 1 % hangs, kill -9", account)
    account.holds()
    assert account.unconfirmed <= GROUP * kills + PEOPLE * 0.06


async def test_sigterm_finishes_what_is_in_flight_and_gives_leases_back(town: Town, tell: Tell) -> None:
    town.connector.faults = Faults(latency=0.2)
    # 64 requests in flight, each for a fifth of a second: some 300 a second, and the bot is away in between
    await town.populate(PEOPLE, timedelta(seconds=max(25, PEOPLE / 150)))
    for pause in (3.0, 2.0, 4.0):
        await town.program.start()
        await asyncio.sleep(pause)
        assert await town.program.terminate() == 0
        store = await town.open()
        states = (await store.tally(CampaignId(1))).states
        await store.close()
        assert not states.get(DeliveryState.SENDING) and not states.get(DeliveryState.CLAIMED)
        received = town.connector.tally()["messages"]
        assert states.get(DeliveryState.DELIVERED, 0) == received, "what arrived is written down"
    await town.program.start()
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE)
    tell("SIGTERM, three times", account)
    account.holds()
    assert account.sent == PEOPLE


async def test_an_outage_of_the_platform_costs_time_and_nobody(town: Town, tell: Tell) -> None:
    port = int(town.connector.url.rpartition(":")[2])
    await town.populate(PEOPLE, timedelta(seconds=40 + 2 * OUTAGE))
    await town.program.start()
    await asyncio.sleep(5)
    await town.connector.stop()
    await asyncio.sleep(OUTAGE)
    await town.connector.start(port)
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE)
    tell(f"the platform away for {OUTAGE:g} s", account)
    account.holds()
    assert account.sent + account.unconfirmed == PEOPLE, "nobody is given up"
    assert account.unconfirmed <= GROUP


async def test_a_store_that_is_away_is_waited_for(town: Town, tell: Tell) -> None:
    """The file is locked by somebody else, so that nothing can be written."""
    await town.populate(PEOPLE, timedelta(seconds=40 + 2 * OUTAGE))
    await town.program.start()
    await asyncio.sleep(5)
    await asyncio.to_thread(lock, town.folder / "crieur.db", OUTAGE)
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE)
    tell(f"the store away for {OUTAGE:g} s", account)
    account.holds()
    assert account.sent == PEOPLE, "what was accepted meanwhile is recorded, though the leases have lapsed"


def lock(path: Path, seconds: float) -> None:
    """Hold the write lock of a database."""
    database = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        database.execute("ROLLBACK")
    finally:
        database.close()


async def test_a_second_program_on_one_file_does_not_start_and_commands_run_beside_the_first(town: Town) -> None:
    await town.populate(20, timedelta(hours=1))
    await town.program.start()
    second = town.add_copy()
    with pytest.raises(AssertionError, match=r"another Crieur serves .*one file, one copy of the bot"):
        await second.start()
    status, words = await town.operate("audit")
    assert status == 0, words
    status, words = await town.operate("backup", str(town.folder / "backup.db"))
    assert status == 0, words
    status, words = await town.operate("restored")
    assert status == 1 and "another Crieur serves" in words, "it wants the bot stopped"
    await town.program.kill()
    await second.start()


async def test_told_to_stop_in_a_campaign_it_writes_no_error_and_json_to_the_last_line(town: Town) -> None:
    town.environment["LOG_FORMAT"] = "json"
    await town.populate(200, timedelta(seconds=30))
    await town.program.start()
    await until(lambda: town.sent_by(town.program) > 5, 30 * slowness())
    assert await town.program.terminate() == 0
    lines = [json.loads(line) for line in town.program.log.read_text().splitlines()]
    assert [line for line in lines if line["level"] in ("ERROR", "CRITICAL") or "trace" in line] == []
    messages = [line["message"] for line in lines]
    assert messages[0].startswith("Crieur listens on") and messages[-1] == "stopped"
    assert any(message.startswith("campaign started: campaign=1") for message in messages)
