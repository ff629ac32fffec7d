"""Variant B of a message, and the rule of its A/B test, as their form says them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cards.compose.variants.ab_form import DEFAULTS, NOBODY, OTHERS, field_in
from cards.kit.texts import Texts
from cards.message.compile import LIMIT, size_of
from dialogs.forms.fields import Parsed, Values, number_typed
from dialogs.forms.message import read_message, read_version
from storage.records import SHARES, ABTest, Forms, Measure, Message, OtherWords

HOURS = 14 * 24  #: until the choice, at the most


@dataclass(frozen=True, slots=True)
class Tests:
    """An A/B test as chosen, and the columns of lists that either variant asks for."""

    test: ABTest
    columns: tuple[str, ...]


def tests_variants(values: Values) -> bool:
    return values.get("ab_share", "") not in ("", NOBODY)


def read_ab_test(forms: Forms, message: Message, texts: Texts, columns: Collection[str] | None = ()) -> Parsed[Tests]:
    """No value and no errors where nothing is tested. ``message``: variant A, which has been read."""
    values, errors = forms.get("message", {}), dict[str, str]()
    if not tests_variants(values):
        return Parsed(None)
    if values["ab_share"] not in map(str, SHARES):
        errors["ab_share"] = texts("Please choose one of these.")
    if len(message.versions) > OTHERS:
        errors["ab_share"] = texts("An A/B test goes with {count} languages at most.", count=OTHERS + 1)
    measure = values.get("ab_measure") or DEFAULTS["ab_measure"]
    if measure not in list(Measure):
        errors["ab_measure"] = texts("Please choose one of these.")
    after = number_typed(values, "ab_after", HOURS, texts, errors, DEFAULTS["ab_after"])
    other = _with(values, read_message(_words(values, values, ""), texts, columns), "", errors)
    words = {"": _typed(values, other, "")}
    for language in message.versions:
        if other is None:
            break
        own = _words(forms.get(f"message.{language}", {}), values, language)
        other = _with(own, read_version(own, other, texts, columns), language, errors)
        words[language] = _typed(values, other, language)
    for language, some in words.items():
        if some == OtherWords() and not errors:
            errors[field_in("ab_title", language)] = _nothing_else(texts, language)
    if other is not None and not errors and (size := size_of(message) + size_of(other)) > LIMIT:
        errors["ab_body"] = texts(
            "The two variants together are too long: {size} KB of {limit}. Please shorten them.",
            size=texts.number(round(size / 1000, 1)),
            limit=texts.number(LIMIT // 1000),
        )
    if errors or other is None:
        return Parsed(None, errors)
    test = ABTest(
        words=words,
        share=int(values["ab_share"]),
        measure=Measure(measure),
        after=after,
        by_itself=(values.get("ab_itself") or DEFAULTS["ab_itself"]) == "true",
    )
    return Parsed(Tests(test, tuple(sorted({*message.columns, *other.columns}))))


def _nothing_else(texts: Texts, language: str) -> str:
    if not language:
        return texts("Please write another title or another text: B says the same as A.")
    name = texts.language_name(language, alone=False)
    return texts("Please write B in {language} too: its readers would get the same as A.", language=name)


def _words(own: Values, values: Values, language: str) -> Values:
    """What the form of variant B would hold: what is left empty is as in A."""
    typed = {name: values.get(field_in(f"ab_{name}", language), "") for name in ("title", "body")}
    changed = {name: text for name, text in typed.items() if text.strip()}
    return {"name": "B", **own, **changed, **({"notification": ""} if "title" in changed else {})}


def _with(own: Values, reading: Parsed[Message], language: str, errors: dict[str, str]) -> Message | None:
    """Variant B; what is wrong in its title or its text stands beside their fields. What else is, is wrong in A too."""
    for name in ("title", "body"):
        if name in reading.errors:
            errors[field_in(f"ab_{name}", language)] = reading.errors[name]
    return reading.value


def _typed(values: Values, other: Message | None, language: str) -> OtherWords:
    """As it was read: variables and links are written as ours."""
    version = other if other is None or not language else other.versions[language]
    if version is None:
        return OtherWords()
    title, body = (bool(values.get(field_in(f"ab_{name}", language), "").strip()) for name in ("title", "body"))
    return OtherWords(title=version.title if title else "", body=version.body if body else "")
