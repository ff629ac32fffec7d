"""What a part of an instruction is, and where it stands among the tokens."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class What(StrEnum):
    ORDER = "order"  #: which family of verbs
    SILENT = "silent"  #: nothing that matters
    LIST = "list"
    OUT = "out"  #: a list that is left out
    UNKNOWN = "unknown"  #: what stands where a list's name is due
    UNKNOWN_OUT = "unknown out"
    PERSON = "person"  #: an address
    PERSON_OUT = "person out"
    WHEN = "when"
    SHIFT = "shift"  #: by how much the start moves
    DEADLINE = "deadline"
    END = "end"  #: what becomes of the message, and when
    REMINDER = "reminder"  #: who is reminded, and how often
    STYLE = "style"
    PRESENCE = "presence"
    BUTTON = "button"
    CONFIRM = "confirm"
    NO_CONFIRM = "no confirm"
    ANSWERS = "answers"
    LABEL = "label"  #: a title, a name, the text
    LANGUAGE = "language"
    MARK = "mark"  #: "add", "remove", "only", "instead"
    NOT_THAT = "not that"  #: what it was before: "instead of 9"
    NOT_SUPPORTED = "not supported"
    ME = "me"
    LEFT = "left"  #: not understood


#: parts that make an instruction of a fragment
OPERATIVE = frozenset(
    {What.LIST, What.OUT, What.PERSON, What.WHEN, What.STYLE, What.PRESENCE, What.BUTTON, What.CONFIRM, What.NO_CONFIRM}
    | {What.SHIFT, What.ANSWERS, What.LABEL, What.LANGUAGE, What.PERSON_OUT, What.END, What.REMINDER}
)


class Part(NamedTuple):
    what: What
    #: the tokens: from, and to the one after
    start: int
    end: int
    value: Any = None
