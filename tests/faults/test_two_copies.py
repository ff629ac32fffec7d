"""Several copies of the bot on one MongoDB: one is killed, the server is away, the line to it breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scheduler.sending.recording import GROUP
from tests.faults.conftest import MONGO_PEOPLE, OUTAGE, Tell, Town, a_town
from tests.support.connector import Faults
from tests.support.forwarder import Forwarder
from tests.support.http import until
from tests.support.mongo_servers import nx_27017

PATIENCE = 300.0  #: seconds for what a slow server and a busy machine may take
LEASE = 5.0  #: seconds; the server may take a second for an answer
PER_SECOND = 15  #: messages that fall due: what the server carries, with room
SLOT = timedelta(seconds=5 + MONGO_PEOPLE / PER_SECOND)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """On MongoDB's protocol, and no copy of the bot yet."""
    with nx_27017(tmp_path) as url:
        async with a_town(tmp_path, f"{url}crieur", LEASE) as town:
            yield town


async def test_a_copy_takes_over_what_a_killed_one_was_sending(town: Town, tell: Tell) -> None:
    town.connector.faults = Faults(latency=1.0)
    dying, staying = town.add_copy(), town.add_copy()
    await town.populate(MONGO_PEOPLE, SLOT)
    await asyncio.gather(dying.start(), staying.start())
    share = MONGO_PEOPLE // 10
    await until(lambda: town.sent_by(dying) >= share and town.sent_by(staying) >= share, PATIENCE)
    before = town.sent_by(dying)
    await until(lambda: town.sent_by(dying) > before, PATIENCE)
    await dying.kill()  # an answer is on its way to it: it holds at least this lease
    assert len(town.sender_of) < MONGO_PEOPLE, "in the middle"
    shares = town.sent_by(dying), town.sent_by(staying)
    await town.wait_for_report(PATIENCE)
    account = await town.account(MONGO_PEOPLE, kills=1)
    tell("two copies on one MongoDB, one killed", account)
    account.holds()
    assert 1 <= account.unconfirmed <= GROUP, "what it held has an end, given by the other"
    assert account.sent + account.unconfirmed == MONGO_PEOPLE, "nobody is given up"
    assert town.sent_by(dying) == shares[0], "it stayed dead"
    assert town.sent_by(staying) > shares[1], "the other went on"
    assert len(town.sender_of) == town.connector.tally()["messages"]


@pytest.fixture
async def line(town: Town) -> AsyncIterator[Forwarder]:
    """Between the copies and the server; the town itself goes straight to it."""
    line = Forwarder(urlsplit(town.store_url).port or 0)
    await line.mend()
    yield line
    await line.cut()


def beyond(line: Forwarder) -> str:
    return f"mongodb://127.0.0.1:{line.own_port}/crieur"


async def test_a_mongodb_that_is_away_is_waited_for(town: Town, line: Forwarder, tell: Tell) -> None:
    program = town.add_copy(beyond(line))
    town.connector.faults = Faults(latency=0.5)
    await town.populate(MONGO_PEOPLE, SLOT + timedelta(seconds=2 * OUTAGE))
    await program.start()
    await until(lambda: len(town.sender_of) >= MONGO_PEOPLE // 10, PATIENCE)
    await line.cut()
    assert len(town.sender_of) < MONGO_PEOPLE, "in the middle"
    await asyncio.sleep(OUTAGE)
    assert program.alive
    await line.mend()
    await town.wait_for_report(PATIENCE)
    account = await town.account(MONGO_PEOPLE)
    tell(f"MongoDB away for {OUTAGE:g} s", account)
    account.holds()
    assert account.sent + account.unconfirmed == MONGO_PEOPLE, "nobody is given up"
    assert account.unconfirmed <= GROUP


async def test_answers_of_mongodb_that_are_lost_double_nobody(town: Town, line: Forwarder, tell: Tell) -> None:
    """Two copies, whose writes are done although they never hear of it."""
    copies = [town.add_copy(beyond(line)) for _ in range(2)]
    town.connector.faults = Faults(latency=0.2)
    await town.populate(MONGO_PEOPLE, SLOT)
    await asyncio.gather(*(copy.start() for copy in copies))
    rng, breaks = random.Random(3), 0
    while (known := len(town.sender_of)) < MONGO_PEOPLE * 0.9:
        await asyncio.sleep(rng.uniform(0.1, 1.0))
        await line.lose_an_answer()
        await line.mend()
        breaks += 1
        # broken again before anybody is back at work, it would starve them, and try nothing but the driver
        await until(lambda known=known: len(town.sender_of) > known, PATIENCE)
    assert all(copy.alive for copy in copies)
    await town.wait_for_report(PATIENCE)
    account = await town.account(MONGO_PEOPLE)
    tell(f"the line to MongoDB broken {breaks} times", account)
    account.holds()
    assert account.sent + account.unconfirmed == MONGO_PEOPLE, "nobody is given up"
    assert account.unconfirmed <= GROUP
