"""Whether a campaign may start as it was scheduled: the rule alone (product.md §5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.rules.admission import grown_too_far, held_back, newcomers
from storage.records import Approval, CampaignState, WhyHeld
from tests.support.sample_records import campaign

SCHEDULED = campaign("en", CampaignState.SCHEDULED)


def why(approval: Approval | None, *, above: int | None = 0, total: int = 10, new: int = 0, may: bool = True) -> object:
    one = replace(SCHEDULED, approval=approval)
    held = held_back(one, author_may=may, approve_above=above, total=total, newcomers=new)
    return held and held.why


def test_what_nobody_has_to_approve_starts() -> None:
    assert why(None, above=None) is None
    assert why(None, above=10) is None
    assert why(None, above=9) is WhyHeld.NEW_RULE


def test_people_who_were_approved_one_by_one_are_compared_one_by_one() -> None:
    approval = Approval(people=10, digest="d")
    assert why(approval, total=9) is None
    assert why(approval, total=10, new=1) is WhyHeld.GREW, "one left, another came"
    assert newcomers([5, 1, 9], [1, 5, 7]) == 1


@pytest.mark.parametrize(("approved", "most"), [(0, 5), (10, 15), (50, 55), (100, 110), (1_000, 1_100)])
def test_a_rule_bears_a_tenth_or_five_more(approved: int, most: int) -> None:
    assert not grown_too_far(approved, most) and grown_too_far(approved, most + 1)
    assert why(Approval(people=approved), total=most + 1) is WhyHeld.GREW


def test_an_author_who_is_gone_needs_an_owners_word_once() -> None:
    assert why(None, above=None, may=False) is WhyHeld.AUTHOR_GONE
    assert why(Approval(people=10, despite=WhyHeld.AUTHOR_GONE), may=False) is None
