"""Help: for what somebody is in the middle of, else all that they can do."""

from __future__ import annotations

from cards.compose.help import question_help_card, step_help_card
from cards.kit.conversation import help_card
from dialogs.core.drafts import next_step, open_draft
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn

router = Router()


@router.command("help", "?", authors_only=False)
async def help_typed(turn: Turn, rest: str) -> Answer:
    return (None if rest else await _in_the_middle(turn)) or _everything(turn)


@router.form("help.open", authors_only=False)
async def help_pressed(turn: Turn, form: Form) -> Answer:
    return _everything(turn)


def _everything(turn: Turn) -> Answer:
    return Answer(card=help_card(turn.texts, turn.role), summary=turn.texts("What I can do"))


async def _in_the_middle(turn: Turn) -> Answer | None:
    if turn.role is None or not turn.shows_cards:
        return None
    summary = turn.texts("Help")
    if turn.asked:
        return Answer(card=question_help_card(turn.texts, turn.asked), summary=summary)
    draft = await open_draft(turn)
    if draft is None:
        return None
    return Answer(card=step_help_card(turn.texts, draft, await next_step(turn, draft)), summary=summary)
