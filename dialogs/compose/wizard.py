"""Building a campaign: three forms and a review, each replaced in place by the next."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from cards.campaigns.listing import information_card
from cards.campaigns.sequence import sequence_card
from cards.campaigns.series import has_come, series_card
from cards.compose import STEPS, message_form, schedule_form
from cards.compose.review import review_card
from cards.compose.said import answered_by
from cards.compose.schedule.lines import start_in
from cards.compose.sequels.end_form import end_form
from cards.compose.sequels.follow_form import follow_form
from cards.compose.sequels.mail_form import mail_form
from cards.compose.sequels.repeat_form import repeat_form
from cards.compose.sequels.steps_form import steps_form
from cards.compose.variants.ab_form import ab_form
from cards.kit.addresses import completed
from cards.kit.conversation import notice_card
from cards.kit.elements import AdaptiveCard
from cards.kit.variables import escape_markdown
from cards.kit.zones import offered_zones, zone_named
from cards.message.plain_text import built_in_teams
from dialogs.compose.changes import draft_of_changes, original_of
from dialogs.compose.forecast import View, forecast_of, needs_approval, overview, problems_of, view_of, warnings_of
from dialogs.compose.overlaps import overlaps_of
from dialogs.compose.pictures import why_not_shown
from dialogs.compose.presence import no_presence
from dialogs.compose.schedule_sentence import confirmation, fill_from_words, mixes
from dialogs.compose.series.past import figures_of_steps, past_of
from dialogs.core.card_values import number_in
from dialogs.core.drafts import is_stale, known_columns, put_aside, read_draft, values_of, versions_of
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Aside, Form, Turn
from dialogs.core.visibility import asked_for, count_templates, is_known, list_of, makers, may_do
from dialogs.forms.audience import list_id
from dialogs.forms.cleaning import NAME
from dialogs.forms.closures import ready_for
from dialogs.forms.fields import merge, typed
from dialogs.forms.message import asks_for_columns, read_message, read_name
from dialogs.forms.schedule import read_schedule
from dialogs.forms.sequels.steps import OF_SEQUENCE, once
from dialogs.lists.audience import Accepted, accept_audience, audience_card
from dialogs.lists.freshness import installable
from storage.records import Campaign, CampaignState, Channel, DeedKind, Right, StaleVersion, may_approve
from storage.records.campaign_life import Change, allows, edit
from storage.records.step_forms import NEW, SEQUENCE, is_sequence, numbers_of, with_step
from storage.shared.policy import policy_of
from storage.shared.recalls import recall_under_way
from storage.shared.vanished import has_vanished

router = Router()

#: cards of the parts of a schedule that have one of their own
_PARTS = {"chase": follow_form, "ending": end_form, "mail": mail_form, "repeat": repeat_form}


@router.command("new", alone=True)
@router.command("new campaign")
async def new_campaign(turn: Turn, name: str) -> Answer:
    return await _begin(turn, name, {})


async def _begin(turn: Turn, name: str, audience: Mapping[str, str]) -> Answer:
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    forms = {"audience": audience} if audience else None
    campaign = await turn.store.new_campaign(
        turn.person.tenant,
        turn.person.id,
        name[:NAME],
        turn.channel,
        turn.now,
        forms,
        deed=turn.deed(DeedKind.CREATED),
    )
    return Answer(card=await form_card(turn, campaign, "message"), summary=turn.texts("A new campaign"))


@router.form("campaign.new")
async def new_campaign_pressed(turn: Turn, form: Form) -> Answer:
    """From a list's card, it is for that list."""
    chosen = await list_of(turn, list_id(f"list:{form.get('list')}"))
    return await _begin(turn, "", {"audience": f"list:{chosen.id}", "channel": turn.channel} if chosen else {})


@router.form("list.use")
async def use_list(turn: Turn, form: Form) -> Answer:
    """A list becomes one more of a draft's; whatever else is chosen there stays."""
    campaign = await changeable(turn, form)
    chosen = await list_of(turn, list_id(f"list:{form.get('list')}"))
    values = await values_of(campaign, "audience", turn)
    ticked = [word for word in values.get("audience", "").split(",") if word]
    if chosen and f"list:{chosen.id}" not in ticked:
        values["audience"] = ",".join([*ticked, f"list:{chosen.id}"])
        try:
            campaign = await save_step(turn, campaign, "audience", values)
        except StaleVersion:
            campaign = await changeable(turn, form)
    return Answer(card=await form_card(turn, campaign, "audience"))


@router.form("form.open")
async def open_form(turn: Turn, form: Form) -> Answer:
    """Show a step without saving anything."""
    campaign = await changeable(turn, form)
    step = str(form.get("step", "message"))
    if step == "review":
        return Answer(card=await review(turn, campaign, view=view_of(form)))
    if step == "sequence" and is_sequence(campaign.forms):
        return Answer(card=await form_card(turn, campaign, step))
    return Answer(card=await form_card(turn, campaign, step if step in STEPS else "message"))


@router.form("form.save")
async def save_form(turn: Turn, form: Form) -> Answer:
    """Keep what was typed, valid or not, and go where the author wants, if the form allows."""
    form = await _begun_again(turn, form)
    campaign = await changeable(turn, form)
    step = str(form.get("step"))
    if step not in STEPS[:3]:
        return Answer(card=await form_card(turn, campaign, "message"))
    values = typed(step, form, campaign.forms.get(step))
    if "zone" in values:
        values["zone"] = zone_named(turn.texts, values["zone"]) or values["zone"]
    if is_stale(turn, campaign, form):
        merged = merge(values, campaign.forms.get(step, {}), form.get("was"))
        if merged is None:
            return Answer(card=await form_card(turn, campaign, step, values=values, notice=changed_elsewhere(turn)))
        values = merged
    goal, left_out = str(form.get("go")), ""
    if step == "schedule":
        if meant := str(form.get("words_meant") or ""):  # one of the sentences that may be meant was chosen
            values["words"] = meant
        values = await fill_from_words(turn, campaign.forms.get(step, {}), values)
        if is_sequence(campaign.forms):
            values, left_out = _once(turn, values)
    try:
        before, campaign = campaign, await save_step(turn, campaign, step, values)
        # it is only drawn anew: lists were looked for, or words were read
        if goal == step or (step == "schedule" and goal == "review" and mixes(before.forms.get(step, {}), values)):
            return Answer(card=await _drawn_anew(turn, campaign, step, values, left_out))
        # after the save: a press at the same moment comes too late to make a second list
        accepted = await _accept(turn, before, step, values)
        errors = accepted.errors
        if accepted.kept != values:
            campaign = await save_step(turn, campaign, step, accepted.kept)
    except StaleVersion:
        campaign = await changeable(turn, form)
        return Answer(card=await form_card(turn, campaign, step, values=values, notice=changed_elsewhere(turn)))
    if goal == "ab":
        shown = await values_of(campaign, "message", turn)
        return Answer(card=ab_form(turn.texts, campaign, shown, {}, languages=versions_of(campaign)))
    if goal in _PARTS:
        return Answer(card=_PARTS[goal](turn.texts, campaign, await values_of(campaign, "schedule", turn), {}))
    if goal == "sequence":
        return Answer(card=await opened_steps(turn, campaign))
    if goal == "leave":
        await put_aside(turn, campaign)
        return Answer(card=_left(turn, campaign))
    if errors and goal not in STEPS[: STEPS.index(step)]:
        return Answer(card=await form_card(turn, campaign, step, errors=errors))
    notice = " ".join(part for part in (accepted.notice, left_out) if part)
    return Answer(card=await form_card(turn, campaign, goal if goal in STEPS else "review", notice=notice))


async def opened_steps(turn: Turn, campaign: Campaign) -> AdaptiveCard:
    """The steps of a sequence; one message becomes the first of one. Raises StaleVersion."""
    if is_sequence(campaign.forms):
        return await form_card(turn, campaign, "sequence")
    forms = {**campaign.forms, SEQUENCE: NEW}
    notice = ""
    if "schedule" in forms:
        forms["schedule"], notice = _once(turn, dict(forms["schedule"]))
    campaign = await save_edit(turn, campaign, edit(campaign, forms, turn.now, turn.person.id))
    return await form_card(turn, campaign, "sequence", notice=notice)


async def _begun_again(turn: Turn, form: Form) -> Form:
    """The form of a draft that went as nothing had been written in it: what stands in the form now begins another."""
    wanted = number_in(form, "campaign")
    written = form.get("step") == "message" and any(str(form.get(name) or "").strip() for name in ("title", "body"))
    if not written or not await has_vanished(turn.store, wanted) or await is_known(turn, wanted):
        return form
    draft = await turn.store.new_campaign(
        turn.person.tenant, turn.person.id, "", turn.channel, turn.now, deed=turn.deed(DeedKind.CREATED)
    )
    return {**form, "campaign": draft.id, "version": draft.version}


def _once(turn: Turn, values: dict[str, str]) -> tuple[dict[str, str], str]:
    """The values of a sequence's schedule, and what is said of those that go; "" where none does."""
    values, goes = once(values)
    left_out = turn.texts("A sequence neither repeats, nor reminds, nor is taken back: that is left out.")
    return values, left_out if goes else ""


async def _drawn_anew(
    turn: Turn, campaign: Campaign, step: str, values: Mapping[str, str], left_out: str
) -> AdaptiveCard:
    if step == "schedule" and values.get("words"):
        return await filled_in(turn, campaign, left_out)
    return await form_card(turn, campaign, step, notice=left_out)


async def filled_in(turn: Turn, campaign: Campaign, left_out: str = "") -> AdaptiveCard:
    """The schedule's form as words have filled it in: what was read of them, and what is wrong."""
    values = await values_of(campaign, "schedule", turn)
    errors = read_schedule(values, turn.now, turn.texts).errors
    notice = left_out or confirmation(turn, values)
    return await form_card(turn, campaign, "schedule", errors=errors, notice=notice)


# --- cards ------------------------------------------------------------------------------------


async def form_card(
    turn: Turn,
    campaign: Campaign,
    step: str,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
) -> AdaptiveCard:
    """The card of a step, with what was typed so far."""
    if step == "review":
        return await review(turn, campaign, notice)
    texts, wrong = turn.texts, errors or {}
    if step == "sequence":
        return steps_form(texts, campaign, wrong, notice)
    shown = await values_of(campaign, step, turn) if values is None else values
    if step == "message":
        return message_form(
            texts,
            campaign,
            shown,
            wrong,
            notice,
            tracked=turn.services.links.tracked,
            columns=await known_columns(turn),
            versions=versions_of(campaign),
            templates=not {"message", SEQUENCE} & campaign.forms.keys() and await _templates(turn),
        )
    if step == "schedule":
        zones = offered_zones(texts, start_in(shown, turn.now), shown.get("zone", ""), turn.zone)
        why_not = await no_presence(turn, campaign.channel)
        ladder = (await policy_of(turn.store, turn.person.tenant)).ladder
        mails = turn.services.mails
        return schedule_form(texts, campaign, shown, wrong, zones, turn.now, notice, why_not, ladder, mails)
    return await audience_card(turn, campaign, shown, wrong, notice)


async def _templates(turn: Turn) -> bool:
    """Whether there are some that a new campaign may begin with."""
    return await count_templates(turn) > 0


async def review(turn: Turn, campaign: Campaign, notice: str = "", view: View | None = None) -> AdaptiveCard:
    draft = await read_draft(turn, campaign)
    shown = await overview(turn, draft, view)
    if shown.reach and shown.reach.reachable < shown.reach.total:
        shown = replace(shown, installable=await installable(turn, draft.audience, campaign.channel))
    forecast = await forecast_of(turn, draft, shown.reach)
    problems = await problems_of(turn, draft, shown.reach, forecast)
    warnings = [*await warnings_of(turn, draft, shown.reach, forecast), *await overlaps_of(turn, draft)]
    if campaign.changes_of is not None and (original := await original_of(turn, campaign)) and original.frozen:
        schedule = original.frozen.schedule
        next_at = original.sequels.next_at if original.is_series and original.sequels else None
        moment = turn.texts.moment(next_at or schedule.slot.start, ZoneInfo(schedule.zone))
        unsaved = turn.texts("It goes out as scheduled on {moment}; your changes are not saved yet.", moment=moment)
        if original.is_sequence:
            unsaved = turn.texts("The sequence goes on as it was; your changes are not saved yet.")
        notice = "\n\n".join(part for part in (notice, unsaved) if part)
    approval = await needs_approval(turn, shown.reach)
    return review_card(turn.texts, campaign, shown, forecast, problems, warnings, notice, approval=approval)


async def information(
    turn: Turn, campaign: Campaign, notice: str = "", tone: str = "good", view: View | None = None
) -> AdaptiveCard:
    shown = await overview(turn, await read_draft(turn, campaign), view)
    rights: dict[str, Any] = {"decides": may_decide(turn, campaign), "changes": may_do(turn, Right.CHANGE, campaign)}
    author = (await makers(turn, [campaign])).get(campaign.id, "")
    if campaign.is_sequence or (has_come(campaign) and is_sequence(campaign.forms)):
        steps, counted = await figures_of_steps(turn, campaign)
        return sequence_card(turn.texts, campaign, shown, steps, notice, tone, author=author, counted=counted, **rights)
    if campaign.is_series or has_come(campaign):
        past = await past_of(turn, campaign)
        return series_card(turn.texts, campaign, shown, past, notice, tone, author=author, **rights)
    tally = await turn.store.tally(campaign.id)
    recall = await recall_under_way(turn.store, campaign)
    return information_card(turn.texts, campaign, shown, tally, notice, tone, author=author, recall=recall, **rights)


def may_decide(turn: Turn, campaign: Campaign) -> bool:
    """Whether this person is one of those who may approve it now."""
    return allows(campaign, Change.APPROVE) and may_approve(turn.role, turn.person, campaign)


async def changeable(turn: Turn, form: Form, scheduled_already: str = "") -> Campaign:
    """The campaign, if it is theirs to change and can still be; of a scheduled one, the draft of its changes.

    Raises Aside, with its information when not (S16); for a scheduled one, too, where there is something to say to
    who schedules it once more.
    """
    campaign = await asked_for(turn, form, Right.CHANGE)
    if campaign.step is not None:
        note = turn.texts("It is a step of a sequence: change the sequence, and it holds for those who come after.")
        raise Aside(Answer(card=await information(turn, campaign, note, "warning")))
    if not allows(campaign, Change.EDIT):
        raise Aside(Answer(card=await information(turn, campaign, has_started(turn, campaign), "warning")))
    if campaign.state is CampaignState.SCHEDULED and scheduled_already:
        raise Aside(Answer(card=await information(turn, campaign, scheduled_already)))
    if campaign.state is CampaignState.SCHEDULED:
        return await _with_step(turn, await draft_of_changes(turn, campaign), form)
    if campaign.changes_of is not None:
        await in_time(turn, campaign)
    return await _with_step(turn, campaign, form)


async def _with_step(turn: Turn, draft: Campaign, form: Form) -> Campaign:
    """The draft of a sequence with the step in hand that a card is about. Raises Aside where that is gone."""
    part = number_in(form, "part")
    if part and is_sequence(draft.forms) and part not in numbers_of(draft.forms):
        gone = turn.texts("This step is gone. Nothing else has changed.")
        raise Aside(Answer(card=await form_card(turn, draft, "sequence", notice=gone)))
    return with_step(draft, part)


async def in_time(turn: Turn, draft: Campaign) -> Campaign | None:
    """The scheduled campaign that a draft holds changes of; None when it is gone. Raises Aside once it has started."""
    original = await original_of(turn, draft)
    if original is None or allows(original, Change.EDIT):
        return original
    with suppress(StaleVersion):  # what came too late is a draft of its own
        await turn.save(replace(draft, changes_of=None), DeedKind.CHANGED)
    late = turn.texts("Your changes came too late: they are kept as a draft of their own.")
    note = f"{has_started(turn, original)} {late}"
    raise Aside(Answer(card=await information(turn, original, note, "warning")))


def has_started(turn: Turn, campaign: Campaign) -> str:
    if campaign.state is CampaignState.DONE:
        return turn.texts("This campaign has been sent: it can’t be changed any more.")
    return turn.texts("This campaign has started: it can be neither changed nor cancelled.")


def changed_elsewhere(turn: Turn) -> str:
    """What is said to who saves a form that somebody else has changed meanwhile."""
    return turn.texts("This draft was changed elsewhere meanwhile. Please check it and go on from here.")


def _left(turn: Turn, campaign: Campaign) -> AdaptiveCard:
    name = campaign.name or turn.texts("your new campaign")
    return notice_card(
        turn.texts, turn.texts("Saved. You find “{name}” under **campaigns**.", name=escape_markdown(name)), "good"
    )


# --- saving -----------------------------------------------------------------------------------


async def _accept(turn: Turn, campaign: Campaign, step: str, values: dict[str, str]) -> Accepted:
    """What is wrong with a step, and what to keep of it; a new list is made once it is right."""
    if step == "message":
        columns = await known_columns(turn) if asks_for_columns(values) else ()
        errors = read_message(values, turn.texts, columns).errors
        image = completed(values.get("image", "").strip())
        # said once: whoever goes on with the same address knows of a network where it shows
        if not errors and image != completed(campaign.forms.get("message", {}).get("image", "").strip()):
            why_not = await why_not_shown(turn, image)
            errors = {"image": why_not} if why_not else {}
        return Accepted(errors, values)
    if step == "schedule":
        await ready_for(values)
        read = {**values, OF_SEQUENCE: "true"} if is_sequence(campaign.forms) else values
        return Accepted(read_schedule(read, turn.now, turn.texts).errors, values)
    return await accept_audience(turn, campaign, values)


async def save_step(turn: Turn, campaign: Campaign, key: str, values: Mapping[str, str] | None) -> Campaign:
    """Keep a form's values as they are, or forget that form. Raises StaleVersion."""
    if values is not None:
        return await save_edit(turn, campaign, _with_form(campaign, key, values, turn))
    forms = {step: kept for step, kept in campaign.forms.items() if step != key}
    return await save_edit(turn, campaign, edit(campaign, forms, turn.now, turn.person.id))


async def save_edit(turn: Turn, before: Campaign, edited: Campaign, **details: str) -> Campaign:
    """Keep it; its author hears of it when another begins to write. ``details``: for the audit. Raises StaleVersion."""
    saved = await turn.save(edited, DeedKind.CHANGED, **details)
    if before.written_by != turn.person.id:
        await tell_maker(turn, saved)
    return saved


def _with_form(campaign: Campaign, step: str, values: Mapping[str, str], turn: Turn) -> Campaign:
    """The campaign with a step's values; one that waits for approval becomes a draft again."""
    name = read_name(values, turn.texts).value if step == "message" else None
    chosen = step == "audience" and values.get("channel") in list(Channel)
    return edit(
        campaign,
        {**answered_by(campaign.forms, step), step: dict(values)},
        turn.now,
        turn.person.id,
        name=name or campaign.name,
        channel=Channel(values["channel"]) if chosen else campaign.channel,
    )
