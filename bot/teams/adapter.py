"""The SDK's adapter: it authenticates what comes in, and hands over tokens for what goes out."""

from __future__ import annotations

import asyncio
import logging

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector.auth import ServiceClientCredentialsFactory

from bot.clouds import Platform
from bot.settings import Settings
from bot.teams import activities as wire
from bot.teams.auth.auth import RequestAuth
from bot.teams.auth.token import Anonymous, Authorization, FreshToken
from dialogs.people.language import texts_of_locale
from scheduler.ports import Clock

log = logging.getLogger(__name__)


def make_adapter(platform: Platform, credentials: ServiceClientCredentialsFactory) -> CloudAdapter:
    adapter = CloudAdapter(RequestAuth(platform, credentials))
    adapter.on_turn_error = on_turn_error
    return adapter


def make_authorization(
    settings: Settings, platform: Platform, credentials: ServiceClientCredentialsFactory, clock: Clock
) -> Authorization:
    """Where the connector's Authorization header comes from: the SDK's own credentials."""
    if settings.local:
        return Anonymous()
    login = platform.login + (settings.microsoft_app_tenant_id or platform.home)

    def fetch() -> str:
        own = asyncio.run(credentials.create_credentials(settings.microsoft_app_id, platform.scope, login, True))
        return str(own.get_access_token())

    return FreshToken(fetch, clock)


async def on_turn_error(context: TurnContext, error: Exception) -> None:
    """A bug, or a store that is gone: the person hears of it, the platform never gets a 5xx for it."""
    activity = context.activity
    log.exception("a turn broke: type=%s name=%s", str(activity.type)[:60], str(activity.name)[:60], exc_info=error)
    texts = texts_of_locale(activity.locale or "")
    words = texts("Something went wrong on my side. Nothing is lost: please try again.")
    try:
        if activity.type == ActivityTypes.message:
            await context.send_activity(words)
        elif activity.type == ActivityTypes.invoke:
            answer = wire.toast(words) if activity.name == wire.CARD_ACTION else InvokeResponse(status=200)
            await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=answer))
    except Exception as unheard:  # they have blocked the bot, or the platform is gone: it may be what broke
        log.info("and it could not be said: %s", type(unheard).__name__)
