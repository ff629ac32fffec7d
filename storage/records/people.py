"""People: who they are, how they are written to, what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.channels import Channel
from storage.records.ids import PersonId, TenantId
from storage.records.preferences import Quiet


class Role(StrEnum):
    """What a person may do; without one, a person only receives."""

    OWNER = "owner"  #: gives roles and sets the rules; may do everything
    PUBLISHER = "publisher"  #: builds campaigns for any audience, and approves others'
    AUTHOR = "author"  #: builds campaigns, for lists that are theirs or shared with them

    def covers(self, other: Role) -> bool:
        """Whether it may do all that ``other`` may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


class About(StrEnum):
    """What one answer of the platform is about, and only about: what is not about the person is not said of them."""

    MESSAGE = "message"  #: it would be answered alike for everybody
    PERSON = "person"
    CHAT = "chat"
    ORGANISATION = "organisation"
    REGION = "region"  #: the service behind one serviceUrl
    NETWORK = "network"  #: what lies between us and the platform
    US = "us"  #: our own token


class NotReached(StrEnum):
    """Why a person cannot be, or was not, reached: the plain reasons of a report."""

    NEVER_INSTALLED = "never_installed"
    UNINSTALLED = "uninstalled"
    BLOCKED = "blocked"
    GONE = "gone"  #: left the organisation
    CHAT_LOST = "chat_lost"  #: the chat could not be opened again
    ABSENT = "absent"  #: not there at any look
    PRESENCE_UNKNOWN = "presence_unknown"  #: the slot ended before anybody could tell whether they were there
    SLOT_OVER = "slot_over"
    THROTTLED = "throttled"  #: the slot ended while the platform asked us to slow down
    OUTAGE = "outage"  #: the platform did not answer, or did not take it, until the slot ended
    REFUSED = "refused"  #: the platform refused the message; code and text are kept
    CONNECTION_BROKE = "connection_broke"  #: after the request had left
    LIST_GONE = "list_gone"  #: the group or team behind their list was gone when the campaign started
    LIST_NOT_READ = "list_not_read"  #: the slot ended before anybody told who stands in their list
    MUTED = "muted"  #: wants no campaigns
    LEFT_TOPIC = "left_topic"  #: wants none of the campaign's topic
    QUIET = "quiet"  #: the slot ended in the hours in which they want important ones only
    CAPPED = "capped"  #: has had as many messages this week as the organisation allows
    BOT_STOPPED = "bot_stopped"  #: the bot died after the request had left
    RESTORED = "restored"  #: the store is an older backup: the message may have been sent after it was taken
    SWITCHED_OFF = "switched_off"  #: the organisation's administrator has switched the bot off
    UNEXPLAINED = "unexplained"  #: the platform refused, and nobody knows about what
    INTERCEPTED = "intercepted"  #: something else than the platform answered: a proxy, a firewall
    WRONG_REGION = "wrong_region"  #: the platform says that they are served elsewhere
    NO_TOKEN = "no_token"  #: our own token: none was to be had, or it was refused
    MESSAGE_REFUSED = "message_refused"  #: not tried, as the platform refused the message for others
    NOT_WRITTEN = "not_written"  #: a fault of ours keeps the message from being rendered: for them, or for others
    STOPPED = "stopped"  #: not tried, as an operator stopped the campaign at the machine
    GATEWAY = "gateway"  #: the platform's gateway gave up while its service may have taken it


#: what the directory says of a person beside names and addresses: fields of Person and DirectoryUser
DIRECTORY_FACTS = ("department", "country", "city", "office", "title", "manager")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the bot knows of: installed it, or stands in a list."""

    #: given by the store
    id: PersonId
    tenant: TenantId
    #: UPN or e-mail, lower case; "" when the platform told none
    address: str
    #: the directory's id (aadObjectId), lower case; "" until the person installs
    directory_id: str = ""
    given_name: str = ""
    surname: str = ""
    name: str = ""
    #: BCP 47, as the client says it ("fr-FR"); "" when unknown
    locale: str = ""
    #: the language the person asked for ("fr"); "" follows the locale
    language: str = ""
    #: IANA zone ("Europe/Paris"); "" when unknown
    zone: str = ""
    #: of another organisation, invited into this one
    guest: bool = False
    #: as the directory says it; "" when unknown
    department: str = ""
    country: str = ""
    city: str = ""
    office: str = ""
    title: str = ""
    #: their manager's full name
    manager: str = ""
    #: wants no campaigns, for now
    muted: bool = False
    #: when they want important campaigns only
    quiet: Quiet | None = None
    #: numbers of the topics of which they want no campaigns
    left_topics: frozenset[int] = frozenset()
    #: when the platform or the directory last told their names and addresses; None: never
    named_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUser:
    """A person as the organisation's directory knows them; "" is "not said"."""

    #: lower case
    directory_id: str
    #: UPN first, then the e-mail where it differs; lower case
    addresses: tuple[str, ...] = ()
    given_name: str = ""
    surname: str = ""
    name: str = ""
    #: BCP 47
    language: str = ""
    #: IANA; known only of people who were looked up one by one
    zone: str = ""
    department: str = ""
    country: str = ""
    city: str = ""
    office: str = ""
    title: str = ""
    #: their manager's full name
    manager: str = ""
    #: None: not said, as where the directory may not be asked for it
    guest: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How to write to a person on one channel: a conversation reference, and what is known of whether it works.

    What an answer said of the person is a belief with an age: sending is the only way to find out (decision 035).
    """

    person: PersonId
    channel: Channel
    #: regional. What has worked for the person outranks what one activity says: that is a hint, kept beside
    service_url: str
    #: "" until the chat of somebody who has not installed is opened, with the first message
    conversation: str
    #: the bot's id in that channel ("28:...")
    bot: str
    #: the person's id in that channel ("29:...")
    user: str
    tenant: TenantId
    #: UNINSTALLED once the platform has told of a removal, NEVER_INSTALLED where it opens no chat with a team's
    #: member: nothing is sent any more. None else
    broken: NotReached | None = None
    #: False: they have not installed the bot, but are in a team that has
    installed: bool = True
    #: since when they have it, without a break that was told of; None: they have not, or it was not kept then
    installed_at: datetime | None = None
    #: why the last message was not taken, where that was about the person or the chat, and nothing has shown
    #: otherwise since; and when that was (None: before it was kept)
    failed: NotReached | None = None
    failed_at: datetime | None = None
    #: when it was last seen to work, to within a week, and through which serviceUrl a message was accepted last
    worked_at: datetime | None = None
    worked_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned of a person's reference at an instant."""

    at: datetime
    #: why a message was not taken; None: the reference works
    failed: NotReached | None = None
    #: the chat was opened again under this id; "" leaves it
    conversation: str = ""
    #: a message was accepted through this one; "" tells nothing of it
    service_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one incoming activity tells about a person; "" is "not said" and changes nothing."""

    tenant: TenantId
    channel: Channel
    service_url: str
    conversation: str
    bot: str
    user: str
    at: datetime
    directory_id: str = ""
    addresses: tuple[str, ...] = ()
    given_name: str = ""
    surname: str = ""
    name: str = ""
    locale: str = ""
    zone: str = ""
    #: None when the platform did not say
    guest: bool | None = None
    #: when it happened, as the platform says it: the newer word counts, whatever order they arrive in; None: ``at``
    told_at: datetime | None = None
    #: the platform says that they have installed the bot
    installs: bool = False

    @property
    def told(self) -> datetime:
        return self.told_at or self.at

    @property
    def names_them(self) -> bool:
        """Whether it says by which addresses the directory knows them: those are theirs, and others are not."""
        return bool(self.directory_id and self.addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as a list names them."""

    address: str
    given_name: str = ""
    surname: str = ""
    #: what else it says about them, by column
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Some people of a file that waits to be saved. It is kept as JSON: all fields, addresses small and each once."""

    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in a list or an audience, with the reach shown beside the name (S11)."""

    person: Person
    #: why they cannot be reached; None when they can
    why: NotReached | None = None
    #: they have installed it, and it works; others can be reached through a team that has installed it
    installed: bool = True
    #: why the last message was not taken, though they can be reached as far as is known; and when that was
    failed: NotReached | None = None
    failed_at: datetime | None = None
    #: what the lists of the audience say about them, by column
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def reachable(self) -> bool:
        return self.why is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """ "47 of 50 reachable" (S12, S25)."""

    total: int
    reachable: int
    #: left out because they are guests; not in the total
    guests: int = 0
