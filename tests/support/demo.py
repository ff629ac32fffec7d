"""A campaign to a simulated organisation, on the real program: ``make demo``.

The bot is a process of its own, its Bot Connector is the loopback one, and its people are
simulated: they install, receive, click, confirm, some block the bot, and the connector throttles
now and then. What is shown comes from where people see it: the chats.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import itertools
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.support.connector import Chat, Faults, LoopbackConnector
from tests.support.graph import LoopbackGraph, User
from tests.support.http import Answer, Server, until
from tests.support.organisation import SEND_OFF, Organisation, Person, nodes_of
from tests.support.pictures import CannotDraw, draw
from tests.support.program import Program, running

FOLDER = Path("build/demo")
INSTALLED = 0.94
BLOCK = 0.01  #: of those who installed: they block the bot before it writes
CLICK, CLICK_AGAIN = 0.38, 0.08
CONFIRM, CONFIRM_AGAIN = 0.52, 0.04
THROTTLED = 0.01  #: of the connector's answers
MINUTE = 60  #: seconds
SLOWEST = 2.5  #: the slot is so many times as long as it took them all to install: this machine may be busy
OFF = 10.0  #: seconds of a minute's campaign in which the administrator has switched the bot off
HOUR = 12  #: refusals: three and more that tell of the trouble, and looks for about an hour
PATIENCE = 3600.0  #: seconds for anything to happen

MINUTES = {"start": "now", "unit": "minutes", "anytime": "true"}
#: mornings of five days: three rounds of three looks for people who are not there
DAYS = {
    "start": "now", "duration": "5", "unit": "days", "opens": "09:00", "closes": "12:00", "days": "0,1,2,3,4,5,6",
    "presence": "present", "unknown": "wait",
}  # fmt: skip

LIST = "Everyone at Contoso"
DEPARTMENTS = {"Production": 34, "Sales": 22, "Logistics": 16, "Engineering": 14, "Finance": 8, "Legal": 6}
PLACES = {
    ("France", "Paris"): 30, ("France", "Lyon"): 16, ("United Kingdom", "London"): 24, ("Germany", "Berlin"): 18,
    ("Italy", "Milan"): 12,
}  # fmt: skip
LANGUAGES = {"France": "fr-FR", "United Kingdom": "en-GB", "Germany": "de-DE", "Italy": "it-IT"}
#: how much more, or less, readily than the others they click and confirm
READINESS = {"Production": 0.7, "Engineering": 1.4, "Finance": 1.2}

MESSAGE = {
    "name": "Autumn newsletter",
    "title": "Our autumn",
    "style": "idea",
    "body": "Hello [FIRSTNAME|there],\n\nwe have **big news** for you:\n\n- the new canteen opens on Monday\n"
    "- the garden, too\n\nSee you there!",
    "link_title": "Read more",
    "link_url": "https://example.org/autumn",
    "ack": "true",
    "ack_title": "I have read it",
}


@dataclass(slots=True)
class Crowd:
    """Simulated people who react to what arrives in their chats."""

    people: list[Person]
    rng: random.Random
    #: which department each is in, by address
    departments: dict[str, str]
    by_chat: dict[str, Person] = field(default_factory=dict)
    received: set[str] = field(default_factory=set)
    reacting: set[asyncio.Task[None]] = field(default_factory=set)

    def watch(self, connector: LoopbackConnector) -> None:
        self.by_chat = {person.conversation: person for person in self.people}
        connector.listener = self.notice

    def notice(self, chat: Chat) -> None:
        person = self.by_chat.get(chat.id)
        if person and chat.campaigns and chat.id not in self.received:
            self.received.add(chat.id)
            task = asyncio.create_task(self.react(person))
            self.reacting.add(task)
            task.add_done_callback(self.reacting.discard)

    async def react(self, person: Person) -> None:
        """Read for a while; then click, confirm, both, or nothing."""
        await asyncio.sleep(self.rng.expovariate(1 / 3))
        ready = READINESS.get(self.departments[person.address], 1)
        for title, once, again in (("Read more", CLICK, CLICK_AGAIN), ("I have read it", CONFIRM, CONFIRM_AGAIN)):
            draw = self.rng.random()
            card = person.card()
            for _ in range((draw < once * ready) + (draw < again * ready)):
                await person.press(title, card=card)


async def demo(
    people: int, *, presence: bool, pictures: bool, console: Console, folder: Path = FOLDER
) -> tuple[dict[str, Any], LoopbackConnector]:
    """The author's report card at the end, and the connector that saw it all.

    ``presence``: a campaign of days that asks who is there, with idle time skipped.
    """
    rng = random.Random(2026)
    connector, graph = LoopbackConnector(rng=rng), LoopbackGraph()
    await connector.start()
    await graph.start()
    rate = max(45, people // 20)  # beyond 900 people, faster than Teams would allow
    environment = {"MESSAGES_PER_SECOND": str(rate), "LOG_LEVEL": "WARNING"}
    program = Program(
        store_url=f"sqlite:{folder}/crieur.db",
        log=folder / "bot.log",
        environment={**environment, "GRAPH": "on", "GRAPH_URL": graph.url} if presence else environment,
        command=("-m", "tests.support.days") if presence else ("app.py",),
    )
    async with running(program), aiohttp.ClientSession() as http:
        organisation = Organisation(connector, f"{program.url}/api/messages", http, rng)
        author = organisation.person("Ada", "Lovelace")
        await author.install()
        crowd, staff = _organisation_of(organisation.crowd(people), rng)
        here = [person for person in crowd.people if rng.random() < INSTALLED]
        minutes = math.ceil(SLOWEST * await _install(here, console) / MINUTE)
        if presence:
            _come_and_go(graph, [author, *crowd.people], random.Random(rng.random()))
        await _drop(author, staff)
        await _write(author, DAYS if presence else {**MINUTES, "duration": str(minutes)})
        for person in here:
            if rng.random() < BLOCK:
                person.chat.broken = "blocked"
        connector.faults = Faults(throttle=THROTTLED, retry_after=1)
        crowd.watch(connector)
        await author.press(SEND_OFF)
        switching = asyncio.create_task(_switch_off(author, connector, crowd, len(here), console, hour=presence))
        await _follow(author, crowd, len(here), console)
        await switching
        report = await author.sees("Report: Autumn newsletter", PATIENCE)
        await asyncio.gather(*crowd.reacting)
        await author.press("Refresh", card=report)
        report = author.card()
        _show(report, connector, console)
        segments = (await author.press("All segments", card=report))["value"]
        _show_segments(segments, console)
        if pictures:
            reader = next(person for person in here if person.conversation in crowd.received)
            await _draw(reader, {"report": report, "segments": segments}, console)
    await connector.stop()
    await graph.stop()
    return report, connector


def _come_and_go(graph: LoopbackGraph, people: list[Person], rng: random.Random) -> None:
    """Some are nearly always there when they are asked about, others hardly ever."""
    habits = {person.directory_id: rng.random() ** 2 for person in people}
    for id in habits:
        graph.add(User(id))
    shown = ("Available", "Busy", "Away"), ("Offline", "DoNotDisturb")
    graph.presence_now = lambda user: rng.choice(shown[rng.random() > habits[user.id]])


async def _install(people: list[Person], console: Console) -> float:
    """How many seconds it took."""
    waiting, began = iter(people), time.monotonic()
    with _bar(console) as bar:
        task = bar.add_task("People install Crieur", total=len(people))

        async def hand() -> None:
            for person in waiting:
                await person.install()
                bar.advance(task)

        await asyncio.gather(*(hand() for _ in range(16)))
    return time.monotonic() - began


def _organisation_of(people: list[Person], rng: random.Random) -> tuple[Crowd, bytes]:
    """Who works where: the people, and the file that says so, as a personnel department gives it out."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["Last name", "First name", "E-mail", "Department", "Country", "City", "Language"])
    crowd = Crowd(people, rng, {})
    for person in people:
        [department] = rng.choices([*DEPARTMENTS], [*DEPARTMENTS.values()])
        [(country, city)] = rng.choices([*PLACES], [*PLACES.values()])
        crowd.departments[person.address], person.locale = department, LANGUAGES[country]
        about = department, country, city, person.locale.partition("-")[0]
        rows.writerow([person.surname, person.given, person.address, *about])
    return crowd, file.getvalue().encode()


async def _drop(author: Person, staff: bytes) -> None:
    """The author drops the file into the chat, and it becomes a list."""
    shelf = Server(lambda method, path, head, body: Answer(200, staff))
    await shelf.start()
    await author.drop(f"{LIST}.csv", f"http://127.0.0.1:{shelf.port}/staff.csv")
    await author.sees("Save the list", PATIENCE)
    await author.press("Save the list", list_name=LIST)
    await shelf.stop()


async def _write(author: Person, schedule: dict[str, str]) -> None:
    """The author's part: four cards, filled in and sent on."""
    await author.say("new campaign")
    await author.sees("What do you want to say?")
    await author.press("Next: audience", **MESSAGE)
    card = await author.sees("Who is it for?")
    choices = [choice for node in nodes_of(card) if node.get("id") == "audience" for choice in node["choices"]]
    chosen = next(choice["value"] for choice in choices if choice["title"].startswith(LIST))
    await author.press("Next: schedule", audience=chosen)
    await author.press("Next: review", **schedule)


async def _switch_off(
    author: Person, connector: LoopbackConnector, crowd: Crowd, expected: int, console: Console, *, hour: bool
) -> None:
    """In the middle the administrator switches the bot off, for a while; nobody has to do anything but wait.

    ``hour``: by the bot's own clock, of which each look whether it is over tells: after 30 s, a minute, two, ...
    """
    await until(lambda: len(crowd.received) >= expected // 4, PATIENCE)
    working, before = connector.faults, connector.refused
    connector.faults = replace(working, answer="403 switched off")
    await author.sees("Your administrator has switched Crieur off", PATIENCE)
    console.print("The administrator has switched Crieur off: the live card says so.")
    if hour:
        await until(lambda: connector.refused >= before + HOUR, PATIENCE)
    else:
        await asyncio.sleep(OFF)
    connector.faults = working
    console.print("It is allowed again, and goes on by itself.")


async def _follow(author: Person, crowd: Crowd, expected: int, console: Console) -> None:
    """Until the author's live card says that it is done."""

    def done() -> bool:
        return any("is done" in str(node.get("text")) for _, card in author.cards() for node in nodes_of(card))

    with _bar(console) as bar:
        task = bar.add_task("Messages arrive", total=expected)

        def look() -> bool:
            bar.update(task, completed=len(crowd.received))
            return done()

        await until(look, PATIENCE)
        bar.update(task, total=len(crowd.received), completed=len(crowd.received))  # some have blocked the bot


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:24}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def _show(report: dict[str, Any], connector: LoopbackConnector, console: Console) -> None:
    """The figures of the report card, as the author reads them."""
    table = Table(title="Report: Autumn newsletter", show_header=False)
    for name, value in _figures(report):
        table.add_row(name, value)
    console.print(table)
    tally = connector.tally()
    console.print(f"The connector took {tally['messages']:,} messages; {tally['doubled']} people got one twice.")


def _figures(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for node in nodes_of(report):
        if node.get("type") == "FactSet":
            for fact in node["facts"]:
                yield fact["title"], fact["value"]
        if node.get("type") == "Table":
            for row in itertools.islice(node["rows"], 1, None):
                cells = [cell["items"][0]["text"] for cell in row["cells"]]
                yield cells[0], " · ".join(cells[1:])


def _show_segments(card: dict[str, Any], console: Console) -> None:
    """The report by segment: a table for what is known of people."""
    names = [element["text"] for element in card["body"] if element.get("spacing") == "Large"]
    tables = [node for node in nodes_of(card) if node.get("type") == "Table"]
    for name, shown in zip(names, tables, strict=True):
        head, *rows = ([cell["items"][0]["text"] for cell in row["cells"]] for row in shown["rows"])
        table = Table(name, *head[1:])
        for row in rows:
            table.add_row(*row)
        console.print(table)


async def _draw(person: Person, cards: dict[str, dict[str, Any]], console: Console) -> None:
    message = next(
        card for _, card in person.cards() if any(node.get("text") == "Our autumn" for node in nodes_of(card))
    )
    try:
        for path in await draw({"message": message, **cards}, FOLDER):
            console.print(f"drawn: {path}")
    except CannotDraw as problem:
        console.print(f"[yellow]{problem}")


def main() -> None:
    parser = argparse.ArgumentParser(description="A campaign to a simulated organisation")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--presence", action="store_true", help="days that pass in a minute; people come and go")
    parser.add_argument("--png", action="store_true", help="draw its cards into build/demo/")
    arguments = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for left in (*FOLDER.glob("crieur.db*"), FOLDER / "bot.log"):  # pictures stay
        left.unlink(missing_ok=True)
    asyncio.run(demo(max(1, arguments.people), presence=arguments.presence, pictures=arguments.png, console=Console()))


if __name__ == "__main__":
    main()
