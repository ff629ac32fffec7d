"""A campaign that asks for presence, from chat to report: tried again, absent, and what nobody could tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.ports import Availability, NotAnswered
from storage.records import Channel, DeliveryState, Found
from tests.bot.story import completed, draft, launch, newest, settled
from tests.conftest import RunningBot
from tests.support.kept import tries_made
from tests.support.organisation import TENANT, Person, words_of
from tests.support.presence import SimulatedPresence
from tests.support.presence_service import PresenceService
from tests.support.skype import SkypePerson

ABSENT = Availability.ABSENT
MISSING = NotAnswered("Presence.Read.All is missing", permanent=True)


@pytest.fixture
async def presence(running_bot: RunningBot) -> SimulatedPresence:
    running_bot.presence[Channel.TEAMS] = service = SimulatedPresence()
    await running_bot.restart()
    return service


async def next_try(running_bot: RunningBot) -> None:
    """Whoever is due next has their moment."""
    due = await running_bot.store.next_due((await newest(running_bot)).id)
    assert due is not None
    running_bot.clock.forward(due - running_bot.clock.now() + timedelta(milliseconds=1))
    await settled(running_bot)


async def tries_of(running_bot: RunningBot, person: Person) -> list[Found]:
    known = await running_bot.store.person_at(person.tenant, person.address)  # type: ignore[arg-type]
    assert known is not None
    return [made.found for made in await tries_made(running_bot.store, (await newest(running_bot)).id, known.id)]


async def test_an_absent_recipient_is_tried_again_and_the_report_says_at_which_try_it_arrived(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.people[louis.address] = ABSENT
    await draft(ada, presence="available")
    await launch(ada, running_bot)
    while len(await tries_of(running_bot, louis)) < 4:
        await next_try(running_bot)
    assert not louis.chat.campaigns, "nobody is disturbed while absent"
    presence.people[louis.address] = Availability.AVAILABLE
    report = await completed(ada, running_bot)
    await louis.sees("Hello Louis")
    shown = words_of(report)
    assert "try 1: 1" in shown and "try 5: 1" in shown and "try 4: 0" in shown
    assert await tries_of(running_bot, louis) == [ABSENT.value] * 4 + [Found.AVAILABLE]
    assert running_bot.connector.tally()["doubled"] == 0


async def test_who_is_never_there_ends_absent_with_the_plain_reason(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.people[louis.address] = Availability.BUSY
    await draft(ada, presence="available")
    await launch(ada, running_bot)
    shown = words_of(await completed(ada, running_bot))
    assert "1 person was absent at every try, and did not receive it." in shown
    assert "They were not there, try after try." in shown
    assert await tries_of(running_bot, louis) == [Found.BUSY] * 9
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    assert tally.states == {DeliveryState.DELIVERED: 1, DeliveryState.ABSENT: 1}
    assert any("Absent" in text for text in words_of(await ada.sees("🏁")))


async def test_a_permission_that_is_taken_away_meanwhile_is_said_at_once_and_in_the_report(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    await draft(ada, presence="available", unknown="send")
    await launch(ada, running_bot)
    presence.trouble = MISSING
    await next_try(running_bot)
    await ada.sees("Nobody can tell at the moment who is there: messages leave all the same, as you chose.")
    presence.trouble = None
    running_bot.clock.forward(timedelta(minutes=6))
    shown = words_of(await completed(ada, running_bot))
    assert "Nobody could tell whether 1 person was there: it was sent all the same, as you chose." in shown
    assert (await running_bot.store.tally((await newest(running_bot)).id)).states == {DeliveryState.DELIVERED: 2}


async def test_what_waited_in_vain_is_said_in_the_report(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person
) -> None:
    await draft(ada, presence="available", unknown="wait", duration="2", unit="hours")
    await launch(ada, running_bot)
    presence.trouble = MISSING
    await next_try(running_bot)
    await ada.sees("messages wait for it, as you chose.")
    shown = words_of(await completed(ada, running_bot))
    assert any(text.startswith("Nobody could tell in time whether 1 person was there") for text in shown)
    assert not ada.chat.campaigns


async def test_a_skype_campaign_asks_the_companys_own_service(running_bot: RunningBot, ada: Person) -> None:
    """S9 and S10, where the seed has them."""
    service = PresenceService(token="open-sesame")
    await service.start()
    running_bot.environment |= {
        "SKYPE_TENANT": TENANT,
        "SKYPE_PRESENCE_URL": service.url,
        "SKYPE_PRESENCE_TOKEN": "guessed",
    }
    await running_bot.restart()
    grace = SkypePerson(running_bot.organisation, "Grace", "Hopper", address="grace@contoso.example")
    await grace.install()
    cards = await draft(ada, audience={"channel": "skype", "audience": "everyone"})
    refused = "Your organisation does not let Crieur see who is there on Skype"
    assert refused in str(cards["schedule"])

    running_bot.environment["SKYPE_PRESENCE_TOKEN"] = "open-sesame"
    service.people[grace.address] = "offline"
    await running_bot.restart()
    cards = await draft(ada, audience={"channel": "skype", "audience": "everyone"}, presence="present")
    assert refused not in str(cards["schedule"])
    await launch(ada, running_bot)
    while len(await tries_of(running_bot, grace)) < 2:
        await next_try(running_bot)
    assert not grace.chat.campaigns
    service.people[grace.address] = "busy"
    shown = words_of(await completed(ada, running_bot))
    assert "try 3: 1" in shown and any(words.startswith("Skype · ") for words in shown)
    await grace.hears("Hello Grace")
    await service.stop()


async def test_a_restart_in_the_middle_of_the_ladder_goes_on_where_it_was(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.usually = ABSENT
    await draft(ada, presence="present")
    await launch(ada, running_bot)
    while len(await tries_of(running_bot, louis)) < 2:
        await next_try(running_bot)
    await running_bot.restart()
    while len(await tries_of(running_bot, louis)) < 3:
        await next_try(running_bot)
    presence.usually = Availability.AWAY
    await completed(ada, running_bot)
    assert await tries_of(running_bot, louis) == [Found.ABSENT] * 3 + [Found.AWAY]
    assert louis.chat.campaigns.total() == 1
