"""What processes asked of the store about deliveries, and whether the order of it was legal.

Each question is noted as it leaves and as its answer comes; one without an answer may or may not have been carried out
(its process died, or the answer was lost).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.records import FINAL, Claimed, Settled
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


@dataclass
class History:
    events: list[Event] = field(default_factory=list)
    #: told which process knows that it has marked something: its messages are about to leave
    on_mark: Callable[[str], None] = lambda process: None

    def invoke(self, kind: str, deliveries: Sequence[int] = (), ended: Sequence[int] = ()) -> Event:
        event = Event(kind, PROCESS.get(), tuple(deliveries), ended=frozenset(ended))
        self.events.append(event)
        return event

    def illegal(self) -> str:
        """What was out of order; "" where nothing was.

        A delivery that was marked may be marked again only after a record that gave it back, and never after one that
        ended it: this is what "nobody twice" rests on.
        """
        marked: dict[int, str] = {}
        ended: dict[int, str] = {}
        for event in self.events:
            for delivery in event.deliveries:
                if event.kind == "mark" and event.done:
                    if delivery in ended:
                        return f"delivery {delivery} was marked by {event.process} after {ended[delivery]} had ended it"
                    if delivery in marked:
                        return f"delivery {delivery} was marked by {event.process} and by {marked[delivery]}"
                    marked[delivery] = event.process
                elif event.kind == "record":
                    marked.pop(delivery, None)
                    if event.done and delivery in event.ended:
                        ended[delivery] = event.process
        return ""


class Watched:
    """A store whose questions about deliveries are noted. A mixin: the store itself comes after it."""

    history: History

    async def claim_due(self, *asked: Any, mark: bool = False, **more: Any) -> list[Claimed]:
        event = self.history.invoke("mark" if mark else "claim")
        claimed: list[Claimed] = await super().claim_due(*asked, mark=mark, **more)  # type: ignore[misc]
        event.deliveries = tuple(row.id for row in claimed if row.reachable or not mark)
        self._done(event)
        return claimed

    async def mark_sending(self, claimed: Sequence[Claimed], *asked: Any, **more: Any) -> set[int]:
        event = self.history.invoke("mark")
        marked: set[int] = await super().mark_sending(claimed, *asked, **more)  # type: ignore[misc]
        event.deliveries = tuple(sorted(marked))
        self._done(event)
        return marked

    def _done(self, event: Event) -> None:
        event.done = True
        if event.kind == "mark" and event.deliveries:
            self.history.on_mark(event.process)

    async def record(self, settled: Sequence[Settled], *asked: Any, **more: Any) -> None:
        ends = [row.id for row in settled if row.state >= FINAL]
        event = self.history.invoke("record", [row.id for row in settled], ends)
        await super().record(settled, *asked, **more)  # type: ignore[misc]
        event.done = True
