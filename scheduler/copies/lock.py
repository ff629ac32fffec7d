"""One copy of the bot at a time: who is at a work says so in a document, and the others let it be."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from scheduler.ports import Clock
from storage.port.operations import Documents
from storage.records import CampaignId, StaleVersion

T = TypeVar("T")

TELLING = timedelta(seconds=60)  #: more than it takes to tell an author, with a platform that answers slowly


async def alone(
    store: Documents, clock: Clock, rng: random.Random, work: str, length: timedelta, do: Callable[[], Awaitable[T]]
) -> T | None:
    """Do a work unless somebody is at it; None when somebody is.

    ``length`` is more than it may take: who dies at it keeps the others from it so long.
    """
    now, mine = clock.now(), rng.getrandbits(62)
    found = (await store.read_documents([work])).get(work)
    if found and now.timestamp() < json.loads(found[1])["until"]:
        return None
    claim = json.dumps({"until": (now + length).timestamp(), "by": mine}).encode()
    try:
        await store.write_documents({work: (found[0] if found else "", claim)})
    except StaleVersion:
        return None
    try:
        return await do()
    finally:  # unless we took too long, and somebody else is at it
        if (await store.read_documents([work])).get(work, ("", b""))[1] == claim:
            await store.delete_documents([work])


async def tell(
    store: Documents, clock: Clock, rng: random.Random, id: CampaignId, telling: Callable[[], Awaitable[bool]]
) -> bool | None:
    """Tell an author of a campaign, one at a time: two at once would post two cards. None when somebody is at it."""
    return await alone(store, clock, rng, f"telling/{id}", TELLING, telling)
