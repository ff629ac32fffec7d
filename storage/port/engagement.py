"""What recipients did with the messages, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from storage.records import (
    CampaignId,
    Channel,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Left,
    Person,
    Press,
    Received,
    Result,
)


class Engagements(Protocol):
    async def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        """Count presses, in their order. Each recipient's record after all of them; None for no recipient.

        A person counts when the message may be in their chat; a pseudonym and CROWD count as they are.
        """
        ...

    async def engagement(self, id: CampaignId) -> list[Engagement]:
        """Totals, and per button; from counters, never a scan."""
        ...

    async def engagement_by_hour(self, id: CampaignId) -> list[EngagedInHour]:
        """From counters too, by kind and hour."""
        ...

    async def received(self, person: Person, channel: Channel, now: datetime) -> list[Received]:
        """The messages a person may have in this channel's chat, of campaigns that count engagement, newest first."""
        ...


class Results(Protocol):
    async def results(self, id: CampaignId, after: int, limit: int, left: Left | None = None) -> list[Result]:
        """A page of a campaign's recipients, those whose PersonId is above ``after``, in its order.

        ``left``: only those who are. A page of few among many reads on until it has them.
        """
        ...

    async def people_without(self, id: CampaignId, kind: EngagementKind) -> Sequence[int]:
        """The PersonIds that have received the message and have not done this, ascending; reads them all."""
        ...
