"""How a campaign does: the report, and a comparison with earlier ones."""

from __future__ import annotations

from dataclasses import replace

from cards.kit.elements import AdaptiveCard
from cards.results.comparing.benchmarks import Benchmark, benchmark_of
from cards.results.comparing.compare import compare_card
from cards.results.live import live_card
from cards.results.report import erased_text, report_card
from cards.results.segments import segments_of
from dialogs.campaigns.copies import draft_to
from dialogs.campaigns.listing import named, which_one
from dialogs.compose.wizard import information
from dialogs.core.figures import figures_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for, ended_like, lists_in, occurrences_of, own_campaigns, sent_before
from scheduler.sequels.follow_ups import people_left
from storage.records import Campaign, CampaignState, DeedKind, DeliveryState, Right
from storage.records.campaign_life import follows_up

router = Router()

SEARCHED = 20  #: newest campaigns of somebody's looked at for the last that was sent
BESIDE = 20  #: campaigns of the same style whose median a report shows
COMPARED = 5  #: earlier campaigns that one is compared with


# --- report -----------------------------------------------------------------------------------


@router.form("report.open")
async def open_report(turn: Turn, form: Form) -> Answer:
    return await report_answer(turn, await asked_for(turn, form), fresh=bool(form.get("fresh")))


async def report_answer(turn: Turn, campaign: Campaign, *, fresh: bool = False, notice: str = "") -> Answer:
    summary = turn.texts("Report: {name}", name=campaign.name)
    return Answer(card=await report(turn, campaign, notice), fresh=fresh, summary=summary)


async def has_forgotten(turn: Turn, campaign: Campaign, *, fresh: bool = False) -> Answer:
    """The report, and why nothing is told of single recipients any more."""
    return await report_answer(turn, campaign, fresh=fresh, notice=erased_text(turn.texts, campaign))


async def report(turn: Turn, campaign: Campaign, notice: str = "") -> AdaptiveCard:
    if not campaign.started_at:
        return await information(turn, campaign, turn.texts("It has not started yet."), "accent")
    figures, benchmark = await figures_of(turn.store, campaign, over_time=True), await _benchmark(turn, campaign)
    follow_up = campaign.as_scheduled.follow_up
    if follow_up is not None:
        rounds = [one for one in await occurrences_of(turn, campaign, follow_up.rounds) if one.started_at]
        known = [await figures_of(turn.store, one) for one in reversed(rounds)]
        left = len(await people_left(turn.store, campaign, follow_up)) if campaign.keeps_people else None
        figures = replace(figures, rounds=known, left=left)
    told = segments_of(await turn.store.profile_figures(campaign.id))
    named = await lists_in(turn, campaign.as_scheduled.audience) if told else []
    lists = {str(one.id): one.name for one in named if one is not None}
    return report_card(turn.texts, figures, turn.now, notice, benchmark, told, lists)


@router.form("chase.end")
async def remind_no_more(turn: Turn, form: Form) -> Answer:
    """The rounds of a must-read that are still to come do not."""
    note = turn.texts("I remind nobody any more.")
    while True:
        campaign = await asked_for(turn, form, Right.CHANGE)
        sequels = campaign.sequels
        if not follows_up(campaign) or sequels is None or sequels.next_at is None:
            return await report_answer(turn, campaign, notice=note)
        ended = replace(sequels, last_at=sequels.next_at, next_at=None)
        await turn.store.make_sequel(campaign, ended, None, deed=turn.deed(DeedKind.CHANGED, reminders="ended"))


async def _benchmark(turn: Turn, campaign: Campaign) -> Benchmark | None:
    """What is usual, of counters; None while it runs, as people still come."""
    if campaign.finished_at is None:
        return None
    return benchmark_of([await figures_of(turn.store, one) for one in await ended_like(turn, campaign, BESIDE)])


@router.command("report")
async def report_typed(turn: Turn, name: str) -> Answer:
    """While it runs, its author gets the live card anew, at the end of the chat; any other time, the report."""
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    if campaign.state is not CampaignState.RUNNING or not turn.shows_cards:
        return await report_answer(turn, campaign)
    if campaign.author == turn.person.id and await turn.services.announcer.repost(campaign):
        return Answer()
    shown = await figures_of(turn.store, campaign)
    return Answer(card=live_card(turn.texts, shown, now=turn.now), summary=campaign.name)


async def last_report(turn: Turn) -> Answer:
    """The report of the last campaign that they have sent on this channel, be it still running."""
    own = await own_campaigns(turn, SEARCHED)
    last = next((one for one in own if one.started_at is not None), None)
    if last is None:
        return Answer(text=turn.texts("You have sent no campaign yet."))
    return await report_answer(turn, last)


@router.command("compare")
async def compare_typed(turn: Turn, name: str) -> Answer:
    """A campaign beside those before it: the last one, where none is named."""
    campaign = await named(turn, name)
    if campaign is None and name:
        return await which_one(turn, name)
    if campaign is None:
        campaign = next((one for one in await own_campaigns(turn, SEARCHED) if one.started_at is not None), None)
    if campaign is None:
        return Answer(text=turn.texts("You have sent no campaign yet."))
    return await compare(turn, {"campaign": campaign.id})


# --- again ------------------------------------------------------------------------------------


@router.form("report.again")
async def send_again(turn: Turn, form: Form) -> Answer:
    """A new draft of the same message, to exactly those of whom nobody knows whether it arrived."""
    campaign = await asked_for(turn, form)
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign)
    people = await turn.store.people_in_state(campaign.id, DeliveryState.UNCONFIRMED)
    if campaign.state is not CampaignState.DONE or not people:
        return await report_answer(turn, campaign)
    return await draft_to(turn, campaign, people, turn.texts("{name} – again", name=campaign.name))


#: in these a message has certainly not arrived, and nobody has asked to be spared it
NOT_REACHED = (
    DeliveryState.WAITING,
    DeliveryState.PLANNED,
    DeliveryState.CLAIMED,
    DeliveryState.UNREACHABLE,
    DeliveryState.EXPIRED,
    DeliveryState.FAILED,
)


@router.form("report.others")
async def copy_for_the_others(turn: Turn, form: Form) -> Answer:
    """Of a campaign that is paused, as its message is refused: a draft of it, to be changed, for whom it misses."""
    campaign = await asked_for(turn, form)
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign)
    people = [person for state in NOT_REACHED for person in await turn.store.people_in_state(campaign.id, state)]
    if campaign.trouble is None or not campaign.trouble.pauses or not people:
        return await report_answer(turn, campaign)
    return await draft_to(turn, campaign, people, turn.texts("Copy of {name}", name=campaign.name))


# --- compare ----------------------------------------------------------------------------------


@router.form("compare.open")
async def compare(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    if not campaign.started_at:
        return await report_answer(turn, campaign)
    others = [await figures_of(turn.store, other) for other in await sent_before(turn, campaign, COMPARED)]
    return Answer(card=compare_card(turn.texts, await figures_of(turn.store, campaign), others))
