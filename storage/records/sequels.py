"""What follows from a campaign: the occurrences of a series, the rounds of a must-read, the steps of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from storage.records.ids import ListId
from storage.records.lists import Audience

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
class Cohort:
    """People who go through a sequence together: they joined on one day, on one clock, and have had the same steps."""

    #: nobody sees these lists; each of the people stands in one of them
    lists: tuple[ListId, ...]
    #: how many they were when they joined
    people: int
    #: IANA zone in which their days are counted
    zone: str
    joined_at: datetime
    #: when the next step is to be made for them, or they are through
    due_at: datetime
    #: the numbers of the steps that have been made for them
    done: tuple[int, ...] = ()
    #: the working days after which the last of these came; None: none has yet
    reached: int | None = None
    #: when it was made
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequels:
    """How far what follows from a campaign has come."""

    #: when the next one is to be made; None: there is none
    next_at: datetime | None = None
    #: the instant for which the last one was made, or left out; none is made for it, or an earlier one, again
    last_at: datetime | None = None
    #: how many have been made; of a sequence, how many people have joined
    made: int = 0
    #: no more are made until somebody has it go on
    paused: bool = False
    #: the last instants for which none was made, because the bot was away for the whole slot
    missed: tuple[datetime, ...] = ()
    #: of a sequence: who is in it
    cohorts: tuple[Cohort, ...] = ()
    #: lists that nobody sees, of people who do not join (any more): they were there before, or are through
    past: tuple[ListId, ...] = ()
    #: the audience that it goes by; None, or another one than it is scheduled with: that is still to be looked at
    audience: Audience | None = None
    #: tells the steps and working days that ``due_at`` of the cohorts goes by from others
    plan: str = ""
    #: when it is looked again who has joined
    looks_at: datetime | None = None

    @property
    def hidden(self) -> tuple[ListId, ...]:
        """Every list that nobody sees, which goes with it."""
        return (*self.past, *(id for cohort in self.cohorts for id in cohort.lists))
