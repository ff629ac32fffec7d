"""The bot's own token: the Authorization header of every request to the platform."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import jwt

from scheduler.ports import Clock

log = logging.getLogger(__name__)

EARLY = 300.0  #: seconds before its end at which a token is replaced
AGAIN = 30.0  #: seconds until the login is asked again after it gave no token
CALM = 5.0  #: seconds for which a new token that is refused is not replaced again
#: the login's error code (7000222: the secret has expired): all that is kept of its message
CODE = re.compile(r"AADSTS\d{4,9}")


class NoToken(Exception):
    """There is no token, so that no request has left. ``permanent``: the login refuses us, and will again."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Authorization(Protocol):
    @property
    def trouble(self) -> str:
        """Why messages cannot be sent, for an operator to read; "" while they can."""
        ...

    @property
    def ends_at(self) -> datetime | None:
        """When the token expires; None where there is none, or it has no expiry."""
        ...

    def refused(self, detail: str) -> None:
        """The platform refuses even a new token."""
        ...

    def accepted(self) -> None:
        """The platform accepts our token again."""
        ...

    @property
    def header(self) -> str | None:
        """The header's value; "" where no token is needed, None while there is none yet."""
        ...

    async def renew(self, refused: str | None) -> str:
        """A header other than ``refused``. Raises NoToken."""
        ...

    async def keep_fresh(self) -> None:
        """Replace the token before it expires; runs until it is cancelled."""
        ...


class Anonymous:
    """For the local client, which asks for no token."""

    header = ""
    trouble = ""
    ends_at = None

    def refused(self, detail: str) -> None:
        pass

    def accepted(self) -> None:
        pass

    async def renew(self, refused: str | None) -> str:
        raise NoToken("without a registration there is no token to show")

    async def keep_fresh(self) -> None:
        pass


class FreshToken:
    """A token from ``fetch``, which may block. One task replaces it ahead of time, so that no message waits for it.

    ``fetch(True)`` bypasses the caches of the SDK and its libraries, which keep a token for up to a day and would
    return a refused one again. ``purpose``: what the token is for, as the log names it. ``failed``: called each time
    the login gives no token.
    """

    def __init__(
        self, fetch: Callable[[bool], str], clock: Clock, purpose: str, failed: Callable[[], None] = lambda: None
    ) -> None:
        self._failed = failed
        self._fetch = fetch
        self._clock = clock
        self._purpose = purpose
        #: monotonic; 0 where the token has no expiry
        self._ends = 0.0
        self._fetching: asyncio.Task[str] | None = None
        #: when the login was last asked
        self._asked_at = float("-inf")
        self.header: str | None = None
        #: why the login gave no token when it was last asked, and why the platform refuses the one it gave
        self._missing = ""
        self._refusal = ""

    @property
    def trouble(self) -> str:
        if self._refusal or self._is_valid:
            return self._refusal
        return self._missing or ("" if self.header is None else "the token has ended, and the login does not answer")

    @property
    def ends_at(self) -> datetime | None:
        if self.header is None or not self._ends:
            return None
        return self._clock.now() + timedelta(seconds=self._ends - self._clock.monotonic())

    @property
    def _is_valid(self) -> bool:
        """Whether there is a token that has not expired by its own claim."""
        return self.header is not None and not (self._ends and self._clock.monotonic() >= self._ends)

    async def renew(self, refused: str | None) -> str:
        if self.header is not None and self.header != refused:
            return self.header  # another task has just renewed it
        if self._fetching is None:
            if refused and self._refusal and self._clock.monotonic() - self._asked_at < CALM:
                raise NoToken(self._refusal)
            self._fetching = asyncio.create_task(self._fetched(past_caches=refused is not None))
            self._fetching.add_done_callback(self._done)
        return await asyncio.shield(self._fetching)

    def _done(self, task: asyncio.Task[str]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # marked as retrieved: renew raises it

    async def _fetched(self, *, past_caches: bool) -> str:
        self._asked_at = self._clock.monotonic()
        try:
            token = await asyncio.to_thread(self._fetch, past_caches)
        except Exception as error:  # the SDK's libraries raise exceptions of many kinds
            self._failed()
            missing = error if isinstance(error, NoToken) else NoToken(_reason(error))
            if self._missing != str(missing):
                log.error("no token for %s: %s", self._purpose, missing)
            self._missing = str(missing)
            raise missing from error
        if self._missing:
            log.info("a token for %s again", self._purpose)
            self._missing = ""
        if ends := expiry(token):  # by the wall clock; kept as monotonic time, as the clock may be set
            ends += self._clock.monotonic() - self._clock.now().timestamp()
        self._ends = ends
        self.header = f"Bearer {token}"
        return self.header

    def refused(self, detail: str) -> None:
        if not self._refusal:
            log.error("the token for %s is refused, a new one too: %s", self._purpose, detail)
        self._refusal = f"the platform refuses our token: {detail}"

    def accepted(self) -> None:
        if self._refusal:
            log.info("the token for %s is accepted again", self._purpose)
            self._refusal = ""

    async def current(self) -> str:
        """The header, renewed first where it is missing or about to expire: for callers without ``keep_fresh``."""
        now, header = self._clock.monotonic(), self.header
        if header is None or (self._ends and now >= self._ends):
            return await self.renew(header)
        if self._ends and now >= self._ends - EARLY:
            with contextlib.suppress(NoToken):  # the old one is still valid
                return await self.renew(header)
        return header

    async def keep_fresh(self) -> None:
        while True:
            try:
                await self.renew(self.header)
                pause = max(AGAIN, self._ends - EARLY - self._clock.monotonic())
            except NoToken:  # _fetched has logged it
                pause = AGAIN
            await self._clock.sleep(pause)


def _reason(error: Exception) -> str:
    """The login's error code where there is one; the rest of its message may name people and secrets."""
    code = CODE.search(str(error))
    return code[0] if code else type(error).__name__


def expiry(token: str) -> float:
    """When a JWT expires, in seconds since the epoch; 0 for any other token. Not verified, as it is our own."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return float(claims.get("exp", 0))
    except jwt.PyJWTError:
        return 0.0
