"""Activities that come in: each is done once, however often and to whichever copy of the bot the platform brings it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records.channels import Channel
from storage.records.ids import CampaignId, PersonId, TenantId


class Standing(StrEnum):
    """How far an activity has come when it arrives."""

    OURS = "ours"  #: nobody is at work on it: it is done here, now
    AT_WORK = "at_work"  #: another request is doing it
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An activity as it arrives; a repeat has the same key."""

    key: str
    #: a person who acts in their personal chat (``sender_of``); "" for anybody else
    sender: str
    #: when the platform says that it happened
    told_at: datetime


def sender_of(tenant: TenantId, channel: Channel, user: str) -> str:
    """One name for a person whom a channel knows by this id."""
    return f"{channel} {tenant} {user}"


def removal_of(sender: str) -> str:
    """The key under which it is remembered, as long as activities are, that somebody never seen has removed the bot.

    An install before that may be told late.
    """
    return f"removed {sender}"


def pasted_into(campaign: CampaignId, by: PersonId, name: str, addresses: str) -> str:
    """The key of making a list of what somebody pasted into a draft: the form pressed twice, on two copies of the bot
    perhaps, makes one.
    """
    return f"pasted {campaign} {by} {hashlib.sha256(f'{name} {addresses}'.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    standing: Standing
    #: messages that an earlier run has posted to the chat: a run that follows posts the rest
    posted: int = 0
    #: what a done invoke was answered
    response: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the run of an activity has come."""

    key: str
    #: the run's own number: a run that lost its lease changes nothing any more
    holder: int
    posted: int
    #: until when nobody else does it; in the past: it broke, and a repeat does it again
    until: datetime
    done: bool = False
    response: bytes = b""
