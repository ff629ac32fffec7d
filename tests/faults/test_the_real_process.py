"""kill -9, throttling, broken connections, a platform that goes away: to the real program."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

from storage.records import CampaignId, DeliveryState, Tally
from tests.faults.conftest import GROUP, KILLS, PEOPLE, Town
from tests.support.connector import Faults

SLOT = timedelta(seconds=12 + 5 * KILLS)
PATIENCE = 180.0  #: seconds until the report, after the last fault


def told(tally: Tally) -> dict[str, int]:
    return {state.name.lower(): count for state, count in tally.states.items()}


async def kill_again_and_again(town: Town, rng: random.Random) -> int:
    """Start it and kill it, at random instants; the last one lives. How many were killed."""
    for _ in range(KILLS):
        await town.program.start()
        await asyncio.sleep(rng.uniform(0.2, 4.0))
        await town.program.kill()
    await town.program.start()
    return KILLS


async def test_kill_9_doubles_nobody_and_loses_nobody(town: Town, figures: dict[str, Any]) -> None:
    await town.populate(PEOPLE, SLOT)
    kills = await kill_again_and_again(town, random.Random(1))
    await town.wait_for_report(PATIENCE)
    tally = await town.check(PEOPLE, unconfirmed=GROUP * kills)
    assert tally.delivered > PEOPLE * 0.5, "most of them have it"
    figures["kill -9"] = told(tally)


async def test_kill_9_while_the_platform_is_unwell(town: Town, figures: dict[str, Any]) -> None:
    town.connector.faults = Faults(
        throttle=0.01, retry_after=0.5, errors=0.02, reset_before=0.005, reset_after=0.005, hang=0.001
    )
    await town.populate(PEOPLE, SLOT)
    kills = await kill_again_and_again(town, random.Random(2))
    await town.wait_for_report(PATIENCE)
    tally = await town.check(PEOPLE, unconfirmed=GROUP * kills + PEOPLE // 20)
    figures["kill -9, throttling, errors, resets, hangs"] = told(tally)


async def test_sigterm_finishes_what_is_in_flight_and_leaves_nothing_unconfirmed(
    town: Town, figures: dict[str, Any]
) -> None:
    town.connector.faults = Faults(latency=0.2)
    await town.populate(PEOPLE, timedelta(seconds=25))
    for pause in (3.0, 2.0, 4.0):
        await town.program.start()
        await asyncio.sleep(pause)
        assert await town.program.terminate() == 0
        store = await town.open()
        states = (await store.tally(CampaignId(1))).states
        await store.close()
        assert not states.get(DeliveryState.SENDING) and not states.get(DeliveryState.CLAIMED), "leases are given back"
        received = town.connector.tally()["messages"]
        assert states.get(DeliveryState.DELIVERED, 0) == received, "what arrived is written down"
    await town.program.start()
    await town.wait_for_report(PATIENCE)
    tally = await town.check(PEOPLE, unconfirmed=0)
    assert tally.delivered == PEOPLE
    figures["SIGTERM, three times"] = told(tally)


async def test_an_outage_of_the_platform_costs_time_and_nobody(town: Town, figures: dict[str, Any]) -> None:
    port = int(town.connector.url.rpartition(":")[2])
    await town.populate(PEOPLE, timedelta(seconds=40))
    await town.program.start()
    await asyncio.sleep(5)
    await town.connector.stop()
    await asyncio.sleep(6)
    await town.connector.start(port)
    await town.wait_for_report(PATIENCE)
    tally = await town.check(PEOPLE, unconfirmed=GROUP)
    assert tally.states.keys() <= {DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED}, "nobody is given up"
    figures["outage of six seconds"] = told(tally)
