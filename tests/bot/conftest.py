"""The bot with a registration, as a company runs it, on a platform of our own that signs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dialogs.schedule_words import client
from storage.mongo import MongoStore
from tests.conftest import RunningBot
from tests.support.mongo_servers import nx_27017
from tests.support.organisation import TENANT
from tests.support.platform import APP_ID, NoSecret, SigningPlatform
from tests.support.virtual_time import virtual_loop

REGISTERED = {
    "MicrosoftAppId": APP_ID,
    "MicrosoftAppPassword": "unused",
    "MicrosoftAppTenantId": TENANT,
    "GRAPH": "off",
}


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Virtual time, but for what is marked ``real_time``."""
    if item.get_closest_marker("real_time"):
        return {"real": asyncio.new_event_loop}
    return {"virtual": virtual_loop}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are waited for, however busy the machine of the tests is."""
    monkeypatch.setattr(client, "PATIENCE", 60.0)


@pytest.fixture
async def platform() -> AsyncIterator[SigningPlatform]:
    platform = SigningPlatform()
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
async def registered(running_bot: RunningBot, platform: SigningPlatform) -> RunningBot:
    """The bot with a registration, as a company runs it."""
    running_bot.environment.update(REGISTERED)
    running_bot.signing = {"platform": platform.platform, "credentials": NoSecret()}
    await running_bot.restart()
    return running_bot


@pytest.fixture
async def signed(registered: RunningBot, platform: SigningPlatform) -> RunningBot:
    """The same, and everybody's requests carry the platform's token."""
    token = platform.token(registered.connector.url)
    registered.organisation.headers = {"Authorization": f"Bearer {token}"}
    return registered


@pytest.fixture
async def on_mongodb(running_bot: RunningBot, tmp_path: Path) -> AsyncIterator[None]:
    """The bot keeps what it knows on a server of MongoDB's protocol, over the wire."""
    with nx_27017(tmp_path) as url:
        await running_bot.stop()
        running_bot.environment = {"LEASE_SECONDS": "20"}  # that server takes its time
        running_bot.make_store = lambda: MongoStore(f"{url}crieur")
        await running_bot.start()
        yield
        await running_bot.stop()
