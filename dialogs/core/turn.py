"""One turn of a conversation: the person who writes or presses, the services there are, and the reply.

Nothing here knows the Bot Framework: a handler gets a Turn and gives an Answer; the bot room
carries both over the wire.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from dialogs.core.export_port import Exporter, FileOffer
from dialogs.core.ports import Files, Links, Tables, Words
from dialogs.core.questions import Question
from scheduler.list_refresh import ListReader
from scheduler.ports import Announcer, Clock, Directory, Presence, Sender
from storage.port.store import Store
from storage.records import Campaign, Channel, Deed, DeedKind, Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that came with a message."""

    kind: AttachmentKind
    name: str = ""
    #: where it is fetched; may be short-lived
    url: str = ""
    #: of MARKUP: the message as it was formatted
    content: str = ""
    #: the platform's own service keeps it, and gives it to us alone
    ours: bool = False


class AttachmentKind(StrEnum):
    FILE = "file"
    IMAGE = "image"
    MARKUP = "markup"  #: HTML from the compose box


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What every conversation can use."""

    store: Store
    clock: Clock
    sender: Sender
    links: Links
    announcer: Announcer
    exports: Exporter
    files: Files
    tables: Tables
    #: messages a second and tenant
    rate: float
    #: what tells who is present, by channel; a channel without one offers no choice of presence
    presence: Mapping[Channel, Presence] = field(default_factory=dict)
    #: None where Microsoft Graph is not to be asked
    directory: Directory | None = None
    #: whether the bot can install itself for people
    installs: bool = False
    #: whether campaigns can reach people by e-mail as well
    mails: bool = False
    reader: ListReader
    words: Words
    #: called when a campaign has been scheduled: it may start now
    when_scheduled: list[Callable[[], None]] = field(default_factory=list)

    def scheduled(self) -> None:
        for tell in self.when_scheduled:
            tell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    services: Services
    person: Person
    role: Role | None
    channel: Channel
    texts: Texts
    #: what came with the message
    attachments: tuple[Attachment, ...] = ()
    #: where they speak from: "msteams Windows"
    client: str = ""
    #: the name of the question in words that waits for their answer; "" for none
    asked: str = ""
    #: the zone in which most of their organisation lives, where their own is unknown; "" where that is, too
    common_zone: str = ""
    #: the activity that is answered: what it makes or changes is made or changed once, even where a crash cuts the
    #: turn off and the platform repeats it
    cause: str = ""

    @property
    def store(self) -> Store:
        return self.services.store

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    @property
    def zone(self) -> str:
        return self.person.zone or self.common_zone or "UTC"

    @property
    def shows_cards(self) -> bool:
        """Whether this person's client draws Adaptive Cards."""
        return self.channel.traits.draws_cards

    async def save(self, campaign: Campaign, kind: DeedKind, **details: str) -> Campaign:
        """Keep a campaign that this turn has changed; gives its next version. Raises StaleVersion."""
        return await self.store.save(campaign, deed=self.deed(kind, **details))

    def has_changed(self, campaign: Campaign) -> bool:
        """Whether an earlier run of this turn, cut off by a crash, was the last to change the campaign."""
        return bool(self.cause) and campaign.cause == self.cause

    def deed(self, kind: DeedKind, **details: str) -> Deed:
        """What this person does, for the store to note with the change that it is."""
        return Deed(kind=kind, by=self.person.id, at=self.now, details=details, client=self.client, cause=self.cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot replies: a card, or a text; for a form, the card stands in the form's place."""

    card: AdaptiveCard | None = None
    text: str = ""
    #: the words of the notification, where the card is a new message
    summary: str = ""
    #: post it as a new message, and leave the card that was pressed as it is
    fresh: bool = False
    #: the card stands for a message that was marked as important
    important: bool = False
    #: the card stands for a message beneath which the client shows thumbs
    thumbs: bool = False
    #: a file is offered, in a message of its own
    offer: FileOffer | None = None
    #: what is typed next answers this question. ``text`` asks it: beside the card, where a form was pressed
    asks: Question | None = None
    #: this answer is for now; another follows, in its place where it is a card in the place of another
    later: Awaitable[Answer] | None = None


class Aside(Exception):
    """A handler cannot go on, and this is what to say instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.text)
        self.answer = answer


Form = Mapping[str, Any]
