"""A card as text, for channels that show none: what it says, without its fields and buttons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cards.kit.elements import AdaptiveCard, as_dict
from cards.kit.texts import Texts
from cards.message.skype import without_tags


def as_text(texts: Texts, card: AdaptiveCard, *, author: bool) -> str:
    """In Markdown, with a word that forms cannot be filled in here. ``author``: the reader may press its buttons."""
    shown = as_dict(card)
    if any(_is(node, "Input.") for node in _nodes(shown["body"])):
        return built_in_teams(texts)
    lines = [line for node in shown["body"] for line in _lines(node) if line.strip()]
    if author and any(_is(node, "Action.") for node in _nodes(shown)):
        lines.append(texts("To build, change or delete campaigns, please write to me in Microsoft Teams."))
    return without_tags("\n\n".join(lines))


def built_in_teams(texts: Texts) -> str:
    return texts("Campaigns are built with forms, which cannot be shown here: please write to me in Microsoft Teams.")


def _is(node: Mapping[str, Any], kind: str) -> bool:
    return str(node.get("type", "")).startswith(kind)


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for item in node:
            yield from _nodes(item)


def _lines(node: Mapping[str, Any]) -> Iterator[str]:
    """The paragraphs that an element says."""
    match node["type"]:
        case "TextBlock":
            text = str(node["text"])
            yield f"**{text}**" if node.get("weight") == "Bolder" and "**" not in text else text
        case "FactSet":
            yield "\n".join(f"- {fact['title']}: {fact['value']}" for fact in node["facts"])
        case "Table":
            rows = [[" ".join(_of_all(cell["items"])) for cell in row["cells"]] for row in node["rows"]]
            yield "\n".join(f"- {row[0]} – {', '.join(row[1:])}" for row in rows[1:])
        case "ColumnSet":
            beside = (" ".join(_of_all(column["items"])) for column in node["columns"])
            yield " ".join(words for words in beside if words)
        case "Container":
            yield from _of_all(node["items"])
        case kind if kind.startswith("Chart.") and isinstance(node.get("fallback"), dict):
            yield from _lines(node["fallback"])


def _of_all(nodes: list[dict[str, Any]]) -> list[str]:
    return [line for node in nodes for line in _lines(node)]
