"""The bot with a registration, as a company runs it, on a platform of our own that signs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dialogs.schedule_words import client as hearing
from tests.conftest import House
from tests.support.organisation import TENANT
from tests.support.platform import APP_ID, NoSecret, SigningPlatform

REGISTERED = {"MicrosoftAppId": APP_ID, "MicrosoftAppPassword": "unused", "ALLOWED_TENANTS": TENANT, "GRAPH": "off"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are waited for, however busy the machine of the tests is."""
    monkeypatch.setattr(hearing, "PATIENCE", 60.0)


@pytest.fixture
async def platform() -> AsyncIterator[SigningPlatform]:
    platform = SigningPlatform()
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
async def registered(house: House, platform: SigningPlatform) -> House:
    """The bot with a registration, as a company runs it."""
    house.environment.update(REGISTERED)
    house.signing = {"platform": platform.platform, "credentials": NoSecret()}
    await house.restart()
    return house


@pytest.fixture
async def signed(registered: House, platform: SigningPlatform) -> House:
    """The same, and everybody's requests carry the platform's token."""
    token = platform.token(registered.connector.url)
    registered.organisation.headers = {"Authorization": f"Bearer {token}"}
    return registered
