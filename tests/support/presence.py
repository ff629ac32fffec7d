"""A presence service whose people come and go as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.ports import Availability, NotAnswered
from storage.records import Person, PersonId, TenantId


@dataclass
class SimulatedPresence:
    """Everybody is ``usually``, but for those named in ``people`` by address; ``ask`` overrules both."""

    usually: Availability = Availability.AVAILABLE
    people: dict[str, Availability] = field(default_factory=dict)
    #: a person -> how they show; None: the service does not know them
    ask: Callable[[Person], Availability | None] | None = None
    #: what it answers instead, as long as it is set
    trouble: NotAnswered | None = None
    #: it never answers
    hangs: bool = False
    #: how many people each question was about
    questions: list[int] = field(default_factory=list)

    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        self.questions.append(len(people))
        if self.hangs:
            await asyncio.Future()
        if self.trouble:
            raise self.trouble
        shown = {person.id: self._of(person) for person in people}
        return {person: how for person, how in shown.items() if how is not None}

    def _of(self, person: Person) -> Availability | None:
        return self.ask(person) if self.ask else self.people.get(person.address, self.usually)
