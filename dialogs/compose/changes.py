"""Changes of a scheduled campaign: a draft beside it, until they are saved; as long as that, it goes out as it was."""

from __future__ import annotations

from dataclasses import replace

from dialogs.core.turn import Turn
from dialogs.core.visibility import campaign_of, own_campaigns
from storage.records import Campaign, CampaignState, DeedKind, Right
from storage.records.campaign_life import edit

SEARCHED = 20  #: newest campaigns of somebody's looked at for their changes of another


async def draft_of_changes(turn: Turn, campaign: Campaign) -> Campaign:
    """The draft in which the speaker changes a scheduled campaign: the one there is, else a new one like it."""
    for known in await own_campaigns(turn, SEARCHED):
        if known.changes_of == campaign.id and known.state is CampaignState.DRAFT:
            return known
    tenant, by = turn.person.tenant, turn.person.id
    draft = await turn.store.new_campaign(
        tenant, by, campaign.name, campaign.channel, turn.now, deed=turn.deed(DeedKind.CREATED)
    )
    if draft.changes_of is not None:  # an earlier run of this turn has made it
        return draft
    same = edit(draft, campaign.forms, turn.now, by, name=campaign.name, channel=campaign.channel)
    return await turn.save(replace(same, changes_of=campaign.id), DeedKind.CHANGED, changes_of=str(campaign.id))


async def original_of(turn: Turn, draft: Campaign) -> Campaign | None:
    """The campaign that a draft holds changes of, where it is there and theirs to change."""
    return await campaign_of(turn, draft.changes_of, Right.CHANGE) if draft.changes_of is not None else None
