"""Working hours on each person's own clock: what the review says, and when messages leave."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.records import DeliveryState
from tests.bot.story import completed, draft, eventually, newest, planned
from tests.conftest import RunningBot
from tests.support.connector import Chat
from tests.support.organisation import SEND_OFF, Person, words_of

TOKYO = ZoneInfo("Asia/Tokyo")
#: two hours of a working day in London, which are the evening in Tokyo
LONDON = {"start": "at", "zone": "Europe/London", "duration": "2", "unit": "hours", "anytime": "false"}


@pytest.fixture
async def hana(running_bot: RunningBot, ada: Person) -> Person:
    hana = running_bot.organisation.person("Hana", "Suzuki", zone="Asia/Tokyo")
    await hana.install()
    return hana


def next_monday(running_bot: RunningBot) -> dict[str, str]:
    now = running_bot.clock.now()
    day = (now + timedelta(days=7 - now.weekday())).date()
    return {"date": day.isoformat(), "time": "10:00"}


async def test_the_review_says_how_many_sleep_in_this_time(running_bot: RunningBot, ada: Person, hana: Person) -> None:
    cards = await draft(ada, **LONDON, **next_monday(running_bot), own_zone="true")
    shown = words_of(cards["review"])
    assert any("on each person’s own clock" in text for text in shown)
    assert any(text.startswith("Where 1 person lives, nobody works in this time") for text in shown)
    assert any(text.startswith("1 message,") for text in shown)


async def test_where_all_sleep_it_cannot_be_scheduled(running_bot: RunningBot, ada: Person, hana: Person) -> None:
    await draft(ada, **{**LONDON, "zone": "Pacific/Honolulu"}, **next_monday(running_bot), own_zone="true")
    assert ada.reads("Nowhere do its recipients work in this time.")
    assert SEND_OFF.isdisjoint(words_of(ada.card()))
    assert (await newest(running_bot)).frozen is None


async def test_a_long_enough_campaign_reaches_everybody_by_day(
    running_bot: RunningBot, ada: Person, hana: Person
) -> None:
    received: list[time] = []

    def note(chat: Chat) -> None:
        if chat is hana.chat and chat.campaigns:
            received.append(running_bot.clock.now().astimezone(TOKYO).time())

    running_bot.connector.listener = note
    await draft(ada, **{**LONDON, "duration": "2", "unit": "days"}, **next_monday(running_bot), own_zone="true")
    await ada.press(SEND_OFF)
    campaign = await newest(running_bot)
    assert campaign.as_scheduled.schedule.own_zone
    running_bot.clock.forward(
        campaign.as_scheduled.schedule.slot.start - running_bot.clock.now() + timedelta(seconds=1)
    )
    await eventually(lambda: planned(running_bot))
    await completed(ada, running_bot)
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 2}
    assert received and time(9) <= received[0] < time(18, 0, 15)
