"""The way out: one prepared message in, one Outcome back.

The SDK's proactive path builds a client, credentials and a connection for every message; here one
pooled client, one cached token and prepared bytes serve them all (docs/decisions/003).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.bounded import read_up_to
from bot.teams.auth.token import Anonymous, Authorization, NoToken
from bot.teams.responses import ChatLost, TokenRefused, outcome_of, seconds
from bot.teams.send.timeouts import Timeouts
from cards.kit.addresses import is_loopback
from scheduler.ports import (
    Clock,
    Delivered,
    NotAnswered,
    Outcome,
    Refused,
    Retry,
    Unconfirmed,
    Unexplained,
    Unreachable,
)
from storage.records import About, NotReached, Reference

CONNECT = 5.0  #: seconds to get a connection, name look-up and all: until then nothing has left
ANSWER = 20.0  #: seconds to wait for an answer: the platform's gateway gives up at 15
IDLE = 15.0  #: seconds an unused connection is kept: less than any server keeps its end
JSON = "application/json; charset=utf-8"
PAUSE = 30.0  #: seconds to wait when our own token is missing or refused
TOO_FAST = (412, 429)  #: what the platform answers where it asks for fewer requests
LARGEST = 65_536  #: bytes of an answer that are read: the platform's own have some hundreds
LARGEST_PAGE = 4_194_304  #: the same of a page of a team's people, of which there may be 500

_UNSAFE = re.compile(r"[^\w.~-]", re.ASCII)


class Connector:
    """Speaks the Bot Connector's REST contract. Open it with ``async with``."""

    def __init__(
        self,
        *,
        clock: Clock,
        authorization: Authorization | None = None,
        loopback_only: bool,
        connections: int = 100,
        connect: float = CONNECT,
        answer: float = ANSWER,
        throttled: Callable[[str], None] = lambda asked: None,
    ) -> None:
        #: called with what was asked (send, edit, open, members) where the platform says that it is too fast
        self._throttled = throttled
        self._clock = clock
        self._authorization = authorization or Anonymous()
        self._loopback_only = loopback_only
        self._connections = connections
        self._connect = connect
        self._session: aiohttp.ClientSession | None = None
        self._watch = Timeouts(connect + answer)  # once overdue, the request has left
        self._keeping: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Connector:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect),
        )
        self._keeping = [
            asyncio.create_task(self._authorization.keep_fresh()),
            asyncio.create_task(self._watch.keep()),
        ]
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._keeping:
            task.cancel()
        if self._session:
            await self._session.close()

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        """Post an activity. A chat that was deleted is opened again, once; one that never was, for the first time."""
        if not reference.conversation:
            return await self._send_in_new_chat(reference, activity, "there is no chat yet")
        try:
            return await self._try("POST", reference, self._url(reference, reference.conversation), activity)
        except ChatLost as lost:
            return await self._send_in_new_chat(reference, activity, str(lost))

    async def update(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        """Put an activity in the place of an earlier one."""
        try:
            url = self._url(reference, reference.conversation, message)
            return await self._try("PUT", reference, url, activity, "edit")
        except ChatLost as lost:
            return Refused("NotFound", str(lost))

    async def get(self, service_url: str, path: str) -> tuple[int, bytes, float | None]:
        """What is said of a path (with its query): status, body, the seconds of a Retry-After. Raises NotAnswered."""
        if self._loopback_only and not is_loopback(service_url):
            raise NotAnswered("not this machine", permanent=True)
        url, authorization = URL(f"{_base(service_url)}{path}", encoded=True), self._authorization
        try:
            header = authorization.header
            if header is None:
                header = await authorization.renew(None)
            answer = await self._get(url, header)
            if answer[0] == 401:
                answer = await self._get(url, await authorization.renew(header))
            if answer[0] in TOO_FAST:
                self._throttled("members")
            return answer
        except NoToken as missing:
            raise NotAnswered(f"no token: {missing}", permanent=missing.permanent) from missing

    async def _get(self, url: URL, authorization: str) -> tuple[int, bytes, float | None]:
        assert self._session is not None
        headers = {"Authorization": authorization} if authorization else None
        try:
            with self._watch:
                async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                    asked = seconds(response.headers.get("Retry-After"), self._clock.now())
                    return response.status, await read_up_to(response, LARGEST_PAGE), asked
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotAnswered(type(error).__name__) from error

    async def _send_in_new_chat(self, reference: Reference, activity: bytes, why: str) -> Outcome:
        """Open their chat, and post in it."""
        opened = await self._open(reference)
        if not isinstance(opened, Delivered):
            return opened if reference.installed else _never_installed(opened)
        try:
            sent = await self._try("POST", reference, self._url(reference, opened.activity), activity)
        except ChatLost:
            sent = Unreachable(NotReached.CHAT_LOST, why, About.CHAT)
        if isinstance(sent, Delivered):
            return Delivered(sent.activity, conversation=opened.activity)
        return sent if reference.installed else _never_installed(sent)

    async def _open(self, reference: Reference) -> Outcome:
        """Their chat's id, where a message's would be. What is refused here is not about the message."""
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
            opened = await self._try("POST", reference, _url(reference.service_url, "conversations"), opening, "open")
        except ChatLost as lost:  # of a chat that is being opened, this tells nothing
            return Unexplained("ChatNotOpened", str(lost), About.REGION)
        match opened:
            case Unconfirmed(detail):  # a chat opened twice is the same chat
                return Retry(NotReached.OUTAGE, detail=detail)
            case Refused(code, detail):
                return Unexplained(code, detail)
            case Delivered(""):
                return Unexplained("ChatNotOpened", "the platform named no chat", About.REGION)
        return opened

    async def _try(self, method: str, reference: Reference, url: URL, body: bytes, asked: str = "send") -> Outcome:
        """One request, with a second one where only our token was too old. Raises ChatLost."""
        outcome = await self._answered(method, reference, url, body)
        if isinstance(outcome, Retry) and outcome.reason is NotReached.THROTTLED:
            self._throttled(asked)
        return outcome

    async def _answered(self, method: str, reference: Reference, url: URL, body: bytes) -> Outcome:
        if self._loopback_only and not is_loopback(reference.service_url):
            return Unexplained(
                "NotLoopback", "without a registration the bot writes to this machine only", About.REGION
            )
        authorization = self._authorization
        try:
            header = authorization.header
            if header is None:
                header = await authorization.renew(None)
            try:
                outcome = await self._request(method, url, body, header)
            except TokenRefused:
                outcome = await self._request(method, url, body, await authorization.renew(header))
            if authorization.trouble and not isinstance(outcome, Retry | Unconfirmed):
                authorization.accepted()
            return outcome
        except TokenRefused as refused:
            authorization.refused(str(refused))
            return Retry(NotReached.NO_TOKEN, after=PAUSE, detail=str(refused), about=About.US)
        except NoToken as missing:
            return Retry(NotReached.NO_TOKEN, after=PAUSE, detail=str(missing), about=About.US)

    async def _request(self, method: str, url: URL, body: bytes, authorization: str) -> Outcome:
        assert self._session is not None
        headers = {"Authorization": authorization} if authorization else None
        payload = aiohttp.BytesPayload(body, content_type=JSON)  # aiohttp need not look for one that fits
        began = time.monotonic()
        try:
            with self._watch:
                # no "async with", which costs: reading gives the connection back, and closes it when it fails
                response = await self._session.request(
                    method, url, data=payload, headers=headers, allow_redirects=False
                )
                answer = await read_up_to(response, LARGEST)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # it did not leave
            return Retry(NotReached.OUTAGE, detail=type(error).__name__, about=About.NETWORK)
        except aiohttp.InvalidURL as error:
            return Retry(NotReached.WRONG_REGION, detail=type(error).__name__, about=About.REGION)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unconfirmed(type(error).__name__)
        took = time.monotonic() - began
        asked = response.headers.get("Retry-After")
        return outcome_of(response.status, answer, seconds(asked, self._clock.now()) if asked else None, took)

    @staticmethod
    def _url(reference: Reference, conversation: str, message: str = "") -> URL:
        path = f"conversations/{_quoted(conversation)}/activities"
        return _url(reference.service_url, f"{path}/{_quoted(message)}" if message else path)


def _quoted(id: str) -> str:
    """An id as one segment of a path: a "/" in it would lead elsewhere. Long ids hold few such characters."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), id)


def _never_installed(outcome: Outcome) -> Outcome:
    """Somebody in a team only has neither removed nor blocked anything: the platform wants them to install."""
    if isinstance(outcome, Unreachable) and outcome.reason is not NotReached.GONE:
        return Unreachable(NotReached.NEVER_INSTALLED, outcome.detail)
    return outcome


def _url(service_url: str, path: str) -> URL:
    base = _base(service_url)
    return base.with_path(f"{base.raw_path}{path}", encoded=True)


@lru_cache(maxsize=1024)  # a few regions, asked for every message
def _base(service_url: str) -> URL:
    return URL(f"{service_url.rstrip('/')}/v3/", encoded=True)
