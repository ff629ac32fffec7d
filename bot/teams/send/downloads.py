"""Downloads of files that were dropped into a chat: bounded in size and time, never from an internal network.

The address in an activity is chosen by a client. So a file is fetched from public addresses only, over https, also
behind a name or a redirect; without a registration, from this machine only.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import socket
from urllib.parse import unquote_to_bytes

import aiohttp
from aiohttp.connector import AddrInfoType
from yarl import URL

from bot.teams.auth.token import Anonymous, Authorization
from cards.kit.addresses import is_public, is_this_machine, web_address
from dialogs.core.ports import NotFetched

LARGEST = 16  #: MB of a file
PATIENCE = 30.0  #: seconds for a whole file
LOOK = 4.0  #: seconds for a look at what stands there: an author waits for it
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
        factory = only_loopback if self._loopback_only else only_public
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=8, force_close=True, socket_factory=factory),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session:
            await self._session.close()

    async def fetch(self, url: str, *, ours: bool = False) -> bytes:
        """``ours``: from the platform's service, which gets our token. Raises NotFetched."""
        if url.startswith("data:"):
            return self._inline(url)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._follow(url, (self._authorization.header or "") if ours else "")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NotFetched(type(error).__name__) from error

    async def look(self, url: str, most: int) -> tuple[int, bytes] | None:
        """The status there and so many bytes of what it says, redirects not followed; None where nothing answers."""
        assert self._session is not None
        try:
            async with (
                asyncio.timeout(LOOK),
                self._session.get(self._checked(url), allow_redirects=False) as response,
            ):
                read = bytearray()
                while response.status == 200 and len(read) < most and (chunk := await response.content.read(CHUNK)):
                    read += chunk
                return response.status, bytes(read[:most])
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, NotFetched):
            return None

    async def _follow(self, url: str, authorization: str) -> bytes:
        assert self._session is not None
        headers = {"Authorization": authorization} if authorization else {}
        for _ in range(REDIRECTS + 1):
            address = self._checked(url)
            async with self._session.get(address, allow_redirects=False, headers=headers) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = str(address.join(URL(response.headers.get("Location", ""))))
                    headers = {}  # a redirect does not get the token
                    continue
                if response.status != 200:
                    raise NotFetched(f"status {response.status}")
                return await self._read(response)
        raise NotFetched("too many redirects")

    def _checked(self, url: str) -> URL:
        """The address, if its form is allowed; what its host resolves to is checked when it is connected to."""
        address = web_address(url)
        if address is None:
            raise NotFetched("not an address of the web")
        if self._loopback_only and not is_this_machine(address.host or ""):
            raise NotFetched("not of this machine")
        if not self._loopback_only and address.scheme != "https":
            raise NotFetched("not a public https address")
        return address

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
        """The file in a data: URL."""
        head, comma, body = url.partition(",")
        try:
            content = base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
        except (binascii.Error, ValueError) as error:
            raise NotFetched("not base64") from error
        if not comma or len(content) > self._largest * 1_000_000:
            raise NotFetched("too large", too_large=self._largest)
        return content


def only_public(info: AddrInfoType) -> socket.socket:
    """A socket for an address of the public internet. aiohttp passes the address that it is about to connect to, after
    any name is resolved."""
    if not is_public(str(info[4][0])):
        raise OSError("not a public address")
    return _socket(info)


def only_loopback(info: AddrInfoType) -> socket.socket:
    """A socket for an address of this machine."""
    if not is_this_machine(str(info[4][0])):
        raise OSError("not this machine")
    return _socket(info)


def _socket(info: AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = info
    return socket.socket(family, kind, protocol)
