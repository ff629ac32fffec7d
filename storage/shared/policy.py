"""An organisation's policy, kept as one document: changed by compare-and-set, on either store."""

from __future__ import annotations

from collections.abc import Callable

from storage.port.operations import Documents
from storage.records import Policy, StaleVersion, TenantId
from storage.shared.json import from_json, to_json


async def policy_of(store: Documents, tenant: TenantId) -> Policy:
    document = (await store.read_documents([_key(tenant)])).get(_key(tenant))
    return from_json(Policy, document[1]) if document else Policy()


async def change_policy(store: Documents, tenant: TenantId, change: Callable[[Policy], Policy]) -> Policy:
    """The policy after the change; ``change`` is asked again when somebody else was faster."""
    key = _key(tenant)
    while True:
        document = (await store.read_documents([key])).get(key)
        changed = change(from_json(Policy, document[1]) if document else Policy())
        try:
            await store.write_documents({key: (document[0] if document else "", to_json(changed).encode())})
        except StaleVersion:
            continue
        return changed


def _key(tenant: TenantId) -> str:
    return f"policy/{tenant}"
