"""Test sends: the people who got them of a campaign, and how many an author has sent today. On either store."""

from __future__ import annotations

import json
from datetime import UTC

from storage.port.operations import Documents
from storage.records import Campaign, Deed, PersonId, StaleVersion, Subject


async def count_test(store: Documents, campaign: Campaign, most: int, *, deed: Deed) -> bool:
    """Count and note a test send before it leaves; False where its author has had ``most`` of the day.

    Days are those of UTC.
    """
    key, today = f"tests/by/{deed.by}", deed.at.astimezone(UTC).date().isoformat()
    noted = [deed.to(campaign.tenant, Subject.CAMPAIGN, campaign.id, campaign.name)]
    while True:
        etag, kept = (await store.read_documents([key])).get(key, ("", b"{}"))
        sent = json.loads(kept).get(today, 0)
        if sent >= most:
            return False
        try:
            await store.write_documents({key: (etag, json.dumps({today: sent + 1}).encode())}, noted=noted)
        except StaleVersion:
            continue
        return True


async def is_among_few(store: Documents, campaign: Campaign, person: PersonId, most: int) -> bool:
    """Whether somebody is one of the ``most`` people who get tests of a campaign; they are from here on."""
    key = f"tests/{campaign.id}"
    while True:
        etag, kept = (await store.read_documents([key])).get(key, ("", b"[]"))
        people = json.loads(kept)
        if person in people:
            return True
        if len(people) >= most:
            return False
        try:
            await store.write_documents({key: (etag, json.dumps([*people, person]).encode())})
        except StaleVersion:
            continue
        return True
