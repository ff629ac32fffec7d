"""A sequence: whoever joins gets its steps, each once, on their own clock; over HTTP, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.records import Campaign, CampaignState, Sequels
from tests.bot.story import Card, error_beside, eventually, fields_of, make_author, make_publisher, settled
from tests.bot.test_series import until
from tests.bot.test_what_is_approved_goes_out import always
from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person, words_of

A_DAY = timedelta(days=1)
LOOK = timedelta(minutes=11)  #: after which whoever has joined is seen
AT_WORK = {"start": "now", "zone": "UTC", "duration": "2", "unit": "hours", "anytime": "false", "opens": "09:00",
           "closes": "18:00", "days": "0,1,2,3,4", "holidays": "none"}  # fmt: skip


async def at(running_bot: RunningBot, hour: int, weekday: int, zone: str = "UTC") -> datetime:
    """The next such hour of a weekday (Monday = 0), on a clock."""
    now = running_bot.clock.now().astimezone(ZoneInfo(zone))
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    while then <= now or then.weekday() != weekday:
        then += A_DAY
    await until(running_bot, then)
    return then


async def steps_written(author: Person, *steps: tuple[str, str], whom: str = "new", days: str = "") -> Card:
    """(title, text) of each; at the form of the audience afterwards."""
    await author.say("sequence Welcome")
    await author.press("Write it", whom=whom)
    for place, (title, body) in enumerate(steps):
        card: Card = (await author.press("The steps", name="Welcome", title=title, body=body))["value"]
        if place < len(steps) - 1:
            card = (await author.press("Add a step"))["value"]
    if days:
        return (await author.press("Next: audience", days=days))["value"]
    return card


async def a_sequence(
    running_bot: RunningBot,
    author: Person,
    press: str = "Start the sequence",
    audience: str = "everyone",
    days: str = "0, 2, 5",
    whom: str = "new",
    **schedule: str,
) -> Campaign:
    texts = [("First", "Hello [FIRSTNAME|you], one."), ("Second", "Two."), ("Third", "Three.")]
    await steps_written(author, *texts[: len(days.split(","))], days=days, whom=whom)
    await author.press("Next: schedule", audience=audience)
    await author.press("Next: review", **{**AT_WORK, **schedule})
    await author.press(press)
    return await the_sequence(running_bot)


async def the_sequence(running_bot: RunningBot) -> Campaign:
    [newest] = await running_bot.store.campaigns(TENANT, 1)
    return newest


async def sequels(running_bot: RunningBot, sequence: Campaign) -> Sequels:
    current = await running_bot.store.campaign(sequence.id)
    assert current is not None and current.sequels is not None
    return current.sequels


async def begun(running_bot: RunningBot, sequence: Campaign) -> None:
    """It has been looked at who was there before."""

    async def looked() -> bool:
        return (await sequels(running_bot, sequence)).looks_at is not None

    await eventually(looked)


async def joined(running_bot: RunningBot, sequence: Campaign, people: int) -> None:
    await until(running_bot, running_bot.clock.now() + LOOK)

    async def inside() -> bool:
        return (await sequels(running_bot, sequence)).made == people

    await eventually(inside)


async def comes(running_bot: RunningBot, sequence: Campaign, count: int) -> Campaign:
    """So many campaigns have been made of it; the last of them, sent."""

    async def made() -> Campaign | None:
        some = await running_bot.store.sequels(sequence.id, 50)
        return some[0] if len(some) == count and some[0].planned_at else None

    one = await eventually(made)
    end = one.as_scheduled.schedule.slot.end
    while (due := await running_bot.store.next_due(one.id)) and due < end:
        await until(running_bot, due)
        await settled(running_bot, one)
    return one


def titles(person: Person, *wanted: str) -> list[str]:
    """Of the messages that somebody has received, in their order."""
    received = [words_of(card) for _, card in person.cards()]
    return [word for words in received for word in words if word in (wanted or STEPS) and "Audience" not in words]


STEPS = ("First", "Second", "Third")


async def test_whoever_joins_gets_each_step_once_on_their_day(running_bot: RunningBot, ada: Person) -> None:
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada)
    assert sequence.is_sequence and sequence.state is CampaignState.SCHEDULED
    await begun(running_bot, sequence)
    grace = running_bot.organisation.person("Grace", "Hopper", zone="UTC")
    await grace.install()
    await joined(running_bot, sequence, 1)
    first = await comes(running_bot, sequence, 1)
    assert first.as_scheduled.schedule.slot.start.date() == running_bot.clock.now().date()
    assert titles(grace) == ["First"]
    for count, (weekday, title) in enumerate(((2, "Second"), (0, "Third")), 2):
        when = await at(running_bot, 9, weekday)
        step = await comes(running_bot, sequence, count)
        assert step.as_scheduled.schedule.slot.start.date() == when.date()
        assert titles(grace)[-1] == title
    assert titles(grace) == ["First", "Second", "Third"] and titles(ada) == [], "who was there before gets nothing"
    await until(running_bot, running_bot.clock.now() + 10 * A_DAY)
    await running_bot.restart()

    async def through() -> bool:
        return (await sequels(running_bot, sequence)).cohorts == ()

    await eventually(through)
    assert len(await running_bot.store.sequels(sequence.id, 50)) == 3 and len(titles(grace)) == 3
    assert [one.id for one in await running_bot.store.campaigns(TENANT, 10)] == [sequence.id], "steps stand with it"
    await ada.say("information Welcome")
    words = words_of(ada.card())
    assert sum("1 of 1 sent" in word for word in words) == 3, words
    assert not any("Report: " in word for _, card in ada.cards() for word in words_of(card))
