"""Engagement: what people did with a message, and how it is counted. Pure.

One record holds all that one recipient did with one campaign's message; what a report shows is the sum
of ``counts_of`` over these records. The stores keep that sum as the records change, so that nothing is
ever scanned for it.

In anonymous mode the record belongs to a pseudonym that was drawn when the message was sent and that
nobody knows but the message itself (docs/decisions, "Anonymous campaigns"); what comes without one is
added up in the record of ``CROWD``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from storage.records.base import CampaignId, PersonId

#: a recipient, as engagement knows them: a PersonId, a pseudonym (below zero), or CROWD
Who = NewType("Who", int)

CROWD = Who(0)  #: nobody in particular: only presses are counted, never people
HOUR = timedelta(hours=1)


class EngagementKind(StrEnum):
    """The order in which a report speaks of them."""

    OPENED = "opened"
    CLICKED = "clicked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    REPLIED = "replied"
    REACTED = "reacted"
    READ = "read"  #: a read receipt in anonymous mode: of nobody in particular


#: the reactions that Teams has names for; their place is the ``button`` under which they are counted
REACTIONS = ("like", "heart", "laugh", "surprised", "sad", "angry")
OTHER_REACTION = len(REACTIONS)
MOST_REACTIONS = 20  #: of one person that are kept apart


def reaction_number(reaction: str) -> int:
    return REACTIONS.index(reaction) if reaction in REACTIONS else OTHER_REACTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One thing that a recipient did."""

    campaign: CampaignId
    who: Who
    kind: EngagementKind
    at: datetime
    #: of the message: a button's, or a link's in the text
    button: int = 0
    #: for REACTED: which
    reaction: str = ""
    #: for REACTED: it was taken away
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """How often one button was pressed."""

    first_at: datetime
    last_at: datetime
    presses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """All that one recipient did with one message."""

    pressed: Mapping[tuple[EngagementKind, int], Pressed] = field(default_factory=dict)
    #: the quick answer that holds now
    answer: int | None = None
    #: the reactions that stand beneath the message now
    reactions: frozenset[str] = frozenset()
    #: of CROWD only: presses by hour, which its few records cannot tell
    hours: Mapping[tuple[EngagementKind, datetime], int] = field(default_factory=dict)

    def has(self, kind: EngagementKind) -> bool:
        """Whether it stands: a reaction that was taken away does not."""
        if kind is EngagementKind.REACTED:
            return bool(self.reactions)
        return any(done is kind for done, _ in self.pressed)

    def first(self, kind: EngagementKind) -> datetime | None:
        return min((pressed.first_at for (done, _), pressed in self.pressed.items() if done is kind), default=None)

    def presses(self, kind: EngagementKind) -> int:
        return sum(pressed.presses for (done, _), pressed in self.pressed.items() if done is kind)


NOTHING = Engaged()


def engaged(before: Engaged, press: Press) -> Engaged:
    """The record after a press. A second opening changes nothing; whoever does something has opened."""
    if press.who == CROWD:
        return _crowd_engaged(before, press)
    if press.kind is EngagementKind.OPENED:
        return _opened(before, press.at)
    after = before
    if press.kind is EngagementKind.REACTED:
        if press.gone or press.reaction in before.reactions:
            return replace(before, reactions=before.reactions - {press.reaction}) if press.gone else before
        if len(before.reactions) < MOST_REACTIONS:
            after = replace(after, reactions=before.reactions | {press.reaction})
    elif press.kind is EngagementKind.ANSWERED:
        after = replace(after, answer=press.button)
    return _opened(replace(after, pressed={**after.pressed, _key(press): _once_more(before, press)}), press.at)


def _opened(record: Engaged, at: datetime) -> Engaged:
    """``at`` is when it was noticed: the first that comes stands."""
    key = (EngagementKind.OPENED, 0)
    return record if key in record.pressed else replace(record, pressed={**record.pressed, key: Pressed(at, at, 1)})


def _key(press: Press) -> tuple[EngagementKind, int]:
    if press.kind is EngagementKind.REACTED:
        return press.kind, reaction_number(press.reaction)
    return press.kind, press.button


def _once_more(before: Engaged, press: Press) -> Pressed:
    known = before.pressed.get(_key(press))
    if known is None:
        return Pressed(press.at, press.at, 1)
    return Pressed(min(known.first_at, press.at), max(known.last_at, press.at), known.presses + 1)


def _crowd_engaged(before: Engaged, press: Press) -> Engaged:
    key = _key(press)
    if press.gone:
        known = before.pressed.get(key)
        if known is None or known.presses == 0:
            return before
        return replace(before, pressed={**before.pressed, key: replace(known, presses=known.presses - 1)})
    hour = (press.kind, hour_of(press.at))
    return replace(
        before,
        pressed={**before.pressed, key: _once_more(before, press)},
        hours={**before.hours, hour: before.hours.get(hour, 0) + 1},
    )


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


# --- counting ---------------------------------------------------------------------------------

#: a kind, and a button or None for any
Counted = tuple[EngagementKind, int | None]


@dataclass(frozen=True, slots=True)
class Counts:
    """What one record, or many, add to a campaign's figures."""

    people: Counter[Counted] = field(default_factory=Counter)
    presses: Counter[Counted] = field(default_factory=Counter)
    #: people by the hour in which they first did it
    hours: Counter[tuple[EngagementKind, datetime]] = field(default_factory=Counter)
    last_at: dict[Counted, datetime] = field(default_factory=dict)

    def add(self, other: Counts, sign: int = 1) -> None:
        """``sign`` -1 takes away; the last instants stay."""
        for mine, theirs in (
            (self.people, other.people),
            (self.presses, other.presses),
            (self.hours, other.hours),
        ):
            for key, count in theirs.items():
                mine[key] += sign * count  # type: ignore[index]
        for key, at in other.last_at.items():
            self.last_at[key] = max(at, self.last_at.get(key, at))


def counts_of(record: Engaged, who: Who) -> Counts:
    """What one recipient adds to the figures."""
    counts = Counts()
    firsts: dict[EngagementKind, datetime] = {}
    for (kind, button), pressed in record.pressed.items():
        both: tuple[Counted, Counted] = ((kind, button), (kind, None))
        for key in both:
            counts.presses[key] += pressed.presses
            counts.last_at[key] = max(pressed.last_at, counts.last_at.get(key, pressed.last_at))
        firsts[kind] = min(pressed.first_at, firsts.get(kind, pressed.first_at))
    if who == CROWD:
        counts.hours.update(record.hours)
        return counts
    for kind, first_at in firsts.items():
        counts.hours[(kind, hour_of(first_at))] = 1
    for key in _stands(record):
        counts.people[key] = 1
    return counts


def _stands(record: Engaged) -> Iterable[Counted]:
    """As what the person counts now: the answer that holds, the reactions that are there, all that was pressed."""
    for kind, button in record.pressed:
        if kind not in (EngagementKind.ANSWERED, EngagementKind.REACTED):
            yield kind, button
            yield kind, None
    if record.answer is not None:
        yield EngagementKind.ANSWERED, record.answer
        yield EngagementKind.ANSWERED, None
    for reaction in record.reactions:
        yield EngagementKind.REACTED, reaction_number(reaction)
        yield EngagementKind.REACTED, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """People and presses of one kind, on one button or (``button`` None) on any."""

    kind: EngagementKind
    button: int | None
    people: int
    presses: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagedInHour:
    """How many people did something for the first time in one hour."""

    kind: EngagementKind
    hour: datetime
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that a person may have in their chat, of a campaign that still counts engagement."""

    campaign: CampaignId
    person: PersonId
    #: the platform's id of the message; "" while it is on its way, or when there was none
    activity: str
    #: accepted by the platform; it may still be on its way else
    arrived: bool
    at: datetime
    anonymous: bool
    opened: bool
