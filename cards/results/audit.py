"""The audit as a table: in the reader's words in a file, in plain ones on the command line."""

from __future__ import annotations

from typing import Protocol

from cards.kit.parts import full_name
from cards.kit.texts import Texts
from cards.results.exports import Cell, delimiter_of
from storage.records import AuditEntry, Deed, Person, PersonId, Subject
from storage.records.instants import ms

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
    """The table in the reader's words; see ``cards.results.exports.Sheet``."""

    summary_name = ""
    instants = (1,)

    def __init__(self, texts: Texts, zone: str) -> None:
        self.zone = zone
        self.name = texts("Audit")
        self.head = [
            texts("Number"),
            texts("At ({zone})", zone=zone),
            texts("By"),
            texts("Address"),
            texts("What was done"),
            texts("To what"),
            texts("Identifier"),
            texts("Name"),
            texts("Details"),
            texts("Client"),
        ]
        self.delimiter = delimiter_of(texts)
        self._deeds = {deed: deed_name(texts, deed) for deed in Deed}
        self._subjects = {subject: subject_name(texts, subject) for subject in Subject}
        self._operator = texts("the operator")
        self._gone = texts("somebody who was erased")

    def row(self, number: int, entry: AuditEntry, by: Person | None) -> list[Cell]:
        name = self._operator if entry.by is None else (full_name(by) if by else "") or self._gone
        return [
            number,
            ms(entry.at),
            name,
            by.address if by else "",
            self._deeds[entry.deed],
            self._subjects[entry.subject],
            entry.id,
            entry.name,
            details_of(entry),
            entry.client,
        ]

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


def deed_name(texts: Texts, deed: Deed) -> str:
    return {
        Deed.CREATED: texts("created"),
        Deed.CHANGED: texts("changed"),
        Deed.SUBMITTED: texts("sent for approval"),
        Deed.APPROVED: texts("approved"),
        Deed.REJECTED: texts("refused"),
        Deed.SCHEDULED: texts("scheduled"),
        Deed.DELETED: texts("deleted"),
        Deed.TRIED: texts("tried"),
        Deed.EXPORTED: texts("exported"),
        Deed.SHARED: texts("shared"),
        Deed.GIVEN: texts("given a role"),
        Deed.TAKEN: texts("a role taken away"),
        Deed.CLAIMED: texts("claimed ownership"),
        Deed.SET: texts("set"),
        Deed.ERASED: texts("erased"),
    }[deed]


def subject_name(texts: Texts, subject: Subject) -> str:
    return {
        Subject.CAMPAIGN: texts("campaign"),
        Subject.LIST: texts("list"),
        Subject.TEMPLATE: texts("template"),
        Subject.PERSON: texts("person"),
        Subject.GROUP: texts("group"),
        Subject.SETTING: texts("setting"),
        Subject.AUDIT: texts("audit"),
    }[subject]


def details_of(entry: AuditEntry) -> str:
    return ", ".join(f"{name}: {value}" for name, value in entry.details.items())
