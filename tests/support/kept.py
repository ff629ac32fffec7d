"""What a store keeps, as tests ask for it: by the methods that the product uses."""

from __future__ import annotations

from storage.port.store import Store
from storage.records import AuditEntry, CampaignId, Engaged, Look, PersonId, Result, TenantId


async def audit_of(store: Store, tenant: TenantId, limit: int = 1_000) -> list[tuple[int, AuditEntry]]:
    """The newest entries with their numbers, newest first."""
    entries, after = [], 0
    while page := await store.audit_from(after, 1_000, tenant):
        entries += page
        after = page[-1][0]
    return entries[::-1][:limit]


async def _result(store: Store, id: CampaignId, person: int) -> Result | None:
    rows = await store.results(id, person - 1, 1)
    return next((row for row in rows if row.person.id == person), None)


async def looks_at(store: Store, id: CampaignId, person: PersonId) -> list[Look]:
    """Of a delivery whose campaign asks for presence, from the first to the last."""
    result = await _result(store, id, person)
    return list(result.looks) if result else []


async def engaged_by(store: Store, id: CampaignId, person: PersonId) -> Engaged:
    """What one recipient did so far."""
    result = await _result(store, id, person)
    return result.engaged if result else Engaged()
