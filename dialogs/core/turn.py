"""One turn of a conversation: who speaks, what the house offers, and what is answered.

Nothing here knows the Bot Framework: a handler gets a Turn and gives an Answer; the bot room
carries both over the wire.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from cards.kit.conversation import commands_named
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from dialogs.core.export_port import Exporter, FileOffer
from dialogs.schedule_words import Spoken
from scheduler.list_refresh import ListReader
from scheduler.ports import Announcer, Clock, Directory, Presence, Sender
from storage.records import AuditEntry, CampaignId, Channel, Deed, Person, Role, Subject, Who
from storage.port.store import Store

log = logging.getLogger(__name__)


class Click(NamedTuple):
    """A tracked link that came back, its signature checked."""

    campaign: CampaignId
    who: Who
    button: int
    test: bool = False


class Links(Protocol):
    """Tracked links: made for a recipient, read when one comes back."""

    @property
    def base_url(self) -> str:
        """Where /r/ answers, without a slash at the end."""
        ...

    @property
    def tracked(self) -> bool:
        """Whether people's browsers reach us there."""
        ...

    def token(self, campaign: CampaignId, person: Person) -> str: ...

    def pseudonym(self, campaign: CampaignId, person: Person) -> str:
        """In the place of the person's token where nobody shall know who it was: another one each time."""
        ...

    def read_pseudonym(self, token: str) -> Click | None: ...

    def test_token(self, campaign: CampaignId, person: Person) -> str:
        """For a trial: it redirects, and counts nowhere."""
        ...


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


class NotFetched(Exception):
    """A file could not be had; ``too_large``: the limit in MB, where that is why."""

    def __init__(self, reason: str, *, too_large: int = 0) -> None:
        super().__init__(reason)
        self.too_large = too_large


class Files(Protocol):
    async def fetch(self, url: str, *, ours: bool = False) -> bytes:
        """A file that somebody dropped into the chat; ``ours``: it asks for our token. Raises NotFetched."""
        ...


class Words(Protocol):
    async def read(self, words: str, now: datetime, zone: str, texts: Texts) -> Spoken | None:
        """What words say of a schedule, in somebody's language; None when nobody can tell at the moment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every conversation can use."""

    store: Store
    clock: Clock
    sender: Sender
    links: Links
    announcer: Announcer
    exports: Exporter
    files: Files
    #: messages a second and tenant
    rate: float
    #: who tells who is there, by channel; a channel without has no choice of presence
    presence: Mapping[Channel, Presence] = field(default_factory=dict)
    #: None where Microsoft Graph is not to be asked
    directory: Directory | None = None
    #: whether the bot can install itself for people
    installs: bool = False
    reader: ListReader
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    house: House
    person: Person
    role: Role | None
    channel: Channel
    texts: Texts
    #: what came with the message
    attachments: tuple[Attachment, ...] = ()
    #: where they speak from: "msteams Windows"
    client: str = ""
    #: the typed conversation that waits for their answer; "" for none
    asked: str = ""

    @property
    def store(self) -> Store:
        return self.house.store

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    @property
    def zone(self) -> str:
        return self.person.zone or "UTC"

    @property
    def shows_cards(self) -> bool:
        """Whether this person's client draws Adaptive Cards."""
        return self.channel is Channel.TEAMS

    async def note(self, deed: Deed, subject: Subject, id: object, name: str = "", **details: str) -> None:
        """Write into the audit that this person has done this."""
        entry = AuditEntry(
            tenant=self.person.tenant,
            at=self.now,
            by=self.person.id,
            deed=deed,
            subject=subject,
            id=str(id),
            name=name,
            details=details,
            client=self.client,
        )
        await self.store.note(entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said back: a card, or a text; for a form, the card stands in the form's place."""

    card: AdaptiveCard | None = None
    text: str = ""
    #: the words of the notification, where the card is a new message
    summary: str = ""
    #: post it as a new message, and leave the card that was pressed as it is
    fresh: bool = False
    #: the card stands for a message that was marked as important
    important: bool = False
    #: a file is offered, in a message of its own
    offer: FileOffer | None = None
    #: a typed conversation takes over: its name and what it starts with
    begin: tuple[str, Mapping[str, Any]] | None = None
    #: this answer is for now; another follows, in its place where it is a card in the place of another
    later: Awaitable[Answer] | None = None


class Aside(Exception):
    """A handler cannot go on, and this is what to say instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.text)
        self.answer = answer


Form = Mapping[str, Any]
Handler = Callable[[Turn, Form], Awaitable[Answer]]
Command = Callable[[Turn, str], Awaitable[Answer]]
Upload = Callable[[Turn, Attachment], Awaitable[Answer]]
Listener = Callable[[Turn, str], Awaitable[Answer | None]]


@dataclass(frozen=True, slots=True)
class _Entry:
    handler: Callable[..., Awaitable[Answer]]
    #: the least role that may; None: everybody
    role: Role | None
    #: a command that takes no more words: what else follows was meant as another
    alone: bool = False


@dataclass(slots=True)
class Router:
    """Each feature registers what a person can press or type; the root only joins them."""

    forms: dict[str, _Entry] = field(default_factory=dict)
    #: the first words of a command, lower case, in either language
    commands: dict[str, _Entry] = field(default_factory=dict)
    #: what happens with something that is dropped into the chat
    uploads: dict[AttachmentKind, Upload] = field(default_factory=dict)
    #: what happens with words that are no command; None: they are not theirs either
    listeners: list[Listener] = field(default_factory=list)
    #: listeners who know for certain: they are asked before a typing error is looked for
    sure_listeners: list[Listener] = field(default_factory=list)
    #: words that a listener may know, and that are no command with a typing error in it
    no_mistakes: set[str] = field(default_factory=set)

    def form(self, verb: str, *, authors_only: bool = True, role: Role = Role.AUTHOR) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.forms[verb] = _Entry(handler, role if authors_only else None)
            return handler

        return register

    def command(
        self, *words: str, authors_only: bool = True, role: Role = Role.AUTHOR, alone: bool = False
    ) -> Callable[[Command], Command]:
        def register(handler: Command) -> Command:
            for word in words:
                self.commands[word] = _Entry(handler, role if authors_only else None, alone)
            return handler

        return register

    def upload(self, kind: AttachmentKind) -> Callable[[Upload], Upload]:
        def register(handler: Upload) -> Upload:
            self.uploads[kind] = handler
            return handler

        return register

    def listener(self, handler: Listener) -> Listener:
        self.listeners.append(handler)
        return handler

    def sure_listener(self, handler: Listener) -> Listener:
        self.sure_listeners.append(handler)
        return handler

    def include(self, routers: Sequence[Router]) -> Router:
        for router in routers:
            self.forms.update(router.forms)
            self.commands.update(router.commands)
            self.uploads.update(router.uploads)
            self.listeners += router.listeners
            self.sure_listeners += router.sure_listeners
            self.no_mistakes |= router.no_mistakes
        return self

    async def press(self, turn: Turn, form: Form) -> Answer | None:
        """Answer a pressed button; None for a verb nobody knows."""
        entry = self.forms.get(str(form.get("verb", "")))
        if entry is None:
            return None
        if not may(turn, entry.role):
            return Answer(text=not_allowed(turn))
        return await unless_aside(entry.handler(turn, form))

    async def hear(self, turn: Turn, said: str) -> Answer | None:
        """Answer a typed command: the longest known beginning wins; None when there is none."""
        words = " ".join(said.lower().replace("’", "'").split())
        for command in sorted(self.commands, key=len, reverse=True):
            entry = self.commands[command]
            if words == command or (words.startswith(command + " ") and not entry.alone):
                if not may(turn, entry.role):
                    return Answer(text=not_allowed(turn))
                rest = " ".join(said.split()[len(command.split()) :])
                return await unless_aside(entry.handler(turn, rest))
        return None

    async def receive(self, turn: Turn) -> Answer | None:
        """Answer a file or a picture that came with the message; None when there is none."""
        for dropped in turn.attachments:
            if dropped.kind not in self.uploads:
                continue
            if turn.role is not None:
                return await unless_aside(self.uploads[dropped.kind](turn, dropped))
            if dropped.kind is AttachmentKind.FILE:  # a picture may be a reply
                return Answer(text=not_an_author(turn))
        return None

    async def listen(self, turn: Turn, said: str) -> Answer | None:
        """Answer words that are no command, nor near to one; None when they mean nothing to anybody."""
        listeners = self.sure_listeners if self.nearest(turn, said) else [*self.sure_listeners, *self.listeners]
        for listener in listeners:
            if answer := await listener(turn, said):
                return answer
        return None

    def is_command(self, said: str) -> bool:
        """Whether these words are the whole of a command."""
        return " ".join(said.lower().replace("’", "'").split()) in self.commands

    def nearest(self, turn: Turn, said: str) -> str | None:
        """The command that somebody may have meant."""
        words = " ".join(said.lower().split())
        if words in self.no_mistakes:
            return None
        known = [word for word, entry in self.commands.items() if may(turn, entry.role)]
        found = difflib.get_close_matches(words, known, n=5, cutoff=0.6)
        if not found:
            return None
        # "campagens" is nearer to "campaigns": whoever speaks French meant the French word of the same command
        same = [word for word in found if self.commands[word].handler is self.commands[found[0]].handler]
        own = commands_named(turn.texts, turn.role)
        return next((word for word in same if word in own), found[0])


async def unless_aside(answering: Awaitable[Answer]) -> Answer:
    """The answer, or what is said instead of it."""
    try:
        return await answering
    except Aside as aside:
        return aside.answer


def may(turn: Turn, role: Role | None) -> bool:
    """Whether the speaker's role is enough."""
    return role is None or (turn.role is not None and turn.role.covers(role))


def not_allowed(turn: Turn) -> str:
    """What is said to somebody whose role is not enough."""
    if turn.role is not None:
        return turn.texts("Only an owner can do that here. Type **roles** to see who is one.")
    return not_an_author(turn)


def not_an_author(turn: Turn) -> str:
    return turn.texts(
        "Only authors can do that here. I bring you the messages of your organisation;"
        " type **help** to see what I can do for you."
    )
