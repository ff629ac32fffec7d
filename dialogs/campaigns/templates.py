"""Templates (S28): a campaign is kept as one, new ones begin with it; renamed, shared, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cards.campaigns.templates import (
    TemplateLine,
    TemplateView,
    keep_form,
    template_card,
    template_delete_card,
    template_settings_form,
    templates_card,
)
from cards.compose.fields import too_long
from cards.kit.elements import AdaptiveCard
from cards.kit.variables import escape_markdown
from cards.message.plain_text import built_in_teams
from dialogs.campaigns.copies import begin_with, free_campaign_name, without_start
from dialogs.campaigns.listing import named, which_one
from dialogs.compose.forecast import overview
from dialogs.compose.wizard import form_card, information, save_edit, save_step
from dialogs.core.card_values import as_name, best_named, number_in
from dialogs.core.drafts import read_draft
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Aside, Form, Turn
from dialogs.core.visibility import asked_for, count_templates, may_do, template_of, templates_of
from dialogs.forms.cleaning import NAME, clean
from dialogs.forms.fields import page_of, typed
from dialogs.forms.schedule import read_schedule
from dialogs.lists.audience import ALIKE, free_name, stem
from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    DeedKind,
    Forms,
    Right,
    StaleVersion,
    Template,
    TemplateId,
)
from storage.records.campaign_life import edit, new_draft

router = Router()

PAGE = 6  #: templates on one card
#: of an audience's form: people who are typed for one campaign only
PASTED = ("addresses", "list_name", "find")
#: of a message's form: what shows that somebody has begun to write it
WRITTEN = ("title", "body", "image", "notification", "link_title", "link_url", "links", "answers")


# --- all templates ----------------------------------------------------------------------------


@router.command("templates", "my templates")
async def templates(turn: Turn, find: str) -> Answer:
    return Answer(card=await all_templates(turn, find), summary=turn.texts("Your templates"))


@router.form("templates.open")
async def templates_pressed(turn: Turn, form: Form) -> Answer:
    """From a new campaign's card, it is for that: what was typed there is kept."""
    draft = await asked_for(turn, form, Right.CHANGE) if form.get("campaign") else None
    if draft is not None and form.get("step") == "message":
        draft = await _kept(turn, draft, typed("message", form, draft.forms.get("message")))
    return Answer(card=await all_templates(turn, _find(form), page_of(form), draft=draft))


async def _kept(turn: Turn, draft: Campaign, values: Mapping[str, str]) -> Campaign:
    if not _begun(values) or draft.state is not CampaignState.DRAFT:
        return draft
    try:
        return await save_step(turn, draft, "message", values)
    except StaleVersion:
        return draft


def _begun(values: Mapping[str, str]) -> bool:
    return any(values.get(field, "").strip() for field in WRITTEN)


def _find(form: Form) -> str:
    return " ".join(clean(str(form.get("find") or "")).split())[:NAME]


async def all_templates(
    turn: Turn, find: str = "", page: int = 0, notice: str = "", draft: Campaign | None = None
) -> AdaptiveCard:
    find = find.strip()[:NAME]
    pages = max(1, -(-await count_templates(turn, find) // PAGE))
    page = min(page, pages - 1)
    shown = await templates_of(turn, PAGE, page * PAGE, find)
    lines = [await _line(turn, template) for template in shown]
    return templates_card(turn.texts, lines, find, page, pages, notice, draft)


async def _line(turn: Turn, template: Template) -> TemplateLine:
    own = template.owner == turn.person.id
    return TemplateLine(template, None if own else await turn.store.person(template.owner))


# --- one template -----------------------------------------------------------------------------


async def template_asked_for(turn: Turn, form: Form, *, to_change: bool = False) -> Template:
    """The template that a card names. Raises Aside when it is gone, not theirs to use, or not theirs to change."""
    template = await template_of(turn, number_in(form, "template"))
    if template is None:
        raise Aside(Answer(card=await all_templates(turn, notice=turn.texts("This template is gone."))))
    if to_change and not may_do(turn, Right.CHANGE, template):
        notice = turn.texts("Only who made this template, or the owner of Crieur, can change it.")
        raise Aside(Answer(card=await one_template(turn, template, notice, "warning")))
    return template


async def one_template(turn: Turn, template: Template, notice: str = "", tone: str = "good") -> AdaptiveCard:
    """``notice``: where there is none, what is wrong with its audience for this reader."""
    channel, made_at = template.channel, template.created_at
    campaign = new_draft(
        CampaignId(0), template.tenant, turn.person.id, template.name, channel, made_at, template.forms
    )
    read = await read_draft(turn, campaign)
    shown = await overview(turn, read)
    if not notice and "audience" in template.forms:
        tone, notice = "warning", " ".join(text for step, text in read.problems if step == "audience")
    timing = read_schedule({**template.forms.get("schedule", {}), "start": "now"}, turn.now, turn.texts).value
    view = TemplateView(
        line=await _line(turn, template),
        campaign=campaign,
        overview=replace(shown, schedule=None),
        schedule=timing.schedule if timing else None,
        changeable=may_do(turn, Right.CHANGE, template),
    )
    return template_card(turn.texts, view, notice, tone)


@router.form("template.open")
async def open_template(turn: Turn, form: Form) -> Answer:
    return Answer(card=await one_template(turn, await template_asked_for(turn, form)))


async def _named(turn: Turn, name: str) -> Template | None:
    """The template whose name is, or else begins with, or else contains what was typed."""
    wanted = as_name(name)
    return best_named(wanted, await templates_of(turn, ALIKE, 0, wanted))


async def _typed(turn: Turn, name: str) -> Template:
    """Raises Aside with all of them when none is meant."""
    template = await _named(turn, name)
    if template is None:
        notice = turn.texts("I know no template “{name}”. Which one do you mean?", name=escape_markdown(name))
        card = await all_templates(turn, notice=notice if name else "")
        raise Aside(Answer(card=card, summary=turn.texts("Your templates")))
    return template


@router.command("template")
async def template_typed(turn: Turn, name: str) -> Answer:
    template = await _typed(turn, name)
    return Answer(card=await one_template(turn, template), summary=template.name)


# --- keep -------------------------------------------------------------------------------------


@router.form("template.keep")
async def keep(turn: Turn, form: Form) -> Answer:
    return Answer(card=await _keeping(turn, await asked_for(turn, form)))


@router.command("save as template", "save as a template")
async def keep_typed(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    return Answer(card=await _keeping(turn, campaign), summary=campaign.name)


async def _keeping(turn: Turn, campaign: Campaign) -> AdaptiveCard:
    name = campaign.name or turn.texts("A new template")
    alike = await templates_of(turn, ALIKE, 0, stem(name))
    free = free_name(name, {template.name.casefold() for template in alike})
    return keep_form(turn.texts, campaign, {"template_name": free}, {})


@router.form("template.make")
async def make(turn: Turn, form: Form) -> Answer:
    """Kept as the campaign's forms stand, right or not: a campaign that begins with it shows what is wrong."""
    campaign, values = await asked_for(turn, form), _settings_typed(form)
    before = await turn.store.made_by(turn.cause, "template")
    if errors := await _name_errors(turn, values["template_name"], but=TemplateId(before) if before else None):
        return Answer(card=keep_form(turn.texts, campaign, values, errors))
    name, shared = values["template_name"], values["sharing"] == "all"
    person, forms = turn.person, _of_a_template(campaign.forms)
    await turn.store.new_template(
        person.tenant,
        person.id,
        name,
        campaign.channel,
        forms,
        turn.now,
        shared=shared,
        deed=turn.deed(DeedKind.CREATED, copy_of=str(campaign.id)),
    )
    notice = turn.texts("Saved as a template. You find it under **templates**.")
    if campaign.state is CampaignState.DRAFT:
        return Answer(card=await form_card(turn, campaign, "review", notice=notice))
    return Answer(card=await information(turn, campaign, notice))


def _of_a_template(forms: Forms) -> Forms:
    """A campaign's forms without what is of that campaign only."""
    kept = {step: dict(values) for step, values in without_start(forms).items()}
    for step, fields in (("message", ("name",)), ("audience", PASTED)):
        for field in fields:
            kept.get(step, {}).pop(field, None)
    return kept


def _settings_typed(form: Form) -> dict[str, str]:
    name = " ".join(clean(str(form.get("template_name") or "")).split())
    return {"template_name": name[: 10 * NAME], "sharing": "all" if form.get("sharing") == "all" else "me"}


async def _name_errors(turn: Turn, name: str, *, but: TemplateId | None = None) -> dict[str, str]:
    texts = turn.texts
    if not name:
        return {"template_name": texts("Please give the template a name.")}
    if len(name) > NAME:
        return {"template_name": too_long(texts, len(name), NAME)}
    alike = await templates_of(turn, ALIKE, 0, name)
    if any(template.name.casefold() == name.casefold() and template.id != but for template in alike):
        return {"template_name": texts("There is a template of this name already.")}
    return {}


# --- begin with one ---------------------------------------------------------------------------


@router.form("template.use")
async def use(turn: Turn, form: Form) -> Answer:
    """It fills the new campaign whose card it was chosen from, unless somebody has begun to write that."""
    template = await template_asked_for(turn, form)
    draft = await asked_for(turn, form, Right.CHANGE) if form.get("campaign") else None
    return await _begin(turn, template, draft)


@router.command("use template")
async def use_typed(turn: Turn, name: str) -> Answer:
    return await _begin(turn, await _typed(turn, name), None)


async def _begin(turn: Turn, template: Template, draft: Campaign | None) -> Answer:
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    begun = await _filled(turn, template, draft)
    if begun is None:
        name = await free_campaign_name(turn, template.name)
        begun = await begin_with(turn, template.channel, name, template.forms, template=str(template.id))
    notice = turn.texts("It begins with “{name}”. Change what you like.", name=escape_markdown(template.name))
    return Answer(card=await form_card(turn, begun, "message", notice=notice), summary=begun.name)


async def _filled(turn: Turn, template: Template, draft: Campaign | None) -> Campaign | None:
    """The new campaign with what the template says; None where it is not new any more."""
    if draft is None or draft.state is not CampaignState.DRAFT or _begun(draft.forms.get("message", {})):
        return None
    name = draft.name or await free_campaign_name(turn, template.name)
    forms = {**template.forms, **{step: kept for step, kept in draft.forms.items() if step != "message"}}
    forms["message"] = {**template.forms.get("message", {}), "name": name}
    channel = draft.channel if "audience" in draft.forms else template.channel
    try:
        edited = edit(draft, forms, turn.now, turn.person.id, name=name, channel=channel)
        return await save_edit(turn, draft, edited, template=str(template.id))
    except StaleVersion:
        return None


# --- name and sharing, delete -----------------------------------------------------------------


@router.form("template.settings")
async def open_settings(turn: Turn, form: Form) -> Answer:
    return Answer(card=_settings(turn, await template_asked_for(turn, form, to_change=True)))


@router.command("rename template", "share template")
async def settings_typed(turn: Turn, name: str) -> Answer:
    template = await template_asked_for(turn, {"template": (await _typed(turn, name)).id}, to_change=True)
    return Answer(card=_settings(turn, template), summary=template.name)


def _settings(turn: Turn, template: Template) -> AdaptiveCard:
    values = {"template_name": template.name, "sharing": "all" if template.shared else "me"}
    return template_settings_form(turn.texts, template, values, {})


@router.form("template.save")
async def save_settings(turn: Turn, form: Form) -> Answer:
    template, values = await template_asked_for(turn, form, to_change=True), _settings_typed(form)
    if errors := await _name_errors(turn, values["template_name"], but=template.id):
        return Answer(card=template_settings_form(turn.texts, template, values, errors))
    name, shared = values["template_name"], values["sharing"] == "all"
    deed = turn.deed(DeedKind.SHARED if shared and not template.shared else DeedKind.CHANGED)
    changed = await turn.store.change_template(template.id, name, shared=shared, deed=deed)
    if changed is None:
        return Answer(card=await all_templates(turn, notice=turn.texts("This template is gone.")))
    await tell_maker(turn, changed)
    if not may_do(turn, Right.SEE, changed):  # the owner of Crieur has made it its author's own again
        return Answer(card=await all_templates(turn, notice=turn.texts("Saved.")))
    return Answer(card=await one_template(turn, changed, turn.texts("Saved.")))


@router.form("template.delete")
async def open_delete(turn: Turn, form: Form) -> Answer:
    template = await template_asked_for(turn, form, to_change=True)
    return Answer(card=template_delete_card(turn.texts, template))


@router.command("delete template")
async def delete_typed(turn: Turn, name: str) -> Answer:
    template = await template_asked_for(turn, {"template": (await _typed(turn, name)).id}, to_change=True)
    return Answer(card=template_delete_card(turn.texts, template), summary=template.name)


@router.form("template.delete.confirm")
async def confirm_delete(turn: Turn, form: Form) -> Answer:
    template = await template_asked_for(turn, form, to_change=True)
    await turn.store.delete_template(template.id, deed=turn.deed(DeedKind.DELETED))
    await tell_maker(turn, template, DeedKind.DELETED)
    notice = turn.texts("“{name}” is deleted.", name=escape_markdown(template.name))
    return Answer(card=await all_templates(turn, notice=notice))
