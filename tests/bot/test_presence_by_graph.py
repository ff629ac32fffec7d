"""Presence from Microsoft Graph, from the directory to the chat: asked together, obeyed, and done without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.records import DeliveryState
from tests.bot.story import completed, draft, eventually, launch, newest, planned, settled
from tests.conftest import RunningBot
from tests.support.graph import LoopbackGraph, Trouble, User
from tests.support.organisation import SEND_OFF, Person, words_of

NOBODY_TELLS = "Nobody can tell at the moment who is there"


@pytest.fixture
async def graph(running_bot: RunningBot, ada: Person) -> AsyncIterator[LoopbackGraph]:
    graph = LoopbackGraph()
    graph.add(User(ada.directory_id, availability="Available"))
    await graph.start()
    running_bot.environment["GRAPH_URL"] = graph.url
    await running_bot.restart()
    yield graph
    await graph.stop()


async def people(running_bot: RunningBot, graph: LoopbackGraph, *availabilities: str) -> list[Person]:
    crowd = running_bot.organisation.crowd(len(availabilities))
    await asyncio.gather(*(person.install() for person in crowd))
    for person, availability in zip(crowd, availabilities, strict=True):
        graph.add(User(person.directory_id, availability=availability))
    return crowd


async def states(running_bot: RunningBot) -> dict[DeliveryState, int]:
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    return {state: count for state, count in tally.states.items() if count}


async def test_whoever_is_there_receives_it_and_whoever_does_not_want_to_be_disturbed_does_not(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    crowd = await people(running_bot, graph, "Available", "Busy", "BeRightBack", "DoNotDisturb", "Offline")
    cards = await draft(ada, presence="present")
    assert "no access to Microsoft Graph" not in str(cards["schedule"])
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert [bool(person.chat.campaigns) for person in crowd] == [True, True, True, False, False]
    assert await states(running_bot) == {DeliveryState.DELIVERED: 4, DeliveryState.ABSENT: 2}


async def test_what_falls_due_together_is_one_question(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    await people(running_bot, graph, *["Available"] * 40)
    await draft(ada, presence="available", duration="1", unit="hours")
    await launch(ada, running_bot)
    graph.asked.clear()
    campaign = await newest(running_bot)
    running_bot.clock.forward(campaign.as_scheduled.schedule.slot.end - running_bot.clock.now() - timedelta(seconds=30))
    await settled(running_bot)
    asked = [len(body["ids"]) for _, area, _, body in graph.asked if area == "communications"]
    assert sum(asked) >= 35 and len(asked) <= 5, asked


async def test_a_permission_taken_away_in_the_middle_is_said_and_loses_nobody(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    crowd = await people(running_bot, graph, "Available", "Offline")
    await draft(ada, presence="available", unknown="send")
    await ada.press(SEND_OFF)
    await eventually(lambda: planned(running_bot))
    graph.missing = {"Presence.Read.All"}
    report = words_of(await completed(ada, running_bot))
    assert any(word.startswith("Nobody could tell whether 3 people were there") for word in report)
    assert all(person.chat.campaigns for person in crowd), "sent all the same, as she chose"
    assert await states(running_bot) == {DeliveryState.DELIVERED: 3}
    cards = await draft(ada, message={"name": "Next"})
    assert any("an administrator can allow it" in word for word in words_of(cards["schedule"]))


async def test_an_hour_of_throttling_is_waited_for_where_that_was_chosen(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    [louis] = await people(running_bot, graph, "Available")
    await draft(ada, presence="available", unknown="wait", duration="5", unit="hours")
    await ada.press(SEND_OFF)
    await eventually(lambda: planned(running_bot))
    graph.trouble = Trouble(retry_after=3600)
    campaign = await newest(running_bot)
    due = await running_bot.store.next_due(campaign.id)
    assert due is not None
    running_bot.clock.forward(due - running_bot.clock.now() + timedelta(seconds=1))
    await ada.sees(NOBODY_TELLS)
    asked = graph.calls("communications")
    running_bot.clock.forward(timedelta(minutes=50))
    await settled(running_bot)
    assert graph.calls("communications") == asked, "nobody asks before they were asked to"
    graph.trouble = None
    await completed(ada, running_bot)
    assert await states(running_bot) == {DeliveryState.DELIVERED: 2}
    assert louis.chat.campaigns
