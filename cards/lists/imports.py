"""The summary of a file that was dropped into the chat: what would be saved, before anything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.kit.elements import AdaptiveCard, ChoiceInput, Container, FactSet, TextInput
from cards.kit.parts import act, card, go, heading, hint, notices, paragraph, subheading, with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Contact, ListId

LINES = 6  #: wrong lines that are shown
SAMPLE = 3  #: people that are shown, so that a wrong column is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a file holds."""

    #: the blank list that the import would fill: what a press names
    id: ListId
    file: str
    people: int
    #: of them, how many Crieur knows, and how many can be reached
    known: int
    reachable: int
    doubles: int
    wrong: int
    #: the first wrong lines, in words
    mistakes: Sequence[str]
    columns: Sequence[str]
    sample: Sequence[Contact]


def import_card(
    texts: Texts,
    summary: Summary,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    lists: Sequence[tuple[ListId, str]],
    notice: str = "",
) -> AdaptiveCard:
    """``lists``: those that can be filled."""
    body: list[Any] = [
        *notices(notice, "attention" if errors else "accent"),
        heading(escape_markdown(summary.file)),
        FactSet(_facts(texts, summary)),
    ]
    if summary.wrong:
        more = summary.wrong - len(summary.mistakes)
        lines = [paragraph(text, spacing="Small") for text in summary.mistakes]
        if more > 0:
            lines.append(paragraph(texts.many("And {count} more.", "And {count} more.", more), spacing="Small"))
        body.append(Container(style="warning", bleed=True, items=lines))
    body.append(subheading(texts("The first of them")))
    body += [paragraph(_person(contact), spacing="Small") for contact in summary.sample]
    if summary.columns:
        columns = ", ".join(f"\\[{escape_markdown(column)}\\]" for column in summary.columns)
        body.append(hint(texts("Variables for your messages: {columns}", columns=columns)))
    body += _where(texts, values, errors, lists)
    payload = {"list": summary.id}
    actions = [
        act(texts("Save the list"), "import.save", payload, style="positive"),
        go(texts("Do not save"), "import.drop", payload),
    ]
    return card(texts, body, actions)


def _facts(texts: Texts, summary: Summary) -> list[tuple[str, str]]:
    new = summary.people - summary.known
    people = texts.number(summary.people)
    if new and summary.known:
        people = texts.many("{people}, {count} of them new", "{people}, {count} of them new", new, people=people)
    rows = [
        (texts("People"), people),
        (
            texts("Reach"),
            texts.many(
                "{reachable} of {count} person can be reached",
                "{reachable} of {count} people can be reached",
                summary.people,
                reachable=texts.number(summary.reachable),
            ),
        ),
    ]
    if summary.doubles:
        rows.append((texts("Doubles"), texts.many("{count} line, dropped", "{count} lines, dropped", summary.doubles)))
    if summary.wrong:
        rows.append((texts("Not usable"), texts.many("{count} line", "{count} lines", summary.wrong)))
    return rows


def _person(contact: Contact) -> str:
    name = escape_markdown(f"{contact.given_name} {contact.surname}".strip())
    address = escape_markdown(contact.address)
    own = " · ".join(escape_markdown(value) for value in contact.columns.values() if value)
    return " · ".join(part for part in (name, address, own) if part)


def _where(
    texts: Texts, values: Mapping[str, str], errors: Mapping[str, str], lists: Sequence[tuple[ListId, str]]
) -> list[Any]:
    choices = [("new", texts("A new list"))]
    choices += [(f"add:{id}", texts("Add them to “{name}”", name=name)) for id, name in lists]
    choices += [(f"replace:{id}", texts("In place of the people of “{name}”", name=name)) for id, name in lists]
    fields: list[Any] = with_error(
        TextInput(id="list_name", label=texts("Name of the list"), value=values.get("list_name", "")),
        errors.get("list_name"),
    )
    if lists:
        into = ChoiceInput(
            id="into", label=texts("Save as"), choices=choices, value=values.get("into", "new"), style="compact"
        )
        fields = [*with_error(into, errors.get("into")), *fields]
    return fields
