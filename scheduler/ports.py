"""What the scheduler needs from outside: time, a way to send, presence, the message of one recipient.

The Outcome values are the whole vocabulary of an attempt: ``Sender.send`` returns one of them for
whatever the platform or the network did, and raises only for bugs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from storage.records import (
    About,
    Campaign,
    Columns,
    DirectoryUser,
    Installation,
    ListProblem,
    NotInstalled,
    NotReached,
    Person,
    PersonId,
    Recall,
    Reference,
    Source,
    TenantId,
)
from storage.shared.replies import Reply


class Clock(Protocol):
    """The wall clock says what time it is for people, and may be set. What counts how long something takes is not."""

    def now(self) -> datetime:
        """The wall clock, aware UTC: for due times, slots, leases and all that is kept."""
        ...

    def monotonic(self) -> float:
        """Seconds that pass alike whatever becomes of the wall clock: for rates, pauses and limits in this process."""
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
    """The message was certainly not accepted, and may be tried again for as long as there is time."""

    reason: NotReached
    #: seconds the platform asked us to wait; None when it did not say
    after: float | None = None
    detail: str = ""
    about: About = About.REGION


@dataclass(frozen=True, slots=True)
class Unreachable:
    """This person cannot be reached, this time."""

    reason: NotReached
    detail: str = ""
    about: About = About.PERSON


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform does not want this message; trying again would not help."""

    code: str
    detail: str = ""
    about: About = About.MESSAGE


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Refused, and it is not known about what: by a policy, a firewall, a service that has moved.

    ``about`` is the best guess; it is never the person.
    """

    code: str
    detail: str = ""
    about: About = About.ORGANISATION


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The request had left: it may have arrived."""

    detail: str = ""
    reason: NotReached = NotReached.CONNECTION_BROKE
    about: About = About.NETWORK


Outcome = Delivered | Retry | Unreachable | Refused | Unexplained | Unconfirmed


@dataclass(frozen=True, slots=True)
class NotWritten:
    """No request was made: a fault of ours kept the message from being rendered, and would do so again."""

    #: the kind of the fault, never what it says: names may stand there
    detail: str


class Sender(Protocol):
    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        """Post one activity (JSON) to a person."""
        ...


class Retractor(Protocol):
    async def retract(self, reference: Reference, message: str) -> Outcome:
        """Delete a message, by its id, from a person's chat: Delivered where it is not in it any more."""
        ...

    async def amend(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        """Put an activity (JSON) in a message's place: Delivered too where it is not in the chat any more."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail, ready to leave: the envelope, and the whole message with its headers (RFC 5322)."""

    sender: str
    to: str
    content: bytes


class LetterWriter(Protocol):
    def write(self, campaign: Campaign, person: Person, columns: Columns) -> Letter | None:
        """The campaign's message as a person's e-mail; None where they have no address that mail can be sent to."""
        ...


class Mailer(Protocol):
    """The way to the mail server: one mail at a time."""

    async def ready(self) -> Retry | None:
        """Connected, and let in; what keeps us from it, else."""
        ...

    async def send(self, letter: Letter, may_leave: Callable[[], Awaitable[bool]]) -> Outcome | None:
        """None where it may not leave: ``may_leave`` is asked once the server takes the envelope.

        A Retry about anything else than the person is about every mail. Unconfirmed: the content had left.
        """
        ...

    async def rest(self) -> None:
        """Take leave of the server."""
        ...


class Availability(StrEnum):
    """How a person shows, in the words of S9 and S23; everything else is *absent*."""

    AVAILABLE = "available"
    AWAY = "away"
    BUSY = "busy"
    ABSENT = "absent"


class NotAnswered(Exception):
    """The directory or the presence service did not answer: nothing is known about anybody.

    ``permanent``: a permission or a setting is missing, so asking again will not help by itself.
    ``permission``: the one that is missing, where that is why.
    ``after``: seconds that it asked us to wait, where it said.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, permission: str = "", after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.permission = permission
        self.after = after


class Presence(Protocol):
    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        """How these people show now; a person who is not named in the answer is not known to the service.

        Raises NotAnswered.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroup:
    id: str
    name: str


class NoSuchGroup(Exception):
    """The directory has no group of this id (any more)."""


class Directory(Protocol):
    """People and groups of one organisation. Every method raises NotAnswered."""

    async def find(self, tenant: TenantId, address: str) -> DirectoryUser | None:
        """The user with this UPN or e-mail address."""
        ...

    async def groups(self, tenant: TenantId, name: str) -> list[DirectoryGroup]:
        """Groups whose name begins with these words, a page of them."""
        ...

    def members(self, tenant: TenantId, group: str) -> AsyncIterator[list[DirectoryUser]]:
        """Everybody in a group and in the groups inside it, guests too, page by page. Raises NoSuchGroup."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterMember:
    """Somebody in a team."""

    #: the channel's id of them ("29:...")
    id: str
    user: DirectoryUser


class Rosters(Protocol):
    """The members of teams that have installed the bot. Raises NotAnswered."""

    def members(self, tenant: TenantId, team: Source) -> AsyncIterator[list[RosterMember]]:
        """Everybody in a team, guests too, page by page. Raises NoSuchGroup when the team has the bot no more."""
        ...


@dataclass(frozen=True, slots=True)
class Installed:
    """The bot is installed for a person."""

    #: the chat's id; "" where nobody told it
    conversation: str
    #: it had been before
    before: bool


class NotInCatalogue(Exception):
    """The organisation's app catalogue does not have the bot."""


class Installer(Protocol):
    async def install(self, tenant: TenantId, directory_id: str) -> Installed | NotInstalled:
        """Install the bot on Teams for somebody. Raises NotAnswered, NotInCatalogue."""
        ...


#: one campaign, compiled: a person, and what the lists say about them -> the activity's JSON
Render = Callable[[Person, Columns], bytes]


class Renderer(Protocol):
    def compile(self, campaign: Campaign) -> Render:
        """Everything that is the same for all recipients, done once."""
        ...


class Closer(Protocol):
    def closed(self, campaign: Campaign, recall: Recall) -> Render:
        """What stands in the place of its message once the campaign's end has come."""
        ...


class Roles(Protocol):
    async def may_author(self, id: PersonId) -> bool:
        """Whether they have a role still, their own or a group's."""
        ...


class Announcer(Protocol):
    """Tells the author how a campaign goes."""

    async def progress(self, campaign: Campaign) -> bool:
        """Post the live card, or bring it up to date; whether it shows how things are now."""
        ...

    async def repost(self, campaign: Campaign) -> bool:
        """Post the live card anew, at the end of the author's chat; whether it got there."""
        ...

    async def unread(self, campaign: Campaign, problems: Sequence[ListProblem]) -> bool:
        """Say which lists of a campaign that has started could not be read; whether it got there."""
        ...

    async def held(self, campaign: Campaign) -> bool:
        """Tell those who may decide, and the author, that a campaign waits within its slot, and why.

        Each once, however often it is called; whether nobody is left to be told.
        """
        ...

    async def missed(self, series: Campaign, starts: Sequence[datetime]) -> bool:
        """The author hears of occurrences that none were made for, as the bot was away; whether nothing is left to do.

        Told once for the same ones, whatever is repeated.
        """
        ...

    async def choosing(self, campaign: Campaign) -> bool:
        """Ask the author which variant of an A/B test goes to the rest, or say which one does; whether nothing is left.

        Told once, whatever is repeated.
        """
        ...

    async def read_after_all(self, campaign: Campaign, recipients: int) -> bool:
        """Say that they could be read in the end."""
        ...

    async def stopped(self, campaign: Campaign) -> bool:
        """Say, once, that an operator has stopped a campaign before it started; whether nothing is left to say."""
        ...

    async def installing(self, installation: Installation) -> str | None:
        """Post the card of an installation, or bring it up to date: its activity id; None where that failed."""
        ...

    async def recalling(self, campaign: Campaign, recall: Recall) -> str | None:
        """Post the card of a recall, or bring it up to date, and tell its end: the card's activity id.

        "" where there is no card, nor anybody to be told; None where it failed.
        """
        ...

    async def replies(self, campaign: Campaign, replies: Sequence[Reply], more: int) -> Outcome:
        """Post what recipients wrote back; ``more``: how many could not be kept."""
        ...

    async def report(self, campaign: Campaign) -> Outcome:
        """Post the report card."""
        ...
