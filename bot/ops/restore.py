"""After an older backup was put in place: what may have been done since is not done again by itself.

Nothing in the store tells what was sent after the backup was taken. So whatever may have been is doubted: an
author can send again to exactly those who are unconfirmed, and nobody gets a message twice (decision 028).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.ops.erase import CLIENT
from scheduler.planner import end_unplanned
from storage.port.people import Lists, People
from storage.port.store import Store
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Deed,
    DeedKind,
    DeliveryState,
    ListId,
    NotReached,
    Subject,
)
from storage.records.campaign_life import to_draft
from storage.shared.backup import TAKEN

WAS = {
    CampaignState.SCHEDULED: "was scheduled for {starts}",
    CampaignState.SUBMITTED: "waited for approval, to start at {starts}",
}


async def restored(store: Store, now: datetime, say: Callable[[str], None]) -> None:
    """With every copy of the bot stopped. Killed at any point, it is run again: what was settled stays so."""
    await store.skip_numbers()
    for campaign in await store.in_state(CampaignState.RUNNING):
        await _doubt(store, campaign, now, say)
    if doubted := await store.doubt_mails(now):
        say(f"{doubted} mails of campaigns that may have been sent since are unconfirmed: nobody gets one twice.")
    for state, was in WAS.items():
        for campaign in await store.in_state(state):
            await _ask_again(store, campaign, was, now, say)
    await store.delete_documents([TAKEN])
    say("The bot can be started. Anyone who was erased or muted campaigns after the backup has to be so again.")


async def _doubt(store: Store, campaign: Campaign, now: datetime, say: Callable[[str], None]) -> None:
    # first: it is settled in steps, and a death between two of them does not keep it from being known
    await store.note(_deed(now), campaign.tenant, Subject.CAMPAIGN, campaign.id, campaign.name)
    unread: list[ListId] = []
    if campaign.planned_at is None:  # people without a delivery yet may have been given one since
        audience = campaign.as_scheduled.audience
        unread = await _unread(store, campaign, audience)
        await end_unplanned(campaign, audience, DeliveryState.UNCONFIRMED, NotReached.RESTORED, store, now)
        await store.planned(campaign.id, now)
    while await store.doubt(campaign.id, now):
        pass
    unsure = (await store.tally(campaign.id)).reasons.get(NotReached.RESTORED, 0)
    say(
        f"Campaign {campaign.id} of {await _author(store, campaign)} was running: {unsure} messages that may have been"
        " sent since are unconfirmed. It goes on with the others; its report offers to send again to the unconfirmed."
    )
    if unread:
        say(
            f"Its lists {', '.join(map(str, unread))} are read from elsewhere, and were not yet when the backup was"
            " taken: who stands in them by now and did not before is not among its recipients."
        )


async def _unread(store: Lists, campaign: Campaign, audience: Audience) -> list[ListId]:
    """Lists that had still to be read for a campaign that had started."""
    lists = [await store.distribution_list(id) for id in audience.lists]
    since = campaign.started_at
    return [
        one.id for one in lists if one and one.source and (one.read_at is None or since is None or one.read_at < since)
    ]


async def _ask_again(store: Store, campaign: Campaign, was: str, now: datetime, say: Callable[[str], None]) -> None:
    """It may have been sent since, or been moved to an earlier time and sent: somebody has to look."""
    frozen = campaign.frozen
    starts = f"{frozen.schedule.slot.start:%Y-%m-%d %H:%M} UTC" if frozen else "an instant of its own"
    await store.save(to_draft(campaign), deed=_deed(now))
    say(
        f"Campaign {campaign.id} of {await _author(store, campaign)} {was.format(starts=starts)}: it may have been sent"
        " since, so it is a draft again. Please tell its author to look whether to schedule it."
    )


def _deed(now: datetime) -> Deed:
    return Deed(kind=DeedKind.CHANGED, by=None, at=now, details={"why": "restored"}, client=CLIENT)


async def _author(store: People, campaign: Campaign) -> str:
    person = await store.person(campaign.author)
    return (person.address if person else "") or f"person {campaign.author}"
