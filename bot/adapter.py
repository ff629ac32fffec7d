"""The SDK's adapter: it authenticates what comes in, and hands over tokens for what goes out."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.integration.aiohttp.configuration_service_client_credential_factory import (
    ConfigurationServiceClientCredentialFactory,
)
from botbuilder.schema import ActivityTypes

from bot.settings import Settings
from bot.token import Anonymous, Authorization, FreshToken
from dialogs.talk import texts_of_locale
from scheduler.ports import Clock

log = logging.getLogger(__name__)

LOGIN = "https://login.microsoftonline.com/"
SCOPE = "https://api.botframework.com"


def _configuration(settings: Settings) -> SimpleNamespace:
    """The names under which the SDK looks for its configuration."""
    return SimpleNamespace(
        APP_ID=settings.microsoft_app_id,
        APP_PASSWORD=settings.microsoft_app_password,
        APP_TYPE=settings.microsoft_app_type,
        APP_TENANTID=settings.microsoft_app_tenant_id,
    )


def make_adapter(settings: Settings) -> CloudAdapter:
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(_configuration(settings)))
    adapter.on_turn_error = on_turn_error
    return adapter


def make_authorization(settings: Settings, clock: Clock) -> Authorization:
    """Where the connector's Authorization header comes from: the SDK's own credentials."""
    if settings.local:
        return Anonymous()
    factory = ConfigurationServiceClientCredentialFactory(_configuration(settings))
    login = LOGIN + (settings.microsoft_app_tenant_id or "botframework.com")

    def fetch() -> str:
        credentials = asyncio.run(factory.create_credentials(settings.microsoft_app_id, SCOPE, login, True))
        return str(credentials.get_access_token())

    return FreshToken(fetch, clock)


async def on_turn_error(context: TurnContext, error: Exception) -> None:
    """A bug, or a store that is gone: the person hears of it, the platform never gets a 500 for it."""
    activity = context.activity
    log.exception("a turn broke: type=%s name=%s", activity.type, activity.name, exc_info=error)
    if activity.type in (ActivityTypes.message, ActivityTypes.invoke):
        texts = texts_of_locale(activity.locale or "")
        try:
            await context.send_activity(texts("Something went wrong on my side. Nothing is lost: please try again."))
        except Exception as unheard:  # they have blocked the bot, or the platform is gone: it may be what broke
            log.info("and it could not be said: %s", type(unheard).__name__)
