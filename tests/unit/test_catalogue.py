"""Every language's catalogue says all that the code says; dates, numbers and plurals follow the locale."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards.kit.texts import LOCALES, Texts, language_of
from cards.kit.variables import OWN
from cards.languages import DEFAULT, LANGUAGES, Language, typed
from cards.message.skype import PRESSED
from dialogs.routers import everything

ROOT = Path(__file__).parents[2]
ROOMS = ("cards", "dialogs", "bot", "manifest")
KEYWORDS = {"texts": None, "texts.many": (1, 2), "many": (1, 2)}  #: as pybabel's -k takes them
TRANSLATED = pytest.mark.parametrize("language", [code for code in LANGUAGES if code != DEFAULT])
#: texts of several words that are the same in every language
SAME = {"ada@contoso.com, Louis Pasteur <louis@contoso.com>, …", "{count} message", "❗ Important"}

Id = str | tuple[str, ...]


@cache
def used() -> dict[Id, str]:
    """Every text in the code -> where it stands."""
    places: dict[Id, str] = {}
    for room in ROOMS:
        for name, line, id, *_ in extract_from_dir(str(ROOT / room), [("**.py", "python")], keywords=KEYWORDS):
            # extraction gives (one, several, None) for a keyword of three arguments
            places[tuple(part for part in id if part) if isinstance(id, tuple) else id] = f"{room}/{name}:{line}"
    return places


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "crieur.po").open("rb") as source:
        return read_po(source, locale=language)


def entries(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def forms(text: Id) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_texts_in_the_code_are_found() -> None:
    assert len(used()) > 200
    assert "Hello {name}, I am Crieur." in used()
    assert ("{count} person", "{count} people") in used()


@TRANSLATED
def test_every_text_in_the_code_is_said_in_every_language(language: str) -> None:
    missing = [f"{where}: {id}" for id, where in used().items() if catalogue(language).get(forms(id)[0]) is None]
    empty = [message.id for message in entries(language) if not all(forms(message.string))]
    assert not missing
    assert not empty


@TRANSLATED
def test_a_text_with_a_plural_has_all_forms_in_every_language(language: str) -> None:
    for id, where in used().items():
        if isinstance(id, tuple):
            translated = catalogue(language).get(id[0])
            assert translated is not None and translated.id == id, where
            assert len(forms(translated.string)) == catalogue(language).num_plurals, where


@TRANSLATED
def test_a_translation_has_the_placeholders_of_the_english(language: str) -> None:
    for message in entries(language):
        wanted = set().union(*map(placeholders, forms(message.id)))
        for number, form in enumerate(forms(message.string)):
            # "une personne" may stand for {count} where there is one
            allowed = wanted if number else wanted | {"count"}
            assert wanted - {"count"} <= placeholders(form) <= allowed, message.id
            assert "count" in placeholders(form) or "count" not in wanted or number == 0, message.id


@TRANSLATED
def test_nothing_is_fuzzy_obsolete_or_no_longer_used(language: str) -> None:
    assert not [message.id for message in entries(language) if message.fuzzy]
    assert not catalogue(language).obsolete
    known = {forms(id)[0] for id in used()}
    assert not [message.id for message in entries(language) if forms(message.id)[0] not in known]


@TRANSLATED
def test_a_translation_is_not_the_english(language: str) -> None:
    alike = {forms(message.id)[0] for message in entries(language) if forms(message.id) == forms(message.string)}
    assert not {text for text in alike - SAME if len(text.split()) > 1}


@TRANSLATED
def test_the_commands_that_the_help_names_are_understood(language: str) -> None:
    known = {*everything().commands, *typed("cancel")}
    for message in entries(language):
        english, translation = forms(message.id)[0], forms(message.string)[0]
        if english.startswith("**") and " – " in english:
            command = translation.split("**")[1]
            assert command in known, translation


@pytest.mark.parametrize("record", LANGUAGES.values(), ids=list(LANGUAGES))
def test_a_languages_name_is_known_in_each_of_ours(record: Language) -> None:
    assert record.called == tuple(str(Locale.parse(code).languages[record.code]).lower() for code in LANGUAGES)


def test_a_bot_that_starts_reads_no_catalogue_and_no_locale() -> None:
    """6 MB, of which the first person's language needs a part."""
    script = (
        "import app, babel.localedata, cards.kit.texts as texts;"
        "print(texts._catalogue.cache_info().currsize, len(babel.localedata._cache))"
    )
    read = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert read.split() == ["0", "0"]


@TRANSLATED
def test_every_command_can_be_typed_in_every_language(language: str) -> None:
    record, commands = LANGUAGES[language], everything().commands
    assert not set(record.commands) - set(commands), "it translates no command that there is none of"
    handlers = {commands[word].handler for words in record.commands.values() for word in words}
    handlers |= {commands[name].handler for spoken in LANGUAGES.values() for name in spoken.called}
    wordless = {name for name, entry in commands.items() if entry.handler not in handlers}
    assert wordless == {PRESSED}, "what Skype's buttons type is no word of any language"


@pytest.mark.parametrize("record", LANGUAGES.values(), ids=list(LANGUAGES))
def test_a_languages_record_is_whole(record: Language) -> None:
    kinds = {"address", "sign in", "given", "surname", "whole", "surname first", "another's", "other", "work", "small"}
    assert record.headings.keys() == kinds | {"also"}
    assert record.code == DEFAULT or record.variables.keys() == set(OWN)
    assert Texts(record.code).language == record.code


# --- languages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en", "en"), ("en-US", "en"), ("fr", "fr"), ("fr-FR", "fr"), ("fr_CA", "fr"), ("FR-be", "fr"),
        ("eo-001", "en"), ("zh-Hans-CN", "en"), ("", "en"), ("x", "en"), ("frp", "en"), ("not a locale", "en"),
    ],
)  # fmt: skip
def test_a_language_we_do_not_speak_becomes_english(locale: str, language: str) -> None:
    texts = Texts(locale)
    assert (language_of(locale), texts.language) == (language, language)
    assert texts("Draft") == {"en": "Draft", "fr": "Brouillon"}[language]


@given(st.one_of(st.text(max_size=12), st.text("frenxqp-_ZA019.@", max_size=12)))
@settings(deadline=None)
@example("qps-ploc")  # what Windows calls its pseudo-locale
def test_no_locale_that_a_client_may_tell_leaves_us_speechless(locale: str) -> None:
    texts = Texts(locale)
    assert texts("Draft") in ("Draft", "Brouillon")
    assert texts.clock(time(15, 5)) and texts.number(1000) and texts.weekday(0)


def test_a_text_without_a_translation_is_said_in_english() -> None:
    assert Texts("fr")("Nobody has ever written {this}.", this="that") == "Nobody has ever written that."


def test_a_value_is_never_read_as_a_text() -> None:
    assert Texts("en")("Hello {name}, I am Crieur.", name="{texts} {0}") == "Hello {texts} {0}, I am Crieur."
    assert Texts("en").many("{count} person", "{count} people", 2) == "2 people"


@pytest.mark.parametrize(
    ("locale", "count", "words"),
    [
        ("en", 0, "0 people"), ("en", 1, "1 person"), ("en", 2, "2 people"), ("en", 1_000_000, "1,000,000 people"),
        ("fr", 0, "0 personne"), ("fr", 1, "1 personne"), ("fr", 2, "2 personnes"),
        ("fr", 1_000_000, "1\u202f000\u202f000 personnes"),
    ],
)  # fmt: skip
def test_plurals_and_numbers_follow_the_language(locale: str, count: int, words: str) -> None:
    assert Texts(locale).many("{count} person", "{count} people", count) == words


@pytest.mark.parametrize(
    ("locale", "moment", "clock"),
    [
        ("en-US", "Tue, Nov 24, 2026, 3:05 PM", "3:05 PM"),
        ("en-GB", "Tue, 24 Nov 2026, 15:05", "15:05"),
        ("fr-FR", "mar. 24 nov. 2026, 15:05", "15:05"),
        ("eo-001", "Tue, Nov 24, 2026, 3:05 PM", "3:05 PM"),
    ],
)
def test_dates_follow_the_locale_and_the_persons_clock(locale: str, moment: str, clock: str) -> None:
    texts = Texts(locale, "Europe/Paris")
    instant = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
    assert texts.moment(instant).replace("\u202f", " ") == moment
    assert texts.clock(time(15, 5)).replace("\u202f", " ") == clock
    assert texts.day(date(2026, 11, 24)) in moment


@pytest.mark.parametrize(
    ("length", "english", "french"),
    [
        (timedelta(minutes=1), "1 minute", "1 minute"),
        (timedelta(minutes=90), "90 minutes", "90 minutes"),
        (timedelta(hours=1), "1 hour", "1 heure"),
        (timedelta(hours=26), "26 hours", "26 heures"),
        (timedelta(days=1), "1 day", "1 jour"),
        (timedelta(days=5), "5 days", "5 jours"),
    ],
)
def test_a_duration_is_said_in_the_largest_unit_that_is_exact(length: timedelta, english: str, french: str) -> None:
    assert Texts("en").duration(length) == english
    assert Texts("fr").duration(length).replace("\u00a0", " ") == french


def test_no_line_of_french_begins_with_a_colon_or_ends_with_an_opening_quotation_mark() -> None:
    assert Texts("fr")("Delete “{name}”?", name="A") == "Supprimer «\u00a0A\u00a0»\u00a0?"
    assert Texts("fr-CA")("Link: {words}", words="A : b") == "Lien\u00a0: A : b", "what people wrote stays as it is"


# --- how it is written: each was wrong once ----------------------------------------------------

#: words that were given up for another, by language: of one thing there is one word
GIVEN_UP = {
    "en": {
        "capped": "had enough this week", "consideration": "when people are there", "settled": "ended",
        "doubles": "duplicates", "delivered at": "sent at", "tap": "press", "hit": "press", "e-mail list": "list",
    },
    "fr": {
        "planifiée": "programmée", "planifiées": "programmées", "planification": "programmation",
        "discussion": "conversation", "tchat": "conversation", "renvoyée": "rendue, ou envoyée de nouveau",
        "vérification": "relecture", "séquence": "parcours", "livré": "envoyé", "livrée": "envoyée",
    },
}  # fmt: skip


def texts_in(language: str) -> list[str]:
    """What a person may read in a language: the English stands in the code."""
    if language == DEFAULT:
        return [form for id in used() for form in forms(id)]
    return [form for message in entries(language) for form in forms(message.string)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_apostrophes_are_typographic(language: str) -> None:
    assert not [text for text in texts_in(language) if re.search(r"\w'\w", text)]


@pytest.mark.parametrize("language", GIVEN_UP)
def test_a_thing_has_one_word(language: str) -> None:
    wrong = {word: rf"(?<![\w{{]){re.escape(word)}(?!\w)" for word in GIVEN_UP[language]}
    found = {
        text: GIVEN_UP[language][word]
        for text in texts_in(language)
        for word, pattern in wrong.items()
        if re.search(pattern, text, re.IGNORECASE)
    }
    assert found == {}


def test_people_press_buttons_and_click_links() -> None:
    """What somebody should do with a button of ours is to press it; a click is what is counted of a link."""
    orders = re.compile(r"\b(?:click (?:on|it|here|the)|cliquez|clique ici)\b", re.IGNORECASE)
    assert not [text for language in LANGUAGES for text in texts_in(language) if orders.search(text)]
    french = {forms(message.id)[0]: forms(message.string) for message in entries("fr")}
    assert french["{count} press"] == ("{count} appui", "{count} appuis") and french["Clicks"] == ("Clics",)


def test_french_has_a_space_before_its_high_signs() -> None:
    unspaced = re.compile(r"[\w»)}]([?!;]|:(?=\s|$))")
    assert not [text for text in texts_in("fr") if unspaced.search(text)]
    assert not [text for text in texts_in("fr") if re.search(r"«\S|\S»", text)]


def test_a_french_noun_follows_its_number() -> None:
    """ "1 personne joignable sur 4", and never "1 personnes"."""
    same = {"fois", "autres", "mois", "dans"}
    for message in entries("fr"):
        one, *more = forms(message.string)
        if more:
            nouns = [noun for noun in re.findall(r"\{count\} (\w+)", one) if noun.endswith(("s", "x"))]
            assert not set(nouns) - same, message.id


def test_shares_days_and_lists_follow_the_language() -> None:
    english, french = Texts("en"), Texts("fr")
    assert (english.percent(1, 3), french.percent(1, 3)) == ("33%", "33\u00a0%")
    assert (english.percent(0, 1000), english.percent(1, 1000), french.percent(1, 1000)) == (
        "0%",
        "<\u00a01%",
        "<\u00a01\u00a0%",
    )
    assert (english.percent(999, 1000), english.percent(1000, 1000)) == (">\u00a099%", "100%")
    assert english.percent(0, 0) == french.percent(0, 0) == "–"
    assert ([english.weekday(day) for day in (0, 6)], french.weekday(0)) == (["Mon", "Sun"], "lun.")
    assert english.enumerate(["a", "b", "c"]) == "a, b, and c"
    assert french.enumerate(["a", "b", "c"]) == "a, b et c"
