"""What is usual: medians of campaigns of one style, of enough of them, and where one stands beside them."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from cards.results.comparing.benchmarks import ALIKE, FIGURES, LEAST, Benchmark, Standing, benchmark_of, share_of
from cards.results.figures import Figures, discreet
from storage.records import CampaignState, DeliveryState, Engagement, EngagementKind, Tally, Tracking
from tests.support.sample_records import NOW, campaign, figures, refrozen

OPENED = EngagementKind.OPENED


def sent_to(delivered: int, opened: int, failed: int = 0) -> Figures:
    tally = Tally(states={DeliveryState.DELIVERED: delivered, DeliveryState.FAILED: failed}, reasons={})
    engagement = [
        Engagement(kind=OPENED, button=button, people=opened, presses=opened, last_at=NOW) for button in (None, 0)
    ]
    return figures(campaign("en", CampaignState.DONE), tally, engagement)


@st.composite
def some_campaign(draw: st.DrawFn) -> Figures:
    delivered = draw(st.integers(1, 1000))
    return sent_to(delivered, draw(st.integers(0, delivered)), draw(st.integers(0, 100)))


@given(st.lists(some_campaign(), max_size=20), some_campaign())
def test_the_median_is_that_of_their_shares_and_half_of_them_are_like_most(others: list[Figures], one: Figures) -> None:
    benchmark = benchmark_of(others)
    if len(others) < LEAST:
        assert benchmark.usual == {} and benchmark.standing(one, OPENED) is None
        return
    shares = sorted(share for other in others if (share := share_of(other, OPENED)) is not None)
    usual = benchmark.usual[OPENED]
    assert abs(usual.median - median(shares)) < 1e-9 and usual.low <= usual.median <= usual.high
    alike = [other for other in others if benchmark.standing(other, OPENED) is Standing.LIKE]
    assert 3 * len(alike) >= len(others)
    standing, share = benchmark.standing(one, OPENED), share_of(one, OPENED)
    assert share is not None
    assert (standing is Standing.ABOVE) == (share > usual.high + ALIKE)
    assert (standing is Standing.BELOW) == (share < usual.low - ALIKE)


def test_fewer_than_five_say_nothing_and_five_do() -> None:
    four = [sent_to(100, opened) for opened in (10, 20, 30, 40)]
    assert benchmark_of(four) == Benchmark(4, {})
    five = benchmark_of([*four, sent_to(100, 50)])
    assert five.usual[OPENED].median == 0.3
    assert five.standing(sent_to(100, 90), OPENED) is Standing.ABOVE
    assert five.standing(sent_to(100, 5), OPENED) is Standing.BELOW
    assert five.standing(sent_to(100, 33), OPENED) is Standing.LIKE


def test_what_an_anonymous_campaign_does_not_tell_counts_nowhere() -> None:
    """Three of them opened it: too few to be told, so that neither its own report nor a median knows of them."""
    few = sent_to(100, 3)
    unnamed = refrozen(few.campaign, tracking=Tracking(anonymous=True))
    engagement, _ = discreet(100, few.engagement, [])
    hidden = replace(few, campaign=unnamed, engagement=engagement)
    assert share_of(hidden, OPENED) is None
    others = [sent_to(100, opened) for opened in (10, 20, 30, 40)]
    assert OPENED not in benchmark_of([*others, hidden]).usual
    assert benchmark_of([*others, sent_to(100, 50)]).standing(hidden, OPENED) is None


def test_a_campaign_that_reached_nobody_is_no_measure() -> None:
    assert share_of(sent_to(0, 0), None) is None
    assert all(share_of(sent_to(0, 0, 5), figure) in (None, 0) for figure in FIGURES)
