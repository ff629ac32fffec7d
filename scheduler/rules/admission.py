"""Whether a campaign whose slot has begun may start as it was scheduled, or waits for somebody's word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from storage.records import Campaign, Held, WhyHeld

GROWTH = 1.1  #: an audience that was approved as a rule may grow by this factor ...
FEW = 5  #: ... or by so many people, whichever is more, before the approver is asked again


def held_back(
    campaign: Campaign, *, author_may: bool, approve_above: int | None, total: int, newcomers: int
) -> Held | None:
    """Why it waits; None where it starts.

    ``author_may``: its author has a role still. ``approve_above``: the rule as it stands now. ``total``: the people of
    its audience now; ``newcomers``: those that were not approved, where the approval names people one by one.
    """
    approval = campaign.approval
    accepted = approval.people if approval else 0

    def held(why: WhyHeld, new: int = 0) -> Held:
        return Held(why=why, frozen=campaign.as_scheduled, approved=accepted, people=total, newcomers=new)

    if not author_may and (approval is None or approval.despite is not WhyHeld.AUTHOR_GONE):
        return held(WhyHeld.AUTHOR_GONE)
    if approve_above is None or total <= approve_above:
        return None
    if approval is None:
        return held(WhyHeld.NEW_RULE)
    if approval.digest:
        return held(WhyHeld.GREW, newcomers) if newcomers else None
    return held(WhyHeld.GREW, total - approval.people) if grown_too_far(approval.people, total) else None


def grown_too_far(approved: int, total: int) -> bool:
    """Whether an audience that was approved as a rule holds more people than the approval bears."""
    return total > max(approved * GROWTH, approved + FEW)


def newcomers(people: Sequence[int], approved: Sequence[int]) -> int:
    """How many of these PersonIds are not among the ascending approved ones."""
    return sum(1 for person in people if not stands_in(approved, person))


def stands_in(ascending: Sequence[int], number: int) -> bool:
    """Whether a number is among ascending ones."""
    place = bisect_left(ascending, number)
    return place < len(ascending) and ascending[place] == number
