"""Building a campaign: three forms and a review, each replaced in place by the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cards.campaigns import Outlook, information_card, review_card
from cards.conversation import notice_card
from cards.elements import AdaptiveCard
from cards.plain import built_in_teams
from cards.variables import escape_markdown
from cards.wizard import STEPS, audience_form, message_form, schedule_form
from dialogs.drafts import (
    Draft,
    asked_for,
    empty_audience,
    frozen,
    is_stale,
    nobody_awake,
    outlook_of,
    overview,
    read_draft,
    values_of,
    warnings_of,
)
from dialogs.forms.audience import read_audience
from dialogs.forms.fields import NAME, Reading, typed
from dialogs.forms.message import read_message, read_name
from dialogs.forms.schedule import read_schedule
from dialogs.presence import no_presence, presence_problem
from dialogs.turn import Answer, Aside, Form, Router, Turn
from storage.instants import is_zone
from storage.records import Audience, Campaign, CampaignState, Channel, ListId, Reach, StaleVersion

router = Router()

#: zones offered in the form, beside the author's own
ZONES = (
    "Pacific/Honolulu", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York",
    "America/Toronto", "America/Halifax", "America/Sao_Paulo", "UTC", "Europe/London", "Europe/Lisbon",
    "Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Berlin", "Europe/Madrid", "Europe/Rome",
    "Africa/Casablanca", "Africa/Tunis", "Africa/Dakar", "Europe/Athens", "Africa/Cairo", "Africa/Johannesburg",
    "Europe/Istanbul", "Asia/Dubai", "Indian/Reunion", "Asia/Kolkata", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Noumea", "Pacific/Auckland", "Pacific/Tahiti",
)  # fmt: skip


@router.command("new", "nouvelle", alone=True)
@router.command("new campaign", "nouvelle campagne")
async def new_campaign(turn: Turn, name: str) -> Answer:
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    campaign = await turn.store.new_campaign(turn.person.tenant, turn.person.id, name[:NAME], turn.channel, turn.now)
    return Answer(card=await form_card(turn, campaign, "message"), summary=turn.texts("A new campaign"))


@router.form("campaign.new")
async def new_campaign_pressed(turn: Turn, form: Form) -> Answer:
    return await new_campaign(turn, "")


@router.form("form.open")
async def open_form(turn: Turn, form: Form) -> Answer:
    """Show a step without saving anything."""
    campaign = await changeable(turn, form)
    step = str(form.get("step", "message"))
    return Answer(card=await form_card(turn, campaign, step if step in STEPS else "message"))


@router.form("form.save")
async def save_form(turn: Turn, form: Form) -> Answer:
    """Keep what was typed, valid or not, and go where the author wants, if the form allows."""
    campaign = await changeable(turn, form)
    step = str(form.get("step"))
    if step not in STEPS[:3]:
        return Answer(card=await form_card(turn, campaign, "message"))
    values = typed(step, form)
    if is_stale(campaign, form):
        return Answer(card=await form_card(turn, campaign, step, values=values, notice=_changed_elsewhere(turn)))
    try:
        campaign = await turn.store.save(_with_form(campaign, step, values, turn))
        # after the save: who presses at the same moment comes too late to make a second list
        errors, kept = await _accept(turn, step, values)
        if kept != values:
            campaign = await turn.store.save(_with_form(campaign, step, kept, turn))
    except StaleVersion:
        campaign = await changeable(turn, form)
        return Answer(card=await form_card(turn, campaign, step, values=values, notice=_changed_elsewhere(turn)))
    goal = str(form.get("go"))
    if goal == "leave":
        return Answer(card=_left(turn, campaign))
    if errors and goal not in STEPS[: STEPS.index(step)]:
        return Answer(card=await form_card(turn, campaign, step, errors=errors))
    return Answer(card=await form_card(turn, campaign, goal if goal in STEPS else "review"))


@router.form("campaign.schedule")
async def schedule(turn: Turn, form: Form) -> Answer:
    campaign = await changeable(turn, form)
    if is_stale(campaign, form):
        return Answer(card=await review(turn, campaign, _changed_elsewhere(turn)))
    draft = read_draft(turn, campaign)
    shown, _ = await overview(turn, draft)
    if await _problems(turn, draft, shown.reach, await outlook_of(turn, draft, shown.reach)):
        return Answer(card=await review(turn, campaign))
    try:
        campaign = await turn.store.save(replace(frozen(draft, turn), state=CampaignState.SCHEDULED))
    except StaleVersion:
        return Answer(card=await review(turn, await changeable(turn, form), _changed_elsewhere(turn)))
    if draft.starts_now:
        note = turn.texts("It starts now. I will show you here how it goes.")
    else:
        note = turn.texts("It is scheduled. I will show you here how it goes. Until it starts you can still change it.")
    return Answer(card=await information(turn, campaign, note))


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
    texts, store, tenant = turn.texts, turn.store, campaign.tenant
    shown = values_of(campaign, step, turn) if values is None else values
    wrong = errors or {}
    if step == "message":
        return message_form(texts, campaign, shown, wrong, notice, tracked=turn.house.links.tracked)
    if step == "schedule":
        zones = _zones(shown.get("zone", ""), turn.zone)
        why_not = await no_presence(turn, campaign.channel)
        return schedule_form(texts, campaign, shown, wrong, zones, notice, why_not)
    everyone = {channel: (await store.reach(tenant, Audience(everyone=True), channel)).total for channel in Channel}
    chosen = shown.get("channel", "")
    channel = Channel(chosen) if chosen in list(Channel) else campaign.channel
    lists = [
        (found, await store.reach(tenant, Audience(lists=(found.id,)), channel)) for found in await store.lists(tenant)
    ]
    return audience_form(texts, campaign, {**shown, "channel": channel}, wrong, everyone, lists, notice)


async def review(turn: Turn, campaign: Campaign, notice: str = "") -> AdaptiveCard:
    draft = read_draft(turn, campaign)
    shown, members = await overview(turn, draft)
    outlook = await outlook_of(turn, draft, shown.reach)
    problems = await _problems(turn, draft, shown.reach, outlook)
    warnings = warnings_of(turn.texts, draft, shown.reach, outlook, members)
    return review_card(turn.texts, campaign, shown, outlook, problems, warnings, notice)


async def _problems(
    turn: Turn, draft: Draft, reach: Reach | None, outlook: Outlook | None
) -> tuple[tuple[str, str], ...]:
    """What keeps a draft from being scheduled: (step, what is wrong)."""
    campaign = draft.campaign
    return (
        draft.problems
        + empty_audience(turn.texts, reach)
        + nobody_awake(turn.texts, outlook)
        + await presence_problem(turn, campaign.channel, draft.schedule)
    )


async def information(turn: Turn, campaign: Campaign, notice: str = "", tone: str = "good") -> AdaptiveCard:
    shown, _ = await overview(turn, read_draft(turn, campaign))
    tally = await turn.store.tally(campaign.id)
    return information_card(turn.texts, campaign, shown, tally, notice, tone)


async def changeable(turn: Turn, form: Form) -> Campaign:
    """The campaign, if it can still be changed. Raises Aside with its information when not (S16)."""
    campaign = await asked_for(turn, form)
    if not campaign.state.changeable:
        raise Aside(Answer(card=await information(turn, campaign, has_started(turn, campaign), "warning")))
    return campaign


def has_started(turn: Turn, campaign: Campaign) -> str:
    if campaign.state is CampaignState.DONE:
        return turn.texts("This campaign has been sent: it can't be changed any more.")
    return turn.texts("This campaign has started: it can be neither changed nor cancelled.")


def _changed_elsewhere(turn: Turn) -> str:
    return turn.texts("This draft was changed elsewhere meanwhile. Please check it and go on from here.")


def _left(turn: Turn, campaign: Campaign) -> AdaptiveCard:
    name = campaign.name or turn.texts("your new campaign")
    return notice_card(
        turn.texts, turn.texts("Saved. You find “{name}” under **campaigns**.", name=escape_markdown(name)), "good"
    )


def _zones(chosen: str, own: str) -> list[tuple[str, str]]:
    names = [own, *ZONES]
    if is_zone(chosen):
        names.insert(0, chosen)
    return [(name, name.replace("_", " ")) for name in dict.fromkeys(names)]


# --- saving -----------------------------------------------------------------------------------


async def _accept(turn: Turn, step: str, values: dict[str, str]) -> tuple[Mapping[str, str], dict[str, str]]:
    """What is wrong with a step, and what to keep of it; a new list is made once it is right."""
    if step == "message":
        return read_message(values, turn.texts).errors, values
    if step == "schedule":
        return read_schedule(values, turn.now, turn.texts).errors, values
    reading = read_audience(values, turn.texts)
    choice = reading.value
    if choice is None:
        return reading.errors, values
    if choice.list is not None and await _list_is_missing(turn, choice.list):
        return {"audience": turn.texts("This list is gone. Please choose another.")}, values
    if not choice.new_name:
        return {}, values
    if any(found.name.casefold() == choice.new_name.casefold() for found in await turn.store.lists(turn.person.tenant)):
        return {"list_name": turn.texts("There is a list of this name already.")}, values
    people = await turn.store.meet(turn.person.tenant, choice.contacts)
    made = await turn.store.new_list(
        turn.person.tenant, turn.person.id, choice.new_name, [person.id for person in people]
    )
    return {}, {"channel": values["channel"], "audience": f"list:{made.id}"}


async def _list_is_missing(turn: Turn, id: ListId) -> bool:
    found = await turn.store.distribution_list(id)
    return found is None or found.tenant != turn.person.tenant


def _with_form(campaign: Campaign, step: str, values: Mapping[str, str], turn: Turn) -> Campaign:
    """The campaign with a step's values; a scheduled one becomes a draft again, to be scheduled anew."""
    changes: dict[str, object] = {}
    if step == "message":
        name: Reading[str] = read_name(values, turn.texts)
        changes["name"] = name.value or campaign.name
    if step == "audience" and values.get("channel") in list(Channel):
        changes["channel"] = Channel(values["channel"])
    return replace(
        campaign,
        state=CampaignState.DRAFT,
        forms={**campaign.forms, step: dict(values)},
        message=None,
        audience=None,
        schedule=None,
        **changes,  # type: ignore[arg-type]
    )
