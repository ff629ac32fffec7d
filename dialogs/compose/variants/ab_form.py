"""The card of an A/B test, a step aside from the form of the message."""

from __future__ import annotations

from collections.abc import Mapping

from cards.compose.variants.ab_form import ab_form
from cards.kit.elements import AdaptiveCard
from dialogs.compose.wizard import changeable, changed_elsewhere, form_card, save_step
from dialogs.core.drafts import is_stale, read_variants, values_of, versions_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.fields import merge, typed
from dialogs.forms.variants import tests_variants
from storage.records import Campaign, StaleVersion

router = Router()


@router.form("ab.save")
async def save_ab_test(turn: Turn, form: Form) -> Answer:
    """Keep what was chosen, valid or not; back to the message where it can be like that."""
    campaign = await changeable(turn, form)
    kept, chosen = campaign.forms.get("message", {}), typed("ab", form)
    if is_stale(turn, campaign, form):
        merged = merge(chosen, kept, form.get("was"))
        if merged is None:
            values = {**await values_of(campaign, "message", turn), **chosen}
            return Answer(card=_drawn(turn, campaign, values, {}, changed_elsewhere(turn)))
        chosen = merged
    values = {**await values_of(campaign, "message", turn), **chosen}
    try:
        campaign = await save_step(turn, campaign, "message", values)
    except StaleVersion:
        campaign = await changeable(turn, form)
        return Answer(card=_drawn(turn, campaign, values, {}, changed_elsewhere(turn)))
    errors = (await read_variants(turn, campaign)).errors
    if errors and tests_variants(values):
        return Answer(card=_drawn(turn, campaign, values, errors, ""))
    return Answer(card=await form_card(turn, campaign, "message"))


def _drawn(
    turn: Turn, campaign: Campaign, values: Mapping[str, str], errors: Mapping[str, str], notice: str
) -> AdaptiveCard:
    return ab_form(turn.texts, campaign, values, errors, notice, languages=versions_of(campaign))
