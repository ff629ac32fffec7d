"""Microsoft Graph over HTTP: one pooled client, tokens per organisation, waits that are obeyed, pages.

What the Graph refuses comes back as ``Refusal``, for the caller to read; whatever keeps it from answering
(throttling, an outage, our token) is ``NotAnswered``, after a few attempts that together last seconds: a caller that
can wait longer asks again later.

Sources: the Graph documentation on throttling (429 and 503 with Retry-After), paging (@odata.nextLink) and
error responses, and on JSON batching (each request of a batch is answered, and throttled, for itself).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp
import jwt
import orjson
from yarl import URL

from bot.bounded import read_up_to
from bot.teams.auth.token import NoToken
from bot.teams.responses import seconds
from cards.kit.addresses import web_address
from scheduler.ports import Clock, NotAnswered
from storage.records import TenantId

CONNECT = 5.0  #: seconds to open a connection
ANSWER = 30.0  #: seconds for one answer, all of it
WHOLE = 60.0  #: seconds for all attempts of a request together
LARGEST = 8_000_000  #: bytes of an answer: a page of 999 people has less than one million
IDLE = 15.0  #: seconds an unused connection is kept
CONNECTIONS = 20
ATTEMPTS = 4  #: of one request, at the most
PATIENCE = 10.0  #: seconds: a longer wait is the caller's
BACKOFF = 0.5  #: seconds before the second attempt; doubled with each, drawn with full jitter
PAGES = 5_000  #: of one collection: five million members
BATCH = 20  #: requests in one, at the most (JSON batching)
BUSY = (429, 500, 502, 503, 504)

Json = dict[str, Any]


class Token(Protocol):
    """Where an organisation's Authorization header comes from (bot/teams/auth/token.py)."""

    async def current(self) -> str: ...

    async def renew(self, refused: str | None) -> str: ...


class NoLogin:
    """A Graph on this machine, for trying out: it asks for no token."""

    async def current(self) -> str:
        return ""

    async def renew(self, refused: str | None) -> str:
        raise NoToken("there is no registration", permanent=True)


class Refusal(Exception):
    """The Graph understood, and says no: a 4xx, with its code and text."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.text = text


@contextlib.contextmanager
def needing(permission: str) -> Iterator[None]:
    """Around calls that take a permission: a refusal that was not read is one that asking again won't mend."""
    try:
        yield
    except Refusal as refusal:
        if refusal.status == 403:
            raise NotAnswered("403", permanent=True, permission=permission) from refusal
        raise NotAnswered(str(refusal), permanent=True) from refusal


class Graph:
    """Speaks to ``base_url`` (with its version, no slash at the end). Open it with ``async with``."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        rng: random.Random,
        login: Callable[[TenantId], Token],
        answered: Callable[[str, str], None] = lambda area, status: None,
    ) -> None:
        #: called with the area and the status ("none" where there was no answer) of each request
        self._note = answered
        self.base_url = base_url
        self._origin = URL(base_url).origin()
        self._clock = clock
        self._rng = rng
        self._login = login
        self._tokens: dict[TenantId, Token] = {}
        #: (tenant, area) -> until when it asked us to stay away, seconds since the epoch
        self._closed: dict[tuple[str, str], float] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Graph:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=ANSWER, sock_connect=CONNECT),
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session:
            await self._session.close()

    async def get(self, tenant: TenantId, path: str, query: Mapping[str, str] | None = None) -> Json:
        """One resource. Raises Refusal, NotAnswered."""
        return await self._ask("GET", tenant, self._url(path, query))

    async def post(self, tenant: TenantId, path: str, body: Json) -> Json:
        return await self._ask("POST", tenant, self._url(path, None), orjson.dumps(body))

    async def batch(self, tenant: TenantId, asked: Sequence[tuple[str, Mapping[str, str]]]) -> list[Json]:
        """Resources, each by its path and query, in their order: 20 at most. Raises Refusal, NotAnswered."""
        waiting = {str(number): self._url(path, query) for number, (path, query) in enumerate(asked)}
        answers: dict[str, Json] = {}
        for _ in range(ATTEMPTS):
            requests = [{"id": id, "method": "GET", "url": self._relative(url)} for id, url in waiting.items()]
            after = 0.0
            for response in _responses(await self.post(tenant, "$batch", {"requests": requests})):
                id, status = str(response.get("id")), int(response.get("status") or 0)
                if status not in BUSY and id in waiting:
                    answers[id] = _read(status, orjson.dumps(response.get("body") or {}))
                    del waiting[id]
                elif status in BUSY:
                    headers = response.get("headers") or {}
                    after = max(after, seconds(headers.get("Retry-After"), self._clock.now()) or 0.0)
            if not waiting:
                return [answers[str(number)] for number in range(len(asked))]
            if after > PATIENCE:
                raise NotAnswered("429", after=after)
            await self._clock.sleep(after + self._rng.uniform(0.1, BACKOFF))
        raise NotAnswered("a part of a batch")

    def _relative(self, url: URL) -> str:
        return str(url).removeprefix(self.base_url)

    async def granted(self, tenant: TenantId) -> frozenset[str] | None:
        """The application permissions that our token carries; None where it does not tell. Raises NotAnswered."""
        try:
            header = await self._token_of(tenant).current()
            claims = jwt.decode(header.removeprefix("Bearer "), options={"verify_signature": False})
        except NoToken as missing:
            raise NotAnswered(f"no token: {missing}", permanent=missing.permanent) from missing
        except jwt.PyJWTError:
            return None
        return frozenset(map(str, claims.get("roles") or ()))

    async def pages(self, tenant: TenantId, path: str, query: Mapping[str, str]) -> AsyncIterator[list[Json]]:
        """A collection, page by page."""
        url = self._url(path, query)
        seen: set[URL] = set()
        while len(seen) < PAGES and url not in seen:
            seen.add(url)
            answer = await self._ask("GET", tenant, url)
            value = answer.get("value")
            if not isinstance(value, list):
                raise NotAnswered("a collection was expected")
            yield [item for item in value if isinstance(item, dict)]
            following = answer.get("@odata.nextLink")
            if not following:
                return
            url = self._following(str(following))
        raise NotAnswered("a collection without an end", permanent=True)

    def _following(self, link: str) -> URL:
        """The next page's address: our token goes to the Graph's own host only."""
        url = web_address(link)
        if url is None or url.origin() != self._origin:
            raise NotAnswered("the next page lies elsewhere", permanent=True)
        return URL(link, encoded=True)

    def _url(self, path: str, query: Mapping[str, str] | None) -> URL:
        # spelled out: the Graph wants $ as it is, and %20 rather than +
        asked = "&".join(f"{name}={quote(value, safe='$,:')}" for name, value in (query or {}).items())
        return URL(f"{self.base_url}/{path}" + (f"?{asked}" if asked else ""), encoded=True)

    # --- one request, until it is answered ----------------------------------------------------

    async def _ask(self, method: str, tenant: TenantId, url: URL, body: bytes | None = None) -> Json:
        try:
            async with asyncio.timeout(WHOLE):
                return await self._answered(method, tenant, url, body)
        except TimeoutError as error:
            raise NotAnswered("TimeoutError") from error

    def _token_of(self, tenant: TenantId) -> Token:
        token = self._tokens.get(tenant)
        if token is None:
            token = self._tokens[tenant] = self._login(tenant)
        return token

    async def _answered(self, method: str, tenant: TenantId, url: URL, body: bytes | None) -> Json:
        token = self._token_of(tenant)
        area = (tenant, _area(url, self.base_url))
        for attempt in range(ATTEMPTS):
            await self._stay_away(area)
            try:
                status, headers, answer = await self._once(method, url, body, token)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                # asked again, even if it had arrived: nothing that we ask does harm twice
                self._note(area[1], "none")
                problem, after = type(error).__name__, None
            else:
                self._note(area[1], str(status))
                if status not in BUSY:
                    return _read(status, answer)
                problem, after = str(status), seconds(headers.get("Retry-After"), self._clock.now())
                if after:
                    self._closed[area] = self._clock.monotonic() + after
            if after is None and attempt + 1 < ATTEMPTS:
                await self._clock.sleep(self._rng.uniform(0.1, BACKOFF * 2.0 ** (attempt + 1)))
        raise NotAnswered(problem, after=after)

    async def _stay_away(self, area: tuple[str, str]) -> None:
        """Wait for as long as we were asked to. Raises NotAnswered where that is long."""
        wait = self._closed.get(area, 0.0) - self._clock.monotonic()
        if wait > PATIENCE:
            raise NotAnswered("429", after=wait)
        if wait > 0:
            await self._clock.sleep(wait + self._rng.uniform(0, 0.1))
        self._closed.pop(area, None)

    async def _once(
        self, method: str, url: URL, body: bytes | None, token: Token
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request, with a second one where only our token was too old."""
        try:
            header = await token.current()
            answer = await self._request(method, url, body, header)
            if answer[0] == 401:
                answer = await self._request(method, url, body, await token.renew(header))
            return answer
        except NoToken as missing:
            raise NotAnswered(f"no token: {missing}", permanent=missing.permanent) from missing

    async def _request(
        self, method: str, url: URL, body: bytes | None, header: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        assert self._session is not None
        headers = {"Accept": "application/json"}
        if "$count" in url.query:  # an advanced query; $expand is none
            headers["ConsistencyLevel"] = "eventual"
        if header:
            headers["Authorization"] = header
        if body is not None:
            headers["Content-Type"] = "application/json"
        async with self._session.request(method, url, data=body, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers, await read_up_to(response, LARGEST)


def _area(url: URL, base_url: str) -> str:
    """The service behind an address, such as ``communications``: each is throttled for itself."""
    return str(url).removeprefix(base_url).lstrip("/").partition("/")[0].partition("?")[0]


def _responses(answer: Json) -> list[Json]:
    """What a batch was answered, in whatever order. Raises NotAnswered."""
    responses = answer.get("responses")
    if not isinstance(responses, list):
        raise NotAnswered("answers to a batch were expected")
    return [one for one in responses if isinstance(one, dict)]


def _read(status: int, body: bytes) -> Json:
    """The JSON of an answer, {} where there is none. Raises Refusal, NotAnswered."""
    try:
        parsed = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError:
        parsed = None
    if 200 <= status < 300:
        if not isinstance(parsed, dict):
            raise NotAnswered("an answer that is no JSON object")
        return parsed
    error = parsed.get("error") if isinstance(parsed, dict) else None
    code, text = (str(error.get("code")), str(error.get("message"))) if isinstance(error, dict) else ("", "")
    if status == 401:
        raise NotAnswered(f"401 {code}", permanent=True)
    if 400 <= status < 500:
        raise Refusal(status, code, text)
    raise NotAnswered(f"{status} {code}")
