"""A campaign's life on every store (S13, S15, S16): whatever is tried in whatever order, the table decides.

Two people hold older and newer copies of one campaign while the bot starts, plans, ends and forgets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from storage.port.store import Store
from storage.records import Campaign, CampaignId, CampaignState, Frozen, Person, PersonId, StaleVersion, campaign_life
from storage.records.campaign_life import BY_PEOPLE, TRANSITIONS, Change, NotPossible
from storage.records.instants import ms
from tests.contract.test_ab_tests import CHOICE
from tests.contract.world import END, MINUTE, NOW, drafted, frozen, install
from tests.simulation.mongo import SimulatedMongo
from tests.support.deeds import A_DEED

T = TypeVar("T")
LOUIS = PersonId(2)
LATER = timedelta(days=1)
BY_THE_BOT = tuple(change for change in Change if TRANSITIONS[change].stamp)

#: what a person's change makes of the campaign that they have read
CHANGES: dict[Change, Callable[[Campaign, Frozen], Campaign]] = {
    Change.EDIT: lambda campaign, _: campaign_life.edit(
        campaign, {"message": {"body": "Other"}}, NOW, LOUIS, name="Other"
    ),
    Change.TO_DRAFT: lambda campaign, _: campaign_life.to_draft(campaign),
    Change.SUBMIT: lambda campaign, _: campaign_life.submit(campaign, LOUIS),
    Change.SEND_BACK: lambda campaign, _: campaign_life.send_back(campaign),
    Change.APPROVE: lambda campaign, parts: campaign_life.approve(campaign, parts, LOUIS),
    Change.SCHEDULE: campaign_life.schedule,
}
#: which copy of the campaign somebody holds: 0 is the newest, which is right most often
COPIES = st.sampled_from([0, 0, 1, 3])
DELIVERY = "a delivery"
_STARTED = (Change.SCHEDULE, Change.START)
_DONE = (*_STARTED, DELIVERY, Change.PLANNED, "its end", Change.FINISH)
#: from a draft to everywhere that a campaign can be
WAYS: tuple[tuple[Change | str, ...], ...] = (
    (),
    (Change.SUBMIT,),
    (Change.SCHEDULE,),
    _STARTED,
    (*_STARTED, Change.PLANNED),
    (*_STARTED, DELIVERY, Change.PLANNED),
    _DONE,
    (*_DONE, Change.REPORTED, Change.SEAL),
    (*_DONE, Change.SEAL, Change.ERASED),
    (*_DONE, Change.RECALL),
    (*_DONE, Change.RECALL, Change.RECALLED),
)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop, ada: Person) -> None:
        super().__init__()
        self.store, self.loop, self.ada = store, loop, ada

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result()

    @initialize(way=st.sampled_from(WAYS))
    def a_campaign(self, way: tuple[Change | str, ...]) -> None:
        self.held = [self.run(drafted(self.store, self.ada))]
        self.current: Campaign | None = self.held[0]
        self.at_start: Campaign | None = None
        for step in way:
            if isinstance(step, Change):
                self.tries(step)
            elif step is DELIVERY:
                self.a_recipient_has_a_delivery()
            else:
                self.its_slot_is_over()

    @precondition(lambda self: self.current is None)
    @rule(way=st.sampled_from(WAYS))
    def another_one(self, way: tuple[Change | str, ...]) -> None:
        self.a_campaign(way)

    def tries(self, change: Change) -> None:
        """With the campaign as it is now."""
        if change in BY_PEOPLE:
            self.somebody_changes_it(change, 0, later=False)
        elif change is Change.DELETE:
            self.somebody_deletes_it(0)
        elif change is Change.RECALL:
            self.somebody_takes_it_back(0, later=False)
        else:
            self.the_bot_goes_on(change, 0)
        self.it_is_what_the_table_makes_of_it()

    def read(self) -> Campaign | None:
        return self.run(self.store.campaign(self.held[0].id))

    def takes(self, change: Change) -> bool:
        """What the table says of the campaign as it is now."""
        campaign, transition = self.current, TRANSITIONS[change]
        return (
            campaign is not None
            and campaign.state in transition.states
            and (not transition.stamp or getattr(campaign, transition.stamp) is None)
            and (not transition.after or getattr(campaign, transition.after) is not None)
        )

    @rule(change=st.sampled_from(BY_PEOPLE), copy=COPIES, later=st.booleans())
    def somebody_changes_it(self, change: Change, copy: int, later: bool) -> None:
        read = self.held[-1 - copy % len(self.held)]
        try:
            changed = CHANGES[change](read, frozen(start=NOW + LATER if later else NOW))
        except NotPossible:
            assert read.state not in TRANSITIONS[change].states
            return
        assert read.state in TRANSITIONS[change].states and changed.state is TRANSITIONS[change].to
        self._saved(changed, fresh=self.current is not None and self.current.version == read.version)

    @rule(state=st.sampled_from(CampaignState), whole=st.booleans())
    def somebody_writes_a_state_by_hand(self, state: CampaignState, whole: bool) -> None:
        read = self.held[-1]
        by_hand = replace(read, state=state, frozen=frozen() if whole else None)
        fresh = self.current is not None and self.current.version == read.version
        leads_there = any(self.takes(change) and TRANSITIONS[change].to is state for change in BY_PEOPLE)
        self._saved(by_hand, fresh=fresh and leads_there and whole is (state is CampaignState.SCHEDULED))

    def _saved(self, changed: Campaign, *, fresh: bool) -> None:
        try:
            saved = self.run(self.store.save(changed, deed=A_DEED))
        except StaleVersion:
            assert not fresh
            return
        assert fresh
        assert saved == replace(changed, version=changed.version + 1)
        self.current = saved
        self.held.append(saved)

    @rule(copy=COPIES)
    def somebody_deletes_it(self, copy: int) -> None:
        read = self.held[-1 - copy % len(self.held)]
        fresh = self.current is not None and self.current.version == read.version
        try:
            self.run(self.store.delete_campaign(read, deed=A_DEED))
        except StaleVersion:
            assert not (fresh and self.may_go())
        else:
            assert fresh and self.may_go()
            self.current = None

    def may_go(self) -> bool:
        now = self.current
        taken_back = now is None or now.recall_at is None or now.recall_at > NOW or now.recalled_at is not None
        return self.takes(Change.DELETE) and taken_back

    @rule(copy=COPIES, later=st.booleans())
    def somebody_takes_it_back(self, copy: int, later: bool) -> None:
        read, now, at = self.held[-1 - copy % len(self.held)], self.current, NOW + LATER if later else NOW
        fresh = now is not None and now.version == read.version
        open = now is not None and now.sealed_at is None and (now.recall_at is None or now.recall_at > NOW)
        try:
            recalling = self.run(self.store.recall(read, at, deletes=later, deed=A_DEED))
        except StaleVersion:
            assert not (fresh and open and self.takes(Change.RECALL))
        else:
            assert fresh and open and self.takes(Change.RECALL)
            assert recalling == replace(
                read, version=read.version + 1, recall_at=at, recall_by=A_DEED.by, recall_deletes=later
            )
            self.current = recalling
            self.held.append(recalling)

    @rule(change=st.sampled_from(BY_THE_BOT), minutes=st.integers(0, 3))
    def the_bot_goes_on(self, change: Change, minutes: int) -> None:
        id, at, before = self.held[0].id, NOW + minutes * MINUTE, self.current
        taken = self.takes(change)
        if change is Change.START and before is not None and before.frozen is not None:
            taken = taken and at >= before.frozen.schedule.slot.start
        if change is Change.FINISH:
            taken = taken and not self.run(self.store.tally(id)).open
        if change is Change.CHOOSE:
            taken = False  # these campaigns try no variants: test_ab_tests.py has some that do
        asked = {
            Change.CHOOSE: self._choose,
            Change.START: self.store.start,
            Change.PLANNED: self.store.planned,
            Change.FINISH: self.store.finish,
            Change.REPORTED: self.store.reported,
            Change.SEAL: self.store.seal,
            Change.ERASED: partial(self.store.forgotten, deed=A_DEED),
            Change.RECALLED: self.store.recalled,
        }[change]
        did = self.run(asked(id, at))
        assert did is None or did is taken
        if taken:
            assert before is not None
            transition, stamped = TRANSITIONS[change], {TRANSITIONS[change].stamp: at}
            to = transition.to or before.state
            self.current = replace(before, version=before.version + 1, state=to, **stamped)  # type: ignore[arg-type]
            self.held.append(self.current)
        if taken and change is Change.START:
            self.at_start = self.current

    async def _choose(self, id: CampaignId, at: datetime) -> Campaign | None:
        return await self.store.choose(id, CHOICE, deed=replace(A_DEED, at=at))

    @precondition(lambda self: self.current is not None and self.current.state is CampaignState.RUNNING)
    @rule()
    def a_recipient_has_a_delivery(self) -> None:
        self.run(self.store.plan(self.held[0].id, [self.ada.id], [ms(NOW)], END))

    @precondition(lambda self: self.current is not None and self.current.state is CampaignState.RUNNING)
    @rule()
    def its_slot_is_over(self) -> None:
        self.run(self.store.reap(self.held[0].id, END, END))

    @invariant()
    def it_is_what_the_table_makes_of_it(self) -> None:
        assert self.read() == self.current

    @invariant()
    def what_has_started_says_for_ever_what_it_said(self) -> None:
        begun, now = self.at_start, self.current
        if begun and now:
            assert (now.name, now.channel, now.forms) == (begun.name, begun.channel, begun.forms)
            assert (now.frozen, now.started_at) == (begun.frozen, begun.started_at)

    @invariant()
    def it_is_found_under_its_state_and_no_other(self) -> None:
        now = self.current
        due = now is not None and now.state is CampaignState.SCHEDULED and now.as_scheduled.schedule.slot.start <= NOW
        assert (self.held[0].id in [one.id for one in self.run(self.store.due_to_start(NOW))]) is due


def _not_on_the_model(store: Store) -> None:
    if isinstance(store, SimulatedMongo):
        pytest.skip("MongoStore, as on a server, on a model that reads every row for each question: a minute of it")


async def test_each_change_is_made_exactly_where_the_table_allows_it(store: Store) -> None:
    _not_on_the_model(store)
    (ada,) = await install(store, "ada")
    life = AnyOrder(store, asyncio.get_running_loop(), ada)
    life.current = None

    def by_hand(state: CampaignState) -> None:
        life.somebody_writes_a_state_by_hand(state, whole=state is CampaignState.SCHEDULED)
        life.it_is_what_the_table_makes_of_it()

    def everywhere() -> None:
        tries = [
            *(partial(life.tries, change) for change in Change),
            *(partial(by_hand, state) for state in CampaignState),
        ]
        for way in WAYS:
            there = None
            for attempt in tries:
                if life.current is not there or there is None:  # the attempt before was taken
                    life.a_campaign(way)
                    there = life.current
                attempt()

    await asyncio.to_thread(everywhere)


async def test_whatever_is_tried_in_whatever_order_the_table_decides(store: Store) -> None:
    _not_on_the_model(store)
    (ada,) = await install(store, "ada")
    a_life = partial(AnyOrder, store, asyncio.get_running_loop(), ada)
    few = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],  # a busy machine is not a wrong result
    )
    await asyncio.to_thread(run_state_machine_as_test, a_life, settings=few)  # type: ignore[arg-type]  # makes one


async def test_a_campaign_that_was_moved_since_it_was_due_does_not_start(store: Store) -> None:
    """Its author moves it between the bot's look for what is due and the start."""
    (ada,) = await install(store, "ada")
    campaign = await store.save(campaign_life.schedule(await drafted(store, ada), frozen()), deed=A_DEED)
    assert await store.due_to_start(NOW) == [campaign]
    moved = await store.save(campaign_life.schedule(campaign, frozen(start=NOW + LATER)), deed=A_DEED)
    assert not await store.start(campaign.id, NOW)
    assert await store.campaign(campaign.id) == moved
    assert await store.start(campaign.id, NOW + LATER)
