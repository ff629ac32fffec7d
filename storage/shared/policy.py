"""An organisation's policy, kept as one document: changed by compare-and-set, on either store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from storage.port.operations import Documents
from storage.records import Deed, DeedKind, Noted, Policy, StaleVersion, Subject, TenantId
from storage.shared.json import from_json, to_json


async def policy_of(store: Documents, tenant: TenantId) -> Policy:
    document = (await store.read_documents([_key(tenant)])).get(_key(tenant))
    return from_json(Policy, document[1]) if document else Policy()


async def change_policy(
    store: Documents, tenant: TenantId, change: Callable[[Policy], Policy], *, deed: Deed
) -> Policy:
    """The policy after the change; ``change`` is asked again when somebody else was faster.

    ``deed``: it is noted of each setting that becomes another, and of each group that is given a role or loses it.
    """
    key = _key(tenant)
    while True:
        document = (await store.read_documents([key])).get(key)
        before = from_json(Policy, document[1]) if document else Policy()
        after = change(before)
        written = {key: (document[0] if document else "", to_json(after).encode())}
        try:
            await store.write_documents(written, noted=deeds_between(before, after, tenant, deed))
        except StaleVersion:
            continue
        return after


def deeds_between(before: Policy, after: Policy, tenant: TenantId, deed: Deed) -> list[Noted]:
    """What of a policy was changed, one by one."""
    names = [field.name for field in fields(Policy) if field.name not in ("groups", "topics_made")]
    noted = [
        replace(deed, kind=DeedKind.SET, details={"before": _text(old), "after": _text(new)}).to(
            tenant, Subject.SETTING, name
        )
        for name in names
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]
    known, kept = {one.group: one for one in before.groups}, {one.group: one for one in after.groups}
    for id, group in kept.items():
        if known.get(id) != group:
            given = replace(deed, kind=DeedKind.GIVEN, details={"role": group.role.value})
            noted.append(given.to(tenant, Subject.GROUP, id, group.name))
    taken = replace(deed, kind=DeedKind.TAKEN, details={})
    return noted + [taken.to(tenant, Subject.GROUP, id, known[id].name) for id in known.keys() - kept.keys()]


def _text(value: Any) -> str:
    """A setting as the audit says it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | str) else to_json(value)


def _key(tenant: TenantId) -> str:
    return f"policy/{tenant}"
