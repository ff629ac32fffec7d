"""Clicks on tracked links: who is a person, where a link leads, and a count in groups behind the redirect.

A redirect waits for nothing but what is in memory; its click is written with all others that came
meanwhile, in one durable change. A death takes with it what came since the last one: a few milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from aiohttp import hdrs
from multidict import istr
from yarl import URL

from dialogs.core.ports import Click
from dialogs.core.turn import Services
from dialogs.results import engagement
from storage.records import CampaignId, EngagementKind, PersonId, Press, Who

log = logging.getLogger(__name__)

GROUP = 1_000  #: clicks written by one change at the most
GATHER = 0.05  #: seconds for which clicks are gathered
AGAIN = 1.0  #: seconds until a store that is gone is tried again
MOST = 200_000  #: clicks kept while the store is gone; what comes after is not counted
BURST = 20  #: clicks of one recipient in one campaign that count ...
LATELY = 20.0  #: ... within so many seconds
KNOWN_FOR = 10.0  #: seconds for which a destination is not asked for again: so long a deleted one still leads there
RESERVED = "%!#$&'()*+,/:;=?@[]~^`{|}"  #: what stands in an address for itself
KNOWN = 1_000  #: destinations kept in mind

#: words in the names of programs that follow links without a person: previews, scanners, libraries
AGENTS = (
    "bot", "crawl", "spider", "preview", "scan", "teams/", "microsoft office", "ms-office", "msoffice",
    "safelinks", "defender", "proofpoint", "mimecast", "barracuda", "symantec", "forcepoint", "zscaler",
    "urldefense", "fireeye", "trendmicro", "facebookexternalhit", "whatsapp", "headlesschrome", "phantomjs",
    "python", "curl", "wget", "java/", "okhttp", "go-http-client", "httpclient", "axios", "node-fetch", "libwww",
    "powershell", "postman", "monitor", "validator",
)  # fmt: skip
#: what browsers say of a page that nobody asked to see yet, or that is only a part of another
_PURPOSES = (istr("Sec-Purpose"), istr("Purpose"), istr("X-Purpose"), istr("X-Moz"))
_MODE = istr("Sec-Fetch-Mode")


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from somebody who pressed a link, as far as it says itself."""
    if method != "GET" or is_program(headers.get(hdrs.USER_AGENT, "")):
        return False
    for name in _PURPOSES:
        purpose = headers.get(name)
        if purpose and ("prefetch" in purpose or "preview" in purpose):
            return False
    return headers.get(_MODE, "navigate") == "navigate"


@lru_cache(maxsize=4096)  # browsers have few names
def is_program(agent: str) -> bool:
    """Whether this is the name of a program that follows links by itself, or no name."""
    lower = agent.lower()
    return not lower or any(word in lower for word in AGENTS)


def _on_the_wire(url: str) -> str:
    """An address as a header takes it: byte for byte as it was typed, but for what is not ASCII.

    A signed query holds for these very bytes, and a service may tell [0] from %5B0%5D.
    """
    if url.isascii():
        return url
    scheme, _, rest = url.partition("://")
    end = next((place for place, sign in enumerate(rest) if sign in "/?#"), len(rest))
    try:
        host = URL(url).raw_authority
    except ValueError:
        host = quote(rest[:end], safe=RESERVED)
    return f"{scheme}://{host}{quote(rest[end:], safe=RESERVED)}"


@dataclass(frozen=True, slots=True)
class _Destination:
    url: str
    counts: bool
    until: float


class Clicks:
    """``run()`` it as a task; ``settle()`` ends it when what is left is written."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[CampaignId, int], _Destination] = {}
        self._waiting: list[Press] = []
        self._from_mail: list[tuple[CampaignId, PersonId, datetime]] = []
        #: how many clicks of each recipient count until then
        self._lately: dict[tuple[CampaignId, Who], int] = {}
        self._lately_until = services.clock.monotonic()
        self._came = asyncio.Event()
        self._settling = False

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._from_mail)

    async def destination(self, click: Click) -> tuple[str, bool] | None:
        """Where a link leads, and whether a click on it counts; None for nowhere."""
        if click.test:  # a draft's, which changes
            draft = await engagement.destination(self._services, click)
            return (_on_the_wire(draft[0]), draft[1]) if draft else None
        if known := self.known(click):
            return known
        key, now = (click.campaign, click.button), self._services.clock.monotonic()
        destination = await engagement.destination(self._services, click)
        if destination is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= KNOWN:
            self._known.clear()
        url, counts = _on_the_wire(destination[0]), destination[1]
        self._known[key] = _Destination(url, counts, now + KNOWN_FOR)
        return url, counts

    def known(self, click: Click) -> tuple[str, bool] | None:
        """The same, where it has been asked for lately."""
        known = None if click.test else self._known.get((click.campaign, click.button))
        if known is None or known.until < self._services.clock.monotonic():
            return None
        return known.url, known.counts

    def count(self, click: Click) -> None:
        """Count it soon; but one person cannot make the store write for ever."""
        now, key = self._services.clock.now(), (click.campaign, click.who)
        if (elapsed := self._services.clock.monotonic()) >= self._lately_until:
            self._lately, self._lately_until = {}, elapsed + LATELY
        known = self._lately.get(key, 0)
        if known >= BURST or self.waiting >= MOST:
            return
        self._lately[key] = known + 1
        if click.mail:
            self._from_mail.append((click.campaign, PersonId(click.who), now))
        else:
            self._waiting.append(Press(click.campaign, click.who, EngagementKind.CLICKED, now, click.button))
        self._came.set()

    def settle(self) -> None:
        self._settling = True
        self._came.set()

    async def run(self) -> None:
        last = False
        while not last:
            await self._came.wait()
            await asyncio.sleep(GATHER)
            self._came.clear()
            last = self._settling  # no await in between: what settles later sets the event again
            try:
                await self._write()
            except Exception:
                log.exception("the store took no clicks: waiting=%d", self.waiting)
                self._came.set()
                await asyncio.sleep(0 if last else AGAIN)

    async def _write(self) -> None:
        while self._waiting:
            group = self._waiting[:GROUP]
            await self._services.store.engage(group)
            del self._waiting[: len(group)]
        while self._from_mail:
            await self._services.store.mail_clicked(*self._from_mail[0])
            del self._from_mail[0]
