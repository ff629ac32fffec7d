"""Authors hear that an operator has stopped a campaign that had not started: no live card says so.

The word is owed before the campaign is stopped, in one document of the store: {number: when it was owed}.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson

from scheduler.ports import Announcer, Clock
from storage.port.store import Store
from storage.records import CampaignId, CampaignState, StaleVersion

OWED = "stopped"  #: key of the document
UNDONE = timedelta(
    hours=1
)  #: after which a word that was owed, of a campaign that was not stopped after all, is dropped


async def owe_word(store: Store, id: CampaignId, at: datetime) -> None:
    """From here on the author will be told, once the campaign is stopped. At the machine, beside running copies."""
    while True:
        etag, owed = await _owed(store)
        try:
            await store.write_documents({OWED: (etag, orjson.dumps({**owed, str(id): at.timestamp()}))})
        except StaleVersion:
            continue
        return


async def tell_of_stopped(store: Store, announcer: Announcer, clock: Clock) -> None:
    """Say what is owed; what could not be said is said at the next call."""
    etag, owed = await _owed(store)
    if not owed:
        return
    done = [id for id, at in owed.items() if await _is_told(store, announcer, CampaignId(int(id)), clock.now(), at)]
    if not done:
        return
    left = {id: at for id, at in owed.items() if id not in done}
    try:
        await store.write_documents({OWED: (etag, orjson.dumps(left))})
    except StaleVersion:
        return  # another word is owed meanwhile: what has been said stays known by its own key
    await store.delete_documents([f"posting/stopped/{id}" for id in done])


async def _is_told(store: Store, announcer: Announcer, id: CampaignId, now: datetime, owed_at: float) -> bool:
    campaign = await store.campaign(id)
    if campaign is None or campaign.state in (CampaignState.RUNNING, CampaignState.DONE):
        return True  # its live card says so
    if campaign.state is not CampaignState.DRAFT:
        return now.timestamp() - owed_at > UNDONE.total_seconds()
    return await announcer.stopped(campaign)


async def _owed(store: Store) -> tuple[str, dict[str, float]]:
    kept = (await store.read_documents([OWED])).get(OWED)
    return (kept[0], orjson.loads(kept[1])) if kept else ("", {})
