"""When a draft goes out, said in the chat: as a command, or in passing."""

from __future__ import annotations

from cards.kit.elements import AdaptiveCard
from cards.message.plain_text import built_in_teams
from dialogs.compose.schedule_sentence import fill_from_words, filled, read
from dialogs.compose.wizard import filled_in, form_card, save_step
from dialogs.core.drafts import open_draft, values_of, waiting_draft
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Turn
from dialogs.core.visibility import campaign_of
from dialogs.forms.fields import KEPT
from dialogs.schedule_words import Spoken, may_be_a_schedule
from storage.records import Campaign, CampaignState, StaleVersion

router = Router()

NOW = frozenset({"now", "maintenant"})  #: alone, they are a start; and near to "new", which they do not mean
router.no_mistakes |= NOW


@router.command("schedule")
async def schedule_typed(turn: Turn, words: str) -> Answer:
    """The words fill in the schedule of the draft that is being built; without any, its form is shown."""
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    draft = await waiting_draft(turn)
    if draft is None:
        return _no_draft(turn)
    if not words:
        return _shown(turn, await form_card(turn, draft, "schedule"))
    return await _planned(turn, draft, words[:KEPT])


@router.sure_listener
async def overheard(turn: Turn, text: str) -> Answer | None:
    """A start and a duration, said while a draft is being built, are meant for it."""
    if turn.role is None or not turn.shows_cards:
        return None
    alone = text.lower() in NOW
    if not alone and not may_be_a_schedule(text):
        return None
    draft = await open_draft(turn)
    if draft is None:
        return None
    spoken = await read(turn, text, await values_of(draft, "schedule", turn))
    if spoken is None or not (spoken.complete or spoken.meant or alone):
        return None
    return await _planned(turn, draft, text, spoken)


async def _planned(turn: Turn, draft: Campaign, words: str, spoken: Spoken | None = None) -> Answer:
    """The form filled in and kept, whatever else changes in the draft at the same moment."""
    while draft.state is CampaignState.DRAFT:
        values = await values_of(draft, "schedule", turn)
        kept = filled(values, words, spoken) if spoken else await fill_from_words(turn, {}, {**values, "words": words})
        try:
            return _shown(turn, await filled_in(turn, await save_step(turn, draft, "schedule", kept)))
        except StaleVersion:
            campaign = await campaign_of(turn, draft.id)
            if campaign is None:
                break
            draft = campaign
    return _no_draft(turn)


def _shown(turn: Turn, card: AdaptiveCard) -> Answer:
    return Answer(card=card, summary=turn.texts("When does it go out?"))


def _no_draft(turn: Turn) -> Answer:
    return Answer(
        text=turn.texts(
            "You are not building a campaign at the moment."
            " Begin a **new campaign**, or change one under **campaigns**."
        )
    )
