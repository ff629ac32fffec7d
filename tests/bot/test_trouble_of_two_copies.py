"""One trouble, two copies of the bot on one database: told once, tried by few, over for both."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.records import DeliveryState, NotReached
from tests.bot.test_what_a_send_can_answer import WAITS, Scene
from tests.conftest import RunningBot
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.program import free_port
from tests.support.seeding import conversation_of, install, member_of

PEOPLE = 20
TRIED = 12  #: messages before it is known what the matter is: by both copies


@pytest.fixture
async def scene(running_bot: RunningBot, tmp_path: Path) -> AsyncIterator[Scene]:
    clock = running_bot.clock
    server = MongoServer(random.Random(1), now=clock.at_the_machine)
    running_bot.make_store = lambda: SimulatedMongo(server)
    running_bot.environment["LEASE_SECONDS"] = "90"
    await running_bot.restart()
    other = RunningBot(
        tmp_path, running_bot.connector, clock, free_port(), dict(running_bot.environment), running_bot.make_store
    )
    await other.start()
    for number in range(PEOPLE):
        running_bot.connector.add(conversation_of(number), dict(member_of(number)))
    people = await install(running_bot.store, running_bot.connector.url, PEOPLE)
    yield Scene(running_bot, people, french=False)
    await other.stop()


@pytest.mark.parametrize("row", ["403 switched off", "503", "200 html", "401"])
async def test_a_trouble_is_told_once_and_few_are_tried_by_both_copies(scene: Scene, row: str) -> None:
    scene.answer(row)
    campaign = await scene.start()
    await scene.sees(WAITS[row])
    assert scene.bot.connector.refused <= TRIED
    scene.answer("")
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    chats = [scene.bot.connector.chats[conversation_of(number)] for number in range(PEOPLE)]
    assert [chat.campaigns[campaign.id] for chat in chats] == [1] * PEOPLE
    assert (await scene.now(campaign)).trouble is None
    cards = [message for message in scene.chats[0].messages if "is on its way" in str(message["activity"])]
    assert len(cards) == 1, "one card tells all of it"


async def test_a_message_at_fault_is_paused_by_whichever_copy_finds_out(scene: Scene) -> None:
    scene.answer("413")
    campaign = await scene.start()
    await scene.sees(NotReached.MESSAGE_REFUSED)
    states = await scene.states(campaign)
    assert states[DeliveryState.FAILED] <= 6 and states[DeliveryState.PLANNED] >= PEOPLE - 6
