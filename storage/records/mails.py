"""The e-mail fallback: who gets a campaign's message by e-mail as well, and what became of each of these mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from storage.records.ids import CampaignId, PersonId


class MailTo(StrEnum):
    NOT_REACHED = "not_reached"  #: who certainly has not got it, once the campaign has ended
    NOT_OPENED = "not_opened"  #: these, and some hours later who has got it and has not opened it


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMail:
    """Who gets the message by e-mail as well."""

    to: MailTo
    #: hours after the campaign's end, of those who have not opened it
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """How far it has come: who gets a mail is found out when the campaign ends, and once more some hours later."""

    #: when they are found out next; None: nobody comes any more
    next_at: datetime | None
    #: those who could not be reached have been found out: next are those who have not opened it
    reached_out: bool = False
    #: the store came from a backup: who has got a mail since is not known, so nobody gets one
    doubted: bool = False


class MailState(IntEnum):
    """Where one recipient's mail stands. The numbers are kept in the stores: never reuse one."""

    PLANNED = 2
    CLAIMED = 3  #: leased by a copy of the bot; the server has certainly not got it
    SENDING = 4  #: it may be leaving
    SENT = 10  #: the server took it
    FAILED = 14
    UNCONFIRMED = 15  #: may have left; never sent again
    LEFT_OUT = 16  #: nothing was to be sent to them

    @property
    def final(self) -> bool:
        return self >= MailState.SENT


class NotMailed(StrEnum):
    """Why somebody has got no mail, or may have none."""

    NO_ADDRESS = "no_address"
    MUTED = "muted"
    LEFT_TOPIC = "left_topic"  #: wants none of the campaign's topic
    CAPPED = "capped"  #: has had as many messages this week as the organisation allows
    TAKEN_BACK = "taken_back"  #: the campaign's messages are being taken back
    ADDRESS_REFUSED = "address_refused"
    MESSAGE_REFUSED = "message_refused"
    NOT_TAKEN = "not_taken"  #: the server did not take it for as long as it was tried
    NOT_WRITTEN = "not_written"  #: by a fault of ours
    CONNECTION_BROKE = "connection_broke"  #: after it had left
    BOT_STOPPED = "bot_stopped"  #: the bot died while it left
    RESTORED = "restored"  #: the store is an older backup: it may have been sent after that was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One that is leased: the campaign and the person are its key."""

    campaign: CampaignId
    person: PersonId
    #: sessions with the server that got as far as this mail, before this one
    attempts: int
    planned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMail:
    """What became of one."""

    campaign: CampaignId
    person: PersonId
    state: MailState
    at: datetime
    #: for PLANNED: when it is tried again
    due: datetime | None = None
    why: NotMailed | None = None
    #: the server's code and text, shortened
    detail: str = ""
    #: it was offered to the server
    attempted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResult:
    """Of one recipient, for an export."""

    state: MailState
    why: NotMailed | None
    detail: str
    at: datetime | None
    #: when a link in it was followed first
    clicked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTally:
    """Of one campaign."""

    states: Mapping[MailState, int] = field(default_factory=dict)
    #: of those that were not sent
    reasons: Mapping[NotMailed, int] = field(default_factory=dict)
    #: people who have followed a link in their mail
    clicked: int = 0

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def sent(self) -> int:
        return self.states.get(MailState.SENT, 0)

    @property
    def open(self) -> int:
        return sum(count for state, count in self.states.items() if not state.final)
