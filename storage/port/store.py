"""The Store port: what the other packages may ask of the records, in the mission's words.

Every method that changes something is durable when it returns: it survives a kill -9. Methods
are idempotent where the world may repeat itself (installs, presses, planning twice).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from storage.port.activities import Activities
from storage.port.campaigns import Campaigns, Deliveries, Templates
from storage.port.engagement import Engagements, Results
from storage.port.mails import Mails
from storage.port.operations import Audit, Backups, Documents, Erasure, Retention
from storage.port.people import Installations, Lists, People
from storage.records import Schema


class Store(
    People,
    Lists,
    Installations,
    Campaigns,
    Templates,
    Deliveries,
    Engagements,
    Results,
    Mails,
    Retention,
    Audit,
    Erasure,
    Backups,
    Documents,
    Activities,
    Protocol,
):
    """All of it; opened once by the composition root."""

    #: the composition root's clock: what "in the last days" of a segment reaches back from
    now: Callable[[], datetime]

    async def open(self) -> None:
        """Connect, and bring the schema to this version. Raises StorageError with what to do."""
        ...

    async def exists(self) -> bool:
        """Whether there is a store already, before it is opened: opening makes one. Raises StorageError."""
        ...

    async def close(self) -> None: ...

    async def hold(self) -> None:
        """Say that this copy of the bot serves the store from here on, until it is closed.

        Commands of operators do not, and may run beside it. Raises StorageError with what to do: a file is
        served by one program, and copies whose versions do not go together do not serve one database.
        """
        ...

    async def check(self) -> None:
        """Whether the store is still what was opened, and ours to use. Raises StoreLost with what to do."""
        ...

    async def schema(self) -> Schema:
        """Its version, and which of its indexes are missing."""
        ...

    async def server_time(self) -> datetime | None:
        """The clock of the store's server, UTC, which all copies share; None where there is no server."""
        ...
