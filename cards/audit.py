"""The audit as a table: in the reader's words in a file, in plain ones on the command line."""

from __future__ import annotations

from typing import Protocol

from storage.records import AuditEntry, Person, PersonId

#: of the plain table
HEAD = ["number", "at", "organisation", "by", "by_address", "did", "to", "id", "name", "details", "client"]
KNOWN = 10_000  #: people remembered while a table is written


class Knows(Protocol):
    async def person(self, person: PersonId) -> Person | None: ...


class Names:
    """The people behind the audit's numbers, as far as they are still known; asked for once each."""

    def __init__(self, store: Knows) -> None:
        self._store = store
        self._known: dict[PersonId, Person | None] = {}

    async def of(self, id: PersonId | None) -> Person | None:
        if id is None:
            return None
        if id not in self._known:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[id] = await self._store.person(id)
        return self._known[id]


class AuditSheet:
    @staticmethod
    def plain(number: int, entry: AuditEntry, by: Person | None) -> list[str]:
        """For machines: the same words in every language, instants in UTC."""
        return [
            str(number),
            entry.at.isoformat(timespec="seconds"),
            entry.tenant,
            "operator" if entry.by is None else str(entry.by),
            by.address if by else "",
            entry.deed,
            entry.subject,
            entry.id,
            entry.name,
            details_of(entry),
            entry.client,
        ]


def details_of(entry: AuditEntry) -> str:
    return ", ".join(f"{name}: {value}" for name, value in entry.details.items())
