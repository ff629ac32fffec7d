"""The Store port: what the other packages may ask of the records, in the mission's words.

Every method that changes something is durable when it returns: it survives a kill -9. Methods
are idempotent where the world may repeat itself (installs, presses, planning twice).
"""

from __future__ import annotations

from typing import Protocol

from storage.port.campaigns import Campaigns, Deliveries, Templates
from storage.port.engagement import Engagements, Results
from storage.port.operations import Audit, Backups, Documents, Erasure, Retention
from storage.port.people import Installations, Lists, People


class Store(
    People,
    Lists,
    Installations,
    Campaigns,
    Templates,
    Deliveries,
    Engagements,
    Results,
    Retention,
    Audit,
    Erasure,
    Backups,
    Documents,
    Protocol,
):
    """All of it; opened once by the composition root."""

    async def open(self) -> None:
        """Connect, and bring the schema to this version. Raises StorageError with what to do."""
        ...

    async def close(self) -> None: ...
