"""The wall clock of the real program is set while campaigns run; a copy's clock is wrong. By libfaketime."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from storage.records import CampaignId, PersonId
from tests.faults.conftest import AT_FULL_SIZE, MONGO_PEOPLE, Tell, Town, a_town
from tests.support import faketime
from tests.support.http import until
from tests.support.mongo_servers import nx_27017
from tests.support.organisation import Organisation
from tests.support.patience import looks
from tests.support.program import Program
from tests.support.seeding import conversation_of, scheduled
from tests.support.speed import slowness

PEOPLE = 200
HOUR = 3600.0
THREE_HOURS = timedelta(hours=3)
PATIENCE = 120.0
SKEW = 150.0  #: seconds

# libfaketime keeps a core busy by itself; tests/bot/test_wall_clock.py and tests/unit/test_watch.py set clocks without
pytestmark = [AT_FULL_SIZE, pytest.mark.skipif(faketime.library() is None, reason="libfaketime is not installed")]


async def readiness(program: Program) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"{program.url}/readyz") as response:
        return response.status, await response.text()


async def is_ready(program: Program) -> None:
    """Within the time that its jobs may rest."""
    async for _ in looks(15, 0.2):
        if (await readiness(program))[0] == 200:
            return
    raise AssertionError(await readiness(program))


async def test_the_wall_clock_set_forward_and_back_stops_nothing(town: Town, tell: Tell, tmp_path: Path) -> None:
    """A campaign of three hours runs; the clock goes on an hour, back by one, and on to the campaign's end."""
    wall = faketime.WallClock(tmp_path)
    town.program.environment, town.program.forked = {**town.environment, **wall.environment}, False
    await town.populate(PEOPLE, THREE_HOURS)
    await town.program.start()
    await until(lambda: town.told("is on its way") > 0, PATIENCE)
    for step, campaign in ((HOUR, 2), (0.0, 3)):
        wall.set_wrong_by(step)
        await asyncio.sleep(3)  # it is known to the program
        await _one_more_campaign(town, timedelta(seconds=step))
        await until(lambda campaign=campaign: _received(town, campaign) == [1] * PEOPLE, PATIENCE)
        await is_ready(town.program)
        await _talks(town)
    left, ends = 30 * slowness(), await _end_of_the_first(town)
    wall.set_wrong_by((ends - datetime.now(UTC)).total_seconds() - left)
    await until(lambda: town.told("Report: ") == 3, left + PATIENCE)
    assert town.program.log.read_text().count("the wall clock was set") >= 3
    account = await town.account(PEOPLE)
    tell("the wall clock set on and back by an hour", account)
    account.holds()
    assert account.sent == PEOPLE
    assert [_received(town, campaign) for campaign in (2, 3)] == [[1] * PEOPLE] * 2, "nobody twice"


async def _end_of_the_first(town: Town) -> datetime:
    store = await town.open()
    campaign = await store.campaign(CampaignId(1))
    await store.close()
    assert campaign
    return campaign.as_scheduled.schedule.slot.end


def _received(town: Town, campaign: int) -> list[int]:
    """How often each person has it."""
    chats = (town.connector.chats[conversation_of(number)] for number in range(PEOPLE))
    return [chat.campaigns[campaign] for chat in chats]


async def _one_more_campaign(town: Town, wrong: timedelta) -> None:
    store = await town.open()
    author = await store.person(PersonId(1))
    assert author
    now = datetime.now(UTC) + wrong
    await scheduled(store, author, now, timedelta(seconds=20 * slowness()), name=f"At {now:%H:%M}")
    await store.close()


async def _talks(town: Town) -> None:
    async with aiohttp.ClientSession() as http:
        organisation = Organisation(town.connector, f"{town.program.url}/api/messages", http)
        ada = organisation.person("Ada", "Lovelace", tenant="another")
        await ada.install()
        await ada.sees("Hello Ada, I am Crieur.", PATIENCE)


async def test_a_copy_whose_clock_is_ahead_spoils_nothing(tmp_path: Path, tell: Tell) -> None:
    wall = faketime.WallClock(tmp_path, SKEW)
    slot = timedelta(seconds=20 + MONGO_PEOPLE / 15)
    with nx_27017(tmp_path) as url:
        async with a_town(tmp_path, f"{url}crieur", lease=5) as town:
            right, ahead = town.add_copy(), town.add_copy()
            ahead.environment, ahead.forked = {**town.environment, **wall.environment}, False
            await town.populate(MONGO_PEOPLE, slot)
            await ahead.start()
            await asyncio.sleep(5)
            status, shown = await readiness(ahead)
            assert status == 503 and "NTP" in shown
            assert not town.sender_of, "it sends nothing"
            await right.start()
            await town.wait_for_report(PATIENCE * 3)
            await asyncio.sleep(5)
            account = await town.account(MONGO_PEOPLE)
            tell(f"two copies, one's clock {SKEW:g} s ahead", account)
            account.holds()
            assert account.sent == MONGO_PEOPLE and not account.others
            assert town.told("Report: ") == 1
            assert "nothing is sent" in ahead.log.read_text()
