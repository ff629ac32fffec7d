"""A schedule said in words: "tomorrow 10am for 2 hours", "demain à 10h pendant 2 heures".

``pieces`` cuts what was said into its parts, with the days read by the room of Microsoft's recogniser
(``recogniser``), and ``reading`` makes of the parts what the form of the schedule holds. The recogniser weighs
more than the idle bot may (decision 025), so the rule runs in a program beside it (``worker``, asked by ``client``).
Of this folder the bot imports this module and ``client`` only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cards.languages import SCHEDULES

LONGEST = 300  #: characters that are read: a schedule is said in one breath


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What words say of a schedule."""

    #: fields of the form, by its own names; those that nothing was said about are missing. A field that must be asked
    #: for, because the rest was said, is ""
    values: Mapping[str, str] = field(default_factory=dict)
    #: the words that mean nothing to the rule, as they were typed; "" where all was understood
    left: str = ""

    @property
    def complete(self) -> bool:
        """Whether all was understood, and it is a start and a duration."""
        starts = self.values.get("start") == "now" or (bool(self.values.get("date")) and bool(self.values.get("time")))
        return starts and bool(self.values.get("duration")) and not self.left


def too_much(words: str) -> bool:
    """More than is read at all."""
    return len(words) > LONGEST


_STARTS = re.compile(rf"\d|\b(?:{'|'.join(words.starts for words in SCHEDULES.values())})\b")
_LASTS = re.compile(rf"\b(?:{'|'.join(words.lasts for words in SCHEDULES.values())})\b|-|\d\s?(?:h|d|j|m|min|mn)\b")


def may_be_a_schedule(words: str) -> bool:
    """Whether it is worth asking the rule if these words are a complete schedule: a cheap check that errs to yes."""
    if too_much(words):
        return False
    text = words.lower()
    return _STARTS.search(text) is not None and _LASTS.search(text) is not None
