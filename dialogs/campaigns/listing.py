"""Campaigns as a whole: found, listed, looked at."""

from __future__ import annotations

from cards.campaigns.listing import campaigns_card, people_card
from cards.campaigns.series import has_come
from cards.kit.elements import AdaptiveCard
from cards.kit.variables import escape_markdown
from dialogs.compose.forecast import view_of
from dialogs.compose.wizard import changeable, form_card, information
from dialogs.core.card_values import as_name, best_named
from dialogs.core.drafts import next_step, read_draft
from dialogs.core.figures import figures_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import (
    asked_for,
    campaigns_of,
    count_campaigns,
    makers,
    may_do,
)
from dialogs.forms.cleaning import NAME, clean
from dialogs.forms.fields import page_of
from dialogs.lists.freshness import installable
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Right,
)

router = Router()

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
    is_built = campaign.state is CampaignState.DRAFT and not has_come(campaign)
    if not is_built or not may_do(turn, Right.CHANGE, campaign):
        return Answer(card=await information(turn, campaign, view=view_of(form)))
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
