"""Drafts that went by themselves, as nothing had been written in them: their forms may still stand in a chat."""

from __future__ import annotations

import orjson

from storage.port.operations import Documents
from storage.records import CampaignId

KEY = "vanished"
KEPT = 500  #: of the last ones


async def note_vanished(store: Documents, id: CampaignId) -> None:
    """Raises StaleVersion where another copy of the bot notes one at the same moment."""
    document = (await store.read_documents([KEY])).get(KEY)
    ids = [*(orjson.loads(document[1]) if document else []), id][-KEPT:]
    await store.write_documents({KEY: (document[0] if document else "", orjson.dumps(ids))})


async def has_vanished(store: Documents, id: int) -> bool:
    document = (await store.read_documents([KEY])).get(KEY)
    return document is not None and id in orjson.loads(document[1])
