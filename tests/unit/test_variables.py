"""Variables in an author's text, and what stands in people's names (S4)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cards.kit.placeholders import doubts
from cards.kit.variables import (
    NAMES,
    Variable,
    escape_markdown,
    plain,
    replace_variables,
    value_of,
)
from storage.records import Person, PersonId, TenantId


def unknown_variable(text: str, columns: tuple[str, ...] = ()) -> tuple[str, str] | None:
    doubt = next(doubts(text, columns), None)
    return (doubt.written[1:-1], doubt.nearest) if doubt else None


#: names that have broken somebody's template
AWKWARD = (
    "", " ", "Ada", "Zoë", "O’Brien", 'Ada "the Countess" Lovelace', "back\\slash\\", "[FIRSTNAME]", "[EMAIL|x]",
    "**bold**", "_under_", "`code`", "# head", "- item", "1. item", "---", "===", "> quote", "~~gone~~", "a|b",
    "[click](https://evil.example)", "![x](y)", "<b>", "&amp;", "&#42;", "AT&T", "two\nlines", "cr\r\nlf", "tab\there",
    "line\u2028separator", "nul\x00", "👩‍💻 Ada", "é" * 300, "\ue000mFIRSTNAME|\ue001", "\ue001",
    "\ue000", "\ue000t\ue001", "{name}", "{{", "%s", "https://evil.example", "www.evil.example", "محمد", "    indented",
)  # fmt: skip

#: names as any client or directory may tell them
names = st.one_of(
    st.sampled_from(AWKWARD), st.text(max_size=40), st.text("[]()|\\*_-1. \n\ue000\ue001mEt", max_size=20)
)


@st.composite
def people(draw: st.DrawFn) -> Person:
    return person(given_name=draw(names), surname=draw(names), name=draw(names), address=draw(names))


def person(**known: Any) -> Person:
    return Person(**{"id": PersonId(7), "tenant": TenantId("contoso"), "address": "ada@contoso.com", **known})


def shown(markdown: str) -> str:
    """The words that a reader of one paragraph sees, by an independent CommonMark implementation."""
    paragraph = MarkdownIt("commonmark").parse(markdown)
    if not paragraph:
        return ""
    assert [token.type for token in paragraph] == ["paragraph_open", "inline", "paragraph_close"]
    words = paragraph[1].children or []
    assert {token.type for token in words} <= {"text", "text_special"}
    return "".join(token.content for token in words)


# --- values -----------------------------------------------------------------------------------


@given(names)
def test_a_name_shows_as_itself_whatever_stands_in_it(name: str) -> None:
    escaped = escape_markdown(name)
    assert shown(escaped).replace("\u2060", "").strip() == plain(name).replace("\u2060", "").strip()


@given(names)
def test_a_name_never_begins_a_line_of_its_own(name: str) -> None:
    for value in (escape_markdown(name), plain(name)):
        assert len(value.splitlines()) <= 1


def test_an_address_in_a_name_does_not_become_a_link() -> None:
    for name in ("https://evil.example", "HTTP://evil.example", "www.evil.example", "mailto:eve@evil.example"):
        assert re.match(r"(?i)(https?:|www\.|mailto:)\u2060", escape_markdown(name))


def test_half_a_character_is_not_sent_on() -> None:
    assert escape_markdown("Ada \ud83d") == "Ada"


@pytest.mark.parametrize(
    ("known", "first", "last"),
    [
        ({"given_name": "Ada", "surname": "Lovelace"}, "Ada", "Lovelace"),
        ({"name": "Ada Lovelace"}, "Ada", "Lovelace"),
        ({"name": "Ada King Lovelace"}, "Ada", "King Lovelace"),
        ({"name": "Ada"}, "Ada", ""),
        ({"given_name": "Ada", "name": "Augusta King"}, "Ada", "King"),
        ({"given_name": " ", "surname": "\t", "name": "  "}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_name_that_the_directory_did_not_split_is_split_at_the_first_blank(
    known: dict[str, str], first: str, last: str
) -> None:
    assert (value_of(person(**known), "FIRSTNAME", {}), value_of(person(**known), "LASTNAME", {})) == (first, last)
    assert value_of(person(**known), "EMAIL", {}) == "ada@contoso.com"


# --- variables --------------------------------------------------------------------------------


def found(text: str) -> list[Variable]:
    variables: list[Variable] = []

    def note(variable: Variable) -> str:
        variables.append(variable)
        return ""

    replace_variables(text, note)
    return variables


@pytest.mark.parametrize(
    ("french", "english"),
    [("PRENOM", "FIRSTNAME"), ("PRÉNOM", "FIRSTNAME"), ("NOM", "LASTNAME"), ("COURRIEL", "EMAIL")],
)
def test_the_french_names_mean_the_english_ones(french: str, english: str) -> None:
    assert found(f"Bonjour [{french}|vous]") == [Variable(english, "vous")]
    assert unknown_variable(f"[{french}]") is None


@pytest.mark.parametrize(
    ("text", "fallback"),
    [
        ("[FIRSTNAME]", ""),
        ("[FIRSTNAME|]", ""),
        ("[FIRSTNAME|there]", "there"),
        ("[FIRSTNAME|l’ami(e)]", "l’ami(e)"),
        ("[FIRSTNAME|a|b]", "a|b"),
        ("**[FIRSTNAME|dear reader]**", "dear reader"),
    ],
)
def test_a_variable_takes_a_fallback(text: str, fallback: str) -> None:
    assert found(text) == [Variable("FIRSTNAME", fallback)]


@pytest.mark.parametrize(
    "text",
    [
        "[firstname]", "[Firstname]", "FIRSTNAME", "[ FIRSTNAME ]", "[FIRSTNAME](https://contoso.com)", "\\[FIRSTNAME]",
        "[OK]", "[1ST]", "[read more](https://contoso.com)", "[FIRSTNAME", "[]", "[x|y]",
    ],
)  # fmt: skip
def test_other_brackets_are_left_alone(text: str) -> None:
    assert replace_variables(text, lambda _: "!") == text
    assert unknown_variable(text) is None


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_characters="[]\\(")), st.sampled_from(sorted(NAMES))), max_size=6)
)
def test_every_variable_is_replaced_and_nothing_else(pieces: list[tuple[str, str]]) -> None:
    text = "".join(f"{words}[{name}]" for words, name in pieces)
    assert replace_variables(text, lambda v: f"<{v.name}>") == "".join(f"{w}<{NAMES[name]}>" for w, name in pieces)


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("FIRSTNAM", "FIRSTNAME"), ("FISTNAME", "FIRSTNAME"), ("LASTNAM", "LASTNAME"),
        ("EMAILL", "EMAIL"), ("COURIEL", "COURRIEL"), ("QQQ", "FIRSTNAME"),
    ],
)  # fmt: skip
def test_an_unknown_variable_is_named_with_the_nearest_known_one(written: str, nearest: str) -> None:
    assert unknown_variable(f"Hello [{written}|there], [FIRSTNAME], [{written}]") == (written, nearest)


def test_a_lists_columns_are_known_with_accents_or_without() -> None:
    columns = ("DEPARTEMENT", "SITE")
    assert unknown_variable("[DÉPARTEMENT] [DEPARTEMENT] [SITE|x]", columns) is None
    assert unknown_variable("[SITE] [DÉPARTMENT] [VILLE]", columns) == ("DÉPARTMENT", "DEPARTEMENT")
    assert unknown_variable("[VILLE]", columns) == ("VILLE", "SITE")
    assert replace_variables("[DÉPARTEMENT] [VILLE]", lambda v: v.name, columns) == "DEPARTEMENT [VILLE]"


@given(st.text("ABC[]|\\() \n", max_size=60))
@example("[[FIRSTNAME]]")
@example("[AAA|[FIRSTNAME|x]]")
def test_a_text_with_unknown_variables_only_is_left_as_it_is(text: str) -> None:
    if not found(text):
        assert replace_variables(text, lambda _: "!") == text
