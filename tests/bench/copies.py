"""MongoDB over the wire: one copy against the bare loop, and two copies against one.

The server is nx-27017, a process of its own on the same two cores; BENCH_MONGODB_URL names another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from app import WallClock, spare_the_collector
from bot.teams.send.connector import Connector
from storage.mongo import MongoStore
from storage.mongo.mapping import blank
from storage.port.store import Store
from storage.records import Campaign, CampaignState
from tests.bench.ground import PEOPLE, DurableSender, known_to, links_for, plan_due, running_campaign
from tests.bench.sending import CONCURRENCY, ROUNDS, Row, activity_for, bare_loop, ratio, sqlite_sender, taking_turns
from tests.support.mongo_servers import nx_27017
from tests.support.program import ROOT, connector_process
from tests.support.seeding import TENANT, conversation_of

SLICE = 1_000  #: messages of one turn
RECORDED_MORE = 1_200  #: a slice may record two groups beyond what was asked
LATENCY = 0.1  #: seconds until the stand-in connector answers, when copies are compared
IN_FLIGHT = 32  #: requests of each copy, then
WINDOW = 5.0  #: seconds in which the copies' messages are counted
WARM_UP = 1.5  #: seconds before it
TURNS = 5


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a database."""
    if named := os.environ.get("BENCH_MONGODB_URL"):
        yield named
        return
    with nx_27017(folder) as url:
        yield f"{url}bench"


async def settle_people(store: MongoStore, url: str, count: int) -> None:
    """So many people who share PEOPLE chats, as documents: installing takes its time."""
    people = []
    for number in range(1, count + 1):
        reference = {
            "service_url": url,
            "conversation": conversation_of(number % PEOPLE),
            "bot": "28:crieur",
            "user": f"29:person-{number}",
            "broken": "",
            "seen_at": 0,
        }
        named = {"given_name": f"Person{number}", "surname": "O'Neil", "name": f"Person{number} O'Neil"}
        people.append(blank(number, TENANT) | named | {"references": {"msteams": reference}})
    await store.insert_new("people", people)


async def populated(store: MongoStore, url: str, count: int) -> Campaign:
    """A running campaign with so many deliveries that are due."""
    await settle_people(store, url, count)
    campaign = await running_campaign(store)
    await plan_due(store, campaign, range(1, count + 1))
    return campaign


async def durable_send_mongo() -> Row:
    """One copy's throughput on MongoDB by the bare loop's; what it costs our own process, by what SQLite costs it."""
    waiting = (ROUNDS + 1) * (SLICE + RECORDED_MORE)
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as database:
        store = MongoStore(database)
        await store.open()
        async with connector_process("--discard") as url, Connector(clock=WallClock(), loopback_only=True) as out:
            await known_to(url)
            campaign = await populated(store, url, waiting)
            durable = DurableSender(store, out, campaign, links_for(url), CONCURRENCY)
            async with (
                bare_loop(url, activity_for(campaign, url)) as bare,
                sqlite_sender(Path(folder, "crieur.db"), url, out, waiting) as on_sqlite,
            ):
                ways = {"durable": durable.send, "bare": bare.send, "sqlite": on_sqlite.send}
                seconds = await taking_turns({name: (way, SLICE) for name, way in ways.items()})
        await store.close()
    return {
        "durable_send_mongo_over_bare": ratio(seconds["bare"], seconds["durable"]),
        "durable_send_mongo_per_second": 1 / statistics.median(seconds["durable"]),
        "durable_send_mongo_processor_over_sqlite": ratio(durable.processor[1:], on_sqlite.processor[1:]),
    }


# --- several copies ---------------------------------------------------------------------------


async def two_copies() -> Row:
    """What two copies send in a while, by what one sends."""
    needed = int(TURNS * 3 * (WINDOW + WARM_UP + 2) * IN_FLIGHT / LATENCY)
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as database:
        async with connector_process("--discard", "--latency", str(LATENCY)) as url:
            await known_to(url)
            store = MongoStore(database)
            await store.open()
            await populated(store, url, needed)
            async with copy(database, url, 1) as first, copy(database, url, 2) as second:
                one, two = [], []
                for _ in range(TURNS):
                    one.append(await together([first]))
                    two.append(await together([first, second]))
            await store.close()
    return {"two_copies_over_one": ratio(two, one), "one_copy_per_second": statistics.median(one)}


async def together(copies: Sequence[asyncio.subprocess.Process]) -> float:
    """Messages a second of all these copies in one window."""
    for process in copies:
        assert process.stdin
        process.stdin.write(b"go\n")
    rates = [await process.stdout.readline() for process in copies if process.stdout]
    return sum(float(line) for line in rates)


@contextlib.asynccontextmanager
async def copy(database: str, url: str, holder: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.copies", database, url, str(holder)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def _be_a_copy(database: str, url: str, holder: int) -> None:
    """Send for a while whenever a line comes in, and say how many messages a second were recorded."""
    store: Store = MongoStore(database)
    await store.open()
    (campaign,) = await store.in_state(CampaignState.RUNNING)
    async with Connector(clock=WallClock(), loopback_only=True) as connector:
        sender = DurableSender(store, connector, campaign, links_for(url), IN_FLIGHT, holder)
        spare_the_collector()
        while await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(f"{await sender.send_for(WINDOW, WARM_UP)}\n")
            sys.stdout.flush()
    await store.close()


if __name__ == "__main__":
    asyncio.run(_be_a_copy(sys.argv[1], sys.argv[2], int(sys.argv[3])))
