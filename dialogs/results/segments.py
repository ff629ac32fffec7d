"""A campaign's report by segment."""

from __future__ import annotations

from cards.results.segments import Lists, measured, segments_card, segments_of
from dialogs.core.figures import figures_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for, lists_in
from dialogs.results.reports import has_forgotten, report_answer
from storage.records import COUNTED, Campaign, EngagementKind

router = Router()


@router.form("breakdown.open")
async def open_segments(turn: Turn, form: Form) -> Answer:
    campaign, named = await asked_for(turn, form), form.get("kind")
    if not campaign.started_at:
        return await report_answer(turn, campaign)
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign)
    figures = await figures_of(turn.store, campaign)
    kinds = measured(figures)
    kind = next(iter(kinds), None)
    if named == "sent" or (named in list(COUNTED) and EngagementKind(str(named)) in kinds):
        kind = None if named == "sent" else EngagementKind(str(named))
    told = segments_of(await turn.store.profile_figures(campaign.id))
    return Answer(card=segments_card(turn.texts, figures, told, await names_of(turn, campaign), kind))


async def names_of(turn: Turn, campaign: Campaign) -> Lists:
    """Of the audience's lists: they are the campaign's, for whoever may see it (decision 041)."""
    return {str(one.id): one.name for one in await lists_in(turn, campaign.as_scheduled.audience) if one is not None}
