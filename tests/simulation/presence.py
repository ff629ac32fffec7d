"""A presence service: people come and go as the seed says, and it may be away."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from scheduler.ports import Availability, NotAnswered
from storage.records import Person, PersonId, TenantId

if TYPE_CHECKING:
    from tests.simulation.world import World

STAYS = timedelta(seconds=4)  #: for so long somebody shows alike


class Presences:
    """What every copy of the bot asks; ``shown``: what it answered of whom, and when."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.chance("presence")
        #: "", or "away", or "hangs"
        self.trouble = ""
        self.shown: dict[PersonId, list[tuple[datetime, Availability]]] = defaultdict(list)
        #: when it did not answer
        self.silent: list[datetime] = []

    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        await asyncio.sleep(self._rng.uniform(0.001, 0.3))
        if self.trouble:
            self.silent.append(self._world.now)
            if self.trouble == "hangs":
                await asyncio.Future()
            raise NotAnswered("away")
        answer = {person.id: self._of(person.id) for person in people}
        for person, how in answer.items():
            self.shown[person].append((self._world.now, how))
        return answer

    def _of(self, person: PersonId) -> Availability:
        block = int(self._world.now.timestamp() // STAYS.total_seconds())
        return random.Random(f"{self._world.setting.seed} {person} {block}").choice(list(Availability))
