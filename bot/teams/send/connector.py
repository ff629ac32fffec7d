"""Requests to the Bot Connector: a prepared message goes out, an Outcome comes back.

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

CONNECT = 5.0  #: seconds to get a connection, with the name look-up: until then nothing has left
ANSWER = 20.0  #: seconds to wait for a response: the platform's gateway times out at 15
IDLE = 15.0  #: seconds an unused connection is kept: less than servers keep theirs
JSON = "application/json; charset=utf-8"
PAUSE = 30.0  #: seconds to wait when our own token is missing or refused
TOO_FAST = (412, 429)  #: statuses by which the platform asks for fewer requests
LARGEST = 65_536  #: bytes of a response that are read: the platform's own have some hundreds
CANNOT = (405, 501)  #: a channel that deletes or edits nothing says so, such as the browser client of `make run`
LARGEST_PAGE = 4_194_304  #: the same for a page of a team's members, which may list 500

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
        #: called with the kind of request (send, edit, delete, open, members) that the platform throttles
        self._throttled = throttled
        self._clock = clock
        self._authorization = authorization or Anonymous()
        self._loopback_only = loopback_only
        self._connections = connections
        self._connect = connect
        self._session: aiohttp.ClientSession | None = None
        self._timeouts = Timeouts(connect + answer)  # a request that is overdue has left
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Connector:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect),
        )
        self._tasks = [
            asyncio.create_task(self._authorization.keep_fresh()),
            asyncio.create_task(self._timeouts.keep()),
        ]
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        if self._session:
            await self._session.close()

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        """Post an activity. A chat that was deleted is opened again, once; one that never was, for the first time."""
        if not reference.conversation:
            return await self._send_in_new_chat(reference, activity, "there is no chat yet")
        try:
            return await self._attempt("POST", reference, self._url(reference, reference.conversation), activity)
        except ChatLost as lost:
            return await self._send_in_new_chat(reference, activity, str(lost))

    async def update(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        """Replace an earlier activity."""
        try:
            url = self._url(reference, reference.conversation, message)
            return await self._attempt("PUT", reference, url, activity, "edit")
        except ChatLost as lost:
            return Refused("NotFound", str(lost))

    async def retract(self, reference: Reference, message: str) -> Outcome:
        """Delete an activity. What is gone already is deleted; what nobody answered can be asked again."""
        try:
            url = self._url(reference, reference.conversation, message)
            outcome = await self._attempt("DELETE", reference, url, b"", "delete")
        except ChatLost as lost:
            return Unreachable(NotReached.CHAT_LOST, str(lost), About.CHAT)
        return _repeatable(outcome)

    async def amend(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        """Put an activity in an earlier one's place. One that is gone needs none; it may be repeated."""
        try:
            url = self._url(reference, reference.conversation, message)
            outcome = await self._attempt("PUT", reference, url, activity, "edit")
        except ChatLost as lost:
            return Unreachable(NotReached.CHAT_LOST, str(lost), About.CHAT)
        return _repeatable(outcome)

    async def get(self, service_url: str, path: str) -> tuple[int, bytes, float | None]:
        """GET a path with its query: status, body, the seconds of a Retry-After. Raises NotAnswered."""
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
            with self._timeouts:
                async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                    asked = seconds(response.headers.get("Retry-After"), self._clock.now())
                    return response.status, await read_up_to(response, LARGEST_PAGE), asked
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotAnswered(type(error).__name__) from error

    async def _send_in_new_chat(self, reference: Reference, activity: bytes, why: str) -> Outcome:
        """Open the recipient's chat, and post in it."""
        opened = await self._open(reference)
        if not isinstance(opened, Delivered):
            return opened if reference.installed else _never_installed(opened)
        try:
            sent = await self._attempt("POST", reference, self._url(reference, opened.activity), activity)
        except ChatLost:
            sent = Unreachable(NotReached.CHAT_LOST, why, About.CHAT)
        if isinstance(sent, Delivered):
            return Delivered(sent.activity, conversation=opened.activity)
        return sent if reference.installed else _never_installed(sent)

    async def _open(self, reference: Reference) -> Outcome:
        """Open a chat; its id stands in the Outcome as a message's would. A refusal here is not about the message."""
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
            opened = await self._attempt(
                "POST", reference, _url(reference.service_url, "conversations"), opening, "open"
            )
        except ChatLost as lost:  # no chat is lost: it is being opened
            return Unexplained("ChatNotOpened", str(lost), About.REGION)
        match opened:
            case Unconfirmed(detail):  # a chat opened twice is the same chat
                return Retry(NotReached.OUTAGE, detail=detail)
            case Refused(code, detail):
                return Unexplained(code, detail)
            case Delivered(""):
                return Unexplained("ChatNotOpened", "the platform named no chat", About.REGION)
        return opened

    async def _attempt(self, method: str, reference: Reference, url: URL, body: bytes, asked: str = "send") -> Outcome:
        """One request, and a second one where our token had expired. Raises ChatLost."""
        outcome = await self._authorized(method, reference, url, body)
        if isinstance(outcome, Retry) and outcome.reason is NotReached.THROTTLED:
            self._throttled(asked)
        return outcome

    async def _authorized(self, method: str, reference: Reference, url: URL, body: bytes) -> Outcome:
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
        # made here, so that aiohttp does not search for the class of the payload
        payload = aiohttp.BytesPayload(body, content_type=JSON) if body else None
        began = time.monotonic()
        try:
            with self._timeouts:
                # without "async with", which costs time: reading releases the connection, and closes it on an error
                response = await self._session.request(
                    method, url, data=payload, headers=headers, allow_redirects=False
                )
                content = await read_up_to(response, LARGEST)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # it did not leave
            return Retry(NotReached.OUTAGE, detail=type(error).__name__, about=About.NETWORK)
        except aiohttp.InvalidURL as error:
            return Retry(NotReached.WRONG_REGION, detail=type(error).__name__, about=About.REGION)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unconfirmed(type(error).__name__)
        if method == "DELETE" and response.status == 204 and not content:
            return Delivered("")
        if method != "POST" and response.status in CANNOT:
            return Refused(str(response.status), "nothing can be deleted or changed there")
        took = time.monotonic() - began
        asked = response.headers.get("Retry-After")
        return outcome_of(response.status, content, seconds(asked, self._clock.now()) if asked else None, took)

    @staticmethod
    def _url(reference: Reference, conversation: str, message: str = "") -> URL:
        path = f"conversations/{_quoted(conversation)}/activities"
        return _url(reference.service_url, f"{path}/{_quoted(message)}" if message else path)


def _repeatable(outcome: Outcome) -> Outcome:
    """Of a request that may be made twice: what is gone is done, and what nobody answered can be asked again."""
    match outcome:
        case Refused(about=About.CHAT):
            return Delivered("")
        case Unconfirmed(detail, _, about):
            return Retry(NotReached.OUTAGE, detail=detail, about=about)
    return outcome


def _quoted(id: str) -> str:
    """An id as one segment of a path, where a "/" would change the path. Long ids hold few such characters."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), id)


def _never_installed(outcome: Outcome) -> Outcome:
    """The outcome for a member of a team without a chat: not blocked or removed, as they never installed it."""
    if isinstance(outcome, Unreachable) and outcome.reason is not NotReached.GONE:
        return Unreachable(NotReached.NEVER_INSTALLED, outcome.detail)
    return outcome


def _url(service_url: str, path: str) -> URL:
    base = _base(service_url)
    return base.with_path(f"{base.raw_path}{path}", encoded=True)


@lru_cache(maxsize=1024)  # there are a few regions, and every message asks
def _base(service_url: str) -> URL:
    return URL(f"{service_url.rstrip('/')}/v3/", encoded=True)
