"""Presence from Microsoft Graph, from the directory to the chat: asked together, obeyed, and done without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.records import DeliveryState
from tests.bot.story import completed, draft, eventually, launch, newest, planned, settled
from tests.conftest import House
from tests.support.graph import LoopbackGraph, Trouble, User
from tests.support.organisation import Person, words_of

NOBODY_TELLS = "Nobody can tell at the moment who is there"


@pytest.fixture
async def graph(house: House, ada: Person) -> AsyncIterator[LoopbackGraph]:
    graph = LoopbackGraph()
    graph.add(User(ada.directory_id, availability="Available"))
    await graph.start()
    house.environment["GRAPH_URL"] = graph.url
    await house.restart()
    yield graph
    await graph.stop()


async def people(house: House, graph: LoopbackGraph, *availabilities: str) -> list[Person]:
    crowd = house.organisation.crowd(len(availabilities))
    await asyncio.gather(*(person.install() for person in crowd))
    for person, availability in zip(crowd, availabilities, strict=True):
        graph.add(User(person.directory_id, availability=availability))
    return crowd


async def states(house: House) -> dict[DeliveryState, int]:
    tally = await house.store.tally((await newest(house)).id)
    return {state: count for state, count in tally.states.items() if count}


async def test_whoever_is_there_receives_it_and_whoever_does_not_want_to_be_disturbed_does_not(
    house: House, ada: Person, graph: LoopbackGraph
) -> None:
    crowd = await people(house, graph, "Available", "Busy", "BeRightBack", "DoNotDisturb", "Offline")
    cards = await draft(ada, presence="present")
    assert "no access to Microsoft Graph" not in str(cards["schedule"])
    await launch(ada, house)
    await completed(ada, house)
    assert [bool(person.chat.campaigns) for person in crowd] == [True, True, True, False, False]
    assert await states(house) == {DeliveryState.DELIVERED: 4, DeliveryState.ABSENT: 2}


async def test_what_falls_due_together_is_one_question(house: House, ada: Person, graph: LoopbackGraph) -> None:
    await people(house, graph, *["Available"] * 40)
    await draft(ada, presence="available", duration="1", unit="hours")
    await launch(ada, house)
    graph.asked.clear()
    campaign = await newest(house)
    assert campaign.schedule is not None
    house.clock.forward(campaign.schedule.slot.end - house.clock.now() - timedelta(seconds=30))
    await settled(house)
    asked = [len(body["ids"]) for _, area, _, body in graph.asked if area == "communications"]
    assert sum(asked) >= 35 and len(asked) <= 5, asked


async def test_a_permission_taken_away_in_the_middle_is_said_and_loses_nobody(
    house: House, ada: Person, graph: LoopbackGraph
) -> None:
    crowd = await people(house, graph, "Available", "Offline")
    await draft(ada, presence="available", unknown="send")
    await ada.press("Schedule it")
    await eventually(lambda: planned(house))
    graph.missing = {"Presence.Read.All"}
    report = words_of(await completed(ada, house))
    assert any(word.startswith("Nobody could tell whether 3 people were there") for word in report)
    assert all(person.chat.campaigns for person in crowd), "sent all the same, as she chose"
    assert await states(house) == {DeliveryState.DELIVERED: 3}
    cards = await draft(ada, message={"name": "Next"})
    assert any("an administrator can allow it" in word for word in words_of(cards["schedule"]))


async def test_an_hour_of_throttling_is_waited_for_where_that_was_chosen(
    house: House, ada: Person, graph: LoopbackGraph
) -> None:
    [louis] = await people(house, graph, "Available")
    await draft(ada, presence="available", unknown="wait", duration="5", unit="hours")
    await ada.press("Schedule it")
    await eventually(lambda: planned(house))
    graph.trouble = Trouble(retry_after=3600)
    campaign = await newest(house)
    due = await house.store.next_due(campaign.id)
    assert due is not None
    house.clock.forward(due - house.clock.now() + timedelta(seconds=1))
    await ada.sees(NOBODY_TELLS)
    asked = graph.calls("communications")
    house.clock.forward(timedelta(minutes=50))
    await settled(house)
    assert graph.calls("communications") == asked, "nobody asks before they were asked to"
    graph.trouble = None
    await completed(ada, house)
    assert await states(house) == {DeliveryState.DELIVERED: 2}
    assert louis.chat.campaigns
