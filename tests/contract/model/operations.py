"""The audit, documents, erasure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import (
    Arrival,
    AuditEntry,
    Begun,
    CampaignState,
    CannotErase,
    Deed,
    ListId,
    Noted,
    Person,
    PersonId,
    Progress,
    StaleVersion,
    Standing,
    Subject,
    TenantId,
)
from storage.shared.backup import SKIPPED
from storage.shared.inventory import NOBODYS
from tests.contract.model.deliveries import ModelOfDeliveries
from tests.contract.model.kept import ActivityRow, PersonRow
from tests.contract.model.mails import ModelOfMails


class ModelOfOperations(ModelOfDeliveries, ModelOfMails):
    def note(self, deed: Deed, tenant: TenantId, subject: Subject, id: int, name: str = "") -> None:
        self.done(deed, tenant, subject, id, name)

    def count_audit(self, tenant: TenantId) -> int:
        return sum(entry.tenant == tenant for entry in self.entries)

    def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        """Once their numbers are known."""
        return [
            (number, entry)
            for number, entry in zip(self.entry_numbers, self.entries, strict=True)
            if number > after and tenant in (None, entry.tenant) and (since is None or entry.at >= since)
        ][:limit]

    # --- activities ---------------------------------------------------------------------------

    def begin_activity(self, arrival: Arrival, holder: int, now: datetime, until: datetime) -> Begun:
        row = self.activities.get(arrival.key)
        if row is None:
            self.activities[arrival.key] = ActivityRow(holder, now, until, arrival.sender, arrival.told_at)
            return Begun(standing=Standing.OURS)
        if row.done:
            return Begun(standing=Standing.DONE, posted=row.posted, response=row.response)
        if row.until > now:
            return Begun(standing=Standing.AT_WORK)
        row.holder, row.until = holder, until
        return Begun(standing=Standing.OURS, posted=row.posted)

    def keep_progress(self, progress: Sequence[Progress]) -> None:
        for one in progress:
            row = self.activities.get(one.key)
            if row and row.holder == one.holder and not row.done:
                row.posted, row.until, row.done, row.response = one.posted, one.until, one.done, one.response

    def made_by(self, cause: str, kind: str) -> int | None:
        return self.activities[cause].made.get(kind) if cause in self.activities else None

    def forget_activities(self, before: datetime, limit: int) -> int:
        gone = [key for key, row in self.activities.items() if row.began_at < before]
        for key in gone:
            del self.activities[key]
        return len(gone)

    # --- documents ----------------------------------------------------------------------------

    def read_documents(self, keys: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        return {key: self.documents[key] for key in keys if key in self.documents}

    def write_documents(
        self, documents: Mapping[str, tuple[str | None, bytes]], *, noted: Sequence[Noted] = ()
    ) -> None:
        """The new etags are told afterwards: ``etags``."""
        for key, (etag, _) in documents.items():
            if etag is not None and etag != self.documents.get(key, ("", b""))[0]:
                raise StaleVersion
        for key, (_, json) in documents.items():
            self.documents[key] = ("?", json)
        for one in noted:
            self.noted(one)

    def etags(self, read: Mapping[str, tuple[str, bytes]]) -> None:
        for key, (etag, _) in read.items():
            self.documents[key] = (etag, self.documents[key][1])

    def delete_documents(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.documents.pop(key, None)

    # --- erasure ------------------------------------------------------------------------------

    def _of(self, address: str) -> list[PersonRow]:
        """The people of an address in any organisation, and the stand-ins that became one of them."""
        led = {id for (_, known), id in self.addresses.items() if known == address}
        theirs = {key for key, id in self.addresses.items() if id in led}
        return [
            row
            for id, row in sorted(self.people.items())
            if id in led or row.person.address == address or (row.person.tenant, row.person.address) in theirs
        ]

    def kept_of(self, address: str) -> int:
        """Of how many people something is kept; how it looks is each store's own."""
        return len(self._of(address.lower()))

    def erase(self, address: str, *, deed: Deed) -> list[tuple[TenantId, PersonId]]:
        """What it notes is told afterwards: in which order, is each store's own."""
        rows = self._of(address.lower())
        people = {row.person.id for row in rows}
        self._refuse(people)
        names = {address.lower(), *(known for (_, known), id in self.addresses.items() if id in people)}
        for row in rows:
            names |= {row.person.directory_id}
            names |= {name for one in row.references.values() for name in (one.conversation, one.user)}
        for key, (_, json) in list(self.documents.items()):
            text = key.lower() + json.decode().lower()
            if not key.startswith(NOBODYS) and any(name.lower() in text for name in names if name):
                del self.documents[key]
        for known in self.lists.values():
            known.people = {person: values for person, values in known.people.items() if person not in people}
        self.addresses = {key: id for key, id in self.addresses.items() if id not in people}
        self.received_in = {key for key in self.received_in if key[0] not in people}
        self._forget_unseen(people)
        self.activities = {}
        self.erased_from_deliveries(people)
        self.erased_from_mails(people)
        called = {(row.person.tenant, name) for row in rows for name in _names_of(row.person)}
        for one in self.people.values():
            if (one.person.tenant, one.person.manager) in called:
                one.person = replace(one.person, manager="")
        for row in rows:
            self.people[row.person.id] = PersonRow(Person(id=row.person.id, tenant=row.person.tenant, address=""))
        return [(row.person.tenant, row.person.id) for row in rows]

    def _forget_unseen(self, people: set[int]) -> None:
        """What is theirs and nobody else has seen."""
        self.templates_ = {id: one for id, one in self.templates_.items() if one.owner not in people or one.shared}
        at_work = (CampaignState.SUBMITTED, CampaignState.SCHEDULED, CampaignState.RUNNING)
        frozen = (one.frozen for one in self.campaigns_.values() if one.state in at_work)
        used = {id for parts in frozen if parts for id in parts.audience.named}
        needed = {
            id
            for id, row in self.lists.items()
            if row.list.owner not in people or row.list.shared_with or row.list.shared_with_all or id in used
        }
        while more := self._made_of(needed) - needed:
            needed |= more
        self.lists = {id: row for id, row in self.lists.items() if id in needed}
        self.origins = {origin: to for origin, to in self.origins.items() if to in self.lists}
        for draft in [one for one in self.campaigns_.values() if one.state is CampaignState.DRAFT]:
            if draft.author in people and not draft.shared_with:
                del self.campaigns_[draft.id]
                self.live_cards.pop(draft.id, None)

    def _made_of(self, lists: set[ListId]) -> set[ListId]:
        """What the segments among these are made of, as far as it is there."""
        segments = (row.list.segment for id, row in self.lists.items() if id in lists)
        return {id for segment in segments if segment for id in segment.named if id in self.lists}

    def _refuse(self, people: set[int]) -> None:
        if open_in := {row.campaign for row in self.deliveries if row.person in people and not row.state.final}:
            raise CannotErase("receives", sorted(open_in))
        at_work = (CampaignState.SUBMITTED, CampaignState.SCHEDULED, CampaignState.RUNNING)
        sends = [id for id, one in self.campaigns_.items() if one.author in people and one.state in at_work]
        if sends:
            raise CannotErase("sends", sorted(sends))
        for tenant in {self.people[id].person.tenant for id in people}:
            if (owners := self._owners(tenant)) and owners <= people:
                raise CannotErase("owns", [])

    def skip_numbers(self) -> None:
        self.skip_versions(SKIPPED)


def _names_of(person: Person) -> tuple[str, str]:
    return person.name or "nameless", f"{person.given_name} {person.surname}"
