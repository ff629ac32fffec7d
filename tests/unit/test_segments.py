"""A segment's rule: for whom it holds, what is wrong with one, how it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import Audience, CampaignId, Channel, Engaged, EngagementKind, Person, PersonId, Pressed, TenantId
from storage.records.segments import (
    DEEPEST,
    LONGEST_PAST,
    LONGEST_VALUE,
    MOST_PARTS,
    MOST_VALUES,
    Act,
    ColumnIs,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    Installed,
    IsGuest,
    Mistake,
    OnChannel,
    Part,
    PersonFacts,
    ReceivedLately,
    Wrong,
    campaigns_in,
    conditions_of,
    matches,
    mistakes,
)
from storage.shared.json import from_json, to_json

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DRILL = CampaignId(7)

ADA = Person(
    id=PersonId(1),
    tenant=TenantId("contoso"),
    address="ada@contoso.example",
    department="Engines",
    country="France",
    city="Paris",
    title="Lead engineer",
    locale="fr-FR",
)


def pressed(*buttons: tuple[EngagementKind, int], answer: int | None = None) -> Engaged:
    return Engaged(pressed=dict.fromkeys(((EngagementKind.OPENED, 0), *buttons), Pressed(1, 1, 1)), answer=answer)


def fact(fact: Fact, *values: str, contains: bool = False) -> FactIs:
    return FactIs(fact=fact, values=values, contains=contains)


def all_of(*parts: Part) -> Group:
    return Group(how=How.ALL, parts=parts)


def any_of(*parts: Part) -> Group:
    return Group(how=How.ANY, parts=parts)


def none_of(*parts: Part) -> Group:
    return Group(how=How.NONE, parts=parts)


FACTS = PersonFacts(
    person=ADA,
    channels=frozenset({Channel.TEAMS}),
    installed_at=NOW - 10 * DAY,
    columns={"FLOOR": "3", "MANAGER": "Louis Pasteur", "DEPARTMENT": "Old"},
    received={DRILL: NOW - 2 * DAY},
    did={DRILL: pressed((EngagementKind.CLICKED, 1), (EngagementKind.ANSWERED, 2), answer=2)},
)

CONFIRMED = Did(campaign=DRILL, act=Act.CONFIRMED)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        (fact(Fact.DEPARTMENT, "engines"), True),
        (fact(Fact.DEPARTMENT, " ENGINES ", "Law"), True),
        (fact(Fact.DEPARTMENT, "Engine"), False),
        (fact(Fact.DEPARTMENT, "Engine", contains=True), True),
        (fact(Fact.DEPARTMENT, "Old"), False),  # the directory's word goes before a list's
        (fact(Fact.MANAGER, "louis  pasteur"), True),  # of which the directory says nothing
        (fact(Fact.TITLE, "engineer", contains=True), True),
        (fact(Fact.OFFICE, "Paris"), False),
        (fact(Fact.LANGUAGE, "fr"), True),
        (fact(Fact.LANGUAGE, "fr-FR"), False),
        (ColumnIs(column="FLOOR", values=("3",)), True),
        (ColumnIs(column="ROOM", values=("3",)), False),
        (OnChannel(channel=Channel.TEAMS), True),
        (OnChannel(channel=Channel.SKYPE), False),
        (IsGuest(), False),
        (Installed(since=NOW - 10 * DAY), True),
        (Installed(before=NOW - 10 * DAY), False),
        (Installed(since=NOW - 11 * DAY, before=NOW - 9 * DAY), True),
        (Did(campaign=DRILL, act=Act.RECEIVED), True),
        (Did(campaign=DRILL, act=Act.OPENED), True),
        (Did(campaign=DRILL, act=Act.CLICKED), True),
        (Did(campaign=DRILL, act=Act.CLICKED, button=1), True),
        (Did(campaign=DRILL, act=Act.CLICKED, button=0), False),
        (Did(campaign=DRILL, act=Act.ANSWERED), True),
        (Did(campaign=DRILL, act=Act.ANSWERED, button=2), True),
        (Did(campaign=DRILL, act=Act.ANSWERED, button=1), False),
        (CONFIRMED, False),
        (Did(campaign=CampaignId(8), act=Act.RECEIVED), False),
        (ReceivedLately(days=2), True),
        (ReceivedLately(days=1), False),
        (none_of(CONFIRMED), True),
        (all_of(fact(Fact.CITY, "Paris"), none_of(CONFIRMED)), True),
        (all_of(fact(Fact.CITY, "Paris"), CONFIRMED), False),
        (any_of(fact(Fact.CITY, "Lyon"), fact(Fact.COUNTRY, "France")), True),
        (any_of(fact(Fact.CITY, "Lyon"), CONFIRMED), False),
        (all_of(fact(Fact.DEPARTMENT, "Engines"), any_of(IsGuest(), fact(Fact.CITY, "Paris"))), True),
    ],
)
def test_a_rule_holds_for_whom_it_says(rule: Part, holds: bool) -> None:
    assert matches(rule, FACTS, NOW) is holds


def test_the_answer_that_holds_now_counts() -> None:
    changed = replace(FACTS, did={DRILL: pressed((EngagementKind.ANSWERED, 1), (EngagementKind.ANSWERED, 2), answer=1)})
    assert matches(Did(campaign=DRILL, act=Act.ANSWERED, button=1), changed, NOW)
    assert not matches(Did(campaign=DRILL, act=Act.ANSWERED, button=2), changed, NOW)


def test_not_confirmed_holds_for_those_who_never_received_it() -> None:
    assert matches(none_of(CONFIRMED), PersonFacts(person=ADA), NOW)


# --- what is wrong ----------------------------------------------------------------------------

FRENCH = fact(Fact.COUNTRY, "France")


def nested(groups: int) -> Part:
    return FRENCH if not groups else all_of(nested(groups - 1))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (all_of(FRENCH), []),
        (all_of(), [Mistake((), Wrong.EMPTY)]),
        (all_of(FRENCH, any_of()), [Mistake((1,), Wrong.EMPTY)]),
        (all_of(*[FRENCH] * MOST_PARTS), []),
        (all_of(*[FRENCH] * (MOST_PARTS + 1)), [Mistake((), Wrong.TOO_MANY)]),
        (nested(DEEPEST), []),
        (nested(DEEPEST + 1), [Mistake((0,) * DEEPEST, Wrong.TOO_DEEP)]),
        (all_of(FRENCH, fact(Fact.CITY)), [Mistake((1,), Wrong.NO_VALUE)]),
        (all_of(FRENCH, any_of(FRENCH, fact(Fact.CITY, "Paris", " "))), [Mistake((1, 1), Wrong.NO_VALUE)]),
        (fact(Fact.CITY, *["x"] * MOST_VALUES), []),
        (fact(Fact.CITY, *["x"] * (MOST_VALUES + 1)), [Mistake((), Wrong.TOO_MANY_VALUES)]),
        (ColumnIs(column="FLOOR", values=("x" * LONGEST_VALUE,)), []),
        (ColumnIs(column="FLOOR", values=("x" * (LONGEST_VALUE + 1),)), [Mistake((), Wrong.VALUE_TOO_LONG)]),
        (Installed(), [Mistake((), Wrong.DATES)]),
        (Installed(since=NOW, before=NOW), [Mistake((), Wrong.DATES)]),
        (Installed(since=NOW, before=NOW + DAY), []),
        (ReceivedLately(days=0), [Mistake((), Wrong.DAYS)]),
        (ReceivedLately(days=1), []),
        (ReceivedLately(days=LONGEST_PAST), []),
        (ReceivedLately(days=LONGEST_PAST + 1), [Mistake((), Wrong.DAYS)]),
    ],
)
def test_what_is_wrong_is_said_of_its_line(rule: Part, expected: list[Mistake]) -> None:
    assert mistakes(rule) == expected


def test_a_rule_of_a_thousand_groups_is_not_followed() -> None:
    rule: Part = FRENCH
    for _ in range(900):
        rule = all_of(rule)
    assert [mistake.why for mistake in mistakes(rule)] == [Wrong.TOO_DEEP]


def test_conditions_are_told_with_their_lines() -> None:
    rule = all_of(FRENCH, none_of(CONFIRMED, IsGuest()))
    assert list(conditions_of(rule)) == [((0,), FRENCH), ((1, 0), CONFIRMED), ((1, 1), IsGuest())]
    assert campaigns_in(rule) == {DRILL}


# --- any rule ---------------------------------------------------------------------------------

VALUES = st.lists(st.sampled_from(["Engines", "law", " Paris ", "France", "3", "e"]), min_size=1, max_size=2).map(tuple)
INSTANTS = st.sampled_from([NOW - 20 * DAY, NOW - 10 * DAY, NOW - 9 * DAY])
CONDITIONS = st.one_of(
    st.builds(FactIs, fact=st.sampled_from(Fact), values=VALUES, contains=st.booleans()),
    st.builds(ColumnIs, column=st.sampled_from(["FLOOR", "ROOM"]), values=VALUES, contains=st.booleans()),
    st.builds(OnChannel, channel=st.sampled_from(Channel)),
    st.builds(IsGuest),
    st.builds(Installed, since=st.none() | INSTANTS, before=st.none() | INSTANTS),
    st.builds(Did, campaign=st.just(DRILL), act=st.sampled_from(Act), button=st.none() | st.integers(0, 2)),
    st.builds(ReceivedLately, days=st.integers(1, 4)),
)
RULES: st.SearchStrategy[Group] = st.recursive(
    CONDITIONS.map(lambda one: all_of(one)),
    lambda inner: st.builds(
        Group, how=st.sampled_from(How), parts=st.lists(CONDITIONS | inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=6,
)


@given(rule=RULES)
def test_any_rule_comes_back_from_json_as_it_was(rule: Group) -> None:
    audience = Audience(everyone=True, only=rule)
    assert from_json(Audience, to_json(audience)) == audience


@given(rule=RULES)
def test_none_is_the_opposite_of_any(rule: Group) -> None:
    assert matches(none_of(rule), FACTS, NOW) is not matches(rule, FACTS, NOW)
    assert matches(all_of(rule), FACTS, NOW) is matches(any_of(rule), FACTS, NOW)
