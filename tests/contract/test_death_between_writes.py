"""MongoDB: a copy of the bot dies between any two of its writes, and another goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Channel,
    Contact,
    ContactPage,
    DeliveryState,
    DistributionList,
    EngagementKind,
    Person,
    PersonId,
    Profile,
    Seen,
)
from storage.records.instants import ms
from storage.shared.json import to_json
from tests.contract.lives import Served, emptied, every, one_life, served
from tests.contract.world import (
    CONTOSO,
    END,
    MINUTE,
    NOW,
    claim,
    drafted,
    opened,
    outcome,
    scheduled,
    sighting,
    tallied_right,
)
from tests.support.deeds import A_DEED
from tests.support.kept import looks_at
from tests.support.sample_records import refrozen

TESTS = 3  #: each has another share of the writes
MANY = 400  #: writes; more than the whole story has
FIRST, SECOND = 1, 2  #: holders
USUAL = 3  #: the first turn in which nothing special happens

#: ada is named by an address of which the bot learns later that it is hers; louis installs late, zoe never
NAMED = [Contact(address=f"{who}@contoso.example") for who in ("a.lovelace", "louis", "marie", "zoe")]


async def live(store: Store, sent: Counter[str], holder: int, now: datetime) -> Campaign:
    """All that happens around one campaign; where some of it has happened already, the rest."""
    ada, _ = await store.remember(sighting("ada"))
    await store.remember(sighting("marie"))
    team = await _team(store, ada)
    campaign = await _started(store, ada, team, now)
    if campaign.planned_at is None:
        reachable, others = await store.recipients(CONTOSO, Audience(lists=(team.id,)), Channel.TEAMS)
        kinds = [Profile(language="fr"), Profile(department="Sales")]
        await store.keep_profiles(campaign.id, kinds)
        await store.plan(
            campaign.id, reachable, [ms(NOW)] * len(reachable), END, profiles=[kinds[0].number] * len(reachable)
        )
        await store.plan(campaign.id, others, None, END, profiles=[kinds[1].number] * len(others))
        await store.planned(campaign.id, now)
    await store.remember(sighting("ada", addresses=("ada@contoso.example", "a.lovelace@contoso.example")))
    await store.remember(sighting("louis"))
    turn = 0 if holder == FIRST else USUAL
    while await store.reap(campaign.id, now, END) or await _turn(store, campaign, sent, holder, now, turn):
        turn += 1
    await store.engage([opened(campaign, ada, now, EngagementKind.CLICKED)])
    while await store.reap(campaign.id, max(now, END) + 2 * MINUTE, END):
        pass
    await store.finish(campaign.id, END)
    return campaign


async def _team(store: Store, ada: Person) -> DistributionList:
    """Half a list, which is filled anew with all of them: nobody ever sees another part of it."""
    met = await store.meet(CONTOSO, NAMED)
    columns = [{"SITE": "Lyon"}] * len(met)
    lists = await store.lists(CONTOSO)
    if not lists:
        half = await store.blank_list(CONTOSO, ada.id)
        await store.fill_blank(half, met[:2], columns[:2])
        published = await store.publish_list(half, "Team", ["SITE"], deed=A_DEED)
        lists = [published] if published else []
    [team] = lists
    assert team.size in (2, len(met))
    if team.size == 2:
        whole = await store.blank_list(CONTOSO, ada.id)
        contacts = tuple(replace(one, columns={"SITE": "Lyon"}) for one in NAMED)
        await store.fill_from_page(whole, to_json(ContactPage(contacts=contacts)).encode())
        refilled = await store.refill_list(team.id, whole, ["SITE"], deed=A_DEED)
        assert refilled is not None
        return refilled
    return team


async def _started(store: Store, ada: Person, team: DistributionList, now: datetime) -> Campaign:
    audience = Audience(lists=(team.id,))
    campaigns = await store.campaigns(CONTOSO, 1)
    campaign = campaigns[0] if campaigns else await drafted(store, ada)
    if campaign.state is CampaignState.DRAFT:
        whole = await scheduled(store, ada, audience)  # a second one, and the draft goes
        await store.delete_campaign(campaign, deed=A_DEED)
        campaign = whole
    await store.start(campaign.id, now)
    started = await store.campaign(campaign.id)
    assert started is not None
    return refrozen(started, audience=audience)


async def _turn(store: Store, campaign: Campaign, sent: Counter[str], holder: int, now: datetime, turn: int) -> int:
    """One delivery, which goes well from the turn ``USUAL`` on; how many were due."""
    claimed = await claim(store, campaign, holder, now, limit=1, mark=turn >= USUAL)
    if turn == 0:
        await store.record(
            [outcome(one, DeliveryState.PLANNED, at=now, due=now, attempted=False) for one in claimed], holder
        )
        return len(claimed)
    if turn == 1:  # who could not be reached when it was claimed, and has come back since
        gone = [outcome(delivery, DeliveryState.WAITING, at=now, due=END, attempted=False) for delivery in claimed]
        await store.record(gone, holder)
        return len(claimed)
    if turn < USUAL:
        held = await store.mark_sending(claimed, holder, now + MINUTE)
        tried = [delivery for delivery in claimed if delivery.id in held]
        again = [
            outcome(delivery, DeliveryState.PLANNED, at=now, due=now, rung=1, seen=Seen.ABSENT) for delivery in tried
        ]
        await store.record(again, holder)
        return len(claimed)
    assert all(delivery.reachable for delivery in claimed)
    sent.update(delivery.reference.user for delivery in claimed if delivery.reference)
    await store.renew([delivery.id for delivery in claimed], holder, now + 2 * MINUTE)
    await store.record([outcome(delivery, at=now, seen=Seen.BUSY) for delivery in claimed], holder)
    return len(claimed)


async def first_life(sent: Counter[str], store: Store) -> None:
    await live(store, sent, FIRST, NOW)


@pytest.mark.parametrize("share", range(TESTS))
async def test_nobody_is_doubled_and_nobody_lost_wherever_a_copy_dies(database: object, share: int) -> None:
    like = served(database)
    step = every(like, MANY)
    for writes in range(share * step, MANY, TESTS * step):
        if not any(await asyncio.gather(_started_again(like, writes), _one_of_two(like, writes))):
            return
    raise AssertionError(f"the story has more than {MANY} writes")


async def _started_again(like: Served, writes: int) -> bool:
    """The copy that died is started again, and goes on when its leases have lapsed."""
    async with emptied(like) as database:
        sent = Counter[str]()
        died = await one_life(database, writes, partial(first_life, sent))
        async with _opened(database) as store:
            for campaign in await store.campaigns(CONTOSO, 10):
                await tallied_right(store, campaign)
            campaign = await live(store, sent, SECOND, NOW + 10 * MINUTE)
            await _all_is_well(store, campaign, sent, f"started again after {writes} writes")
        return died


async def _one_of_two(like: Served, writes: int) -> bool:
    """Another copy was there all the time, and goes on alone; only later is the first one started again."""
    async with emptied(like) as database:
        sent = Counter[str]()
        async with _opened(database) as other:
            died = await one_life(database, writes, partial(first_life, sent))
            if not await other.in_state(CampaignState.RUNNING):
                return died  # no leases and no counts: as if started again
            campaign = await live(other, sent, SECOND, NOW + 10 * MINUTE)
            await tallied_right(other, campaign)
            async with _opened(database) as store:
                await _all_is_well(store, campaign, sent, f"one of two died after {writes} writes")
        return died


@contextlib.asynccontextmanager
async def _opened(database: Served) -> AsyncIterator[Store]:
    store = database.store()
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def _all_is_well(store: Store, campaign: Campaign, sent: Counter[str], story: str) -> None:
    done = await store.campaign(campaign.id)
    assert done is not None and done.state is CampaignState.DONE, story
    await tallied_right(store, campaign)
    tally = await store.tally(campaign.id)
    assert tally.open == 0 and tally.total == 4, (story, tally)
    assert max(sent.values()) == 1, (story, sent)
    figures = {one.profile: one.recipients for one in await store.profile_figures(campaign.id)}
    assert sum(figures.values()) == 4 and len(figures) == 2, (story, figures)
    assert sum(tally.rungs.values()) == tally.delivered, (story, tally)
    for person in await store.people_in_state(campaign.id, DeliveryState.DELIVERED):
        looks = await looks_at(store, campaign.id, PersonId(person))
        assert [look.seen for look in looks].count(Seen.BUSY) == 1 and len(looks) <= 2, (story, looks)
    # whom the first copy may have sent to without saying so is unconfirmed; all others have it
    unconfirmed = tally.states.get(DeliveryState.UNCONFIRMED, 0)
    assert unconfirmed <= 1 and tally.delivered + unconfirmed == 3, (story, tally)
    assert set(sent) <= {"29:ada", "29:louis", "29:marie"} and len(sent) >= 3 - unconfirmed, (story, sent)
    assert tally.states[DeliveryState.UNREACHABLE] == 1, (story, tally)
    reach = await store.reach(CONTOSO, done.as_scheduled.audience, Channel.TEAMS)
    assert (reach.total, reach.reachable) == (4, 3), story
    presses = [(row.button, row.people, row.presses) for row in await store.engagement(campaign.id)]
    opened_once = [(None, 1, 1), (0, 1, 1)]
    assert presses in [[*opened_once, (None, 1, times), (0, 1, times)] for times in (1, 2)], (story, presses)
