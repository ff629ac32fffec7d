"""Segments by manager: the directory tells it with a group's people; in a form and in words, on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.test_group_lists import list_of, listed, reading
from tests.bot.test_people_in_words import said_of
from tests.bot.test_segments import add
from tests.conftest import RunningBot
from tests.support.graph import LoopbackGraph
from tests.support.organisation import TENANT, Person, words_of


@pytest.fixture
async def graph() -> AsyncIterator[LoopbackGraph]:
    graph = LoopbackGraph()
    await graph.start()
    yield graph
    await graph.stop()


async def sales(running_bot: RunningBot, graph: LoopbackGraph, ada: Person, *people: Person) -> None:
    """A group of these people and of Claire Martin, whose manager she is but Ada's; it has been read."""
    claire = running_bot.organisation.person("Claire", "Martin")
    await claire.install()
    users = [listed(graph, one) for one in (claire, ada, *people)]
    for user in users[2:]:
        user.manager = users[0].id
    group = await list_of(running_bot, ada, graph.group("Sales", *users))
    await reading(running_bot, graph, group)


async def test_a_manager_is_a_line_of_a_segment_and_a_word_of_a_sentence(
    running_bot: RunningBot, graph: LoopbackGraph, ada: Person, louis: Person
) -> None:
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await sales(running_bot, graph, ada, louis, marie)
    await ada.say("new segment Her people")
    card = await add(ada, "manager", value="claire martin")
    assert {"Manager is “claire martin”", "**2 of 2 people can be reached**"} <= set(words_of(card))
    await ada.press("Save")
    await ada.say("Tell Claire Martin’s team tomorrow at 10 that the canteen is closed on Friday")
    card = await ada.sees("Audience and schedule")
    assert "manager is “Claire Martin”" in said_of(ada)
    assert any("2 of 2 people can be reached" in word for word in words_of(card))


async def test_what_is_for_a_manager_is_not_for_their_people(
    running_bot: RunningBot, graph: LoopbackGraph, ada: Person, louis: Person
) -> None:
    await sales(running_bot, graph, ada, louis)
    await ada.say("Tell Claire Martin that it rains")
    words = words_of(await ada.sees("Claire Martin"))
    assert any("I know no list “Claire Martin”." in word for word in words), words
    assert [one.name for one in await running_bot.store.lists(TENANT)] == ["Sales"]


async def test_in_french_on_mongodb(running_bot: RunningBot, graph: LoopbackGraph, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    await sales(running_bot, graph, ada, louis)
    await ada.say("parle français")
    await ada.say("nouveau segment Les autres")
    card = await add(ada, "manager", value="Claire Martin", **{"is": "not"})
    words = {word.replace("\xa0", " ") for word in words_of(card)}
    assert {"Responsable n’est pas « Claire Martin »", "**2 personnes joignables sur 2**"} <= words, words
    await ada.press("Enregistrer")
    await ada.say("Dis à tous ceux qui dépendent de Claire Martin que la cantine est fermée vendredi")
    await ada.sees("J’ai compris")
    assert "responsable est « Claire Martin »" in said_of(ada)
    assert any("1 personne joignable sur 1" in word.replace("\xa0", " ") for word in words_of(ada.card()))
