"""The steps of a sequence: added, removed, given their days; each is written with the form of any message."""

from __future__ import annotations

from cards.compose.sequels.steps_form import MOST
from cards.message.plain_text import built_in_teams
from dialogs.compose.wizard import changeable, changed_elsewhere, form_card, save_edit
from dialogs.core.card_values import number_in
from dialogs.core.drafts import is_stale, put_aside
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.cleaning import NAME
from dialogs.forms.fields import merge, typed
from dialogs.forms.sequels.steps import read_days
from storage.records import DeedKind, Forms, StaleVersion
from storage.records.campaign_life import edit
from storage.records.step_forms import (
    NEW,
    SEQUENCE,
    in_hand,
    in_order,
    is_sequence,
    made_one,
    numbers_of,
    with_another,
    without,
)

router = Router()


@router.command("sequence", "new sequence")
async def new_sequence(turn: Turn, name: str) -> Answer:
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    person, deed = turn.person, turn.deed(DeedKind.CREATED)
    draft = await turn.store.new_campaign(
        person.tenant, person.id, name[:NAME], turn.channel, turn.now, {SEQUENCE: NEW}, deed=deed
    )
    return Answer(card=await form_card(turn, draft, "sequence"), summary=turn.texts("A new sequence"))


@router.form("steps.save")
async def save_steps(turn: Turn, form: Form) -> Answer:
    """Keep what was chosen, valid or not, and go where the author wants."""
    campaign = await changeable(turn, form)
    if not is_sequence(campaign.forms):  # it was made one message meanwhile
        return Answer(card=await form_card(turn, campaign, "message", notice=changed_elsewhere(turn)))
    kept, chosen, goal = campaign.forms[SEQUENCE], typed(SEQUENCE, form), str(form.get("go"))
    if is_stale(turn, campaign, form):
        merged = merge(chosen, kept, form.get("was"))
        if merged is None:
            return Answer(card=await form_card(turn, campaign, SEQUENCE, notice=changed_elsewhere(turn)))
        chosen = merged
    forms: Forms = {**campaign.forms, SEQUENCE: {**kept, **chosen}}
    errors = dict(read_days(forms, turn.texts).errors)
    if not errors:
        forms = in_order(forms)
    if goal == "add" and len(numbers_of(forms)) >= MOST:
        errors["days"] = turn.texts("A sequence has {most} steps at most.", most=MOST)
        goal = SEQUENCE
    try:
        campaign = await save_edit(
            turn, campaign, edit(campaign, _changed(forms, goal, form), turn.now, turn.person.id)
        )
    except StaleVersion:
        campaign = await changeable(turn, form)
        return Answer(card=await form_card(turn, campaign, SEQUENCE, notice=changed_elsewhere(turn)))
    if goal == "leave":
        await put_aside(turn, campaign)
    if goal in ("add", "write", "one"):
        return Answer(card=await form_card(turn, campaign, "message"))
    if errors or goal not in ("audience", "review"):
        return Answer(card=await form_card(turn, campaign, SEQUENCE, errors=errors))
    return Answer(card=await form_card(turn, campaign, goal))


def _changed(forms: Forms, goal: str, form: Form) -> Forms:
    step = number_in(form, "of")
    if goal == "add":
        return with_another(forms)
    if goal == "remove":
        return without(forms, step)
    if goal == "write":
        return in_hand(forms, step)
    return made_one(forms) if goal == "one" and len(numbers_of(forms)) == 1 else forms
