"""Months of a company in a minute: ``make demo MONTHS=6``.

A series comes every Monday, people join week after week and get the steps of a sequence, and a must-read is sent again
to whoever has not confirmed it. The bot is the whole program in virtual time: nothing waits for the wall clock. What
is counted at the end comes from the chats, as the platform keeps them, not from what the bot remembers.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scheduler.rules.window import LATE
from storage.records import CampaignState, DeliveryState
from tests.simulation.loop import SimulatedLoop
from tests.support.connector import Chat
from tests.support.organisation import Person, words_of
from tests.support.pictures import CannotDraw, draw
from tests.support.running_bot import RunningBot, running
from tests.support.virtual_time import InlineSqlite, in_virtual_time, virtual_loop

FOLDER = Path("build/demo")
PEOPLE = 40  #: who are there from the first day
JOINING = 2  #: more of them every week
WEEKS_A_MONTH = 52 / 12
CLICK, CONFIRM = 0.4, 0.55
ROUNDS = 3  #: of the must-read, at the most
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
A_MOMENT = timedelta(seconds=1)
SEEN = timedelta(minutes=15)  #: until it is seen who has joined
PATIENCE = 600  #: seconds of virtual time for what is due to be done

HOURS = {"zone": "UTC", "opens": "09:00", "closes": "18:00", "days": "0,1,2,3,4", "holidays": "none", "unit": "hours"}
NEWS, RULES = "Monday news", "Safety rules"
STEPS = ("Welcome", "Your first week", "Who can help you")

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A campaign's message, as it came into a chat."""

    person: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    #: on which the series comes
    mondays: Sequence[date]
    #: who comes later joins the sequence
    began_at: datetime
    #: when the must-read is sent
    rules_at: datetime


@dataclass(slots=True)
class Company:
    """Its people, who click and confirm; and what the platform was given for them."""

    bot: RunningBot
    rng: random.Random
    #: by their chats
    people: dict[str, Person] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    clicks: list[datetime] = field(default_factory=list)
    confirmed: dict[str, datetime] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _reacting: set[asyncio.Task[None]] = field(default_factory=set)

    async def join(self, *people: Person) -> None:
        for person in people:
            self.people[person.conversation], self.since[person.conversation] = person, self.bot.clock.now()
            await person.install()

    async def grow(self, count: int) -> None:
        crowd = self.bot.organisation.crowd(count)
        for number, person in enumerate(crowd, len(self.people)):
            person.address = f"person{number}@contoso.example"
        await self.join(*crowd)

    def notice(self, chat: Chat) -> None:
        """The platform has something new in a chat: a message that is no update is an arrival."""
        if chat.id not in self.people or not chat.messages or (chat.id, chat.messages[-1]["id"]) in self._seen:
            return
        newest = chat.messages[-1]
        self._seen.add((chat.id, newest["id"]))
        if (title := _title_of(newest)) is not None:
            self.arrivals.append(Arrival(chat.id, title, self.bot.clock.now()))
            task = asyncio.create_task(self._react(self.people[chat.id], title))
            self._reacting.add(task)
            task.add_done_callback(self._reacting.discard)

    async def _react(self, person: Person, title: str) -> None:
        await asyncio.sleep(self.rng.uniform(0.2, 1.0))
        if title == NEWS and self.rng.random() < CLICK:
            await person.press("Read more")
            self.clicks.append(self.bot.clock.now())
        elif title == RULES and self.rng.random() < CONFIRM:
            await person.press("I have read it")
            self.confirmed[person.conversation] = self.bot.clock.now()

    @property
    def reacts(self) -> bool:
        return bool(self._reacting)

    def complaints(self, plan: Plan) -> list[str]:
        """What somebody got twice, or never: by their chats alone."""
        got = Counter((one.person, _what(one)) for one in self.arrivals)
        due = Counter[tuple[str, str]]()
        for person, since in self.since.items():
            days = [day for day in plan.mondays if datetime.combine(day, time(9), UTC) > since]
            due.update((person, f"{NEWS} of {day}") for day in days)
            due.update((person, step) for step in STEPS if since > plan.began_at)
            if since < plan.rules_at:  # until they have confirmed; else once, and in every round
                until = self.confirmed.get(person)
                reminded = [one for one in self.arrivals if (one.person, one.title) == (person, RULES)]
                due[person, RULES] = max(1, sum(one.at <= until for one in reminded)) if until else 1 + ROUNDS
        return [
            f"{person}: {what} came {got[person, what]} times, and {due[person, what]} were due"
            for person, what in sorted({*got, *due})
            if got[person, what] != due[person, what]
        ]


def _what(arrival: Arrival) -> str:
    return f"{NEWS} of {arrival.at.date()}" if arrival.title == NEWS else arrival.title


def _title_of(message: dict[str, Any]) -> str | None:
    """Of a campaign's message; None for what the bot says itself."""
    mark = message["activity"].get("channelData", {}).get("crieur")
    if mark is None or mark["test"]:
        return None
    words = [word for one in message["activity"]["attachments"] for word in words_of(one["content"])]
    return next(word for word in words if word in (NEWS, RULES, *STEPS))


# --- time -------------------------------------------------------------------------------------


async def pass_until(company: Company, instant: datetime) -> None:
    """From one thing that is due to the next, each of them done, until this instant."""
    clock = company.bot.clock
    while True:
        await _done(company)
        due = await _next(company.bot, instant)
        clock.forward(min(due or instant, instant) + A_MOMENT - clock.now())
        if due is None:
            await _done(company)
            return


async def _done(company: Company) -> None:
    """All that is due is done, and nobody is about to press anything."""
    for _ in range(PATIENCE):
        await asyncio.sleep(1)
        if not company.reacts and not await _is_busy(company.bot):
            return
    raise AssertionError("what is due is not done")


async def _is_busy(bot: RunningBot) -> bool:
    store, now = bot.store, bot.clock.now()
    if await store.due_sequels(now) or await store.due_to_start(now) or await store.unreported():
        return True
    for one in await store.in_state(CampaignState.RUNNING):
        states, due = (await store.tally(one.id)).states, await store.next_due(one.id)
        moves = states.get(DeliveryState.CLAIMED) or states.get(DeliveryState.SENDING)
        if one.planned_at is None or moves or (due or one.as_scheduled.schedule.slot.end + LATE) <= now:
            return True
    return False


async def _next(bot: RunningBot, before: datetime) -> datetime | None:
    """When the next thing is due before this instant; whether somebody has joined is seen on the way."""
    store, instants = bot.store, list[datetime]()
    for one in await store.due_sequels(before):
        assert one.sequels is not None
        cohorts = [cohort.due_at for cohort in one.sequels.cohorts]
        instants += cohorts if one.is_sequence else [one.sequels.next_at or before]
    instants += [one.as_scheduled.schedule.slot.start for one in await store.due_to_start(before)]
    for one in await store.in_state(CampaignState.RUNNING):
        instants.append(await store.next_due(one.id) or one.as_scheduled.schedule.slot.end + LATE)
    return min((one for one in instants if one < before), default=None)


# --- what the author does ---------------------------------------------------------------------


async def _begin_series(author: Person, monday: date, weeks: int) -> None:
    await author.say("new campaign")
    await author.press(
        "Next: audience",
        name=NEWS, title=NEWS, body="Hello [FIRSTNAME|there], this is what the week brings.",
        link_title="Read more", link_url="https://example.org/news",
    )  # fmt: skip
    await author.press("Next: schedule", audience="everyone")
    at_nine = {"start": "at", "date": monday.isoformat(), "time": "09:00", "duration": "2", "anytime": "false"}
    await author.press("How often?", **{**HOURS, **at_nine})
    await author.press("OK", every="week", times=str(weeks))
    await author.press("Next: review")
    await author.press("Schedule it")


async def _begin_sequence(author: Person) -> None:
    await author.say("sequence Welcome")
    await author.press("Write it", whom="new")
    for place, title in enumerate(STEPS):
        await author.press("The steps", name="Welcome", title=title, body="Hello [FIRSTNAME|there].")
        if place < len(STEPS) - 1:
            await author.press("Add a step")
    await author.press("Next: audience", days="0, 3, 10")
    await author.press("Next: schedule", audience="everyone")
    await author.press("Next: review", **HOURS, start="now", duration="2", anytime="false")
    await author.press("Start the sequence")


async def _send_must_read(author: Person) -> None:
    await author.say("new campaign")
    await author.press(
        "Next: audience",
        name=RULES, title=RULES, body="Please read these, and confirm that you have.",
        ack="true", ack_title="I have read it",
    )  # fmt: skip
    await author.press("Next: schedule", audience="everyone")
    await author.press("Remind", **HOURS, start="now", duration="4", anytime="false")
    await author.press("OK", chase="acknowledged", chase_after="3", chase_rounds=str(ROUNDS))
    await author.press("Next: review")
    await author.press("Send now")


# --- the story --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ending:
    """What there is to see at the end."""

    company: Company
    plan: Plan
    #: the author's
    cards: dict[str, Card]


async def months(weeks: int, console: Console, folder: Path, loop: SimulatedLoop, people: int = PEOPLE) -> Ending:
    """``people``: who are there from the first day."""
    path = folder / "crieur.db"
    with in_virtual_time(loop) as clock:
        async with running(path, clock, partial(InlineSqlite, path)) as bot:
            return await _story(bot, weeks, console, people)


async def _story(bot: RunningBot, weeks: int, console: Console, people: int) -> Ending:
    company = Company(bot, random.Random(2026))
    bot.connector.listener = company.notice
    tomorrow = bot.clock.now().date() + DAY
    mondays = [tomorrow + (7 - tomorrow.weekday()) % 7 * DAY + WEEK * number for number in range(weeks)]
    await pass_until(company, _at(mondays[0], 0) - 12 * HOUR)
    author = bot.organisation.person("Ada", "Lovelace")
    await company.join(author)
    await company.grow(people)
    await _begin_series(author, mondays[0], weeks)
    await _begin_sequence(author)
    plan = Plan(mondays, began_at=bot.clock.now(), rules_at=_at(mondays[min(1, weeks - 1)] + DAY, 9))
    console.print(
        f"{len(company.people)} people, and {JOINING} more every week. “{NEWS}” comes every Monday at 9;"
        f" who joins gets {len(STEPS)} steps; “{RULES}” is sent once, and again to whoever has not confirmed it."
    )
    for number, monday in enumerate(mondays, 1):
        await pass_until(company, _at(monday, 13))
        await company.grow(JOINING)
        await pass_until(company, bot.clock.now() + SEEN)
        if monday <= plan.rules_at.date() < monday + WEEK:
            await pass_until(company, plan.rules_at)
            await _send_must_read(author)
        await pass_until(company, _at(monday + WEEK, 0) - HOUR)
        console.print(_week(company, number, monday))
    await pass_until(company, bot.clock.now() + 3 * WEEK)  # the last steps and rounds
    cards = await _cards_of(author)
    for name, card in cards.items():
        console.print(_table(name, card))
    told = f"{len(company.arrivals):,} messages in the chats of {len(company.people)} people"
    console.print("\n".join(company.complaints(plan)) or f"{told}: nobody got anything twice, and nobody was left out.")
    return Ending(company, plan, cards)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _week(company: Company, number: int, monday: date) -> str:
    start, end = _at(monday, 0), _at(monday + WEEK, 0)
    came = [one for one in company.arrivals if start <= one.at < end]
    titles = Counter(one.title for one in came)
    clicks = sum(start <= at < end for at in company.clicks)
    parts = [f"{NEWS}: {titles[NEWS]} received, {clicks} clicked"]
    parts += [f"{title}: {titles[title]}" for title in STEPS if titles[title]]
    rounds = Counter(one.at.date() for one in came if one.title == RULES)
    parts += [f"{RULES} on {day:%A}: {count}" for day, count in sorted(rounds.items())]
    return f"[bold]Week {number:>2}[/bold], {monday:%d %b}   " + " · ".join(parts)


async def _cards_of(author: Person) -> dict[str, Card]:
    cards = {}
    for name, words in (
        ("The series", f"information {NEWS}"),
        ("The sequence", "information Welcome"),
        ("The must-read", f"report {RULES}"),
    ):
        await author.say(words)
        cards[name] = author.card()
    return cards


def _table(name: str, card: Card) -> Table:
    """What an author's card says of each time, step or round."""
    table, label = Table(title=f"{name}, as its author sees it", show_header=False, min_width=60), ""
    for words in words_of(card):
        if re.search(r"\d of \d+ sent", words):
            table.add_row(label, words)
        elif re.match(r"(\*\*)?\d+( ·|\. )|\*\*\w{3}, ", words):
            label = words.strip("*")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Months of a company in a minute")
    parser.add_argument("--months", type=float, default=6)
    parser.add_argument("--png", action="store_true", help="draw the final cards into build/demo/")
    arguments = parser.parse_args()
    console, loop = Console(highlight=False), virtual_loop()
    assert isinstance(loop, SimulatedLoop)
    with tempfile.TemporaryDirectory() as folder:
        weeks = max(1, round(arguments.months * WEEKS_A_MONTH))
        ending = loop.run_until_complete(months(weeks, console, Path(folder), loop))
    if arguments.png:
        names = {name.split()[-1]: card for name, card in ending.cards.items()}
        try:
            for path in asyncio.run(draw(names, FOLDER)):
                console.print(f"drawn: {path}")
        except CannotDraw as problem:
            console.print(f"[yellow]{problem}")
    raise SystemExit(bool(ending.company.complaints(ending.plan)))


if __name__ == "__main__":
    main()
