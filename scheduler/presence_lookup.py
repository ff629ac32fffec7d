"""The presence of recipients, with a pause where its service does not answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.ports import Clock, NotAnswered, Presence
from storage.records import Campaign, Channel, Person, PersonId, PresenceChoice, Seen, TenantId

log = logging.getLogger(__name__)

PATIENCE = 5.0  #: seconds for the service to answer
SOON = 15.0  #: seconds until it is asked again, where it did not answer
LATER = 300.0  #: seconds: the same, where it must be allowed to answer first, or does not know the person
LONGEST = 6 * 3600.0  #: seconds: Retry-After is capped, as a service may ask for more than we grant


class PresenceLookup:
    """``services``: the presence service of each channel."""

    def __init__(self, services: Mapping[Channel, Presence], clock: Clock) -> None:
        self._services = services
        self._clock = clock
        #: those that do not answer, and until when (monotonic) they are left in peace
        self._silent: dict[tuple[TenantId, Channel], float] = {}

    async def look(self, campaign: Campaign, people: Sequence[Person]) -> Mapping[PersonId, Seen]:
        """How each of them shows; all are *unknown* where there is no answer."""
        seen: Mapping[PersonId, Seen] = {}
        if people and not self.silent(campaign):
            try:
                seen = await self._ask(campaign, people)
            except NotAnswered as trouble:
                self._leave_in_peace(campaign, trouble)
        return {person.id: seen.get(person.id, Seen.UNKNOWN) for person in people}

    async def _ask(self, campaign: Campaign, people: Sequence[Person]) -> Mapping[PersonId, Seen]:
        service = self._services.get(campaign.channel)
        if service is None:
            raise NotAnswered("no presence service", permanent=True)
        try:
            answer = await asyncio.wait_for(service.availability(campaign.tenant, people), PATIENCE)
        except NotAnswered:
            raise
        except TimeoutError:
            raise NotAnswered("no answer in time") from None
        except Exception as error:
            log.exception("asking for presence broke: channel=%s", campaign.channel)
            raise NotAnswered(type(error).__name__) from error
        return {person: Seen(availability.value) for person, availability in answer.items()}

    def _leave_in_peace(self, campaign: Campaign, trouble: NotAnswered) -> None:
        wait = LATER if trouble.permanent else SOON
        if trouble.after is not None:
            wait = min(max(wait, trouble.after), LONGEST)
        self._silent[_whom(campaign)] = self._clock.monotonic() + wait
        log.warning("presence is not known: channel=%s again_in=%ds", campaign.channel, wait)

    def silent(self, campaign: Campaign) -> bool:
        """Whether this campaign asks for presence, and nobody answers at the moment."""
        if campaign.as_scheduled.schedule.presence is PresenceChoice.ALWAYS:
            return False
        until = self._silent.get(_whom(campaign))
        return until is not None and self._clock.monotonic() < until

    def again(self, campaign: Campaign) -> datetime:
        """When to ask again about somebody who is unknown now: the service's time, or theirs."""
        until = self._silent.get(_whom(campaign), 0.0)
        wait = until - self._clock.monotonic() if self.silent(campaign) else LATER
        return self._clock.now() + timedelta(seconds=wait)


def _whom(campaign: Campaign) -> tuple[TenantId, Channel]:
    return campaign.tenant, campaign.channel
