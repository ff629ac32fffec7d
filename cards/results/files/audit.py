"""The audit as a table: in the reader's words in a file, in plain ones on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cards.kit.parts import full_name
from cards.kit.texts import Texts
from cards.results.files.columns import Column, Kind, Table, delimiter_of, each
from storage.records import AuditEntry, DeedKind, Person, PersonId, Subject

KNOWN = 10_000  #: people remembered while a table is written


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit's table."""

    number: int
    written: AuditEntry
    #: the person who did it; None: the operator, or somebody who was erased
    by: Person | None


class People(Protocol):
    async def person(self, person: PersonId) -> Person | None: ...


class Names:
    """The people behind the audit's numbers, as far as they are still known; asked for once each."""

    def __init__(self, store: People) -> None:
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


def audit_table(texts: Texts, zone: str) -> Table[Entry]:
    """In the reader's words, on the clock of ``zone``."""
    deeds = {deed: deed_name(texts, deed) for deed in DeedKind}
    subjects = {subject: subject_name(texts, subject) for subject in Subject}
    operator, erased = texts("the operator"), texts("somebody who was erased")

    def name(entry: Entry) -> str:
        if entry.written.by is None:
            return operator
        return (full_name(entry.by) if entry.by else "") or erased

    columns: tuple[Column[Entry], ...] = (
        Column(texts("Number"), each(lambda entry: entry.number), Kind.NUMBER),
        Column(texts("At ({zone})", zone=zone), each(lambda entry: entry.written.at), Kind.INSTANT),
        Column(texts("By"), each(name)),
        Column(texts("Address"), each(_address)),
        Column(texts("What was done"), each(lambda entry: deeds[entry.written.deed])),
        Column(texts("To what"), each(lambda entry: subjects[entry.written.subject])),
        Column(texts("Identifier"), each(lambda entry: entry.written.id)),
        Column(texts("Name"), each(lambda entry: entry.written.name)),
        Column(texts("Details"), each(_details)),
        Column(texts("Client"), each(lambda entry: entry.written.client)),
    )
    return Table(name=texts("Audit"), columns=columns, zone=zone, delimiter=delimiter_of(texts))


def deed_name(texts: Texts, deed: DeedKind) -> str:
    return {
        DeedKind.CREATED: texts("created"),
        DeedKind.CHANGED: texts("changed"),
        DeedKind.SUBMITTED: texts("sent for approval"),
        DeedKind.APPROVED: texts("approved"),
        DeedKind.REJECTED: texts("refused"),
        DeedKind.SCHEDULED: texts("scheduled"),
        DeedKind.CHOSEN: texts("variant chosen"),
        DeedKind.STOPPED: texts("stopped"),
        DeedKind.DELETED: texts("deleted"),
        DeedKind.RECALLED: texts("taken back"),
        DeedKind.TEST_SENT: texts("sent as a test"),
        DeedKind.EXPORTED: texts("exported"),
        DeedKind.SHARED: texts("shared"),
        DeedKind.GIVEN: texts("given a role"),
        DeedKind.TAKEN: texts("a role taken away"),
        DeedKind.CLAIMED: texts("claimed ownership"),
        DeedKind.SET: texts("set"),
        DeedKind.ERASED: texts("erased"),
        DeedKind.MUTED: texts("muted"),
        DeedKind.UNMUTED: texts("unmuted"),
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


def _details(entry: Entry) -> str:
    return ", ".join(f"{name}: {value}" for name, value in entry.written.details.items())


def _address(entry: Entry) -> str:
    return entry.by.address if entry.by else ""


#: for machines: the same words in every language, instants in UTC
PLAIN: tuple[Column[Entry], ...] = (
    Column("number", each(lambda entry: entry.number), Kind.NUMBER),
    Column("at", each(lambda entry: entry.written.at.isoformat(timespec="seconds"))),
    Column("organisation", each(lambda entry: entry.written.tenant)),
    Column("by", each(lambda entry: "operator" if entry.written.by is None else str(entry.written.by))),
    Column("by_address", each(_address)),
    Column("did", each(lambda entry: entry.written.deed)),
    Column("to", each(lambda entry: entry.written.subject)),
    Column("id", each(lambda entry: entry.written.id)),
    Column("name", each(lambda entry: entry.written.name)),
    Column("details", each(_details)),
    Column("client", each(lambda entry: entry.written.client)),
)
