"""What must hold of every life, whatever went wrong in it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from cards.kit.texts import Texts
from cards.languages import LANGUAGES
from scheduler.planner import open_time_of
from scheduler.precheck import WRITTEN_TO
from scheduler.presence_lookup import PATIENCE, SOON
from storage.port.store import Store
from storage.records import (
    COUNTED,
    FINAL,
    Campaign,
    CampaignState,
    Channel,
    DeedKind,
    DeliveryState,
    EngagementKind,
    NotReached,
    PresenceChoice,
    Result,
    Seen,
    Subject,
    Tally,
    TenantId,
)
from tests.simulation.choosing import chosen_once
from tests.simulation.faults import PEOPLES

if TYPE_CHECKING:
    from tests.simulation.world import World

#: seconds by which a message may come after its hours: it had left in time
ON_ITS_WAY = 30.0
#: what is on its way takes so long at the most, where nothing is broken
CALM = timedelta(seconds=5)
#: faults that may cut a turn off, or a reply
MAY_CUT_OFF = ("kill", "freeze", "store", "disk", "platform", "clock", "somebody", "the author")
UNASKED = timedelta(seconds=SOON + 2 * PATIENCE)
HELP = [Texts(language)("What I can do") for language in LANGUAGES]


async def check(world: World, scheduled: Campaign) -> None:
    """At the end of a life. Raises AssertionError."""
    store = world.store()
    await store.open()
    campaign = await _the_end(world, store, scheduled)
    nobody_twice(world)
    assert not world.undone, world.undone[0]
    await _audited(world, store)
    if campaign.state is not CampaignState.DONE:
        _never_started(world, campaign)
        return
    await _only_who_was_approved(world, store, campaign)
    await _only_who_is_there(world, store, campaign)
    assert not (order := world.history.illegal()), order
    await everybody_once(world, store, campaign, least=len(world.people) - len(world.left))
    await chosen_once(world, store, campaign)
    await _engagement_adds_up(store, campaign)
    await _in_time(world, store, campaign)
    await _nobody_who_wants_none(world, store)
    _unchanged(scheduled, campaign)
    _in_its_hours(world, campaign)
    _within_the_rate(world)
    _reported(world)
    await _done_once(world, store)


async def _the_end(world: World, store: Store, scheduled: Campaign) -> Campaign:
    """Liveness: everything ends, and the author is told or left to ask."""
    from tests.simulation.world import BOUND

    for _ in range(int(BOUND / 5.0)):
        campaign = await store.campaign(scheduled.id)
        assert campaign is not None
        if world.approved is not None and campaign.started_at is None and campaign.frozen != scheduled.frozen:
            return campaign
        if campaign.state is CampaignState.DONE and campaign.reported_at is not None:
            await asyncio.sleep(3.0)  # counters of MongoDB come a moment later
            return campaign
        await asyncio.sleep(5.0)
    raise AssertionError(
        f"it does not end: {campaign.state}, reported {campaign.reported_at}, {await store.tally(campaign.id)}"
    )


def nobody_twice(world: World) -> None:
    counts = Counter((arrival.chat, arrival.campaign) for arrival in world.arrivals)
    twice = [chat for (chat, _), count in counts.items() if count > 1]
    assert not twice, f"received twice: {twice}"


def _never_started(world: World, campaign: Campaign) -> None:
    """It waits for somebody's word, as its audience is not the one that was approved: nobody has received it."""
    assert not world.arrivals, f"the campaign is {campaign.state}, and was received"


async def _only_who_was_approved(world: World, store: Store, campaign: Campaign) -> None:
    if world.approved is None or campaign.approval != world.started.approval:
        return
    received = {arrival.chat for arrival in world.arrivals}
    for result in await store.results(campaign.id, 0, 1_000):
        reference = await store.reference(result.person.id, Channel.TEAMS)
        if reference is not None and reference.conversation in received:
            assert result.person.id in world.approved, f"{reference.conversation} was not approved, and received it"


async def _only_who_is_there(world: World, store: Store, campaign: Campaign) -> None:
    """Whom the service last showed otherwise was not written to; who ended as absent was absent."""
    wanted = campaign.as_scheduled.schedule.presence
    if wanted is PresenceChoice.ALWAYS:
        return
    arrivals = {arrival.chat: arrival.at for arrival in world.arrivals}
    for result in await store.results(campaign.id, 0, 1_000):
        shown = world.presences.shown[result.person.id]
        reference = await store.reference(result.person.id, Channel.TEAMS)
        at = arrivals.get(reference.conversation) if reference else None
        if at is not None:
            before = [(then, how) for then, how in shown if then <= at]
            there = bool(before) and Seen(before[-1][1].value) in WRITTEN_TO[wanted]
            # a copy that had no answer asks no more for a while, and sends: the author's choice
            unknown = any(then <= at < then + UNASKED for then in world.presences.silent)
            assert there or unknown, f"{result.person.id} received it, and showed as {before[-1:]}"
        elif result.state is DeliveryState.ABSENT:
            assert shown and Seen(shown[-1][1].value) not in WRITTEN_TO[wanted], f"{result.person.id} was there"


async def _counted_by_profile(store: Store, campaign: Campaign, results: Sequence[Result], tally: Tally) -> None:
    """What is counted by what is known of people is what the rows say."""
    figures = await store.profile_figures(campaign.id)
    assert sum(one.recipients for one in figures) == tally.total, (figures, tally)
    assert sum(one.sent for one in figures) == tally.delivered, (figures, tally)
    for kind in () if campaign.anonymous else COUNTED:
        did = sum(result.engaged.has(kind) for result in results)
        assert sum(getattr(one, kind) for one in figures) == did, (kind, figures)


async def everybody_once(world: World, store: Store, campaign: Campaign, least: int) -> None:
    """Everybody has one final state, which is true of what the platform did; counters are what the rows say.

    ``least``: recipients, at the least.
    """
    results = await store.results(campaign.id, 0, 1_000)
    tally = await store.tally(campaign.id)
    assert len(results) == tally.total >= least, (len(results), tally)
    assert sum(tally.reasons.values()) == sum(
        count for state, count in tally.states.items() if state.final and state is not DeliveryState.DELIVERED
    ), tally
    rows = Counter(result.state for result in results)
    assert rows == Counter({state: count for state, count in tally.states.items() if count}), (rows, tally.states)
    await _counted_by_profile(store, campaign, results, tally)
    received = {arrival.chat for arrival in world.arrivals if arrival.campaign == campaign.id}
    for result in results:
        assert result.state >= FINAL, f"{result.person.id} is {result.state}"
        reference = await store.reference(result.person.id, Channel.TEAMS)
        chat = reference.conversation if reference else ""
        if result.state is DeliveryState.DELIVERED:
            assert chat in received, f"{chat}: delivered, says the report, and the platform never took it"
        elif result.state is not DeliveryState.UNCONFIRMED:
            assert chat not in received, f"{chat}: {result.state.name}, says the report, and it was received"
        if result.state is DeliveryState.UNREACHABLE:
            newcomer = chat not in {person.conversation for person in world.people}
            assert newcomer or chat in world.left, f"{chat}: unreachable ({result.reason}), and nothing was the matter"
        if result.state is DeliveryState.FAILED:
            refused = any(fault.kind == "platform answers oddly" for fault in world.suffered)
            assert refused, f"{chat}: failed ({result.reason}, {result.detail}): the platform refused nothing"
        if result.state is DeliveryState.EXPIRED or result.state is DeliveryState.UNCONFIRMED:
            waits = campaign.as_scheduled.schedule.presence is not PresenceChoice.ALWAYS
            waits |= world.setting.parts.wishes and result.reason is NotReached.QUIET
            assert world.suffered or world.was_cut or waits, (
                f"{chat}: {result.state.name} ({result.reason}), and nothing went wrong"
            )


async def _engagement_adds_up(store: Store, campaign: Campaign) -> None:
    """The report's counters of what people did are what their rows say."""
    rows = [result.engaged for result in await store.results(campaign.id, 0, 1_000)]
    counted = {one.kind: (one.people, one.presses) for one in await store.engagement(campaign.id) if one.button is None}
    for kind in EngagementKind:
        people = sum(row.has(kind) for row in rows)
        in_rows = (people, sum(row.presses(kind) for row in rows))
        assert counted.get(kind, (0, 0)) == in_rows, f"{kind}: counted {counted.get(kind)}, and the rows say {in_rows}"


async def _in_time(world: World, store: Store, campaign: Campaign) -> None:
    """Where nothing but people troubled it, everybody who was there in time has it."""
    if any(not fault.kind.startswith(PEOPLES) for fault in world.faults) or world.was_cut:
        return
    if campaign.as_scheduled.schedule.presence is not PresenceChoice.ALWAYS:
        return
    end = campaign.as_scheduled.schedule.slot.end - CALM
    there = {person.conversation for person in world.people} | {chat for chat, at in world.came.items() if at < end}
    received = {arrival.chat for arrival in world.arrivals}
    missing = there - received - world.left
    assert not missing, f"{sorted(missing)} were there, and did not receive it"


async def _nobody_who_wants_none(world: World, store: Store) -> None:
    heard = set()  # whose word was taken: a store that is away takes none, and the bot says so
    for person in world.people:
        kept = await store.person_at(person.tenant, person.address)  # type: ignore[arg-type]
        if kept is not None and (kept.muted or kept.quiet or kept.left_topics):
            heard.add(person.conversation)
    for arrival in world.arrivals:
        since = world.muted.get(arrival.chat) if arrival.chat in heard else None
        assert since is None or arrival.at < since + CALM, f"{arrival.chat}: none since {since}, received {arrival.at}"


async def _done_once(world: World, store: Store) -> None:
    """What the platform brought twice was done once; and answered once, where nothing came between."""
    for person, id in world.twice:
        if person is world.author:
            named = await store.campaigns(TenantId(person.tenant), 100, 0, id)
            assert sum(campaign.name == id for campaign in named) <= 1, f"{id}: a second draft"
    certain = not world.was_cut and not any(fault.kind.startswith(MAY_CUT_OFF) for fault in world.faults)
    undisturbed = all(fault.kind.startswith(PEOPLES) for fault in world.faults)
    for person in {one.conversation: one for one, _ in world.twice}.values():
        left = person.conversation in world.left
        if person is world.author or (left and not undisturbed):
            continue
        repeats = sum(one is person for one, _ in world.twice)
        replies = sum(any(words in str(card) for words in HELP) for _, card in person.cards())
        most = repeats if undisturbed else 2 * repeats
        assert replies == repeats if certain and not left else replies <= most, (
            f"{person.conversation}: {replies} replies to {repeats}"
        )


async def _audited(world: World, store: Store) -> None:
    """Who did what is in the audit, wherever a process died; what is made has been made once."""
    noted = Counter((one.deed, one.subject, one.id, one.by) for _, one in await store.audit_from(0, 10_000))
    twice = [deed for deed, count in noted.items() if deed[0] is DeedKind.CREATED and count > 1]
    assert not twice, f"noted twice: {twice}"
    deeds = set()
    for person in world.people:
        kept = await store.person_at(person.tenant, person.address)  # type: ignore[arg-type]
        if kept is not None and kept.muted:
            deeds.add((DeedKind.MUTED, Subject.PERSON, str(kept.id), kept.id))
    for campaign in await store.campaigns(TenantId(world.author.tenant), 100, 0):
        if campaign.id != world.started.id:
            deeds.add((DeedKind.CREATED, Subject.CAMPAIGN, str(campaign.id), campaign.author))
        elif campaign.held is not None:
            deeds.add((DeedKind.SUBMITTED, Subject.CAMPAIGN, str(campaign.id), None))
    assert deeds <= noted.keys(), f"the audit lacks {deeds - noted.keys()}"


def _unchanged(scheduled: Campaign, campaign: Campaign) -> None:
    assert scheduled.frozen == campaign.frozen, "a started campaign changed"


def _in_its_hours(world: World, campaign: Campaign) -> None:
    schedule = campaign.frozen.schedule if campaign.frozen else None
    assert schedule is not None
    slot = schedule.slot
    off = max(map(abs, world.setting.offsets)) + 3600.0 * any("clock" in fault.kind for fault in world.faults)
    before, after = timedelta(seconds=off), timedelta(seconds=off + ON_ITS_WAY)
    hours = open_time_of(schedule)
    for arrival in world.arrivals:
        inside = any(start - before <= arrival.at < end + after for start, end in hours.intervals)
        assert slot.start - before <= arrival.at and inside, f"{arrival.chat}: at {arrival.at}, outside its hours"


def _within_the_rate(world: World) -> None:
    """In any two seconds no more than every copy's share and what its bucket keeps.

    What a process that was stopped or killed had let go, or a wire had held up, may come together with what follows.
    """
    rate, copies = world.setting.rate, len(world.copies)
    held_up = ("kill", "freeze", "platform hangs", "activities out of order")
    disturbed = [fault for fault in world.faults if fault.kind.startswith(held_up)]
    most = (2.0 * rate + 2.0) * (copies + len(disturbed))
    times = sorted(arrival.at for arrival in world.arrivals)
    for first, start in enumerate(times):
        count = sum(at < start + timedelta(seconds=2) for at in times[first:])
        assert count <= most, f"{count} messages in two seconds, at {rate} a second"


def _reported(world: World) -> None:
    """One report card comes by itself; a second where nobody knows whether the first arrived; more where one asks."""
    reports = world.platform.reports
    asked = sum(fault.kind == "the author presses" for fault in world.faults)
    kinds = ("platform", "kill", "freeze", "store", "clock", "disk")
    doubtful = world.was_cut or any(fault.kind.startswith(kinds) for fault in world.faults)
    # two that broke may both be lost: after these the author asks
    lost = any(fault.kind == "platform resets" for fault in world.faults)
    assert 1 - lost <= reports <= 1 + doubtful + asked, f"{reports} report cards"
