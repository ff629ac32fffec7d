"""Whether the bot can do its work: what /readyz asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.teams.auth.token import Authorization
from scheduler.copies.watch import CheckedStore, Watch
from scheduler.ports import Clock
from storage.records import StoreLost

STORE = 2.0  #: seconds for the store to answer
BEHIND = 30.0  #: seconds since the scheduler last looked at what is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    store: CheckedStore
    authorization: Authorization
    clock: Clock
    #: when (monotonic) the scheduler last looked at what is due; None before the first time
    looked_at: Callable[[], float | None]
    #: whether the dispatcher is at work
    dispatching: Callable[[], bool]
    watch: Watch

    async def troubles(self) -> dict[str, str]:
        """What is not as it should be, in words for an operator; empty when all is well."""
        troubles = {}
        try:
            await asyncio.wait_for(self.store.check(), STORE)
        except StoreLost as lost:
            troubles["store"] = str(lost)
        except Exception as error:  # whatever a driver raises: the store does not answer
            troubles["store"] = f"does not answer: {type(error).__name__}"
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
