"""The forecast says the window as it is, without who is spared; the live card's share is of what was to be sent."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.bot.story import draft
from tests.bot.test_consideration import rules, send
from tests.conftest import RunningBot
from tests.support.organisation import Person, words_of

WINDOW = {
    "english": ("between 10:00 and 12:00", "1 person is spared: muted."),
    "français": ("entre 10:00 et 12:00", "1 personne est épargnée (sourdine)."),
}


async def crowd(running_bot: RunningBot, count: int) -> list[Person]:
    people = running_bot.organisation.crowd(count)
    for person in people:
        await person.install()
    return people


def forecast_in(card: object) -> str:
    lines = [word for word in words_of(card) if re.match(r"\d+ messages?[,. ]", word)]  # type: ignore[arg-type]
    [line] = lines
    return line


@pytest.mark.parametrize("language", WINDOW)
async def test_the_window_is_said_as_it_is_without_those_who_are_spared(
    running_bot: RunningBot, ada: Person, language: str
) -> None:
    people = await crowd(running_bot, 4)
    await people[0].say("mute")
    day = (running_bot.clock.now() + timedelta(days=1)).date().isoformat()
    cards = await draft(ada, start="at", date=day, time="10:00", duration="2", unit="hours", anytime="true")
    if language == "français":
        await ada.say("parle français")
        await ada.say("campagnes")
        await ada.press("Ouvrir")
        line = forecast_in(ada.card())
    else:
        line = forecast_in(cards["review"])
    window, spared = WINDOW[language]
    assert window in line and spared in line and line.startswith("4 messages, "), line


async def test_who_has_had_enough_this_week_is_left_out(running_bot: RunningBot, ada: Person) -> None:
    await rules(ada, per_week="1")
    await crowd(running_bot, 2)
    await send(running_bot, ada)
    cards = await draft(ada)
    line = forecast_in(cards["review"])
    assert line.startswith("0 messages") and "3 people have had enough messages this week." in line, line


async def test_the_live_card_counts_what_was_to_be_sent(running_bot: RunningBot, ada: Person) -> None:
    people = await crowd(running_bot, 3)
    await people[0].say("mute")
    await send(running_bot, ada)
    card = await ada.sees("is done")
    assert {"3 of 3 sent", "100%"} <= {*words_of(card)}, words_of(card)
