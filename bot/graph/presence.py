"""The Presence port on Microsoft Graph.

Source: "cloudCommunications: getPresencesByUserId" in the Graph documentation (650 ids a request, 1,500
requests in 30 seconds, application permission Presence.Read.All), and its "presence resource type".
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from bot.graph.client import Graph, needing
from scheduler.ports import Availability, Clock, NotAnswered
from storage.records import Person, PersonId, TenantId

PERMISSION = "Presence.Read.All"
IDS = 650  #: asked for by one request, at the most
FRESH = 20.0  #: seconds for which an answer holds: Teams itself takes minutes to show a change
GATHER = 0.05  #: seconds for which askers are gathered: one request for many
TIDY = 100_000  #: answers kept, before those that hold no more are dropped

#: the Graph's availability in the words of S9; whatever is not named here is *absent*
SHOWN = {
    "Available": Availability.AVAILABLE,
    "AvailableIdle": Availability.AVAILABLE,
    "Away": Availability.AWAY,
    "BeRightBack": Availability.AWAY,
    "Busy": Availability.BUSY,
    "BusyIdle": Availability.BUSY,
    "DoNotDisturb": Availability.ABSENT,  # never disturbed
    "Offline": Availability.ABSENT,
    "PresenceUnknown": Availability.ABSENT,
}

#: of a directory id; None where the Graph does not know it
Answers = Mapping[str, Availability | None]


class GraphPresence:
    """Asks for everybody who is asked about at about the same moment together, and remembers for FRESH seconds."""

    def __init__(self, graph: Graph, clock: Clock) -> None:
        self._graph = graph
        self._clock = clock
        #: (tenant, directory id) -> how they show, and until when (monotonic) that holds
        self._known: dict[tuple[str, str], tuple[Availability | None, float]] = {}
        self._wanted: dict[TenantId, dict[str, None]] = {}
        self._requests: dict[TenantId, asyncio.Task[Answers]] = {}

    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        ids = {person.id: person.directory_id for person in people if person.directory_id}
        now = self._clock.monotonic()
        by_id: dict[str, Availability | None] = {}
        missing = []
        for id in set(ids.values()):
            shown, until = self._known.get((tenant, id), (None, 0.0))
            if now < until:
                by_id[id] = shown
            else:
                missing.append(id)
        if missing:
            by_id |= await self._ask_together(tenant, missing)
        return {person: shown for person, id in ids.items() if (shown := by_id.get(id)) is not None}

    async def _ask_together(self, tenant: TenantId, ids: Iterable[str]) -> Answers:
        """Join those who are asking at this moment, or be the first of them."""
        self._wanted.setdefault(tenant, {}).update(dict.fromkeys(ids))
        request = self._requests.get(tenant)
        if request is None:
            request = self._requests[tenant] = asyncio.create_task(self._ask_soon(tenant))
            request.add_done_callback(_seen)
        return await asyncio.shield(request)  # a caller that is cancelled does not cancel it for the others

    async def _ask_soon(self, tenant: TenantId) -> Answers:
        await asyncio.sleep(GATHER)
        del self._requests[tenant]
        ids = list(self._wanted.pop(tenant))
        pages = [ids[start : start + IDS] for start in range(0, len(ids), IDS)]
        answers = await asyncio.gather(*(self._ask(tenant, page) for page in pages))
        return {id: shown for page in answers for id, shown in page.items()}

    async def _ask(self, tenant: TenantId, ids: list[str]) -> Answers:
        with needing(PERMISSION):
            answer = await self._graph.post(tenant, "communications/getPresencesByUserId", {"ids": ids})
        value = answer.get("value")
        if not isinstance(value, list):
            raise NotAnswered("presences were expected")
        shown: dict[str, Availability | None] = dict.fromkeys(ids)
        for item in value:
            if isinstance(item, dict) and (id := str(item.get("id")).lower()) in shown:
                shown[id] = SHOWN.get(str(item.get("availability")), Availability.ABSENT)
        self._keep(tenant, shown)
        return shown

    def _keep(self, tenant: TenantId, shown: Answers) -> None:
        now = self._clock.monotonic()
        if len(self._known) > TIDY:
            self._known = {key: kept for key, kept in self._known.items() if now < kept[1]}
        self._known.update({(tenant, id): (availability, now + FRESH) for id, availability in shown.items()})


def _seen(request: asyncio.Task[Answers]) -> None:
    """Callers that still wait get its failure; where none does, it is logged nowhere."""
    if not request.cancelled():
        request.exception()
