"""``python -m tests.support.days``: the program, with idle time skipped, so that days pass in a minute.

The clock runs as ever while anything is due or on its way, and is put forward to the next instant at
which something will be, on a grid of STEP. Nothing else differs from ``python app.py``: what is sent, and
when by that clock, is the program's own doing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta

from app import open_store, serve
from bot.ops import logs
from bot.settings import Settings
from scheduler import dispatcher
from scheduler.rules.window import LATE
from storage.port.store import Store
from storage.records import Campaign, CampaignState, DeliveryState

STEP = timedelta(minutes=10)  #: those who are due within it are due together
LOOKED_AGAIN = timedelta(seconds=10)  #: by so much time passes while a campaign waits in trouble
LOOK = 0.02  #: seconds between looks
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SkippingClock:
    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead.total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def skip_to(self, instant: datetime) -> None:
        self._ahead += max(timedelta(), instant - self.now())


async def skip_for_ever(store: Store, clock: SkippingClock) -> None:
    before = None
    while True:
        await asyncio.sleep(LOOK)
        seen = await _seen(store, clock.now())
        if seen is not None and seen == before:  # twice: nothing moved between two questions
            clock.skip_to(seen)
        before = seen


async def _seen(store: Store, now: datetime) -> datetime | None:
    """The next instant at which something is due; None while anything is on its way, or nothing will be."""
    instants = [campaign.as_scheduled.schedule.slot.start for campaign in await store.in_state(CampaignState.SCHEDULED)]
    for campaign in await store.in_state(CampaignState.RUNNING):
        due = await _next(store, campaign, now)
        if due is None:
            return None
        instants.append(due)
    return min(instants, default=None)


async def _next(store: Store, campaign: Campaign, now: datetime) -> datetime | None:
    states = (await store.tally(campaign.id)).states
    if campaign.planned_at is None or states.get(DeliveryState.CLAIMED) or states.get(DeliveryState.SENDING):
        return None
    ends = campaign.as_scheduled.schedule.slot.end
    if campaign.trouble is not None:  # what is due waits until it is looked again whether that is over
        return min(EPOCH + ((now - EPOCH) // LOOKED_AGAIN + 1) * LOOKED_AGAIN, ends + LATE + timedelta(seconds=1))
    due = await store.next_due(campaign.id)
    if due is None or due >= ends:
        return ends + LATE + timedelta(seconds=1)
    return min(EPOCH - (EPOCH - due) // STEP * STEP, ends - timedelta(seconds=1)) if due > now else None


async def run(settings: Settings) -> None:
    store, clock = open_store(settings), SkippingClock()
    watched = open_store(settings)
    await watched.open()
    skipping = asyncio.create_task(skip_for_ever(watched, clock))
    try:
        await serve(settings, store=store, clock=clock)
    finally:
        skipping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await skipping
        await watched.close()


def main() -> None:
    settings = Settings()
    logs.set_up(settings.log_level, settings.log_format)
    dispatcher.POLL = LOOK
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
