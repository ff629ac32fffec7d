"""A registration whose login gives no token: operators read the login's own code, and nobody's delivery ends."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
from msrest.authentication import Authentication

from tests.bot.story import eventually
from tests.conftest import RunningBot
from tests.support.organisation import TENANT
from tests.support.platform import APP_ID, NoSecret, SigningPlatform

pytestmark = pytest.mark.real_time


class Expired(NoSecret):
    """The secret has expired, as the SDK tells it."""

    async def create_credentials(self, *values: Any, **more: Any) -> Authentication:
        credentials = await super().create_credentials(*values, **more)

        def refused(force_refresh: bool = False) -> str:
            raise PermissionError(
                "Failed to get access token with error: invalid_client, error_description: AADSTS7000222: The provided"
                " client secret keys for app 'hr' are expired."
            )

        credentials.get_access_token = refused  # type: ignore[attr-defined]
        return credentials


async def test_readiness_and_the_log_name_the_logins_own_code(
    running_bot: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    signing = SigningPlatform()
    await signing.start()
    await running_bot.stop()
    running_bot.environment = {"MicrosoftAppId": APP_ID, "MicrosoftAppPassword": "x", "MicrosoftAppTenantId": TENANT}
    running_bot.signing = {"platform": signing.platform, "credentials": Expired()}
    with caplog.at_level(logging.ERROR):
        await running_bot.start()

        async def told() -> Any:
            async with running_bot.organisation.http.get(f"{running_bot.url}/readyz") as response:
                troubles = orjson.loads(await response.read())
                return response.status == 503 and troubles.get("token")

        assert await eventually(told) == "nothing is sent: AADSTS7000222"
    assert "no token for sending messages: AADSTS7000222" in caplog.text
    assert "hr" not in [record.getMessage() for record in caplog.records if "AADSTS" in record.getMessage()]
    await signing.stop()
