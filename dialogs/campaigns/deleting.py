"""A campaign goes: asked first, with its messages out of people's chats where its author wants that."""

from __future__ import annotations

from cards.campaigns.deleting import delete_card
from cards.kit.variables import escape_markdown
from dialogs.campaigns.listing import list_card, named, which_one
from dialogs.compose.wizard import has_started, information
from dialogs.core.drafts import is_stale
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for, demand, is_asked_about
from storage.records import AtEnd, Campaign, CampaignState, DeedKind, DeliveryState, Right, StaleVersion
from storage.records.campaign_life import Change, allows
from storage.shared.recalls import forget_recall

router = Router()


@router.command("cancel campaign", "stop campaign", "cancel", "stop")
async def cancel(turn: Turn, name: str) -> Answer:
    """There is no cancelling of what has started (S16); before, deleting does it."""
    return await delete(turn, name)


@router.form("delete.open")
async def open_delete(turn: Turn, form: Form) -> Answer:
    return await deletion(turn, await asked_for(turn, form, Right.CHANGE))


@router.command("delete")
async def delete(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    return await deletion(turn, demand(turn, Right.CHANGE, campaign)) if campaign else await which_one(turn, name)


async def deletion(turn: Turn, campaign: Campaign) -> Answer:
    """The card that asks whether a campaign is to go."""
    if not allows(campaign, Change.DELETE):
        return Answer(card=await information(turn, campaign, has_started(turn, campaign), "warning"))
    if campaign.recalling(turn.now):
        text = (
            turn.texts("Its messages are being taken back. I tell you how far it has come.")
            if campaign.recall_does is AtEnd.DELETE
            else turn.texts("Its end has come, and its messages are being changed. I tell you how far it has come.")
        )
        return Answer(card=await information(turn, campaign, text))
    if await is_asked_about(turn, campaign):
        text = turn.texts(
            "It cannot be deleted yet: a campaign that is scheduled or running goes to a segment, or leaves one out, by"
            " what people did with this one."
        )
        return Answer(card=await information(turn, campaign, text, "warning"))
    return Answer(card=delete_card(turn.texts, campaign, await in_chats(turn, campaign)), summary=campaign.name)


async def in_chats(turn: Turn, campaign: Campaign) -> int:
    """How many people may have its message in their chat, where it is still known who they are."""
    taken_back = campaign.recalled_at is not None and not campaign.ended_in_chats
    if campaign.state is not CampaignState.DONE or not campaign.keeps_people or taken_back:
        return 0
    states = (await turn.store.tally(campaign.id)).states
    return states.get(DeliveryState.DELIVERED, 0) + states.get(DeliveryState.UNCONFIRMED, 0)


@router.form("delete.confirm")
async def confirm_delete(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form, Right.CHANGE)
    if not allows(campaign, Change.DELETE) or campaign.recalling(turn.now) or is_stale(turn, campaign, form):
        return await deletion(turn, campaign)
    if await is_asked_about(turn, campaign):
        return await deletion(turn, campaign)
    try:
        await turn.store.delete_campaign(campaign, deed=turn.deed(DeedKind.DELETED))
    except StaleVersion:
        return await deletion(turn, await asked_for(turn, form, Right.CHANGE))
    await forget_recall(turn.store, campaign.id)
    await tell_maker(turn, campaign, DeedKind.DELETED)
    name = campaign.name or turn.texts("the draft")
    return Answer(card=await list_card(turn, notice=turn.texts("“{name}” is deleted.", name=escape_markdown(name))))


@router.form("delete.recall")
async def take_back(turn: Turn, form: Form) -> Answer:
    """Pressed twice, it is done once. The campaign goes when none of its messages is left to be taken back."""
    campaign = await asked_for(turn, form, Right.CHANGE)
    if not await in_chats(turn, campaign) or campaign.recalling(turn.now) or is_stale(turn, campaign, form):
        return await deletion(turn, campaign)
    if await is_asked_about(turn, campaign):
        return await deletion(turn, campaign)
    try:
        await turn.store.recall(campaign, turn.now, deletes=True, deed=turn.deed(DeedKind.RECALLED))
    except StaleVersion:
        return await deletion(turn, await asked_for(turn, form, Right.CHANGE))
    await tell_maker(turn, campaign, DeedKind.DELETED)
    text = turn.texts(
        "The messages of “{name}” are being taken back; after that it is deleted. I tell you how far it has come.",
        name=escape_markdown(campaign.name),
    )
    return Answer(card=await list_card(turn, notice=text))
