"""A campaign's life: which changes of its state there are, and what each one makes of it.

``TRANSITIONS`` says in which states a change is possible and where it leads; docs/architecture.md shows it. A
function of the same name makes the change: it gives the changed record, or raises TooEarly or TooLate. Stores
call them inside their compare-and-set, dialogs before they save; nothing else writes a campaign's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from storage.records.ab_tests import Choice
from storage.records.campaigns import Approval, Campaign, CampaignState, Forms, Frozen, Held, Style, Trouble
from storage.records.channels import Channel
from storage.records.ids import CampaignId, PersonId, StaleVersion, TenantId
from storage.records.instants import ms
from storage.records.mails import Mailing
from storage.records.people import NotReached, Person
from storage.records.sequels import Sequels


class NotPossible(StaleVersion):
    """The campaign's state does not allow the change: read it again, and show what it is now."""


class TooEarly(NotPossible):
    """Something has to happen to the campaign before."""


class TooLate(NotPossible):
    """It has been done already, or the campaign is past the states in which it could be."""


class Change(StrEnum):
    EDIT = "edit"
    TO_DRAFT = "to_draft"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    START = "start"
    PLANNED = "planned"
    CHOOSE = "choose"
    FINISH = "finish"
    REPORTED = "reported"
    SEAL = "seal"
    ERASED = "erased"
    RECALL = "recall"
    RECALLED = "recalled"
    DELETE = "delete"


A_MOMENT = timedelta(milliseconds=1)  #: the least that stores tell apart

DRAFT, SUBMITTED, SCHEDULED, RUNNING, DONE = CampaignState
NOT_STARTED = (DRAFT, SUBMITTED, SCHEDULED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    #: the states in which the change is possible
    states: tuple[CampaignState, ...]
    #: the state that follows; None: it stays in its state
    to: CampaignState | None = None
    #: the field that keeps when it was done; where it is set, the change has been made, and is not made again
    stamp: str = ""
    #: the field that has to be set before
    after: str = ""
    #: what else has to be so
    needs: str = ""


TRANSITIONS: Mapping[Change, Transition] = {
    Change.EDIT: Transition(states=NOT_STARTED, to=DRAFT),
    Change.TO_DRAFT: Transition(states=NOT_STARTED, to=DRAFT),
    Change.SUBMIT: Transition(states=NOT_STARTED, to=SUBMITTED),
    Change.SEND_BACK: Transition(states=(SUBMITTED,), to=DRAFT),
    Change.APPROVE: Transition(states=(SUBMITTED,), to=SCHEDULED),
    Change.SCHEDULE: Transition(states=NOT_STARTED, to=SCHEDULED),
    Change.START: Transition(states=(SCHEDULED,), to=RUNNING, stamp="started_at", needs="its slot has begun"),
    Change.PLANNED: Transition(states=(RUNNING,), stamp="planned_at"),
    Change.CHOOSE: Transition(states=(RUNNING,), stamp="chosen_at", needs="it tests two variants"),
    Change.FINISH: Transition(
        states=(RUNNING,), to=DONE, stamp="finished_at", after="planned_at", needs="none of its deliveries is open"
    ),
    Change.REPORTED: Transition(states=(DONE,), stamp="reported_at"),
    Change.SEAL: Transition(states=(DONE,), stamp="sealed_at"),
    Change.ERASED: Transition(states=(DONE,), stamp="erased_at", after="sealed_at"),
    Change.RECALL: Transition(
        states=(DONE,), needs="it is known who has it, and no message is being, or has been, taken back"
    ),
    Change.RECALLED: Transition(states=(DONE,), stamp="recalled_at", after="recall_at"),
    Change.DELETE: Transition(states=(*NOT_STARTED, DONE), needs="its messages are not being taken back"),
}
#: changes that people make: what they give is kept by ``Campaigns.save``
BY_PEOPLE = (Change.EDIT, Change.TO_DRAFT, Change.SUBMIT, Change.SEND_BACK, Change.APPROVE, Change.SCHEDULE)


def allows(campaign: Campaign, change: Change) -> bool:
    """Whether the campaign's state allows a change, whatever else it needs."""
    try:
        _check(campaign, change)
    except NotPossible:
        return False
    return True


def _check(campaign: Campaign, change: Change) -> None:
    transition = TRANSITIONS[change]
    if campaign.state not in transition.states:
        order = list(CampaignState)
        past = order.index(campaign.state) > order.index(transition.states[0])
        raise (TooLate if past else TooEarly)(f"campaign {campaign.id} is {campaign.state}: cannot {change}")
    if transition.stamp and getattr(campaign, transition.stamp) is not None:
        raise TooLate(f"campaign {campaign.id}: {change} has been done")
    if transition.after and getattr(campaign, transition.after) is None:
        raise TooEarly(f"campaign {campaign.id}: {change} needs {transition.after}")


def _made(campaign: Campaign, change: Change, at: datetime | None = None, **fields: Any) -> Campaign:
    _check(campaign, change)
    transition = TRANSITIONS[change]
    if transition.stamp:
        fields[transition.stamp] = at
    return replace(campaign, state=transition.to or campaign.state, **fields)


# --- by people, until it starts ---------------------------------------------------------------


def new_draft(
    id: CampaignId,
    tenant: TenantId,
    author: PersonId,
    name: str,
    channel: Channel,
    at: datetime,
    forms: Forms | None = None,
) -> Campaign:
    """Version 1, with what its forms say already."""
    return Campaign(
        id=id,
        tenant=tenant,
        author=author,
        version=1,
        state=DRAFT,
        name=name,
        channel=channel,
        forms=forms or {},
        created_at=at,
    )


def edit(
    campaign: Campaign,
    forms: Forms,
    at: datetime,
    by: PersonId,
    *,
    name: str | None = None,
    channel: Channel | None = None,
) -> Campaign:
    """With other forms; what was scheduled has to be scheduled anew. ``by``: its author, who does not approve it."""
    return _made(
        campaign,
        Change.EDIT,
        forms=forms,
        name=campaign.name if name is None else name,
        channel=channel or campaign.channel,
        edited_at=at,
        written_by=by,
        frozen=None,
        approved_by=None,
        approval=None,
        held=None,
    )


def to_draft(campaign: Campaign) -> Campaign:
    """Not scheduled any more, though nobody has edited it: what it was scheduled with does not hold."""
    return _made(campaign, Change.TO_DRAFT, frozen=None, approved_by=None, approval=None, held=None)


def submit(campaign: Campaign, by: PersonId) -> Campaign:
    """It waits for somebody else's approval."""
    return _made(campaign, Change.SUBMIT, frozen=None, submitted_by=by, approved_by=None, approval=None, held=None)


def hold(campaign: Campaign, held: Held) -> Campaign:
    """It was scheduled, and waits within its slot: what it was scheduled with is kept for the decision."""
    return _made(campaign, Change.SUBMIT, frozen=None, approved_by=None, approval=None, held=held)


def send_back(campaign: Campaign) -> Campaign:
    """It is not approved, and with its author again."""
    return _made(campaign, Change.SEND_BACK, frozen=None, approved_by=None, approval=None, held=None)


def approve(campaign: Campaign, frozen: Frozen, by: PersonId, approval: Approval | None = None) -> Campaign:
    """It is scheduled with what was approved, to whom it was approved."""
    sequels = _sequels(campaign, frozen)
    return _made(campaign, Change.APPROVE, frozen=frozen, approved_by=by, approval=approval, held=None, sequels=sequels)


def schedule(campaign: Campaign, frozen: Frozen) -> Campaign:
    """It is scheduled, and needs nobody's approval."""
    return _made(
        campaign,
        Change.SCHEDULE,
        frozen=frozen,
        submitted_by=None,
        approved_by=None,
        approval=None,
        held=None,
        sequels=_sequels(campaign, frozen),
    )


def _sequels(campaign: Campaign, frozen: Frozen) -> Sequels | None:
    """A series goes on from the first occurrence that it is scheduled with; what it has made is kept."""
    before = campaign.sequels or Sequels()
    if frozen.sequence is not None:  # a later instant than any for which something was made
        later = before.last_at + A_MOMENT if before.last_at else frozen.schedule.slot.start
        return replace(before, next_at=max(frozen.schedule.slot.start, later), paused=False)
    if frozen.schedule.repeat is None:
        return replace(before, next_at=None) if campaign.sequels else None
    return replace(before, next_at=frozen.schedule.slot.start, paused=False)


# --- a series, while it is scheduled ----------------------------------------------------------


def pause(campaign: Campaign) -> Campaign:
    """No more of it is made until somebody has it go on. NotPossible where it is no series that goes on."""
    if not campaign.is_series:
        raise TooLate(f"campaign {campaign.id} is no series")
    return replace(campaign, sequels=replace(_going(campaign), next_at=None, paused=True))


def go_on(campaign: Campaign, next_at: datetime) -> Campaign:
    """A series that was paused goes on, from an occurrence to come."""
    if campaign.state is not SCHEDULED or not campaign.is_series or not (campaign.sequels and campaign.sequels.paused):
        raise TooLate(f"campaign {campaign.id} is not paused")
    return replace(campaign, sequels=replace(campaign.sequels, next_at=next_at, paused=False))


def end(campaign: Campaign) -> Campaign:
    """A series, or a sequence, is over, and a draft again; who was in the sequence is in it no more, and does not join

    again where it goes on one day.
    """
    ended = to_draft(campaign)
    if ended.sequels is None:
        return ended
    lists, cohorts = ended.sequels.past, ended.sequels.cohorts
    past = (*lists, *(id for cohort in cohorts for id in cohort.lists))
    return replace(ended, sequels=replace(ended.sequels, past=past, cohorts=(), audience=None, next_at=None))


def moved_on(campaign: Campaign, sequels: Sequels) -> Campaign:
    """One more has been made, or went by. A series of which none comes any more has ended, and is a draft again."""
    before = _going(campaign)
    if before.next_at is None or sequels.last_at is None or sequels.last_at < before.next_at:
        raise TooLate(f"campaign {campaign.id} has moved on")
    changed = replace(campaign, sequels=sequels)
    return changed if sequels.next_at is not None or campaign.state is DONE else to_draft(changed)


def _going(campaign: Campaign) -> Sequels:
    if not (campaign.goes_on or follows_up(campaign)) or campaign.sequels is None:
        raise TooEarly(f"campaign {campaign.id} is no series that goes on")
    if campaign.sequels.paused:
        raise TooLate(f"campaign {campaign.id} is paused")
    return campaign.sequels


def follows_up(campaign: Campaign) -> bool:
    """Whether a must-read that has ended may have rounds yet: none from its end on, nor once its messages are taken

    back, or it is erased.
    """
    frozen, next_at = campaign.frozen, campaign.sequels.next_at if campaign.sequels else None
    if campaign.state is not DONE or frozen is None or frozen.follow_up is None or campaign.sealed_at is not None:
        return False
    if campaign.recall_at is None:
        return True
    before_end = frozen.end is not None and campaign.recall_at == frozen.end.at
    return before_end and next_at is not None and next_at < campaign.recall_at


def occurrence(
    series: Campaign, id: CampaignId, at: datetime, name: str, frozen: Frozen, forms: Forms, approval: Approval | None
) -> Campaign:
    """A campaign of its own, scheduled as its series was, or a round of a must-read; made at ``at``."""
    return replace(
        new_draft(id, series.tenant, series.author, name, series.channel, at, forms),
        state=SCHEDULED,
        frozen=frozen,
        sequel_of=series.id,
        shared_with=series.shared_with,
        written_by=series.written_by,
        submitted_by=series.submitted_by,
        approved_by=series.approved_by,
        approval=approval,
    )


# --- by the bot, from the start on ------------------------------------------------------------


def start(campaign: Campaign, at: datetime) -> Campaign:
    """From here on nothing of it changes. TooEarly before its slot: it may have been moved since it was due."""
    end = campaign.frozen.end if campaign.frozen else None
    started = _made(campaign, Change.START, at, recall_at=end.at if end else None)
    if campaign.is_series:
        raise TooEarly(f"campaign {campaign.id} is a series, and never sent itself")
    if ms(at) < ms(campaign.as_scheduled.schedule.slot.start):  # to the millisecond, as stores look for it
        raise TooEarly(f"the slot of campaign {campaign.id} has not begun")
    return started


def planned(campaign: Campaign, at: datetime) -> Campaign:
    """Every recipient has a delivery."""
    return _made(campaign, Change.PLANNED, at)


def choose(campaign: Campaign, choice: Choice, at: datetime) -> Campaign:
    """The variant that goes to the rest, for good. TooEarly where there is one message only."""
    if campaign.frozen is None or campaign.frozen.ab_test is None:
        raise TooEarly(f"campaign {campaign.id} tests no variants")
    return _made(campaign, Change.CHOOSE, at, choice=choice)


def troubled(campaign: Campaign, trouble: Trouble | None) -> Campaign:
    """Something keeps it waiting, or does no more. A campaign that is paused stays so."""
    if campaign.state is not RUNNING:
        raise (TooLate if campaign.state is DONE else TooEarly)(f"campaign {campaign.id} is {campaign.state}")
    if campaign.trouble is not None and campaign.trouble.pauses:
        raise TooLate(f"campaign {campaign.id} is paused")
    return replace(campaign, trouble=trouble)


def stopped(campaign: Campaign, at: datetime) -> Campaign:
    """By an operator, in an emergency: nothing more of it is sent, and what has not started is a draft again.

    Who was not tried ends with its slot. TooEarly for a draft, TooLate where nothing is sent any more.
    """
    if campaign.state is DRAFT:
        raise TooEarly(f"campaign {campaign.id} is a draft")
    if campaign.state in NOT_STARTED:
        return to_draft(campaign)
    return troubled(campaign, Trouble(reason=NotReached.STOPPED, detail="", since=at))


def finish(campaign: Campaign, at: datetime, *, open: bool = False) -> Campaign:
    """``open``: whether a delivery still is; only the store knows."""
    if open:
        raise TooEarly(f"campaign {campaign.id} has open deliveries")
    done = _made(campaign, Change.FINISH, at)
    if campaign.frozen is not None and campaign.frozen.follow_up is not None:
        done = replace(done, sequels=Sequels(next_at=at))
    if campaign.frozen is not None and campaign.frozen.by_mail is not None and campaign.mailing is None:
        done = replace(done, mailing=Mailing(next_at=at))
    return done


def reported(campaign: Campaign, at: datetime) -> Campaign:
    """Its report card has been posted."""
    return _made(campaign, Change.REPORTED, at)


def seal(campaign: Campaign, at: datetime) -> Campaign:
    """Its figures stand for good: what is kept of single recipients may go."""
    return _made(campaign, Change.SEAL, at)


def erased(campaign: Campaign, at: datetime) -> Campaign:
    """Nothing is kept of single recipients any more."""
    return _made(campaign, Change.ERASED, at)


def is_empty(campaign: Campaign) -> bool:
    """Whether it is a draft in which nothing was written or chosen: not even a name."""
    written = any(value.strip() for values in campaign.forms.values() for value in values.values())
    return campaign.state is DRAFT and not (campaign.name or written or campaign.changes_of)


# --- what stores ask --------------------------------------------------------------------------


def next_version(campaign: Campaign, by: int = 1) -> Campaign:
    return replace(campaign, version=campaign.version + by)


def saved(current: Campaign | None, changed: Campaign) -> Campaign:
    """What a store keeps of a campaign that people have changed: its next version.

    Raises StaleVersion when it changed or went since it was read, NotPossible when no change leads from the
    current state to that one.
    """
    current = unchanged(current, changed)
    if is_only_shared(current, changed):
        return next_version(changed)
    leads_to = {TRANSITIONS[change].to for change in BY_PEOPLE if current.state in TRANSITIONS[change].states}
    if changed.state not in leads_to:
        raise TooLate(f"campaign {changed.id} is {current.state}: it cannot become {changed.state}")
    if (changed.frozen is not None) is not (changed.state is SCHEDULED):
        raise NotPossible(f"campaign {changed.id} is {changed.state}, which says something else than what it holds")
    return next_version(changed)


def is_only_shared(current: Campaign, changed: Campaign) -> bool:
    """Whether nothing changes but with whom it is shared: what goes out stays, so it is possible in every state."""
    as_it_was = replace(changed, shared_with=current.shared_with, cause=current.cause)
    return changed.shared_with != current.shared_with and as_it_was == current


def recall(campaign: Campaign, at: datetime, by: PersonId | None, now: datetime, *, deletes: bool) -> Campaign:
    """Its messages are to be taken back from ``at`` on; ``deletes``: it goes after them.

    TooLate where that has begun, or nobody knows any more who has received it. Messages that its end has changed are in
    the chats still.
    """
    begun = campaign.recall_at is not None and campaign.recall_at <= now
    if campaign.sealed_at is not None or (begun and not campaign.ended_in_chats):
        raise TooLate(f"the messages of campaign {campaign.id} can be taken back no more, or are being taken back")
    if campaign.ended_in_chats and campaign.recall_at is not None:
        at = max(at, campaign.recall_at + A_MOMENT)  # it is told apart by its instant
    return _made(campaign, Change.RECALL, recall_at=at, recall_by=by, recall_deletes=deletes, recalled_at=None)


def recalled(campaign: Campaign, at: datetime) -> Campaign:
    """None of its messages is left that could be taken back."""
    return _made(campaign, Change.RECALLED, at)


def delete(current: Campaign | None, campaign: Campaign, now: datetime) -> None:
    """Whether it may go. Raises StaleVersion when it changed or went since it was read, TooLate while it runs,

    TooEarly while its messages are being taken back: what is known of them goes with it.
    """
    current = unchanged(current, campaign)
    _check(current, Change.DELETE)
    if current.recalling(now) and current.recalled_at is None:
        raise TooEarly(f"the messages of campaign {current.id} are being taken back")


def unchanged(current: Campaign | None, read: Campaign) -> Campaign:
    """The campaign, which is as it was read. Raises StaleVersion."""
    if current is None or current.version != read.version:
        raise StaleVersion(f"campaign {read.id} is not at version {read.version} any more")
    return current


def spared(campaign: Campaign, person: Person) -> NotReached | None:
    """Why somebody is left alone by this campaign: they have muted the bot, or left its topic. None: they are not."""
    frozen = campaign.as_scheduled
    if frozen.consideration.past_mute:
        return None
    if person.muted:
        return NotReached.MUTED
    leaves = frozen.topic is not None and not frozen.topic.mandatory and frozen.topic.number in person.left_topics
    return NotReached.LEFT_TOPIC if leaves else None


def heeds_quiet(campaign: Campaign) -> bool:
    """Whether it waits for the end of people's quiet hours; important ones do not."""
    return campaign.as_scheduled.message.style is not Style.IMPORTANT
