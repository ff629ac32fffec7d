"""Read receipts: a watermark in a chat, which marks that message and every earlier one as opened.

A receipt may be faster than our record of what it speaks of. It waits for that in memory: what a death
takes with it, the person's next receipt tells again.

In an anonymous campaign nothing is kept of who has opened. There a receipt counts when it speaks of the
campaign's message itself, which the platform says once; that it is not counted twice when it is told
twice is remembered for a while, in memory only.
"""

from __future__ import annotations

import logging
from collections import deque

from dialogs.core.turn import Services
from storage.records import CROWD, CampaignId, Channel, EngagementKind, Person, PersonId, Press, Received, Who

log = logging.getLogger(__name__)

PATIENCE = 20  #: checks of a message that is still on its way
PAUSE = 0.5  #: seconds between them
REMEMBERED = 10_000  #: anonymous receipts that are known when they are told again


def covers(last_read: str, message: str) -> bool:
    """Whether a watermark lies at a message or after it; the platform's ids compare as numbers."""
    if last_read.isdecimal() and message.isdecimal():
        return int(message) <= int(last_read)
    return bool(message) and message == last_read


class Receipts:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._told = deque[tuple[CampaignId, PersonId]](maxlen=REMEMBERED)

    async def read(self, person: Person, channel: Channel, last_read: str) -> None:
        """The person has read the chat up to this message."""
        store, clock = self._services.store, self._services.clock
        at = clock.now()
        for _ in range(PATIENCE):
            received = await store.received(person, channel, at)
            await store.engage([press for one in received if (press := self._opened(one, last_read))])
            if all(one.arrived for one in received):
                return
            await clock.sleep(PAUSE)
        log.info("a read receipt came for a message whose sending has not been recorded")

    def _opened(self, received: Received, last_read: str) -> Press | None:
        if received.opened or not covers(last_read, received.activity):
            return None
        at = self._services.clock.now()
        if not received.anonymous:
            return Press(campaign=received.campaign, who=Who(received.person), kind=EngagementKind.OPENED, at=at)
        known = (received.campaign, received.person)
        if received.activity != last_read or known in self._told:
            return None
        self._told.append(known)
        return Press(campaign=received.campaign, who=CROWD, kind=EngagementKind.READ, at=at)
