"""Who gets a campaign's message by e-mail as well: found out when it has ended, and some hours later once more."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.mailing.rules import certainly_not_reached
from storage.port.campaigns import Campaigns
from storage.port.engagement import Results
from storage.port.mails import Mails
from storage.records import Campaign, EngagementKind, Left, Mailing, MailTo

log = logging.getLogger(__name__)

PAGE = 1_000  #: recipients read, or mails planned, at a time


class _Store(Campaigns, Mails, Results, Protocol):
    """What is asked of the store here."""


async def find_out(store: _Store, campaign: Campaign, now: datetime) -> None:
    """Their mails are planned, page by page, and then it is written down that they are: a death repeats it."""
    by_mail, mailing = campaign.as_scheduled.by_mail, campaign.mailing
    if by_mail is None or mailing is None or mailing.next_at is None:
        return
    due, planned = mailing.next_at, 0
    if not mailing.reached_out:
        planned = await _plan_not_reached(store, campaign, now)
        comes = by_mail.to is MailTo.NOT_OPENED and not campaign.anonymous  # of these nobody knows who has opened it
        later = Mailing(next_at=due + timedelta(hours=by_mail.after) if comes else None, reached_out=True)
    else:
        people = await store.people_without(campaign.id, EngagementKind.OPENED)
        planned = await _plan(store, campaign, people, now)
        later = replace(mailing, next_at=None)
    if await store.keep_mailing(campaign.id, due, later):
        log.info("mails planned: campaign=%d people=%d", campaign.id, planned)


async def _plan_not_reached(store: _Store, campaign: Campaign, now: datetime) -> int:
    planned, after = 0, 0
    while page := await store.results(campaign.id, after, PAGE, Left.REACHED):
        people = [result.person.id for result in page if certainly_not_reached(result)]
        planned += await _plan(store, campaign, people, now)
        after = page[-1].person.id
    return planned


async def _plan(store: _Store, campaign: Campaign, people: Sequence[int], now: datetime) -> int:
    planned = 0
    for start in range(0, len(people), PAGE):
        planned += await store.plan_mails(campaign.id, people[start : start + PAGE], now)
    return planned
