"""The Adaptive Card elements that Crieur uses: ``adaptivecards``, brought up to what Teams draws.

The library stops at schema 1.2 and mistypes some properties; this file adds version 1.5, the
inputs, Action.Execute, Table and the native charts, and refuses a property that an element does
not have (the library would drop it silently). Nothing else imports the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import adaptivecards as lib
from adaptivecards.adaptivecard import AdaptiveCard as _AdaptiveCard
from adaptivecards.baseobject import BareObject, PropertyType
from adaptivecards.containers import Column as _Column
from adaptivecards.containers import ColumnSet as _ColumnSet
from adaptivecards.containers import Container as _Container
from adaptivecards.elements import Image as _Image
from adaptivecards.elements import TextBlock as _TextBlock

__all__ = [
    "Action", "ActionSet", "AdaptiveCard", "ChoiceInput", "Column", "ColumnSet", "Container", "DateInput", "DonutChart",
    "Element", "Execute", "FactSet", "GroupedBarChart", "HorizontalBarChart", "Image", "NumberInput", "OpenUrl",
    "Submit", "Table", "TextBlock", "TextInput", "TimeInput", "ToggleInput", "ToggleVisibility", "as_dict", "lib",
    "rendered",
]  # fmt: skip

VERSION = "1.5"
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"


class Strict(BareObject):
    """An object whose properties are all known; ``None`` means "leave it out"."""

    def __init__(self, **properties: Any) -> None:
        super().__init__()
        known = vars_of(type(self))
        for name, value in properties.items():
            if not isinstance(known.get(name), PropertyType):
                raise TypeError(f"{type(self).__name__} has no property {name!r}")
            if value is not None:
                setattr(self, name, value)


_VARS: dict[type, dict[str, Any]] = {}


def vars_of(kind: type) -> dict[str, Any]:
    """A class's attributes with its bases', descriptors not evaluated; gathered once."""
    if kind not in _VARS:
        merged: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            merged.update(vars(base))
        _VARS[kind] = merged
    return _VARS[kind]


class Element(Strict):
    element_type = ""
    id = PropertyType(str)
    spacing = PropertyType(str)
    separator = PropertyType(bool)
    visible = PropertyType(bool, "isVisible")
    fallback = PropertyType((str, BareObject))
    height = PropertyType(str)

    def __init__(self, **properties: Any) -> None:
        super().__init__(**properties)
        self.set_data("type", self.element_type)


class TextBlock(Element, _TextBlock):
    element_type = "TextBlock"
    style = PropertyType(str)
    align = PropertyType(str, "horizontalAlignment")
    subtle = PropertyType(bool, "isSubtle")


class Image(Element, _Image):
    element_type = "Image"
    alt = PropertyType(str, "altText")


class Container(Element, _Container):
    element_type = "Container"
    rounded = PropertyType(bool, "roundedCorners")
    pressed = PropertyType(BareObject, "selectAction")


class Column(Element, _Column):
    element_type = "Column"
    align = PropertyType(str, "verticalContentAlignment")


class ColumnSet(Element, _ColumnSet):
    element_type = "ColumnSet"
    pressed = PropertyType(BareObject, "selectAction")


class FactSet(Element):
    element_type = "FactSet"
    facts = PropertyType(list)

    def __init__(self, facts: Sequence[tuple[str, str]], **properties: Any) -> None:
        super().__init__(facts=[{"title": title, "value": value} for title, value in facts], **properties)


class ActionSet(Element):
    element_type = "ActionSet"
    actions = PropertyType(list)


class Table(Element):
    """Rows of texts; the first row is the head."""

    element_type = "Table"
    columns = PropertyType(list)
    rows = PropertyType(list)
    grid = PropertyType(bool, "showGridLines")
    first_row_as_header = PropertyType(bool, "firstRowAsHeaders")

    def __init__(self, rows: Sequence[Sequence[str]], widths: Sequence[int], **properties: Any) -> None:
        super().__init__(
            columns=[{"width": width} for width in widths],
            rows=[{"type": "TableRow", "cells": [_cell(text) for text in row]} for row in rows],
            first_row_as_header=True,
            **properties,
        )


def _cell(text: str) -> dict[str, Any]:
    return {"type": "TableCell", "items": [TextBlock(text=text, wrap=True)]}


# --- charts (Teams and later; others draw the fallback) ---------------------------------------


class DonutChart(Element):
    element_type = "Chart.Donut"
    title = PropertyType(str)
    parts = PropertyType(list, "data")

    def __init__(self, title: str, parts: Sequence[tuple[str, int, str]], fallback: Element) -> None:
        """``parts``: legend, value, and a chart colour's name such as ``good``."""
        data = [{"legend": legend, "value": value, "color": color} for legend, value, color in parts]
        super().__init__(title=title, parts=data, fallback=fallback)


class HorizontalBarChart(Element):
    element_type = "Chart.HorizontalBar"
    title = PropertyType(str)
    bars = PropertyType(list, "data")

    def __init__(self, title: str, bars: Sequence[tuple[str, int]], fallback: Element) -> None:
        super().__init__(title=title, bars=[{"x": x, "y": y} for x, y in bars], fallback=fallback)


class GroupedBarChart(Element):
    element_type = "Chart.VerticalBar.Grouped"
    title = PropertyType(str)
    series = PropertyType(list, "data")

    def __init__(
        self, title: str, series: Sequence[tuple[str, str, Sequence[tuple[str, int]]]], fallback: Element
    ) -> None:
        """``series``: legend, a chart colour's name, and the bars: (name, value) each."""
        data = [
            {"legend": legend, "color": color, "values": [{"x": x, "y": y} for x, y in bars]}
            for legend, color, bars in series
        ]
        super().__init__(title=title, series=data, fallback=fallback)


# --- inputs -----------------------------------------------------------------------------------


class Input(Element):
    """A field; every one has an id and a label (screen readers, and the browser client, need it)."""

    label = PropertyType(str)
    value = PropertyType((str, int, float))


class TextInput(Input):
    element_type = "Input.Text"
    placeholder = PropertyType(str)
    multiline = PropertyType(bool, "isMultiline")
    style = PropertyType(str)


class NumberInput(Input):
    element_type = "Input.Number"
    placeholder = PropertyType(str)


class DateInput(Input):
    element_type = "Input.Date"


class TimeInput(Input):
    element_type = "Input.Time"


class ToggleInput(Input):
    element_type = "Input.Toggle"
    title = PropertyType(str)
    wrap = PropertyType(bool)


class ChoiceInput(Input):
    """``data``: more choices than the card has room for, which the client asks the bot for as somebody types."""

    element_type = "Input.ChoiceSet"
    data = PropertyType(dict, "choices.data")
    error = PropertyType(str, "errorMessage")
    placeholder = PropertyType(str)
    choices = PropertyType(list)
    style = PropertyType(str)
    multiple = PropertyType(bool, "isMultiSelect")
    wrap = PropertyType(bool)

    def __init__(self, choices: Sequence[tuple[str, str]], **properties: Any) -> None:
        """``choices``: (value, title) each."""
        properties.setdefault("wrap", True)
        super().__init__(choices=[{"title": title, "value": value} for value, title in choices], **properties)


# --- actions ----------------------------------------------------------------------------------


class Action(Strict):
    element_type = ""
    title = PropertyType(str)
    style = PropertyType(str)
    tooltip = PropertyType(str)
    mode = PropertyType(str)
    enabled = PropertyType(bool, "isEnabled")
    fallback = PropertyType((str, BareObject))

    def __init__(self, **properties: Any) -> None:
        super().__init__(**properties)
        self.set_data("type", self.element_type)


class OpenUrl(Action):
    element_type = "Action.OpenUrl"
    url = PropertyType(str)


class ToggleVisibility(Action):
    """Shows elements that are hidden, and hides them again; nothing is asked of the bot."""

    element_type = "Action.ToggleVisibility"
    targets = PropertyType(list, "targetElements")


class Submit(Action):
    element_type = "Action.Submit"
    payload = PropertyType(dict, "data")
    inputs = PropertyType(str, "associatedInputs")


class Execute(Action):
    """Asks the bot, which answers with a card in place; older clients submit the same instead."""

    element_type = "Action.Execute"
    verb = PropertyType(str)
    payload = PropertyType(dict, "data")
    inputs = PropertyType(str, "associatedInputs")

    def __init__(self, title: str, verb: str, payload: Mapping[str, Any] | None = None, **properties: Any) -> None:
        carried = {**(payload or {}), "verb": verb}
        super().__init__(
            title=title,
            verb=verb,
            payload=carried,
            fallback=Submit(title=title, payload=carried, **properties),
            **properties,
        )


# --- the card ---------------------------------------------------------------------------------


class AdaptiveCard(Strict, _AdaptiveCard):
    actions = PropertyType(list)
    body = PropertyType(list)
    lang = PropertyType(str)

    def __init__(self, **properties: Any) -> None:
        super().__init__(**properties)
        self.set_data("type", "AdaptiveCard")
        self.set_data("version", VERSION)
        self.set_data("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")


#: most of a card by far: told first, by their classes, where they stand
_PLAIN = frozenset((str, int, float, bool, type(None)))


def rendered(node: Any) -> Any:
    """One level of a card as JSON has it: what an element or a mapping holds; anything else as it is.

    As ``default`` of orjson, which asks it only about what it does not know, it makes a card's bytes at once.
    """
    if isinstance(node, BareObject):
        return node.render()
    # to ask whether something is a Mapping takes ten times as long as any other question here
    return dict(node) if not isinstance(node, (dict, list, str)) and isinstance(node, Mapping) else node


def as_dict(node: Any) -> Any:
    """A card, or any part of one, as plain JSON values."""
    node = rendered(node)
    if isinstance(node, dict):
        return {key: value if value.__class__ in _PLAIN else as_dict(value) for key, value in node.items()}
    return [as_dict(item) for item in node] if isinstance(node, (list, tuple)) else node
