"""What an author says of a campaign: a whole one in one message, or a change of the open draft.

``reading.read`` is a pure function: a text and what is known (the names of the lists, the open draft) in, a ``Saying``
out. It works by grammar and lexicon alone: every word ends in a part, in a question, or is named as not understood.
When is not read here: the run of words that says it is read by ``dialogs/schedule_words``, and ``timing`` joins the
two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from storage.records import FollowUp

LONGEST = 5_000  #: characters that are read: what is longer is a text to be offered
LONGEST_ASKED = 300  #: characters of what is named as not understood


class Kind(StrEnum):
    """What a text is."""

    NEW = "new"  #: it says a campaign, or half of one
    EDIT = "edit"  #: it changes the open draft
    NOTHING = "nothing"  #: none of our business: small talk, a question, a report
    SEND = "send"  #: the last step, which a press does
    DELETE = "delete"


class Talk(StrEnum):
    """Small talk that has an answer of its own."""

    THANKS = "thanks"
    PRAISE = "praise"
    HELLO = "hello"
    BYE = "bye"
    WHO = "who"
    NO = "no"


class Ask(StrEnum):
    """What is asked back, or named."""

    NO_TEXT = "no text"
    TEXT_IN = "text in"  #: the words in another language
    WHICH_LIST = "which list"  #: near to lists that there are
    UNKNOWN_LIST = "unknown list"
    AUDIENCE = "audience"
    WHEN = "when"
    TIME = "time"
    WHICH_DAY = "which day"
    PAST = "past"
    OUTSIDE = "outside working hours"
    RELATIVE_DAY = "relative day"
    ANSWERS = "answers"
    BUTTON_WORDS = "button words"
    ADDRESS = "address"
    WHICH_BUTTON = "which button"
    TOO_MANY = "too many"
    WHICH = "which"
    FOR_THE_TEXT = "is it for the text"
    A_MESSAGE = "is it a message to send"
    CHECK = "check"
    CONFIRM = "confirm"
    NOT_SUPPORTED = "not supported"
    NOT_UNDERSTOOD = "not understood"


@dataclass(frozen=True, slots=True)
class Asked:
    ask: Ask
    #: as the author typed them
    words: str = ""
    #: what may be meant
    near: tuple[str, ...] = ()
    #: of a list: it was to be left out
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class LinkButton:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """All the buttons of a message."""

    links: tuple[LinkButton, ...] = ()
    #: None: nobody is asked to confirm; "": in our words
    confirm: str | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """A condition on people: a fact or "column:FLOOR" and its values; or what they did, and the campaign's name."""

    kind: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """People by what is known of them; all of it holds."""

    #: a list's name or ``names.EVERYBODY``; "": nothing was said of whom they are
    of: str = ""
    holds: tuple[Holds, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much the start moves: later, where it is more than nothing."""

    words: str
    by: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """What is known of the open draft."""

    text: str = ""
    title: str = ""
    audience: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    buttons: Buttons = Buttons()
    style: str = "message"
    starts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What was said; a part of which nothing was said is None."""

    kind: Kind
    talk: Talk | None = None
    text: str | None = None
    #: the language of the text, where it was said, as in "in English and in French: A / B"
    text_in: str = ""
    title: str | None = None
    name: str | None = None
    #: names of lists, ``names.EVERYBODY``, people's addresses, or words of ``described``: all of them, after it
    audience: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    #: people who are in no list, by the words that describe them
    described: Mapping[str, Described] = field(default_factory=dict)
    buttons: Buttons | None = None
    style: str | None = None
    presence: str | None = None
    #: the text in other languages
    versions: Mapping[str, str] = field(default_factory=dict)
    #: the words that say when, for ``dialogs/schedule_words``; and of what they speak: "day", "clock", "length", ...
    when: str = ""
    speaks: frozenset[str] = frozenset()
    shift: Shift | None = None
    #: what becomes of the message at its end ("delete", "line", "close"), and the words that say when
    end: str | None = None
    end_when: str = ""
    #: who is reminded, and how often
    follow_up: FollowUp | None = None
    asks: tuple[Asked, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is any part, or a list that has only to be chosen."""
        parts = (self.text, self.title, self.name, self.audience, self.exclude, self.buttons, self.style, self.presence)
        lists = any(asked.ask in (Ask.WHICH_LIST, Ask.UNKNOWN_LIST) for asked in self.asks)
        return (
            any(part is not None for part in parts)
            or bool(self.versions or self.when or self.shift or self.end or self.follow_up)
            or lists
        )
