"""S24: a group of the directory is a list whose people are read when the campaign starts, whatever the Graph says."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from bot.graph import Graph, GraphDirectory
from bot.graph.client import NoLogin
from scheduler.list_refresh import ListReader
from storage.records import (
    Audience,
    Campaign,
    DeliveryState,
    DistributionList,
    NotReached,
    PersonId,
    Source,
    SourceKind,
    TenantId,
)
from tests.bot.story import (
    ANY_TIME_NOW,
    MESSAGE,
    Card,
    completed,
    draft,
    eventually,
    fields_of,
    launch,
    make_author,
    newest,
    planned,
)
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.graph import Group, LoopbackGraph, Trouble, User
from tests.support.http import until
from tests.support.organisation import SEND_OFF, TENANT, Person, nodes_of, words_of
from tests.support.seeding import scheduled

HOUR = timedelta(hours=1)
GRAPH_IS_SILENT = "Microsoft Graph does not tell just now who is in the group “Marketing”."


@pytest.fixture
async def graph(running_bot: RunningBot, ada: Person) -> AsyncIterator[LoopbackGraph]:
    """A directory, and a bot that may ask it."""
    graph = LoopbackGraph()
    await graph.start()
    running_bot.environment["GRAPH_URL"] = graph.url
    await running_bot.restart()
    yield graph
    await graph.stop()


def listed(graph: LoopbackGraph, person: Person, **more: object) -> User:
    """The directory knows this person."""
    user = User(person.directory_id, person.given, person.surname, person.address, person.address)
    for field, value in more.items():
        setattr(user, field, value)
    return graph.add(user)


async def crowd(running_bot: RunningBot, graph: LoopbackGraph, count: int) -> list[Person]:
    """People who have installed, and stand in the directory."""
    people = running_bot.organisation.crowd(count)
    await asyncio.gather(*(person.install() for person in people))
    for person in people:
        listed(graph, person)
    return people


async def list_of(running_bot: RunningBot, author: Person, group: Group) -> DistributionList:
    owner = await running_bot.store.person_at(TenantId(TENANT), author.address)
    assert owner is not None
    source = Source(kind=SourceKind.GROUP, id=group.id)
    return await running_bot.store.list_from(TenantId(TENANT), owner.id, group.name, source, deed=A_DEED)


async def sent_to(
    running_bot: RunningBot, author: Person, audience: Audience, duration: timedelta = 3 * HOUR
) -> Campaign:
    """A campaign that starts now, at any time of the day."""
    owner = await running_bot.store.person_at(TenantId(TENANT), author.address)
    assert owner is not None
    return await scheduled(
        running_bot.store, owner, running_bot.clock.now(), duration, audience=audience, name="Autumn newsletter"
    )


async def over(running_bot: RunningBot, author: Person) -> list[str]:
    """The rest of the slot passes; the words of the report."""
    return words_of(await completed(author, running_bot))


def received(people: list[Person]) -> list[bool]:
    return [bool(person.chat.campaigns) for person in people]


async def reading(running_bot: RunningBot, graph: LoopbackGraph, listed_group: DistributionList) -> None:
    """The list has been read, as it is when somebody looks at it."""
    async with Graph(
        graph.url, clock=running_bot.clock, rng=random.Random(1), login=lambda tenant: NoLogin()
    ) as client:
        no_teams: Any = None
        reader = ListReader(running_bot.store, GraphDirectory(client), no_teams, running_bot.clock)
        await reader.read(listed_group, running_bot.clock.now())


async def ids(running_bot: RunningBot, *people: Person) -> list[PersonId]:
    known = [await running_bot.store.person_at(TenantId(TENANT), person.address) for person in people]
    return [person.id for person in known if person is not None]


def told(author: Person) -> int:
    """How often she was told that people are lacking."""
    return sum(any("lacks people" in word for word in words_of(card)) for _, card in author.cards())


async def until_said(author: Person, words: str) -> None:
    await until(lambda: words in author.texts(), 30)


async def states(running_bot: RunningBot) -> tuple[dict[DeliveryState, int], dict[NotReached, int]]:
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    return {state: count for state, count in tally.states.items() if count}, dict(tally.reasons)


async def test_the_people_are_those_who_are_in_it_when_it_starts(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    louis, marie, late, left = people = await crowd(running_bot, graph, 4)
    inner = graph.group("Lyon", graph.users[marie.directory_id])
    group = graph.group("Marketing", graph.users[louis.directory_id], inner, graph.users[left.directory_id])
    marketing = await list_of(running_bot, ada, group)
    group.members.append(late.directory_id)
    group.members.remove(left.directory_id)
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,)))
    await eventually(lambda: planned(running_bot))
    group.members.append(left.directory_id)  # too late
    words = await over(running_bot, ada)
    assert received(people) == [True, True, True, False]
    assert running_bot.connector.tally()["doubled"] == 0
    assert words[words.index("Recipients") + 1] == "3"


async def test_the_department_is_a_variable_of_the_message(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    louis, marie = people = await crowd(running_bot, graph, 2)
    graph.users[louis.directory_id].department = "Vaccines"
    marketing = await list_of(
        running_bot, ada, graph.group("Marketing", *(graph.users[p.directory_id] for p in people))
    )
    await reading(running_bot, graph, marketing)
    await draft(ada, {"audience": f"list:{marketing.id}"}, {"body": "To the department: [DEPARTMENT|somewhere]."})
    graph.users[marie.directory_id].department = "Radium"
    await launch(ada, running_bot)
    await over(running_bot, ada)
    await louis.sees("To the department: Vaccines.")
    await marie.sees("To the department: Radium.")


async def test_what_a_reading_left_that_died_is_cleared_away(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    [louis] = await crowd(running_bot, graph, 1)
    marketing = await list_of(running_bot, ada, graph.group("Marketing", graph.users[louis.directory_id]))
    key, now = f"filling/{marketing.id}", running_bot.clock.now().timestamp()
    for name, began, stays in (("Old", now - 2 * HOUR.total_seconds(), False), ("New", now, True)):
        left = await running_bot.store.blank_list(marketing.tenant, marketing.owner)
        await running_bot.store.fill_blank(left, await ids(running_bot, louis))
        await running_bot.store.write_documents({key: (None, orjson.dumps({"blank": left, "at": began}))})
        await reading(running_bot, graph, marketing)
        published = await running_bot.store.publish_list(left, name, deed=A_DEED)
        assert (published is not None) is stays, name
    running_bot.clock.forward(2 * HOUR)
    await reading(running_bot, graph, marketing)  # what the last reading filled is the list's own by now
    again = await running_bot.store.distribution_list(marketing.id)
    assert again is not None and again.size == 1


async def test_guests_are_left_out_unless_the_author_says_otherwise(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    _, guest = people = await crowd(running_bot, graph, 2)
    graph.users[guest.directory_id].guest = True
    marketing = await list_of(
        running_bot, ada, graph.group("Marketing", *(graph.users[p.directory_id] for p in people))
    )
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,)))
    await eventually(lambda: planned(running_bot))
    await over(running_bot, ada)
    assert received(people) == [True, False]
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,), guests=True))
    await eventually(lambda: planned(running_bot))
    running_bot.clock.forward(3 * HOUR - timedelta(minutes=1))
    await guest.sees("**big news**")


async def test_who_has_no_address_receives_it_too(running_bot: RunningBot, ada: Person, graph: LoopbackGraph) -> None:
    nemo = running_bot.organisation.person("Captain", "Nemo", address="")
    await nemo.install()
    marketing = await list_of(running_bot, ada, graph.group("Marketing", listed(graph, nemo, mail=None, upn=None)))
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,)))
    await eventually(lambda: planned(running_bot))
    running_bot.clock.forward(3 * HOUR - timedelta(minutes=1))
    await nemo.sees("**big news**")


async def test_a_group_that_is_gone_is_told_and_nobody_of_it_is_forgotten(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    louis, marie, other = people = await crowd(running_bot, graph, 3)
    group = graph.group("Marketing", graph.users[louis.directory_id], graph.users[marie.directory_id])
    marketing = await list_of(running_bot, ada, group)
    await reading(running_bot, graph, marketing)
    others = await running_bot.store.new_list(
        marketing.tenant, marketing.owner, "Others", await ids(running_bot, other, marie), deed=A_DEED
    )
    del graph.groups[group.id]
    await sent_to(running_bot, ada, Audience(lists=(marketing.id, others.id)))
    card = words_of(await ada.sees("lacks people"))
    assert "The group “Marketing” is no longer in the directory." in card
    assert "People who are in no other list do not receive the campaign; the report says so." in card
    await eventually(lambda: planned(running_bot))
    words = await over(running_bot, ada)
    assert received(people) == [False, True, True], "who stands in another list, too, receives it"
    assert await states(running_bot) == (
        {DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 1},
        {NotReached.LIST_GONE: 1},
    )
    assert words[words.index("The group or team of their list was gone.") + 1] == "1"
    assert told(ada) == 1


async def test_a_permission_that_is_taken_away_is_named_and_once_it_is_back_everybody_has_it(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = await crowd(running_bot, graph, 3)
    marketing = await list_of(
        running_bot, ada, graph.group("Marketing", *(graph.users[p.directory_id] for p in people))
    )
    graph.missing = {"GroupMember.Read.All"}
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,)))
    card = words_of(await ada.sees("lacks people"))
    assert any("an administrator can give it the permission GroupMember.Read.All" in words for words in card)
    assert any(words.startswith("I try again until the campaign ends on ") for words in card)
    graph.missing = set()
    running_bot.clock.forward(timedelta(minutes=6))
    await eventually(lambda: planned(running_bot))
    await until_said(ada, "I have read all lists of “Autumn newsletter” now: it has 3 recipients.")
    await over(running_bot, ada)
    assert received(people) == [True, True, True]
    assert told(ada) == 1


async def test_an_hour_of_throttling_loses_nobody_and_is_neither_asked_nor_told_twice(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    louis, marie = people = await crowd(running_bot, graph, 2)
    marketing = await list_of(running_bot, ada, graph.group("Marketing", graph.users[louis.directory_id]))
    await reading(running_bot, graph, marketing)
    await running_bot.restart()
    others = await running_bot.store.new_list(
        marketing.tenant, marketing.owner, "Others", await ids(running_bot, marie), deed=A_DEED
    )
    graph.trouble = Trouble(retry_after=3600)
    asked = graph.calls("groups")
    await sent_to(running_bot, ada, Audience(lists=(marketing.id, others.id)))
    card = words_of(await ada.sees("lacks people"))
    assert GRAPH_IS_SILENT in card
    assert "Everybody else receives the campaign meanwhile." in card
    await running_bot.restart()
    running_bot.clock.forward(timedelta(minutes=50))
    await asyncio.sleep(2.5)  # the jobs have looked
    assert graph.calls("groups") == asked + 1, "nobody asks before they were asked to"
    assert (await newest(running_bot)).planned_at is None
    graph.trouble = None
    running_bot.clock.forward(timedelta(minutes=11))
    await eventually(lambda: planned(running_bot))
    await over(running_bot, ada)
    assert received(people) == [True, True]
    assert running_bot.connector.tally()["doubled"] == 0
    assert told(ada) == 1


async def test_a_group_that_is_never_read_ends_with_that_reason_for_all_who_were_in_it(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = await crowd(running_bot, graph, 3)
    marketing = await list_of(
        running_bot, ada, graph.group("Marketing", *(graph.users[p.directory_id] for p in people))
    )
    await reading(running_bot, graph, marketing)
    await graph.stop()
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,)))
    await ada.sees("lacks people", 30)
    words = await over(running_bot, ada)
    assert received(people) == [False, False, False]
    assert await states(running_bot) == ({DeliveryState.EXPIRED: 3}, {NotReached.LIST_NOT_READ: 3})
    assert words[words.index("The time was over before I could read who stands in their list.") + 1] == "3"


async def test_nobody_is_written_to_who_may_have_to_be_left_out(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    _, left_out = people = await crowd(running_bot, graph, 2)
    group = graph.group("Marketing")
    marketing = await list_of(running_bot, ada, group)
    all_of_them = await running_bot.store.new_list(
        marketing.tenant, marketing.owner, "All", await ids(running_bot, *people), deed=A_DEED
    )
    graph.trouble = Trouble(status=503, retry_after=None)
    await sent_to(running_bot, ada, Audience(lists=(all_of_them.id,), except_lists=(marketing.id,)))
    card = words_of(await ada.sees("lacks people", 30))
    assert "This list says who is left out: nobody is written to before I have read it." in card
    running_bot.clock.forward(HOUR)
    await asyncio.sleep(1.5)
    assert (await states(running_bot))[0] == {}
    graph.trouble = None
    group.members.append(left_out.directory_id)
    running_bot.clock.forward(timedelta(minutes=6))
    await eventually(lambda: planned(running_bot))
    await over(running_bot, ada)
    assert received(people) == [True, False]


async def test_without_the_graph_the_author_is_told_who_can_help(running_bot: RunningBot, ada: Person) -> None:
    graph = LoopbackGraph()
    marketing = await list_of(running_bot, ada, graph.group("Marketing"))
    await sent_to(running_bot, ada, Audience(lists=(marketing.id,)))
    card = words_of(await ada.sees("lacks people"))
    assert any("no access to Microsoft Graph here" in words for words in card)


# --- choosing a group -------------------------------------------------------------------------


async def to_the_audience(author: Person) -> None:
    await author.say("new campaign")
    await author.press("Next: audience", **MESSAGE)


def choices_of(card: Card) -> list[str]:
    return [choice["title"] for node in nodes_of(card) if node.get("id") == "choice" for choice in node["choices"]]


async def test_an_author_finds_a_group_from_the_audience_and_sees_its_reach(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = await crowd(running_bot, graph, 3)
    never = graph.add(User("00000000-0000-4000-8000-000000000001", "Never", "Installed", upn="never@contoso.example"))
    group = graph.group("Marketing", *(graph.users[person.directory_id] for person in people), never)
    graph.group("Marketing Lyon")
    graph.group("Sales")
    await to_the_audience(ada)
    card = (await ada.press("Find groups", audience="everyone", group=" mark "))["value"]
    assert choices_of(card) == ["Marketing", "Marketing Lyon"]
    card = (await ada.press("Take this group"))["value"]
    assert "Please choose one of these groups." in words_of(card)
    card = (await ada.press("Take this group", choice=group.id))["value"]
    assert "“Marketing” is ticked: 3 of 4 people can be reached." in words_of(card)
    marketing = next(one for one in await running_bot.store.lists(TenantId(TENANT)) if one.name == "Marketing")
    assert fields_of(card)["audience"] == f"everyone,list:{marketing.id}", "what was ticked before stays"
    await ada.press("Next: schedule", audience=f"list:{marketing.id}")
    await ada.press("Next: review", **ANY_TIME_NOW)
    assert ada.reads("3 of 4 people can be reached")
    await launch(ada, running_bot)
    await over(running_bot, ada)
    assert received(people) == [True, True, True]
    assert await states(running_bot) == (
        {DeliveryState.DELIVERED: 3, DeliveryState.UNREACHABLE: 1},
        {NotReached.NEVER_INSTALLED: 1},
    )


async def test_a_group_is_typed_and_becomes_a_list_once(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = await crowd(running_bot, graph, 2)
    group = graph.group("Marketing", graph.users[people[0].directory_id])
    await ada.say("group market")
    offer = ada.card()
    assert choices_of(offer) == ["Marketing"]
    await asyncio.gather(*(ada.press("Take this group", card=offer) for _ in range(3)))
    [marketing] = await running_bot.store.lists(TenantId(TENANT))
    assert (marketing.name, marketing.size, marketing.source) == (
        "Marketing",
        1,
        Source(kind=SourceKind.GROUP, id=group.id),
    )
    await ada.say("list marketing")
    assert ada.reads("1 of 1 person can be reached")
    group.members.append(people[1].directory_id)
    await ada.press("Read it again")
    assert ada.reads("2 of 2 people can be reached")
    await ada.execute("list.add", {"list": marketing.id, "addresses": "eve@contoso.example"}, ada.cards()[-1][0])
    assert ada.reads("Its people are read from elsewhere: they can only be changed there.")
    [marketing] = await running_bot.store.lists(TenantId(TENANT))
    assert marketing.size == 2


async def test_what_keeps_a_group_from_being_found_or_read_is_said(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = await crowd(running_bot, graph, 1)
    group = graph.group("Marketing", graph.users[people[0].directory_id])
    graph.missing = {"GroupMember.Read.All"}
    await ada.say("group Marketing")
    assert ada.reads("an administrator can give it the permission GroupMember.Read.All")
    graph.missing = set()
    graph.trouble = Trouble(retry_after=3600)
    await ada.press("Find groups")
    assert ada.reads("Microsoft Graph does not answer just now.")
    graph.trouble = None
    running_bot.clock.forward(HOUR)
    await ada.press("Find groups")
    offer = ada.card()
    del graph.groups[group.id]
    await ada.press("Take this group", card=offer, choice=group.id)
    assert ada.reads("Please choose one of these groups.")
    await ada.press("Find groups", group="x" * 5_000)
    assert any("No group’s name begins with “xxx" in word for word in words_of(ada.card()))
    assert await running_bot.store.lists(TenantId(TENANT)) == []


async def test_without_the_graph_a_group_is_not_offered_but_explained(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("group Marketing")
    assert ada.reads("Crieur has no access to Microsoft Graph here")
    await to_the_audience(ada)
    card = (await ada.press("Find groups", audience="everyone", group="Marketing"))["value"]
    assert any("no access to Microsoft Graph here" in word for word in words_of(card))
    card = (await ada.press("Back"))["value"]
    assert fields_of(card)["audience"] == "everyone", "nothing is lost"


async def test_a_draft_to_a_group_that_is_gone_cannot_be_scheduled_and_to_a_silent_one_it_can(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = await crowd(running_bot, graph, 1)
    group = graph.group("Marketing", graph.users[people[0].directory_id])
    marketing = await list_of(running_bot, ada, group)
    await draft(ada, {"audience": f"list:{marketing.id}"})
    assert ada.reads("1 of 1 person can be reached")
    running_bot.clock.forward(timedelta(minutes=10))
    graph.trouble = Trouble(retry_after=3600)
    await ada.press("Change the audience")
    await ada.press("To the review")
    assert GRAPH_IS_SILENT + " I try again when the campaign starts." in words_of(ada.card())
    assert not SEND_OFF.isdisjoint(words_of(ada.card()))
    del graph.groups[group.id]
    graph.trouble = None
    running_bot.clock.forward(HOUR)
    await ada.press("Change the audience")
    await ada.press("To the review")
    words = words_of(ada.card())
    assert "**Audience**: The group “Marketing” is no longer in the directory." in words
    assert SEND_OFF.isdisjoint(words)


async def test_another_authors_group_is_theirs_until_they_share_it(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    louis, member = await crowd(running_bot, graph, 2)
    await make_author(ada, louis)
    group = graph.group("Marketing", graph.users[member.directory_id])
    marketing = await list_of(running_bot, ada, group)
    await louis.say("list marketing")
    assert not louis.reads("1 of 1")
    await louis.execute("list.read", {"list": marketing.id}, louis.cards()[-1][0])
    assert any("gone" in word or "disparu" in word or "plus" in word for word in words_of(louis.card()))
