"""A campaign that begins with what another has said: its copy, a reminder of it, the same once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cards.kit.variables import escape_markdown
from cards.message.plain_text import built_in_teams
from dialogs.campaigns.listing import named, which_one
from dialogs.compose.wizard import form_card
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for, campaigns_of, names_of_lists
from dialogs.forms.fields import FIELDS
from dialogs.forms.schedule import WORDS, without_words
from dialogs.lists.audience import ALIKE, free_name, stem
from storage.records import Campaign, Channel, DeedKind, Forms, PersonId

router = Router()

START = ("start", "date", "time", "end_date", "end_time", *WORDS)  #: of the schedule: asked anew


@router.form("campaign.copy")
async def copy_pressed(turn: Turn, form: Form) -> Answer:
    """``once``: of a series, what has been missed, to be sent one time."""
    return await copy_of(turn, await asked_for(turn, form), once=bool(form.get("once")))


@router.command("clone", "copy", "duplicate")
async def copy_typed(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    return await copy_of(turn, campaign) if campaign else await which_one(turn, name)


async def copy_of(turn: Turn, campaign: Campaign, *, once: bool = False) -> Answer:
    """A draft of the same message, audience and schedule, whatever became of the campaign (S28)."""
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    texts = turn.texts
    name = texts("Copy of {name}", name=campaign.name) if campaign.name else ""
    forms = without_start(campaign.forms)
    if once and "schedule" in forms:
        schedule = {field: text for field, text in forms["schedule"].items() if field not in FIELDS["repeat"]}
        forms = {**forms, "schedule": schedule}
    draft = await draft_like(turn, campaign, name, forms)
    notice = ""
    if campaign.name:
        notice = texts("This is a copy of “{name}”: it starts when you say so.", name=escape_markdown(campaign.name))
    return Answer(card=await form_card(turn, draft, "review", notice=notice), summary=draft.name, fresh=True)


def without_start(forms: Forms) -> Forms:
    """Forms for another time: for as long, in the same hours."""
    schedule = {field: value for field, value in forms.get("schedule", {}).items() if field not in START}
    return {**forms, "schedule": schedule} if schedule else forms


async def draft_like(turn: Turn, campaign: Campaign, name: str, forms: Forms) -> Campaign:
    """A new draft of this name, or the nearest that is free; it is noted what it was made from."""
    name = await free_campaign_name(turn, name)
    return await begin_with(turn, campaign.channel, name, forms, copy_of=str(campaign.id))


async def begin_with(turn: Turn, channel: Channel, name: str, forms: Forms, **noted: str) -> Campaign:
    """A new draft with these forms; ``noted``: what the audit says of where they come from."""
    whole = {**forms, "message": {**forms.get("message", {}), "name": name}}
    deed = turn.deed(DeedKind.CREATED, **noted)
    return await turn.store.new_campaign(turn.person.tenant, turn.person.id, name, channel, turn.now, whole, deed=deed)


async def free_campaign_name(turn: Turn, name: str) -> str:
    """The name, within bounds, with a number behind it where another campaign has it; "" stays."""
    if not name:
        return ""
    alike = await campaigns_of(turn, ALIKE, 0, stem(name))
    return free_name(name, {campaign.name.casefold() for campaign in alike})


async def draft_to(turn: Turn, campaign: Campaign, people: Sequence[int], name: str) -> Answer:
    """A draft of the same message, to a new list of these people: now, for as long, in the same hours."""
    store, tenant, author = turn.store, turn.person.tenant, turn.person.id
    taken = await names_of_lists(turn)
    distribution_list = await store.new_list(
        tenant,
        author,
        free_name(name, taken),
        [PersonId(person) for person in people],
        columns=await store.delivery_columns(campaign.id, people),
        result_of=campaign.id,
        deed=turn.deed(DeedKind.CREATED, result_of=str(campaign.id)),
    )
    forms: dict[str, Mapping[str, str]] = {
        **campaign.forms,
        "audience": {"channel": campaign.channel, "audience": f"list:{distribution_list.id}"},
    }
    if "schedule" in forms:
        forms["schedule"] = {**without_words(forms["schedule"]), "start": "now"}
    draft = await draft_like(turn, campaign, name, forms)
    return Answer(card=await form_card(turn, draft, "review"), summary=draft.name, fresh=True)
