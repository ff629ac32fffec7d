"""The bot installs itself for people who have never had it, when an author asks; told, paced, gone on with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.records import Audience, Channel, NotReached, Reach, TenantId
from tests.bot.story import completed, draft, eventually, planned
from tests.conftest import RunningBot
from tests.support.graph import LoopbackGraph, Trouble, User
from tests.support.http import until
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of

PACKAGE, CATALOGUE = "8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10", "22f73bbe-f67a-4dea-bd54-54cac718cb2b"
EVERYONE = (TenantId(TENANT), Audience(everyone=True), Channel.TEAMS)


@pytest.fixture
async def graph(running_bot: RunningBot, ada: Person) -> AsyncIterator[LoopbackGraph]:
    """A directory and a catalogue that has the bot, and a bot that may ask them."""
    graph = LoopbackGraph()
    graph.app = (CATALOGUE, PACKAGE)
    await graph.start()
    running_bot.environment |= {"GRAPH_URL": graph.url, "TEAMS_APP_ID": PACKAGE}
    await running_bot.restart()
    yield graph
    await graph.stop()


def employed(running_bot: RunningBot, graph: LoopbackGraph, count: int) -> list[Person]:
    """People of the directory who have never installed the bot; their chat with it opens with the install."""
    people = running_bot.organisation.crowd(count)
    by_id = {person.directory_id: person for person in people}
    for person in people:
        graph.add(User(person.directory_id, person.given, person.surname, person.address, person.address))

    def opened(user: User) -> None:
        if user.id in by_id:
            running_bot.connector.add(by_id[user.id].conversation, by_id[user.id].member())

    graph.chat_of = lambda user: by_id[user.id].conversation
    graph.on_install = opened
    return people


async def ask(author: Person, people: list[Person], *, others: str = "") -> None:
    """She drafts a campaign to these people, and lets the bot install itself for those who have not."""
    addresses = "\n".join([*(person.address for person in people), others])
    await draft(author, {"addresses": addresses, "list_name": "Marketing"})
    await author.press("See the people")
    titles = [action for action in words_of(author.card()) if action.startswith("Install for ")]
    await author.press(titles[0])
    await author.press("Install it")


def posts(graph: LoopbackGraph) -> Counter[str]:
    """How often it was installed for each person."""
    asked = [path.split("/")[3] for method, _, path, _ in graph.asked if method == "POST" and "installedApps" in path]
    return Counter(asked)


async def ended(author: Person, words: str, seconds: float = 30) -> None:
    await until(lambda: any(words in text for text in author.texts()), seconds)


async def test_for_whom_it_is_installed_receives_the_campaign(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = employed(running_bot, graph, 9)
    await people[0].install()
    await draft(ada, {"addresses": "\n".join(person.address for person in people), "list_name": "Marketing"})
    assert ada.reads("1 of 9 people can be reached")
    review = ada.card()
    await ada.press("See the people")
    await ada.press("Install for 8")
    assert ada.reads("Install Crieur for 8 people?")
    question = ada.card()
    await asyncio.gather(*(ada.press("Install it", card=question) for _ in range(3)))
    await ada.sees("Crieur has been installed for “Marketing”")
    await ended(ada, "Crieur can reach 8 people more of “Marketing”.")
    assert posts(graph) == {person.directory_id: 1 for person in people[1:]}
    assert await running_bot.store.reach(*EVERYONE) == Reach(total=10, reachable=10)
    assert len([card for _, card in ada.cards() if "has been installed" in str(card)]) == 1, "one card, updated"
    await ada.press(SEND_OFF, card=review)
    await eventually(lambda: planned(running_bot))
    await completed(ada, running_bot)
    assert all(person.chat.campaigns for person in people)


async def test_the_review_offers_it_and_is_come_back_to(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = employed(running_bot, graph, 3)
    await draft(ada, {"addresses": "\n".join(person.address for person in people), "list_name": "Marketing"})
    await ada.press("Install for 3")
    assert ada.reads("Install Crieur for 3 people?")
    question = ada.card()
    await ada.press("Back")
    assert ada.reads("Audience and schedule")
    await ada.press("Install it", card=question)
    await ended(ada, "Crieur can reach 3 people more of “Marketing”.")
    assert posts(graph) == {person.directory_id: 1 for person in people}


async def test_their_own_clients_word_counts_more(running_bot: RunningBot, ada: Person, graph: LoopbackGraph) -> None:
    """The platform tells of each install, too, at the same moment."""
    people = employed(running_bot, graph, 5)
    by_id = {person.directory_id: person for person in people}
    installs: list[asyncio.Task[None]] = []
    graph.on_install = lambda user: installs.append(asyncio.create_task(by_id[user.id].install()))
    await ask(ada, people)
    await ended(ada, "Crieur can reach 5 people more of “Marketing”.")
    await asyncio.gather(*installs)
    for person in people:
        known = await running_bot.store.person_behind(TenantId(TENANT), Channel.TEAMS, person.user)
        assert known is not None and known.directory_id == person.directory_id
        assert len(person.cards()) == 1, "greeted once"
    assert (await running_bot.store.reach(*EVERYONE)).total == 6


async def test_who_had_it_already_is_repaired(running_bot: RunningBot, ada: Person, graph: LoopbackGraph) -> None:
    people = employed(running_bot, graph, 2)
    for person in people:
        graph.installed[person.directory_id] = f"{person.directory_id}##old"
        running_bot.connector.add(person.conversation, person.member())
    await ask(ada, people)
    card = await ada.sees("Crieur has been installed for “Marketing”")
    words = words_of(card)
    assert words[words.index("Had it already") + 1] == "2"
    assert (await running_bot.store.reach(*EVERYONE)).total == 3


async def test_for_whom_it_cannot_be_installed_is_told(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = employed(running_bot, graph, 3)
    graph.forbidden = {people[0].directory_id}
    del graph.users[people[1].directory_id]
    await ask(ada, people, others="stranger@elsewhere.example")
    words = words_of(await ada.sees("Crieur has been installed for “Marketing”"))
    assert "**2** – They are not in your organisation’s directory." in words
    assert "**1** – A policy of your organisation keeps Crieur from them." in words
    assert "4 of 4 people" in words
    await ended(ada, "Crieur can reach 1 person more of “Marketing”.")


async def test_who_has_removed_or_blocked_it_is_left_alone(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    removed, blocked, never = people = employed(running_bot, graph, 3)
    for person in (removed, blocked):
        await person.install()
    await removed.uninstall()
    await running_bot.store.lose(TenantId(TENANT), Channel.TEAMS, blocked.user, NotReached.BLOCKED)
    await ask(ada, people)
    await ended(ada, "Crieur can reach 1 person more of “Marketing”.")
    assert posts(graph) == {never.directory_id: 1}


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        (
            "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
            "the permission TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
        ),
        ("AppCatalog.Read.All", "the permission AppCatalog.Read.All"),
        ("", "an administrator has to upload its package in the Teams admin centre first"),
    ],
)
async def test_what_keeps_it_from_being_installed_at_all_is_said(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph, missing: str, says: str
) -> None:
    people = employed(running_bot, graph, 2)
    if missing:
        graph.missing = {missing}
    else:
        graph.app = (CATALOGUE, "00000000-0000-4000-8000-000000000000")
    await ask(ada, people)
    words = words_of(await ada.sees("Crieur could not be installed for all of “Marketing”"))
    assert any(says in word for word in words)
    await ended(ada, says)
    graph.missing, graph.app = set(), (CATALOGUE, PACKAGE)
    await ada.say("list marketing")
    await ada.press("Install for 2")
    await ada.press("Install it")
    await ended(ada, "Crieur can reach 2 people more of “Marketing”.")


async def test_an_hour_of_throttling_and_restarts_install_it_once_for_each(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = employed(running_bot, graph, 24)
    await ask(ada, people)
    await until(lambda: len(graph.installed) >= 4)
    await running_bot.restart()
    await until(lambda: len(graph.installed) >= 8)
    graph.trouble = Trouble(retry_after=3600, area="users")
    await ada.sees("Microsoft Graph asks for time")
    asked = len(graph.asked)
    await running_bot.restart()
    running_bot.clock.forward(timedelta(minutes=50))
    await asyncio.sleep(4)
    assert len(graph.asked) == asked, "nobody asks before they were asked to"
    graph.trouble = None
    running_bot.clock.forward(timedelta(minutes=11))
    await ended(ada, "more of “Marketing”.", 40)
    assert set(graph.installed) == {person.directory_id for person in people}
    assert (await running_bot.store.reach(*EVERYONE)).total == 25
    assert max(posts(graph).values()) <= 3, "again only for those whom a restart or the throttling cut off"
    [done] = {tuple(words_of(card)) for _, card in ada.cards() if "has been installed" in str(card)}
    assert "24 of 24 people" in done


async def test_it_is_offered_only_where_it_can_be_done(
    running_bot: RunningBot, ada: Person, graph: LoopbackGraph
) -> None:
    people = employed(running_bot, graph, 2)
    del running_bot.environment["TEAMS_APP_ID"]
    await running_bot.restart()
    await draft(ada, {"addresses": "\n".join(person.address for person in people), "list_name": "Marketing"})
    assert not any(word.startswith("Install it") for word in words_of(ada.card())), "the review"
    await ada.press("See the people")
    assert not any(word.startswith("Install it") for word in words_of(ada.card()))
    [team] = await running_bot.store.lists(TenantId(TENANT))
    answer = await ada.execute("install.start", {"list": team.id}, ada.cards()[-1][0])
    assert answer["value"] == "There is nobody in it for whom Crieur could be installed."
    assert await running_bot.store.open_installations() == []
