"""What the scheduler needs from outside: time, a way to send, words for one recipient.

The Outcome values are the whole vocabulary of a try: ``Sender.send`` returns one of them for
whatever the platform or the network did, and raises only for bugs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage.records import Campaign, NotReached, Person, Reference


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform accepted the message."""

    #: the platform's id of the message; "" when it gave none
    activity: str
    #: set when the chat had to be opened again
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """The message was certainly not accepted, and may be tried again."""

    #: THROTTLED or OUTAGE
    reason: NotReached
    #: seconds the platform asked us to wait; None when it did not say
    after: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """This person cannot be reached."""

    reason: NotReached
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform does not want this message; trying again would not help."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The request had left when the connection broke: it may have arrived."""

    detail: str = ""


Outcome = Delivered | Retry | Unreachable | Refused | Unconfirmed


class Sender(Protocol):
    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        """Post one activity (JSON) to a person."""
        ...


#: one campaign, compiled: a person -> the activity's JSON
Render = Callable[[Person], bytes]


class Renderer(Protocol):
    def compile(self, campaign: Campaign) -> Render:
        """Everything that is the same for all recipients, done once."""
        ...


class Announcer(Protocol):
    """Tells the author how a campaign goes."""

    async def progress(self, campaign: Campaign) -> bool:
        """Post the live card, or bring it up to date; whether it shows how things are now."""
        ...

    async def report(self, campaign: Campaign) -> bool:
        """Post the report card; whether it got there."""
        ...
