"""A campaign that asks for presence, from chat to report: tried again, absent, and what nobody could tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.ports import Availability, NotAnswered
from storage.records import Channel, DeliveryState, Ladder, Seen, TenantId
from storage.shared.policy import change_policy
from tests.bot.story import completed, counted, draft, launch, newest, settled
from tests.bot.test_exports import exported, fetched, rows_of
from tests.bot.test_reads_replies_reactions import message_in
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import looks_at
from tests.support.organisation import TENANT, Person, nodes_of, words_of
from tests.support.presence import SimulatedPresence
from tests.support.presence_service import PresenceService
from tests.support.skype import SkypePerson

ABSENT = Availability.ABSENT
SETTLED_AT = "Result at (Europe/London)"
A_LITTLE = timedelta(minutes=2)  #: a look is told by the minute; its result is recorded in the same one or the next
MISSING = NotAnswered("Presence.Read.All is missing", permanent=True)


@pytest.fixture
async def presence(running_bot: RunningBot) -> SimulatedPresence:
    running_bot.presence[Channel.TEAMS] = service = SimulatedPresence()
    await running_bot.restart()
    return service


async def next_due(running_bot: RunningBot) -> None:
    """Whoever is due next has their moment."""
    due = await running_bot.store.next_due((await newest(running_bot)).id)
    assert due is not None
    running_bot.clock.forward(due - running_bot.clock.now() + timedelta(milliseconds=1))
    await settled(running_bot)


async def looks_of(running_bot: RunningBot, person: Person) -> list[Seen]:
    known = await running_bot.store.person_at(person.tenant, person.address)  # type: ignore[arg-type]
    assert known is not None
    return [look.seen for look in await looks_at(running_bot.store, (await newest(running_bot)).id, known.id)]


async def test_an_absent_recipient_is_tried_again_and_the_report_says_at_which_look_it_arrived(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.people[louis.address] = ABSENT
    await draft(ada, presence="available")
    await launch(ada, running_bot)
    while len(await looks_of(running_bot, louis)) < 4:
        await next_due(running_bot)
    assert not louis.chat.campaigns, "nobody is disturbed while absent"
    presence.people[louis.address] = Availability.AVAILABLE
    report = await completed(ada, running_bot)
    await louis.sees("Hello Louis")
    shown = words_of(report)
    assert "look 1: 1" in shown and "look 5: 1" in shown and "look 4: 0" in shown
    assert await looks_of(running_bot, louis) == [ABSENT.value] * 4 + [Seen.AVAILABLE]
    assert running_bot.connector.tally()["doubled"] == 0


async def test_who_is_never_there_ends_absent_with_the_plain_reason(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.people[louis.address] = Availability.BUSY
    await draft(ada, presence="available")
    await launch(ada, running_bot)
    shown = words_of(await completed(ada, running_bot))
    assert "1 person was absent every time I looked, and did not receive it." in shown
    assert "They were not there any time I looked." in shown
    assert await looks_of(running_bot, louis) == [Seen.BUSY] * 9
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    assert tally.states == {DeliveryState.DELIVERED: 1, DeliveryState.ABSENT: 1}
    assert any("Absent" in text for text in words_of(await ada.sees("🏁")))


@pytest.mark.real_time
async def test_every_column_of_the_export_tells_attempts_from_looks(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.people[louis.address] = ABSENT
    await draft(ada, presence="available")
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    await ada.press("I have read it")
    await ada.react(message_in(ada, "Hello Ada"), "heart")
    await counted(running_bot)
    await ada.say("export autumn")
    rows = {row["Address"]: row for row in rows_of((await fetched(running_bot, await exported(ada, "CSV")))[1])}

    absent, reached = rows[louis.address], rows[ada.address]
    assert absent.keys() == reached.keys()
    looks = [look.rsplit(" ", 1) for look in absent.pop("Looks for presence").split(", ")]
    times = [datetime.fromisoformat(time) for time, _ in looks]
    assert [seen for _, seen in looks] == ["absent"] * 9
    assert times == sorted(set(times)) and [time.minute for time in times[2::3]] == [0, 0, 0], "full hours"
    settled_at = datetime.fromisoformat(absent.pop(SETTLED_AT))
    assert timedelta(0) <= settled_at - times[-1] < A_LITTLE
    look, _, seen = reached.pop("Looks for presence").rpartition(" ")
    delivered_at = reached.pop(SETTLED_AT)
    assert seen == "available"
    assert timedelta(0) <= datetime.fromisoformat(delivered_at) - datetime.fromisoformat(look) < A_LITTLE
    opened_at, confirmed_at = reached.pop("First opened at"), reached.pop("Confirmed at")
    assert opened_at > delivered_at and confirmed_at > delivered_at
    assert absent == {
        **dict.fromkeys([*reached, "First opened at", "Confirmed at"], ""),
        **{"First name": "Louis", "Last name": "Pasteur", "Name": "Louis Pasteur", "Address": louis.address},
        **{"State": "absent", "Reason": "was not there any time I looked", "Attempts to send": "0"},
    }
    assert reached == {
        **{"First name": "Ada", "Last name": "Lovelace", "Name": "Ada Lovelace", "Address": ada.address},
        **{"State": "sent to them", "Reason": "", "Details": "", "Attempts to send": "1"},
        **{"First clicked at": "", "Clicks": "", "Answer": "", "Answered at": ""},
        **{"Replied at": "", "Replies": "", "Reactions": "heart", "Thumb": ""},
    }


async def test_a_longer_ladder_lengthens_the_form_the_looks_and_the_report(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, ladder=Ladder(rounds=5)), deed=A_DEED
    )
    presence.people[louis.address] = ABSENT
    form = (await draft(ada, presence="available"))["schedule"]
    assert any(text.endswith("each of the next 4 working days on. I look 15 times at most.") for text in words_of(form))
    await launch(ada, running_bot)
    report = await completed(ada, running_bot)
    [table] = [node for node in nodes_of(report) if node.get("type") == "Table" and "First look" in words_of(node)]
    rows = [words_of(row) for row in table["rows"][1:]]
    assert [row[0] for row in rows[1:]] == [
        "Next working day, at opening",
        *(f"{n} working days later" for n in (2, 3, 4)),
    ]
    assert [row[1] for row in rows] == ["look 1: 1", "look 4: 0", "look 7: 0", "look 10: 0", "look 13: 0"]
    assert await looks_of(running_bot, louis) == [Seen.ABSENT] * 15


async def test_a_permission_that_is_taken_away_meanwhile_is_said_at_once_and_in_the_report(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    await draft(ada, presence="available", unknown="send")
    await launch(ada, running_bot)
    presence.trouble = MISSING
    await next_due(running_bot)
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
    await next_due(running_bot)
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
    while len(await looks_of(running_bot, grace)) < 2:
        await next_due(running_bot)
    assert not grace.chat.campaigns
    service.people[grace.address] = "busy"
    shown = words_of(await completed(ada, running_bot))
    assert "look 3: 1" in shown and any(words.startswith("Skype · ") for words in shown)
    await grace.hears("Hello Grace")
    await service.stop()


async def test_a_restart_in_the_middle_of_the_ladder_goes_on_where_it_was(
    running_bot: RunningBot, presence: SimulatedPresence, ada: Person, louis: Person
) -> None:
    presence.usually = ABSENT
    await draft(ada, presence="present")
    await launch(ada, running_bot)
    while len(await looks_of(running_bot, louis)) < 2:
        await next_due(running_bot)
    await running_bot.restart()
    while len(await looks_of(running_bot, louis)) < 3:
        await next_due(running_bot)
    presence.usually = Availability.AWAY
    await completed(ada, running_bot)
    assert await looks_of(running_bot, louis) == [Seen.ABSENT] * 3 + [Seen.AWAY]
    assert louis.chat.campaigns.total() == 1
