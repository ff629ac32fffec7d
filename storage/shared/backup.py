"""The mark that a backup carries, until an operator has decided what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from storage.port.operations import Documents
from storage.records import CampaignState

TAKEN = "claim/backup"  #: the document that only a backup has; it is nobody's (storage/shared/erasure.py)
#: campaigns that can still be edited
CHANGEABLE = tuple(state for state in CampaignState if state.changeable)
SKIPPED = 1_000_000  #: numbers: more than are given between a backup and its restoring


def mark(at: datetime) -> bytes:
    return json.dumps({"at": at.timestamp()}).encode()


async def taken_at(store: Documents) -> datetime | None:
    """When the backup was taken that this store is; None for one that goes on."""
    document = (await store.read_documents([TAKEN])).get(TAKEN)
    return datetime.fromtimestamp(json.loads(document[1])["at"], UTC) if document else None
