"""A team that has installed the bot is a distribution list of its members, who can be written to through it."""

from __future__ import annotations

from datetime import timedelta

from storage.records import (
    Audience,
    Channel,
    DeliveryState,
    DistributionList,
    NotReached,
    Source,
    SourceKind,
    TenantId,
)
from tests.bot.story import ANY_TIME_NOW, MESSAGE, completed, draft, eventually, launch, make_author, newest
from tests.conftest import RunningBot
from tests.support.connector import _error
from tests.support.deeds import A_DEED
from tests.support.http import until
from tests.support.organisation import BOT, SEND_OFF, TENANT, Person, words_of

ON_TEAMS = (TenantId(TENANT), Audience(everyone=True), Channel.TEAMS)


async def team_list(running_bot: RunningBot, size: int, name: str = "Engines") -> DistributionList:
    """The team's list, once so many stand in it."""

    async def read() -> DistributionList | None:
        lists = await running_bot.store.lists(TenantId(TENANT))
        return next((one for one in lists if one.name == name and one.size == size), None)

    team: DistributionList = await eventually(read, 10)
    return team


async def states(running_bot: RunningBot) -> tuple[dict[DeliveryState, int], dict[NotReached, int]]:
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    return {state: count for state, count in tally.states.items() if count}, dict(tally.reasons)


async def test_a_team_that_installs_the_bot_is_a_list_of_its_members(running_bot: RunningBot, ada: Person) -> None:
    running_bot.connector.roster_page = 7
    crowd = running_bot.organisation.crowd(20)
    team = running_bot.organisation.team("Engines", ada, *crowd)
    await team.add_bot()
    engines = await team_list(running_bot, 21)
    assert engines.source == Source(
        kind=SourceKind.TEAM, id=team.id, name="Engines", service_url=running_bot.connector.url, bot=BOT
    )
    owner = await running_bot.store.person(engines.owner)
    assert owner is not None and owner.address == ada.address, "whoever added the bot"
    assert len(await running_bot.store.lists(TenantId(TENANT))) == 1, "told twice is once"
    await ada.say("list engines")
    assert ada.reads("21 of 21 people can be reached")
    assert any(word.startswith("a team’s members, read on ") for word in words_of(ada.card()))
    reach = await running_bot.store.reach(*ON_TEAMS)
    assert reach.total == 1, "they have not installed it: only she has"


async def test_members_who_have_not_installed_it_receive_a_campaign_in_a_chat_that_is_opened(
    running_bot: RunningBot, ada: Person
) -> None:
    crowd = running_bot.organisation.crowd(5)
    await crowd[0].install()
    await running_bot.organisation.team("Engines", ada, *crowd).add_bot()
    engines = await team_list(running_bot, 6)
    await draft(ada, {"audience": f"list:{engines.id}"})
    assert ada.reads("6 of 6 people can be reached")
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert all(person.chat.campaigns for person in [ada, *crowd])
    assert running_bot.connector.tally()["doubled"] == 0
    assert (await states(running_bot))[0] == {DeliveryState.DELIVERED: 6}
    # their chat is known from here on, and they still have not installed it
    posts = running_bot.connector.posts
    await draft(ada, {"audience": f"list:{engines.id}"}, {"name": "Again"})
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert (await running_bot.store.reach(*ON_TEAMS)).total == 2
    assert running_bot.connector.tally()["messages"] == 12 and running_bot.connector.posts - posts < 20
    await crowd[1].install()
    assert (await running_bot.store.reach(*ON_TEAMS)).total == 3


async def test_where_the_platform_opens_no_chat_they_have_never_installed_it(
    running_bot: RunningBot, ada: Person
) -> None:
    crowd = running_bot.organisation.crowd(3)
    team = running_bot.organisation.team("Engines", ada, *crowd)
    await team.add_bot()
    engines = await team_list(running_bot, 4)
    team.known.opens_chats = False
    await draft(ada, {"audience": f"list:{engines.id}"})
    await launch(ada, running_bot)
    words = words_of(await completed(ada, running_bot))
    assert await states(running_bot) == (
        {DeliveryState.DELIVERED: 1, DeliveryState.UNREACHABLE: 3},
        {NotReached.NEVER_INSTALLED: 3},
    )
    assert words[words.index("They have never installed Crieur.") + 1] == "3"
    running_bot.clock.forward(timedelta(days=300))
    await ada.say("list engines")
    assert ada.reads("4 of 4 people can be reached"), "the team is read again months later, and they are asked again"


async def test_who_comes_and_goes_is_followed_and_read_again_when_it_counts(
    running_bot: RunningBot, ada: Person
) -> None:
    louis, marie, late = crowd = running_bot.organisation.crowd(3)
    team = running_bot.organisation.team("Engines", ada, louis)
    await team.add_bot()
    await team_list(running_bot, 2)
    await team.add(marie)
    await team_list(running_bot, 3)
    await team.remove(louis)
    engines = await team_list(running_bot, 2)
    await team.add(late, announced=False)  # the word of it is lost
    await draft(ada, {"audience": f"list:{engines.id}"})
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert [person.conversation in running_bot.connector.chats for person in crowd] == [False, True, True]


async def test_a_teams_name_is_followed_unless_an_author_chose_another(running_bot: RunningBot, ada: Person) -> None:
    team = running_bot.organisation.team("Engines", ada)
    await team.add_bot()
    engines = await team_list(running_bot, 1)
    await team.rename("Analytical engines")
    await team_list(running_bot, 1, "Analytical engines")
    await running_bot.store.rename_list(engines.id, "My favourites", deed=A_DEED)
    await team.rename("Difference engines")
    await team_list(running_bot, 1, "My favourites")


async def test_guests_of_a_team_are_left_out_like_any_others(running_bot: RunningBot, ada: Person) -> None:
    guest = running_bot.organisation.person("Guest", "Star")
    team = running_bot.organisation.team("Engines", ada)
    await team.add_bot()
    await team_list(running_bot, 1)
    team.known.members[guest.user] = {**guest.member(), "userRole": "guest"}
    team.known.members["28:other-bot"] = {"id": "28:other-bot", "name": "Another bot"}
    await team.add(running_bot.organisation.person("Marie", "Curie"))
    engines = await team_list(running_bot, 3)
    await draft(ada, {"audience": f"list:{engines.id}"})
    assert ada.reads("2 of 2 people can be reached")


async def test_a_team_that_removes_the_bot_is_said_to_be_gone(running_bot: RunningBot, ada: Person) -> None:
    team = running_bot.organisation.team("Engines", ada, *running_bot.organisation.crowd(2))
    await team.add_bot()
    engines = await team_list(running_bot, 3)
    await team.remove_bot()
    running_bot.clock.forward(timedelta(minutes=3))
    await ada.say("list engines")
    assert ada.reads("Crieur is no longer in the team “Engines”.")
    await draft(ada, {"audience": f"list:{engines.id}"})
    words = words_of(ada.card())
    assert "**Audience**: Crieur is no longer in the team “Engines”." in words and SEND_OFF.isdisjoint(words)
    await team.add_bot()
    running_bot.clock.forward(timedelta(minutes=3))
    await ada.press("Change the audience")
    await ada.press("To the review")
    assert not SEND_OFF.isdisjoint(words_of(ada.card()))


async def test_a_roster_that_is_not_told_is_waited_for(running_bot: RunningBot, ada: Person) -> None:
    louis = running_bot.organisation.person("Louis", "Pasteur")
    team = running_bot.organisation.team("Engines", ada, louis)
    await team.add_bot()
    engines = await team_list(running_bot, 2)
    await draft(ada, {"audience": f"list:{engines.id}"})
    running_bot.connector.roster_trouble = _error(429, "TooManyRequests", "slower", **{"Retry-After": "600"})
    await ada.press(SEND_OFF)
    await ada.sees("lacks people")
    assert "Teams does not tell just now who is in the team “Engines”." in words_of(await ada.sees("lacks people"))
    running_bot.connector.roster_trouble = None
    running_bot.clock.forward(timedelta(minutes=11))
    await until(lambda: any("I have read all lists" in text for text in ada.texts()), 20)
    await completed(ada, running_bot)
    assert louis.chat.campaigns


async def test_a_team_of_somebody_who_is_no_author_is_the_owners_to_use(running_bot: RunningBot, ada: Person) -> None:
    louis, marie = (
        running_bot.organisation.person("Louis", "Pasteur"),
        running_bot.organisation.person("Marie", "Curie"),
    )
    await marie.install()
    await make_author(ada, marie)
    await running_bot.organisation.team("Engines", louis).add_bot()
    await team_list(running_bot, 1)
    await ada.say("list engines")
    assert ada.reads("1 of 1 person can be reached")
    await marie.say("list engines")
    assert not marie.reads("1 of 1 person can be reached")


async def test_a_test_can_be_sent_to_a_member_who_has_not_installed_it(running_bot: RunningBot, ada: Person) -> None:
    louis = running_bot.organisation.person("Louis", "Pasteur")
    await running_bot.organisation.team("Engines", ada, louis).add_bot()
    await team_list(running_bot, 2)
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", **ANY_TIME_NOW)
    await ada.press("Try it")
    await ada.press("Send the test", address=louis.address)
    assert ada.reads(f"The test is in the chat of {louis.address}.")
    assert louis.reads("Test of “Autumn newsletter”")
