"""What stands in the way of a schedule is told with what helps, in both languages: in the form, and in the review."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from storage.records import CampaignState
from tests.bot.story import ANY_TIME_NOW, MESSAGE, Card, error_beside, in_state, make_publisher
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person, words_of

WEEKEND = {"time": "10:00", "zone": "UTC", "duration": "5", "unit": "hours", "anytime": "false"}


async def in_english(ada: Person, **schedule: str) -> Card:
    """The card that answers this schedule: its form again, or the review."""
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    await ada.press("Next: schedule", audience="everyone")
    card: Card = (await ada.press("Next: review", **{**ANY_TIME_NOW, **schedule}))["value"]
    return card


async def en_francais(louis: Person, **schedule: str) -> Card:
    await louis.say("nouvelle campagne")
    await louis.press("Suite : destinataires", name="Automne", body="Bonjour")
    await louis.press("Suite : diffusion", audience="everyone")
    card: Card = (await louis.press("Suite : relecture", **{**ANY_TIME_NOW, **schedule}))["value"]
    return card


@pytest.fixture
async def auteur(ada: Person, louis: Person) -> Person:
    await make_publisher(ada, louis)
    return louis


def in_a_week(running_bot: RunningBot, weekday: int) -> date:
    now = running_bot.clock.now()
    return now.date() + timedelta(days=7 + weekday - now.weekday())


async def test_no_open_time(running_bot: RunningBot, ada: Person, auteur: Person) -> None:
    sunday = {**WEEKEND, "start": "at", "date": in_a_week(running_bot, 6).isoformat()}
    error = error_beside(await in_english(ada, **sunday), "duration")
    assert error.startswith("There are no working hours in this time: it runs from Sun")
    assert error.endswith("Make it longer, change the hours or days, or allow sending outside them.")
    error = error_beside(await en_francais(auteur, **sunday), "duration")
    assert error.startswith("Il n’y a pas d’heures de travail dans cette durée, du dim.")
    assert error.endswith("Allongez-la, changez les heures ou les jours, ou autorisez l’envoi en dehors.")


async def test_the_past(running_bot: RunningBot, ada: Person, auteur: Person) -> None:
    past = {"start": "at", "date": (running_bot.clock.now() - timedelta(days=2)).date().isoformat(), "time": "10:00"}
    english, french = await in_english(ada, **past), await en_francais(auteur, **past)
    assert error_beside(english, "date") == "That is in the past. Please choose a later day or time."
    assert error_beside(french, "date") == "C’est dans le passé. Choisissez un jour ou une heure plus tard."


async def test_a_start_that_has_passed_since(running_bot: RunningBot, ada: Person, auteur: Person) -> None:
    tomorrow = {
        "start": "at",
        "date": (running_bot.clock.now() + timedelta(days=1)).date().isoformat(),
        "time": "10:00",
    }
    await in_english(ada, **tomorrow)
    await en_francais(auteur, **tomorrow)
    running_bot.clock.forward(timedelta(days=3))
    card = (await ada.press(SEND_OFF))["value"]
    assert "**Schedule**: That is in the past. Please choose a later day or time." in words_of(card)
    await auteur.say("modifier Automne")
    french = words_of(auteur.card())
    assert "**Diffusion** : C’est dans le passé. Choisissez un jour ou une heure plus tard." in french
    assert "Programmer" not in french
    await in_state(running_bot, CampaignState.DRAFT)


async def test_more_messages_than_the_rate_allows(running_bot: RunningBot, ada: Person, auteur: Person) -> None:
    running_bot.environment["MESSAGES_PER_SECOND"] = "0.001"
    await running_bot.restart()
    tuesday = in_a_week(running_bot, 1)
    short = {"start": "at", "date": tuesday.isoformat(), "time": "10:00", "zone": "UTC", "duration": "10",
             "unit": "minutes"}  # fmt: skip
    # two messages, a thousand seconds each: told, on the schedule's clock, and still to be had
    review = await in_english(ada, **short)
    [warning] = [word for word in words_of(review) if "does not allow that many messages" in word]
    assert warning.startswith(
        "Microsoft Teams does not allow that many messages in this time: the last would arrive on Tue"
    )
    assert warning.endswith("10:33. Make it longer, or some will not be sent.")
    assert not SEND_OFF.isdisjoint(words_of(review)), "it is the author’s choice"
    [warning] = [word for word in words_of(await en_francais(auteur, **short)) if "ne permet pas autant" in word]
    assert warning.startswith(
        "Microsoft Teams ne permet pas autant de messages dans cette durée : le dernier arriverait le mar."
    )
    assert warning.endswith("10:33. Allongez-la, sinon certains ne seront pas envoyés.")


async def test_more_messages_than_a_year_would_take(running_bot: RunningBot, ada: Person, auteur: Person) -> None:
    running_bot.environment["MESSAGES_PER_SECOND"] = "0.00000001"
    await running_bot.restart()
    warned = [word for word in words_of(await in_english(ada)) if "does not allow" in word]
    assert warned == [
        "Microsoft Teams does not allow that many messages in this time, nor in a year of such days."
        " Make the working hours longer, or some will not be sent."
    ]
    [warned_in_french] = [word for word in words_of(await en_francais(auteur)) if "ne permet pas autant" in word]
    assert warned_in_french.endswith("Allongez les heures de travail, sinon certains ne seront pas envoyés.")
