"""The SDK's adapter: it authenticates what comes in, and runs the turn; what is said leaves by our own connector.

The SDK would build a connector client, credentials and an HTTP session for every turn, and another thread for every
request (decision 039).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import orjson
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes, ResourceResponse
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ServiceClientCredentialsFactory,
)

from bot.clouds import Platform
from bot.settings import Settings
from bot.teams import activities
from bot.teams.auth.auth import RequestAuth
from bot.teams.auth.credentials import SharedCredentials
from bot.teams.auth.token import Anonymous, Authorization, FreshToken
from bot.teams.incoming.once import Once, run_of
from bot.teams.send.connector import Connector
from bot.teams.sightings import reference_of
from dialogs.people.language import texts_of_locale
from scheduler.ports import Clock, Delivered

log = logging.getLogger(__name__)


class ReplyNotTaken(Exception):
    """The platform did not take a reply; the message tells how it answered."""


class ChatAdapter(CloudAdapter):
    """Takes activities as the SDK's adapter does, and sends replies through the connector."""

    def __init__(self, authentication: BotFrameworkAuthentication, connector: Connector, once: Once) -> None:
        super().__init__(authentication)
        self._connector = connector
        self._once = once
        self.on_turn_error = on_turn_error

    async def process_activity(
        self,
        auth_header_or_authenticate_request_result: str | AuthenticateRequestResult,
        activity: Activity,
        logic: Callable[[TurnContext], Awaitable[None]],
    ) -> InvokeResponse | None:
        """Run a turn; what an invoke is answered. Raises PermissionError for a token that does not hold."""
        authenticated = auth_header_or_authenticate_request_result
        if isinstance(authenticated, str):
            authenticated = await self.bot_framework_authentication.authenticate_request(activity, authenticated)
        activity.caller_id = authenticated.caller_id
        context = TurnContext(self, activity)
        context.turn_state[self.BOT_IDENTITY_KEY] = authenticated.claims_identity
        await self.run_pipeline(context, logic)
        response: InvokeResponse | None = self._process_turn_results(context)
        return response

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Raises NotSaid."""
        return [ResourceResponse(id=await self._send(context, activity)) for activity in activities]

    async def _send(self, context: TurnContext, activity: Activity) -> str:
        """The platform's id of the message; "" where it gave none."""
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return ""
        run = run_of(context)
        if run is not None and run.posted < run.posted_before:  # by the run that a death has cut off
            run.posted += 1
            return ""
        outcome = await self._connector.send(reference_of(context.activity), orjson.dumps(activity.serialize()))
        if not isinstance(outcome, Delivered):
            raise ReplyNotTaken(type(outcome).__name__)
        if run is not None:
            self._once.posted(run)
        return outcome.activity


def make_adapter(auth: RequestAuth, connector: Connector, once: Once) -> CloudAdapter:
    return ChatAdapter(auth, connector, once)


def make_authorization(
    settings: Settings,
    platform: Platform,
    credentials: ServiceClientCredentialsFactory,
    clock: Clock,
    failed: Callable[[], None] = lambda: None,
) -> Authorization:
    """Where the connector's Authorization header comes from: the SDK's own credentials.

    ``failed``: called whenever the login gave none.
    """
    if settings.local:
        return Anonymous()
    login = platform.login + (settings.microsoft_app_tenant_id or platform.home)

    def fetch(past_caches: bool) -> str:
        if past_caches and isinstance(credentials, SharedCredentials):
            credentials.forget()
        own = asyncio.run(credentials.create_credentials(settings.microsoft_app_id, platform.scope, login, True))
        return str(own.get_access_token())

    return FreshToken(fetch, clock, "sending messages", failed)


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
            answer = activities.toast(words) if activity.name == activities.CARD_ACTION else InvokeResponse(status=200)
            await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=answer))
    except Exception as unheard:  # they have blocked the bot, or the platform is gone: it may be what broke
        log.info("and it could not be said: %s", type(unheard).__name__)
