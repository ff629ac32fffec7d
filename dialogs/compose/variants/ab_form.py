"""The card of an A/B test, a step aside from the form of the message."""

from __future__ import annotations

from collections.abc import Mapping

from cards.compose.variants.ab_form import ab_form
from cards.kit.elements import AdaptiveCard
from dialogs.compose.parts import keep_part
from dialogs.compose.wizard import form_card
from dialogs.core.drafts import read_variants, versions_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.variants import tests_variants
from storage.records import Campaign

router = Router()


@router.form("ab.save")
async def save_ab_test(turn: Turn, form: Form) -> Answer:
    """Keep what was chosen, valid or not; back to the message where it can be like that."""

    def drawn(campaign: Campaign, values: Mapping[str, str], errors: Mapping[str, str], notice: str) -> AdaptiveCard:
        return ab_form(turn.texts, campaign, values, errors, notice, languages=versions_of(campaign))

    campaign, values = await keep_part(turn, form, "ab", "message", drawn)
    errors = (await read_variants(turn, campaign)).errors
    if errors and tests_variants(values):
        return Answer(card=drawn(campaign, values, errors, ""))
    return Answer(card=await form_card(turn, campaign, "message"))
