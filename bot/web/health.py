"""Whether the bot can do its work: what /readyz asks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.settings import Settings
from bot.teams.auth.token import Authorization
from scheduler.copies.watch import CheckedStore, Watch
from scheduler.ports import Clock
from storage.port.operations import Documents
from storage.records import StorageError, StoreLost
from storage.shared.inventory import READY

STORE = 2.0  #: seconds for the store to answer
SPARE = 50_000_000  #: bytes below which a disk is as good as full: a campaign to many takes so much in a minute
BEHIND = 30.0  #: seconds since the scheduler last looked at what is due


class WrittenStore(CheckedStore, Documents, Protocol):
    """The part of the Store that is asked here: that it can be read is not enough, a message is written down first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    store: WrittenStore
    authorization: Authorization
    clock: Clock
    #: when (monotonic) the scheduler last looked at what is due; None before the first time
    looked_at: Callable[[], float | None]
    #: whether the dispatcher is at work
    dispatching: Callable[[], bool]
    watch: Watch
    #: bytes that are left on the store's disk; None where it has none here
    free: Callable[[], int | None] = lambda: None

    async def troubles(self) -> dict[str, str]:
        """What is not as it should be, in words for an operator; empty when all is well."""
        troubles = {}
        try:
            await asyncio.wait_for(self.store.check(), STORE)
            await asyncio.wait_for(self.store.write_documents({READY: (None, b"{}")}), STORE)
        except StoreLost as lost:
            troubles["store"] = str(lost)
        except StorageError as error:
            troubles["store"] = str(error)
        except Exception as error:  # whatever a driver raises: the store does not answer
            troubles["store"] = f"does not answer: {type(error).__name__}"
        if (free := self.free()) is not None and free < SPARE:
            troubles["disk"] = f"{free // 1_000_000} MB are left for the store"
        if self.authorization.trouble:
            troubles["token"] = f"nothing is sent: {self.authorization.trouble}"
        elif self.authorization.header is None:
            troubles["token"] = "the platform's login has given none yet"
        looked_at = self.looked_at()
        if looked_at is None or self.clock.monotonic() - looked_at > BEHIND:
            troubles["scheduler"] = "has not looked at what is due for too long"
        if not self.dispatching():
            troubles["dispatcher"] = "is not at work"
        return troubles | self.watch.troubles()


def free_disk(settings: Settings) -> Callable[[], int | None]:
    """Bytes that are left where an embedded store is; None for a server."""
    folder = settings.store_file.parent if settings.store_file else None
    return lambda: shutil.disk_usage(folder).free if folder and folder.is_dir() else None
