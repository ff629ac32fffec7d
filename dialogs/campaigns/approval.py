"""From a draft to a scheduled campaign; one for many, or any, waits until somebody else has looked at it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from cards.campaigns.approval import REASON, approval_card, decided_card, held_text
from cards.compose.review import Forecast
from cards.kit.elements import AdaptiveCard
from dialogs.compose.forecast import forecast_of, needs_approval, overview, problems_of, reach_of, view_of
from dialogs.compose.wizard import changeable, changed_elsewhere, in_time, information, may_decide, review
from dialogs.core.card_values import number_in
from dialogs.core.drafts import Draft, freeze, is_stale, read_draft
from dialogs.core.notify import post, tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Aside, Form, Turn
from dialogs.core.visibility import asked_for, campaign_of, lists_behind
from dialogs.forms.cleaning import clean
from dialogs.lists.audience import lists_gone
from dialogs.people.language import texts_of
from scheduler.rules.admission import grown_too_far
from storage.records import (
    Approval,
    Audience,
    Campaign,
    CampaignState,
    DeedKind,
    Frozen,
    NotScheduled,
    Right,
    Role,
    Schedule,
    StaleVersion,
    campaign_life,
    consideration_of,
    may_approve,
)
from storage.records.campaign_life import Change, allows, to_draft
from storage.records.step_forms import is_sequence
from storage.shared.approved import digest_of, keep_approved
from storage.shared.policy import policy_of

log = logging.getLogger(__name__)

router = Router()

TOLD = 20  #: approvers who get the card; the others find the campaign under "campaigns"


@router.form("campaign.schedule")
async def schedule(turn: Turn, form: Form) -> Answer:
    original = await campaign_of(turn, number_in(form, "of"), Right.CHANGE)
    if original is not None and turn.has_changed(original) and original.frozen is not None:
        return await _scheduled(turn, original)
    if original is not None and await campaign_of(turn, number_in(form, "campaign")) is None:  # saved, or discarded
        return Answer(card=await information(turn, original))
    campaign = await asked_for(turn, form)
    if turn.has_changed(campaign) and campaign.frozen is not None:
        return await _scheduled(turn, campaign)
    # pressed twice, or on an older review: no draft of changes is begun
    campaign = await changeable(turn, form, turn.texts("It is scheduled already."))
    if is_stale(turn, campaign, form):
        return Answer(card=await review(turn, campaign, changed_elsewhere(turn)))
    if campaign.changes_of is not None:
        return await _save_changes(turn, campaign, form)
    return await _schedule(turn, campaign, form)


async def _save_changes(turn: Turn, changes: Campaign, form: Form) -> Answer:
    """A scheduled campaign takes its changes over, in one step; as before, where they cannot be sent like that."""
    original = await in_time(turn, changes)
    if original is None:  # it is gone: what was changed is a campaign of its own
        return await _schedule(turn, await turn.save(replace(changes, changes_of=None), DeedKind.CHANGED), form)
    by = turn.person.id
    changed = campaign_life.edit(original, changes.forms, turn.now, by, name=changes.name, channel=changes.channel)
    answer = await _schedule(turn, changed, form, changes)
    kept = await campaign_of(turn, original.id)
    beside = await campaign_of(turn, changes.id)
    if kept is not None and turn.has_changed(kept) and beside is not None and beside.version == changes.version:
        await turn.store.delete_campaign(changes, deed=turn.deed(DeedKind.DELETED, saved_in=str(original.id)))
    return answer


async def _schedule(turn: Turn, campaign: Campaign, form: Form, shown_as: Campaign | None = None) -> Answer:
    """``shown_as``: the draft on whose review it was pressed, where that is another record."""
    pressed_on = shown_as or campaign
    draft = await read_draft(turn, campaign)
    reach = await reach_of(turn, draft)
    if await problems_of(turn, draft, reach, await forecast_of(turn, draft, reach)):
        return Answer(card=await review(turn, pressed_on))
    try:
        if await needs_approval(turn, reach):
            return await submit(turn, draft)
        scheduled = campaign_life.schedule(campaign, await _frozen(turn, draft))
        campaign = await turn.save(scheduled, DeedKind.SCHEDULED)
        # from here on its lists cannot be deleted; one may have been in the moment before
        if draft.audience and await lists_gone(turn, draft.audience):
            campaign = await turn.save(to_draft(campaign), DeedKind.CHANGED, why="a list is gone")
            return Answer(card=await review(turn, campaign))
    except StaleVersion:
        known = await changeable(turn, form, turn.texts("It is scheduled already."))
        return Answer(card=await review(turn, known, changed_elsewhere(turn)))
    return await _scheduled(turn, campaign)


async def _scheduled(turn: Turn, campaign: Campaign) -> Answer:
    turn.services.scheduled()
    await tell_maker(turn, campaign, DeedKind.SCHEDULED)
    if campaign.is_sequence:
        note = turn.texts("The sequence is scheduled. Whoever joins gets its steps; their figures are here.")
    elif campaign.is_series:
        note = turn.texts("The series is scheduled. Each time it is a campaign of its own, with its own report.")
    elif campaign.forms.get("schedule", {}).get("start") == "now":
        note = turn.texts("It starts now. I will show you here how it goes.")
    else:
        note = turn.texts("It is scheduled. I will show you here how it goes. Until it starts you can still change it.")
    return Answer(card=await information(turn, campaign, note))


async def _frozen(turn: Turn, draft: Draft) -> Frozen:
    """What the draft says, with the organisation's rules as they stand now."""
    if draft.message is None:
        raise NotScheduled(f"campaign {draft.campaign.id} lacks a message")
    policy, author = await policy_of(turn.store, turn.person.tenant), await turn.store.person(draft.campaign.author)
    return freeze(draft, turn, consideration_of(policy, draft.message, author))


async def submit(turn: Turn, draft: Draft) -> Answer:
    """Let it wait, and ask those who may approve it. Raises StaleVersion."""
    campaign = await turn.save(campaign_life.submit(draft.campaign, turn.person.id), DeedKind.SUBMITTED)
    approvers = [
        (person, role)
        for person, role in await turn.store.with_role(campaign.tenant)
        if role.covers(Role.PUBLISHER) and may_approve(Role.PUBLISHER, person, campaign)
    ]
    asked = 0
    for person, role in approvers[:TOLD]:
        theirs = replace(turn, person=person, role=role, texts=texts_of(person, turn.now))
        card = await _card(theirs, campaign)
        summary = theirs.texts("“{name}” waits for approval", name=campaign.name)
        asked += await post(turn.services, person.id, card, summary)
    if not approvers:
        note = turn.texts(
            "It waits for approval, but nobody else may approve it yet: an owner can name a publisher (**roles**)."
        )
        return Answer(card=await information(turn, campaign, note, "warning"))
    note = turn.texts.many(
        "It waits for approval: I have asked {count} person. You hear from me when it is decided.",
        "It waits for approval: I have asked {count} people. You hear from me when it is decided.",
        asked,
    )
    return Answer(card=await information(turn, campaign, note))


async def _card(
    turn: Turn, campaign: Campaign, notice: str = "", tone: str = "warning", form: Form | None = None
) -> AdaptiveCard:
    """``form``: a press on the card itself, which asks for another language."""
    draft = await read_draft(turn, campaign)
    shown = await overview(turn, draft, view_of(form) if form else None)
    reason = clean(str((form or {}).get("reason") or ""))[:REASON]
    forecast: Forecast | None = await forecast_of(turn, draft, shown.reach)
    author = await turn.store.person(campaign.submitted_by or campaign.author)
    name = (author.name or author.address) if author else turn.texts("somebody")
    if campaign.held is not None and not notice:
        notice = held_text(turn.texts, campaign.held)
    approval = Approval(people=0)
    if draft.audience and draft.schedule:
        as_rule = _is_of_series(campaign, draft.schedule)
        approval, _ = await _approval_of(turn, campaign, draft.audience, as_rule=as_rule)
    return approval_card(turn.texts, campaign, shown, forecast, name, notice, tone, _seen(approval), reason)


def _seen(approval: Approval) -> str:
    """What tells this audience from another one: an old card approves nothing else than what it shows."""
    return approval.digest or str(approval.people)


def _is_as_seen(approval: Approval, seen: str) -> bool:
    """Whether a card that shows ``seen`` speaks of this audience; a rule's may have grown as far as it may later."""
    if approval.digest or not seen.isdecimal() or len(seen) > 12:
        return approval.digest == seen
    return not grown_too_far(int(seen), approval.people)


@router.form("approval.open", role=Role.PUBLISHER)
async def open_approval(turn: Turn, form: Form) -> Answer:
    campaign = await _waiting(turn, form)
    return Answer(card=await _card(turn, campaign, form=form))


async def _waiting(turn: Turn, form: Form) -> Campaign:
    """The campaign that a card names, if this person may decide on it now. Raises Aside."""
    campaign = await asked_for(turn, form)
    if not allows(campaign, Change.APPROVE):
        note = turn.texts("It does not wait for approval (any more).")
        raise Aside(Answer(card=await information(turn, campaign, note, "warning")))
    if not may_decide(turn, campaign):
        note = turn.texts("Somebody else has to approve it: it is your own, or you wrote it last.")
        raise Aside(Answer(card=await information(turn, campaign, note, "warning")))
    if form.get("verb") != "approval.open" and is_stale(turn, campaign, form):
        raise Aside(Answer(card=await _card(turn, campaign, _look_again(turn))))
    return campaign


def _look_again(turn: Turn) -> str:
    return turn.texts("It has changed since you saw it. Please look again.")


@router.form("approval.yes", role=Role.PUBLISHER)
async def approve(turn: Turn, form: Form) -> Answer:
    """From here on it is scheduled, as it would have been; "now" is the instant of the approval."""
    campaign = await asked_for(turn, form)
    if turn.has_changed(campaign) and campaign.frozen is not None:
        return await _approved(turn, campaign)
    campaign = await _waiting(turn, form)
    draft = await read_draft(turn, campaign)
    problems = await _in_the_way(turn, draft)
    if problems:
        note = turn.texts("It can’t be sent like this any more: {why}", why=" ".join(text for _, text in problems))
        return Answer(card=await _card(turn, campaign, note))
    try:
        frozen = campaign.held.frozen if campaign.held else await _frozen(turn, draft)
        as_rule = _is_of_series(campaign, frozen.schedule)
        approval, people = await _approval_of(turn, campaign, frozen.audience, as_rule=as_rule)
        if not _is_as_seen(approval, str(form.get("seen", ""))):
            return Answer(card=await _card(turn, campaign, _look_again(turn)))
        if approval.digest:
            await keep_approved(turn.store, campaign.id, people)
        approved = campaign_life.approve(campaign, frozen, turn.person.id, approval)
        scheduled = await turn.save(approved, DeedKind.APPROVED)
        if draft.audience and await lists_gone(turn, draft.audience):
            waiting = campaign_life.submit(scheduled, scheduled.submitted_by or scheduled.author)
            waiting = await turn.save(waiting, DeedKind.SUBMITTED, why="a list is gone")
            return Answer(card=await _card(turn, waiting))
    except StaleVersion:
        return await _changed_meanwhile(turn, form)
    return await _approved(turn, scheduled)


async def _in_the_way(turn: Turn, draft: Draft) -> tuple[tuple[str, str], ...]:
    """What keeps it from being sent: for one that waits within its slot, only that the slot is over, or a list gone."""
    held = draft.campaign.held
    if held is None:
        reach = await reach_of(turn, draft)
        return await problems_of(turn, draft, reach, await forecast_of(turn, draft, reach))
    if turn.now >= held.frozen.schedule.slot.end:
        return (("schedule", turn.texts("its time is over.")),)
    if await lists_gone(turn, held.frozen.audience):
        return (("audience", turn.texts("A list that it names is gone. Please choose again.")),)
    return ()


def _is_of_series(campaign: Campaign, schedule: Schedule) -> bool:
    """Whether it is approved as a rule, whatever its lists: a series, or one of its occurrences."""
    return schedule.repeat is not None or campaign.sequel_of is not None or is_sequence(campaign.forms)


async def _approval_of(
    turn: Turn, campaign: Campaign, audience: Audience, *, as_rule: bool
) -> tuple[Approval, Sequence[int]]:
    """Whom this person approves: the people of lists that hold them, with their numbers; else a rule and its number."""
    store = turn.store
    despite = campaign.held.why if campaign.held else None
    if as_rule or audience.everyone or not all(one.by_hand for one in await lists_behind(turn, audience)):
        total = (await store.reach(campaign.tenant, audience, campaign.channel)).total
        return Approval(people=total, despite=despite), ()
    reachable, others = await store.recipients(campaign.tenant, audience, campaign.channel)
    people = sorted([*reachable, *others])
    return Approval(people=len(people), digest=digest_of(people), despite=despite), people


async def _tell_series(turn: Turn, occurrence: Campaign) -> None:
    """What was approved of an occurrence holds for those that follow: they may be as many."""
    approval = occurrence.approval
    if occurrence.sequel_of is None or occurrence.step is not None or approval is None:
        return
    while (series := await campaign_of(turn, occurrence.sequel_of)) is not None:
        if not series.is_series or series.approval == approval:
            return
        with suppress(StaleVersion):  # it moves on at this moment: read again
            approved = replace(series, approval=approval, approved_by=turn.person.id)
            await turn.save(approved, DeedKind.APPROVED, occurrence=str(occurrence.id))


async def _approved(turn: Turn, campaign: Campaign) -> Answer:
    turn.services.scheduled()
    await _tell_series(turn, campaign)
    await _tell(turn, campaign, approved=True)
    return Answer(card=await information(turn, campaign, turn.texts("Approved, and scheduled.")))


async def _changed_meanwhile(turn: Turn, form: Form) -> Answer:
    campaign = await _waiting(turn, {**form, "verb": "approval.open"})
    return Answer(card=await _card(turn, campaign, _look_again(turn)))


@router.form("approval.no", role=Role.PUBLISHER)
async def send_back(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    reason = clean(str(form.get("reason") or ""))[:REASON].strip()
    if turn.has_changed(campaign) and campaign.state is CampaignState.DRAFT:
        back = campaign
    else:
        campaign = await _waiting(turn, form)
        if not reason:
            why = turn.texts("Please say in a sentence what is to be changed.")
            return Answer(card=await _card(turn, campaign, why))
        try:
            back = await turn.save(campaign_life.send_back(campaign), DeedKind.REJECTED)
        except StaleVersion:
            return await _changed_meanwhile(turn, form)
    await _tell(turn, back, approved=False, reason=reason)
    return Answer(card=await information(turn, back, turn.texts("It is with its author again."), "accent"))


async def _tell(turn: Turn, campaign: Campaign, *, approved: bool, reason: str = "") -> None:
    for id in {campaign.author, campaign.submitted_by} - {None}:
        person = await turn.store.person(id)  # type: ignore[arg-type]
        if person is None:
            continue
        texts = texts_of(person, turn.now)
        summary = (
            texts("“{name}” is approved", name=campaign.name)
            if approved
            else texts("“{name}” was sent back", name=campaign.name)
        )
        card = decided_card(texts, campaign, turn.person, approved=approved, reason=reason)
        await post(turn.services, person.id, card, summary)
