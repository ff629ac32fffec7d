"""A group of the directory as a distribution list: looked for by its name, chosen, read (S24)."""

from __future__ import annotations

from cards.kit.elements import AdaptiveCard
from cards.kit.parts import reach_text
from cards.kit.variables import escape_markdown
from cards.lists.sources import Groups, group_form, unread_text
from dialogs.compose.wizard import changeable, changed_elsewhere, form_card, save_step
from dialogs.core.drafts import is_stale
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import names_of_lists
from dialogs.forms.cleaning import NAME, clean
from dialogs.forms.fields import typed
from dialogs.lists.audience import audience_card, free_name
from dialogs.lists.freshness import still_reading
from dialogs.lists.listing import list_asked_for, one_list
from scheduler.ports import DirectoryGroup, NotAnswered
from storage.records import (
    Audience,
    Campaign,
    DeedKind,
    DistributionList,
    ListInUse,
    Role,
    Source,
    SourceKind,
    StaleVersion,
)

router = Router()

PATIENCE = 8.0  #: seconds for the first reading: the platform waits 15 for an answer


@router.command("group", "groups", "directory group", role=Role.PUBLISHER)
async def group_typed(turn: Turn, name: str) -> Answer:
    return Answer(card=await _groups_card(turn, None, name[:NAME]), summary=turn.texts("A group of the directory"))


@router.form("group.open", role=Role.PUBLISHER)
async def open_groups(turn: Turn, form: Form) -> Answer:
    return Answer(card=group_form(turn.texts, None, Groups()))


async def save_ticks(turn: Turn, form: Form) -> tuple[Campaign, AdaptiveCard | None]:
    """The campaign with what stands in its audience form; a card instead where it was changed elsewhere."""
    campaign, values = await changeable(turn, form), typed("audience", form)
    try:
        if not is_stale(turn, campaign, form):
            return await save_step(turn, campaign, "audience", values), None
    except StaleVersion:
        campaign = await changeable(turn, form)
    return campaign, await form_card(turn, campaign, "audience", values=values, notice=changed_elsewhere(turn))


@router.form("group.find", role=Role.PUBLISHER)
async def find_groups(turn: Turn, form: Form) -> Answer:
    """From the form of an audience, too, which keeps what was ticked and typed in it."""
    if "audience" in form:
        campaign, card = await save_ticks(turn, form)
        return Answer(card=card or await _groups_card(turn, campaign, _typed_name(form)))
    of = await changeable(turn, form) if "campaign" in form else None
    return Answer(card=await _groups_card(turn, of, _typed_name(form)))


def _typed_name(form: Form) -> str:
    return " ".join(clean(str(form.get("group") or "")).split())[:NAME]


async def _groups_card(turn: Turn, campaign: Campaign | None, name: str) -> AdaptiveCard:
    if not name:
        return group_form(turn.texts, campaign, Groups())
    matches, problem = await _search(turn, name)
    return group_form(turn.texts, campaign, _groups(name, matches), problem)


def _groups(name: str, matches: list[DirectoryGroup] | None) -> Groups:
    return Groups(name=name, matches=None if matches is None else [(group.id, group.name) for group in matches])


async def _search(turn: Turn, name: str) -> tuple[list[DirectoryGroup] | None, str]:
    """Groups of this name; None, and why, where the directory cannot be asked."""
    texts, directory = turn.texts, turn.services.directory
    if directory is None:
        return None, texts(
            "Crieur has no access to Microsoft Graph here, which knows the groups of your organisation:"
            " its operator can set it up."
        )
    try:
        return await directory.groups(turn.person.tenant, name), ""
    except NotAnswered as missing:
        if missing.permission:
            return None, texts(
                "Your organisation does not let Crieur see its groups:"
                " an administrator can give it the permission {permission}.",
                permission=missing.permission,
            )
        if missing.permanent:
            return None, texts("Microsoft Graph does not let Crieur in: its operator should look at the settings.")
        return None, texts("Microsoft Graph does not answer just now. Please try again in a few minutes.")


@router.form("group.use", role=Role.PUBLISHER)
async def use_group(turn: Turn, form: Form) -> Answer:
    """The chosen group becomes a list of the author's; for a campaign, it is ticked."""
    campaign = await changeable(turn, form) if "campaign" in form else None
    name = _typed_name(form)
    matches, problem = await _search(turn, name)
    chosen = next((group for group in matches or [] if group.id == str(form.get("choice"))), None)
    if chosen is None:
        problem = problem or turn.texts("Please choose one of these groups.")
        return Answer(card=group_form(turn.texts, campaign, _groups(name, matches), problem))
    distribution_list, problem = await _list_of_group(turn, chosen)
    if distribution_list is None:
        return Answer(card=group_form(turn.texts, campaign, _groups(name, matches), problem))
    if campaign is None:
        return Answer(
            card=await one_list(turn, distribution_list, notice=await _list_notice(turn, distribution_list, campaign))
        )
    return Answer(card=await _tick(turn, form, distribution_list))


async def _list_of_group(turn: Turn, group: DirectoryGroup) -> tuple[DistributionList | None, str]:
    """The author's list of this group, read; None, and why, where its people cannot be read."""
    store, tenant = turn.store, turn.person.tenant
    taken = await names_of_lists(turn)
    source = Source(kind=SourceKind.GROUP, id=group.id)
    deed = turn.deed(DeedKind.CREATED, group=group.id)
    distribution_list = await store.list_from(tenant, turn.person.id, free_name(group.name, taken), source, deed=deed)
    distribution_list, problem = await turn.services.reader.look(distribution_list, PATIENCE)
    if problem is None or distribution_list.read_at is not None:
        return distribution_list, ""
    try:
        await store.delete_list(distribution_list.id, deed=turn.deed(DeedKind.DELETED, group=group.id))
    except ListInUse:  # a campaign has been scheduled to it meanwhile: it stays
        return distribution_list, ""
    return None, unread_text(turn.texts, problem)


async def _list_notice(turn: Turn, distribution_list: DistributionList, campaign: Campaign | None) -> str:
    if distribution_list.read_at is None:
        return still_reading(turn, distribution_list)
    if campaign is None:
        return turn.texts("The list is saved.")
    reach = await turn.store.reach(distribution_list.tenant, Audience(lists=(distribution_list.id,)), campaign.channel)
    name = escape_markdown(distribution_list.name)
    return turn.texts("“{name}” is ticked: {reach}.", name=name, reach=reach_text(turn.texts, reach))


async def _tick(turn: Turn, form: Form, distribution_list: DistributionList) -> AdaptiveCard:
    """The audience form, with the list ticked among what was."""
    campaign = await changeable(turn, form)
    values = dict(campaign.forms.get("audience", {}))
    words = [word for word in values.get("audience", "").split(",") if word]
    values["audience"] = ",".join(dict.fromkeys((*words, f"list:{distribution_list.id}")))
    try:
        campaign = await save_step(turn, campaign, "audience", values)
    except StaleVersion:
        campaign = await changeable(turn, form)
        return await form_card(turn, campaign, "audience", values=values, notice=changed_elsewhere(turn))
    shown = {"channel": campaign.channel, **values}
    return await audience_card(turn, campaign, shown, {}, await _list_notice(turn, distribution_list, campaign))


@router.form("list.read")
async def read_again(turn: Turn, form: Form) -> Answer:
    """Read its people now; a card shows those of a few minutes ago."""
    distribution_list = await list_asked_for(turn, form)
    distribution_list, problem = await turn.services.reader.look(distribution_list, PATIENCE, fresh=True)
    if problem is not None:
        return Answer(
            card=await one_list(turn, distribution_list, notice=unread_text(turn.texts, problem), tone="warning")
        )
    return Answer(card=await one_list(turn, distribution_list, notice=turn.texts("Read just now.")))
