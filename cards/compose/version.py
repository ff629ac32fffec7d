"""The form for what a message says in one more language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.compose.fields import NOTIFICATION, TITLE, inputs
from cards.compose.frame import Errors, Values, own_text, steps_bar
from cards.compose.message_form import variables_hint
from cards.kit.elements import AdaptiveCard, ChoiceInput, TextInput
from cards.kit.parts import act, beside, card, go, handle, heading, hint, notices, subheading, with_error
from cards.kit.texts import Texts
from storage.records import Button, ButtonKind, Campaign


def version_form(
    texts: Texts,
    campaign: Campaign,
    language: str,
    offered: Sequence[str],
    values: Values,
    errors: Errors,
    buttons: Sequence[Button],
    *,
    columns: Sequence[str] = (),
    notice: str = "",
) -> AdaptiveCard:
    """``language``: "" for a new one, chosen among ``offered``; ``buttons``: as they are by default."""

    def text(id: str, label: str, **properties: Any) -> list[Any]:
        return with_error(TextInput(id=id, label=label, value=values.get(id, ""), **properties), errors.get(id))

    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    name = texts.language_name(language, alone=False)
    title = texts("In {language}", language=name) if language else texts("Another language")
    body: list[Any] = [
        *notices(notice, "attention" if errors else "accent"), steps_bar(texts, "message"), heading(title)
    ]  # fmt: skip
    if not language:
        choices = [(code, texts.language_name(code)) for code in offered]
        body += with_error(
            ChoiceInput(
                id="spoken", label=texts("Language"), choices=choices, value=values.get("spoken", ""), style="compact"
            ),
            errors.get("spoken"),
        )
    body += inputs(texts, values, errors, [TITLE])
    body += text("body", texts("Text"), multiline=True)
    payload = handle(campaign, other=language)
    body += own_text(texts, values, errors, columns, "version.save", payload)
    body.append(hint(variables_hint(texts, columns), spacing="Small"))
    body += inputs(texts, values, errors, [NOTIFICATION])
    if buttons:
        body.append(subheading(texts("Buttons: what is left empty stays as it is")))
    for number, button in enumerate(buttons):
        words = text(f"words{number}", button.title, placeholder=button.title)
        if button.kind is ButtonKind.LINK:
            address = text(
                f"url{number}", texts("“{name}”: address", name=button.title), placeholder=button.url, style="Url"
            )
            body.append(beside(words, address))
        else:
            body += words
    actions: list[Any] = [act(texts("Save"), "version.save", payload, style="positive")]
    if language:
        actions.append(go(texts("Remove this language"), "version.remove", payload))
    actions.append(go(texts("Back"), "form.open", {**payload, "step": "message"}))
    return card(texts, body, actions)
