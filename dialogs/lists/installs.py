"""Installing the bot for the people of an audience without it: asked, begun, followed in the chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cards.kit.parts import handle
from cards.lists.installs import install_card, install_form
from dialogs.core.drafts import read_draft
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for
from dialogs.lists.audience import audience_name
from dialogs.lists.freshness import installable
from dialogs.lists.listing import list_asked_for
from storage.records import Audience, Channel

router = Router()


async def _asked_about(turn: Turn, form: Form) -> tuple[Audience | None, Channel, Mapping[str, Any], tuple[str, Any]]:
    """The audience that a card names, what leads back to it, and how: (audience, channel, payload, way back)."""
    if "list" in form:
        distribution_list = await list_asked_for(turn, form)
        here = {"list": distribution_list.id}
        return Audience(lists=(distribution_list.id,), guests=True), Channel.TEAMS, here, ("list.open", here)
    campaign = await asked_for(turn, form)
    here = handle(campaign)
    audience = (await read_draft(turn, campaign)).audience
    if form.get("step") == "review":
        there = {**here, "step": "review"}
        return audience, campaign.channel, there, ("form.open", there)
    return audience, campaign.channel, here, ("people.open", {**here, "page": 0})


@router.form("install.open")
async def open_install(turn: Turn, form: Form) -> Answer:
    audience, channel, payload, back = await _asked_about(turn, form)
    count = await installable(turn, audience, channel)
    if audience is None or not count:
        return Answer(text=_nobody(turn))
    name = await audience_name(turn, audience)
    return Answer(card=install_form(turn.texts, name, count, payload, back))


@router.form("install.start")
async def start_install(turn: Turn, form: Form) -> Answer:
    """Pressed twice, it is under way once."""
    audience, channel, _, _ = await _asked_about(turn, form)
    count = await installable(turn, audience, channel)
    if audience is None or not count:
        return Answer(text=_nobody(turn))
    name = await audience_name(turn, audience)
    begun = await turn.store.new_installation(turn.person.tenant, turn.person.id, name, audience, count, turn.now)
    if begun.author != turn.person.id:
        return Answer(text=turn.texts("Somebody has begun that already."))
    return Answer(card=install_card(turn.texts, begun))


def _nobody(turn: Turn) -> str:
    return turn.texts("There is nobody in it for whom Crieur could be installed.")
