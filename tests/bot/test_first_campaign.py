"""From install to report, over HTTP, as the people of an organisation see it."""

from __future__ import annotations

from storage.records import Channel, DeliveryState, EngagementKind
from tests.bot.story import ALMOST_ALL, broadcast, draft
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of


async def test_installing_captures_who_they_are_and_greets_them_once(running_bot: RunningBot, ada: Person) -> None:
    person = await running_bot.store.person_at(TENANT, "Ada.Lovelace@contoso.example")
    assert person is not None
    assert (person.given_name, person.surname, person.locale, person.zone) == (
        "Ada",
        "Lovelace",
        "en-GB",
        "Europe/London",
    )
    assert person.directory_id == ada.directory_id
    reference = await running_bot.store.reference(person.id, Channel.TEAMS)
    assert reference is not None and reference.conversation == ada.conversation
    await ada.install()
    await ada.install()
    assert len(ada.cards()) == 1, "installs are repeated by the client; one greeting is enough"
    assert ada.reads("you are the **owner**")


async def test_people_are_greeted_in_their_language(louis: Person) -> None:
    await louis.sees("Bonjour Louis, je suis Crieur.")


async def test_a_campaign_goes_from_chat_to_report(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    assert ada.reads("2 of 2 people can be reached")
    await ada.press(SEND_OFF)
    assert ada.reads("It starts now. I will show you here how it goes.")
    await ada.sees("📣 “Autumn newsletter” is on its way")
    running_bot.clock.forward(ALMOST_ALL)
    message = await louis.sees("Hello Louis, **big news** for you.")
    summary = louis.chat.messages[-1]["activity"]["summary"]
    assert summary == "Our autumn", "the activity feed shows words"
    assert [a["type"] for a in message["actions"]] == ["Action.OpenUrl", "Action.Execute"]

    await louis.press("I have read it")
    assert any("Vous avez confirmé" in text for text in words_of(louis.card()))
    await louis.press("I have read it", card=message)  # the same press from another device
    status, destination = await louis.press("Read more")
    assert (status, destination) == (302, "https://example.org/autumn")

    report = await ada.sees("Report: Autumn newsletter")
    await ada.sees("🏁 “Autumn newsletter” is done")
    shown = words_of(report)
    assert "100%" in shown and "2" in shown
    await ada.press("Refresh", card=report)
    await ada.sees("1 person, 1 press")  # clicks
    await ada.sees("1 person, 2 presses")  # confirmations
    [campaign] = await running_bot.store.campaigns(TENANT, 10)
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 2}
    kinds = {e.kind: (e.people, e.presses) for e in await running_bot.store.engagement(campaign.id) if e.button is None}
    assert kinds == {
        EngagementKind.OPENED: (1, 1),
        EngagementKind.CLICKED: (1, 1),
        EngagementKind.ACKNOWLEDGED: (1, 2),
    }
    assert running_bot.connector.tally()["doubled"] == 0


async def test_a_press_stays_in_the_chat_for_other_devices(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await broadcast(ada, running_bot)
    await louis.sees("Hello Louis")
    await louis.press("I have read it")
    louis.view.clear()  # another device: what the platform keeps
    await louis.sees("Vous avez confirmé")
