"""The card that says how often a campaign goes out, a step aside from the form of the schedule."""

from __future__ import annotations

from cards.compose.repeat_form import FIELDS, repeat_form
from dialogs.compose.wizard import changeable, changed_elsewhere, form_card, save_step
from dialogs.core.drafts import is_stale, values_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.closures import ready_for
from dialogs.forms.fields import merge, typed
from dialogs.forms.repeat import repeats
from dialogs.forms.schedule import read_schedule
from storage.records import StaleVersion

router = Router()


@router.form("repeat.save")
async def save_repeat(turn: Turn, form: Form) -> Answer:
    """Keep what was chosen, valid or not; back to the schedule where it can come like that."""
    campaign = await changeable(turn, form)
    kept = campaign.forms.get("schedule", {})
    chosen = typed("repeat", form)
    if is_stale(turn, campaign, form):
        merged = merge(chosen, kept, form.get("was"))
        if merged is None:
            values = {**await values_of(campaign, "schedule", turn), **chosen}
            return Answer(card=repeat_form(turn.texts, campaign, values, {}, changed_elsewhere(turn)))
        chosen = merged
    values, note = {**await values_of(campaign, "schedule", turn), **chosen}, ""
    if repeats(values) and values.get("start") != "at":
        values["start"] = "at"
        note = turn.texts("A series begins on a day, at an hour: please check them below.")
    await ready_for(values)
    try:
        campaign = await save_step(turn, campaign, "schedule", values)
    except StaleVersion:
        campaign = await changeable(turn, form)
        return Answer(card=repeat_form(turn.texts, campaign, values, {}, changed_elsewhere(turn)))
    errors = read_schedule(values, turn.now, turn.texts).errors
    wrong = {field: error for field, error in errors.items() if field in FIELDS}
    if wrong and repeats(values):
        return Answer(card=repeat_form(turn.texts, campaign, values, wrong))
    return Answer(card=await form_card(turn, campaign, "schedule", errors=errors, notice=note))
