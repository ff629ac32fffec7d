"""The whole bot, on a loopback Bot Connector, with people who talk to it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from app import spare_the_collector
from tests.simulation.loop import SimulatedLoop
from tests.support.forked import end_forks
from tests.support.lanes import Lanes
from tests.support.organisation import Person
from tests.support.running_bot import RunningBot, ShiftedClock, running
from tests.support.virtual_time import InlineSqlite, in_virtual_time

# a busy machine is not a wrong result: what may not take long is shown by growth, never by the wall clock
settings.register_profile("crieur", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
# `make faults` looks where nobody has looked before; `make test` says the same of the same code every time
settings.register_profile("faults", settings.get_profile("crieur"), derandomize=False)
settings.load_profile("faults" if "FUZZ" in os.environ else "crieur")

__all__ = ["RunningBot", "ShiftedClock"]


@pytest.hookimpl(optionalhook=True)  # nobody asks for it under ``-p no:xdist``
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: at the end nobody waits for one that began late."""
    items.sort(key=lambda item: item.path.parent.name != "simulation")


def pytest_collection_finish() -> None:
    """The collector need not look at what was collected again and again, a hundred thousand objects."""
    spare_the_collector()


@pytest.fixture(scope="session", autouse=True)
def forks() -> Iterator[None]:
    yield
    end_forks()


@pytest.fixture
async def running_bot(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RunningBot]:
    path, loop = tmp_path / "crieur.db", asyncio.get_running_loop()
    if isinstance(loop, SimulatedLoop):
        with in_virtual_time(loop) as clock:
            async with running(path, clock, partial(InlineSqlite, path)) as running_bot:
                yield running_bot
    else:
        today = request.node.get_closest_marker("today") is not None
        async with running(path, ShiftedClock(ahead=timedelta()) if today else ShiftedClock()) as running_bot:
            yield running_bot


@pytest.fixture
async def ada(running_bot: RunningBot) -> Person:
    """The author: the first to come, and so the owner."""
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("Hello Ada, I am Crieur.")
    return ada


@pytest.fixture
async def louis(running_bot: RunningBot, ada: Person) -> Person:
    """A recipient, who speaks French."""
    louis = running_bot.organisation.person("Louis", "Pasteur", locale="fr-FR", zone="Europe/Paris")
    await louis.install()
    return louis
