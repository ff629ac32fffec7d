"""What may be done to a campaign in which state (S13, S15, S16), whatever is tried in whatever order.

draft -> scheduled -> running -> done. Until it starts, it can be changed and deleted; while it runs,
neither; once it is done, it can be deleted.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Channel,
    Contact,
    DeliveryState,
    Frozen,
    Message,
    PersonId,
    Schedule,
    Settled,
    Slot,
    StaleVersion,
    TenantId,
    WorkingHours,
)
from storage.records.instants import ms
from storage.sqlite import SqliteStore

CONTOSO, ADA = TenantId("contoso"), PersonId(1)
T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRAFT, SUBMITTED, SCHEDULED, RUNNING, DONE = CampaignState

#: what may be done in which state: change and schedule (S13), start, finish, delete (S13, S15, S16)
ALLOWED = {
    DRAFT: {"change", "schedule", "delete"},
    SUBMITTED: {"change", "schedule", "delete"},
    SCHEDULED: {"change", "schedule", "start", "delete"},
    RUNNING: {"finish"},
    DONE: {"delete"},
}
DEEDS = ("change", "schedule", "start", "finish", "delete")

#: what the author wrote and chose: frozen by the start
FROZEN = ("id", "tenant", "author", "name", "channel", "forms", "frozen", "created_at")


def frozen(campaign: Campaign) -> dict[str, Any]:
    return {name: getattr(campaign, name) for name in (*FROZEN, "started_at")}


def scheduled(campaign: Campaign) -> Campaign:
    hours = WorkingHours(opens=time(0), closes=time(0), days=frozenset(range(7)))
    return replace(
        campaign,
        state=SCHEDULED,
        frozen=Frozen(
            message=Message(body="Hello [FIRSTNAME]"),
            audience=Audience(everyone=True),
            schedule=Schedule(slot=Slot(start=T0, duration=HOUR), hours=hours, zone="Europe/Paris"),
        ),
    )


async def do(store: SqliteStore, deed: str, campaign: Campaign, word: str = "other") -> bool:
    """Try it, with the campaign as somebody last read it; whether the store took it."""
    try:
        if deed == "change":
            await store.save(replace(campaign, state=DRAFT, name=word, frozen=None))
        elif deed == "schedule":
            await store.save(replace(scheduled(campaign), name=word))
        elif deed == "delete":
            await store.delete_campaign(campaign)
        elif deed == "start":
            return await store.start(campaign.id, T0)
        else:
            return await store.finish(campaign.id, T0 + HOUR)
    except StaleVersion:
        return False
    return True


async def brought_to(store: SqliteStore, state: CampaignState) -> Campaign:
    """A campaign that got there step by step, with a name and an empty plan."""
    campaign = await store.new_campaign(CONTOSO, ADA, "Autumn newsletter", Channel.TEAMS, T0)
    if state is SUBMITTED:
        await store.save(replace(campaign, state=SUBMITTED))
    elif state is not DRAFT:
        await store.save(scheduled(campaign))
    if state in (RUNNING, DONE):
        assert await store.start(campaign.id, T0)
        await store.planned(campaign.id, T0)
    if state is DONE:
        assert await store.finish(campaign.id, T0 + HOUR)
    return await read(store, campaign)


async def read(store: SqliteStore, campaign: Campaign) -> Campaign:
    found = await store.campaign(campaign.id)
    assert found is not None
    return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    yield store
    await store.close()


# --- the table --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", CampaignState)
@pytest.mark.parametrize("deed", DEEDS)
async def test_a_deed_is_taken_exactly_where_the_state_allows_it(
    store: SqliteStore, state: CampaignState, deed: str
) -> None:
    campaign = await brought_to(store, state)
    assert campaign.state is state
    assert await do(store, deed, campaign) is (deed in ALLOWED[state])
    if deed not in ALLOWED[state]:
        assert await read(store, campaign) == campaign
    elif deed == "delete":
        assert await store.campaign(campaign.id) is None
    else:
        became = {"change": DRAFT, "schedule": SCHEDULED, "start": RUNNING, "finish": DONE}[deed]
        now = await read(store, campaign)
        assert (now.state, now.version) == (became, campaign.version + 1)


@pytest.mark.parametrize("state", CampaignState)
def test_the_word_changeable_says_the_same_as_the_table(state: CampaignState) -> None:
    assert state.changeable is ("change" in ALLOWED[state])


@pytest.mark.parametrize("deed", ["change", "schedule", "delete"])
async def test_who_read_it_before_it_changed_changes_nothing(store: SqliteStore, deed: str) -> None:
    old = await brought_to(store, DRAFT)
    assert await do(store, "change", old, "Ada's")
    current = await read(store, old)
    assert not await do(store, deed, old, "Louis's")
    assert await read(store, old) == current


@pytest.mark.parametrize("deed", ["change", "schedule", "delete"])
async def test_who_read_it_before_it_started_changes_nothing(store: SqliteStore, deed: str) -> None:
    old = await brought_to(store, SCHEDULED)
    assert await do(store, "start", old)
    current = await read(store, old)
    assert not await do(store, deed, old)
    assert await read(store, old) == current


async def test_of_many_who_start_it_one_does(store: SqliteStore) -> None:
    campaign = await brought_to(store, SCHEDULED)
    started = await asyncio.gather(*(store.start(campaign.id, T0 + n * HOUR) for n in range(8)))
    assert sum(started) == 1
    assert (await read(store, campaign)).version == campaign.version + 1


async def test_a_campaign_is_not_done_before_it_is_planned_and_nothing_is_open(store: SqliteStore) -> None:
    await brought_to(store, DRAFT)  # another, which stays as it is
    campaign = await brought_to(store, SCHEDULED)
    await store.start(campaign.id, T0)
    assert not await store.finish(campaign.id, T0)
    [louis] = await store.meet(CONTOSO, [Contact(address="louis@contoso.com")])
    await store.plan(campaign.id, [louis.id], [ms(T0)], T0 + HOUR)
    await store.planned(campaign.id, T0)
    assert not await store.finish(campaign.id, T0)
    [claimed] = await store.claim_due(await read(store, campaign), 1, T0, T0 + HOUR, 10)
    await store.mark_sending([claimed], 1, T0 + HOUR)
    assert not await store.finish(campaign.id, T0)
    delivered = Settled(
        id=claimed.id,
        campaign=campaign.id,
        person=louis.id,
        channel=Channel.TEAMS,
        state=DeliveryState.DELIVERED,
        at=T0,
    )
    await store.record([delivered], 1)
    assert await store.finish(campaign.id, T0 + HOUR)
    assert not await store.finish(campaign.id, T0 + HOUR)
    assert (await read(store, campaign)).finished_at == T0 + HOUR


# --- any order --------------------------------------------------------------------------------

words = st.sampled_from(["Autumn newsletter", "Fire drill", "[FIRSTNAME]", ""])


class AnyOrder(RuleBasedStateMachine):
    """Two people hold older and newer copies of one campaign, and try everything on it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.store = SqliteStore(Path(self.folder.name) / "crieur.db")
        self.runner.run(self.store.open())

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    @initialize()
    def draft(self) -> None:
        self.state: CampaignState | None = DRAFT
        self.planned = False
        self.copies = [self.runner.run(self.store.new_campaign(CONTOSO, ADA, "Autumn", Channel.TEAMS, T0))]
        self.at_start: dict[str, Any] = {}

    def current(self) -> Campaign | None:
        return self.runner.run(self.store.campaign(self.copies[0].id))

    @rule()
    def somebody_reads_it(self) -> None:
        campaign = self.current()
        if campaign is not None:
            self.copies.append(campaign)

    @rule(deed=st.sampled_from(DEEDS), copy=st.integers(0, 9), word=words)
    def somebody_tries(self, deed: str, copy: int, word: str) -> None:
        before = self.current()
        held = self.copies[-1 - copy % len(self.copies)]
        taken = self.runner.run(do(self.store, deed, held, word))
        fresh = deed in ("start", "finish") or (before is not None and held.version == before.version)
        ready = deed != "finish" or self.planned
        assert taken == (self.state is not None and deed in ALLOWED[self.state] and fresh and ready)
        if not taken:
            assert self.current() == before
            return
        self.state = {"change": DRAFT, "schedule": SCHEDULED, "start": RUNNING, "finish": DONE}.get(deed)
        if deed == "start":
            assert before is not None
            self.at_start = {**frozen(before), "started_at": T0}

    @rule()
    def the_planner_is_through(self) -> None:
        before = self.current()
        self.runner.run(self.store.planned(self.copies[0].id, T0))
        if self.state is RUNNING:
            self.planned = True
        else:
            assert self.current() == before

    @rule()
    def the_report_is_posted(self) -> None:
        before = self.current()
        self.runner.run(self.store.reported(self.copies[0].id, T0))
        campaign = self.current()
        assert campaign == before or (self.state is DONE and campaign is not None and campaign.reported_at == T0)

    @invariant()
    def it_is_where_it_should_be(self) -> None:
        campaign = self.current()
        assert (campaign.state if campaign else None) is self.state
        if campaign is not None:
            assert [found.id for found in self.runner.run(self.store.in_state(campaign.state))] == [campaign.id]

    @invariant()
    def what_has_started_says_for_ever_what_it_said(self) -> None:
        campaign = self.current()
        if campaign is not None and not campaign.state.changeable:
            assert frozen(campaign) == self.at_start


AnyOrder.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
TestAnyOrder = AnyOrder.TestCase
