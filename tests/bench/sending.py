"""Sending: the product's durable way against bare loops, in one process that takes turns."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import ChannelAccount, ConversationAccount, ConversationReference
from yarl import URL

from app import MessageRenderer, WallClock
from bot.clouds import PUBLIC
from bot.settings import Settings
from bot.teams.activities import message_with
from bot.teams.auth.auth import RequestAuth
from bot.teams.auth.credentials import make_credentials
from bot.teams.send.connector import Connector
from cards.kit.elements import AdaptiveCard, TextBlock
from storage.records import Campaign, Person, PersonId
from storage.sqlite import SqliteStore
from tests.bench.ground import (
    PEOPLE,
    DurableSender,
    known_to,
    links_for,
    plan_due,
    running_campaign,
    settle_people,
)
from tests.bench.raw import RawClient
from tests.support.program import connector_process
from tests.support.seeding import conversation_of

SLICE = 6_000  #: messages that one way sends before it is another's turn; each slice begins and ends from nothing
SDK_SLICE = 25  #: the SDK's way is slow: fewer
ROUNDS = 9
CONCURRENCY = 64  #: requests in flight, the same for every way
RECORDED_MORE = 1_200  #: a durable slice may record two groups beyond what was asked

Way = Callable[[int], Awaitable[float]]
Row = dict[str, float]


async def taking_turns(ways: dict[str, tuple[Way, int]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Each way in turn, again and again; seconds a message of every round, the first left out."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (way, messages) in ways.items():
            took = await way(messages)
            if number:
                seconds[name].append(took)
    return seconds


def ratio(of: Sequence[float], over: Sequence[float]) -> float:
    """The median of the rounds' ratios: how many times longer ``of`` takes than ``over``."""
    return statistics.median(a / b for a, b in zip(of, over, strict=True))


def activity_for(campaign: Campaign, url: str) -> dict[str, Any]:
    """The activity that the campaign sends to its first recipient."""
    someone = Person(id=PersonId(1), tenant=campaign.tenant, address="", given_name="Person1", surname="O'Neil")
    activity: dict[str, Any] = orjson.loads(MessageRenderer(links_for(url)).compile(campaign)(someone, {}))
    return activity


@dataclass
class BareLoop:
    """aiohttp and orjson, nothing kept: what sending costs at the least this way."""

    http: aiohttp.ClientSession
    url: str
    activity: dict[str, Any]

    async def send(self, messages: int) -> float:
        numbers = iter(range(messages))
        began = time.perf_counter()
        await asyncio.gather(*(self._work(numbers) for _ in range(CONCURRENCY)))
        return (time.perf_counter() - began) / messages

    async def _work(self, numbers: Iterator[int]) -> None:
        attachment = self.activity["attachments"][0]
        card = attachment["content"]
        for number in numbers:
            text = {**card["body"][-1], "text": f"Hello Person{number}, **big news** for you."}
            content = {**card, "body": [*card["body"][:-1], text]}
            activity = {**self.activity, "attachments": [{**attachment, "content": content}]}
            url = URL(f"{self.url}/v3/conversations/{conversation_of(number % PEOPLE)}/activities", encoded=True)
            headers = {"Content-Type": "application/json"}
            async with self.http.post(url, data=orjson.dumps(activity), headers=headers) as answer:
                assert answer.status == 201
                orjson.loads(await answer.read())


@dataclass
class SdkLoop:
    """botbuilder's continue_conversation with such a text, eight at a time."""

    url: str

    async def send(self, messages: int) -> float:
        adapter = CloudAdapter(RequestAuth(PUBLIC, make_credentials(Settings(_env_file=None))))  # type: ignore[call-arg]
        numbers = iter(range(messages))
        began = time.perf_counter()
        await asyncio.gather(*(self._work(adapter, numbers) for _ in range(8)))
        return (time.perf_counter() - began) / messages

    async def _work(self, adapter: Any, numbers: Iterator[int]) -> None:
        for number in numbers:
            reference = ConversationReference(
                bot=ChannelAccount(id="28:crieur"),
                conversation=ConversationAccount(id=conversation_of(number % PEOPLE)),
                channel_id="msteams",
                service_url=self.url,
            )
            await adapter.continue_conversation(reference, _say, "")


async def _say(context: TurnContext) -> None:
    card = AdaptiveCard(body=[TextBlock(text="Hello Ada, **big news** for you.", wrap=True)])
    await context.send_activity(message_with(card, "Our autumn"))


@contextlib.asynccontextmanager
async def bare_loop(url: str, activity: dict[str, Any]) -> AsyncIterator[BareLoop]:
    connector = aiohttp.TCPConnector(limit=CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield BareLoop(http, url, activity)


@contextlib.asynccontextmanager
async def sqlite_sender(path: Path, url: str, connector: Connector, waiting: int) -> AsyncIterator[DurableSender]:
    """The durable way on SQLite, with so many deliveries waiting."""
    store = SqliteStore(path)
    await store.open()
    await settle_people(store, url, waiting)
    campaign = await running_campaign(store)
    await plan_due(store, campaign, range(1, waiting + 1))
    try:
        yield DurableSender(store, connector, campaign, links_for(url), CONCURRENCY)
    finally:
        await store.close()


async def durable_send_sqlite() -> Row:
    """The durable way's throughput by the bare loop's, and by the SDK's."""
    waiting = (ROUNDS + 1) * (SLICE + RECORDED_MORE)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            connector_process("--discard") as url,
            Connector(clock=WallClock(), loopback_only=True) as connector,
            sqlite_sender(Path(folder, "crieur.db"), url, connector, waiting) as durable,
            bare_loop(url, activity_for(durable.campaign, url)) as bare,
        ):
            await known_to(url)
            seconds = await taking_turns(
                {
                    "durable": (durable.send, SLICE),
                    "bare": (bare.send, SLICE),
                    "sdk": (SdkLoop(url).send, SDK_SLICE),
                }
            )
    return {
        "durable_send_sqlite_over_bare": ratio(seconds["bare"], seconds["durable"]),
        "durable_send_sqlite_over_sdk": ratio(seconds["sdk"], seconds["durable"]),
        "durable_send_sqlite_per_second": 1 / statistics.median(seconds["durable"]),
        "bare_per_second": 1 / statistics.median(seconds["bare"]),
        "sdk_per_second": 1 / statistics.median(seconds["sdk"]),
    }


async def cost_per_message() -> Row:
    """What a message costs with a million waiting behind it, by what it costs with ten thousand."""
    rounds, messages = 15, 1_500
    sent = (rounds + 1) * (messages + RECORDED_MORE)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            connector_process("--discard") as url,
            Connector(clock=WallClock(), loopback_only=True) as connector,
            sqlite_sender(Path(folder, "small.db"), url, connector, 10_000 + sent) as small,
            sqlite_sender(Path(folder, "large.db"), url, connector, 1_000_000) as large,
        ):
            await known_to(url)
            seconds = await taking_turns({"small": (small.send, messages), "large": (large.send, messages)}, rounds)
    return {"cost_per_message_1m_over_10k": ratio(seconds["large"], seconds["small"])}


async def connector_ceiling() -> Row:
    """What the stand-in connector takes from raw sockets, by what the bare loop gets through."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            connector_process("--discard") as url,
            Connector(clock=WallClock(), loopback_only=True) as connector,
            sqlite_sender(Path(folder, "crieur.db"), url, connector, 1) as durable,
            bare_loop(url, activity_for(durable.campaign, url)) as bare,
        ):
            await known_to(url)
            raw = RawClient(url, orjson.dumps(bare.activity), CONCURRENCY)
            seconds = await taking_turns({"raw": (raw.send, 2 * SLICE), "bare": (bare.send, SLICE)})
    return {"connector_ceiling_over_bare": ratio(seconds["bare"], seconds["raw"])}
