"""Where the Bot Framework's own servers are, and the issuers of its tokens."""

from __future__ import annotations

from dataclasses import dataclass

from botframework.connector.auth import AuthenticationConstants, GovernmentConstants


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One cloud of Microsoft's. Sources: the SDK's own constants."""

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


PUBLIC = Platform(
    login=AuthenticationConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
    home=AuthenticationConstants.DEFAULT_CHANNEL_AUTH_TENANT,
    scope=AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
    issuer=AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
    metadata=AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
    user_tokens=AuthenticationConstants.OAUTH_URL,
    caller="urn:botframework:azure",
    files=(".sharepoint.com",),
)
GOVERNMENT = Platform(
    login=GovernmentConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
    home=GovernmentConstants.DEFAULT_CHANNEL_AUTH_TENANT,
    scope=GovernmentConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
    issuer=GovernmentConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
    metadata=GovernmentConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
    user_tokens=GovernmentConstants.OAUTH_URL_GOV,
    caller="urn:botframework:azureusgov",
    files=(".sharepoint.us", ".sharepoint-mil.us"),
)
CLOUDS = {"public": PUBLIC, "government": GOVERNMENT}
