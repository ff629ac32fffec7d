"""What is wrong with an Adaptive Card, by Microsoft's own typed models and by what clients can draw.

The models of ``microsoft-teams-cards`` know every element of Teams, but let a good deal through: the
card's own class accepts any element, unknown properties, Python spellings and missing texts. So every
node is checked here by the class of its ``type``, or, where it has none (facts, choices, chart values,
table columns), by the class that its parent declares for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Union, get_args, get_origin

from microsoft_teams.cards import core
from pydantic import BaseModel, ValidationError

JSON = dict[str, Any]
Kind = type[BaseModel]

LIMIT = 28_000  # bytes of JSON: Teams speaks of about 28 KB for a message, and refuses above
MOST_ACTIONS = 6  # primary ones in one row: Teams draws no more (maxActions of its host configuration)

#: what has to be there for something to be seen or sent; the models make every property optional
REQUIRED = {
    "Action.OpenUrl": ("url",),
    "Action.ShowCard": ("card",),
    "Action.ToggleVisibility": ("targetElements",),
    "ActionSet": ("actions",),
    "Choice": ("title", "value"),
    "ColumnSet": ("columns",),
    "Fact": ("title", "value"),
    "FactSet": ("facts",),
    "Image": ("url", "altText"),  # a screen reader says the altText
    "Input.Toggle": ("title",),
    "RichTextBlock": ("inlines",),
    "Table": ("columns", "rows"),
}

#: they stand in what is made of them, not among the elements of a card
PARTS = {"AdaptiveCard", "CarouselPage", "Column", "TableCell", "TableRow"}

#: they stand in a RichTextBlock's inlines, and nothing else does
RUNS = {"IconRun", "ImageRun", "TextRun"}

#: Teams draws them; other clients, and the local one, draw nothing unless there is a fallback
NATIVE = {"Badge", "Icon", "ProgressBar", "ProgressRing"}


#: where a parent declares one of them, the node's own type says which class it is
OPEN: tuple[Kind, ...] = (core.CardElement, core.Action, core.ContainerLayout)


def _kinds() -> dict[str, Kind]:
    """``type`` -> the class of that node; without the five Graph components, which share one type."""
    kinds: dict[str, Kind] = {}
    for kind in vars(core).values():
        if isinstance(kind, type) and issubclass(kind, OPEN) and "type" in kind.model_fields:
            kinds[str(kind.model_fields["type"].default)] = kind
    kinds.pop("Component")
    return kinds


KINDS = _kinds()


def check_card(card: JSON, limit: int = LIMIT) -> list[str]:
    """The problems of a card, each with the JSON path where it is; none if the card is sound."""
    check = _Check()
    for needed in ("type", "version"):
        if needed not in card:
            check.say("$", f"{needed} is missing")
    check.node(card, "$", core.AdaptiveCard)
    size = len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())
    if size > limit:
        check.say("$", f"{size:,} bytes of JSON, above {limit:,}")
    return list(check.problems)


@dataclass(slots=True)
class _Check:
    """A walk through one card."""

    #: found so far; a dict, as a parent's class finds again what its child's class finds
    problems: dict[str, None] = field(default_factory=dict)
    #: id -> the path where it was first seen
    ids: dict[str, str] = field(default_factory=dict)

    def say(self, path: str, problem: str) -> None:
        self.problems[f"{path}: {problem}"] = None

    def node(self, node: JSON, path: str, expected: Kind) -> None:
        """Checks a node, and all beneath it, where the parent expects that class or one derived from it."""
        kind = self.kind_of(node, path, expected)
        if kind is None:
            return
        self.validate(node, path, kind)
        self.promises(node, path, kind)
        for info in kind.model_fields.values():
            name = str(info.validation_alias)
            if name in node:
                for child, place, declared in _children(node[name], f"{path}.{name}", info.annotation):
                    self.node(child, place, declared)

    def kind_of(self, node: JSON, path: str, expected: Kind) -> Kind | None:
        """The node's class; None, said, if there is no such type or it cannot stand there."""
        if expected not in OPEN:
            return expected
        name = node.get("type")
        kind = KINDS.get(str(name))
        if kind is None:
            self.say(path, f"unknown type {name!r}" if name else "type is missing")
        elif not issubclass(kind, expected) or name in PARTS or (name in RUNS) != (".inlines[" in path):
            self.say(path, f"{name} cannot stand here")
        else:
            return kind
        return None

    def validate(self, node: JSON, path: str, kind: Kind) -> None:
        """By the class itself: wrong values; and names that it does not know."""
        try:
            kind.model_validate_json(json.dumps(node), strict=True)
        except ValidationError as errors:
            for error in errors.errors():
                self.say(_locate(node, path, error["loc"]), error["msg"])
        # by the names as written in JSON: the classes would also take is_visible for isVisible
        known = {str(info.validation_alias) for info in kind.model_fields.values()} | {"$schema"}
        for name in sorted(node.keys() - known):
            self.say(path, f"{kind.__name__} has no property {name!r}")

    def promises(self, node: JSON, path: str, kind: Kind) -> None:
        """What the classes leave open."""
        name = str(node.get("type") or kind.__name__)
        for needed in REQUIRED.get(name, ()):
            if node.get(needed) in (None, "", []):
                self.say(path, f"{name} needs {needed}")
        # a non-breaking space is a text: it gives a coloured column its height
        if name in ("TextBlock", "TextRun") and not str(node.get("text", "")).strip(" \t\r\n"):
            self.say(path, f"{name} has no text")
        if name.startswith("Input."):
            self.input(node, path, name)
        if name.startswith("Action."):
            self.action(node, path, name)
        if (name.startswith("Chart.") or name in NATIVE) and "fallback" not in node:
            self.say(path, f"{name} needs a fallback")
        if len([1 for action in node.get("actions") or () if _is_primary(action)]) > MOST_ACTIONS:
            self.say(f"{path}.actions", f"more than {MOST_ACTIONS} primary actions")
        # what a fallback replaces may have the same id
        if "id" in node and ".fallback" not in path and issubclass(kind, core.CardElement | core.Action):
            first = self.ids.setdefault(str(node["id"]), path)
            if first != path:
                self.say(path, f"id {node['id']!r} is already at {first}")

    def input(self, node: JSON, path: str, name: str) -> None:
        for needed in ("id", "label"):
            if not node.get(needed):
                self.say(path, f"{name} needs {needed}")
        if name == "Input.ChoiceSet" and not node.get("choices") and "choices.data" not in node:
            self.say(path, f"{name} needs choices")
        if node.get("isRequired") and not node.get("errorMessage"):
            self.say(path, f"{name} is required, and has no errorMessage to say so")

    def action(self, node: JSON, path: str, name: str) -> None:
        for place in _places_of("msteams", node.get("data"), f"{path}.data"):
            self.say(place, "msteams inside an action's data: the local client sends nothing")
        if path.endswith("]") and not node.get("title") and not node.get("iconUrl"):
            self.say(path, f"{name} needs title")
        if name != "Action.Execute":
            return
        if not node.get("verb"):
            self.say(path, f"{name} needs verb")
        fallback = node.get("fallback")
        # a client that does not know refresh does not run its action
        if not path.endswith(".refresh.action") and not (
            isinstance(fallback, dict) and fallback.get("type") == "Action.Submit"
        ):
            self.say(path, f"{name} needs a fallback that is an Action.Submit")


def _children(value: Any, path: str, annotation: Any) -> Iterator[tuple[JSON, str, Kind]]:
    """The nodes in a property's value, each with its path and the class that the annotation declares."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Union:
        if any(get_origin(argument) is dict and get_args(argument)[1] is Any for argument in arguments):
            return  # an action's data, say: whatever the bot likes
        for argument in arguments:
            yield from _children(value, path, argument)
    elif hasattr(annotation, "__metadata__"):
        yield from _children(value, path, arguments[0])
    elif origin is list and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _children(item, f"{path}[{number}]", arguments[0])
    elif origin is dict and isinstance(value, dict):
        for name, item in value.items():
            yield from _children(item, f"{path}.{name}", arguments[1])
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(value, dict):
        yield value, path, annotation


def _locate(node: Any, path: str, loc: tuple[int | str, ...]) -> str:
    """A validation error's place as a JSON path: pydantic puts the names of union members between."""
    for step in loc:
        if isinstance(node, dict) and step in node:
            node, path = node[step], f"{path}.{step}"
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node, path = node[step], f"{path}[{step}]"
    return path


def _places_of(name: str, value: Any, path: str) -> Iterator[str]:
    """Where a key of that name is, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                yield f"{path}.{key}"
            yield from _places_of(name, item, f"{path}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places_of(name, item, f"{path}[{number}]")


def _is_primary(action: Any) -> bool:
    return isinstance(action, dict) and action.get("mode", "primary") == "primary"
