"""Engagement: what people did with a message, and how it is counted. Pure.

One record holds all that one recipient did with one campaign's message; what a report shows is the sum
(``Counts``) over these records. The stores keep that sum as the records change, so that nothing is
ever scanned for it.

In anonymous mode the record belongs to a pseudonym that was drawn when the message was sent and that
nobody knows but the message itself (docs/decisions, "Anonymous campaigns"); what comes without one is
added up in the record of ``CROWD``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from storage.records.ids import CampaignId, PersonId
from storage.records.instants import instant, ms

#: a recipient, as engagement knows them: a PersonId, a pseudonym (below zero), or CROWD
Who = NewType("Who", int)

CROWD = Who(0)  #: nobody in particular: only presses are counted, never people
HOUR = 3_600_000  #: milliseconds


class EngagementKind(StrEnum):
    """The order in which a report speaks of them."""

    OPENED = "opened"
    CLICKED = "clicked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    REPLIED = "replied"
    REACTED = "reacted"
    READ = "read"  #: a read receipt in anonymous mode: of nobody in particular
    RATED = "rated"  #: by the thumbs that the client shows beneath a message; ``button``: which. The last one holds


#: the reactions that Teams has names for; their place is the ``button`` under which they are counted
REACTIONS = ("like", "heart", "laugh", "surprised", "sad", "angry")
OTHER_REACTION = len(REACTIONS)
MOST_REACTIONS = 20  #: of one person that are kept apart


LIKED, DISLIKED = 0, 1  #: the ``button`` of a thumb
THUMBS = {"like": LIKED, "dislike": DISLIKED}  #: as the platform calls them


def reaction_number(reaction: str) -> int:
    return REACTIONS.index(reaction) if reaction in REACTIONS else OTHER_REACTION


class Press(NamedTuple):
    """One thing that a recipient did; many are made each second."""

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


class Pressed(NamedTuple):
    """How often one button was pressed. Milliseconds since 1970: many are read and written at a time."""

    first: int
    last: int
    presses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """All that one recipient did with one message."""

    pressed: Mapping[tuple[EngagementKind, int], Pressed] = field(default_factory=dict)
    #: the quick answer that holds now
    answer: int | None = None
    #: the thumb that holds now: LIKED or DISLIKED
    thumb: int | None = None
    #: the reactions that stand beneath the message now
    reactions: frozenset[str] = frozenset()
    #: of CROWD only: presses by hour since 1970, which its few records cannot tell
    hours: Mapping[tuple[EngagementKind, int], int] = field(default_factory=dict)

    def has(self, kind: EngagementKind) -> bool:
        """Whether it stands: a reaction that was taken away does not."""
        if kind is EngagementKind.REACTED:
            return bool(self.reactions)
        return any(done is kind for done, _ in self.pressed)

    def first_at(self, kind: EngagementKind) -> datetime | None:
        firsts = [pressed.first for (done, _), pressed in self.pressed.items() if done is kind]
        return instant(min(firsts)) if firsts else None

    def presses(self, kind: EngagementKind) -> int:
        return sum(pressed.presses for (done, _), pressed in self.pressed.items() if done is kind)


NOTHING = Engaged()


def engaged(before: Engaged, press: Press) -> Engaged:
    """The record after a press. A second opening changes nothing; a person who does something has opened."""
    if press.who == CROWD:
        return _crowd_engaged(before, press)
    pressed, answer, reactions, thumb = dict(before.pressed), before.answer, before.reactions, before.thumb
    if press.kind is EngagementKind.REACTED:
        if press.gone:
            return replace(before, reactions=reactions - {press.reaction})
        if press.reaction in reactions:
            return before
        if len(reactions) < MOST_REACTIONS:
            reactions = reactions | {press.reaction}
    elif press.kind is EngagementKind.RATED:
        if press.button == thumb:
            return before
        thumb = press.button
    elif press.kind is EngagementKind.ANSWERED:
        answer = press.button
    at = ms(press.at)
    if press.kind is not EngagementKind.OPENED:
        key = _key(press)
        pressed[key] = _once_more(pressed.get(key), at)
    if _OPENED not in pressed:  # when it was noticed: the first that comes stands
        pressed[_OPENED] = Pressed(at, at, 1)
    return Engaged(pressed=pressed, answer=answer, reactions=reactions, thumb=thumb)


_OPENED = (EngagementKind.OPENED, 0)


def _key(press: Press) -> tuple[EngagementKind, int]:
    if press.kind is EngagementKind.REACTED:
        return press.kind, reaction_number(press.reaction)
    return press.kind, press.button


def _once_more(known: Pressed | None, at: int) -> Pressed:
    if known is None:
        return Pressed(at, at, 1)
    return Pressed(min(known.first, at), max(known.last, at), known.presses + 1)


def _crowd_engaged(before: Engaged, press: Press) -> Engaged:
    key = _key(press)
    if press.gone:
        known = before.pressed.get(key)
        if known is None or known.presses == 0:
            return before
        return replace(before, pressed={**before.pressed, key: known._replace(presses=known.presses - 1)})
    hour = (press.kind, ms(press.at) // HOUR)
    return replace(
        before,
        pressed={**before.pressed, key: _once_more(before.pressed.get(key), ms(press.at))},
        hours={**before.hours, hour: before.hours.get(hour, 0) + 1},
    )


# --- counting ---------------------------------------------------------------------------------

#: a kind, and a button or None for any
Counted = tuple[EngagementKind, int | None]


@dataclass(frozen=True, slots=True)
class Counts:
    """What records add to a campaign's figures."""

    people: dict[Counted, int] = field(default_factory=dict)
    presses: dict[Counted, int] = field(default_factory=dict)
    #: people by the hour (since 1970) in which they first did it
    hours: dict[tuple[EngagementKind, int], int] = field(default_factory=dict)
    #: the latest press, in milliseconds since 1970
    latest: dict[Counted, int] = field(default_factory=dict)

    def add(self, record: Engaged, who: Who, sign: int = 1) -> None:
        """Count one recipient in; ``sign`` -1 takes them out again, but for the last instants."""
        presses, hours, latest = self.presses, self.hours, self.latest
        firsts: dict[EngagementKind, int] = {}
        for button, (first, last, count) in record.pressed.items():
            kind = button[0]
            if kind not in firsts or first < firsts[kind]:
                firsts[kind] = first
            for key in (button, (kind, None)):
                presses[key] = presses.get(key, 0) + sign * count
                if latest.get(key, -1) < last:
                    latest[key] = last
        if who == CROWD:
            for known, count in record.hours.items():
                hours[known] = hours.get(known, 0) + sign * count
            return
        for kind, first in firsts.items():
            hour = (kind, first // HOUR)
            hours[hour] = hours.get(hour, 0) + sign
        people = self.people
        for counted in _stands(record):
            people[counted] = people.get(counted, 0) + sign


#: what somebody may take back or change: of these, what stands now is counted
_LAST_HOLDS = (EngagementKind.ANSWERED, EngagementKind.REACTED, EngagementKind.RATED)


def _stands(record: Engaged) -> set[Counted]:
    """What the person counts as now: the answer and the thumb that hold, the reactions that are there, all presses."""
    counted: set[Counted] = set()
    for key in record.pressed:
        if key[0] not in _LAST_HOLDS:
            counted.add(key)
            counted.add((key[0], None))
    if record.answer is not None:
        counted |= {(EngagementKind.ANSWERED, record.answer), (EngagementKind.ANSWERED, None)}
    if record.thumb is not None:
        counted |= {(EngagementKind.RATED, record.thumb), (EngagementKind.RATED, None)}
    if record.reactions:
        counted |= {(EngagementKind.REACTED, reaction_number(reaction)) for reaction in record.reactions}
        counted.add((EngagementKind.REACTED, None))
    return counted


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
