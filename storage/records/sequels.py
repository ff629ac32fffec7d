"""What follows from a campaign: the occurrences of a series, the rounds of a must-read; one campaign each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

MISSED = 10  #: occurrences that went by are named, the last ones


class Every(StrEnum):
    """How often a series comes. On a day without working hours it does not."""

    DAY = "day"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """When a series comes, on the wall clock of its schedule's zone (RFC 5545)."""

    every: Every
    #: Monday = 0: those of a week or fortnight; the one that ``which`` counts in a month
    days: frozenset[int] = frozenset()
    #: of a month: the first (1) to fourth (4), or last (-1), of its weekday; 0: the day of ``first``, or its last one
    which: int = 0
    #: the local day from which it is counted, and when on its days it starts
    first: date
    at: time
    #: the last local day on which it may come
    until: date | None = None
    #: how often it comes in all
    times: int | None = None


class Until(StrEnum):
    """What people are to have done before they are left in peace."""

    OPENED = "opened"
    CONFIRMED = "acknowledged"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Whoever has not done it gets the message again, in rounds."""

    until: Until
    #: working days after the end of the campaign, or of the round before
    after: int
    #: at the most
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequels:
    """How far what follows from a campaign has come."""

    #: when the next one is to be made; None: there is none
    next_at: datetime | None = None
    #: the instant for which the last one was made, or left out; none is made for it, or an earlier one, again
    last_at: datetime | None = None
    #: how many have been made
    made: int = 0
    #: no more are made until somebody has it go on
    paused: bool = False
    #: the last instants for which none was made, because the bot was away for the whole slot
    missed: tuple[datetime, ...] = ()
