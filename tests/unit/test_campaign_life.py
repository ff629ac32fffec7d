"""A campaign's life as data: each change is made exactly where the table says; the documentation shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.records import Campaign, CampaignState, PersonId, StaleVersion, campaign_life
from storage.records.campaign_life import TRANSITIONS, Change, NotPossible, TooEarly, TooLate, Transition, allows
from tests.support.sample_records import START, campaign

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"
LOUIS = PersonId(2)
DRAFT, SUBMITTED, SCHEDULED, RUNNING, DONE = CampaignState
PARTS = campaign("en").as_scheduled

FUNCTIONS: dict[Change, Callable[[Campaign], Campaign]] = {
    Change.EDIT: lambda one: campaign_life.edit(one, {}, START, PersonId(1)),
    Change.TO_DRAFT: campaign_life.to_draft,
    Change.SUBMIT: lambda one: campaign_life.submit(one, LOUIS),
    Change.SEND_BACK: campaign_life.send_back,
    Change.APPROVE: lambda one: campaign_life.approve(one, PARTS, LOUIS),
    Change.SCHEDULE: lambda one: campaign_life.schedule(one, PARTS),
    Change.START: lambda one: campaign_life.start(one, START),
    Change.PLANNED: lambda one: campaign_life.planned(one, START),
    Change.FINISH: lambda one: campaign_life.finish(one, START),
    Change.REPORTED: lambda one: campaign_life.reported(one, START),
    Change.SEAL: lambda one: campaign_life.seal(one, START),
    Change.ERASED: lambda one: campaign_life.erased(one, START),
}


def in_state(state: CampaignState) -> Campaign:
    """The campaign with nothing stamped but what its state asks for."""
    started = START if state in (RUNNING, DONE) else None
    return campaign(
        "en",
        state,
        frozen=None if state in (DRAFT, SUBMITTED) else PARTS,
        started_at=started,
        planned_at=started if state is DONE else None,
        finished_at=START if state is DONE else None,
    )


def ready(state: CampaignState, transition: Transition) -> Campaign:
    """The same, with what has to be there before the change."""
    one = in_state(state)
    return replace(one, **{transition.after: START}) if transition.after else one  # type: ignore[arg-type]


@pytest.mark.parametrize("change", FUNCTIONS)
def test_a_change_is_made_exactly_in_the_states_of_the_table(change: Change) -> None:
    transition, make = TRANSITIONS[change], FUNCTIONS[change]
    for state in CampaignState:
        before = ready(state, transition)
        if state not in transition.states:
            with pytest.raises(NotPossible):
                make(before)
            assert not allows(before, change)
            continue
        assert allows(before, change)
        after = make(before)
        assert after.state is (transition.to or state), state
        assert after.version == before.version, "the store counts versions"
        if transition.stamp:
            assert getattr(after, transition.stamp) == START
            with pytest.raises(TooLate):
                make(replace(after, state=state))
        if transition.after:
            with pytest.raises(TooEarly):
                make(replace(before, **{transition.after: None}))  # type: ignore[arg-type]


def test_what_was_scheduled_is_held_exactly_while_it_is_scheduled_or_has_started() -> None:
    for change in campaign_life.BY_PEOPLE:
        for state in TRANSITIONS[change].states:
            after = FUNCTIONS[change](in_state(state))
            assert (after.frozen is not None) is (after.state is SCHEDULED), f"{change} in {state}"


def test_the_word_changeable_says_the_same_as_the_table() -> None:
    for state in CampaignState:
        assert state.changeable is (state in TRANSITIONS[Change.EDIT].states)


def test_nothing_leads_back_from_the_start() -> None:
    for change, transition in TRANSITIONS.items():
        if {RUNNING, DONE} & {*transition.states} and transition.to:
            assert (change, transition.to) == (Change.FINISH, DONE)


def test_it_does_not_start_before_its_slot_nor_end_while_a_delivery_is_open() -> None:
    with pytest.raises(TooEarly):
        campaign_life.start(in_state(SCHEDULED), START - timedelta(milliseconds=1))
    planned = campaign_life.planned(in_state(RUNNING), START)
    with pytest.raises(TooEarly):
        campaign_life.finish(planned, START, open=True)


def test_an_edit_takes_the_approval_back() -> None:
    approved = campaign_life.approve(in_state(SUBMITTED), PARTS, LOUIS)
    assert approved.approved_by == LOUIS
    edited = campaign_life.edit(approved, {"message": {"body": "Other"}}, datetime(2030, 1, 1, tzinfo=UTC), PersonId(1))
    assert (edited.approved_by, edited.frozen) == (None, None)


def test_a_state_that_no_change_leads_to_is_not_saved() -> None:
    draft = in_state(DRAFT)
    for state in (RUNNING, DONE):
        with pytest.raises(NotPossible):
            campaign_life.saved(draft, replace(draft, state=state))
    with pytest.raises(NotPossible):
        campaign_life.saved(draft, replace(draft, state=SCHEDULED))
    with pytest.raises(StaleVersion):
        campaign_life.saved(replace(draft, version=draft.version + 1), draft)
    with pytest.raises(StaleVersion):
        campaign_life.saved(None, draft)


def test_the_documentation_shows_the_table() -> None:
    states = {change: ", ".join(transition.states) for change, transition in TRANSITIONS.items()}
    rows = ["| Change | While it is | It becomes | Needs | Keeps the instant as |", "|---|---|---|---|---|"]
    for change, transition in TRANSITIONS.items():
        to = "gone" if change is Change.DELETE else transition.to or ""
        needs = " and ".join(filter(None, (f"`{transition.after}`" if transition.after else "", transition.needs)))
        stamp = f"`{transition.stamp}`" if transition.stamp else ""
        rows.append(f"| {' | '.join((f'`{change}`', states[change], to, needs, stamp))} |")
    table = "\n".join(rows)
    assert table in ARCHITECTURE.read_text(encoding="utf-8"), f"docs/architecture.md has to show:\n{table}"
