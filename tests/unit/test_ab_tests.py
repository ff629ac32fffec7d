"""Who gets which variant, when, and whether one is better: rules without a store."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.kit.texts import Texts
from cards.message.links import links_of
from cards.results.files.recipients import recipients_table
from scheduler.rules.ab_tests import ahead, better, by_chance, put_off_until, times_of, tried
from storage.records import (
    SHARES,
    ABTest,
    CampaignId,
    CampaignState,
    Choice,
    DeliveryState,
    Engaged,
    Measure,
    Message,
    OtherWords,
    PersonId,
    Profile,
    ProfileFigures,
    Recipient,
    Result,
    Schedule,
    Slot,
    Tried,
    Variant,
    Version,
    WhyChosen,
    WorkingHours,
    as_variant,
    drawn_variant,
    variant_b,
    variant_for,
    variants_of,
    waits_for_choice,
)
from tests.support.sample_records import campaign, person, refrozen

NINE = datetime(2030, 5, 6, 7, tzinfo=UTC)  #: a Monday, 9:00 in Paris
HOUR = timedelta(hours=1)
TEST = ABTest(words={"": OtherWords(title="B")}, share=20, measure=Measure.OPENED, after=2)


def schedule(length: timedelta = 8 * HOUR, start: datetime = NINE) -> Schedule:
    hours = WorkingHours(opens=time(9), closes=time(17), days=frozenset(range(5)))
    return Schedule(slot=Slot(start=start, duration=length), hours=hours, zone="Europe/Paris")


# --- the draw ---------------------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
def test_the_draw_gives_each_variant_half_of_the_share(share: int) -> None:
    people = 40_000
    drawn = Counter(drawn_variant(CampaignId(7), person, share) for person in range(1, people + 1))
    for variant in Variant:
        assert drawn[variant] / people == pytest.approx(share / 200, abs=0.01)


def test_the_draw_stands_and_is_another_one_for_another_campaign() -> None:
    people = range(1, 300)
    first = [drawn_variant(CampaignId(7), person, 50) for person in people]
    assert first == [drawn_variant(CampaignId(7), person, 50) for person in people]
    assert first != [drawn_variant(CampaignId(8), person, 50) for person in people]
    # whoever is in a small test is in a larger one, with a variant: a share grows at its ends
    assert [person for person in people if drawn_variant(CampaignId(7), person, 10)]


def test_the_rest_gets_what_is_chosen_and_nobody_of_the_test_anything_else() -> None:
    one = refrozen(campaign("en"), ab_test=TEST)
    choice = Choice(variant=Variant.B, why=WhyChosen.AHEAD, a=Tried(sent=0, did=0), b=Tried(sent=0, did=0))
    chosen = replace(one, choice=choice)
    for number in range(1, 200):
        drawn = drawn_variant(one.id, number, 20)
        assert variant_for(one, number) is drawn and waits_for_choice(one, number) is (drawn is None)
        assert variant_for(chosen, number) is (drawn or Variant.B) and not waits_for_choice(chosen, number)
    assert variant_for(campaign("en"), 1) is None and not waits_for_choice(campaign("en"), 1)


# --- what a variant says ----------------------------------------------------------------------


def test_variant_b_says_its_own_words_in_each_language_and_is_else_the_same() -> None:
    french = Version(title="Titre", body="Texte [a](https://a.example)", notification="Avis")
    message = Message(
        title="Title", body="Text [a](https://a.example)", notification="Feed", language="en", versions={"fr": french}
    )
    words = {"": OtherWords(title="Other"), "fr": OtherWords(body="Autre [b](https://b.example)")}
    other = variant_b(message, replace(TEST, words=words))
    assert (other.title, other.body, other.notification) == ("Other", message.body, "")
    assert (other.versions["fr"].title, other.versions["fr"].body) == ("Titre", "Autre [b](https://b.example)")
    assert other.versions["fr"].notification == "Avis"
    links = links_of(message, other)
    assert set(links_of(message)).isdisjoint(set(links) - set(links_of(message))) and len(links) == 4
    assert {links[number].url for number in links_of(other)} == {"https://a.example", "https://b.example"}


def test_titles_alone_share_the_numbers_of_the_links_in_the_text() -> None:
    message = Message(title="Title", body="[a](https://a.example)")
    frozen = refrozen(campaign("en"), message=message, ab_test=TEST).as_scheduled
    assert list(links_of(*variants_of(frozen))) == list(links_of(message))
    assert as_variant(frozen, Variant.B).title == "B" and as_variant(frozen, None) == message


# --- when -------------------------------------------------------------------------------------


def test_the_test_has_half_of_the_hours_the_rest_waits_and_the_last_part_is_half_of_what_is_left() -> None:
    times = times_of(schedule(), TEST)
    assert (times.test.first, times.test.end) == (NINE, NINE + HOUR)
    assert (times.choice, times.rest.first, times.rest.end) == (NINE + 2 * HOUR, NINE + 2 * HOUR, NINE + 8 * HOUR)
    assert (times.last.first, times.last.end) == (NINE + 5 * HOUR, NINE + 8 * HOUR)


def test_a_test_whose_first_half_is_closed_goes_on_until_the_choice() -> None:
    early = schedule(10 * HOUR, NINE - 2 * HOUR)
    times = times_of(early, replace(TEST, after=3))
    assert (times.test.first, times.test.end) == (NINE, NINE + HOUR)


@pytest.mark.parametrize(("length", "after"), [(2 * HOUR, 2), (HOUR, 5), (8 * HOUR, 9)])
def test_nothing_is_left_for_the_rest_where_the_choice_comes_too_late(length: timedelta, after: int) -> None:
    times = times_of(schedule(length), replace(TEST, after=after))
    assert not times.rest and not times.last


@given(place=st.floats(0, 1, exclude_max=True), minutes=st.integers(0, 8 * 60 + 5))
def test_whoever_waits_is_due_within_what_is_left_for_them(place: float, minutes: int) -> None:
    times, now = times_of(schedule(), TEST), NINE + timedelta(minutes=minutes)
    due = put_off_until(times, place, now)
    if now >= NINE + 8 * HOUR:
        assert due is None
        return
    assert due is not None and times.rest.contains(due)
    assert due >= now if now >= times.choice else due >= times.choice
    if now >= times.choice:
        assert times.last.contains(due)


# --- whether one is better --------------------------------------------------------------------


def test_the_z_test_is_the_one_of_the_books() -> None:
    # 45 of 100 against 60 of 100: z = 2.124, two-sided p = 0.0337
    assert by_chance(Tried(sent=100, did=45), Tried(sent=100, did=60)) == pytest.approx(0.0337, abs=0.0002)
    # 200 of 1000 against 250 of 1200: z = 0.4825, p = 0.6295
    assert by_chance(Tried(sent=1000, did=200), Tried(sent=1200, did=250)) == pytest.approx(0.6295, abs=0.0005)


@pytest.mark.parametrize(
    ("a", "b"),
    [((0, 0), (50, 40)), ((50, 0), (50, 0)), ((50, 50), (50, 50)), ((6, 1), (6, 5)), ((1000, 2), (1000, 4))],
)
def test_too_few_tell_nothing(a: tuple[int, int], b: tuple[int, int]) -> None:
    first, second = (Tried(sent=sent, did=did) for sent, did in (a, b))
    assert by_chance(first, second) is None and better(first, second) is None


def test_a_winner_is_named_only_beyond_chance() -> None:
    low, high = Tried(sent=200, did=40), Tried(sent=200, did=80)
    assert better(low, high) is Variant.B and better(high, low) is Variant.A
    close = Tried(sent=200, did=44)
    assert better(low, close) is None and ahead(low, close) is Variant.B and ahead(close, low) is Variant.A
    assert ahead(low, low) is Variant.A, "neither is ahead"
    assert ahead(Tried(sent=0, did=0), Tried(sent=3, did=1)) is Variant.B


def test_variants_that_are_alike_are_seldom_taken_for_different() -> None:
    rng, named, times = random.Random(11), 0, 600
    for _ in range(times):
        a, b = (Tried(sent=150, did=sum(rng.random() < 0.3 for _ in range(150))) for _ in range(2))
        named += better(a, b) is not None
    assert named / times < 0.08


def test_figures_are_of_the_test_group_alone() -> None:
    def figures(variant: str, language: str, sent: int, opened: int) -> ProfileFigures:
        return ProfileFigures(
            profile=Profile(language=language, variant=variant), recipients=sent, sent=sent, opened=opened, clicked=1
        )

    rows = [figures("a", "fr", 3, 1), figures("a", "en", 4, 4), figures("b", "fr", 1, 2), figures("", "fr", 99, 98)]
    assert tried(rows, Measure.OPENED) == (Tried(sent=7, did=5), Tried(sent=2, did=2))
    assert tried(rows, Measure.CLICKED) == (Tried(sent=7, did=2), Tried(sent=1, did=1))


# --- in the export ----------------------------------------------------------------------------


def test_the_export_says_who_has_which_variant_and_nothing_of_it_where_there_is_one_message() -> None:
    texts, one = Texts("en"), refrozen(campaign("en", CampaignState.DONE), ab_test=TEST)
    choice = Choice(variant=Variant.B, why=WhyChosen.AHEAD, a=Tried(sent=0, did=0), b=Tried(sent=0, did=0))
    table = recipients_table(texts, replace(one, choice=choice))
    [column] = [column for column in table.columns if column.title == "Variant"]
    undecided = next(column for column in recipients_table(texts, one).columns if column.title == "Variant")
    for number in range(1, 60):
        drawn = drawn_variant(one.id, number, TEST.share)
        result = Result(
            person=Recipient.of(replace(person(1), id=PersonId(number))),
            state=DeliveryState.DELIVERED,
            reason=None,
            detail="",
            attempts=1,
            settled_at=None,
            looks=(),
            engaged=Engaged(),
        )
        assert column.values([result]) == [drawn.letter if drawn else "B"]
        assert undecided.values([result]) == [drawn.letter if drawn else ""]
    plain = recipients_table(texts, campaign("en", CampaignState.DONE))
    assert not any(column.title == "Variant" for column in plain.columns)
