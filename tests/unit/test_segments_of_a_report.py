"""A report by segment: nothing under ten people, nor what could be worked out from the rest."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from cards.results.segments import LEAST, SegmentKind, segments_of
from storage.records import Profile, ProfileFigures
from storage.records.profiles import profile_of
from storage.shared.profiles import NAMED, language_code

profiles = st.builds(
    Profile,
    department=st.sampled_from(["", "Labs", "Sales"]),
    country=st.sampled_from(["", "FR", "IT"]),
    city=st.sampled_from(["", "Lyon", "Paris", "Rome"]),
    language=st.sampled_from(["fr", "it"]),
    list=st.integers(0, 2),
)


@st.composite
def some_figures(draw: st.DrawFn) -> list[ProfileFigures]:
    figures = []
    for profile in draw(st.lists(profiles, max_size=8, unique=True)):
        recipients = draw(st.integers(1, 25))
        sent = draw(st.integers(0, recipients))
        opened = draw(st.integers(0, sent))
        figures.append(ProfileFigures(profile=profile, recipients=recipients, sent=sent, opened=opened))
    return figures


def people(
    figures: list[ProfileFigures], kind: SegmentKind | None = None, value: str = ""
) -> frozenset[tuple[int, int]]:
    """Each recipient, as the number of their profile and their own in it."""
    return frozenset(
        (place, number)
        for place, one in enumerate(figures)
        if kind is None or str(getattr(one.profile, kind)) == value
        for number in range(one.recipients)
    )


@given(some_figures())
def test_no_few_people_are_told_nor_left_over(figures: list[ProfileFigures]) -> None:
    told = segments_of(figures)
    sets = {kind: [people(figures, kind, one.value) for one in some] for kind, some in told.items()}
    everybody = people(figures)
    for around in [everybody, *chain.from_iterable(sets.values())]:
        assert len(around) >= LEAST or around is everybody
        for some in sets.values():
            inside = [one for one in some if one <= around]
            for count in range(1, len(inside) + 1):
                for taken in combinations(inside, count):
                    left = len(around) - sum(len(one) for one in taken)
                    assert left == 0 or left >= LEAST, (told, left)


@given(some_figures())
def test_what_is_told_is_what_was_counted(figures: list[ProfileFigures]) -> None:
    for kind, segments in segments_of(figures).items():
        assert [one.recipients for one in segments] == sorted((one.recipients for one in segments), reverse=True)
        for one in segments:
            some = [figure for figure in figures if str(getattr(figure.profile, kind)) == one.value]
            assert one.recipients == sum(figure.recipients for figure in some)
            assert one.sent == sum(figure.sent for figure in some)
            assert one.opened == sum(figure.opened for figure in some)


def counted(**people_of: int) -> list[ProfileFigures]:
    return [ProfileFigures(profile=Profile(department=name), recipients=count) for name, count in people_of.items()]


def test_the_smallest_that_is_told_goes_where_few_would_be_left() -> None:
    told = segments_of(counted(Labs=40, Sales=30, Board=3))
    assert [one.value for one in told[SegmentKind.DEPARTMENT]] == ["Labs"], "70 of 73 would tell of the board"
    told = segments_of(counted(Labs=40, Sales=30, Board=3, Law=8))
    assert [one.value for one in told[SegmentKind.DEPARTMENT]] == ["Labs", "Sales"], "eleven are left"


def test_a_city_does_not_tell_of_the_few_elsewhere_in_its_country() -> None:
    figures = [
        ProfileFigures(profile=Profile(country="FR", city="Lyon"), recipients=45),
        ProfileFigures(profile=Profile(country="FR"), recipients=5),
        ProfileFigures(profile=Profile(country="IT", city="Rome"), recipients=20),
    ]
    told = segments_of(figures)
    assert [one.value for one in told[SegmentKind.COUNTRY]] == ["FR", "IT"]
    assert "Lyon" not in [one.value for one in told.get(SegmentKind.CITY, ())]


def test_what_is_the_same_of_everybody_is_no_segment() -> None:
    assert segments_of([ProfileFigures(profile=Profile(language="fr"), recipients=500)]) == {}
    assert segments_of([]) == {} == segments_of(counted(Labs=4, Sales=5))


def test_a_profile_has_a_number_of_its_own_that_stays() -> None:
    some = [Profile(), Profile(department="Labs"), Profile(city="Labs"), Profile(list=1), Profile(language="fr")]
    assert len({one.number for one in some}) == len(some)
    assert all(0 < one.number < 2**48 and Profile.of(one.text) == one for one in some)
    assert Profile(department="Labs", language="fr").number == 218172350059


def test_the_directory_goes_before_a_list() -> None:
    columns = {"SERVICE": " Sales ", "VILLE": "Lyon", "PAYS": "", "COUNTRY": "FR"}
    known = profile_of(Profile(department="Labs"), columns, NAMED)
    assert known == Profile(department="Labs", city="Lyon", country="FR")
    assert profile_of(Profile(), columns, NAMED).department == "Sales"
    assert [language_code(*pair) for pair in (("", "fr-FR"), ("en", "fr-FR"), ("", ""), ("", "PT_br"))] == [
        "fr", "en", "", "pt",
    ]  # fmt: skip
