"""Where the Bot Framework's own servers are, and the issuers of its tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace

from botframework.connector.auth import AuthenticationConstants, GovernmentConstants

from bot.settings import GRAPHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One cloud of Microsoft's. Sources: the SDK's own constants; for ``hosts``, the Teams documentation on clouds."""

    #: with a slash at the end, followed by the organisation
    login: str
    #: the organisation in which multi-tenant registrations log in
    home: str
    #: what a token for sending is good for
    scope: str
    #: issuers of the tokens that incoming requests carry
    issuer: str
    #: the OpenID metadata that leads to the keys which sign them
    metadata: str
    user_tokens: str
    caller: str
    #: where people's files are kept: names that end so
    files: tuple[str, ...]
    #: what the bot connects to there, at port 443, beside people's files and pictures
    hosts: tuple[str, ...]


PUBLIC = Platform(
    login=AuthenticationConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
    home=AuthenticationConstants.DEFAULT_CHANNEL_AUTH_TENANT,
    scope=AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
    issuer=AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
    metadata=AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
    user_tokens=AuthenticationConstants.OAUTH_URL,
    caller="urn:botframework:azure",
    files=(".sharepoint.com",),
    hosts=("login.microsoftonline.com", "login.botframework.com", "smba.trafficmanager.net", "graph.microsoft.com"),
)
GCC = replace(PUBLIC, hosts=(*PUBLIC.hosts[:2], "smba.infra.gcc.teams.microsoft.com", "graph.microsoft.com"))
GCC_HIGH = Platform(
    login=GovernmentConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
    home=GovernmentConstants.DEFAULT_CHANNEL_AUTH_TENANT,
    scope=GovernmentConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
    issuer=GovernmentConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
    metadata=GovernmentConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
    user_tokens=GovernmentConstants.OAUTH_URL_GOV,
    caller="urn:botframework:azureusgov",
    files=(".sharepoint.us",),
    hosts=(
        "login.microsoftonline.us",
        "login.botframework.azure.us",
        "smba.infra.gov.teams.microsoft.us",
        "graph.microsoft.us",
    ),
)
DOD = replace(
    GCC_HIGH,
    files=(".sharepoint-mil.us",),
    hosts=(*GCC_HIGH.hosts[:2], "smba.infra.dod.teams.microsoft.us", "dod-graph.microsoft.us"),
)
CLOUDS = dict(zip(GRAPHS, (PUBLIC, GCC, GCC_HIGH, DOD), strict=True))
