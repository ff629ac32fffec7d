"""Our own token: the Authorization header of every request to the platform."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

import jwt

from scheduler.ports import Clock

log = logging.getLogger(__name__)

EARLY = 300.0  #: seconds before its end at which a token is replaced
AGAIN = 30.0  #: seconds until the next try when none was to be had


class NoToken(Exception):
    """No token was to be had: nothing has left. ``permanent``: the login refuses us, and will again."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Authorization(Protocol):
    @property
    def header(self) -> str | None:
        """The header's value; "" where none is needed, None while there is none yet."""
        ...

    async def renew(self, refused: str | None) -> str:
        """Another header than this one. Raises NoToken."""
        ...

    async def keep_fresh(self) -> None:
        """Replace the token ahead of its end, for ever."""
        ...


class Anonymous:
    """The local client asks for none."""

    header = ""

    async def renew(self, refused: str | None) -> str:
        raise NoToken("without a registration there is no token to show")

    async def keep_fresh(self) -> None:
        pass


class FreshToken:
    """A token from ``fetch``, which may block. One task replaces it, so that no message waits for it."""

    def __init__(self, fetch: Callable[[], str], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._ends = 0.0
        self._one_at_a_time = asyncio.Lock()
        self.header: str | None = None

    async def renew(self, refused: str | None) -> str:
        async with self._one_at_a_time:
            if self.header is None or self.header == refused:  # else somebody has just done it
                try:
                    token = await asyncio.to_thread(self._fetch)
                except NoToken:
                    raise
                except Exception as error:  # whatever the SDK's libraries raise: the reason is theirs
                    raise NoToken(type(error).__name__) from error
                self._ends = expiry(token)
                self.header = f"Bearer {token}"
            return self.header

    async def current(self) -> str:
        """The header, renewed first where it is missing or about to end: for who asks now and then."""
        now, header = self._clock.now().timestamp(), self.header
        if header is None or (self._ends and now >= self._ends):
            return await self.renew(header)
        if self._ends and now >= self._ends - EARLY:
            with contextlib.suppress(NoToken):  # the old one still does
                return await self.renew(header)
        return header

    async def keep_fresh(self) -> None:
        while True:
            try:
                await self.renew(self.header)
                pause = max(AGAIN, self._ends - EARLY - self._clock.now().timestamp())
            except NoToken as missing:
                log.warning("the platform's login gives no token: %s", missing)
                pause = AGAIN
            await self._clock.sleep(pause)


def expiry(token: str) -> float:
    """Seconds since the epoch at which a JWT ends, unverified: it is ours; 0 for any other token."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return float(claims.get("exp", 0))
    except jwt.PyJWTError:
        return 0.0
