"""What can be done with a campaign as a whole: see it, try it, report on it, delete it."""

from __future__ import annotations

from dataclasses import replace

from cards.campaigns import Line, campaigns_card, delete_card, people_card
from cards.elements import AdaptiveCard
from cards.outgoing import compile_for
from cards.parts import channel_name
from cards.reports import reason_text, report_card
from cards.variables import escape_markdown
from cards.wizard import try_form
from dialogs.drafts import Draft, asked_for, columns_in, is_stale, read_draft, tracking_of
from dialogs.forms.fields import NAME, clean, is_address, page_of
from dialogs.reading import installable
from dialogs.talk import texts_of
from dialogs.turn import Answer, Form, Router, Turn
from dialogs.wizard import changeable, form_card, has_started, information
from scheduler.ports import Delivered, Unreachable
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    DeliveryState,
    Message,
    Person,
    PersonId,
    StaleVersion,
)

router = Router()

PAGE = 6  #: campaigns on one card
PEOPLE = 8  #: people on one card: each row carries an icon
SEARCHED = 200  #: newest campaigns searched by name


# --- list and information ---------------------------------------------------------------------


@router.command("campaigns", "campagnes", "list campaigns", "mes campagnes", "my campaigns")
async def campaigns(turn: Turn, rest: str) -> Answer:
    return Answer(card=await list_card(turn), summary=turn.texts("Your campaigns"))


@router.form("campaigns.open")
async def campaigns_pressed(turn: Turn, form: Form) -> Answer:
    return Answer(card=await list_card(turn, page_of(form)))


async def list_card(turn: Turn, page: int = 0, notice: str = "") -> AdaptiveCard:
    total = await turn.store.count_campaigns(turn.person.tenant)
    pages = max(1, -(-total // PAGE))
    page = min(page, pages - 1)
    lines = [
        Line(
            campaign=campaign,
            tally=await turn.store.tally(campaign.id),
            engagement=await turn.store.engagement(campaign.id),
        )
        for campaign in await turn.store.campaigns(turn.person.tenant, PAGE, page * PAGE)
    ]
    return campaigns_card(turn.texts, lines, page, pages, notice)


@router.form("campaign.open")
async def open_campaign(turn: Turn, form: Form) -> Answer:
    """A draft goes on where it was left; any other shows its information (S14)."""
    campaign = await asked_for(turn, form)
    if campaign.state is not CampaignState.DRAFT:
        return Answer(card=await information(turn, campaign))
    step = next((step for step, _ in (await read_draft(turn, campaign)).problems), "review")
    return Answer(card=await form_card(turn, campaign, step))


@router.form("people.open")
async def people(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    audience = (await read_draft(turn, campaign)).audience or Audience()
    reach = await turn.store.reach(campaign.tenant, audience, campaign.channel)
    pages = max(1, -(-reach.total // PEOPLE))
    page = min(page_of(form), pages - 1)
    members = await turn.store.members(campaign.tenant, audience, campaign.channel, PEOPLE, page * PEOPLE)
    missing = await installable(turn, audience, campaign.channel)
    return Answer(card=people_card(turn.texts, campaign, reach, members, page, pages, missing))


async def named(turn: Turn, name: str) -> Campaign | None:
    """The newest campaign whose name is, or else begins with, or else contains what was typed."""
    wanted = name.strip(" «»\"“”'").casefold()
    found = [
        (campaign.name.casefold() != wanted, not campaign.name.casefold().startswith(wanted), -campaign.id, campaign)
        for campaign in await turn.store.campaigns(turn.person.tenant, SEARCHED)
        if wanted in campaign.name.casefold()
    ]
    return min(found)[-1] if found and wanted else None


async def which_one(turn: Turn, name: str) -> Answer:
    text = turn.texts("I know no campaign “{name}”. Which one do you mean?", name=escape_markdown(name)) if name else ""
    return Answer(card=await list_card(turn, notice=text), summary=turn.texts("Your campaigns"))


@router.command("information", "info", "informations")
async def show_information(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    return Answer(card=await information(turn, campaign), summary=campaign.name)


@router.command("edit", "change", "modifier")
async def edit(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    campaign = await changeable(turn, {"campaign": campaign.id})
    return Answer(card=await form_card(turn, campaign, "review"), summary=campaign.name)


@router.command(
    "cancel campaign", "stop campaign", "annuler la campagne", "arrêter la campagne", "cancel", "stop", "annuler",
    "arrêter",
)  # fmt: skip
async def cancel(turn: Turn, name: str) -> Answer:
    """There is no cancelling of what has started (S16); before, deleting does it."""
    return await delete(turn, name)


# --- try it -----------------------------------------------------------------------------------


@router.form("try.open")
async def open_try(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    return Answer(card=try_form(turn.texts, campaign, {"address": turn.person.address}, {}))


@router.form("try.send")
async def send_try(turn: Turn, form: Form) -> Answer:
    """S17, S26: to one person who can be reached, exactly as configured, counted nowhere."""
    campaign = await asked_for(turn, form)
    address = clean(str(form.get("address", ""))).strip()
    error = await try_it(turn, campaign, address)
    if error:
        return Answer(card=try_form(turn.texts, campaign, {"address": address[:300]}, {"address": error}))
    done = turn.texts("The test is in the chat of {address}.", address=address)
    return Answer(card=try_form(turn.texts, campaign, {"address": address}, {}, done))


async def try_it(turn: Turn, campaign: Campaign, address: str) -> str:
    """Send a test; what is wrong, or "" when it arrived."""
    texts = turn.texts
    if not is_address(address):
        return texts("That is not an address; it looks like ada@contoso.com.")
    draft = await read_draft(turn, campaign)
    if draft.message is None:
        return texts("The message is not ready yet: please complete it first.")
    person = await turn.store.person_at(campaign.tenant, address)
    reference = await turn.store.reference(person.id, campaign.channel) if person else None
    if person is None or reference is None or reference.broken:
        return texts(
            "{address} has not installed Crieur on {channel}, so nothing can be sent to them.",
            address=address,
            channel=channel_name(campaign.channel),
        )
    outcome = await turn.house.sender.send(reference, await _test_activity(turn, draft, draft.message, person))
    if isinstance(outcome, Delivered):
        return ""
    if isinstance(outcome, Unreachable):
        await turn.store.lose(reference.tenant, reference.channel, reference.user, outcome.reason)
        return reason_text(texts, outcome.reason, campaign.channel)
    return texts("It could not be sent just now. Please try again in a minute.")


async def _test_activity(turn: Turn, draft: Draft, message: Message, person: Person) -> bytes:
    links, campaign = turn.house.links, draft.campaign
    columns = await columns_in(turn, draft, person)
    banner = texts_of(person)("Test of “{name}”: only you received this.", name=escape_markdown(campaign.name))
    tracking = tracking_of(campaign, links.tracked)
    token, channel = links.test_token, campaign.channel
    render = compile_for(channel, campaign.id, message, links.base_url, token, test=banner, tracking=tracking)
    return render(person, columns)


@router.command("try", "test", "essayer", "tester")
async def try_typed(turn: Turn, name: str) -> Answer:
    """The address is asked for in conversation."""
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    return Answer(begin=("try", {"campaign": campaign.id, "name": campaign.name}))


# --- report -----------------------------------------------------------------------------------


@router.form("report.open")
async def open_report(turn: Turn, form: Form) -> Answer:
    return await _report_answer(turn, await asked_for(turn, form), fresh=bool(form.get("fresh")))


async def _report_answer(turn: Turn, campaign: Campaign, *, fresh: bool = False) -> Answer:
    summary = turn.texts("Report: {name}", name=campaign.name)
    return Answer(card=await report(turn, campaign), fresh=fresh, summary=summary)


async def report(turn: Turn, campaign: Campaign) -> AdaptiveCard:
    if not campaign.started_at:
        return await information(turn, campaign, turn.texts("It has not started yet."), "accent")
    return report_card(
        turn.texts,
        campaign,
        await turn.store.tally(campaign.id),
        await turn.store.engagement(campaign.id),
        turn.now,
        await turn.store.next_due(campaign.id),
    )


@router.command("report", "rapport")
async def report_typed(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    return await _report_answer(turn, campaign)


@router.form("report.again")
async def send_again(turn: Turn, form: Form) -> Answer:
    """A new draft of the same message, to exactly those of whom nobody knows whether it arrived."""
    campaign = await asked_for(turn, form)
    people = await turn.store.people_in_state(campaign.id, DeliveryState.UNCONFIRMED)
    if campaign.state is not CampaignState.DONE or not people:
        return await _report_answer(turn, campaign)
    name = turn.texts("{name} – again", name=campaign.name)[:NAME]
    made = await turn.store.new_list(turn.person.tenant, turn.person.id, name, [PersonId(person) for person in people])
    draft = await turn.store.new_campaign(turn.person.tenant, turn.person.id, name, campaign.channel, turn.now)
    forms = {
        "message": {**campaign.forms.get("message", {}), "name": name},
        "audience": {"channel": campaign.channel, "audience": f"list:{made.id}"},
    }
    draft = await turn.store.save(replace(draft, forms=forms))
    return Answer(card=await form_card(turn, draft, "review"), summary=name, fresh=True)


# --- delete -----------------------------------------------------------------------------------


@router.form("delete.open")
async def open_delete(turn: Turn, form: Form) -> Answer:
    return await _deletion(turn, await asked_for(turn, form))


@router.command("delete", "supprimer")
async def delete(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    return await _deletion(turn, campaign) if campaign else await which_one(turn, name)


async def _deletion(turn: Turn, campaign: Campaign) -> Answer:
    if campaign.state is CampaignState.RUNNING:
        return Answer(card=await information(turn, campaign, has_started(turn, campaign), "warning"))
    return Answer(card=delete_card(turn.texts, campaign), summary=campaign.name)


@router.form("delete.confirm")
async def confirm_delete(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    if campaign.state is CampaignState.RUNNING or is_stale(campaign, form):
        return await _deletion(turn, campaign)
    try:
        await turn.store.delete_campaign(campaign)
    except StaleVersion:
        return await _deletion(turn, await asked_for(turn, form))
    name = campaign.name or turn.texts("the draft")
    return Answer(card=await list_card(turn, notice=turn.texts("“{name}” is deleted.", name=escape_markdown(name))))
