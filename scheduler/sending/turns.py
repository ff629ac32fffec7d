"""When each running campaign has its next turn: kept by one process for itself.

Instants are monotonic seconds. A campaign of which nothing is known has its turn in every round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import inf

from storage.records import CampaignId

INSTANT = 1e-5  #: seconds: what sums of instants are rounded by, and much more


class Turns:
    def __init__(self) -> None:
        self._at: dict[CampaignId, float] = {}
        #: of which nothing is due, as far as we know: what others do may change that
        self._asleep: set[CampaignId] = set()

    def begin(self, id: CampaignId) -> None:
        """A turn begins: what is told from here on may bring the next."""
        self._at[id] = inf
        self._asleep.discard(id)

    def again(self, id: CampaignId) -> None:
        """There is more to do: it has its turn in the next round."""
        self._at.pop(id, None)

    def by(self, id: CampaignId, at: float) -> None:
        """The next turn comes no later than this."""
        if id in self._at:
            self._at[id] = min(at, self._at[id])

    def sleep(self, id: CampaignId, until: float) -> None:
        """Nothing of it is due before this instant."""
        self.by(id, until)
        self._asleep.add(id)

    def wake(self) -> None:
        """Every campaign has its turn: more is due than was known, or the wall clock was set."""
        self._at.clear()

    def forget(self, running: Collection[CampaignId]) -> None:
        """What is known of campaigns that run no more."""
        self._at = {id: at for id, at in self._at.items() if id in running}
        self._asleep.intersection_update(running)

    def now(self, running: Iterable[CampaignId], now: float) -> list[CampaignId]:
        """Of these campaigns, those that have their turn."""
        return [id for id in running if self._at.get(id, now) <= now + INSTANT]

    def asleep(self, now: float) -> list[CampaignId]:
        """Those of which nothing is due yet, as far as we know."""
        return [id for id in self._asleep if self._at.get(id, now) > now + INSTANT]

    def pause(self, now: float) -> float:
        """Seconds until the next turn that is waited for; infinite where there is none."""
        return max(0.0, min(self._at.values(), default=inf) - now)
