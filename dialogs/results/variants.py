"""The variant of an A/B test that goes to the rest, as somebody presses for it."""

from __future__ import annotations

from cards.results.comparing.variants import choosing_card
from dialogs.core.figures import figures_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for
from dialogs.results.reports import report_answer
from storage.records import Choice, DeedKind, Right, Variant, WhyChosen

router = Router()


@router.form("variant.choose")
async def choose(turn: Turn, form: Form) -> Answer:
    """Once, of all that press: whoever comes later is told what was chosen."""
    campaign = await asked_for(turn, form, Right.CHANGE)
    figures = await figures_of(turn.store, campaign) if campaign.started_at else None
    if figures is None or figures.test is None or form.get("variant") not in list(Variant):
        return await report_answer(turn, campaign)
    variant = Variant(str(form["variant"]))
    choice = Choice(variant=variant, why=WhyChosen.AUTHOR, by=turn.person.id, a=figures.test.a, b=figures.test.b)
    deed = turn.deed(DeedKind.CHOSEN, variant=variant.letter)
    chosen = await turn.store.choose(campaign.id, choice, deed=deed)
    current = chosen or await asked_for(turn, form, Right.CHANGE)
    notice = ""
    if chosen is None and current.choice is not None and current.choice.by != turn.person.id:
        notice = turn.texts("It had been chosen already: {variant}.", variant=current.choice.variant.letter)
    elif current.choice is None:
        notice = turn.texts("It is too late to choose: nothing more of it is sent.")
    if form.get("report"):
        return await report_answer(turn, current, notice=notice)
    shown = await figures_of(turn.store, current)
    return Answer(card=choosing_card(turn.texts, shown, turn.now, notice), summary=current.name)
