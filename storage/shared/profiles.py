"""People by what is known of them: of the directory and their clients, and of the lists of an audience."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from storage.records import Columns, Profile, profile_of
from storage.records.segments import COLUMNS_OF_FACT, Fact

NAMED = {str(fact): COLUMNS_OF_FACT[fact] for fact in (Fact.DEPARTMENT, Fact.COUNTRY, Fact.CITY, Fact.LANGUAGE)}


def language_code(language: str, locale: str) -> str:
    """The language that somebody asked for, or else their client's."""
    return (language or locale).replace("_", "-").split("-")[0].lower()


def by_profile(
    known: Iterable[tuple[Profile, Iterable[int]]], lists: Mapping[int, int], columns: Mapping[int, Columns]
) -> dict[Profile, list[int]]:
    """``lists``: of people, the first list in which they stand; ``columns``: what the lists say of some."""
    groups: dict[Profile, list[int]] = {}
    for profile, people in known:
        if not lists and not columns:
            groups.setdefault(profile, []).extend(people)
            continue
        for person in people:
            whole = replace(profile, list=lists[person]) if person in lists else profile
            groups.setdefault(profile_of(whole, columns.get(person, {}), NAMED), []).append(person)
    return groups
