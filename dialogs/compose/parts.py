"""Parts of a step that have a card of their own, a step aside: what was chosen on one is kept with its step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from cards.kit.elements import AdaptiveCard
from dialogs.compose.wizard import changeable, changed_elsewhere, save_step
from dialogs.core.drafts import is_stale, values_of
from dialogs.core.turn import Answer, Aside, Form, Turn
from dialogs.forms.fields import merge, typed
from storage.records import Campaign, StaleVersion

Values = Mapping[str, str]
#: its card: of a draft, with the values of the step, what is wrong by field, and a notice
Draw = Callable[[Campaign, Values, Values, str], AdaptiveCard]


async def keep_part(
    turn: Turn,
    form: Form,
    part: str,
    step: str,
    draw: Draw,
    settle: Callable[[dict[str, str]], Awaitable[None]] | None = None,
) -> tuple[Campaign, Mapping[str, str]]:
    """The draft with what was chosen, valid or not, and all values of the step; ``settle`` may change these before.

    Raises Aside, with its card and what was chosen, where the draft was changed elsewhere.
    """
    campaign = await changeable(turn, form)
    kept, chosen = campaign.forms.get(step, {}), typed(part, form)
    if is_stale(turn, campaign, form):
        merged = merge(chosen, kept, form.get("was"))
        if merged is None:
            values = {**await values_of(campaign, step, turn), **chosen}
            raise Aside(Answer(card=draw(campaign, values, {}, changed_elsewhere(turn))))
        chosen = merged
    values = {**await values_of(campaign, step, turn), **chosen}
    if settle is not None:
        await settle(values)
    try:
        return await save_step(turn, campaign, step, values), values
    except StaleVersion:
        campaign = await changeable(turn, form)
        raise Aside(Answer(card=draw(campaign, values, {}, changed_elsewhere(turn)))) from None
