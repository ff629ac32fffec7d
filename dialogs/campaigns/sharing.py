"""A campaign is shared with other authors: they see and use it, whatever its state, and change nothing of it."""

from __future__ import annotations

from dataclasses import replace

from cards.campaigns.sharing import sharing_form
from cards.kit.parts import full_name
from dialogs.compose.wizard import information
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for
from storage.records import Campaign, DeedKind, PersonId, Right, StaleVersion, allowed

router = Router()

AUTHORS = 200  #: authors that the form offers


@router.form("share.open")
async def open_sharing(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form, Right.CHANGE)
    return Answer(card=sharing_form(turn.texts, campaign, await _authors(turn, campaign), campaign.shared_with))


async def _authors(turn: Turn, campaign: Campaign) -> list[tuple[PersonId, str]]:
    """Those with a role who could not see it, were it not shared with them."""
    private = replace(campaign, shared_with=frozenset())
    with_role = await turn.store.with_role(campaign.tenant)
    return [
        (person.id, full_name(person)) for person, role in with_role if not allowed(Right.SEE, role, person, private)
    ][:AUTHORS]


@router.form("share.save")
async def save_sharing(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form, Right.CHANGE)
    ticked = str(form.get("authors") or "").split(",")
    chosen = frozenset(id for id, _ in await _authors(turn, campaign) if str(id) in ticked)
    while chosen != campaign.shared_with:  # the bot may change a running campaign at the same moment
        try:
            shared = replace(campaign, shared_with=chosen)
            campaign = await turn.save(shared, DeedKind.SHARED, people=str(len(chosen)))
        except StaleVersion:
            campaign = await asked_for(turn, form, Right.CHANGE)
    return Answer(card=await information(turn, campaign, turn.texts("Saved.")))
