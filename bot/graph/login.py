"""Our app-only token for one organisation's Graph, by MSAL. Nothing else imports it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msal

from bot.clouds import PUBLIC
from bot.teams.auth.token import CODE, FreshToken, NoToken
from scheduler.ports import Clock
from storage.records import TenantId

TIMEOUT = 20.0  #: seconds for each answer of the login
#: what the login says while it has trouble of its own: asking again may help
TEMPORARY = ("temporarily_unavailable", "server_error", "invalid_instance")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_organisation(tenant: str) -> bool:
    """Whether it is a directory's id; other channels have none."""
    return _GUID.fullmatch(tenant) is not None


class NoOrganisation:
    """For people of no organisation: there is no directory to ask."""

    async def current(self) -> str:
        raise NoToken("no organisation", permanent=True)

    async def renew(self, refused: str | None) -> str:
        return await self.current()


def token_of(
    tenant: TenantId,
    *,
    app_id: str,
    secret: str | dict[str, str],
    scope: str,
    clock: Clock,
    login: str = PUBLIC.login,
    http: Any = None,
) -> FreshToken:
    """``login``: of the cloud, with a slash at the end. ``scope`` such as ``https://graph.microsoft.com/.default``;
    ``http``: another client than MSAL's own.

    ``secret``: a client secret, or a certificate as MSAL takes it.
    """
    return FreshToken(_fetch(login + tenant, app_id, secret, scope, http), clock, "Graph")


def managed_token(app_id: str, scope: str, clock: Clock, http: Any) -> FreshToken:
    """By the managed identity of the machine that we run on, which belongs to one organisation."""

    def fetch(past_caches: bool) -> str:
        # a new one each time: its cache would give back the very token that was refused
        identity = msal.ManagedIdentityClient({"ManagedIdentityIdType": "ClientId", "Id": app_id}, http_client=http)
        answer = identity.acquire_token_for_client(resource=scope.removesuffix("/.default"))
        if "access_token" in answer:
            return str(answer["access_token"])
        raise NoToken(str(answer.get("error") or "no token"), permanent=False)

    return FreshToken(fetch, clock, "Graph")


def _fetch(authority: str, app_id: str, secret: str | dict[str, str], scope: str, http: Any) -> Callable[[bool], str]:
    def fetch(past_caches: bool) -> str:
        # a new one each time: its cache would give back the very token that was refused
        app = msal.ConfidentialClientApplication(
            app_id,
            client_credential=secret,
            authority=authority,
            http_client=http,
            timeout=None if http else TIMEOUT,
        )
        answer = app.acquire_token_for_client([scope])
        if "access_token" in answer:
            return str(answer["access_token"])
        error = str(answer.get("error") or "no token")
        code = CODE.search(str(answer.get("error_description")))
        raise NoToken(code[0] if code else error, permanent=error not in TEMPORARY)

    return fetch
