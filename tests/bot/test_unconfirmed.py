"""Of whom nobody knows whether the message arrived: named, never sent to again by itself, and at one press."""

from __future__ import annotations

from storage.records import DeliveryState
from tests.bot.story import ALMOST_ALL, completed, draft, launch, newest
from tests.conftest import RunningBot
from tests.support.connector import Faults
from tests.support.organisation import Person, words_of


async def test_the_author_sends_again_to_exactly_the_unconfirmed(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    running_bot.connector.faults = Faults(reset_after=1.0)  # it arrives, and the connection breaks before the answer
    running_bot.clock.forward(ALMOST_ALL)
    await louis.sees("Hello Louis")
    running_bot.connector.faults = Faults()
    report = await completed(ada, running_bot)
    assert (await running_bot.store.tally(campaign.id)).states[DeliveryState.UNCONFIRMED] >= 1
    assert louis.chat.campaigns[campaign.id] == 1, "never again by itself"

    people = await running_bot.store.people_in_state(campaign.id, DeliveryState.UNCONFIRMED)
    await ada.press("Send to them again", card=report)
    again = await newest(running_bot)
    assert again.id != campaign.id
    shown = " ".join(words_of(ada.card()))
    assert "Autumn newsletter – again" in shown
    assert f"{len(people)} of {len(people)}" in shown
    reference = await running_bot.store.reference(people[-1], campaign.channel)  # type: ignore[arg-type]
    assert reference and reference.user == louis.user
