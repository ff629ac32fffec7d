"""What processes asked of the store about deliveries, and whether the order of it was legal.

Each question is noted as it leaves and as its answer comes; one without an answer may or may not have been carried out
(its process died, or the answer was lost).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from storage.records import FINAL, Campaign, Claimed, Settled
from tests.simulation.loop import PROCESS


@dataclass(slots=True)
class Event:
    """``done``: None while the answer is awaited, for ever where it never came."""

    kind: str
    process: str
    deliveries: tuple[int, ...]
    done: bool | None = None
    #: of a record: which of them ended with it
    ended: frozenset[int] = frozenset()
    #: how many events there were when the answer came
    answered: int = 0
    #: whether it took them: who held them before records nothing of them any more
    takes: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """A delivery is a holder's from an instant to another, by the clocks that they gave to the store."""

    holder: int
    since: datetime
    until: datetime


@dataclass
class History:
    events: list[Event] = field(default_factory=list)
    #: the deliveries that somebody holds, as answers told; a lease that was given back is none
    leases: dict[int, Lease] = field(default_factory=dict)
    #: the first thing that was wrong with a lease
    broken: str = ""
    #: told which process knows that it has marked something: its messages are about to leave
    on_mark: Callable[[str], None] = lambda process: None

    def invoke(self, kind: str, deliveries: Sequence[int] = (), ended: Sequence[int] = ()) -> Event:
        event = Event(kind, PROCESS.get(), tuple(deliveries), ended=frozenset(ended))
        self.events.append(event)
        return event

    def illegal(self) -> str:
        """What was out of order; "" where nothing was.

        A delivery that was marked may be marked again only after a record that gave it back, and never after one that
        ended it: this is what "nobody twice" rests on. Nor do two hold it at once, nor does
        anybody mark what is another's.
        """
        if self.broken:
            return self.broken
        marked: dict[int, str] = {}
        ended: dict[int, Event] = {}
        for at, event in enumerate(self.events):
            for delivery in event.deliveries:
                if event.kind in ("claim", "mark") and event.done and delivery in ended:
                    if ended[delivery].answered <= at:  # else it may have come first
                        who, does = ended[delivery].process, {"claim": "claimed", "mark": "marked"}[event.kind]
                        return f"delivery {delivery} was {does} by {event.process} after {who} had ended it"
                    if event.takes:
                        del ended[delivery]
                if event.kind == "mark" and event.done:
                    if delivery in marked:
                        return f"delivery {delivery} was marked by {event.process} and by {marked[delivery]}"
                    marked[delivery] = event.process
                elif event.kind == "record":
                    marked.pop(delivery, None)
                    if event.done and delivery in event.ended:
                        ended[delivery] = event
        return ""

    def leased(self, deliveries: Iterable[int], lease: Lease) -> None:
        """They were claimed. A lease that had lapsed by then, or lapsed before the other began, is no second holder."""
        for delivery in deliveries:
            other = self.leases.get(delivery)
            if other and other.holder != lease.holder and lease.since < other.until and other.since < lease.until:
                self._break(f"delivery {delivery} is claimed by {lease.holder} while it is {other.holder}'s")
            self.leases[delivery] = lease

    def renewed(self, deliveries: Iterable[int], holder: int, until: datetime) -> None:
        for delivery in deliveries:
            lease = self.leases.get(delivery)
            if lease and lease.holder == holder:
                self.leases[delivery] = replace(lease, until=until)

    def marks(self, deliveries: Iterable[int], holder: int) -> None:
        """What was claimed by another since is nobody else's to mark."""
        for delivery in deliveries:
            lease = self.leases.get(delivery)
            if lease and lease.holder != holder:
                self._break(f"delivery {delivery} is marked by {holder} while it is {lease.holder}'s")

    def given_back(self, deliveries: Iterable[int], holder: int) -> None:
        for delivery in deliveries:
            if delivery in self.leases and self.leases[delivery].holder == holder:
                del self.leases[delivery]

    def _break(self, why: str) -> None:
        self.broken = self.broken or why


class Watched:
    """A store whose questions about deliveries are noted. A mixin: the store itself comes after it."""

    history: History

    async def claim_due(
        self, campaign: Campaign, holder: int, now: datetime, lease_until: datetime, limit: int, *, mark: bool = False
    ) -> list[Claimed]:
        event, asked = self.history.invoke("mark" if mark else "claim"), (campaign, holder, now, lease_until, limit)
        event.takes = True
        claimed: list[Claimed] = await super().claim_due(*asked, mark=mark)  # type: ignore[misc]
        self.history.leased([row.id for row in claimed], Lease(holder, now, lease_until))
        event.deliveries = tuple(row.id for row in claimed if row.reachable or not mark)
        self._done(event)
        return claimed

    async def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        event = self.history.invoke("mark")
        marked: set[int] = await super().mark_sending(claimed, holder, lease_until)  # type: ignore[misc]
        self.history.marks(marked, holder)
        self.history.renewed(marked, holder, lease_until)
        event.deliveries = tuple(sorted(marked))
        self._done(event)
        return marked

    async def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> set[int]:
        renewed: set[int] = await super().renew(ids, holder, lease_until)  # type: ignore[misc]
        self.history.renewed(renewed, holder, lease_until)
        return renewed

    def _done(self, event: Event) -> None:
        event.done = True
        if event.kind == "mark" and event.deliveries:
            self.history.on_mark(event.process)

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        ends = [row.id for row in settled if row.state >= FINAL]
        event = self.history.invoke("record", [row.id for row in settled], ends)
        self.history.given_back([row.id for row in settled], holder)  # from here on it may have been
        await super().record(settled, holder)  # type: ignore[misc]
        event.done, event.answered = True, len(self.history.events)
