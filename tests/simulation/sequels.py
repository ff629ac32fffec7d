"""What some lives go on with: the campaign is taken back, goes again to whoever has not confirmed, or comes every day.

Processes die over it, and stores and the platform fail, as they do over sending. The machines sleep through the days
in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections import Counter
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import aiohttp

from storage.port.store import Store
from storage.records import (
    AtEnd,
    Campaign,
    CampaignState,
    DeliveryState,
    End,
    EngagementKind,
    Every,
    FollowUp,
    NotTakenBack,
    Repeat,
    Until,
)
from storage.records.instants import ms
from storage.shared.recalls import recall_of
from tests.simulation.invariants import everybody_once, nobody_twice
from tests.simulation.mails import mailed
from tests.simulation.steps import sequence
from tests.simulation.trouble import NEAR, TROUBLED, is_over, trouble, until
from tests.support.deeds import A_DEED
from tests.support.seeding import scheduled

if TYPE_CHECKING:
    from tests.simulation.world import World

MUST_READ = FollowUp(until=Until.CONFIRMED, after=1, rounds=2)
TIMES = 3  #: occurrences of a series
SLOT = timedelta(seconds=12)  #: of each of them
COMES, QUIET_UNTIL = time(9, 29, 56), time(9, 30)
#: why a message may stay in a chat whose people have done nothing
UNKNOWN = {NotTakenBack.NOT_CERTAIN, NotTakenBack.NO_ID}


class Sequel(StrEnum):
    """What a life goes on with after its campaign."""

    NONE = "none"
    RECALL = "recall"
    MUST_READ = "must-read"
    SERIES = "series"
    SEQUENCE = "sequence"
    MAILS = "mails"

    @classmethod
    def of(cls, seed: int) -> Sequel:
        rng = random.Random(f"sequel {seed}")
        return rng.choices(list(cls), (11, 3, 2, 3, 1, 2))[0]


async def go_on(world: World, campaign: Campaign) -> None:
    """After a campaign that has ended and holds what it promised. Raises AssertionError."""
    store = world.store()
    await store.open()
    ended = await store.campaign(campaign.id)
    if ended is None or ended.state is not CampaignState.DONE:
        return
    await _SEQUELS[world.setting.sequel](world, store, ended)


async def _nothing(world: World, store: Store, campaign: Campaign) -> None:
    """Most lives end here: that makes them many."""


# --- taken back -------------------------------------------------------------------------------


async def _taken_back(world: World, store: Store, campaign: Campaign) -> None:
    end = campaign.as_scheduled.end
    world.tell(f"its messages are to be taken back: {end.does if end else 'by a press'}")
    if end is not None:
        world.leap(end.at - NEAR)
    else:
        await store.recall(campaign, world.now, deletes=False, deed=A_DEED)
    late = asyncio.create_task(_some_press_late(world)) if end else None
    faults = await trouble(world, 0)
    if end is not None and late is not None:
        await late
        await _counts_no_more(world, store, campaign, end)

    async def is_recalled() -> bool:
        recall, current = await recall_of(store, campaign.id), await store.campaign(campaign.id)
        rests = recall and (recall.again_at or min((one.due for one in recall.later), default=None))
        if rests and rests - world.now > NEAR:
            world.leap(rests)
        return current is not None and current.recalled_at is not None

    await until(is_recalled, "it is not taken back")
    recall, tally = await recall_of(store, campaign.id), await store.tally(campaign.id)
    assert recall is not None and recall.finished_at is not None
    sent = tally.states.get(DeliveryState.DELIVERED, 0) + tally.states.get(DeliveryState.UNCONFIRMED, 0)
    assert (recall.total, recall.done) == (sent, sent), recall
    there = _have_it(world, campaign)
    assert len(there) <= recall.left_behind, f"{sorted(there)} still have it; the report says {recall.failed}"
    strange = {why: count for why, count in recall.failed.items() if count and why not in UNKNOWN}
    assert sum(strange.values()) <= len(world.left), f"{strange}, and {len(world.left)} chats were troubled ({faults})"


def _have_it(world: World, campaign: Campaign) -> set[str]:
    """Chats in which it stands as it was sent; where it is closed, with the button that can be pressed no more."""
    end = campaign.as_scheduled.end
    sign = "I have read it" if end is not None and end.does is AtEnd.CLOSE else "big news"
    sent = {arrival.message for arrival in world.arrivals if arrival.campaign == campaign.id}
    return {
        chat.id
        for chat in world.platform.chats.values()
        for message in chat.messages
        if message["id"] in sent and sign in json.dumps(message)
    }


async def _some_press_late(world: World) -> None:
    """From the end on, as long as their card still shows what can be pressed."""
    rng = world.chance("late")
    await asyncio.sleep(NEAR.total_seconds() + 2.0)
    for person in [person for person in world.people if rng.random() < 0.5]:
        await world.press_if_there(person, "I have read it")


async def _counts_no_more(world: World, store: Store, campaign: Campaign, end: End) -> None:
    off = timedelta(seconds=max(map(abs, world.setting.offsets)) + 3600.0 * world.clock_was_set)
    for row in await store.results(campaign.id, 0, 1_000):
        done = [one.last for (kind, _), one in row.engaged.pressed.items() if kind is EngagementKind.ACKNOWLEDGED]
        assert max(done, default=0) < ms(end.at + off), f"{row.person.id} pressed after the end, and counts"


# --- again, to whoever has not confirmed ------------------------------------------------------


async def _rounds(world: World, store: Store, campaign: Campaign) -> None:
    for number in range(1, MUST_READ.rounds + 1):
        await _some_confirm(world, store, campaign)
        due = await _due(world, store, campaign, number)
        left = await _left(store, campaign)
        if due is None:
            pressed = any(fault.kind == "the author presses" for fault in world.suffered)  # "Remind no more"
            assert pressed or not left, f"{left} have not confirmed, and no round {number} is due"
            return
        world.leap(due - NEAR)
        await trouble(world, number)
        if not left:
            await until(lambda: _goes_on_no_more(store, campaign), "everybody has confirmed, and it goes on")
            assert len(await store.sequels(campaign.id, 10)) == number - 1, "a round to nobody"
            return
        await until(lambda number=number: _is_made_and_done(store, campaign, number), f"round {number} does not end")
        rounds = await store.sequels(campaign.id, 10)
        assert len(rounds) == number, f"{len(rounds)} rounds, and {number} were due"
        last = max(rounds, key=lambda one: one.id)
        people = {int(result.person.id) for result in await store.results(last.id, 0, 1_000)}
        assert people == left, f"round {number} went to {people}, and {left} were left"
        nobody_twice(world)
        await everybody_once(world, store, last, least=0)


async def _left(store: Store, campaign: Campaign) -> set[int]:
    """Who has it and has not confirmed it, by the rows of the campaign and of its rounds."""
    rows = [
        result
        for one in (campaign, *await store.sequels(campaign.id, 10))
        for result in await store.results(one.id, 0, 1_000)
    ]
    received = {int(row.person.id) for row in rows if row.state is DeliveryState.DELIVERED}
    return received - {int(row.person.id) for row in rows if row.engaged.has(EngagementKind.ACKNOWLEDGED)}


async def _some_confirm(world: World, store: Store, campaign: Campaign) -> None:
    """Some of those who have it; until all of them are counted."""
    rng = world.chance(f"confirm {world.loop.time()}")
    pressing = [person for person in world.people if person.chat.campaigns[campaign.id] and rng.random() < 0.3]
    for person in pressing:
        await world.press_if_there(person, "I have read it")

    async def are_counted() -> bool:
        rows = await store.results(campaign.id, 0, 1_000)
        counted = [
            one.people
            for one in await store.engagement(campaign.id)
            if one.kind is EngagementKind.ACKNOWLEDGED and one.button is None
        ]
        return sum(row.engaged.has(EngagementKind.ACKNOWLEDGED) for row in rows) == sum(counted)

    await asyncio.sleep(4.0)
    await until(are_counted, "what was confirmed is not counted")


async def _due(world: World, store: Store, campaign: Campaign, number: int) -> datetime | None:
    """When the round is due, once that is known."""

    async def is_known() -> bool:
        current = await store.campaign(campaign.id)
        sequels = current.sequels if current else None
        if sequels and sequels.last_at is None and sequels.next_at and sequels.next_at - world.now > NEAR:
            world.leap(sequels.next_at)  # a copy whose clock was set ahead has said when it is looked at
        return sequels is not None and sequels.last_at is not None and sequels.made == number - 1

    await until(is_known, f"nobody knows when round {number} is due")
    current = await store.campaign(campaign.id)
    assert current is not None and current.sequels is not None
    return current.sequels.next_at


# --- every day --------------------------------------------------------------------------------


async def _series(world: World, store: Store, campaign: Campaign) -> None:
    author = await store.person(campaign.author)
    assert author is not None
    tomorrow = (world.now + timedelta(days=1)).date()
    start = datetime.combine(tomorrow, COMES, world.now.tzinfo)
    repeat = Repeat(every=Every.DAY, first=tomorrow, at=COMES, times=TIMES)
    quiet = await _some_are_quiet(world)
    series = await scheduled(store, author, start, SLOT, name="Every day", repeat=repeat)
    for number in range(1, TIMES + 1):
        world.leap(start - NEAR + timedelta(days=number - 1))
        await trouble(world, number, seconds=SLOT.total_seconds() + TROUBLED)
        current = await store.campaign(series.id)
        assert current is not None and current.sequels is not None
        gone = len(current.sequels.missed)
        made = number - gone
        await until(
            lambda number=number, made=made: _has_come(store, series, number, made), f"time {number} does not end"
        )
        nobody_twice(world)
        for one in await store.sequels(series.id, 10):
            await everybody_once(world, store, one, least=0)
    early = [one for one in world.arrivals if one.chat in quiet and one.at.time() < QUIET_UNTIL and one.at >= start]
    off = timedelta(seconds=max(map(abs, world.setting.offsets)))
    assert all((one.at + off).time() >= QUIET_UNTIL for one in early), f"in their quiet hours: {early}"
    ended = await store.campaign(series.id)
    assert ended is not None and ended.state is CampaignState.DRAFT, "it came as often as it should, and goes on"
    starts = Counter(one.as_scheduled.schedule.slot.start for one in await store.sequels(series.id, 10))
    assert max(starts.values(), default=1) == 1, f"made twice: {starts}"
    missed = set(ended.sequels.missed if ended.sequels else ())
    assert len(starts.keys() | missed) == TIMES, f"it should have come {TIMES} times: {starts}, {missed}"


async def _some_are_quiet(world: World) -> set[str]:
    """Until some moments after each time has begun; the chats of those of whom that is known."""
    quiet = set()
    for person in world.people[-2:]:
        form = {"quiet_begins": "6:00", "quiet_ends": f"{QUIET_UNTIL:%H:%M}"}
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, AssertionError):
            await world.execute(person, "quiet.set", form)
            quiet.add(person.conversation)
    return quiet


async def _has_come(store: Store, series: Campaign, number: int, least: int) -> bool:
    current = await store.campaign(series.id)
    if current is None or current.sequels is None:
        return False
    come = await store.sequels(series.id, 10)
    seen_to = current.sequels.made + len(current.sequels.missed) >= number
    return seen_to and len(come) >= min(least, current.sequels.made) and all(is_over(one) for one in come)


# --- all of them ------------------------------------------------------------------------------


async def _goes_on_no_more(store: Store, campaign: Campaign) -> bool:
    current = await store.campaign(campaign.id)
    return current is not None and current.sequels is not None and current.sequels.next_at is None


async def _is_made_and_done(store: Store, campaign: Campaign, number: int) -> bool:
    rounds = await store.sequels(campaign.id, 10)
    return len(rounds) >= number and all(is_over(one) for one in rounds)


_SEQUELS = {
    Sequel.NONE: _nothing,
    Sequel.RECALL: _taken_back,
    Sequel.MUST_READ: _rounds,
    Sequel.SERIES: _series,
    Sequel.SEQUENCE: sequence,
    Sequel.MAILS: mailed,
}
