"""A campaign's life as data: each change is made exactly where the table says; the documentation shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.records import (
    ABTest,
    Approval,
    Audience,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
    Consideration,
    Held,
    Measure,
    NotReached,
    OtherWords,
    PersonId,
    StaleVersion,
    Tried,
    Trouble,
    Variant,
    WhyChosen,
    WhyHeld,
    campaign_life,
)
from storage.records.campaign_life import TRANSITIONS, Change, NotPossible, TooEarly, TooLate, Transition, allows
from tests.support.sample_records import CONTOSO, START, campaign, person, refrozen

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"
LOUIS = PersonId(2)
DRAFT, SUBMITTED, SCHEDULED, RUNNING, DONE = CampaignState
PARTS = campaign("en").as_scheduled

TEST = ABTest(words={"": OtherWords(title="B")}, share=50, measure=Measure.OPENED, after=1)
CHOICE = Choice(variant=Variant.A, why=WhyChosen.AHEAD, a=Tried(sent=1, did=1), b=Tried(sent=1, did=0))


def _testing(one: Campaign) -> Campaign:
    """The same, with two variants, once it has been scheduled."""
    return replace(one, frozen=replace(one.frozen, ab_test=TEST)) if one.frozen else one


FUNCTIONS: dict[Change, Callable[[Campaign], Campaign]] = {
    Change.EDIT: lambda one: campaign_life.edit(one, {}, START, PersonId(1)),
    Change.TO_DRAFT: campaign_life.to_draft,
    Change.SUBMIT: lambda one: campaign_life.submit(one, LOUIS),
    Change.SEND_BACK: campaign_life.send_back,
    Change.APPROVE: lambda one: campaign_life.approve(one, PARTS, LOUIS),
    Change.SCHEDULE: lambda one: campaign_life.schedule(one, PARTS),
    Change.START: lambda one: campaign_life.start(one, START),
    Change.PLANNED: lambda one: campaign_life.planned(one, START),
    Change.CHOOSE: lambda one: campaign_life.choose(_testing(one), CHOICE, START),
    Change.FINISH: lambda one: campaign_life.finish(one, START),
    Change.REPORTED: lambda one: campaign_life.reported(one, START),
    Change.SEAL: lambda one: campaign_life.seal(one, START),
    Change.ERASED: lambda one: campaign_life.erased(one, START),
    Change.RECALL: lambda one: campaign_life.recall(one, START, LOUIS, START, deletes=True),
    Change.RECALLED: lambda one: campaign_life.recalled(one, START),
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


# --- what each change leaves, and what it takes ----------------------------------------------

HELD = Held(why=WhyHeld.GREW, frozen=PARTS, approved=1, people=2, newcomers=1)
APPROVAL = Approval(people=3)
OTHER = replace(PARTS, audience=Audience(everyone=True))
ANA, LATER = PersonId(8), START + timedelta(hours=1)
NOTHING: dict[str, Any] = {"frozen": None, "approved_by": None, "approval": None, "held": None}

#: what is done to a campaign that has everything -> the fields that it changes, and to what
LEAVES: list[tuple[str, CampaignState, Callable[[Campaign], Campaign], dict[str, Any]]] = [
    (
        "edit",
        SCHEDULED,
        lambda one: campaign_life.edit(one, {"message": {"body": "b"}}, LATER, ANA, name="New", channel=Channel.SKYPE),
        {
            **NOTHING,
            "state": DRAFT,
            "forms": {"message": {"body": "b"}},
            "name": "New",
            "channel": Channel.SKYPE,
            "edited_at": LATER,
            "written_by": ANA,
        },
    ),
    (
        "edit its forms only",
        SUBMITTED,
        lambda one: campaign_life.edit(one, {}, LATER, ANA),
        {**NOTHING, "state": DRAFT, "forms": {}, "edited_at": LATER, "written_by": ANA},
    ),
    (
        "rename to nothing",
        DRAFT,
        lambda one: campaign_life.edit(one, one.forms, START, LOUIS, name=""),
        {**NOTHING, "name": ""},
    ),
    ("to_draft", SCHEDULED, campaign_life.to_draft, {**NOTHING, "state": DRAFT}),
    (
        "submit",
        SCHEDULED,
        lambda one: campaign_life.submit(one, ANA),
        {**NOTHING, "state": SUBMITTED, "submitted_by": ANA},
    ),
    (
        "hold",
        SCHEDULED,
        lambda one: campaign_life.hold(one, replace(HELD, people=9)),
        {**NOTHING, "state": SUBMITTED, "held": replace(HELD, people=9)},
    ),
    ("send_back", SUBMITTED, campaign_life.send_back, {**NOTHING, "state": DRAFT}),
    (
        "approve",
        SUBMITTED,
        lambda one: campaign_life.approve(one, OTHER, ANA, Approval(people=4)),
        {"state": SCHEDULED, "frozen": OTHER, "approved_by": ANA, "approval": Approval(people=4), "held": None},
    ),
    (
        "approve with nothing more",
        SUBMITTED,
        lambda one: campaign_life.approve(one, PARTS, ANA),
        {"state": SCHEDULED, "approved_by": ANA, "approval": None, "held": None},
    ),
    (
        "schedule",
        DRAFT,
        lambda one: campaign_life.schedule(one, OTHER),
        {
            "state": SCHEDULED,
            "frozen": OTHER,
            "submitted_by": None,
            "approved_by": None,
            "approval": None,
            "held": None,
        },
    ),
    ("start", SCHEDULED, lambda one: campaign_life.start(one, START), {"state": RUNNING, "started_at": START}),
    (
        "recall",
        DONE,
        lambda one: campaign_life.recall(one, LATER, ANA, START, deletes=True),
        {"recall_at": LATER, "recall_by": ANA, "recall_deletes": True},
    ),
]


@pytest.mark.parametrize(("name", "state", "make", "changed"), LEAVES, ids=[row[0] for row in LEAVES])
def test_a_change_changes_what_it_is_about_and_nothing_else(
    name: str, state: CampaignState, make: Callable[[Campaign], Campaign], changed: dict[str, Any]
) -> None:
    before = campaign(
        "en",
        state,
        forms={"message": {"body": "old"}},
        shared_with=frozenset({ANA}),
        written_by=LOUIS,
        submitted_by=PersonId(1),
        approved_by=LOUIS,
        approval=APPROVAL,
        held=HELD,
        edited_at=START,
        cause="17",
    )
    after = make(before)
    differ = {field.name for field in fields(Campaign) if getattr(after, field.name) != getattr(before, field.name)}
    assert {field: getattr(after, field) for field in differ} == {
        field: value for field, value in changed.items() if value != getattr(before, field)
    }


def test_a_new_draft_is_its_authors_and_says_what_its_forms_say() -> None:
    draft = campaign_life.new_draft(
        CampaignId(5), CONTOSO, LOUIS, "Autumn", Channel.SKYPE, START, {"message": {"body": "b"}}
    )
    assert draft == Campaign(
        id=CampaignId(5),
        tenant=CONTOSO,
        author=LOUIS,
        version=1,
        state=DRAFT,
        name="Autumn",
        channel=Channel.SKYPE,
        forms={"message": {"body": "b"}},
        created_at=START,
    )
    assert campaign_life.new_draft(CampaignId(5), CONTOSO, LOUIS, "", Channel.TEAMS, START).forms == {}


@pytest.mark.parametrize("change", FUNCTIONS)
def test_what_is_refused_says_whether_it_comes_too_early_or_too_late(change: Change) -> None:
    transition, order = TRANSITIONS[change], [*CampaignState]
    for state in {*CampaignState} - {*transition.states}:
        late = order.index(state) > max(map(order.index, transition.states))
        with pytest.raises(TooLate if late else TooEarly):
            FUNCTIONS[change](ready(state, transition))


def test_trouble_is_of_a_campaign_that_runs_and_a_pause_stays() -> None:
    running, trouble = in_state(RUNNING), Trouble(reason=NotReached.OUTAGE, detail="503", since=START)
    assert campaign_life.troubled(running, trouble) == replace(running, trouble=trouble)
    assert campaign_life.troubled(replace(running, trouble=trouble), None) == running
    paused = replace(running, trouble=replace(trouble, reason=NotReached.MESSAGE_REFUSED))
    for other in (None, trouble):
        with pytest.raises(TooLate):
            campaign_life.troubled(paused, other)
    with pytest.raises(TooLate):
        campaign_life.troubled(in_state(DONE), trouble)
    for state in (DRAFT, SUBMITTED, SCHEDULED):
        with pytest.raises(TooEarly):
            campaign_life.troubled(in_state(state), trouble)


def test_what_is_stopped_is_a_draft_again_or_sends_no_more() -> None:
    running = in_state(RUNNING)
    assert campaign_life.stopped(running, START) == replace(
        running, trouble=Trouble(reason=NotReached.STOPPED, detail="", since=START)
    )
    for state in (SUBMITTED, SCHEDULED):
        assert campaign_life.stopped(in_state(state), START) == campaign_life.to_draft(in_state(state))
    with pytest.raises(TooEarly):
        campaign_life.stopped(in_state(DRAFT), START)
    with pytest.raises(TooLate):
        campaign_life.stopped(in_state(DONE), START)


def test_what_goes_has_not_changed_since_it_was_read_and_does_not_run() -> None:
    for state in (DRAFT, SUBMITTED, SCHEDULED, DONE):
        campaign_life.delete(in_state(state), in_state(state), START)
    with pytest.raises(NotPossible):
        campaign_life.delete(in_state(RUNNING), in_state(RUNNING), START)
    draft = in_state(DRAFT)
    for current in (None, replace(draft, version=draft.version + 1)):
        with pytest.raises(StaleVersion):
            campaign_life.delete(current, draft, START)


def test_messages_are_taken_back_once_and_nothing_goes_meanwhile() -> None:
    done = in_state(DONE)
    planned = campaign_life.recall(done, LATER, None, START, deletes=False)
    assert (planned.recall_due, planned.recalling(START), planned.recalling(LATER)) == (LATER, False, True)
    campaign_life.delete(planned, planned, START)  # it goes before its messages do
    begun = campaign_life.recall(planned, START, LOUIS, START, deletes=True)  # sooner than was planned
    for changed in (begun, replace(done, sealed_at=START)):
        with pytest.raises(TooLate):
            campaign_life.recall(changed, LATER, ANA, START, deletes=False)
    with pytest.raises(TooEarly):
        campaign_life.delete(begun, begun, START)
    ended = campaign_life.recalled(begun, LATER)
    assert ended.recalling(LATER), "it is to go, too"
    campaign_life.delete(ended, ended, LATER)
    assert not campaign_life.recalled(planned, LATER).recalling(LATER)
    assert not replace(begun, state=RUNNING).recalling(LATER), "it is taken back once it is done"


def test_who_muted_the_bot_is_left_alone_unless_the_campaign_reaches_them_too() -> None:
    normal, important = (
        refrozen(campaign("en"), consideration=Consideration(past_mute=past_mute)) for past_mute in (False, True)
    )
    for muted in (False, True):
        somebody = replace(person(), muted=muted)
        assert (campaign_life.spared(normal, somebody) is NotReached.MUTED) == muted
        assert not campaign_life.spared(important, somebody)


def test_what_people_save_is_the_next_version() -> None:
    for state, after in ((DRAFT, SUBMITTED), (DRAFT, SCHEDULED), (SUBMITTED, DRAFT), (SCHEDULED, DRAFT)):
        before, changed = in_state(state), replace(in_state(after), name="Other")
        assert campaign_life.saved(before, changed) == replace(changed, version=changed.version + 1)
    assert campaign_life.next_version(in_state(DRAFT), 1_000).version == in_state(DRAFT).version + 1_000


@pytest.mark.parametrize("state", CampaignState)
def test_with_whom_it_is_shared_can_be_changed_in_every_state_and_nothing_with_it(state: CampaignState) -> None:
    before = replace(in_state(state), cause="1")
    shared = replace(before, shared_with=frozenset({ANA}), cause="2")
    assert campaign_life.saved(before, shared) == replace(shared, version=shared.version + 1)
    assert campaign_life.is_only_shared(before, shared)
    assert not campaign_life.is_only_shared(before, before)
    assert not campaign_life.is_only_shared(before, replace(shared, name="Other"))
    if state in (RUNNING, DONE):
        with pytest.raises(TooLate):
            campaign_life.saved(before, replace(shared, name="Other"))


def test_what_is_saved_holds_what_it_is_scheduled_with_exactly_while_it_is_scheduled() -> None:
    draft = in_state(DRAFT)
    for changed in (replace(draft, frozen=PARTS), replace(draft, state=SCHEDULED, frozen=None)):
        with pytest.raises(NotPossible):
            campaign_life.saved(draft, changed)


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
    assert campaign_life.start(in_state(SCHEDULED), START).state is RUNNING
    planned = campaign_life.planned(in_state(RUNNING), START)
    with pytest.raises(TooEarly):
        campaign_life.finish(planned, START, open=True)


def test_the_choice_is_kept_and_nothing_else_changes() -> None:
    running = _testing(in_state(RUNNING))
    chosen = campaign_life.choose(running, CHOICE, START)
    assert chosen == replace(running, choice=CHOICE, chosen_at=START) and running.is_undecided
    with pytest.raises(TooEarly):
        campaign_life.choose(in_state(RUNNING), CHOICE, START)


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
