"""An organisation's policy and its audit, on every store."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from storage.port.store import Store
from storage.records import Deed, DeedKind, GroupRole, PersonId, Policy, Role, StorageError, Subject
from storage.shared.policy import change_policy, policy_of
from storage.sqlite import SqliteStore
from tests.contract.world import CONTOSO, FABRIKAM, NOW
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of

DEED = Deed(kind=DeedKind.GIVEN, by=PersonId(7), at=NOW, details={"role": "author"}, client="msteams Windows")
ENTRY = DEED.to(CONTOSO, Subject.PERSON, 8).entry


async def test_what_was_noted_is_read_page_by_page(store: Store) -> None:
    entries = [replace(ENTRY, id=str(number)) for number in range(7)]
    for entry in entries:
        await store.note(DEED, CONTOSO, Subject.PERSON, entry.id)
    await store.note(DEED, FABRIKAM, Subject.PERSON, 8)
    read, after = [], 0
    while page := await store.audit_from(after, 3, CONTOSO):
        assert len(page) <= 3
        read += [entry for _, entry in page]
        after = page[-1][0]
    assert read == entries
    assert [entry.tenant for _, entry in await audit_of(store, FABRIKAM, 10)] == [FABRIKAM]


async def test_what_was_noted_survives_a_restart(store: Store, database: object) -> None:
    await store.note(DEED, CONTOSO, Subject.PERSON, 8)
    again = database.store()  # type: ignore[attr-defined]
    await again.open()
    assert [entry for _, entry in await audit_of(again, CONTOSO, 10)] == [ENTRY]
    await again.close()


async def test_the_embedded_audit_can_neither_be_changed_nor_shortened(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    await store.note(DEED, CONTOSO, Subject.PERSON, 8)
    with closing(sqlite3.connect(tmp_path / "crieur.db")) as db:
        for sql in (
            "UPDATE audit SET record = ''",
            "DELETE FROM audit",
            "REPLACE INTO audit (id, tenant) VALUES (1, '')",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(sql)
    assert [entry for _, entry in await audit_of(store, CONTOSO, 10)] == [ENTRY]
    await store.close()


async def test_a_policy_is_the_default_until_it_is_changed(store: Store) -> None:
    assert await policy_of(store, CONTOSO) == Policy()
    group = GroupRole(group="g-1", name="Communication", role=Role.PUBLISHER)
    changed = await change_policy(
        store, CONTOSO, lambda policy: replace(policy, per_week=3, groups=(group,)), deed=A_DEED
    )
    assert changed == await policy_of(store, CONTOSO) == Policy(per_week=3, groups=(group,))
    assert await policy_of(store, FABRIKAM) == Policy()


async def test_two_changes_at_once_both_hold(store: Store, other: Store) -> None:
    await asyncio.gather(
        change_policy(store, CONTOSO, lambda policy: replace(policy, per_week=5), deed=A_DEED),
        change_policy(other, CONTOSO, lambda policy: replace(policy, approve_above=0), deed=A_DEED),
        change_policy(store, CONTOSO, lambda policy: replace(policy, important_unmutes=True), deed=A_DEED),
    )
    assert await policy_of(store, CONTOSO) == Policy(per_week=5, approve_above=0, important_unmutes=True)


async def test_a_closed_store_notes_nothing(store: Store) -> None:
    await store.close()
    with pytest.raises(StorageError):
        await store.note(DEED, CONTOSO, Subject.PERSON, 8)
