"""The bot speaks the language that a person asks for, in whatever words they ask."""

from __future__ import annotations

import pytest

from tests.conftest import RunningBot
from tests.support.organisation import Person

FRENCH = "Je vous parle désormais en français."
ENGLISH = "From now on I speak English with you."


@pytest.mark.parametrize("words", ["français", "Francais", "french", "language français", "langue french"])
async def test_french_is_asked_for_in_words(ada: Person, words: str) -> None:
    await ada.say(words)
    assert ada.texts()[-1] == FRENCH
    await ada.say("aide")
    await ada.sees("Ce que je sais faire")


@pytest.mark.parametrize("words", ["english", "anglais", "language English", "langue anglais"])
async def test_english_is_asked_for_in_words(louis: Person, words: str) -> None:
    await louis.say(words)
    assert louis.texts()[-1] == ENGLISH
    await louis.say("help")
    await louis.sees("What I can do")


async def test_the_language_asked_for_outlives_a_restart_and_the_clients_own(
    running_bot: RunningBot, ada: Person
) -> None:
    await ada.say("français")
    await running_bot.restart()
    await ada.say("help")
    await ada.sees("Ce que je sais faire")


async def test_who_names_no_language_is_told_which_there_are(ada: Person) -> None:
    await ada.say("language klingon")
    assert ada.texts()[-1].startswith("I speak English and Français")
