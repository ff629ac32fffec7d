"""The form for what a message says in one more language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.compose.fields import NOTIFICATION, TITLE, inputs
from cards.compose.frame import Errors, Values, own_text, steps_bar
from cards.compose.message_form import variables_hint
from cards.kit.elements import AdaptiveCard, ChoiceInput, Container, TextInput
from cards.kit.parts import Part, act, card, folded, go, handle, heading, hint, notices, with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Button, ButtonKind, Campaign

ROOM = 20_000  #: bytes that the text in both languages may take: a card has room for no more
SHOWN = 8_000  #: of the first one, at most
LEAST = 300  #: and at least


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
    first: Values | None = None,
) -> AdaptiveCard:
    """``language``: "" for a new one, chosen among ``offered``; ``buttons``: as they are by default; ``first``: what
    stands in the message's own form, shown above each field.
    """
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    name = texts.language_name(language, alone=False)
    title = texts("In {language}", language=name) if language else texts("Another language")
    body: list[Any] = [
        *notices(notice, "attention" if errors else "accent"), steps_bar(texts, "message"), heading(title)
    ]  # fmt: skip
    fields: list[Any] = []
    if not language:
        choices = [(code, texts.language_name(code)) for code in offered]
        fields += with_error(
            ChoiceInput(
                id="spoken", label=texts("Language"), choices=choices, value=values.get("spoken", ""), style="compact"
            ),
            errors.get("spoken"),
        )
    known = first or {}
    room = max(LEAST, min(SHOWN, ROOM - len(values.get("body", "").encode())))
    fields += [*_original(known.get("title", ""), room), *inputs(texts, values, errors, [TITLE])]
    fields += [*_original(known.get("body", ""), room), *_text(values, errors, "body", texts("Text"), multiline=True)]
    payload = handle(campaign, other=language)
    fields += own_text(texts, values, errors, columns, "version.save", payload)
    fields.append(hint(variables_hint(texts, columns), spacing="Small"))
    fields += [*_original(known.get("notification", ""), room), *inputs(texts, values, errors, [NOTIFICATION])]
    if buttons:
        fields += folded(texts, [_buttons(texts, values, errors, buttons)], fields)
    actions: list[Any] = [act(texts("Save"), "version.save", payload, style="positive")]
    if language:
        actions.append(go(texts("Remove this language"), "version.remove", payload))
    actions.append(go(texts("Back"), "form.open", {**payload, "step": "message"}))
    return card(texts, [*body, *fields], actions)


def _text(values: Values, errors: Errors, id: str, label: str, **properties: Any) -> list[Any]:
    return with_error(TextInput(id=id, label=label, value=values.get(id, ""), **properties), errors.get(id))


def _original(words: str, room: int) -> list[Container]:
    """What the message says in its own language, as it was typed; the beginning, where there is no room for all."""
    encoded = words.strip().encode()
    if not encoded:
        return []
    some = words.strip() if len(encoded) <= room else encoded[:room].decode(errors="ignore").rstrip() + " …"
    shown = "\n\n".join(escape_markdown(line) for line in some.splitlines() if line.strip())
    return [Container(style="emphasis", items=[hint(shown)])]


def _buttons(texts: Texts, values: Values, errors: Errors, buttons: Sequence[Button]) -> Part:
    """Each with its words as they are by default; what is left empty stays so."""
    fields: list[Any] = [hint(texts("What is left empty stays as it is."))]
    for number, button in enumerate(buttons):
        fields += _text(values, errors, f"words{number}", button.title, placeholder=button.title)
        if button.kind is ButtonKind.LINK:
            label = texts("“{name}”: address", name=button.title)
            fields += _text(values, errors, f"url{number}", label, placeholder=button.url, style="Url")
    names = [f"{field}{number}" for number in range(len(buttons)) for field in ("words", "url")]
    said = [values.get(f"words{number}", "").strip() or button.title for number, button in enumerate(buttons)]
    quoted = [texts("“{name}”", name=escape_markdown(title[:40])) for title in said]
    return Part(
        id="buttons",
        name=texts("Buttons"),
        holds=texts.enumerate(quoted),
        fields=fields,
        wrong=[errors[name] for name in names if name in errors],
        open=True,
    )
