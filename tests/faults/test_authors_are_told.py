"""What authors are told, where the answers to it break, their chats hang, or the bot dies over it: the real program."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.records import CampaignId, CampaignState
from tests.faults.conftest import AT_FULL_SIZE, Tell, Town, a_town
from tests.support.http import until
from tests.support.mongo_servers import nx_27017
from tests.support.patience import looks
from tests.support.seeding import conversation_of, install, scheduled

PEOPLE = 40
SLOT = timedelta(seconds=6)
PATIENCE = 120.0
AUTHORS = 6
HANGING = 3
SOON = 20.0  #: seconds from the end of a slot to its report; a chat that hangs is waited for as long


@pytest.fixture(params=["sqlite", pytest.param("mongodb", marks=AT_FULL_SIZE)])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    with _server(request.param, tmp_path) as url:
        async with a_town(tmp_path, url, lease=3) as town:
            town.add_copy()
            yield town


@contextlib.contextmanager
def _server(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:{folder}/crieur.db"
        return
    with nx_27017(folder) as url:
        yield f"{url}crieur"


async def _reported(town: Town, campaigns: int = 1) -> None:
    """As the store has it."""
    store = await town.open()
    try:
        async for _ in looks(PATIENCE, 0.3):
            read = [await store.campaign(CampaignId(number)) for number in range(1, campaigns + 1)]
            if all(campaign and campaign.reported_at for campaign in read):
                assert all(campaign and campaign.state is CampaignState.DONE for campaign in read)
                return
        raise AssertionError("not every author has a report")
    finally:
        await store.close()


async def test_where_the_answer_breaks_an_author_gets_two_report_cards_at_the_most(town: Town, tell: Tell) -> None:
    await town.populate(PEOPLE, SLOT)
    town.connector.chats[conversation_of(0)].broken = "cut"
    await town.program.start()
    await _reported(town)
    await asyncio.sleep(5)
    account = await town.account(PEOPLE)
    tell(f"an author's chat whose answers break ({_kind(town)})", account)
    account.holds()
    assert 1 <= town.told("Report: ") <= 2
    assert town.told("is on its way") <= 2


async def test_killed_over_the_report_it_is_posted_once_more_and_then_left(town: Town, tell: Tell) -> None:
    await town.populate(PEOPLE, SLOT)
    kills = 0
    await town.program.start()
    await until(lambda: town.told("is on its way") > 0, PATIENCE)
    town.connector.chats[conversation_of(0)].broken = "hanging"  # it dies before the answer
    for cards in (1, 2):
        await until(lambda cards=cards: town.told("Report: ") == cards, PATIENCE)
        await town.program.kill()
        kills += 1
        await town.program.start()
    await _reported(town)
    await asyncio.sleep(3)
    assert town.told("Report: ") == 2
    account = await town.account(PEOPLE, kills)
    tell(f"kill -9 while the report is posted, twice ({_kind(town)})", account)
    account.holds()


async def test_chats_that_hang_delay_no_other_report(town: Town, tell: Tell) -> None:
    for number in range(AUTHORS):
        town.add_person(number)
    store = await town.open()
    authors = await install(store, town.connector.url, AUTHORS)
    start = datetime.now(UTC)
    for author in authors:
        await scheduled(store, author, start, SLOT)
    await store.close()
    for number in range(HANGING):
        town.connector.chats[conversation_of(number)].broken = "hanging"
    others = range(HANGING, AUTHORS)
    await town.program.start()
    # a message to a hanging chat is settled after 26 s, and a campaign ends with its last message
    soon = SLOT.total_seconds() + 26 + SOON
    await until(lambda: all(town.told("Report: ", number) for number in others), soon)
    account = await town.account(AUTHORS)
    tell(f"three authors' chats hang ({_kind(town)})", account)
    account.holds()


def _kind(town: Town) -> str:
    return town.store_url.partition(":")[0]
