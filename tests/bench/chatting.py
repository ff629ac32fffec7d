"""How long an author waits for the next card, against an echo on the SDK alone and the same connector."""

from __future__ import annotations

import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter

from app import WallClock, crieur
from bot.clouds import PUBLIC
from bot.settings import Settings
from bot.teams.auth.auth import RequestAuth
from bot.teams.auth.credentials import make_credentials
from storage.sqlite import SqliteStore
from tests.bot.story import MESSAGE
from tests.support.connector import LoopbackConnector
from tests.support.organisation import Organisation, Person
from tests.support.program import free_port

ROUNDS = 40  #: one chat may not say much more at once
SCHEDULE = {"start": "now", "duration": "2", "unit": "hours", "anytime": "true"}


class Echo(ActivityHandler):  # type: ignore[misc]
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"Echo: {turn_context.activity.text}")


async def card_submit() -> dict[str, float]:
    """card_submit_over_echo: a step of the wizard, by an echo; each in turn, again and again."""
    async with street() as (ada, echo):
        ratios, steps, echoes = [], [], []
        await ada.say("new campaign")
        for number in range(ROUNDS + 1):
            step, echoed = await _steps(ada), await _echoes(echo)
            if number:  # the first warms up
                ratios.append(step / echoed)
                steps.append(step)
                echoes.append(echoed)
    return {
        "card_submit_over_echo": statistics.median(ratios),
        "card_submit_ms": statistics.median(steps) * 1000,
        "echo_ms": statistics.median(echoes) * 1000,
    }


async def _steps(ada: Person) -> float:
    """Seconds a step: the three forms, each saved and followed by the next card, the last by the review."""
    await ada.press("Change the message") if ada.reads("Audience and schedule") else None
    began = time.perf_counter()
    await ada.press("Next: audience", **MESSAGE)
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", **SCHEDULE)
    return (time.perf_counter() - began) / 3


async def _echoes(ada: Person) -> float:
    began = time.perf_counter()
    for _ in range(3):
        await ada.say("Hello")
    return (time.perf_counter() - began) / 3


@contextlib.asynccontextmanager
async def street() -> AsyncIterator[tuple[Person, Person]]:
    """An author at Crieur, and one at the echo; one connector for both."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        connector = LoopbackConnector(rng=random.Random(3))
        await connector.start()
        stack.push_async_callback(connector.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        port, echo_port = free_port(), free_port()
        settings = Settings(_env_file=None, PORT=str(port))  # type: ignore[call-arg]
        store = SqliteStore(folder / "crieur.db")
        await store.open()
        stack.push_async_callback(store.close)
        application = await stack.enter_async_context(crieur(settings, store, WallClock()))
        await _serve(stack, application, port)
        await _serve(stack, _echo_application(settings), echo_port)
        ada = Organisation(connector, f"http://127.0.0.1:{port}/api/messages", http).person("Ada", "Lovelace")
        await ada.install()
        await ada.sees("Hello Ada")
        echo = Organisation(connector, f"http://127.0.0.1:{echo_port}/api/messages", http).person("Eve", "Echo")
        connector.add(echo.conversation, echo.member())
        yield ada, echo


def _echo_application(settings: Settings) -> web.Application:
    adapter, bot = CloudAdapter(RequestAuth(PUBLIC, make_credentials(settings))), Echo()

    async def messages(request: web.Request) -> web.StreamResponse:
        answer: Any = await adapter.process(request, bot)
        return answer or web.Response(status=201)

    application = web.Application()
    application.router.add_post("/api/messages", messages)
    return application


async def _serve(stack: contextlib.AsyncExitStack, application: web.Application, port: int) -> None:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()
