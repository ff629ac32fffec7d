"""A part of a step that few touch: a line in the step's form says what it holds, and leads to a form of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cards.compose.frame import Errors, Values, drawn
from cards.kit.elements import AdaptiveCard, NumberInput
from cards.kit.parts import act, card, go, handle, heading, line_to_change, notices
from cards.kit.texts import Texts
from storage.records import Campaign


def form_of_part(
    texts: Texts,
    campaign: Campaign,
    part: str,
    step: str,
    title: str,
    fields: Sequence[Any],
    notice: str,
    errors: Errors,
) -> AdaptiveCard:
    """``part``: as in the verb that saves it; the way back leads to the form of ``step``."""
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    actions = [
        act(texts("OK"), f"{part}.save", handle(campaign, was=drawn(fields)), style="positive"),
        go(texts("Back"), "form.open", {**handle(campaign), "step": step}),
    ]
    return card(texts, [*notices(notice, "attention" if errors else "accent"), heading(title), *fields], actions)


def line_of_part(
    texts: Texts,
    campaign: Campaign,
    part: str,
    step: str,
    name: str,
    holds: str,
    press: str,
    errors: Errors,
    fields: Iterable[str],
) -> list[Any]:
    """In the form of ``step``: what the part holds, the first thing that is wrong in it, and the way to change it."""
    wrong = next((errors[field] for field in fields if field in errors), None)
    change = act(press, "form.save", handle(campaign, step=step, go=part))
    return [line_to_change(texts, name, holds, change, wrong)]


def number_field(id: str, label: str, values: Values, defaults: Mapping[str, str]) -> NumberInput:
    """A number as it was typed, or the usual one; what is none, or longer than any that is asked for, is not shown."""
    text = values.get(id) or defaults.get(id, "")
    more = {"value": int(text)} if text.isdecimal() and len(text) < 9 else {}
    return NumberInput(id=id, label=label, **more)
