"""What happens to what is kept beside all that, what goes again, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage.records import (
    Arrival,
    AuditEntry,
    CampaignState,
    Progress,
    StorageError,
    Subject,
)
from tests.contract.model.machine import ALL, Data
from tests.contract.model.mail_rules import MailRules
from tests.contract.model.people_rules import ADDRESSES, WHOS
from tests.contract.world import CONTOSO

DOCUMENTS = ("msteams/conversations/chat-ada", "note/louis", "policy/contoso", "claim/lease")
TEXTS = st.sampled_from(
    [b'{"of": "ada@contoso.example"}', b'{"of": "8:marie.alias@contoso.example"}', b'{"of": "nobody"}']
)


class OperationsRules(MailRules):
    @rule(data=st.data(), days=st.sampled_from([0, 1, 31]))
    def time_passes(self, data: Data, days: int) -> None:
        self.now += timedelta(days=days, minutes=data.draw(st.integers(1, 5)))

    @rule(copy=st.integers(0, 1))
    def a_copy_is_restarted(self, copy: int) -> None:
        self.run(self.stores[copy].close())
        self.stores[copy] = self.opened()
        if copy == 0:  # the other is an operator's
            self.run(self.stores[copy].hold())
        self.ask("check")
        instant = self.ask("server_time")
        assert instant is None or instant.tzinfo is not None

    # --- activities ---------------------------------------------------------------------------

    @rule(key=st.sampled_from(["first", "second"]), seconds=st.integers(1, 60))
    def an_activity_arrives(self, key: str, seconds: int) -> None:
        self.calls += 1  # each run has a number of its own
        arrival = Arrival(key=key, sender="msteams contoso 29:ada", told_at=self.later())
        self.same("begin_activity", arrival, self.calls, self.now, self.now + timedelta(seconds=seconds))
        for kind in ("campaign", "list", "template"):
            self.same("made_by", key, kind)

    @rule(key=st.sampled_from(["first", "second"]), late=st.booleans(), done=st.booleans(), posted=st.integers(0, 3))
    def its_run_comes_further(self, key: str, late: bool, done: bool, posted: int) -> None:
        row = self.model.activities.get(key)
        holder = row.holder - late if row else 0
        until = self.later() + timedelta(seconds=5)
        one = Progress(key=key, holder=holder, posted=posted, until=until, done=done, response=b"card" * done)
        self.same("keep_progress", [one])

    @rule(hours=st.integers(0, 2))
    def old_activities_are_forgotten(self, hours: int) -> None:
        before = self.now - timedelta(hours=hours)
        gone = 0
        while some := self.ask("forget_activities", before, 1):
            gone += some
        assert gone == self.model.forget_activities(before, ALL)

    # --- the audit ----------------------------------------------------------------------------

    @rule(data=st.data())
    def something_is_noted(self, data: Data) -> None:
        tenant, cause = self.tenant(data), data.draw(st.sampled_from(["", *self.causes]))
        self.same("note", self.deed(cause), tenant, Subject.AUDIT, "audit", "Audit")
        assert self.ask("collect_deeds") == 0, "what has been answered has been noted"

    @rule(data=st.data())
    def the_audit_is_read(self, data: Data) -> None:
        whole: list[tuple[int, AuditEntry]] = self.ask("audit_from", 0, ALL)
        assert [entry for _, entry in whole] == self.model.entries
        numbers = [number for number, _ in whole]
        assert numbers == sorted(set(numbers)), "each number once, in their order"
        known = self.model.entry_numbers
        assert numbers[: len(known)] == known, "what is in the audit stays as it is"
        self.model.entry_numbers = numbers
        tenant, after = self.tenant(data), self.one(data, [0, *numbers])
        since = data.draw(st.sampled_from([None, self.now - timedelta(hours=1)]))
        for of in (None, tenant):
            self.same("audit_from", after, 2, of, since)
        self.same("count_audit", tenant)

    # --- documents ----------------------------------------------------------------------------

    @property
    def known_etags(self) -> dict[str, list[str | None]]:
        etags: dict[str, list[str | None]] = self.__dict__.setdefault("_etags", {key: [None, ""] for key in DOCUMENTS})
        return etags

    @rule(data=st.data(), keys=st.lists(st.sampled_from(DOCUMENTS), unique=True))
    def documents_are_written(self, data: Data, keys: list[str]) -> None:
        """With the etag of today, of any other day, or without one."""
        written = {}
        for key in keys:
            current = self.model.documents.get(key, ("", b""))[0]
            etag = current if data.draw(st.booleans()) else data.draw(st.sampled_from(self.known_etags[key]))
            written[key] = (etag, data.draw(TEXTS))
        noted = [self.deed().to(CONTOSO, Subject.SETTING, "per_week")] if len(keys) == 1 else []
        self.same("write_documents", written, noted=noted)
        read = self.ask("read_documents", DOCUMENTS)
        assert {key: json for key, (_, json) in read.items()} == {
            key: json for key, (_, json) in self.model.documents.items()
        }
        for key, (etag, _) in read.items():
            assert self.model.documents[key][0] in (etag, "?"), "nobody has written it"
            if self.model.documents[key][0] == "?":
                assert etag not in self.known_etags[key], "an etag is given once"
                self.known_etags[key].append(etag)
        self.model.etags(read)

    @rule(keys=st.lists(st.sampled_from(DOCUMENTS), unique=True), name=st.sampled_from(["links", "files"]))
    def documents_go_and_secrets_stay(self, keys: list[str], name: str) -> None:
        self.same("delete_documents", keys)
        self.same("read_documents", DOCUMENTS)
        secret = self.ask("secret", name)
        assert len(secret) == 32 and self.model.secrets.setdefault(name, secret) == secret

    # --- what goes ----------------------------------------------------------------------------

    @rule(data=st.data())
    def figures_are_sealed(self, data: Data) -> None:
        id = self.campaign_id(data, CampaignState.DONE)
        self.same("result_lists", id)
        self.same("seal", id, self.later())
        self.looked_at(id)

    @rule(data=st.data())
    def recipients_are_forgotten(self, data: Data) -> None:
        sealed = [id for id, one in self.model.campaigns_.items() if one.sealed_at and not one.erased_at]
        id = self.one(data, sealed or list(self.model.campaigns_))
        while self.ask("forget_recipients", id, 2):
            pass
        self.model.forget_recipients(id, ALL)
        self.compared(id)
        self.same("forgotten", id, self.later(), deed=self.deed())
        self.looked_at(id)

    @rule(data=st.data(), days=st.integers(0, 40))
    def what_is_to_go_is_looked_for(self, data: Data, days: int) -> None:
        before = data.draw(st.sampled_from([None, self.now - timedelta(days=days)]))
        self.same("organisations_keeping", self.now, seen=sorted)
        closed = self.same(
            "kept", self.tenant(data), before, ALL, seen=lambda some: sorted(some, key=lambda one: one.id)
        )
        at = [one.closes_at for one in closed if not one.sealed_at]
        assert at == sorted(at), "those that closed first, first"

    @rule(data=st.data(), who=WHOS, ending=st.sampled_from(ADDRESSES))
    def somebody_is_erased(self, data: Data, who: str, ending: str) -> None:
        address, deed = who.upper() + ending, self.deed()
        self.same("kept_of", address, seen=lambda kept: kept if isinstance(kept, int) else len(kept))
        erased = self.same("erase", address, deed=deed, seen=sorted)
        for tenant, person in erased or []:
            self.model.done(deed, tenant, Subject.PERSON, person)
        self.same("read_documents", DOCUMENTS, seen=lambda some: {key: json for key, (_, json) in some.items()})

    # --- what comes back ----------------------------------------------------------------------

    @rule()
    def a_backup_is_made(self) -> None:
        """Opened, it says what the store said; where the server makes its own, it is refused."""
        target = self.folder / f"backup-{self.calls}.db"
        try:
            self.ask("backup", target)
        except StorageError:
            assert self.open_backup is None
            return
        assert self.open_backup is not None
        stores, self.stores = self.stores, [self.open_backup(target)] * 2
        self.run(self.stores[0].open())
        try:
            self.everything_is_compared()
        finally:
            self.run(self.stores[0].close())
            self.stores = stores

    folder: Path
    open_backup: Any = None

    @rule(data=st.data())
    def a_backup_came_back(self, data: Data) -> None:
        id = self.campaign_id(data, CampaignState.RUNNING)
        doubted = 0
        while some := self.ask("doubt", id, self.now):
            doubted += some
        assert doubted == self.model.doubt(id, self.now)  # type: ignore[arg-type]
        self.same("doubt_mails", self.later())
        self.same("skip_numbers")
        for read in self.read[-6:]:
            self.looked_at(read.id)

    # --- in the end ---------------------------------------------------------------------------

    def everything_is_compared(self) -> None:
        for id in [*self.model.people, 10**9]:
            self.same("person", id)
            self.same("role", id)
        for tenant in {row.person.tenant for row in self.model.people.values()}:
            self.same("lists", tenant)
            self.same("campaigns", tenant, ALL, seen=self.listed)
        for id in self.model.campaigns_:
            self.compared(id)
            self.mails_compared(id)
        for known in self.model.lists.values():
            self.same("distribution_list", known.list.id)
