"""The whole bot on MongoDB's protocol: from chat to report, a restart in between, and typed questions."""

from __future__ import annotations

from storage.records import DeliveryState
from tests.bot.story import completed, draft, launch, settled
from tests.conftest import RunningBot
from tests.support.organisation import words_of


async def test_a_campaign_goes_from_chat_to_report_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur", locale="fr-FR")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    await draft(ada)
    await running_bot.restart()
    campaign = await launch(ada, running_bot)
    await ada.say("try autumn")
    await ada.say(louis.address)
    assert "The test is in the chat of" in ada.texts()[-1]
    await running_bot.restart()
    report = await completed(ada, running_bot)
    await settled(running_bot)
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 2}
    assert "100%" in words_of(report), words_of(report)
    assert running_bot.connector.tally()["doubled"] == 0
