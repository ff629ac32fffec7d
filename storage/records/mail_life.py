"""How far a campaign's mails may come: changes of its record, as in campaign_life.py. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage.records.campaign_life import TooLate
from storage.records.campaigns import Campaign, CampaignState
from storage.records.instants import ms
from storage.records.mails import Mailing
from storage.records.people import NotReached


def mails(campaign: Campaign) -> bool:
    """Whether it is to be found out yet who gets it by e-mail: not from its end on, nor once its messages are taken

    back, an operator has stopped it, or it is erased.
    """
    frozen, next_at = campaign.frozen, campaign.mailing.next_at if campaign.mailing else None
    if (
        campaign.state is not CampaignState.DONE
        or frozen is None
        or frozen.by_mail is None
        or campaign.sealed_at is not None
    ):
        return False
    if campaign.trouble is not None and campaign.trouble.reason is NotReached.STOPPED:
        return False
    return next_at is not None and not is_over(campaign, next_at)


def is_over(campaign: Campaign, at: datetime) -> bool:
    """Whether nobody new is to get its message then: its end has come, or somebody has it taken back."""
    end = campaign.frozen.end if campaign.frozen else None
    if campaign.recall_at is None:
        return False
    return end is None or campaign.recall_at != end.at or at >= campaign.recall_at


def mailed(campaign: Campaign, was: datetime, mailing: Mailing) -> Campaign:
    """Who gets a mail has been found out for ``was``, the instant at which it was due."""
    due = campaign.mailing.next_at if campaign.mailing else None
    if not mails(campaign) or due is None or ms(due) != ms(was):
        raise TooLate(f"the mails of campaign {campaign.id} have moved on")
    return replace(campaign, mailing=mailing)


def mail_doubted(campaign: Campaign) -> Campaign:
    """The store came from a backup: nobody gets a mail of it that has not been planned."""
    planned = campaign.mailing is not None and campaign.mailing.next_at is None
    if (
        campaign.frozen is None
        or campaign.frozen.by_mail is None
        or campaign.state not in (CampaignState.RUNNING, CampaignState.DONE)
        or planned
    ):
        raise TooLate(f"campaign {campaign.id} has no mails to come")
    return replace(campaign, mailing=Mailing(next_at=None, doubted=True))
