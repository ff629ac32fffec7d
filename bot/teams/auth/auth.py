"""Who may speak: every activity shows a token, which the SDK validates; this is what it leaves open.

The SDK (4.17.1) trusts the Emulator's issuer in production, and so any token that was got with the bot's
own secret, such as the one that the bot itself sends out; it takes a key without endorsements for one with
all; it never looks for a new key before a day is over, because it breaks at an unknown one; it fetches keys
on the event loop, for ever; and several of its refusals are bugs' exceptions, which would become a 500.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
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

from bot.clouds import Platform

log = logging.getLogger(__name__)

FRESH = 86_400.0  #: seconds after which the keys are fetched again: the platform changes them at any time
AGAIN = 60.0  #: seconds between two fetches, however many tokens name a key that nobody knows
FETCH = 10.0  #: seconds for a fetch
#: what a token must say; the SDK checks an end only where there is one
REQUIRED = ("iss", "aud", "exp", "nbf", "serviceurl")


@dataclass(frozen=True, slots=True)
class Key:
    """One of the platform's signing keys, in the shape that the SDK asks for."""

    public_key: Any
    #: the channels whose activities it may sign
    endorsements: Sequence[str]


class SigningKeys:
    """The platform's keys, by id: kept for a day, and looked for at once where a token names a new one."""

    def __init__(self, metadata: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._metadata = metadata
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._tried_at = float("-inf")
        self._fetched_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def get(self, key_id: str | None) -> Key:
        """Raises PermissionError for a key that is not the platform's, or that may sign for no channel."""
        if key_id not in self._keys or self._clock() - self._fetched_at > FRESH:
            await self._look()
        key = self._keys.get(key_id or "")
        if key is None:
            raise PermissionError("signed by no key of the platform")
        if not key.endorsements:
            raise PermissionError("signed by a key without endorsements")
        return key

    async def _look(self) -> None:
        """Fetch, unless somebody has just done so; when it fails, what is known stays."""
        async with self._one_at_a_time:
            now = self._clock()
            if now - self._tried_at < AGAIN:
                return
            self._tried_at = now
            try:
                self._keys = await self._fetch()
                self._fetched_at = now
            except Exception as error:  # whatever is wrong there: the keys at hand go on
                log.warning("the platform's signing keys were not to be had: %s", type(error).__name__)

    async def _fetch(self) -> dict[str, Key]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH)) as http:
            async with http.get(self._metadata, raise_for_status=True) as answer:
                address = (await answer.json(content_type=None))["jwks_uri"]
            async with http.get(address, raise_for_status=True) as answer:
                found = (await answer.json(content_type=None))["keys"]
        return {
            key["kid"]: Key(RSAAlgorithm.from_jwk(json.dumps(key)), key.get("endorsements") or ())
            for key in found
            if key.get("kty") == "RSA" and key.get("kid")
        }


class RequestAuth(ConfigurationBotFrameworkAuthentication):
    """The SDK's validation of incoming tokens, closed where it is open; whatever it raises is a refusal."""

    def __init__(self, platform: Platform, credentials: ServiceClientCredentialsFactory) -> None:
        super().__init__(_configuration(platform), credentials_factory=credentials)
        self._platform = platform
        self._credentials = credentials
        JwtTokenExtractor.metadataCache[platform.metadata] = SigningKeys(platform.metadata)

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        if await self._credentials.is_authentication_disabled():
            return await super().authenticate_request(activity, auth_header or None)
        try:
            _of_the_platform(auth_header, self._platform.issuer)
            return await super().authenticate_request(activity, auth_header)
        except Exception as error:
            log.info("not authenticated: %s", _why(error))
            raise PermissionError("not authenticated") from error


def _of_the_platform(header: str, issuer: str) -> None:
    """Look at a token before its signature is checked: only the platform's own kind goes further."""
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token or " " in token:
        raise PermissionError("no bearer token")
    if jwt.get_unverified_header(token).get("alg") != "RS256":
        raise PermissionError("another algorithm")
    claims = jwt.decode(token, options={"verify_signature": False})
    if claims.get("iss") != issuer:
        raise PermissionError("another issuer")
    if missing := [name for name in REQUIRED if not claims.get(name)]:
        raise PermissionError("without " + ", ".join(missing))


def _why(error: Exception) -> str:
    """Our own words, or what kind of error; what a token says is somebody else's."""
    return str(error) if type(error) is PermissionError and not _quotes(str(error)) else type(error).__name__


def _quotes(words: str) -> bool:
    return "passed on token" in words


def _configuration(platform: Platform) -> Any:
    """The names under which the SDK looks for a cloud's addresses."""

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
