"""The way out: one prepared message in, one Outcome back.

The SDK's proactive path builds a client, credentials and a connection for every message; here one
pooled client, one cached token and prepared bytes serve them all (docs/decisions/003).
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import jwt
import orjson
from yarl import URL

from bot.answers import ChatLost, TokenRefused, outcome_of
from scheduler.ports import Clock, Delivered, Outcome, Refused, Retry, Unconfirmed, Unreachable
from storage.records import NotReached, Reference

CONNECT = 5.0  #: seconds to open a connection: until then nothing has left
ANSWER = 20.0  #: seconds to wait for an answer: the platform's gateway gives up at 15
IDLE = 15.0  #: seconds an unused connection is kept: less than any server keeps its end
PAUSE = 30.0  #: seconds to wait when our own token is refused

#: the Authorization header; True asks for a new token
Authorization = Callable[[bool], Awaitable[str | None]]


async def nobody(fresh: bool) -> str | None:
    """The local client's authorization: none."""
    return None


class Connector:
    """Speaks the Bot Connector's REST contract. Open it with ``async with``."""

    def __init__(
        self, *, clock: Clock, authorization: Authorization = nobody, loopback_only: bool, connections: int = 100
    ) -> None:
        self._clock = clock
        self._authorization = authorization
        self._loopback_only = loopback_only
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Connector:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=ANSWER),
            auto_decompress=True,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session:
            await self._session.close()

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        """Post an activity. A chat that was deleted is opened again, once."""
        try:
            return await self._try("POST", reference, self._url(reference, reference.conversation), activity)
        except ChatLost as lost:
            return await self._send_in_new_chat(reference, activity, str(lost))

    async def update(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        """Put an activity in the place of an earlier one."""
        try:
            url = self._url(reference, reference.conversation, message)
            return await self._try("PUT", reference, url, activity)
        except ChatLost as lost:
            return Refused("NotFound", str(lost))

    async def _send_in_new_chat(self, reference: Reference, activity: bytes, why: str) -> Outcome:
        opening = orjson.dumps(
            {
                "bot": {"id": reference.bot},
                "members": [{"id": reference.user}],
                "isGroup": False,
                "tenantId": reference.tenant,
                "channelData": {"tenant": {"id": reference.tenant}},
            }
        )
        try:
            opened = await self._try("POST", reference, _url(reference.service_url, "conversations"), opening)
            if isinstance(opened, Unconfirmed):  # a chat opened twice is the same chat
                return Retry(NotReached.OUTAGE, detail=opened.detail)
            if not isinstance(opened, Delivered):
                return opened
            sent = await self._try("POST", reference, self._url(reference, opened.activity), activity)
        except ChatLost:
            return Unreachable(NotReached.CHAT_LOST, why)
        return Delivered(sent.activity, conversation=opened.activity) if isinstance(sent, Delivered) else sent

    async def _try(self, method: str, reference: Reference, url: URL, body: bytes) -> Outcome:
        """One request, with a second one where only our token was too old. Raises ChatLost."""
        if self._loopback_only and not is_loopback(reference.service_url):
            return Refused("NotLoopback", "without a registration the bot writes to this machine only")
        try:
            return await self._request(method, url, body, fresh_token=False)
        except TokenRefused:
            pass
        try:
            return await self._request(method, url, body, fresh_token=True)
        except TokenRefused as refused:
            return Retry(NotReached.OUTAGE, after=PAUSE, detail=str(refused))

    async def _request(self, method: str, url: URL, body: bytes, *, fresh_token: bool) -> Outcome:
        assert self._session is not None
        headers = {"Content-Type": "application/json; charset=utf-8"}
        token = await self._authorization(fresh_token)
        if token:
            headers["Authorization"] = token
        try:
            async with self._session.request(method, url, data=body, headers=headers) as response:
                answer = await response.read()
                return outcome_of(response.status, answer, response.headers.get("Retry-After"), self._clock.now())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Retry(NotReached.OUTAGE, detail=type(error).__name__)  # it did not leave
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unconfirmed(type(error).__name__)

    @staticmethod
    def _url(reference: Reference, conversation: str, message: str = "") -> URL:
        # an id is quoted whole: a "/" in it would lead elsewhere
        path = f"conversations/{quote(conversation, safe='')}/activities"
        return _url(reference.service_url, f"{path}/{quote(message, safe='')}" if message else path)


def _url(service_url: str, path: str) -> URL:
    return URL(f"{service_url.rstrip('/')}/v3/{path}", encoded=True)


@lru_cache(maxsize=1024)  # asked for every message
def is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        if host == "localhost":
            return True
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class CachedToken:
    """An access token from the SDK's credentials, kept until shortly before it expires."""

    EARLY = 300.0  #: seconds before the end at which a new one is fetched

    def __init__(self, fetch: Callable[[], str], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._header: str | None = None
        self._good_until = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, fresh: bool) -> str | None:
        if fresh or self._clock.now().timestamp() >= self._good_until:
            await self._refresh(self._header)
        return self._header

    async def _refresh(self, seen: str | None) -> None:
        async with self._one_at_a_time:
            if self._header != seen:
                return  # somebody else has just done it
            token = await asyncio.to_thread(self._fetch)
            self._header = f"Bearer {token}"
            self._good_until = _expires(token) - self.EARLY


def _expires(token: str) -> float:
    """Seconds since the epoch at which a JWT ends, unverified: it is ours; 0 for any other token."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return float(claims.get("exp", 0))
    except jwt.PyJWTError:
        return 0.0
