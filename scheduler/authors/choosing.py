"""Which variant of an A/B test goes to the rest: chosen by itself where the test tells, else by its author.

    test --better beyond chance-----------> chosen
         --nobody can tell--> asked --pressed----------------------> chosen
                                    --nobody pressed in time-------> chosen: the one that is ahead

The choice is one record in the campaign, made once, whoever is at it: what a death cuts off before it is done again,
and what comes after it finds it. Nothing of what was approved changes by it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from scheduler.ports import Announcer, Clock
from scheduler.rules.ab_tests import ahead, better, times_of, tried
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.operations import Documents
from storage.records import ABTest, Campaign, CampaignId, Choice, Deed, DeedKind, StaleVersion, WhyChosen

log = logging.getLogger(__name__)

TELL_AGAIN = 30.0  #: seconds until an author is tried again who could not be told


class _Store(Campaigns, Deliveries, Documents, Protocol):
    """What is asked of the store here."""


def asked_key(id: CampaignId) -> str:
    """The document that says that the test has told nothing, and its author is asked: it is not looked at again.

    A test that is looked at again and again tells something in the end, by chance.
    """
    return f"choosing/{id}"


class Choices:
    def __init__(self, store: _Store, announcer: Announcer, clock: Clock) -> None:
        self._store = store
        self._announcer = announcer
        self._clock = clock
        #: campaigns whose author has been told of the choice, or asked for it
        self._told: set[tuple[CampaignId, bool]] = set()
        #: monotonic: until then, authors who could not be told are let be
        self._tell_again_at = float("-inf")

    async def go_on(self, running: Sequence[Campaign]) -> None:
        """Choose what is due of these campaigns, ask, and tell."""
        for campaign in running:
            test, paused = campaign.as_scheduled.ab_test, campaign.trouble is not None and campaign.trouble.pauses
            if test is None or paused or self._clock.now() >= campaign.as_scheduled.schedule.slot.end:
                continue
            current: Campaign | None = campaign
            if campaign.choice is None:
                current = await self._choose(campaign, test)
            if current is not None and current.choice is not None and current.choice.by != current.author:
                await self._tell(current)

    async def _choose(self, campaign: Campaign, test: ABTest) -> Campaign | None:
        """The campaign, once one is chosen; None as long as none is."""
        now, times = self._clock.now(), times_of(campaign.as_scheduled.schedule, test)
        if now < times.choice:
            return None
        a, b = tried(await self._store.profile_figures(campaign.id), test.measure)
        key = asked_key(campaign.id)
        asked = key in await self._store.read_documents([key])
        winner = better(a, b) if test.by_itself and not asked else None
        if winner is not None:
            return await self._keep(campaign, Choice(variant=winner, why=WhyChosen.BETTER, a=a, b=b))
        if not times.last or now >= times.last.first:
            return await self._keep(campaign, Choice(variant=ahead(a, b), why=WhyChosen.AHEAD, a=a, b=b))
        if not asked:
            with suppress(StaleVersion):  # another copy has written it
                await self._store.write_documents({key: ("", b"asked")})
        await self._tell(campaign)
        return None

    async def _keep(self, campaign: Campaign, choice: Choice) -> Campaign | None:
        details = {"variant": choice.variant.letter, "why": str(choice.why)}
        deed = Deed(kind=DeedKind.CHOSEN, by=None, at=self._clock.now(), details=details)
        chosen = await self._store.choose(campaign.id, choice, deed=deed)
        if chosen is not None:
            log.info("a variant was chosen: campaign=%d variant=%s why=%s", campaign.id, choice.variant, choice.why)
        return chosen

    async def _tell(self, campaign: Campaign) -> None:
        told = (campaign.id, campaign.choice is not None)
        if told in self._told or self._clock.monotonic() < self._tell_again_at:
            return
        if await self._announcer.choosing(campaign):
            self._told.add(told)
        else:
            self._tell_again_at = self._clock.monotonic() + TELL_AGAIN
