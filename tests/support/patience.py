"""Waiting for what is to happen, by what the machine let us see of it.

A machine that stands still for half a minute (its host was busy, its disk was) has let nothing happen meanwhile:
between two looks no more than a moment counts, however long it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.support.speed import slowness

MOMENT = 0.25  #: seconds between two looks that count at the most


async def looks(seconds: float, pause: float = 0.02) -> AsyncIterator[None]:
    """A turn for each look, the last when ``seconds`` are used up, more of them on a busy machine."""
    loop = asyncio.get_running_loop()
    left, looked_at = seconds * slowness(), loop.time()
    while left > 0:
        yield
        await asyncio.sleep(pause)
        now = loop.time()
        left -= min(now - looked_at, MOMENT)
        looked_at = now
    yield
