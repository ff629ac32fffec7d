"""Fetching what somebody dropped into the chat: bounded in size and time, and from nowhere inside.

An address in an activity is what a client says. So it is fetched from public machines only, over
https, whatever name or redirect leads there; without a registration, from this machine only.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import ipaddress
import socket
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.teams.auth.token import Anonymous, Authorization
from bot.teams.send.connector import is_loopback
from dialogs.core.ports import NotFetched

LARGEST = 16  #: MB of a file
PATIENCE = 30.0  #: seconds for a whole file
REDIRECTS = 3
CHUNK = 64 * 1024  #: bytes read at a time


class Downloads:
    """Open it with ``async with``. ``loopback_only``: there is no registration."""

    def __init__(
        self, *, loopback_only: bool, authorization: Authorization | None = None, largest: int = LARGEST
    ) -> None:
        self._loopback_only = loopback_only
        self._authorization = authorization or Anonymous()
        self._largest = largest
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Downloads:
        resolver = None if self._loopback_only else PublicOnly()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=8, force_close=True, resolver=resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session:
            await self._session.close()

    async def fetch(self, url: str, *, ours: bool = False) -> bytes:
        """``ours``: at the platform's service, which is shown our token. Raises NotFetched."""
        if url.startswith("data:"):
            return self._inline(url)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._follow(url, (self._authorization.header or "") if ours else "")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NotFetched(type(error).__name__) from error

    async def _follow(self, url: str, authorization: str) -> bytes:
        assert self._session is not None
        headers = {"Authorization": authorization} if authorization else {}
        for _ in range(REDIRECTS + 1):
            self._check(url)
            async with self._session.get(url, allow_redirects=False, headers=headers) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url, headers = urljoin(url, response.headers.get("Location", "")), {}  # the token goes no further
                    continue
                if response.status != 200:
                    raise NotFetched(f"status {response.status}")
                return await self._read(response)
        raise NotFetched("too many redirects")

    def _check(self, url: str) -> None:
        """Whether it may lead where it says; the resolver looks at what a name stands for."""
        parts = urlsplit(url)
        if self._loopback_only:
            if parts.scheme not in ("http", "https") or not is_loopback(url):
                raise NotFetched("not of this machine")
            return
        if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
            raise NotFetched("not a public https address")
        try:
            address = ipaddress.ip_address(parts.hostname)
        except ValueError:
            return
        if not address.is_global:
            raise NotFetched("not a public address")

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        limit = self._largest * 1_000_000
        if (response.content_length or 0) > limit:
            raise NotFetched("too large", too_large=self._largest)
        read = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            read += chunk
            if len(read) > limit:
                raise NotFetched("too large", too_large=self._largest)
        return bytes(read)

    def _inline(self, url: str) -> bytes:
        """A file that stands in its own address."""
        head, comma, body = url.partition(",")
        try:
            content = base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
        except (binascii.Error, ValueError) as error:
            raise NotFetched("not base64") from error
        if not comma or len(content) > self._largest * 1_000_000:
            raise NotFetched("too large", too_large=self._largest)
        return content


class PublicOnly(AbstractResolver):
    """Names that lead to a machine inside lead nowhere; asked at the moment of connecting."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if ipaddress.ip_address(one["host"]).is_global]
        if not public:
            raise OSError("the name leads to no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()
