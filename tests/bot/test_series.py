"""A series: scheduled once, each time a campaign of its own, until somebody ends it; over HTTP, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.records import Campaign, CampaignState, Every
from tests.bot.story import (
    MESSAGE,
    Card,
    error_beside,
    eventually,
    fields_of,
    make_author,
    make_publisher,
    settled,
)
from tests.bot.test_what_is_approved_goes_out import always
from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person, words_of

WEEK = timedelta(days=7)


def coming_monday(running_bot: RunningBot, weekday: int = 0) -> str:
    today = running_bot.clock.now().date()
    return (today + timedelta(days=(weekday - today.weekday()) % 7 or 7)).isoformat()


def monday_at_nine(running_bot: RunningBot) -> dict[str, str]:
    """For two hours, on Greenwich's clock."""
    day = coming_monday(running_bot)
    return {"start": "at", "date": day, "time": "09:00", "zone": "UTC", "duration": "2", "unit": "hours",
            "anytime": "false"}  # fmt: skip


async def to_the_repeat_card(running_bot: RunningBot, author: Person, **schedule: str) -> Card:
    await author.say("new campaign")
    await author.press("Next: audience", **MESSAGE)
    await author.press("Next: schedule", audience="everyone")
    card: Card = (await author.press("How often?", **{**monday_at_nine(running_bot), **schedule}))["value"]
    return card


async def a_series(running_bot: RunningBot, author: Person, press: str = "Schedule it", **rule: str) -> Campaign:
    """Every Monday at nine, unless told otherwise; scheduled."""
    await to_the_repeat_card(running_bot, author)
    await author.press("OK", **{"every": "week", **rule})
    await author.press("Next: review")
    await author.press(press)
    return await the_series(running_bot)


async def the_series(running_bot: RunningBot) -> Campaign:
    return next(one for one in await running_bot.store.campaigns(TENANT, 20) if one.sequel_of is None)


async def until(running_bot: RunningBot, instant: datetime) -> None:
    running_bot.clock.forward(instant - running_bot.clock.now())


async def comes(running_bot: RunningBot, series: Campaign, count: int) -> Campaign:
    """Its next hour strikes; the occurrence, planned."""
    current = await running_bot.store.campaign(series.id)
    assert current and current.sequels and current.sequels.next_at
    await until(running_bot, current.sequels.next_at + timedelta(seconds=1))

    async def made() -> Campaign | None:
        occurrences = await running_bot.store.sequels(series.id, 10)
        return occurrences[0] if len(occurrences) == count and occurrences[0].planned_at else None

    return await eventually(made)


async def goes_out(running_bot: RunningBot, series: Campaign, count: int) -> Campaign:
    """It comes, and is sent to its end."""
    occurrence = await comes(running_bot, series, count)
    end = occurrence.as_scheduled.schedule.slot.end
    while (due := await running_bot.store.next_due(occurrence.id)) and due < end:
        await until(running_bot, due)
        await settled(running_bot, occurrence)
    await until(running_bot, end + timedelta(minutes=1))

    async def done() -> Campaign | None:
        current = await running_bot.store.campaign(occurrence.id)
        return current if current and current.state is CampaignState.DONE and current.reported_at else None

    return await eventually(done)


async def test_every_week_it_is_a_campaign_with_a_report_of_its_own(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    card = await to_the_repeat_card(running_bot, ada)
    assert "How often does it go out?" in words_of(card)
    schedule = (await ada.press("OK", every="week"))["value"]
    assert "**Repeats**: every week: Monday" in words_of(schedule)
    assert fields_of(schedule)["date"] == coming_monday(running_bot), "nothing else was lost"
    review = (await ada.press("Next: review"))["value"]
    assert any(word.startswith("every week: Monday, at ") for word in words_of(review)), words_of(review)
    answer = await ada.press("Schedule it")
    series = await the_series(running_bot)
    assert series.is_series and any("campaign of its own" in word for word in words_of(answer["value"]))
    first = await goes_out(running_bot, series, 1)
    assert first.name == f"{series.name} – {coming_monday_of(first)}"
    second = await goes_out(running_bot, series, 2)
    slots = [one.as_scheduled.schedule.slot for one in (first, second)]
    assert slots[1].start - slots[0].start == WEEK
    assert [(await running_bot.store.tally(one.id)).delivered for one in (first, second)] == [2, 2]
    assert sum("Our autumn" in words_of(card) for _, card in louis.cards()) == 2, "once each time"
    assert sum("Report: " in word for _, card in ada.cards() for word in words_of(card)) == 2
    await ada.say(f"information {MESSAGE['name']}")
    shown = words_of(ada.card())
    assert "The last ones" in shown and "2 times" in shown and any("2 of 2 sent" in word for word in shown)


def coming_monday_of(occurrence: Campaign) -> str:
    return occurrence.as_scheduled.schedule.slot.start.date().isoformat()


async def test_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Menu")
    await louis.press("Suite : destinataires", name="Menu", body="Bonjour.")
    await louis.press("Suite : diffusion", audience="everyone")
    card = (await louis.press("Fréquence", **monday_at_nine(running_bot)))["value"]
    assert "À quel rythme part-elle ?" in words_of(card)
    wrong = (await louis.press("OK", every="month", on="1", which="1", until="2020-01-01"))["value"]
    assert error_beside(wrong, "until").startswith("Elle finirait avant de commencer (le ")
    assert fields_of(wrong).items() >= {"every": "month", "which": "1", "until": "2020-01-01"}.items()
    schedule = (await louis.press("OK", until=""))["value"]
    assert "**Répétition** : chaque mois : le premier mardi" in words_of(schedule)
    await louis.press("Suite : relecture")
    await louis.press("Programmer")
    series = await the_series(running_bot)
    repeat = series.as_scheduled.schedule.repeat
    assert repeat and (repeat.every, repeat.which, repeat.days) == (Every.MONTH, 1, frozenset({1}))
    start = series.as_scheduled.schedule.slot.start
    assert start.weekday() == 1 and start.day <= 7
    shown = words_of((await louis.press("Suspendre"))["value"])
    assert "⏸️ Suspendue" in shown
    assert "Elle reprend." in words_of((await louis.press("Continuer"))["value"])
    ended = words_of((await louis.press("La terminer"))["value"])
    assert "La série est terminée. Ce qui est parti reste, avec ses rapports." in ended


@pytest.mark.parametrize(
    ("rule", "field", "why"),
    [
        ({"every": "week", "on": "6"}, "every", "It would never come"),
        ({"every": "week", "until": "2020-01-01"}, "until", "It would end before it starts"),
        ({"every": "week", "until": "Friday"}, "until", "Please choose a day."),
        ({"every": "week", "times": "000000001999"}, "times", "Please say how often, from 1 to "),
        ({"every": "week", "times": "9" * 5_000}, "times", "Please say how often, from 1 to "),
        ({"every": "week", "times": "0"}, "times", "Please say how often"),
        ({"every": "day", "times": "many"}, "times", "Please say how often"),
        ({"every": "hour"}, "every", "Please choose one of these."),
        ({"every": "month", "which": "9"}, "which", "Please choose one of these."),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    running_bot: RunningBot, ada: Person, rule: dict[str, str], field: str, why: str
) -> None:
    await to_the_repeat_card(running_bot, ada)
    card = (await ada.press("OK", **rule))["value"]
    assert why in error_beside(card, field), words_of(card)
    assert (await the_series(running_bot)).forms["schedule"].items() >= rule.items(), "nothing is lost"


async def test_longer_than_from_one_to_the_next_is_refused(running_bot: RunningBot, ada: Person) -> None:
    await to_the_repeat_card(running_bot, ada, duration="8", unit="days")
    card = (await ada.press("OK", every="week"))["value"]
    assert "The next one would begin before this one ends" in error_beside(card, "duration")


async def test_a_start_of_now_becomes_a_day_that_is_to_be_checked(running_bot: RunningBot, ada: Person) -> None:
    await to_the_repeat_card(running_bot, ada, start="now")
    card = (await ada.press("OK", every="week"))["value"]
    assert "A series begins on a day, at an hour: please check them below." in words_of(card)
    assert fields_of(card)["start"] == "at"


async def test_two_times_and_it_has_ended(running_bot: RunningBot, ada: Person) -> None:
    series = await a_series(running_bot, ada, times="2")
    for count in (1, 2):
        await goes_out(running_bot, series, count)
    ended = await running_bot.store.campaign(series.id)
    assert ended and ended.state is CampaignState.DRAFT and ended.sequels and ended.sequels.made == 2
    await until(running_bot, running_bot.clock.now() + 2 * WEEK)
    await running_bot.restart()
    assert len(await running_bot.store.sequels(series.id, 10)) == 2
    await ada.say(f"information {MESSAGE['name']}")
    assert "⏹️ The series has ended" in words_of(ada.card())


async def test_paused_nothing_comes_and_then_it_goes_on_with_the_next(running_bot: RunningBot, ada: Person) -> None:
    series = await a_series(running_bot, ada)
    await goes_out(running_bot, series, 1)
    await ada.say(f"information {series.name}")
    await ada.press("Pause it")
    await until(running_bot, running_bot.clock.now() + 2 * WEEK)
    await running_bot.restart()
    assert len(await running_bot.store.sequels(series.id, 10)) == 1
    await ada.say(f"information {series.name}")
    answer = await ada.press("Go on")
    assert "It goes on." in words_of(answer["value"])
    current = await running_bot.store.campaign(series.id)
    assert current and current.sequels and current.sequels.next_at
    assert running_bot.clock.now() < current.sequels.next_at <= running_bot.clock.now() + WEEK
    assert current.sequels.missed == (), "what came meanwhile was not wanted"
    await goes_out(running_bot, series, 2)


async def test_changed_from_the_next_one_on(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    series = await a_series(running_bot, ada)
    first = await goes_out(running_bot, series, 1)
    await ada.say(f"information {series.name}")
    await ada.press("Change it")
    await ada.press("Change the message")
    await ada.press("To the review", title="Our winter")
    assert any("your changes are not saved yet" in word for word in words_of(ada.card()))
    await ada.press("Save the changes")
    changed = await running_bot.store.campaign(series.id)
    assert changed and changed.as_scheduled.message.title == "Our winter"
    second = await goes_out(running_bot, series, 2)
    slots = [one.as_scheduled.schedule.slot.start for one in (first, second)]
    assert slots[1] - slots[0] == WEEK, "and its day stays"
    assert sum("Our winter" in words_of(card) for _, card in louis.cards()) == 1
    kept = await running_bot.store.campaign(first.id)
    assert kept and kept.as_scheduled.message.title == "Our autumn"


async def test_a_bot_that_was_away_uses_what_the_slot_still_allows(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    series = await a_series(running_bot, ada)
    start = series.as_scheduled.schedule.slot.start
    await running_bot.stop()
    await until(running_bot, start + timedelta(hours=1))
    await running_bot.start()

    async def made() -> Campaign | None:
        return next((one for one in await running_bot.store.sequels(series.id, 5) if one.planned_at), None)

    occurrence = await eventually(made)
    assert occurrence.as_scheduled.schedule.slot.start == start
    due = await running_bot.store.next_due(occurrence.id)
    assert due is not None and due >= start + timedelta(hours=1)


async def test_a_bot_that_was_away_for_the_whole_of_it_says_so_once(running_bot: RunningBot, ada: Person) -> None:
    series = await a_series(running_bot, ada)
    start = series.as_scheduled.schedule.slot.start
    await running_bot.stop()
    await until(running_bot, start + WEEK + timedelta(days=1))
    await running_bot.start()
    card = await ada.sees("“Autumn newsletter” was missed.")
    assert any(word.startswith("Not sent, as Crieur was away for the whole time: ") for word in words_of(card))

    async def moved() -> Any:
        current = await running_bot.store.campaign(series.id)
        return current and current.sequels and len(current.sequels.missed) == 2 and current.sequels

    sequels = await eventually(moved)
    assert sequels.missed == (start, start + WEEK) and sequels.next_at == start + 2 * WEEK
    await running_bot.restart()
    assert sum("“Autumn newsletter” was missed." in words_of(card) for _, card in ada.cards()) == 1
    assert await running_bot.store.sequels(series.id, 5) == []
    await ada.press("Copy", card=card)
    [copy] = await running_bot.store.campaigns(TENANT, 1)
    assert copy.id != series.id and "every" not in copy.forms["schedule"], "to be sent one time"


async def test_approved_once_by_what_it_says_and_asked_again_where_it_grows(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await always(running_bot)
    await make_author(ada, louis)
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await make_publisher(ada, grace)
    series = await a_series(running_bot, ada, "Ask for approval")
    assert series.state is CampaignState.SUBMITTED
    card = await grace.sees("“Autumn newsletter” waits for approval")
    assert any(word.startswith("every week: Monday, at ") for word in words_of(card)), "it says what it is"
    await grace.press("Approve")
    approved = await running_bot.store.campaign(series.id)
    assert approved and approved.approval and approved.approval.people == 3 and not approved.approval.digest
    await goes_out(running_bot, series, 1)
    for number in range(6):  # max(3 * 1.1, 3 + 5) is eight
        await running_bot.organisation.person(f"New{number}", "Comer").install()
    current = await running_bot.store.campaign(series.id)
    assert current and current.sequels and current.sequels.next_at
    await until(running_bot, current.sequels.next_at + timedelta(seconds=1))
    await grace.sees("should have started, and waits.")
    held = (await running_bot.store.sequels(series.id, 1))[0]
    assert held.state is CampaignState.SUBMITTED and held.held and held.held.people == 9
    await grace.press("Decide")
    await grace.press("Approve")

    async def raised() -> bool:
        again = await running_bot.store.campaign(series.id)
        return bool(again and again.approval and again.approval.people == 9)

    await eventually(raised)
    current = await running_bot.store.campaign(series.id)
    assert current and current.sequels and current.sequels.next_at
    third = await comes(running_bot, series, 3)
    assert third.state is CampaignState.RUNNING, "nine were approved: nobody is asked again"


async def test_the_calendar_shows_each_time_that_comes(running_bot: RunningBot, ada: Person) -> None:
    series = await a_series(running_bot, ada, every="day")
    await ada.say("calendar")
    shown = [word for word in words_of(ada.card()) if "**Autumn newsletter**" in word]
    assert len(shown) >= 15, words_of(ada.card())
    await ada.say(f"information {series.name}")
    await ada.press("Pause it")
    await ada.say("calendar")
    assert not any("Autumn newsletter" in word for word in words_of(ada.card()))


@pytest.mark.real_time
async def test_on_mongodb_with_a_restart_between(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    series = await a_series(running_bot, ada)
    await goes_out(running_bot, series, 1)
    await running_bot.restart()
    second = await goes_out(running_bot, series, 2)
    assert (await running_bot.store.tally(second.id)).delivered == 1
    assert running_bot.connector.tally()["doubled"] == 0
