"""A lease-based lock: one process does a job at a time."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from scheduler.copies.watch import REFUSE
from scheduler.ports import Clock
from storage.port.operations import Documents
from storage.records import CampaignId, StaleVersion

T = TypeVar("T")

NOTIFYING = timedelta(seconds=60)  #: more than it takes to notify an author, with a platform that answers slowly


async def run_exclusively(
    store: Documents, clock: Clock, rng: random.Random, job: str, lease: timedelta, do: Callable[[], Awaitable[T]]
) -> T | None:
    """Run ``do`` unless another process holds the job's lock; None where one does.

    The lock ends after ``lease``, should its holder die: longer than the job may take.
    """
    now, mine = clock.now(), rng.getrandbits(62)
    held = (await store.read_documents([job])).get(job)
    # an end beyond its lease was written before the wall clock was set back: nobody would do the job for as long
    if held and now.timestamp() < json.loads(held[1])["until"] <= (now + lease).timestamp() + REFUSE:
        return None
    claim = json.dumps({"until": (now + lease).timestamp(), "by": mine}).encode()
    try:
        await store.write_documents({job: (held[0] if held else "", claim)})
    except StaleVersion:
        return None
    try:
        return await do()
    finally:  # unless we took too long, and another process holds it now
        if (await store.read_documents([job])).get(job, ("", b""))[1] == claim:
            await store.delete_documents([job])


async def notify_exclusively(
    store: Documents, clock: Clock, rng: random.Random, id: CampaignId, notify: Callable[[], Awaitable[bool]]
) -> bool | None:
    """Notify a campaign's author, one process at a time: two would post two cards. None where another is at it."""
    return await run_exclusively(store, clock, rng, f"telling/{id}", NOTIFYING, notify)
