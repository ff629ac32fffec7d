"""The author's choice of presence (S9, S23): asked where somebody can tell who is there, said where it counts."""

from __future__ import annotations

from scheduler.ports import NotAnswered
from storage.records import Channel, IfUnknown, PresenceChoice
from tests.bot.story import ANY_TIME_NOW, draft, fields_of, launch, newest
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person, words_of
from tests.support.presence import SimulatedPresence

QUESTION = "Send even if a person is unavailable?"


async def with_presence(running_bot: RunningBot) -> SimulatedPresence:
    service = SimulatedPresence()
    running_bot.presence[Channel.TEAMS] = service
    await running_bot.restart()
    return service


async def test_the_choice_is_asked_kept_and_said(running_bot: RunningBot, ada: Person) -> None:
    await with_presence(running_bot)
    cards = await draft(ada, presence="available", unknown="wait")
    assert fields_of(cards["schedule"])["presence"] == "always"
    assert ada.reads("only while available; waits where it cannot be known")
    campaign = await launch(ada, running_bot)
    schedule = campaign.as_scheduled.schedule
    assert (schedule.presence, schedule.unknown) == (
        PresenceChoice.AVAILABLE,
        IfUnknown.WAIT,
    )
    await ada.say("information autumn")
    await ada.sees("only while available; waits where it cannot be known")


async def test_without_a_service_the_choice_is_shown_with_the_reason_and_cannot_be_made(
    running_bot: RunningBot, ada: Person
) -> None:
    cards = await draft(ada)
    shown = words_of(cards["schedule"])
    assert QUESTION in shown and any("no access to Microsoft Graph" in text for text in shown)
    assert "presence" not in fields_of(cards["schedule"])
    campaign = await launch(ada, running_bot)
    assert campaign.as_scheduled.schedule.presence is PresenceChoice.ALWAYS


async def test_on_skype_the_reason_is_skypes(running_bot: RunningBot, ada: Person) -> None:
    await with_presence(running_bot)
    cards = await draft(ada, audience={"channel": "skype", "audience": "everyone"})
    assert any("Skype does not tell Crieur who is there." in text for text in words_of(cards["schedule"]))


async def test_where_the_organisation_does_not_allow_it_the_reason_says_so(
    running_bot: RunningBot, ada: Person
) -> None:
    service = await with_presence(running_bot)
    service.trouble = NotAnswered("Presence.Read.All is missing", permanent=True)
    cards = await draft(ada)
    assert any("an administrator can allow it" in text for text in words_of(cards["schedule"]))


async def test_a_service_that_is_slow_or_asks_for_time_is_still_a_choice(running_bot: RunningBot, ada: Person) -> None:
    service = await with_presence(running_bot)
    service.trouble = NotAnswered("429", after=60)
    cards = await draft(ada)
    assert fields_of(cards["schedule"])["presence"] == "always"


async def test_a_choice_that_is_none_any_more_keeps_the_draft_from_being_scheduled(
    running_bot: RunningBot, ada: Person
) -> None:
    service = await with_presence(running_bot)
    cards = await draft(ada, presence="present")
    service.trouble = NotAnswered("Presence.Read.All is missing", permanent=True)
    await ada.press(SEND_OFF, card=cards["review"])
    await ada.sees("Presence cannot be asked for.")
    assert (await newest(running_bot)).frozen is None
    await ada.press("Change the schedule")
    await ada.press("Next: review", **ANY_TIME_NOW)
    campaign = await launch(ada, running_bot)
    assert campaign.as_scheduled.schedule.presence is PresenceChoice.ALWAYS


async def test_a_forged_choice_is_named_at_its_field(running_bot: RunningBot, ada: Person) -> None:
    await with_presence(running_bot)
    await ada.say("new campaign")
    await ada.sees("What do you want to say?")
    campaign = await newest(running_bot)
    data = {"campaign": campaign.id, "version": campaign.version, "step": "schedule", "go": "review"}
    forged = {**data, **ANY_TIME_NOW, "zone": "UTC", "presence": "asleep", "unknown": "guess"}
    await ada.execute("form.save", forged, ada.chat.messages[-1]["id"])
    await ada.sees("⚠ Please choose one of these.")
