"""Things go wrong for a while after a campaign, and then nothing does: what is to come of it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.records import Campaign, CampaignState
from tests.simulation.faults import Fault, draw

if TYPE_CHECKING:
    from tests.simulation.world import World

TROUBLED = 20.0  #: seconds in which things go wrong
BOUND = 400.0  #: seconds after the faults in which it has to end
NEAR = timedelta(seconds=3)  #: before it is due
KINDS = (
    *("kill", "freeze", "kill at a mark", "freeze at a mark", "store away", "store unwell"),
    *("platform throttles", "platform breaks", "platform resets", "platform hangs", "platform away"),
)


async def trouble(world: World, number: int, seconds: float = TROUBLED) -> list[Fault]:
    """Things go wrong for a while, drawn from the seed; then nothing does."""
    rng = world.chance(f"sequel {number}")
    faults = [fault for fault in draw(rng, seconds) if fault.kind in KINDS]
    await world.go_wrong(faults, seconds)
    return faults


async def until(condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    for _ in range(int(BOUND / 2.0)):
        if await condition():
            return
        await asyncio.sleep(2.0)
    raise AssertionError(otherwise)


def is_over(campaign: Campaign) -> bool:
    return campaign.state is CampaignState.DONE and campaign.reported_at is not None
