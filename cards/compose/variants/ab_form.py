"""An A/B test: its card, the line in the message's form, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.compose.fields import TITLE
from cards.compose.frame import Errors, Values
from cards.compose.part import form_of_part, line_of_part, number_field
from cards.kit.elements import AdaptiveCard, ChoiceInput, TextInput, ToggleInput
from cards.kit.parts import (
    Part,
    folded,
    hint,
    pair,
    with_error,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import SHARES, ABTest, Campaign, Measure

FIELDS = ("ab_share", "ab_title", "ab_body", "ab_measure", "ab_after", "ab_itself")
NOBODY = "nobody"
DEFAULTS = {"ab_after": "2", "ab_measure": Measure.OPENED, "ab_itself": "true"}
OTHERS = 4  #: languages beside the message's own: a card has room for the texts of no more
SAID = 80  #: characters of what variant B says in one more language
SHOWN = 300  #: characters of variant A's text above the field of B's


def field_in(name: str, language: str) -> str:
    """The field of one more language: "ab_title_fr"."""
    return f"{name}_{language}" if language else name


def ab_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    notice: str = "",
    *,
    languages: Sequence[str] = (),
) -> AdaptiveCard:
    """``languages``: the other ones in which the message is written."""
    shares = [(NOBODY, texts("nobody"))]
    shares += [(str(share), texts("{share} of the audience", share=texts.percent(share, 100))) for share in SHARES]
    above: list[Any] = [
        *with_error(
            ChoiceInput(
                id="ab_share",
                label=texts("I try both on"),
                choices=shares,
                value=values.get("ab_share") or NOBODY,
                style="compact",
            ),
            errors.get("ab_share"),
        ),
        *_words(texts, values, errors, ""),
    ]
    below: list[Any] = [
        *pair(
            ChoiceInput(
                id="ab_measure",
                label=texts("Better: more people"),
                choices=[(measure, _did(texts, measure)) for measure in Measure],
                value=values.get("ab_measure") or DEFAULTS["ab_measure"],
                style="compact",
            ),
            number_field("ab_after", texts("After how many hours?"), values, DEFAULTS),
            errors.get("ab_measure"),
            errors.get("ab_after"),
        ),
        ToggleInput(
            id="ab_itself",
            label=texts("The choice"),
            title=texts("The better one goes to the rest by itself; else I am asked"),
            value=values.get("ab_itself") or DEFAULTS["ab_itself"],
            wrap=True,
        ),
        hint(_rule(texts), spacing="Small"),
    ]
    parts = [_in_language(texts, campaign, values, errors, language) for language in languages[:OTHERS]]
    fields = [*above, *folded(texts, parts, [*above, *below]), *below]
    title = texts("A/B test: which one works better?")
    return form_of_part(texts, campaign, "ab", "message", title, fields, notice, errors)


def _in_language(texts: Texts, campaign: Campaign, values: Values, errors: Errors, language: str) -> Part:
    """Variant B in one more language, on a line that says what it holds."""
    version = campaign.forms.get(f"message.{language}", {})
    own = {name: text for name, text in values.items() if name.startswith("ab_")}
    fields = [field_in("ab_title", language), field_in("ab_body", language)]
    holds = next((values[field].strip() for field in fields if values.get(field, "").strip()), "")
    return Part(
        id=f"ab_{language}",
        name=texts("Variant B in {language}", language=texts.language_name(language, alone=False)),
        holds=escape_markdown(" ".join(holds.split())[:SAID]) or texts("as in A"),
        fields=_words(texts, {**version, **own}, errors, language),
        wrong=[errors[field] for field in fields if field in errors],
        open=True,
    )


def _words(texts: Texts, values: Values, errors: Errors, language: str) -> list[Any]:
    """The title and the text of variant B in one language; what is left empty is as in A."""
    title, body = field_in("ab_title", language), field_in("ab_body", language)
    first = " ".join(values.get("body", "").split())
    shown = first if len(first) <= SHOWN else first[:SHOWN].rstrip() + " …"
    return [
        *with_error(
            TextInput(
                id=title,
                label=texts("Variant B: title"),
                placeholder=values.get(TITLE.name) or texts("as in A"),
                value=values.get(title, ""),
            ),
            errors.get(title),
        ),
        *with_error(
            TextInput(
                id=body,
                label=texts("Variant B: text"),
                placeholder=shown or texts("as in A"),
                value=values.get(body, ""),
                multiline=True,
            ),
            errors.get(body),
        ),
    ]


def _did(texts: Texts, measure: Measure) -> str:
    return {
        Measure.OPENED: texts("have opened"),
        Measure.CLICKED: texts("have clicked"),
        Measure.CONFIRMED: texts("have confirmed"),
    }[measure]


def _rule(texts: Texts) -> str:
    return texts(
        "What is left empty is as in A. Half of the share gets A, half gets B, at random; the rest waits for the"
        " choice. A variant is called better only where the difference is hardly chance. If you are asked and do not"
        " answer, the one that is ahead goes out in the last part of the time."
    )


# --- as it is said ----------------------------------------------------------------------------


def ab_line(texts: Texts, campaign: Campaign, values: Values, errors: Errors) -> list[Any]:
    """In the form of the message: on whom two variants are tried, and the way to change it."""
    holds, fields = ab_said(texts, values) or texts("no"), [field for field in errors if field.startswith("ab_")]
    return line_of_part(texts, campaign, "ab", "message", texts("A/B test"), holds, texts("A/B test"), errors, fields)


def ab_said(texts: Texts, values: Values) -> str:
    """Of what stands in a draft, be it right or not; "" for none."""
    share = values.get("ab_share", "")
    if share not in map(str, SHARES):
        return ""
    return texts("two variants, to {share} of the audience", share=texts.percent(int(share), 100))


def ab_text(texts: Texts, test: ABTest | None) -> str:
    """The whole rule, as it is approved; "" for none."""
    if test is None:
        return ""
    sentences = [
        texts("A and B to {share} of the audience, half each", share=texts.percent(test.share, 100)),
        texts.many("the choice after {count} hour", "the choice after {count} hours", test.after),
    ]
    if test.by_itself:
        sentences.append(
            {
                Measure.OPENED: texts("the one that more people open goes to the rest"),
                Measure.CLICKED: texts("the one in which more people click goes to the rest"),
                Measure.CONFIRMED: texts("the one that more people confirm goes to the rest"),
            }[test.measure]
        )
        sentences.append(texts("where the difference may be chance, its author is asked"))
    else:
        sentences.append(texts("its author chooses which one goes to the rest"))
    sentences.append(texts("without an answer, the one that is ahead goes in the last part of the time"))
    return " · ".join(sentences)
