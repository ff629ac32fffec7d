"""Authentication of incoming requests: the token is verified before a byte of the body is read.

The SDK (4.17.1) reads the whole body first, with the codec that the sender names. In production it still trusts the
Emulator's issuer, and with it every token that was issued for the bot's own secret, also those that the bot sends
out. It treats a key without endorsements as endorsed for every channel. An unknown key raises, so that a rotated one is
not fetched for a day. It fetches keys on the event loop, without a timeout. Some of its refusals are exceptions of
other kinds, which would become a 500. Its validation still runs, after ours (docs/decisions/019, 037).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
from botbuilder.integration.aiohttp import ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity
from botframework.connector.auth import ServiceClientCredentialsFactory
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult
from botframework.connector.auth.jwt_token_extractor import JwtTokenExtractor
from jwt.algorithms import RSAAlgorithm

from bot.bounded import read_up_to
from bot.clouds import Platform

log = logging.getLogger(__name__)

FRESH = 86_400.0  #: seconds after which the keys are fetched again: the platform changes them at any time
AGAIN = 60.0  #: seconds between two fetches, however many tokens name an unknown key
FETCH = 10.0  #: seconds for a fetch
LARGEST = 1_000_000  #: bytes of a response: Microsoft's keys take a tenth of it
LEEWAY = 300.0  #: seconds by which clocks may differ
#: claims that a token must have; the SDK checks the expiry only where there is one
REQUIRED = ("iss", "aud", "exp", "nbf", "serviceurl")


@dataclass(frozen=True, slots=True)
class Key:
    """One of the platform's signing keys, in the shape that the SDK asks for."""

    public_key: Any
    #: the channels whose activities it may sign
    endorsements: Sequence[str]


class SigningKeys:
    """The platform's keys, by id: cached for a day, and fetched at once when a token names a new one."""

    def __init__(self, metadata: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._metadata = metadata
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._attempted_at = float("-inf")
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> Key:
        """Raises PermissionError for a key that is not the platform's, or that may sign for no channel."""
        if key_id not in self._keys or self._clock() - self._fetched_at > FRESH:
            await self._refresh()
        key = self._keys.get(key_id or "")
        if key is None:
            raise PermissionError("signed by no key of the platform")
        if not key.endorsements:
            raise PermissionError("signed by a key without endorsements")
        return key

    async def _refresh(self) -> None:
        """Fetch, unless another task has just done so; when it fails, the cached keys stay."""
        async with self._lock:
            now = self._clock()
            if now - self._attempted_at < AGAIN:
                return
            self._attempted_at = now
            try:
                self._keys = await self._fetch()
                self._fetched_at = now
            except Exception as error:  # any fault of theirs: the cached keys still serve
                log.warning("the platform's signing keys were not to be had: %s", type(error).__name__)

    async def _fetch(self) -> dict[str, Key]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH)) as http:
            async with http.get(self._metadata, raise_for_status=True) as response:
                address = json.loads(await read_up_to(response, LARGEST))["jwks_uri"]
            async with http.get(address, raise_for_status=True) as response:
                keys = json.loads(await read_up_to(response, LARGEST))["keys"]
        return {
            key["kid"]: Key(RSAAlgorithm.from_jwk(json.dumps(key)), key.get("endorsements") or ())
            for key in keys
            if key.get("kty") == "RSA" and key.get("kid")
        }


@dataclass(frozen=True, slots=True)
class Caller:
    """The claims of a verified token that an activity is compared with."""

    service_url: str
    endorsements: Sequence[str]

    def must_vouch_for(self, activity: Mapping[str, Any]) -> None:
        """Raises PermissionError for an activity of another service, or of a channel that the key may not sign for."""
        if activity.get("serviceUrl") != self.service_url:
            raise PermissionError("for another service")
        if activity.get("channelId") not in self.endorsements:
            raise PermissionError("for another channel")


class RequestAuth(ConfigurationBotFrameworkAuthentication):
    """Verifies the token before anything else of a request is read; the SDK validates it again afterwards."""

    def __init__(self, platform: Platform, credentials: ServiceClientCredentialsFactory) -> None:
        super().__init__(_configuration(platform), credentials_factory=credentials)
        self._issuer = platform.issuer
        self._credentials = credentials
        self._keys = SigningKeys(platform.metadata)
        JwtTokenExtractor.metadataCache[platform.metadata] = self._keys

    async def caller(self, header: str) -> Caller | None:
        """The sender that an Authorization header names; None without a registration. Raises PermissionError."""
        if await self._credentials.is_authentication_disabled():
            return None
        token = _bearer(header)
        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") != "RS256":
                raise PermissionError("another algorithm")
            key = await self._keys.get(head.get("kid"))
            claims = jwt.decode(
                token,
                key.public_key,
                algorithms=["RS256"],
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": [*REQUIRED], "verify_aud": False},
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:  # their messages quote the token
            raise PermissionError(type(error).__name__) from None
        audience, service_url = claims["aud"], claims["serviceurl"]
        if not isinstance(audience, str) or not await self._credentials.is_valid_app_id(audience):
            raise PermissionError("for another audience")
        if not isinstance(service_url, str) or not service_url:
            raise PermissionError("without a service")
        return Caller(service_url, key.endorsements)

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """The SDK's own validation; any exception of it is a refusal."""
        if await self._credentials.is_authentication_disabled():
            return await super().authenticate_request(activity, auth_header or None)
        try:
            return await super().authenticate_request(activity, auth_header)
        except Exception as error:
            log.info("not authenticated by the SDK: %s", type(error).__name__)
            raise PermissionError("not authenticated") from error


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token or " " in token or not token.isascii():
        raise PermissionError("no bearer token")
    return token


def _configuration(platform: Platform) -> Any:
    """A cloud's addresses, under the names that the SDK reads."""

    class Configuration:
        VALIDATE_AUTHORITY = True
        TO_CHANNEL_FROM_BOT_LOGIN_URL = platform.login + platform.home
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE = platform.scope
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER = platform.issuer
        OAUTH_URL = platform.user_tokens
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = platform.metadata
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL = platform.metadata
        CALLER_ID = platform.caller

    return Configuration
