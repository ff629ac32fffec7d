"""Microsoft Graph: presence and the directory. All of it asks for permissions of its own (docs/graph.md)."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import requests
from yarl import URL

from bot.clouds import CLOUDS
from bot.graph.client import Graph, NoLogin, Token
from bot.graph.directory import GraphDirectory
from bot.graph.installs import GraphInstaller
from bot.graph.login import NoOrganisation, is_organisation, managed_token, token_of
from bot.graph.presence import GraphPresence
from bot.settings import Settings
from bot.teams.auth.credentials import read_certificate
from scheduler.ports import Clock
from storage.records import TenantId

__all__ = ["Graph", "GraphDirectory", "GraphInstaller", "GraphPresence", "make_graph"]


def make_graph(
    settings: Settings,
    clock: Clock,
    rng: random.Random,
    answered: Callable[[str, str], None] = lambda area, status: None,
) -> Graph | None:
    """The Graph of the settings; None where it is not to be asked. ``answered``: see Graph."""
    if not settings.asks_graph:
        return None
    secret: str | dict[str, str] = settings.microsoft_app_password
    if settings.microsoft_app_certificate:
        thumbprint, key, public = read_certificate(Path(settings.microsoft_app_certificate))
        secret = {"thumbprint": thumbprint, "private_key": key, "public_certificate": public}
    scope = f"{URL(settings.graph_address).origin()}/.default"

    def login(tenant: TenantId) -> Token:
        if settings.local:
            return NoLogin()
        if not is_organisation(tenant):
            return NoOrganisation()
        if settings.app_type == "UserAssignedMSI":
            own = tenant == settings.microsoft_app_tenant_id.lower()
            return (
                managed_token(settings.microsoft_app_id, scope, clock, requests.Session()) if own else NoOrganisation()
            )
        return token_of(
            tenant,
            app_id=settings.microsoft_app_id,
            secret=secret,
            scope=scope,
            clock=clock,
            login=CLOUDS[settings.cloud].login,
        )

    return Graph(settings.graph_address, clock=clock, rng=rng, login=login, answered=answered)
