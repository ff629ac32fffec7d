"""What has come in, so that nothing is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from storage.records import Arrival, Begun, Progress


class Activities(Protocol):
    async def begin_activity(self, arrival: Arrival, holder: int, now: datetime, until: datetime) -> Begun:
        """Lease an activity until then, unless it is done or leased already."""
        ...

    async def keep_progress(self, progress: Sequence[Progress]) -> None:
        """Keep how far runs have come; nothing changes for a run whose lease another has taken."""
        ...

    async def made_by(self, cause: str, kind: str) -> int | None:
        """The number of the campaign, list or template (``kind``) that an earlier run of an activity has made."""
        ...

    async def forget_activities(self, before: datetime, limit: int) -> int:
        """Remove so many of those that began before; how many went, 0 when none are left."""
        ...
