"""The figures of a campaign, as a report says them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.results.figures import BARS, discreet, ends_about
from storage.records import (
    CampaignState,
    Channel,
    DeliveryState,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Message,
    Tally,
    Tracking,
)
from tests.support.sample_records import (
    ANONYMOUS,
    ANSWERS,
    DONE_TALLY,
    ENGAGEMENT,
    HOURS,
    NOW,
    START,
    campaign,
    engagement,
    figures,
    question,
    refrozen,
)

OPENED, CLICKED, ACKNOWLEDGED, ANSWERED, REPLIED, REACTED, READ, RATED = EngagementKind
PARIS = ZoneInfo("Europe/Paris")
DONE = campaign("en", CampaignState.DONE)
RUNNING = campaign("en", CampaignState.RUNNING)


def test_people_and_presses_of_each_kind_and_button() -> None:
    seen = figures(DONE, DONE_TALLY, ENGAGEMENT)
    assert [seen.people(kind) for kind in EngagementKind] == [711, 347, 503, 0, 12, 96, 0, 0]
    assert (seen.presses(CLICKED), seen.on(CLICKED, 0), seen.on(CLICKED, 9)) == (421, (347, 421), (0, 0))
    assert seen.last_at(OPENED, CLICKED) == START + timedelta(minutes=113)
    assert seen.last_at(ANSWERED) is None


def test_the_answers_of_a_question_in_its_order() -> None:
    seen = figures(refrozen(DONE, message=question("en")), DONE_TALLY, ANSWERS)
    assert seen.answers() == [("Tuesday", 301), ("Thursday", 174), ("Neither", 41)]


def test_without_names_the_openings_are_the_larger_of_two_certain_numbers() -> None:
    unnamed = refrozen(DONE, tracking=Tracking(anonymous=True), message=question("en"))
    seen = figures(unnamed, DONE_TALLY, ANONYMOUS)
    assert seen.people(OPENED) == 688, "read receipts"
    assert seen.people(REACTED) == 31, "reactions, not people"
    few = engagement((OPENED, None, 540, 540), (READ, None, 0, 12))
    assert figures(unnamed, DONE_TALLY, few).people(OPENED) == 540, "whoever pressed has opened"


def test_a_share_is_never_more_than_all() -> None:
    """Who received it though nobody knows may have pressed it too."""
    seen = figures(DONE, Tally(states={DeliveryState.UNCONFIRMED: 3}, reasons={}), ENGAGEMENT)
    assert seen.reached(2) == 2
    assert figures(DONE, DONE_TALLY).reached(2) == 918


@pytest.mark.parametrize(
    ("kind", "counted"), [(OPENED, True), (CLICKED, True), (ACKNOWLEDGED, True), (ANSWERED, False), (REPLIED, False)]
)
def test_only_what_can_happen_is_reported(kind: EngagementKind, counted: bool) -> None:
    assert figures(DONE, DONE_TALLY).counts(kind) is counted


def test_where_links_are_not_tracked_clicks_are_not_reported() -> None:
    assert not figures(refrozen(DONE, tracking=Tracking(links=False)), DONE_TALLY).counts(CLICKED)
    in_text = refrozen(DONE, message=Message(body="See https://example.org"))
    assert figures(in_text, DONE_TALLY).counts(CLICKED)


def test_on_skype_openings_are_reported_where_somebody_pressed() -> None:
    on_skype = replace(DONE, channel=Channel.SKYPE)
    assert not figures(on_skype, DONE_TALLY).counts(OPENED)
    assert figures(on_skype, DONE_TALLY, ENGAGEMENT).counts(OPENED)


# --- over time --------------------------------------------------------------------------------


def test_a_few_hours_are_shown_by_the_hour_on_the_campaigns_clock() -> None:
    step, bars = figures(DONE, DONE_TALLY, hours=HOURS).over_time(PARIS)
    assert step == 1 and len(bars) == 10
    begin, counts = bars[0]
    assert (begin.hour, counts) == (10, {OPENED: 203, CLICKED: 96, ACKNOWLEDGED: 151})


def test_days_are_shown_by_the_day() -> None:
    hours = [EngagedInHour(kind=OPENED, hour=START + timedelta(hours=hour), people=1) for hour in (0, 14, 15, 200)]
    step, bars = figures(DONE, DONE_TALLY, hours=hours).over_time(PARIS)
    assert step == 24 and [begin.hour for begin, _ in bars] == [0] * 9
    assert [counts.get(OPENED, 0) for _, counts in bars] == [1, 2, 0, 0, 0, 0, 0, 0, 1]


def test_nothing_over_time_where_nothing_happened() -> None:
    assert figures(DONE, DONE_TALLY).over_time(PARIS) == (1, [])


@given(
    st.lists(st.tuples(st.integers(0, 24 * 400), st.integers(1, 50)), min_size=1, max_size=40),
    st.sampled_from(["Europe/Paris", "Pacific/Apia", "Asia/Kolkata", "America/St_Johns"]),
)
def test_nobody_is_lost_over_time_and_the_bars_are_few(happened: list[tuple[int, int]], zone: str) -> None:
    hours = [EngagedInHour(kind=OPENED, hour=START + timedelta(hours=at), people=people) for at, people in happened]
    step, bars = figures(DONE, DONE_TALLY, hours=hours).over_time(ZoneInfo(zone))
    assert sum(counts.get(OPENED, 0) for _, counts in bars) == sum(people for _, people in happened)
    assert len(bars) <= BARS + 1 and step >= 1
    assert bars[0][0] <= min(row.hour for row in hours), "the first bar begins before the first press"


# --- the estimated end ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "waiting", "ends"),
    [
        (30, 10, timedelta(minutes=30)),  # the last instant that was drawn
        (1, 60 * 45, timedelta(minutes=1)),  # what the pace allows, a little more than a minute
        (1, 10**6, timedelta(minutes=73)),  # the slot ends first: at 12:00, and it is 10:47
    ],
)
def test_the_end_is_the_last_instant_or_what_the_pace_allows_within_the_slot(
    last: int, waiting: int, ends: timedelta
) -> None:
    tally = Tally(states={DeliveryState.PLANNED: waiting}, reasons={})
    seen = figures(RUNNING, tally, last_due=NOW + timedelta(minutes=last))
    end = ends_about(seen, NOW, 45.0)
    assert end is not None and abs(end - NOW - ends) < timedelta(seconds=1)


def test_there_is_no_estimate_where_nothing_is_planned() -> None:
    assert ends_about(figures(RUNNING, DONE_TALLY), NOW, 45.0) is None


# --- anonymous --------------------------------------------------------------------------------


def _row(kind: EngagementKind, people: int, button: int | None = None) -> Engagement:
    return Engagement(kind=kind, button=button, people=people, presses=people, last_at=START)


@pytest.mark.parametrize(("people", "shown"), [(0, False), (4, False), (5, True), (15, True), (16, False), (20, False)])
def test_an_anonymous_campaign_tells_nothing_of_fewer_than_five_nor_of_all_but_so_few(people: int, shown: bool) -> None:
    rows, _ = discreet(20, [_row(EngagementKind.ACKNOWLEDGED, people)], [])
    assert bool(rows) is shown


@pytest.mark.parametrize(
    ("answers", "shown"), [((5, 6), True), ((11, 0), False), ((7, 4), False), ((5, 5, 1), False), ((6, 7, 0), True)]
)
def test_answers_are_told_together_or_not_at_all(answers: tuple[int, ...], shown: bool) -> None:
    rows = [_row(EngagementKind.ANSWERED, sum(answers))]
    rows += [_row(EngagementKind.ANSWERED, people, button) for button, people in enumerate(answers)]
    left, _ = discreet(40, rows, [])
    assert bool([row for row in left if row.button is not None]) is shown
