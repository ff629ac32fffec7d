"""Variables as people write them become ours; what may be meant as one is asked about; the author's own text stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.kit.placeholders import canonical, doubts, places

COLUMNS = ("DEPARTMENT", "HIRE_DATE")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((form, "[FIRSTNAME]") for form in (
            "[Prénom]", "[prenom]", "[firstname]", "[First name]", "[FIRST NAME]", "[FIRSTNAME ]", "[ FIRSTNAME]",
            "[first-name]", "[Given name]", "{{firstname}}", "{{ user.first_name }}", "${firstname}", "{FirstName}",
            "%FIRSTNAME%", "%%firstname%%", "#PRENOM#", "$PRENOM$", "*|PRENOM|*", "<Prénom>", "<<Firstname>>",
            "[[FIRSTNAME]]",
        )),
        *((form, "[LASTNAME]") for form in ("[Nom de famille]", "{{last_name}}", "[Surname]", "%lastname%")),
        *((form, "[EMAIL]") for form in ("[e-mail]", "{{contact.email}}", "[Mail]", "[Adresse mail]")),
        ("[prénom|cher collègue]", "[FIRSTNAME|cher collègue]"),
        ("{{firstname|there}}", "[FIRSTNAME|there]"),
        ("{{department}}", "[DEPARTMENT]"),
        ("[HIRE DATE]", "[HIRE_DATE]"),
        ("[FIRSTNAME](https://contoso.com)", "[[FIRSTNAME]](https://contoso.com)"),
        ("[PRÉNOM](mailto:ada@contoso.com)", "[[PRÉNOM]](mailto:ada@contoso.com)"),
        ("Cher(e) [PRENOM](e)", "Cher(e) [PRENOM]\\(e)"),
        *((form, form) for form in (
            "[FIRSTNAME]", "[PRÉNOM|toi]", "[[FIRSTNAME]](https://contoso.com)", "[Email](mailto:ada@contoso.com)",
            "\\[FIRSTNAME]", "[sic] [1] [...] [see below] [x]", "100% sûr et 50% NOM%", "[MENU](https://contoso.com)",
            "a < nom > b > c", "{}", "[]", "[Service]",
        ) if form != "a < nom > b > c"),
    ],
)  # fmt: skip
def test_what_is_meant_as_a_variable_is_one(typed: str, meant: str) -> None:
    assert canonical(f"Hello {typed}, hello", COLUMNS) == f"Hello {meant}, hello"
    assert list(doubts(canonical(typed, COLUMNS), COLUMNS)) == []


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("[URGENT]", None), ("[INFO]", None), ("[firstnme]", "FIRSTNAME"), ("[Prenon]", "PRENOM"),
        ("[Your name]", None),
        ("{{company}}", None), ("*|FNAMES|*", None), ("%COMPANY%", None), ("[Department]", "DEPARTMENT"),
        ("[DÉPARTEMENT]", "DEPARTMENT"), ("[Nom complet]", None),
    ],
)  # fmt: skip
def test_what_may_be_meant_as_one_is_asked_about_once(typed: str, nearest: str | None) -> None:
    [doubt] = doubts(f"x {typed} y", COLUMNS)
    assert doubt.written == typed
    assert nearest in (None, doubt.nearest)
    assert canonical(typed, COLUMNS) == typed
    assert list(doubts(f"x {typed} y", COLUMNS, own=[typed])) == [], "one press says that it is text"


@given(st.text("[]{}%#$*|<> \\(aFIRSTNMEnom_https:/.", max_size=60))
def test_no_text_breaks_it_and_what_is_meant_stays_so(text: str) -> None:
    once = canonical(text, COLUMNS)
    assert canonical(once, COLUMNS) == once
    spans = list(places(text))
    assert all(begin < end <= len(text) for begin, end in spans)


def test_however_long_a_text_is_it_is_read_at_once() -> None:
    begun = time.perf_counter()
    for piece in ("[", "[ ", "[a ", "[a|", "{{a", "%a", "<a ", "[a" + " " * 40, "{ a", "[[a|b"):
        list(doubts(canonical(piece * (20_000 // len(piece)))))
    assert time.perf_counter() - begun < 10
