"""A segment that is written for the audience of a draft, from its form and back."""

from __future__ import annotations

from cards.kit.parts import reach_text
from cards.kit.variables import escape_markdown
from dialogs.compose.audience.groups import save_ticks
from dialogs.compose.wizard import changeable, form_card, save_step
from dialogs.core.card_values import number_in
from dialogs.core.drafts import values_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.lists.segments import EVERYONE, Draft, draft_in, of_ticks, saved, segment_card
from storage.records import Audience, StaleVersion
from storage.records.rights import reaches_everyone

router = Router()


@router.form("segment.for")
async def new_segment(turn: Turn, form: Form) -> Answer:
    """Out of the people that are ticked; what else stands in the form is kept."""
    campaign, card = await save_ticks(turn, form)
    if card is not None:
        return Answer(card=card)
    of = of_ticks(campaign.forms.get("audience", {}).get("audience", ""))
    if of == Audience():
        of = Audience(everyone=reaches_everyone(turn.role))
    return Answer(card=await segment_card(turn, Draft(of=of, campaign=campaign.id)))


@router.form("segment.tick")
async def tick_segment(turn: Turn, form: Form) -> Answer:
    """Saved, it is ticked in the place of what it narrows: beside it, it would add nobody and leave nobody out."""
    wanted = {"campaign": number_in(form, "for")}
    campaign = await changeable(turn, wanted)
    segment, card = await saved(turn, form)
    if segment is None:
        return Answer(card=card)
    draft = await draft_in(turn, form)
    narrowed = {EVERYONE} if draft.of.everyone else set()
    narrowed |= {f"list:{id}" for id in draft.of.lists}
    while True:
        values = await values_of(campaign, "audience", turn)
        others = [word for word in values.get("audience", "").split(",") if word and word not in narrowed]
        values["audience"] = ",".join([*others, f"list:{segment.id}"])
        try:
            campaign = await save_step(turn, campaign, "audience", values)
            break
        except StaleVersion:
            campaign = await changeable(turn, wanted)
    reach = await turn.store.reach(segment.tenant, Audience(lists=(segment.id,)), campaign.channel)
    notice = turn.texts(
        "“{name}” is ticked: {reach}.", name=escape_markdown(segment.name), reach=reach_text(turn.texts, reach)
    )
    return Answer(card=await form_card(turn, campaign, "audience", notice=notice))
