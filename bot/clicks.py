"""Clicks on tracked links: who is a person, where a link leads, and a count in groups behind the redirect.

A redirect waits for nothing but what is in memory; its click is written with all others that came
meanwhile, in one durable change. A death takes with it what came since the last one: a few milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bot.bounds import Rates
from dialogs import engage
from dialogs.turn import Click, House
from storage.records import CampaignId, EngagementKind, Press

log = logging.getLogger(__name__)

GROUP = 1_000  #: clicks written by one change at the most
GATHER = 0.02  #: seconds for which clicks are gathered
AGAIN = 1.0  #: seconds until a store that is gone is tried again
MOST = 200_000  #: clicks kept while the store is gone; what comes after is not counted
BURST = 20  #: clicks of one person in one campaign that count at once; later ones, one a second
KNOWN_FOR = 10.0  #: seconds for which a destination is not asked for again: so long a deleted one still leads there
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
_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from somebody who pressed a link, as far as it says itself."""
    agent = headers.get("User-Agent", "").lower()
    if method != "GET" or not agent or any(word in agent for word in AGENTS):
        return False
    if any(("prefetch" in headers[name]) or ("preview" in headers[name]) for name in _PURPOSES if name in headers):
        return False
    return headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


@dataclass(frozen=True, slots=True)
class _Destination:
    url: str
    counts: bool
    until: float


class Clicks:
    """``run()`` it as a task; ``settle()`` ends it when what is left is written."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[tuple[CampaignId, int], _Destination] = {}
        self._waiting: list[Press] = []
        self._rates = Rates(interval=1.0, burst=BURST)
        self._came = asyncio.Event()
        self._settling = False

    async def destination(self, click: Click) -> tuple[str, bool] | None:
        """Where a link leads, and whether a click on it counts; None for nowhere."""
        if click.test:  # a draft's, which changes
            return await engage.destination(self._house, click)
        key, now = (click.campaign, click.button), asyncio.get_running_loop().time()
        known = self._known.get(key)
        if known is None or known.until < now:
            found = await engage.destination(self._house, click)
            if found is None:
                self._known.pop(key, None)
                return None
            if len(self._known) >= KNOWN:
                self._known.clear()
            known = self._known[key] = _Destination(*found, now + KNOWN_FOR)
        return known.url, known.counts

    def count(self, click: Click) -> None:
        """Count it soon; but one person cannot make the store write for ever."""
        now = self._house.clock.now()
        if len(self._waiting) >= MOST or not self._rates.allows(f"{click.campaign}/{click.who}", now.timestamp()):
            return
        kind = EngagementKind.CLICKED
        self._waiting.append(Press(campaign=click.campaign, who=click.who, kind=kind, button=click.button, at=now))
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
            last = self._settling  # in the same breath: who settles later sets the event again
            try:
                await self._write()
            except Exception:
                log.exception("the store took no clicks: waiting=%d", len(self._waiting))
                self._came.set()
                await asyncio.sleep(0 if last else AGAIN)

    async def _write(self) -> None:
        while self._waiting:
            group = self._waiting[:GROUP]
            await self._house.store.engage(group)
            del self._waiting[: len(group)]
