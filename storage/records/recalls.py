"""Taking a campaign's messages back out of people's chats: which they are, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.campaigns import Trouble
from storage.records.deliveries import DeliveryState
from storage.records.ids import CampaignId, PersonId
from storage.records.people import NotReached, Reference


class NotTakenBack(StrEnum):
    """Why a message may still be in its recipient's chat."""

    REMOVED = "removed"  #: they have removed the bot, and with it the way to their chat
    BLOCKED = "blocked"
    GONE = "gone"  #: they have left the organisation
    CHAT_LOST = "chat_lost"  #: the chat exists no more, as far as the platform says
    NO_ID = "no_id"  #: the platform accepted it, and gave no id by which it could be deleted
    NOT_CERTAIN = "not_certain"  #: nobody knows whether it arrived, and so nobody knows its id
    REFUSED = "refused"  #: the platform refuses to delete it
    NOT_ANSWERED = "not_answered"  #: the platform did not take the request for as long as it was tried
    NOT_WRITTEN = "not_written"  #: what was to take its place, by a fault of ours
    NOT_KNOWN = "not_known"  #: whose message it was has been erased here meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message that may be in somebody's chat."""

    person: PersonId
    #: DELIVERED or UNCONFIRMED
    state: DeliveryState
    #: the platform's id of it; "" where it gave none
    activity: str
    #: None: nobody knows how to write to them any more
    reference: Reference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A message that was not taken back yet, and is tried again."""

    person: PersonId
    due: datetime
    #: requests that left for it
    attempts: int
    why: NotReached
    #: the platform's code and text, shortened
    detail: str = ""


NAMED = 100  #: of those whose message could not be taken back are known by name, the first ones


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """Somebody in whose chat the message is still as it was."""

    person: PersonId
    why: NotTakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """How far the taking back has come. To delete twice is to delete once, so what a death leaves is done again."""

    campaign: CampaignId
    #: grows with every change
    version: int = 0
    #: from when on its messages were to be taken back, or changed: the campaign's instant, which tells one from another
    due_at: datetime | None = None
    began_at: datetime
    #: how many messages may be in people's chats
    total: int
    #: everybody up to this PersonId has been seen to, but for those of ``later``
    cursor: int = 0
    #: nobody is above the cursor
    seen_all: bool = False
    taken_back: int = 0
    failed: Mapping[NotTakenBack, int] = field(default_factory=dict)
    #: the first of those who failed
    left: tuple[LeftBehind, ...] = ()
    #: of a poll that is closed: (number of the answer's button, people), as it stood when that began
    answers: tuple[tuple[int, int], ...] = ()
    later: tuple[Later, ...] = ()
    #: what keeps all of it waiting, and since when
    trouble: Trouble | None = None
    #: how often it was looked whether the trouble is over
    probes: int = 0
    #: when it is looked again
    again_at: datetime | None = None
    finished_at: datetime | None = None
    #: the live card in the chat of who asked for it
    card: str = ""

    @property
    def done(self) -> int:
        return self.taken_back + self.left_behind

    @property
    def left_behind(self) -> int:
        """How many could not be taken back."""
        return sum(self.failed.values())

    @property
    def waits_for(self) -> Trouble | None:
        """What it waits for: a trouble of many, or what keeps the last few."""
        if self.trouble is not None or not self.seen_all or not self.later or self.finished_at is not None:
            return self.trouble
        last = self.later[0]
        return Trouble(reason=last.why, detail=last.detail, since=self.began_at)
