"""What can be done with a campaign as a whole: see it, try it, report on it, delete it."""

from __future__ import annotations

from functools import partial

from cards.campaigns.listing import campaigns_card, delete_card, people_card
from cards.compose import send_test_form
from cards.kit.elements import AdaptiveCard
from cards.kit.variables import escape_markdown
from cards.message.render import compile_for
from cards.results.outcomes import reason_text
from cards.results.troubles import trouble_text
from dialogs.compose.wizard import changeable, form_card, has_started, information
from dialogs.core.card_values import as_name, best_named
from dialogs.core.drafts import Draft, columns_in, is_stale, next_step, read_draft, tracking_of
from dialogs.core.figures import figures_of
from dialogs.core.notify import tell_maker
from dialogs.core.questions import Question
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import (
    asked_for,
    campaign_gone,
    campaign_of,
    campaigns_of,
    count_campaigns,
    demand,
    makers,
    may_do,
)
from dialogs.forms.fields import NAME, clean, is_address, page_of
from dialogs.lists.freshness import installable
from dialogs.people.language import texts_of
from scheduler.ports import Delivered, Refused, Unconfirmed, Unexplained, Unreachable
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Deed,
    Lesson,
    Message,
    NotReached,
    Person,
    Right,
    StaleVersion,
)
from storage.records.campaign_life import Change, allows

router = Router()

TRY = "try"  #: the question in words
PAGE = 6  #: campaigns on one card
PEOPLE = 8  #: people on one card: each row carries an icon
SEARCHED = 200  #: newest campaigns of a name that are looked at


# --- list and information ---------------------------------------------------------------------


@router.command("campaigns", "list campaigns", "my campaigns")
async def campaigns(turn: Turn, find: str) -> Answer:
    return Answer(card=await list_card(turn, find=find), summary=turn.texts("Your campaigns"))


@router.form("campaigns.open")
async def campaigns_pressed(turn: Turn, form: Form) -> Answer:
    return Answer(card=await list_card(turn, page_of(form), find=str(form.get("find", ""))))


async def list_card(turn: Turn, page: int = 0, notice: str = "", *, find: str = "") -> AdaptiveCard:
    """A page of the campaigns, newest first; with ``find``, of those that have it in their name."""
    find = clean(find).strip()[:NAME]
    total = await count_campaigns(turn, find)
    pages = max(1, -(-total // PAGE))
    page = min(page, pages - 1)
    some = await campaigns_of(turn, PAGE, page * PAGE, find)
    shown = [await figures_of(turn.store, campaign) for campaign in some]
    return campaigns_card(turn.texts, shown, find, page, pages, notice, await makers(turn, some))


@router.form("campaign.open")
async def open_campaign(turn: Turn, form: Form) -> Answer:
    """A draft goes on where it was left; any other, and somebody else's, shows its information (S14)."""
    campaign = await asked_for(turn, form)
    if campaign.state is not CampaignState.DRAFT or not may_do(turn, Right.CHANGE, campaign):
        return Answer(card=await information(turn, campaign))
    return Answer(card=await form_card(turn, campaign, await next_step(turn, campaign)))


@router.form("people.open")
async def people(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    read = await read_draft(turn, campaign)
    audience = read.audience or Audience()
    reach = await turn.store.reach(campaign.tenant, audience, campaign.channel)
    pages = max(1, -(-reach.total // PEOPLE)) if read.names_people else 1
    page = min(page_of(form), pages - 1)
    members = []
    if read.names_people:
        members = await turn.store.members(campaign.tenant, audience, campaign.channel, PEOPLE, page * PEOPLE)
    missing = await installable(turn, audience, campaign.channel)
    return Answer(card=people_card(turn.texts, campaign, reach, members, page, pages, missing))


async def named(turn: Turn, name: str) -> Campaign | None:
    """The newest campaign whose name is, or else begins with, or else contains what was typed."""
    wanted = as_name(name)
    return best_named(wanted, await campaigns_of(turn, SEARCHED, 0, wanted)) if wanted else None


async def which_one(turn: Turn, name: str) -> Answer:
    text = turn.texts("I know no campaign “{name}”. Which one do you mean?", name=escape_markdown(name)) if name else ""
    return Answer(card=await list_card(turn, notice=text), summary=turn.texts("Your campaigns"))


@router.command("information", "info")
async def show_information(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    return Answer(card=await information(turn, campaign), summary=campaign.name)


@router.command("edit", "change")
async def edit(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    campaign = await changeable(turn, {"campaign": campaign.id})
    return Answer(card=await form_card(turn, campaign, "review"), summary=campaign.name)


@router.command("cancel campaign", "stop campaign", "cancel", "stop")
async def cancel(turn: Turn, name: str) -> Answer:
    """There is no cancelling of what has started (S16); before, deleting does it."""
    return await delete(turn, name)


# --- try it -----------------------------------------------------------------------------------


@router.form("try.open")
async def open_try(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    return Answer(card=send_test_form(turn.texts, campaign, {"address": turn.person.address}, {}))


@router.form("try.send")
async def send_try(turn: Turn, form: Form) -> Answer:
    """S17, S26: to one person who can be reached, exactly as configured, counted nowhere."""
    campaign = await asked_for(turn, form)
    address = clean(str(form.get("address", ""))).strip()
    error = await try_it(turn, campaign, address)
    if error:
        return Answer(card=send_test_form(turn.texts, campaign, {"address": address[:300]}, {"address": error}))
    done = turn.texts("The test is in the chat of {address}.", address=address)
    return Answer(card=send_test_form(turn.texts, campaign, {"address": address}, {}, done))


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
            channel=campaign.channel.traits.name,
        )
    outcome = await turn.services.sender.send(reference, await _test_activity(turn, draft, draft.message, person))
    learn = partial(turn.store.learn, person.id, campaign.channel)
    if isinstance(outcome, Delivered):
        await learn(Lesson(at=turn.now, conversation=outcome.conversation, service_url=reference.service_url))
        return ""
    if isinstance(outcome, Unreachable):
        await learn(Lesson(at=turn.now, failed=outcome.reason))
        return reason_text(texts, outcome.reason, campaign.channel)
    if isinstance(outcome, Refused):
        return trouble_text(texts, NotReached.MESSAGE_REFUSED, outcome.code, campaign.channel)
    if isinstance(outcome, Unexplained):
        return trouble_text(texts, NotReached.UNEXPLAINED, outcome.code, campaign.channel)
    if isinstance(outcome, Unconfirmed):
        return reason_text(texts, outcome.reason, campaign.channel)
    if outcome.reason is not NotReached.THROTTLED:
        return trouble_text(texts, outcome.reason, outcome.detail, campaign.channel)
    return texts("It could not be sent just now. Please try again in a minute.")


async def _test_activity(turn: Turn, draft: Draft, message: Message, person: Person) -> bytes:
    links, campaign = turn.services.links, draft.campaign
    columns = await columns_in(turn, draft, person)
    banner = texts_of(person)("Test of “{name}”: only you received this.", name=escape_markdown(campaign.name))
    tracking = tracking_of(campaign, links.tracked)
    token, channel = links.test_token, campaign.channel
    render = compile_for(channel, campaign.id, message, links.base_url, token, test=banner, tracking=tracking)
    return render(person, columns)


@router.command("try", "test")
async def try_typed(turn: Turn, name: str) -> Answer:
    """The address is asked for in words."""
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    question = turn.texts(
        "To which address shall I send the test of “{name}”? (**cancel** leaves)", name=escape_markdown(campaign.name)
    )
    return Answer(text=question, asks=Question(TRY, campaign.id))


@router.reply_to(TRY)
async def try_answered(turn: Turn, question: Question, address: str) -> Answer:
    """Send the test; where the address is wrong, the reply says why and the question stays open."""
    campaign = await campaign_of(turn, question.campaign)
    if campaign is None:
        return Answer(text=campaign_gone(turn))
    if error := await try_it(turn, campaign, address):
        return Answer(text=error, asks=question)
    return Answer(text=turn.texts("The test is in the chat of {address}.", address=address))


# --- delete -----------------------------------------------------------------------------------


@router.form("delete.open")
async def open_delete(turn: Turn, form: Form) -> Answer:
    return await _deletion(turn, await asked_for(turn, form, Right.CHANGE))


@router.command("delete")
async def delete(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    return await _deletion(turn, demand(turn, Right.CHANGE, campaign)) if campaign else await which_one(turn, name)


async def _deletion(turn: Turn, campaign: Campaign) -> Answer:
    if not allows(campaign, Change.DELETE):
        return Answer(card=await information(turn, campaign, has_started(turn, campaign), "warning"))
    return Answer(card=delete_card(turn.texts, campaign), summary=campaign.name)


@router.form("delete.confirm")
async def confirm_delete(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form, Right.CHANGE)
    if not allows(campaign, Change.DELETE) or is_stale(turn, campaign, form):
        return await _deletion(turn, campaign)
    try:
        await turn.store.delete_campaign(campaign)
    except StaleVersion:
        return await _deletion(turn, await asked_for(turn, form, Right.CHANGE))
    await tell_maker(turn, campaign, Deed.DELETED)
    name = campaign.name or turn.texts("the draft")
    return Answer(card=await list_card(turn, notice=turn.texts("“{name}” is deleted.", name=escape_markdown(name))))
