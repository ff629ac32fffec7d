"""The quick way to match documents says what mongomock says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mongomock.filtering import filter_applies

from tests.simulation.matching import matcher

FIELDS = ("a", "b", "c")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from((0.5, 1.0, "", "x", "y")),
    st.sampled_from((datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))),
)
values = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(FIELDS), scalars, max_size=2)
)
documents = st.dictionaries(st.sampled_from(FIELDS), values, max_size=3)
questions = st.one_of(
    scalars,
    st.dictionaries(
        st.sampled_from(("$lt", "$lte", "$gt", "$gte", "$eq", "$ne", "$exists")), scalars, min_size=1, max_size=2
    ),
    st.dictionaries(st.sampled_from(("$in", "$nin")), st.lists(scalars, max_size=3), min_size=1, max_size=2),
    st.fixed_dictionaries({"$in": st.lists(scalars, max_size=3), "$lt": scalars}),
)
plain = st.dictionaries(st.sampled_from((*FIELDS, "a.b")), questions, max_size=3)
filters = st.one_of(
    plain, st.fixed_dictionaries({"$or": st.lists(plain, min_size=1, max_size=2)}, optional={"b": questions})
)


def _said(ask: Any) -> bool | type[Exception]:
    try:
        return bool(ask())
    except Exception as error:
        return type(error)


@given(filters, documents)
def test_as_mongomock(condition: dict[str, Any], document: dict[str, Any]) -> None:
    assert _said(lambda: matcher(condition)(document)) == _said(lambda: filter_applies(condition, document))
