"""Which handler answers a pressed button, a typed command, a file or a word in passing."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cards.kit.conversation import commands_named
from cards.languages import typed
from dialogs.core.questions import Question
from dialogs.core.turn import Answer, Aside, Attachment, AttachmentKind, Form, Turn
from storage.records import Role

Handler = Callable[[Turn, Form], Awaitable[Answer]]
Command = Callable[[Turn, str], Awaitable[Answer]]
Upload = Callable[[Turn, Attachment], Awaitable[Answer]]
Reply = Callable[[Turn, Question, str], Awaitable[Answer]]
Listener = Callable[[Turn, str], Awaitable[Answer | None]]
#: with the command that the words begin like; "" for none
FirstListener = Callable[[Turn, str, str], Awaitable[Answer | None]]
K = TypeVar("K")
V = TypeVar("V")
AnyAnswer = TypeVar("AnyAnswer", bound=Answer | None)


class RegisteredTwice(Exception):
    """Two handlers for one verb, command, question or kind of upload: the order of imports would decide."""


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
    #: the first words of a command, lower case, in every language
    commands: dict[str, _Entry] = field(default_factory=dict)
    #: what happens with something that is dropped into the chat
    uploads: dict[AttachmentKind, Upload] = field(default_factory=dict)
    #: what happens with the answer to a question in words
    replies: dict[str, _Entry] = field(default_factory=dict)
    #: questions whose answer may be any text, even one that begins like a command
    any_text: set[str] = field(default_factory=set)
    #: what happens with words that are no command; None: they are not theirs either
    listeners: list[Listener] = field(default_factory=list)
    #: listeners who are asked before commands: a sentence may begin like one
    first_listeners: list[FirstListener] = field(default_factory=list)
    #: listeners who know for certain: they are asked before a typing error is looked for
    sure_listeners: list[Listener] = field(default_factory=list)
    #: words that a listener may know, and that are no command with a typing error in it
    no_mistakes: set[str] = field(default_factory=set)

    def form(self, verb: str, *, authors_only: bool = True, role: Role = Role.AUTHOR) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            _register(self.forms, {verb: _Entry(handler, role if authors_only else None)})
            return handler

        return register

    def command(
        self, *words: str, authors_only: bool = True, role: Role = Role.AUTHOR, alone: bool = False
    ) -> Callable[[Command], Command]:
        """``words``: in English; what other languages say for them is heard too."""

        def register(handler: Command) -> Command:
            entry = _Entry(handler, role if authors_only else None, alone)
            _register(self.commands, dict.fromkeys(typed(*words), entry))
            return handler

        return register

    def upload(self, kind: AttachmentKind) -> Callable[[Upload], Upload]:
        def register(handler: Upload) -> Upload:
            _register(self.uploads, {kind: handler})
            return handler

        return register

    def reply_to(self, question: str, *, any_text: bool = False) -> Callable[[Reply], Reply]:
        """The handler of its answer; an Answer without ``asks`` is the end of the question."""

        def register(handler: Reply) -> Reply:
            _register(self.replies, {question: _Entry(handler, Role.AUTHOR)})
            if any_text:
                self.any_text.add(question)
            return handler

        return register

    def listener(self, handler: Listener) -> Listener:
        self.listeners.append(handler)
        return handler

    def sure_listener(self, handler: Listener) -> Listener:
        self.sure_listeners.append(handler)
        return handler

    def first_listener(self, handler: FirstListener) -> FirstListener:
        self.first_listeners.append(handler)
        return handler

    def include(self, routers: Sequence[Router]) -> Router:
        for router in routers:
            _register(self.forms, router.forms)
            _register(self.commands, router.commands)
            _register(self.uploads, router.uploads)
            _register(self.replies, router.replies)
            self.any_text |= router.any_text
            self.listeners += router.listeners
            self.first_listeners += router.first_listeners
            self.sure_listeners += router.sure_listeners
            self.no_mistakes |= router.no_mistakes
        return self

    async def press(self, turn: Turn, form: Form) -> Answer | None:
        """Answer a pressed button; None for a verb nobody knows."""
        entry = self.forms.get(str(form.get("verb", "")))
        if entry is None:
            return None
        if not may(turn, entry.role):
            return Answer(text=not_allowed(turn, entry.role))
        return await unless_aside(entry.handler(turn, form))

    async def hear(self, turn: Turn, typed_words: str) -> Answer | None:
        """Answer a typed command: the longest known beginning wins; None when there is none."""
        command = self._command_in(typed_words)
        if command is None:
            return None
        entry = self.commands[command]
        if not may(turn, entry.role):
            return Answer(text=not_allowed(turn, entry.role))
        rest = " ".join(typed_words.split()[len(command.split()) :])
        return await unless_aside(entry.handler(turn, rest))

    async def hear_first(self, turn: Turn, words: str) -> Answer | None:
        """Answer a sentence that may begin like a command, and says more."""
        if self.is_command(words):
            return None
        command = self._command_in(words) or ""
        for listener in self.first_listeners:
            if answer := await unless_aside(listener(turn, words, command)):
                return answer
        return None

    def _command_in(self, typed_words: str) -> str | None:
        """The longest command that words begin with."""
        words = _normal(typed_words)
        for command in sorted(self.commands, key=len, reverse=True):
            if words == command or (words.startswith(command + " ") and not self.commands[command].alone):
                return command
        return None

    def takes_all(self, question: Question) -> bool:
        """Whether any text may be its answer, even one that begins like a command."""
        return question.name in self.any_text

    async def reply(self, turn: Turn, question: Question, words: str) -> Answer | None:
        """Answer the answer to a question; None for a question that this version does not know."""
        entry = self.replies.get(question.name)
        if entry is None:
            return None
        if not may(turn, entry.role):  # taken away since the question
            return Answer(text=not_allowed(turn, entry.role))
        return await unless_aside(entry.handler(turn, question, words))

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

    async def listen(self, turn: Turn, words: str) -> Answer | None:
        """Answer words that are no command, nor near to one; None when they mean nothing to anybody."""
        listeners = self.sure_listeners if self.nearest(turn, words) else [*self.sure_listeners, *self.listeners]
        for listener in listeners:
            if answer := await unless_aside(listener(turn, words)):
                return answer
        return None

    def is_command(self, words: str) -> bool:
        """Whether these words are the whole of a command."""
        return _normal(words) in self.commands

    def nearest(self, turn: Turn, typed_words: str) -> str | None:
        """The command that somebody may have meant."""
        words = " ".join(typed_words.lower().split())
        if words in self.no_mistakes:
            return None
        known = [word for word, entry in self.commands.items() if may(turn, entry.role)]
        near = difflib.get_close_matches(words, known, n=5, cutoff=0.6)
        if not near:
            return None
        # "campagens" is nearer to "campaigns": a person who speaks French meant the French word of the same command
        same = [word for word in near if self.commands[word].handler is self.commands[near[0]].handler]
        own = commands_named(turn.texts, turn.role)
        return next((word for word in same if word in own), near[0])


def _normal(words: str) -> str:
    """As commands are compared: small letters, straight apostrophes, single blanks."""
    return " ".join(words.lower().replace("’", "'").split())


def _register(known: dict[K, V], more: Mapping[K, V]) -> None:
    """Raises RegisteredTwice, and adds nothing, where one of them has a handler already."""
    if twice := known.keys() & more.keys():
        raise RegisteredTwice(", ".join(sorted(map(str, twice))))
    known.update(more)


async def unless_aside(answering: Awaitable[AnyAnswer]) -> AnyAnswer | Answer:
    """The handler's answer, or the one that it raised in place of it."""
    try:
        return await answering
    except Aside as aside:
        return aside.answer


def may(turn: Turn, role: Role | None) -> bool:
    """Whether the speaker's role is enough."""
    return role is None or (turn.role is not None and turn.role.covers(role))


def not_allowed(turn: Turn, role: Role | None) -> str:
    """The reply to a person whose role is not enough; ``role``: the least that is."""
    if turn.role is not None and role is Role.PUBLISHER:
        return turn.texts("Only a publisher or an owner can do that here. Type **roles** to see who is one.")
    if turn.role is not None:
        return turn.texts("Only an owner can do that here. Type **roles** to see who is one.")
    return not_an_author(turn)


def not_an_author(turn: Turn) -> str:
    return turn.texts(
        "Only authors can do that here. I bring you the messages of your organisation;"
        " type **help** to see what I can do for you."
    )
