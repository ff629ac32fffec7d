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
    #: the words that say "again and again"; the start is missing then, as one send is not what was said
    repeats: str = ""
    #: a distance from UTC ("UTC+2") that is another than the zone's, which stays
    distance: str = ""
    #: of a length that may mean several: "half a day"
    unsure: str = ""
    #: that public holidays are left out; of which country, the form asks
    holidays: str = ""
    #: the sentence as it may have been meant, each without anything odd: one press chooses
    choices: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all was understood, and it is a start and a duration."""
        return self._starts and bool(self.values.get("duration")) and not self.odd

    @property
    def meant(self) -> bool:
        """Whether it is a schedule, be it one that is not possible."""
        when = self._starts or bool(self.values.get("time"))
        return when and not self.left and bool(self.values.get("duration") or self.unsure)

    @property
    def odd(self) -> bool:
        """Whether anything of it must be said otherwise, or chosen."""
        return bool(self.left or self.repeats or self.distance or self.unsure)

    @property
    def _starts(self) -> bool:
        return self.values.get("start") == "now" or (bool(self.values.get("date")) and bool(self.values.get("time")))


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
