"""What the card check lets through, and what it stops."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.card_check import check_card

JSON = dict[str, Any]

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def text(words: str, **more: Any) -> JSON:
    return {"type": "TextBlock", "text": words, "wrap": True, **more}


def execute(title: str = "Next", **more: Any) -> JSON:
    carried = {"campaign": 7, "verb": "next"}
    fallback = {"type": "Action.Submit", "title": title, "data": carried}
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": "next",
        "data": carried,
        "fallback": fallback,
        **more,
    }


def without(node: JSON, *names: str) -> JSON:
    return {name: value for name, value in node.items() if name not in names}


FIELD: JSON = {"type": "Input.Text", "id": "title", "label": "Title", "isMultiline": True}
CHOICES: JSON = {
    "type": "Input.ChoiceSet",
    "id": "style",
    "label": "Style",
    "style": "expanded",
    "choices": [{"title": "Idea", "value": "idea"}, {"title": "Success", "value": "success"}],
}
IMAGE: JSON = {"type": "Image", "url": PIXEL, "altText": "Teams", "width": "20px"}
FACTS: JSON = {"type": "FactSet", "facts": [{"title": "Author", "value": "Claire"}]}
TABLE: JSON = {
    "type": "Table",
    "columns": [{"width": 2}, {"width": 1}],
    "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [text("Delivered")]}]}],
}
DONUT: JSON = {
    "type": "Chart.Donut",
    "title": "Outcomes",
    "data": [{"legend": "Delivered", "value": 120, "color": "good"}],
    "fallback": TABLE,
}
COLUMNS: JSON = {
    "type": "ColumnSet",
    "columns": [
        {"type": "Column", "width": "auto", "items": [IMAGE]},
        {"type": "Column", "width": "30", "style": "good", "items": [text("\u00a0")]},
    ],
}
LINK: JSON = {"type": "Action.OpenUrl", "title": "Read", "url": "https://example.org/menu"}


def card(*body: JSON, **more: Any) -> JSON:
    return copy.deepcopy({"type": "AdaptiveCard", "version": "1.5", "body": list(body), **more})


SOUND = {
    "form": card(FIELD, CHOICES, actions=[execute(style="positive"), LINK]),
    "report": card(text("Report", size="Large"), FACTS, TABLE, DONUT, COLUMNS, lang="fr"),
    "nested": card(
        {"type": "Container", "style": "accent", "bleed": True, "items": [COLUMNS]},
        {"type": "ActionSet", "actions": [execute()]},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "bold", "weight": "Bolder"}]},
        actions=[{"type": "Action.ShowCard", "title": "More", "card": card(FIELD)}],
    ),
    "refreshed": card(
        text("Live"),
        refresh={"action": without(execute(), "fallback"), "userIds": ["29:1"]},
        msteams={"width": "full"},
        **{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json"},
    ),
    "toggled": card(
        text("Hidden", id="hidden", isVisible=False),
        actions=[{"type": "Action.ToggleVisibility", "title": "Show", "targetElements": [{"elementId": "hidden"}]}],
    ),
    "replaced by the same id": card(DONUT | {"id": "chart", "fallback": TABLE | {"id": "chart"}}),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_card_passes(name: str) -> None:
    assert check_card(SOUND[name]) == []


def nested(node: JSON) -> JSON:
    """A card that has the node four levels down."""
    column = {"type": "Column", "width": "stretch", "items": [node]}
    return card({"type": "Container", "items": [{"type": "ColumnSet", "columns": [column]}]})


def below(node: JSON) -> JSON:
    return card(text("Hello"), actions=[node])


#: name -> a card with one thing wrong, and what the check has to say of it
WRONG: dict[str, tuple[JSON, str]] = {
    "no version": (without(card(text("a")), "version"), "$: version is missing"),
    "no type": (without(card(text("a")), "type"), "$: type is missing"),
    "an unheard-of version": (card(text("a"), version="2.0"), "$.version: Input should be"),
    "an unknown type": (nested({"type": "TextBlok", "text": "a"}), ".items[0]: unknown type 'TextBlok'"),
    "an element without a type": (nested({"text": "a"}), ".items[0]: type is missing"),
    "a misspelt property": (nested(text("a", colour="Good")), "TextBlock has no property 'colour'"),
    "a Python spelling": (nested(text("a", is_subtle=True)), "TextBlock has no property 'is_subtle'"),
    "a wrong value": (nested(text("a", size="Huge")), ".columns[0].items[0].size: Input should be"),
    "a boolean as a string": (nested(text("a", isSubtle="true")), ".isSubtle: Input should be"),
    "a colour no chart has": (
        card(DONUT | {"data": [{"legend": "a", "value": 1, "color": "greenish"}]}),
        "$.body[0].data[0].color: Input should be",
    ),
    "a misspelt fact": (
        card({"type": "FactSet", "facts": [{"title": "a", "value": "b", "text": "c"}]}),
        "$.body[0].facts[0]: Fact has no property 'text'",
    ),
    "a choice without a value": (card(CHOICES | {"choices": [{"title": "a"}]}), "choices[0]: Choice needs value"),
    "a misspelt table cell": (
        card(TABLE | {"rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "item": []}]}]}),
        "$.body[0].rows[0].cells[0]: TableCell has no property 'item'",
    ),
    "an unknown element in a fallback": (
        card(DONUT | {"fallback": {"type": "Tabel"}}),
        "$.body[0].fallback: unknown type 'Tabel'",
    ),
    "an action among the elements": (card(execute()), "$.body[0]: Action.Execute cannot stand here"),
    "an element among the actions": (below(text("a")), "$.actions[0]: TextBlock cannot stand here"),
    "a column outside a set": (card({"type": "Column", "items": []}), "Column cannot stand here"),
    "a run outside a rich text": (nested({"type": "TextRun", "text": "a"}), "TextRun cannot stand here"),
    "an input without an id": (nested(without(FIELD, "id")), "Input.Text needs id"),
    "an input without a label": (nested(without(FIELD, "label")), "Input.Text needs label"),
    "a required input that cannot say so": (card(FIELD | {"isRequired": True}), "no errorMessage"),
    "a choice set without choices": (card(without(CHOICES, "choices")), "Input.ChoiceSet needs choices"),
    "the same id twice": (card(FIELD, CHOICES | {"id": "title"}), "id 'title' is already at $.body[0]"),
    "the same id in a card that opens": (
        card(FIELD, actions=[{"type": "Action.ShowCard", "title": "More", "card": card(FIELD)}]),
        "$.actions[0].card.body[0]: id 'title' is already at $.body[0]",
    ),
    "no verb": (below(without(execute(), "verb")), "$.actions[0]: Action.Execute needs verb"),
    "no fallback": (below(without(execute(), "fallback")), "a fallback that is an Action.Submit"),
    "another fallback": (below(execute(fallback="drop")), "a fallback that is an Action.Submit"),
    "msteams in an action's data": (
        below({"type": "Action.Submit", "title": "a", "data": {"msteams": {"type": "messageBack"}}}),
        "$.actions[0].data.msteams: ",
    ),
    "msteams deep in a fallback's data": (
        below(execute(fallback={"type": "Action.Submit", "title": "a", "data": {"b": [{"msteams": {}}]}})),
        "$.actions[0].fallback.data.b[0].msteams: ",
    ),
    "a button without a title": (below(without(LINK, "title")), "Action.OpenUrl needs title"),
    "a link to nowhere": (below(without(LINK, "url")), "Action.OpenUrl needs url"),
    "seven buttons": (card(text("a"), actions=[LINK] * 7), "$.actions: more than 6 primary actions"),
    "a chart without a fallback": (nested(without(DONUT, "fallback")), "Chart.Donut needs a fallback"),
    "a badge without a fallback": (nested({"type": "Badge", "text": "New"}), "Badge needs a fallback"),
    "an empty text": (nested(text(" \n")), "TextBlock has no text"),
    "a text that is missing": (nested({"type": "TextBlock"}), "TextBlock has no text"),
    "an image that says nothing": (nested(without(IMAGE, "altText")), "Image needs altText"),
    "too large": (card(text("é" * 14_000)), "bytes of JSON, above 28,000"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_card_is_stopped_and_only_for_what_is_wrong(name: str) -> None:
    wrong, expected = WRONG[name]
    problems = check_card(wrong)
    assert len(problems) == 1 and expected in problems[0], problems


def test_the_limit_counts_the_bytes_that_leave() -> None:
    small = card(text("é"))
    wire = '{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"é","wrap":true}]}'
    size = len(wire.encode())
    assert check_card(small, limit=size) == []
    assert check_card(small, limit=size - 1) != []
