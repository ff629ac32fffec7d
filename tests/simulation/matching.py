"""Which documents a MongoDB filter is true of, found quickly.

mongomock reads a filter anew for every document that it tries, and that was most of what a life took. Here the plain
parts of a filter (a field that is, or compares to, one value or several) become a function once; whatever else it holds
is asked of mongomock as before, and so is a document whose field is a list or a document. ``test_matching`` holds the
two against each other.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mongomock.filtering import filter_applies

Document = dict[str, Any]
Test = Callable[[Document], bool]

ABSENT = object()
#: of these, Python compares two as MongoDB does
PLAIN = (str, int, float, datetime, type(None))
COMPARED = {"$lt": operator.lt, "$lte": operator.le, "$gt": operator.gt, "$gte": operator.ge}


def matcher(condition: Document) -> Test:
    """True of a document that this filter finds. Raises what mongomock raises where it does not know a filter."""
    tests = [_part(field, wanted) for field, wanted in condition.items()]
    if len(tests) == 1:
        return tests[0]
    return lambda document: all(test(document) for test in tests)


def _part(field: str, wanted: Any) -> Test:
    part = {field: wanted}
    if field in ("$and", "$or") and wanted:
        tests = [matcher(one) for one in wanted]
        together = all if field == "$and" else any
        return lambda document: together(test(document) for test in tests)
    if field.startswith("$") or "." in field:
        return lambda document: filter_applies(part, document)
    plain = _plain(wanted)
    if plain is None:
        return lambda document: filter_applies(part, document)

    def test(document: Document) -> bool:
        value = document.get(field, ABSENT)
        if value is not ABSENT and not isinstance(value, PLAIN):
            return bool(filter_applies(part, document))
        return plain(value)

    return test


def _plain(wanted: Any) -> Callable[[Any], bool] | None:
    """What is asked of a value that is neither a list nor a document; None where it is not for us to say."""
    if isinstance(wanted, PLAIN):
        return _equals(wanted)
    if not isinstance(wanted, dict) or not wanted:
        return None
    tests = [_asked(name, bound) for name, bound in wanted.items()]
    if None in tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)  # type: ignore[misc]


def _asked(name: str, bound: Any) -> Callable[[Any], bool] | None:
    if name in ("$in", "$nin"):
        if not isinstance(bound, list) or not all(isinstance(one, PLAIN) for one in bound):
            return None
        some = frozenset(bound) | {ABSENT} if None in bound else frozenset(bound)
        return (lambda value: value in some) if name == "$in" else (lambda value: value not in some)
    if name == "$exists":
        return (lambda value: value is not ABSENT) if bound else (lambda value: value is ABSENT)
    if not isinstance(bound, PLAIN):
        return None
    if name == "$eq":
        return _equals(bound)
    if name == "$ne":
        equals = _equals(bound)
        return lambda value: not equals(value)
    if name in COMPARED and bound is not None and not isinstance(bound, bool):
        compare, kind = COMPARED[name], (int, float) if isinstance(bound, int | float) else type(bound)
        return lambda value: isinstance(value, kind) and not isinstance(value, bool) and compare(value, bound)
    return None


def _equals(wanted: Any) -> Callable[[Any], bool]:
    if wanted is None:
        return lambda value: value is None or value is ABSENT
    return lambda value: value == wanted
